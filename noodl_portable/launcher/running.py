"""A backend that the launcher has started: a process of its own, which ends with the launcher."""

import http.client
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from noodl_runtime.errors import BackendNotStarted, PortTaken
from noodl_runtime.settings import SETTINGS

READY = "NOODL_READY "
START_LIMIT_S = 60.0
STOP_LIMIT_S = 10.0
ANSWER_LIMIT_S = 120.0
TAIL = 20  # lines of its log that are kept for a message
PORT_TAKEN = PortTaken.exit_code
# The launcher's token opens nothing else, and a data folder or a key belongs to one backend.
OF_ONE_PROCESS = {"NOODL_MASTER_KEY", *(row.variable for row in SETTINGS.values())}
RELOAD_DELAY = "0.25"  # an editor writes whole files and then asks for them


class Running:
    """One backend process. url, port: where it serves.

    raises: BackendNotStarted with the last line it wrote
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._lines: deque[str] = deque(maxlen=TAIL)
        self._process = self._begun(port)
        ready = self._ready() or self._retried(port)
        self.url = str(ready["url"])
        self.port = int(ready["port"])

    @property
    def alive(self) -> bool:
        """Say whether it still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it by ending its stdin; kill it when it takes too long."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request with the master key and return status and answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_LIMIT_S)
        secrets = json.loads((self.folder / "secrets.json").read_bytes())
        config = json.loads((self.folder / "config.json").read_bytes())
        headers = {
            "Content-Type": "application/json",
            "X-Parse-Application-Id": config.get("appId", ""),
            "X-Parse-Master-Key": secrets["masterKey"],
        }
        data = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def _begun(self, port: int) -> "subprocess.Popen[str]":
        command = [
            sys.executable, "-m", "noodl_portable", "serve", str(self.folder),
            "--port", str(port), "--reload-delay", RELOAD_DELAY,
            "--stop-with-stdin", "yes", "--parent-pid", str(os.getpid()),
        ]  # fmt: skip
        environment = {name: v for name, v in os.environ.items() if name not in OF_ONE_PROCESS}
        process = subprocess.Popen(  # noqa: S603 - a list, no shell
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        assert process.stderr is not None
        threading.Thread(target=self._drain, args=(process.stderr,), daemon=True).start()
        return process

    def _ready(self) -> dict[str, Any] | None:
        """Return what its ready line says, None for a taken port. raises: BackendNotStarted."""
        assert self._process.stdout is not None
        late = threading.Timer(START_LIMIT_S, self._process.kill)
        late.start()
        line = self._process.stdout.readline()
        late.cancel()
        if line.startswith(READY):
            threading.Thread(target=self._drain, args=(self._process.stdout,), daemon=True).start()
            return dict(json.loads(line.removeprefix(READY)))
        if self._process.wait() == PORT_TAKEN:
            return None
        said = self._lines[-1] if self._lines else f"exit code {self._process.returncode}"
        raise BackendNotStarted(f"the backend {self.folder.name} did not start: {said}")

    def _retried(self, port: int) -> dict[str, Any]:
        self._process = self._begun(0)
        ready = self._ready()
        if ready is None:
            raise BackendNotStarted(f"port {port} and every other one is taken")
        return ready

    def _drain(self, stream: Iterable[str]) -> None:
        for line in stream:
            self._lines.append(line.rstrip())
