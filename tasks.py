"""What people do with a checkout: try it, test it, clean it. Standard library only.

  make demo     or, without make:  py -m tasks demo
  make test                        py -m tasks test
  make check    lint, format, types, as before each commit
  make bench    figures, printed and never judged
  make autobahn the WebSocket end against the Autobahn test suite; needs a Python 2.7 as well
  make clean    remove what the others made

Each makes .venv in the checkout when it is missing; nothing outside the checkout is touched.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
DIST = HERE / "dist"
NEEDED = (3, 11)


def main(arguments: list[str]) -> int:
    if sys.version_info < NEEDED:
        return refuse(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    if not arguments or arguments[0] not in TASKS:
        return refuse(f"usage: tasks.py {'|'.join(TASKS)} [options of the tool behind it]")
    try:
        return TASKS[arguments[0]](arguments[1:])
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        return refuse(f"failed: {' '.join(map(str, error.cmd))}")


def refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def demo(options: list[str]) -> int:
    """Build examples/todo into dist/todo.pyz, start it, say how to talk to it, until Ctrl-C."""
    install("all")
    DIST.mkdir(exist_ok=True)
    bundle = DIST / "todo.pyz"
    run(tool("noodl-portable"), "build", HERE / "examples" / "todo", "-o", bundle)
    return show(bundle, options)


def show(bundle: Path, options: list[str]) -> int:
    command = [python(), "-I", "-X", "utf8", bundle, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("NOODL_READY "):
        if process.wait() == 69 and "--port" not in options:
            print("The demo takes another port.", flush=True)
            return show(bundle, [*options, "--port", "0"])
        return process.returncode
    ready = json.loads(line.removeprefix("NOODL_READY "))
    print(GUIDE.format(**ready), flush=True)
    return wait(process)


def wait(process: "subprocess.Popen[str]") -> int:
    def stop(*_: object) -> None:
        process.terminate()

    signal.signal(signal.SIGTERM, stop)
    while True:
        try:
            code = process.wait()
            print("Stopped.", flush=True)
            return code
        except KeyboardInterrupt:
            continue  # the server got the same Ctrl-C and is stopping


GUIDE = """
  address      {url}
  data folder  {data}

Try it in another terminal:

  curl {url}/api/Todo -H 'Content-Type: application/json' -d '{{"title": "Buy milk"}}'
  curl {url}/api/Todo
  curl {url}/functions/hello -H 'Content-Type: application/json' -d '{{"name": "Ada"}}'

Ctrl-C stops it; the records stay in the data folder.
"""


def test(options: list[str]) -> int:
    """Install what the tests need and run them all."""
    install("dev")
    workers = [] if any(option.startswith("-n") for option in options) else ["-n", "auto"]
    return subprocess.call([python(), "-m", "pytest", *workers, *options], cwd=HERE)


def check(options: list[str]) -> int:
    """Run what must pass before each commit: lint, format, types."""
    install("dev")
    codes = [
        subprocess.call([tool("ruff"), "check", *options, "."], cwd=HERE),
        subprocess.call([tool("ruff"), "format", "--check", "."], cwd=HERE),
        subprocess.call([tool("mypy")], cwd=HERE),
    ]
    return max(codes)


def bench(options: list[str]) -> int:
    """Print the figures of tests/benchmarks."""
    install("dev")
    return subprocess.call([python(), HERE / "tests" / "benchmarks" / "store.py", *options])


def autobahn(options: list[str]) -> int:
    """Run the Autobahn test suite, in an environment of the Python 2.7 that it needs."""
    install("dev")
    old = python27()
    if old is None:
        return refuse("Python 2.7 is needed; name it in NOODL_PYTHON27")
    folder = HERE / ".cache" / "autobahn"
    wstest = folder / "py27" / "bin" / "wstest"
    if not wstest.exists():
        venv.create(folder / "tools", with_pip=True)
        tools = folder / "tools" / "bin"
        quiet = ("--quiet", "--disable-pip-version-check")
        run(tools / "pip", "install", *quiet, "virtualenv==20.15.1")  # the last that knows 2.7
        run(tools / "virtualenv", "--quiet", "--python", old, folder / "py27")
        run(folder / "py27" / "bin" / "pip", "install", *quiet, "autobahntestsuite==25.10.1")
    return subprocess.call(
        [python(), "-m", "pytest", "-m", "autobahn", "-s", *options, "tests/runtime/realtime"],
        cwd=HERE,
        env={**os.environ, "NOODL_WSTEST": str(wstest)},
    )


def python27() -> "str | None":
    """Return a Python 2.7: the one that is named, one on the path, or one of pyenv's."""
    import shutil

    if shutil.which("pyenv"):  # whose python2.7 on the path is no Python
        root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=True)
        versions = Path(root.stdout.strip()) / "versions"
        found = next(map(str, sorted(versions.glob("2.7*/bin/python2.7"))), None)
    else:
        found = shutil.which("python2.7")
    return os.environ.get("NOODL_PYTHON27") or found


def clean(options: list[str]) -> int:
    """Remove what the other tasks made, but no data folder."""
    import shutil

    for name in (".venv", ".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    for bundle in DIST.glob("*.pyz"):
        bundle.unlink()
    return 0


TASKS = {
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "autobahn": autobahn,
    "clean": clean,
}


def install(extra: str) -> None:
    """Make .venv and install the checkout with one of its extras, unless that is done already."""
    stamp = VENV / f".installed-{extra}"
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Setting up .venv (the first time takes a minute) ...", file=sys.stderr, flush=True)
    if not Path(python()).exists():
        venv.create(VENV, with_pip=True)
    run(python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--editable", f"{HERE}[{extra}]")  # fmt: skip
    stamp.write_text(wanted)


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=HERE)


def python() -> str:
    return tool("python")


def tool(name: str) -> str:
    folder = VENV / ("Scripts" if os.name == "nt" else "bin")
    return str(folder / (f"{name}.exe" if os.name == "nt" else name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
