"""The Autobahn test suite against the WebSocket end that serves clients: `make autobahn`.

It needs its own Python 2.7, which that task prepares; so it is no part of the ordinary run. Only
what becomes of a message differs from the real thing: it is sent back.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from gevent import subprocess

from noodl_runtime.backend import Backend
from noodl_runtime.http.route import Request, Response
from noodl_runtime.realtime.door import Door
from noodl_runtime.realtime.frames import frame
from noodl_runtime.realtime.handshake import accepted
from noodl_runtime.realtime.live import Live
from noodl_runtime.realtime.websocket import WebSocket
from noodl_runtime.settings import Settings
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.http.clients import ServerClient

pytestmark = pytest.mark.autobahn
# Messages of up to 16 MB, and thousands of them: the limits are tested elsewhere.
SETTINGS = Settings(
    max_realtime_message=32_000_000,
    realtime_rate=1_000_000,
    realtime_queue=100_000,
    realtime_queue_size=200_000_000,
)
LEFT_OUT = ["12.*", "13.*"]  # compression, which is not offered
FINE = {"OK", "INFORMATIONAL", "NON-STRICT"}  # the last: wrong UTF-8 seen at the end of a frame


class Echo(WebSocket):
    """Sends every message back."""

    def take_text(self, data: bytes) -> None:
        self.outbox.put_piece(frame("text", data))

    def take_binary(self, data: bytes) -> None:
        self.outbox.put_piece(frame("binary", data))


class EchoDoor(Door):
    def open(self, request: Request) -> Response:
        if self.live is None:
            self.live = Live(self._backend)
        echo = Echo(self.live, request.caller, request.base_url)
        return Response(status=101, headers=accepted(request.headers), conversation=echo)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    store = SqliteStore(tmp_path / "local.db", SETTINGS)
    store.connect()
    backend = Backend(store=store, settings=SETTINGS, name="echo")
    backend.realtime = EchoDoor(backend)
    client = ServerClient(backend)
    yield client.server.port
    client.close()
    backend.close()


def test_no_case_fails_and_every_close_is_clean(port: int, tmp_path: Path) -> None:
    wstest = Path(os.environ["NOODL_WSTEST"])
    spec = {
        "outdir": str(tmp_path / "report"),
        "servers": [{"agent": "noodl", "url": f"ws://127.0.0.1:{port}/realtime"}],
        "cases": os.environ.get("NOODL_WSTEST_CASES", "*").split(","),
        "exclude-cases": LEFT_OUT,
        "exclude-agent-cases": {},
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    command = [str(wstest), "-m", "fuzzingclient", "-s", str(tmp_path / "spec.json")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    cases = json.loads((tmp_path / "report" / "index.json").read_text())["noodl"]
    behaviours = [case["behavior"] for case in cases.values()]
    closes = [case["behaviorClose"] for case in cases.values()]
    print({word: behaviours.count(word) for word in sorted(set(behaviours))})
    print("closes", {word: closes.count(word) for word in sorted(set(closes))})
    for name, case in cases.items():
        if case["behavior"] not in ("OK", "INFORMATIONAL"):
            print(name, case["behavior"])
    bad = {name: case for name, case in cases.items() if not fine(case)}
    assert not bad
    assert len(cases) >= (1 if "NOODL_WSTEST_CASES" in os.environ else 290)


def fine(case: dict[str, str]) -> bool:
    return case["behavior"] in FINE and case["behaviorClose"] in ("OK", "INFORMATIONAL")
