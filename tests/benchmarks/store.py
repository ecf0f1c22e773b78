"""Figures of the record store at growing sizes: `python tests/benchmarks/store.py --rows 1000,100000`.

Prints what it measured and judges nothing. Each figure is the median of single operations as one
caller sees them, in milliseconds; "16 at once" is operations a second of sixteen greenlets. At the
end of each size: gets while two others scan the whole collection, and a stream of all of it.
"""

import argparse
import itertools
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent

from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore, Create, Query, Save
from noodl_runtime.store.registry import AdapterRegistry

# What a throwaway server without permissions, validation or change log did on two shared cores at
# 10,000 rows, requests a second with 16 connections: a ceiling for the whole way, HTTP included.
CEILING = {
    "create": 18_001, "get": 36_816, "filter, sort, 20": 2_551, "list 100": 2_921,
    "update": 15_983, "batch of 100": 469,
}  # fmt: skip

FIELDS = {
    "name": "String", "email": "String", "city": "String", "status": "String", "age": "Number",
    "score": "Number", "visits": "Number", "active": "Boolean", "address": "Object",
}  # fmt: skip
COLLECTION = Collection(
    name="Person",
    fields={name: Field(name=name, type=kind) for name, kind in FIELDS.items()},
    indexes=(Index(name="by_status", fields=("status", "-createdAt")),),
)


def main() -> int:
    """Measure at each size and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000,100000", help="sizes, comma separated")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each figure")
    options = parser.parse_args()
    sizes = [int(size) for size in options.rows.split(",")]
    measured = {size: gevent.spawn(at_size, size, options.seconds).get() for size in sizes}
    show(measured)
    return 0


def at_size(rows: int, seconds: float) -> dict[str, tuple[float, float]]:
    """Return {operation: (median ms alone, operations a second of sixteen)} at a size."""
    with tempfile.TemporaryDirectory() as folder:
        store = AdapterRegistry().create(
            {"type": "local", "path": Path(folder) / "x.db"}, Settings()
        )
        store.connect()
        store.update_schema(Schema(collections={"Person": COLLECTION}))
        ids = fill(store, rows)
        figures = {}
        for name, operation in operations(store, ids):
            figures[name] = (alone(operation, seconds), sixteen(operation, seconds))
        print(f"{rows:,} rows: {beside_scans(store, ids, seconds)}; {streamed(store)}", flush=True)
        store.disconnect()
    return figures


def fill(store: CloudStore, rows: int) -> list[str]:
    ids: list[str] = []
    for start in range(0, rows, 1000):
        writes = [Create(collection="Person", values=person(n)) for n in range(start, start + 1000)]
        ids += [record["objectId"] for record in store.batch(writes, transaction=True)]  # type: ignore[index]
        print(f"\r{len(ids):>9} of {rows} rows", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return ids


def person(number: int) -> dict[str, Any]:
    """Return nine fields, about 350 bytes as JSON."""
    return {
        "name": f"Person number {number} of the register", "email": f"person{number}@example.org",
        "city": f"City {number % 300}", "status": f"status-{number % 500}", "age": number % 90,
        "score": number * 0.37, "visits": number % 1000, "active": number % 3 == 0,
        "address": {"street": f"{number} Long Street", "zip": str(number % 99999), "floor": 3},
    }  # fmt: skip


def operations(store: CloudStore, ids: list[str]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield what is measured. Reads first: writes make the collection grow."""
    chance, numbers = random.Random(1), itertools.count(len(ids))
    yield "get", lambda: store.fetch("Person", chance.choice(ids))
    yield "filter, sort, 20", lambda: store.query(
        Query(
            collection="Person", where={"status": f"status-{chance.randrange(500)}"},
            order=("-createdAt",), limit=20,
        )
    )  # fmt: skip
    yield (
        "count on an index",
        lambda: store.count("Person", {"status": f"status-{chance.randrange(500)}"}),
    )
    yield (
        "list 100",
        lambda: store.query(
            Query(
                collection="Person", limit=100, skip=chance.randrange(max(1, min(len(ids), 5000)))
            )
        ),
    )
    yield "create", lambda: store.write(Create(collection="Person", values=person(next(numbers))))
    yield "update", lambda: store.write(
        Save(
            collection="Person", object_id=chance.choice(ids),
            values={"visits": next(numbers), "city": "Elsewhere", "active": True},
        )
    )  # fmt: skip
    yield (
        "batch of 100",
        lambda: store.batch(
            [Create(collection="Person", values=person(next(numbers))) for _ in range(100)]
        ),
    )


def alone(operation: Callable[[], Any], seconds: float) -> float:
    took = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(took) < 5:
        began = time.perf_counter()
        operation()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def sixteen(operation: Callable[[], Any], seconds: float) -> float:
    done = 0
    end = time.perf_counter() + seconds

    def caller() -> None:
        nonlocal done
        while time.perf_counter() < end:
            operation()
            done += 1
            gevent.sleep(0)

    began = time.perf_counter()
    gevent.joinall([gevent.spawn(caller) for _ in range(16)], raise_error=True)
    return done / (time.perf_counter() - began)


def beside_scans(store: CloudStore, ids: list[str], seconds: float) -> str:
    """Say how long gets take while two others look at every record."""

    def scan() -> None:
        while True:
            store.count("Person", {"name": {"contains": "nowhere"}})
            gevent.sleep(0)

    scans = [gevent.spawn(scan) for _ in range(2)]
    took = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        store.fetch("Person", random.choice(ids))
        took.append((time.perf_counter() - began) * 1000)
        gevent.sleep(0)
    gevent.killall(scans)
    late = statistics.quantiles(took, n=100)[98]
    return f"a get beside scans {statistics.median(took):.3f} ms, p99 {late:.3f} ms"


def streamed(store: CloudStore) -> str:
    """Say how fast a stream of everything is, and by how much it raises the peak of memory."""
    before, began = peak_mib(), time.perf_counter()
    count = sum(1 for _ in store.stream(Query(collection="Person")))
    rate = count / (time.perf_counter() - began)
    return f"a stream of {count:,} {rate:,.0f} records/s, peak of memory +{peak_mib() - before:.1f} MiB"


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(measured: dict[int, dict[str, tuple[float, float]]]) -> None:
    heads = [f"{size:,} rows: ms | 16 at once/s" for size in measured]
    print(f"{'':<20}" + "".join(f"{head:>36}" for head in heads) + f"{'ceiling/s':>12}")
    for name in next(iter(measured.values())):
        cells = [
            f"{ms:>20.3f} | {rate:>13,.0f}" for ms, rate in (m[name] for m in measured.values())
        ]
        ceiling = f"{CEILING[name]:,}" if name in CEILING else ""
        print(f"{name:<20}" + "".join(cells) + f"{ceiling:>12}")


if __name__ == "__main__":
    sys.exit(main())
