"""What a start loads: little before it is ready, the rest behind, and the next time from one file."""

import marshal
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.runtime_parts import installed_runtime
from noodl_builder.write import write
from tests.builder.world import clean_environment
from tests.driver import Backend

pytestmark = pytest.mark.slow
TODO = Path(__file__).resolve().parents[2] / "examples" / "todo"
# What is loaded before the ready line may only grow for a reason: each module is 0.2 ms.
MOST_OF_OURS = 190
MOST = 430
RARE = ("smtplib", "ssl", "urllib.request", "http.client", "zipfile", "tempfile", "jsonschema",
        "yaml", "bottle", "quickjs", "re2", "zoneinfo", "email", "pickle", "importlib.resources")  # fmt: skip

# Serves in this process, asks over real sockets, and tells what each request has imported.
ASKING = """
import gc, json, sys, threading, urllib.request
from pathlib import Path
import gevent
from noodl_runtime.service import Service, Source
from noodl_runtime.warming import begin_warming
service = Service(Source(Path(sys.argv[1])), {"port": "0", "reload_delay": "0"}, {})
service.start()
begin_warming(service.server).join()
assert gc.isenabled() and gc.get_freeze_count()
base = f"http://127.0.0.1:{service.server.port}"
ours = lambda: {name for name in sys.modules if name.startswith("noodl_runtime")}
def ask(method, path, body=None, **headers):
    request = urllib.request.Request(base + path, method=method, headers={
        "Content-Type": "application/json", "X-Parse-Application-Id": "todo", **headers},
        data=None if body is None else json.dumps(body).encode())
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return json.load(error)
def asks():
    key = {"X-Parse-Master-Key": service.backend.master_key}
    made = ask("POST", "/api/Todo", {"title": "a"})
    for request in (
        ("GET", "/health"), ("GET", "/api/Todo?where=" + "%7B%22done%22:false%7D"),
        ("GET", "/api/Todo/" + made["objectId"]), ("PUT", "/api/Todo/" + made["objectId"], {"title": "b"}),
        ("DELETE", "/api/Todo/" + made["objectId"]), ("GET", "/api/Nobody"),
        ("POST", "/classes/Todo", {"title": "c"}), ("GET", "/parse/classes/Todo"),
        ("POST", "/functions/hello", {"name": "Ada"}),
        ("POST", "/users", {"username": "ada", "password": "secret"}),
        ("GET", "/login?username=ada&password=secret"),
    ):
        before = ours()
        ask(*request)
        told = sorted(ours() - before)
        if told:
            print(*request[:2], *told, flush=True)
    ask("GET", "/api/_schema", **key)
gevent.get_hub().threadpool.apply(asks)
service.close()
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, frozen_runtime: Path) -> Path:
    """The todo example as one file."""
    output = tmp_path_factory.mktemp("warm") / "todo.pyz"
    made = plan(BuildOptions(folder=TODO), installed_runtime(frozen_runtime))
    return write(made, output, trial=False).output


def modules_file(home: Path) -> Path:
    """Return the file with the modules of a start, once it is written."""
    [folder] = [p for p in (home / ".cache" / "noodl-portable" / CURRENT).iterdir() if p.is_dir()]
    file = folder / ".modules"
    end = time.monotonic() + 30
    while not file.is_file() and time.monotonic() < end:
        time.sleep(0.01)  # another process writes it
    return file


def test_a_start_loads_little_before_it_is_ready(bundle: Path, tmp_path: Path) -> None:
    env = clean_environment(tmp_path)
    with Backend([sys.executable, "-I", bundle], cwd=tmp_path, env=env):
        file = modules_file(tmp_path)
    _, rows = marshal.loads(file.read_bytes())
    ours = {name for name in rows if name.startswith("noodl_runtime")}
    assert 50 < len(ours) <= MOST_OF_OURS, sorted(ours)
    program = "import sys; sys.argv[0] = sys.argv.pop(1); import runpy, atexit\n"
    program += (
        "class Out:\n"
        "    def write(self, text):\n"
        "        if text.startswith('NOODL_READY'):\n"
        "            sys.stderr.write(' '.join(sys.modules)); sys.stderr.flush()\n"
        "            import os; os._exit(0)\n"
        "    def flush(self): pass\n"
        "sys.stdout = Out(); runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    command = [sys.executable, "-I", "-c", program, str(bundle), "--port", "0"]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True)
    loaded = set(done.stderr.split())
    assert len(loaded) <= MOST
    assert not loaded.intersection(RARE), loaded.intersection(RARE)


def test_no_request_waits_for_a_module(tmp_path: Path) -> None:
    subprocess.run(["cp", "-r", str(TODO), str(tmp_path / "todo")], check=True)
    command = [sys.executable, "-c", ASKING, str(tmp_path / "todo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_the_next_start_reads_its_modules_from_one_file(bundle: Path, tmp_path: Path) -> None:
    env = clean_environment(tmp_path)
    with Backend([sys.executable, "-I", bundle], cwd=tmp_path, env=env):
        file = modules_file(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    stamp, rows = marshal.loads(file.read_bytes())
    planted = compile("raise SystemExit('from the file')", "planted", "exec")
    row = rows["noodl_runtime.serve"]
    rows["noodl_runtime.serve"] = (*row[:3], marshal.dumps(planted))
    file.write_bytes(marshal.dumps((stamp, rows)))
    done = subprocess.run(
        [sys.executable, "-I", str(bundle)], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr.strip() == "from the file"


@pytest.mark.parametrize("content", [b"", b"x" * 100, marshal.dumps(("another Python", {})), None])
def test_a_file_of_modules_that_says_nothing_is_passed_over(
    bundle: Path, tmp_path: Path, content: bytes | None
) -> None:
    env = clean_environment(tmp_path)
    with Backend([sys.executable, "-I", bundle], cwd=tmp_path, env=env):
        file = modules_file(tmp_path)
    file.unlink()
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with Backend([sys.executable, "-I", bundle], cwd=tmp_path, env=env) as backend:
        assert backend.call("GET", "/health")[0] == 200
        assert backend.stop()[0] == 0


def test_what_is_unpacked_anew_takes_the_file_of_modules_along(
    bundle: Path, tmp_path: Path
) -> None:
    env = clean_environment(tmp_path)
    with Backend([sys.executable, "-I", bundle], cwd=tmp_path, env=env):
        file = modules_file(tmp_path)
    os.utime(file.parent / "site-packages" / "noodl_runtime" / "serve.py")
    command = [sys.executable, "-I", str(bundle), "--version"]
    subprocess.run(command, env=env, cwd=tmp_path, check=True, capture_output=True)
    assert not file.exists()
