"""After the ready line: loads what requests will need, while nobody waits for it.

A start loads no more than it takes to say that the backend is there. The rest comes right behind,
in a thread, so that the first request finds it or waits no longer than it would have before. What
few backends use (script engine, JSON Schema, mail, ...) is loaded when it is used.
"""

import gc
import logging
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import gevent

from noodl_runtime.start_modules import remember_modules
from noodl_runtime.threads import in_thread

if TYPE_CHECKING:
    from noodl_runtime.http.server import Server

log = logging.getLogger("noodl.serve")

PAUSE_S = 0.02  # for whoever waits for the first answer of /health
NEEDED = (  # with all that they import
    "noodl_runtime.http.routes",
    "noodl_runtime.http.routes.app",
    "noodl_runtime.http.routes.api_functions",
    "noodl_runtime.access.access",
    "noodl_runtime.record_writes",
    "noodl_runtime.store.sqlite.queries",
    "noodl_runtime.functions.running",
)


def begin_warming(server: "Server") -> gevent.Greenlet:
    """Begin to load what requests to a server will need."""
    return gevent.spawn_later(PAUSE_S, _warm_up, server, frozenset(sys.modules))


def _warm_up(server: "Server", at_start: frozenset[str]) -> None:
    pool = gevent.get_hub().threadpool
    try:
        in_thread(pool, _load)
        server.warm_up()
        in_thread(pool, lambda: remember_modules(at_start))
    except Exception:  # the edge of a greenlet; the first request will say it, too
        log.exception("while loading what requests need")
    finally:
        gc.freeze()  # all this stays: collections need not look at it again and again
        gc.enable()


def _load() -> None:
    for name in NEEDED:
        import_module(name)
