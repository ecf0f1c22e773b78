"""The process: from a bundle or a backend folder to a listening server, and to a clean end.

  options -> data folder -> lock and open the database -> bring the schema up to date -> listen
  -> one line on stdout: NOODL_READY {"url": ..., "port": ..., "pid": ..., ...}
  -> SIGTERM or SIGINT: stop accepting, let running requests finish, checkpoint, exit code 0

Stdout carries the ready line and nothing else; logs go to stderr.
"""

import argparse
import json
import logging
import os
import signal
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noodl_runtime import __version__
from noodl_runtime.bundle import Bundle, started_bundle
from noodl_runtime.data_folder import DataFolder, choose_data_folder, seed_data
from noodl_runtime.dataclass import dataclass
from noodl_runtime.definition import Definition, Place, read_definition
from noodl_runtime.errors import (
    BadFile,
    BadSetting,
    DamagedBundle,
    DestructiveChange,
    DuplicateValue,
    PortableError,
    SetupError,
    WrongType,
)
from noodl_runtime.http.guard import is_loopback
from noodl_runtime.logs import start_logging
from noodl_runtime.parent_watch import watch_parent
from noodl_runtime.settings import SETTINGS, Settings, resolve, unknown_settings

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from gevent.event import Event

log = logging.getLogger("noodl.serve")

PROTOCOL = 1  # of what a parent and this process tell each other; see docs/embedding.md

# Threads that scan or run scripts hand the interpreter back this often; at Python's own 5 ms a
# look-up beside a scan waits ten times as long.
SWITCH_INTERVAL_S = 0.0005

IN_USAGE = ("host", "port", "data", "mode")
SETTINGS_ARE = (
    "also to be given as NOODL_<NAME> in the environment, or among the settings of config.json"
)
EXAMPLES = """examples:
  python backend.pyz                       serve on http://127.0.0.1:8577
  python backend.pyz --port 0              any free port; the ready line says which
  python backend.pyz --data ~/todo-data    keep records, files and keys there

NOODL_CACHE names the folder its libraries are unpacked into; default: the user's cache folder.

exit codes: 0 stopped as asked or parent gone, 1 cannot start, 2 wrong option, 69 port taken,
  73 no folder to unpack into, 75 data folder in use,
  78 wrong or damaged file, setting, Python or platform (a restart will not help)
"""


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


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the bundle this code runs from; the entry point of every bundle."""
    try:
        bundle = started_bundle()
    except DamagedBundle as error:
        return _refused(Path(sys.argv[0]).name, error)
    if bundle is None:
        print("this is not a bundle; use: noodl-portable serve FOLDER", file=sys.stderr)  # noqa: T201
        return 2
    parser = option_parser(bundle.path.name, version_text(bundle.manifest))
    parser.add_argument(
        "--rollback",
        action="store_true",
        help="put the records back as they were before the last upgrade of their schema, and end",
    )
    options = vars(parser.parse_args(argv))
    source = Source(bundle.root, bundle)
    return roll_back(source, options) if options.pop("rollback") else run(source, options)


def option_parser(prog: str, version: str) -> argparse.ArgumentParser:
    """Return the parser of the serving options, made from the table of settings."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Serve this backend.",
        epilog=EXAMPLES,
        formatter_class=BriefUsage,
    )
    parser.add_argument("--version", action="version", version=version)
    add_setting_options(parser)
    return parser


class BriefUsage(argparse.RawDescriptionHelpFormatter):
    """Keep the usage, which stands before every error, short: few settings, not a page of them."""

    def add_usage(
        self, usage: Any, actions: Iterable[argparse.Action], groups: Any, prefix: Any = None
    ) -> None:
        """Add the usage without the settings that --help lists anyway."""
        few = [each for each in actions if each.dest not in SETTINGS or each.dest in IN_USAGE]
        super().add_usage(usage, few, groups, prefix)


def add_setting_options(parser: argparse.ArgumentParser) -> None:
    """Add one option for each setting of the table."""
    group = parser.add_argument_group("settings", SETTINGS_ARE)
    for row in SETTINGS.values():
        if row.secret:
            continue
        default = ",".join(row.default) if isinstance(row.default, tuple) else row.default
        shown = f" (default: {default})" if default not in ("", None) else ""
        group.add_argument(
            row.option, dest=row.name, metavar="VALUE", help=row.help.replace("%", "%%") + shown
        )


def version_text(manifest: Mapping[str, Any]) -> str:
    """Return what --version prints: "todo 1.0 (build 1a2b..., noodl-portable 0.1.0)"."""
    return (
        f"{manifest['name']} {manifest['version']} "
        f"(build {manifest['buildId']}, noodl-portable {__version__})"
    )


def run(source: Source, options: Mapping[str, Any], *, environment: Any = os.environ) -> int:
    """Serve until told to stop, return the exit code; a SetupError is one line on stderr."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        service = Service(source, options, environment)
        flush = start_logging(service.settings.log_level)
        try:
            service.tell_unknown_settings()
            service.start()
            stop = _stop_on_signals()  # before the ready line: a parent may stop us right after it
            watch_parent(service.settings, stop.set)
            _announce(service.ready())
            service.warm_up()
            stop.wait()
            return 0
        finally:
            service.close()
            flush()
    except PortableError as error:
        return _refused(source.program, error)


def roll_back(source: Source, options: Mapping[str, Any], *, environment: Any = os.environ) -> int:
    """Go back to the records of before the last upgrade, say so, and return the exit code."""
    from noodl_runtime.lineage import Lineage
    from noodl_runtime.values import now_iso

    try:
        service = Service(source, options, environment)
        folder = DataFolder(service.data_path())
        undone, aside = Lineage(folder.database).roll_back(now_iso())
    except PortableError as error:
        return _refused(source.program, error, otherwise=1)
    print(  # noqa: T201
        f"The records in {folder.path} are as they were before version {undone.version}; "
        f"those of until now are {aside}."
    )
    return 0


def _refused(program: str, error: PortableError, otherwise: int = BadFile.exit_code) -> int:
    print(f"{program}: {error}", file=sys.stderr)  # noqa: T201
    return error.exit_code if isinstance(error, SetupError) else otherwise


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


def _stop_on_signals() -> "Event":
    """Return an event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    from gevent import signal_handler
    from gevent.event import Event

    stop = Event()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        log.info("stopping")
        stop.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal_handler(getattr(signal, name), asked)
    return stop


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


def _announce(ready: Mapping[str, Any]) -> None:
    try:
        sys.stdout.write(f"NOODL_READY {json.dumps(ready)}\n")
        sys.stdout.flush()
    except OSError:
        log.warning("nobody reads the ready line; serving all the same")
    log.info("serving on %s, data in %s", ready["url"], ready["data"])
