"""The process: from a bundle or a backend folder to a listening server, and to a clean end.

  options -> what `service.py` opens, in order -> listen
  -> one line on stdout: NOODL_READY {"url": ..., "port": ..., "pid": ..., ...}
  -> SIGTERM or SIGINT: stop accepting, let running requests finish, checkpoint, exit code 0

Stdout carries the ready line and nothing else; logs go to stderr.
"""

import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noodl_runtime.bundle import started_bundle
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.errors import BadFile, DamagedBundle, PortableError, SetupError
from noodl_runtime.logs import start_logging
from noodl_runtime.options import option_parser, version_text
from noodl_runtime.parent_watch import watch_parent
from noodl_runtime.service import Service, Source

if TYPE_CHECKING:
    from gevent.event import Event

log = logging.getLogger("noodl.serve")

# Threads that scan or run scripts hand the interpreter back this often; at Python's own 5 ms a
# look-up beside a scan waits ten times as long.
SWITCH_INTERVAL_S = 0.0005


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


def _announce(ready: Mapping[str, Any]) -> None:
    try:
        sys.stdout.write(f"NOODL_READY {json.dumps(ready)}\n")
        sys.stdout.flush()
    except OSError:
        log.warning("nobody reads the ready line; serving all the same")
    log.info("serving on %s, data in %s", ready["url"], ready["data"])
