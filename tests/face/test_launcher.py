"""The launcher as any program meets it: a process with a token, over HTTP."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from noodl_portable.launcher.machine import Machine
from noodl_portable.launcher.routes import ROUTES
from noodl_runtime.errors import BadRequest

pytestmark = pytest.mark.slow


class Launcher:
    """A running launcher with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.log = home.with_suffix(".log")
        with self.log.open("wb") as log:
            self.process = self._started(home, log)
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline().removeprefix("NOODL_READY "))

    def _started(self, home: Path, log: IO[bytes]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "noodl_portable", "launcher", "--stop-with-stdin", "yes"],
            env={**os.environ, "NOODL_HOME": str(home), "NOODL_DATA": str(home / "shared")}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        given = {"X-Noodl-Launch-Token": self.ready["token"], **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["url"] + path, data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def end(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    running = Launcher(tmp_path / "home")
    yield running
    running.end()
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_only_who_has_the_token_is_answered(launcher: Launcher) -> None:
    assert launcher.call("GET", "/backends") == (200, [])
    for row in ROUTES:
        path = row.pattern.replace(":id", "x")
        assert launcher.call(row.method, path, **{"X-Noodl-Launch-Token": "no"})[0] == 403
    foreign = launcher.call("GET", "/backends", Origin="https://evil.example")
    assert foreign[0] == 403
    assert "evil.example" in foreign[1]["error"]
    assert launcher.call("GET", "/backends", Host="evil.example")[0] == 403


REFUSED = [
    # request                                              status  words
    (("POST", "/backends", {}),                            400,    "name is missing, or is not a text"),
    (("POST", "/backends", {"name": " "}),                 400,    "1 to 200 characters"),
    (("POST", "/backends/gone/start", None),               404,    "no backend 'gone'"),
    (("DELETE", "/backends/..%2F..", None),                404,    "no backend '../..'"),
    (("GET", "/backends/gone/schema", None),               400,    "format is missing"),
    (("PUT", "/backends/gone/workflow", {"name": "x"}),    400,    "workflow is missing, or is not an object"),
    (("POST", "/backends/x/records", {"collection": "T", "records": [1]}), 400, "records must be a list of objects"),
    (("PUT", "/backends", None),                           405,    "possible here: GET, POST"),
    (("GET", "/elsewhere", None),                          404,    "no such path"),
    (("POST", "/backends", []),                            400,    "must be a JSON object"),
]  # fmt: skip


def test_what_cannot_be_done_is_said_by_name(launcher: Launcher) -> None:
    for request, status, words in REFUSED:
        got, body = launcher.call(*request)
        assert (got, words in body["error"]) == (status, True), (request, body)
    assert "Traceback" not in launcher.log.read_text()  # a refusal is none of its own faults


def test_a_backend_that_does_not_start_says_why_and_one_whose_port_is_taken_gets_another(
    launcher: Launcher, tmp_path: Path
) -> None:
    first = launcher.call("POST", "/backends", {"name": "first"})[1]
    second = launcher.call("POST", "/backends", {"name": "second"})[1]
    folder = tmp_path / "home" / "backends" / second["id"]
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "port": launcher.ready["port"]}))
    status = launcher.call("POST", f"/backends/{second['id']}/start")[1]
    assert status["running"]
    assert (folder / "data" / "local.db").is_file()  # and not where NOODL_DATA says for all of them
    assert status["port"] != launcher.ready["port"]
    (tmp_path / "home" / "backends" / first["id"] / "schema.json").write_text("{")
    code, body = launcher.call("POST", f"/backends/{first['id']}/start")
    assert code == 409
    assert "schema.json" in body["error"]
    assert launcher.end() == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{status['url']}/health", timeout=5)


def test_names_and_ids_never_lead_out_of_the_home(tmp_path: Path) -> None:
    machine = Machine({"NOODL_HOME": str(tmp_path / "home")})
    made = machine.create("../../x")
    assert made["name"] == "../../x"
    told = machine.update_workflow(made["id"], "../../Orders/Create", {"components": []})
    file = tmp_path / "home" / "backends" / made["id"] / told["file"]
    assert file.is_file()
    assert file.parent.name == "workflows"
    with pytest.raises(BadRequest, match="a workflow's name"):
        machine.update_workflow(made["id"], "x" * 300, {"components": []})
    (tmp_path / "home" / "backends" / "broken").mkdir()
    (tmp_path / "home" / "backends" / "broken" / "config.json").write_text("{")
    assert [config["id"] for config in machine.backends()] == [made["id"]]


def test_nothing_is_left_of_a_killed_launcher(launcher: Launcher) -> None:
    made = launcher.call("POST", "/backends", {"name": "mine"})[1]
    status = launcher.call("POST", f"/backends/{made['id']}/start")[1]
    with socket.create_connection(("127.0.0.1", status["port"])) as connection:
        connection.settimeout(10)
        launcher.process.kill()
        launcher.process.wait()
        assert connection.recv(1) == b""  # the backend has closed it, too
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{status['url']}/health", timeout=5)
