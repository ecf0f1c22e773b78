"""A real Parse Server for tests: installed once into .cache, started over a real PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import npm, postgres

HERE = Path(__file__).resolve().parent
INSTALLED = HERE.parents[1] / ".cache" / "parse-server"


@dataclass(frozen=True)
class ParseServer:
    """A running server and the keys that open it."""

    url: str  # "http://127.0.0.1:40123"
    app_id: str = "test-app"
    master_key: str = "test-master"

    @property
    def config(self) -> dict[str, str]:
        """Return what config.json says about a store at this server."""
        return {
            "type": "parse",
            "endpoint": f"{self.url}/parse",
            "appId": self.app_id,
            "masterKey": self.master_key,
        }

    def reset(self) -> None:
        """Empty the database."""
        request = urllib.request.Request(f"{self.url}/reset", data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200


def missing() -> str | None:
    """Say what is not installed, None if a server can be started; installs the server itself."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return postgres.missing() or npm.installed(HERE, INSTALLED)


@contextmanager
def parse_server() -> Iterator[ParseServer]:
    """Run a server with an empty database of its own."""
    with postgres.postgres() as database, tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            ["node", HERE / "parse-server.js", database],
            env={**os.environ, "NODE_PATH": str(INSTALLED / "node_modules")},
            cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            line = next((line for line in process.stdout if line.startswith("ready ")), None)
            assert line, "Parse Server did not start; its own words are above"
            yield ParseServer(f"http://127.0.0.1:{line.split()[1]}")
        finally:
            process.kill()
            process.communicate()
