"""A running desktop app, told what to do over its stdin; see driver.js."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WAIT_S = 60


class Desktop:
    """An app in a real Electron. `with` kills what is left of it.

    command: the program, and the app's folder where it is not packaged
    home:    the user's folder
    """

    def __init__(
        self, command: Sequence[str | Path], home: Path, display: str, **environment: str
    ) -> None:
        home.mkdir(exist_ok=True)
        # A made-up user in a made-up session: no bus, no folders of the one who tests.
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "DISPLAY": display, "LANG": "C.UTF-8"}
        # Containers run as root and have little shared memory.
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        self.process = subprocess.Popen(
            [*map(str, command), *flags], env={**env, **environment}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.errors: list[str] = []
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._readers = [
            threading.Thread(target=_read, args=pair, daemon=True)
            for pair in (
                (self.process.stdout, self._heard),
                (self.process.stderr, self.errors.append),
            )
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> "Desktop":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:  # until the last of Electron's processes has let go
            reader.join(WAIT_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def event(self, name: str) -> dict[str, Any]:
        """Return the next event of this name; others before it are passed over."""
        while True:
            try:
                told = self._told.get(timeout=WAIT_S)
            except queue.Empty:
                raise AssertionError(f"no {name}; {''.join(self.errors)[-2000:]}") from None
            if told["event"] == name:
                return told

    def do(self, deed: str, **more: Any) -> Any:
        """Have something done and return what came of it."""
        self.tell(deed, **more)
        return self.event("done").get("answer")

    def tell(self, deed: str, **more: Any) -> None:
        """Have something done without waiting for it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": deed, **more}) + "\n")
        self.process.stdin.flush()

    def quit(self) -> int:
        """Quit as a user does, and return the exit code."""
        self.tell("quit")
        self.event("quit")
        return self.process.wait(WAIT_S)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WAIT_S)

    def _heard(self, line: str) -> None:
        if line.startswith("{"):
            self._told.put(json.loads(line))


def _read(stream: Any, take: Any) -> None:
    for line in stream:
        take(line)
