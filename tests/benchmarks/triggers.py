"""Figures about triggers: `python tests/benchmarks/triggers.py`. Printed, never judged.

10,000 database changes, each fired for: runs a second, processor time of one, what comes twice
an hour of simulated time: how many minutes of it fire, and how much a look at the clock costs
an hour of late looks: the same, with looks that come up to two minutes late
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import gevent

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE / part) for part in ("runtime", "builder", ".")]

from noodl_runtime.access.caller import MASTER  # noqa: E402
from noodl_runtime.assemble import assemble  # noqa: E402
from noodl_runtime.backend import Backend  # noqa: E402
from noodl_runtime.data_folder import DataFolder  # noqa: E402
from noodl_runtime.definition import Definition, WorkflowFile  # noqa: E402
from noodl_runtime.settings import Settings  # noqa: E402
from noodl_runtime.store.contract import Create, Query  # noqa: E402
from noodl_runtime.triggers.clockwork import Clockwork  # noqa: E402
from noodl_runtime.triggers.schedule import schedule_of  # noqa: E402
from noodl_runtime.triggers.waking import Waking  # noqa: E402
from tests.runtime.triggers.conftest import SCHEMA, telling  # noqa: E402
from tests.runtime.workflow.graphs import document  # noqa: E402

COUNT = 10_000
PIECE = 500
MINUTE_S, HOUR_S = 60, 3600


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        firings(Path(folder), COUNT)
    late = random.Random(1)  # the same steps each time
    simulated("looks every 20 s", lambda: 20.0)
    simulated("looks up to 2 minutes late", lambda: late.uniform(1, 120))


def firings(folder: Path, count: int) -> None:
    """Make records, wait until each has been fired for, and say what that took."""
    files = (WorkflowFile("t.workflow.json", document(telling(events="create"))),)
    definition = Definition(config={"name": "b", "appId": "b"}, schema=SCHEMA, workflows=files)
    settings = Settings(run_history=0)
    backend = assemble(settings, definition, DataFolder(folder), {})
    assert backend.functions
    triggers = Waking(backend, backend.functions, backend.store, settings)
    triggers.prepare()
    triggers.start()
    begun, worked = time.perf_counter(), time.process_time()
    writing = gevent.spawn(_make, backend, count)
    while backend.count(MASTER, "Log", {}) < count:
        gevent.sleep(0.05)
    writing.get()
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    told = Counter(record["about"] for record in _all(backend))
    print(
        f"{count} changes: {len(told)} fired for, {told.total() - len(told)} twice; "
        f"{took:.1f} s, {count / took:.0f} runs/s, {worked / count * 1000:.2f} ms of processor each"
    )
    triggers.hold()
    triggers.stop()
    backend.close()


def _make(backend: Backend, count: int) -> None:
    for _ in range(count // PIECE):
        backend.batch(MASTER, [Create(collection="Order", values={"item": "ink"})] * PIECE)
        gevent.sleep(0)


def _all(backend: Backend) -> list[dict[str, str]]:
    return list(backend.stream(MASTER, Query(collection="Log")))


def simulated(name: str, step: Callable[[], float]) -> None:
    """Let an hour pass at once, and say what fired in it."""
    works = Clockwork({"s": schedule_of({"cron": "* * * * *", "timezone": "Europe/Berlin"})})
    begin = moment = 1714557600.0
    minutes: list[int] = []
    lateness: list[float] = []
    worked, looks = time.process_time(), 0
    while moment < begin + HOUR_S:
        for due in works.look(moment):
            minutes.append(due.minute)
            lateness.append(moment - due.minute * MINUTE_S)
        moment += step()
        looks += 1
    cost = (time.process_time() - worked) / looks * 1e6
    print(
        f"{name}: {len(set(minutes))} minutes, {len(minutes) - len(set(minutes))} twice, "
        f"{max(lateness):.0f} s late at most and no later at the end, {cost:.0f} us a look"
    )


if __name__ == "__main__":
    main()
