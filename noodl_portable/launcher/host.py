"""The launcher as a process: one address on loopback, a token, and an end that leaves nothing.

  Host, launch token, Origin -> the table -> a thread does it -> JSON

What is asked for starts processes and waits for them, so it runs in a thread and not in the hub.
"""

import itertools
import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from noodl_portable.launcher.machine import Machine
from noodl_portable.launcher.routes import check, find
from noodl_runtime.http.address import path_parts, query_parameters
from noodl_runtime.http.dispatch import ALWAYS, Incoming
from noodl_runtime.http.errors import error_response
from noodl_runtime.http.guard import Guard, cors_headers, preflight_headers
from noodl_runtime.http.route import Response
from noodl_runtime.http.strict_json import read_object, write_json
from noodl_runtime.parent_watch import watch_parent
from noodl_runtime.settings import Settings

HOST = "127.0.0.1"
PROTOCOL = 1
MAX_BODY = 100_000_000  # bytes; records come by the hundred


class LauncherDispatcher:
    """Answers requests by the table of the launcher."""

    def __init__(self, machine: Machine, settings: Settings) -> None:
        self._machine = machine
        self._settings = settings
        self._guard = Guard(
            hosts=(), origins=settings.allowed_origins, launch_token=settings.launch_token
        )
        self._numbers = itertools.count(1)

    def answer(self, incoming: Incoming) -> Response:
        """Return the response, also to what is refused or fails; never raises."""
        try:
            return self._respond(incoming)
        except Exception as error:  # the edge: whatever it is becomes an answer
            return self.refusal(error)

    def refusal(self, error: Exception) -> Response:
        """Return the response to what was refused, or failed."""
        response = error_response(error, "plain", f"launcher-{next(self._numbers)}")
        return _finished(response, {})

    def _respond(self, incoming: Incoming) -> Response:
        self._guard.admit(incoming.method, incoming.headers)
        cors = cors_headers(self._guard.check_origin(incoming.headers, trusted=False))
        if incoming.method == "OPTIONS":
            return _finished(
                Response(status=204, headers=preflight_headers(incoming.headers)), cors
            )
        row, params = find(incoming.method, path_parts(incoming.path))
        body = incoming.read_body(MAX_BODY)
        members = read_object(body, "the body") if body else {}
        query = query_parameters(incoming.query, self._settings.max_parameters)
        given = {**query, **members, **params}
        check(row, given)
        from gevent import get_hub

        from noodl_runtime.threads import in_thread

        told = in_thread(get_hub().threadpool, lambda: row.do(self._machine, given))
        return _finished(Response(body=write_json(told)), cors)


def serve(settings: Settings) -> int:
    """Serve until told to stop, end every backend that was started, and return the exit code."""
    from gevent import signal_handler
    from gevent.event import Event

    from noodl_runtime.http.server import Listener

    machine, stop = Machine(os.environ), Event()
    listener = Listener(LauncherDispatcher(machine, settings), settings, HOST, settings.port)
    listener.start()
    try:
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal_handler(getattr(signal, name), stop.set)
        watch_parent(settings, stop.set)
        _announce(listener.port, settings)
        stop.wait()
    finally:
        listener.stop(settings.stop_timeout)
        machine.close()
    return 0


def _announce(port: int, settings: Settings) -> None:
    ready: dict[str, Any] = {
        "url": f"http://{HOST}:{port}",
        "port": port,
        "pid": os.getpid(),
        "protocol": PROTOCOL,
    }
    if not os.environ.get("NOODL_LAUNCH_TOKEN"):
        ready["token"] = settings.launch_token
    sys.stdout.write(f"NOODL_READY {json.dumps(ready)}\n")
    sys.stdout.flush()


def _finished(response: Response, cors: Mapping[str, str]) -> Response:
    return Response(
        status=response.status,
        body=response.body,
        headers={**ALWAYS, **cors, **response.headers},
    )
