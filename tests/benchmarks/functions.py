"""Figures of functions, on one core and in one process: `python tests/benchmarks/functions.py`.

Prints the processor time of one call and the calls a second that makes, in process and, with
--http, over real HTTP at 16 connections; beside them what the original runtime did with graphs of
the same shape on another machine. Compare the columns of one run, not runs of different hours.
"""

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "runtime"), str(HERE / "tests" / "benchmarks")]

from over_http import Server, serve  # noqa: E402

from noodl_runtime.functions import FunctionRequest, Functions  # noqa: E402
from noodl_runtime.settings import Settings  # noqa: E402
from tests.driver import Backend  # noqa: E402
from tests.runtime.workflow.graphs import Document, component, document, node, script  # noqa: E402
from tests.runtime.workflow.small_backend import SmallBackend  # noqa: E402

# Calls a second of the original: in process, behind a plain HTTP server, as a full service with an
# isolate for each run. Where there is none, no graph of such a size was measured.
ORIGINAL = {
    "echo": (13_899, 8_862, 1_497),
    "value nodes": (3_694, 2_511, 1_092),
    "nested components": (2_144, 1_877, 817),
    "three Function nodes": (3_184, 4_532, 1_210),
    "query of 20": (901, 808, 350),
    "create": (860, 541, 378),
}
RECORDS = 100


def graphs() -> dict[str, list[Document]]:
    """Return the components of each shape; the first one is called."""
    return {
        "echo": [function("Echo", [], "q.pm-text -> r.pm-text, q.receive -> r.send")],
        "value nodes": [values()],
        "nested components": nested(),
        "one Function node": [
            function(
                "Script",
                [script("a", "Outputs.v = Inputs.n + 1; Outputs.Done();", "Done")],
                "q.pm-n -> a.in-n, q.receive -> a.run, a.out-v -> r.pm-n, a.out-Done -> r.send",
            )
        ],
        "three Function nodes": [scripts()],
        "query, Run Tasks over 100": tasks(),
        "query of 20": [
            function(
                "Query",
                [
                    node(
                        "d",
                        "DbCollection2",
                        collectionName="Item",
                        storageEnableLimit=True,
                        storageLimit=20,
                    )
                ],
                "q.receive -> d.storageFetch, d.fetched -> r.send, d.count -> r.pm-count",
            )
        ],
        "create": [
            function(
                "Create",
                [node("n", "NewDbModelProperties", collectionName="Item")],
                "q.pm-text -> n.prop-title, q.receive -> n.store, n.created -> r.send,"
                " n.id -> r.pm-id",
            )
        ],
    }


def function(name: str, nodes: list[Document], connections: str) -> Document:
    """Write a function between a Request q and a Response r."""
    return component(name, [node("q", "Request"), *nodes, node("r", "Response")], connections)


def values() -> Document:
    """Write ten nodes of plain values in a row."""
    nodes = [
        node("add", "Expression", expression="a + 1"),
        node("twice", "Expression", expression="a * 2"),
        node("n", "Number"),
        node("big", "Expression", expression="a > 10"),
        node("c", "Condition"),
        node("no", "Inverter"),
        node("b", "Boolean To String", trueString="yes", falseString="no"),
        node("f", "String Format", format="{a} is {b}"),
        node("s", "String"),
        node("i", "Unique Id"),
    ]
    wires = (
        "q.pm-n -> add.a, add.result -> twice.a, twice.result -> n.value, n.savedValue -> big.a,"
        " big.result -> c.condition, c.result -> no.value, no.result -> b.input,"
        " n.savedValue -> f.a, b.currentValue -> f.b, f.formatted -> s.value,"
        " s.savedValue -> r.pm-text, i.guid -> r.pm-id, q.receive -> r.send"
    )
    return function("Values", nodes, wires)


def nested() -> list[Document]:
    """Write five levels of components, each of which passes a value and a signal on."""
    inner = "q.pm-n -> x.In, q.receive -> x.Do, x.Out -> r.pm-n, x.Done -> r.send"
    made = [function("Nested", [node("x", "/#__local__/Level1")], inner)]
    ports = {"In": "input", "Do": "input", "Out": "output", "Done": "output"}
    for level in range(1, 6):
        nodes = [
            node("i", "Component Inputs"),
            node("e", "Expression", expression="a + 1"),
            node("o", "Component Outputs"),
        ]
        wires = "i.In -> e.a, "
        if level < 5:
            nodes.insert(2, node("x", f"/#__local__/Level{level + 1}"))
            wires += "e.result -> x.In, i.Do -> x.Do, x.Out -> o.Out, x.Done -> o.Done"
        else:
            wires += "e.result -> o.Out, i.Do -> o.Done"
        made.append(component(f"Level{level}", nodes, wires, ports))
    return made


def scripts() -> Document:
    """Write three Function nodes in a row, the last one asynchronous."""
    nodes = [
        script("a", "Outputs.v = Inputs.n + 1; Outputs.Done();", "Done"),
        script("b", "Outputs.v = [1, 2, 3].map(x => x * Inputs.n); Outputs.Done();", "Done"),
        script("c", "Outputs.v = await Promise.resolve(Inputs.l.length); Outputs.Done();", "Done"),
    ]
    wires = (
        "q.pm-n -> a.in-n, q.receive -> a.run, a.out-v -> b.in-n, a.out-Done -> b.run,"
        " b.out-v -> c.in-l, b.out-Done -> c.run, c.out-v -> r.pm-n, c.out-Done -> r.send"
    )
    return function("Scripts", nodes, wires)


def tasks() -> list[Document]:
    """Write a query whose records are each put through a component by Run Tasks."""
    nodes = [
        node(
            "d", "DbCollection2", collectionName="Item", storageEnableLimit=True, storageLimit=100
        ),
        node("t", "RunTasks", taskTemplate="/#__local__/Task", maxRunningTasks=10),
    ]
    wires = "q.receive -> d.storageFetch, d.items -> t.items, d.fetched -> t.run, t.done -> r.send"
    inner = [
        node("i", "Component Inputs"),
        node("e", "Expression", expression="a + 1"),
        node("o", "Component Outputs"),
    ]
    ports = {"Do": "input", "Success": "output"}
    task = component("Task", inner, "i.Do -> e.run, i.Do -> o.Success", ports)
    return [function("Tasks", nodes, wires), task]


BODY = {"text": "hello", "n": 7}


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each figure")
    parser.add_argument("--http", action="store_true", help="over real HTTP as well")
    parser.add_argument("--only", help="one shape, by the beginning of its name")
    options = parser.parse_args()
    shapes = {k: v for k, v in graphs().items() if k.startswith(options.only or "")}
    near = {name: in_process(shape, options.seconds) for name, shape in shapes.items()}
    far = over_http(shapes, options.seconds) if options.http else {}
    print("| function | CPU ms a call | calls/s of one core | over HTTP/s | original: in process,"
          " HTTP, service |")  # fmt: skip
    print("|---|---|---|---|---|")
    for name, cost in near.items():
        original = ", ".join(f"{rate:,}" for rate in ORIGINAL.get(name, ()))
        rate = f"{far[name]:,.0f}" if name in far else ""
        print(f"| {name} | {cost * 1000:.2f} | {1 / cost:,.0f} | {rate} | {original} |")
    return 0


def in_process(shape: list[Document], seconds: float) -> float:
    """Return the processor seconds of one call: the least of five stretches."""
    with tempfile.TemporaryDirectory() as folder:
        backend = SmallBackend(Path(folder), Settings())
        backend.seed(seed())
        functions = Functions(backend.settings, backend, backend, backend)
        functions.load([("test.workflow.json", document(*shape))])
        name = shape[0]["name"].rpartition("/")[2]
        request = FunctionRequest(body=json.dumps(BODY).encode())

        def call() -> None:
            answer = functions.call(name, request)
            if answer.status != 200:
                raise AssertionError(answer.body)

        call()
        cost = min(stretch(call, seconds / 5) for _ in range(5))
        backend.close()
        return cost


def stretch(call: Callable[[], None], seconds: float) -> float:
    """Return the processor time of a call, over so many seconds of calls."""
    began, end, calls = time.process_time(), time.perf_counter() + seconds, 0
    while time.perf_counter() < end or not calls:
        call()
        calls += 1
    return (time.process_time() - began) / calls


def seed() -> dict[str, Any]:
    records = [{"objectId": f"item{n:03d}", "title": f"Item {n}", "n": n} for n in range(RECORDS)]
    fields = {"title": {"type": "String"}, "n": {"type": "Number"}}
    return {"schema": {"Item": fields}, "records": {"Item": records}}


def over_http(shapes: dict[str, list[Document]], seconds: float) -> dict[str, float]:
    """Return the calls a second of each shape at 16 connections; the client shares the machine."""
    with tempfile.TemporaryDirectory() as folder:
        command = serve(Path(folder))
        workflows = Path(folder) / "backend" / "workflows"
        workflows.mkdir()
        for name, shape in shapes.items():
            file = workflows / f"{name}.workflow.json"
            file.write_text(json.dumps(document(*shape)))
        with Backend(command, "--port", "0", cwd=Path(folder)) as backend:
            server = Server(f"http://127.0.0.1:{backend.ready['port']}", backend.master_key())
            for item in seed()["records"]["Item"]:
                item.pop("objectId")
                server.ask(server.request("POST", "/api/Item", item))
            rates = {}
            for name, shape in shapes.items():
                path = f"/functions/{shape[0]['name'].rpartition('/')[2]}"
                request = server.request("POST", path, BODY)
                rates[name] = server.rate(itertools.repeat(request), 16, seconds)
            return rates


if __name__ == "__main__":
    sys.exit(main())
