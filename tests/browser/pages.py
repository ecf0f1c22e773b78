"""Serves the pages of this folder from an origin of their own, and waits for what they report."""

import json
import queue
import shutil
import subprocess
from collections import defaultdict
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

HERE = Path(__file__).parent
PATIENCE_S = 60


class Pages:
    """A server on a free port of loopback; `with` stops it.

    Pages post to /report/<name> what they found.
    """

    def __init__(self) -> None:
        self._reports: dict[str, queue.Queue[Any]] = defaultdict(queue.Queue)
        reports = self._reports

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(HERE))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                reports[self.path.removeprefix("/report/")].put(json.loads(body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> "Pages":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def report(self, page: str) -> Any:
        """Wait for what a page reports."""
        return self._reports[page].get(timeout=PATIENCE_S)


def chromium(*arguments: str, profile: Path) -> list[str]:
    """Return the command that runs the browser without a window.

    app.example is this machine for it, as a name would be that its owner lets lead here.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "this needs Chromium; .ci/run installs it"
    return [
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-dev-shm-usage", "--host-resolver-rules=MAP app.example 127.0.0.1",
        f"--user-data-dir={profile}", *arguments,
    ]  # fmt: skip


def shown(url: str, profile: Path) -> str:
    """Return what a page looks like to a script once it has loaded."""
    command = chromium("--dump-dom", url, profile=profile)
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S).stdout
