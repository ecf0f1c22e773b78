"""One backend of one process: opened in the order in which it may be refused, closed in reverse.

settings -> data folder -> lock and open the database -> bring the schema up to date -> listen
"""

import logging
import os
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noodl_runtime.bundle import Bundle
from noodl_runtime.data_folder import DataFolder, choose_data_folder, seed_data
from noodl_runtime.dataclass import dataclass
from noodl_runtime.definition import Definition, Place, read_definition
from noodl_runtime.errors import (
    BadFile,
    BadSetting,
    DamagedBundle,
    DestructiveChange,
    DuplicateValue,
    WrongType,
)
from noodl_runtime.http.guard import is_loopback
from noodl_runtime.settings import Settings, resolve, unknown_settings

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

log = logging.getLogger("noodl.serve")

PROTOCOL = 1  # of what a parent and this process tell each other; see docs/embedding.md


@dataclass(frozen=True)
class Source:
    """Where the backend comes from.

    root:   the folder, or the place in the bundle
    bundle: what it is packed in, None for a folder
    app:    folder of a front end to serve at /, None: the one in the bundle, if any
    """

    root: Place
    bundle: Bundle | None = None
    app: Path | None = None

    @property
    def program(self) -> str:
        """Return what error messages begin with."""
        return self.bundle.path.name if self.bundle else "noodl-portable serve"

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return the manifest of a bundle, {} for a folder."""
        return self.bundle.manifest if self.bundle else {}

    @property
    def mode(self) -> str:
        """Return the mode unless something else is set: a folder is being worked on."""
        return "production" if self.bundle else "development"


class Service:
    """One backend of one process: settings, data folder, store, workflows, server."""

    def __init__(
        self, source: Source, options: Mapping[str, Any], environment: Mapping[str, str]
    ) -> None:
        self.definition = read_definition(
            source.root, source.bundle.checked if source.bundle else frozenset()
        )
        self.settings = _settings(source, self.definition, options, environment)
        _check_address(self.settings, environment)
        self._source = source
        self._environment = environment
        self._closers: list[Callable[[], None]] = []

    def tell_unknown_settings(self) -> None:
        """Warn of what stands among the settings of config.json and is none."""
        for sentence in unknown_settings(self.definition.config.get("settings", {})):
            log.warning("%s", sentence)

    def start(self) -> None:
        """Open everything, in the order in which it may be refused, and listen."""
        settings = self.settings
        self.folder = DataFolder(self.data_path())
        bundle = self._source.bundle
        self.backend = self._upgraded(bundle) if bundle else self._assemble()
        self._add_front_end()
        from noodl_runtime.http.server import Server
        from noodl_runtime.triggers.waking import Waking

        self.server = Server(self.backend, settings.host, settings.port)
        triggers = Waking(self.backend, self.backend.functions, self.backend.store, self.settings)
        triggers.prepare()
        self._closers.append(triggers.stop)
        self.server.start()
        self._closers.append(lambda: self.server.stop(settings.stop_timeout))
        triggers.start()
        self._closers.append(triggers.hold)
        self._watch()

    def _watch(self) -> None:
        """Serve workflows as they are saved; what a bundle holds does not change."""
        if self._source.bundle or not self.settings.reload_delay:
            return
        from noodl_runtime.reload import Reloader

        folder = Path(str(self._source.root))
        reloader = Reloader(folder, self.backend.functions, self.settings.reload_delay)
        reloader.start()
        self._closers.append(reloader.stop)

    def ready(self) -> dict[str, Any]:
        """Return the content of the ready line."""
        return {
            "url": f"http://{_host_in_url(self.settings.host)}:{self.server.port}",
            "port": self.server.port,
            "pid": os.getpid(),
            "data": str(self.folder.path),
            "appId": self.backend.app_id,
            "version": self.backend.version,
            "build": self._source.manifest.get("buildId"),
            "protocol": PROTOCOL,
        }

    def warm_up(self) -> None:
        """Load what requests will need, beside them."""
        from noodl_runtime.warming import begin_warming

        self._closers.append(begin_warming(self.server).kill)

    def close(self) -> None:
        """Undo what was opened, last first; every step is tried."""
        while self._closers:
            try:
                self._closers.pop()()
            except Exception:
                log.exception("while stopping")

    def data_path(self) -> Path:
        """Return the data folder that the settings name."""
        bundle = self._source.bundle
        if bundle is None and not self.settings.data:
            return Path(str(self._source.root))
        return choose_data_folder(
            self.settings.data, bundle.path if bundle else None, self._environment
        )

    def _upgraded(self, bundle: Bundle) -> Any:
        """Assemble over the records of an earlier bundle, or those this one brings."""
        from noodl_runtime.lineage import Lineage
        from noodl_runtime.values import now_iso

        fresh = not self.folder.database.exists() and self._seeded(bundle)
        lineage = Lineage(self.folder.database)
        step = lineage.prepare(bundle.manifest, now_iso(), fresh=fresh)
        if step and step.backup:
            log.info("another schema than before; the records are copied to %s", step.backup)
        backend = self._assemble()
        lineage.record(step)
        return backend

    def _seeded(self, bundle: Bundle) -> bool:
        from zipfile import BadZipFile

        try:
            return seed_data(bundle.opened(), self.folder)
        except (BadZipFile, zlib.error, EOFError) as error:
            raise DamagedBundle("bundle/data", error) from error

    def _add_front_end(self) -> None:
        app: Traversable | None = self._source.app
        bundle = self._source.bundle
        if app is None and bundle and bundle.root.joinpath("app").is_dir():
            app = bundle.opened().joinpath("app")
        if app is not None and app.is_dir():
            from noodl_runtime.http.app_files import AppFiles

            self.backend.app_files = AppFiles(app, self.backend.app_id)

    def _assemble(self) -> Any:
        from noodl_runtime.assemble import assemble

        try:
            backend = assemble(self.settings, self.definition, self.folder, self._environment)
        except (DestructiveChange, WrongType, DuplicateValue) as error:
            raise BadFile(
                f"the schema does not fit the records in {self.folder.path}: {error}. Nothing was "
                "changed. Start what they were made with; in the new schema leave the field as it "
                "is, or give the new one another name"
            ) from error
        self._closers.append(backend.close)
        return backend


def _settings(
    source: Source,
    definition: Definition,
    options: Mapping[str, Any],
    environment: Mapping[str, str],
) -> Settings:
    config = {"mode": source.mode, **definition.config.get("settings", {})}
    if "port" in definition.config:
        config.setdefault("port", definition.config["port"])
    return resolve(options, environment, config)


def _check_address(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse to be reachable by other machines unless that is meant. raises: BadSetting."""
    if is_loopback(settings.host):
        return
    if settings.mode == "development":
        raise BadSetting(
            f"--host {settings.host} lets other machines in, and in development mode anyone may "
            "add to the schema; use --mode production, or leave --host out"
        )
    if not environment.get("NOODL_MASTER_KEY"):
        raise BadSetting(
            f"--host {settings.host} lets other machines in; set a master key of your own in the "
            "environment variable NOODL_MASTER_KEY first"
        )


def _host_in_url(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - listens everywhere, so here as well
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
