"""A real backend process, as a stranger would start it, and a client of a few lines.

Standard library only: the stranger below runs it in a network of its own, with nothing installed.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

Answer = tuple[int, Any]


class Backend:
    """A process that serves a bundle or a folder; `with` stops it.

    command: what to run, e.g. [python, "-I", "todo.pyz"]; options such as --port 0 are added
    """

    def __init__(
        self, command: list[str | Path], *options: str, cwd: Path, env: dict[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [*map(str, command), *(options or ("--port", "0"))],
            cwd=cwd, env=env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("NOODL_READY "):
            raise AssertionError(f"no ready line but {line!r}\n{self.process.communicate()[1]}")
        self.ready: dict[str, Any] = json.loads(line.removeprefix("NOODL_READY "))

    def __enter__(self) -> "Backend":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request and return status and decoded answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ready["port"], timeout=20)
        try:
            data = None if body is None else json.dumps(body).encode()
            own = {"Content-Type": "application/json"} if data is not None else {}
            connection.request(method, path, data, {**own, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask the process to stop; return exit code, the rest of stdout, and stderr."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err

    def master_key(self) -> str:
        """Return the master key from the data folder."""
        secrets = json.loads((Path(self.ready["data"]) / "secrets.json").read_text())
        return str(secrets["masterKey"])


def stranger(bundle: Path, home: Path) -> None:
    """Use the todo bundle in an empty folder with an empty home; find the data after a restart."""
    env = {"HOME": str(home), "PATH": os.defpath}
    command: list[str | Path] = [sys.executable, "-I", bundle]
    with Backend(command, cwd=home, env=env) as backend:
        assert backend.call("GET", "/health")[1]["status"] == "ok"
        status, todo = backend.call("POST", "/api/Todo", {"title": "Buy milk", "priority": 2})
        assert status == 201, todo
        backend.call("POST", "/api/Todo", {"title": "Call Ada", "priority": 4})
        assert backend.call("POST", "/functions/hello", {"name": "Ada"}) == (
            200,
            {"result": {"message": "Hello, Ada!"}},
        )
        assert backend.call("POST", "/functions/completeAll", {}) == (200, {"result": {"count": 2}})
        assert backend.call("POST", "/functions/stats", {}) == (
            200,
            {"result": {"highest": 4, "lowest": 2, "average": 3, "total": 6}},
        )
        code, out, err = backend.stop()
        assert (code, out) == (0, ""), err
    with Backend(command, cwd=home, env=env) as backend:
        found = backend.call("GET", f"/api/Todo/{todo['objectId']}")[1]
        assert found["title"] == "Buy milk"
        assert found["done"] is True
        assert backend.stop(signal.SIGINT)[0] == 0


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    stranger(Path(sys.argv[1]), Path(sys.argv[2]))
    print("the stranger is content")
