"""What can be done with the backends of this machine. Called from several threads."""

import json
import os
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noodl_builder.lints import lint_folder
from noodl_portable.backends import PORT, home, is_backend_id, make_empty
from noodl_portable.launcher.running import Running
from noodl_runtime.data_folder import json_text, write_private
from noodl_runtime.definition import check_workflow, fingerprint, read_workflows
from noodl_runtime.errors import BackendNotRunning, BadRequest, NoSuchBackend
from noodl_runtime.workflow.compile import SUFFIX, encoded

RELOAD_LIMIT_S = 10.0
LOOK_EVERY_S = 0.1
MAX_NAME = 200  # characters of a backend's name


class Machine:
    """The backends below a home, and those of them that were started here."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._home = home(environment)
        self._running: dict[str, Running] = {}
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._making = threading.Lock()

    def backends(self) -> list[dict[str, Any]]:
        """Return config.json of each backend, by name; a folder without a good one is passed over.

        [{"id", "name", "createdAt", "port", "projectIds", ...}]
        """
        found = []
        for file in sorted((self._home / "backends").glob("*/config.json")):
            try:
                config = json.loads(file.read_bytes())
            except (OSError, ValueError):
                continue
            if isinstance(config, dict):
                found.append({"projectIds": [], **config, "id": file.parent.name})
        return sorted(found, key=lambda config: str(config.get("name", "")).casefold())

    def create(self, name: str) -> dict[str, Any]:
        """Make an empty backend and return its config.json. raises: BadRequest, SetupError."""
        if not name.strip() or len(name) > MAX_NAME:
            raise BadRequest(f"a backend's name has 1 to {MAX_NAME} characters")
        with self._making:
            taken = {config.get("port") for config in self.backends()}
            port = next(port for port in range(PORT, 65536) if port not in taken)
            return make_empty(self._home / "backends", name.strip(), port)

    def delete(self, backend_id: str) -> dict[str, Any]:
        """Stop a backend and put its folder aside, with its records: {"keptIn": ...}."""
        folder = self.folder(backend_id)
        with self._locks[backend_id]:
            self.stop(backend_id)
            kept = self._home / "deleted" / f"{backend_id}-{time.time_ns():x}"
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.move(folder, kept)
        return {"keptIn": str(kept)}

    def start(self, backend_id: str) -> dict[str, Any]:
        """Start a backend unless it runs, and return its status. raises: BackendNotStarted."""
        folder = self.folder(backend_id)
        with self._locks[backend_id]:
            if self._alive(backend_id) is None:
                port = json.loads((folder / "config.json").read_bytes()).get("port", PORT)
                self._running[backend_id] = Running(folder, port)
        return self.status(backend_id)

    def stop(self, backend_id: str) -> dict[str, Any]:
        """Stop a backend if it runs, and return its status."""
        with self._locks[backend_id]:
            running = self._running.pop(backend_id, None)
            if running:
                running.stop()
        return self.status(backend_id)

    def status(self, backend_id: str) -> dict[str, Any]:
        """Return {"running": true, "port", "url"}, or {"running": false}, also of unknown ones."""
        running = self._alive(backend_id)
        if running is None:
            return {"running": False}
        return {"running": True, "port": running.port, "url": running.url}

    def update_workflow(self, backend_id: str, name: str, workflow: Any) -> dict[str, Any]:
        """Write one workflow file and return its name. raises: BadFile, BadRequest."""
        file = encoded(name) + SUFFIX
        if not name or len(file) > MAX_NAME:
            raise BadRequest(f"a workflow's name has 1 character, and {MAX_NAME} when written out")
        document = workflow if "components" in workflow else {"components": [workflow]}
        check_workflow(document, f"workflows/{file}")
        folder = self.folder(backend_id) / "workflows"
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / file, json_text(document))
        return {"file": f"workflows/{file}"}

    def reload_workflows(self, backend_id: str) -> dict[str, Any]:
        """Wait until the workflows as they are now are served; return what is wrong with them.

        {"served": true, "problems": [...]}; served is false while it does not run or one is broken
        """
        folder = self.folder(backend_id)
        running = self._alive(backend_id)
        if running is None:
            return {"served": False, "problems": list(map(str, lint_folder(folder)))}
        files, broken = read_workflows(folder)
        wanted, until = fingerprint(files), time.monotonic() + RELOAD_LIMIT_S
        while True:
            health = running.call("GET", "/health")[1]
            served = health["workflows"] == wanted and not broken
            if served or (broken and health["brokenFiles"]) or time.monotonic() > until:
                return {"served": served, "problems": health["problems"]}
            time.sleep(LOOK_EVERY_S)

    def running(self, backend_id: str) -> Running:
        """Return a backend that runs. raises: NoSuchBackend, BackendNotRunning."""
        self.folder(backend_id)
        running = self._alive(backend_id)
        if running is None:
            raise BackendNotRunning(f"the backend {backend_id} does not run; start it first")
        return running

    def folder(self, backend_id: str) -> Path:
        """Return the folder of a backend. raises: NoSuchBackend."""
        folder = self._home / "backends" / backend_id
        if not is_backend_id(backend_id) or not (folder / "config.json").is_file():
            raise NoSuchBackend(f"there is no backend {backend_id[:100]!r} on this machine")
        return folder

    def close(self) -> None:
        """Stop every backend that was started here, all at the same time."""
        stopping = [
            threading.Thread(target=self.stop, args=(backend_id,)) for backend_id in self._running
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def _alive(self, backend_id: str) -> Running | None:
        running = self._running.get(backend_id)
        return running if running and running.alive else None
