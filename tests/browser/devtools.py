"""Drives a page of a real browser over its debugging pipe: messages of JSON that end with NUL."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.browser.pages import chromium

TO_BROWSER, FROM_BROWSER = 3, 4  # the file descriptors that the browser reads and writes


class Tab:
    """A browser with one page; `with` ends it."""

    def __init__(self, url: str, profile: Path) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # the shell moves the pipes to where the browser looks for them
        moved = f'exec "$@" {TO_BROWSER}<&{theirs_in} {FROM_BROWSER}>&{theirs_out}'
        command = chromium("--remote-debugging-pipe", "about:blank", profile=profile)
        self._browser = subprocess.Popen(
            ["bash", "-c", moved, "browser", *command],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = os.fdopen(ours_out, "wb", buffering=0)
        self._in = os.fdopen(ours_in, "rb")
        self._number = 0
        self._session = ""
        self._seen: set[str] = set()
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self._ask("Page.enable")
        self._seen.clear()
        self._ask("Page.navigate", url=url)
        while "Page.loadEventFired" not in self._seen:
            self._take()

    def __enter__(self) -> "Tab":
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.kill()
        self._browser.wait()
        self._out.close()
        self._in.close()

    def run(self, script: str) -> Any:
        """Run a script in the page, wait for its promise, and return what it gives."""
        given = self._ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in given, given["exceptionDetails"]
        return given["result"].get("value")

    def until(self, condition: str) -> Any:
        """Wait in the page until an expression is true, and return its value."""
        return self.run(
            "new Promise((resolve) => { const look = () => {"
            f" const found = (() => {{ try {{ return {condition} }} catch {{ return null }} }})();"
            " if (found) resolve(found); else setTimeout(look, 20); }; look(); })"
        )

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._take()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _take(self) -> Any:
        """Return the next message; of events it is remembered that they came."""
        message = json.loads(self._message())
        self._seen.add(message.get("method", ""))
        return message

    def _message(self) -> bytes:
        message = bytearray()
        while (byte := self._in.read(1)) != b"\0":
            assert byte, "the browser is gone"
            message += byte
        return bytes(message)
