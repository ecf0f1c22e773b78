"""A small backend with triggers: what happens to records of Order is told in records of Log."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import Definition, Problem, WorkflowFile
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Delete, Query, Save
from noodl_runtime.triggers.triggers import Triggers
from noodl_runtime.values import Record
from tests.runtime.workflow.graphs import component, document, node

ORDER = {"item": "String", "amount": "Number", "paid": "Boolean", "due": "Date"}
LOG = {"what": "String", "about": "String", "item": "String"}
SCHEMA = Schema(
    collections={
        name: Collection(name=name, fields={f: Field(name=f, type=t) for f, t in fields.items()})
        for name, fields in {"Order": ORDER, "Log": LOG}.items()
    }
)
Begin = Callable[..., Backend]


def telling(name: str = "Tell", **parameters: Any) -> Any:
    """A trigger on orders that writes what it was fired for into the log."""
    return component(
        name,
        [
            node("t", "noodl.trigger.dbChange", **{"collection": "Order", **parameters}),
            node("i", "noodl.local.insert", collection="Log"),
        ],
        "t.eventType -> i.prop-what, t.recordId -> i.prop-about, t.triggered -> i.insert",
    )


def failing(name: str = "Fail", **parameters: Any) -> Any:
    """A trigger on orders that fails each time."""
    return component(
        name,
        [
            node("t", "noodl.trigger.dbChange", **{"collection": "Order", **parameters}),
            node("r", "Response", status="failure", errorMessage="the till is closed"),
        ],
        "t.triggered -> r.send",
    )


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """begin(component, ..., max_trigger_runs=1) -> a backend whose triggers run.

    broken: another workflow file cannot be read
    """
    running: list[Backend] = []

    def started(*components: Any, broken: bool = False, **settings: Any) -> Backend:
        given = {"durability": "normal", "mode": "development", "trigger_pause": 0.01}
        definition = Definition(
            config={"name": "b", "appId": "b"},
            schema=SCHEMA,
            workflows=(WorkflowFile("t.workflow.json", document(*components)),),
            problems=(Problem("workflows/b.workflow.json", "not JSON"),) if broken else (),
        )
        chosen = Settings(**{**given, **settings})
        backend = assemble(
            chosen, definition, DataFolder(tmp_path), {"NOODL_SECRET_S": "hook-secret"}
        )
        running.append(backend)
        assert backend.functions
        backend.triggers = Triggers(backend.functions, backend.store, chosen)
        triggers_of(backend).prepare()
        triggers_of(backend).start()
        return backend

    yield started
    for backend in running:
        if backend.triggers:
            end(backend)


def end(backend: Backend) -> None:
    """Stop a backend as a signal would."""
    triggers_of(backend).hold()
    triggers_of(backend).stop()
    backend.triggers = None
    backend.close()


def triggers_of(backend: Backend) -> Triggers:
    assert backend.triggers
    return backend.triggers


def order(backend: Backend, **values: Any) -> Record:
    return backend.write(MASTER, Create(collection="Order", values=values))


def change(backend: Backend, record: Record, **values: Any) -> Record:
    write = Save(collection="Order", object_id=record["objectId"], values=values)
    return backend.write(MASTER, write)


def remove(backend: Backend, record: Record) -> None:
    backend.write(MASTER, Delete(collection="Order", object_id=record["objectId"]))


def told(backend: Backend, *fields: str) -> list[Any]:
    """Return what the log says, oldest first: ["create", ...] or [("create", "Ab12"), ...]."""
    records = backend.query(MASTER, Query(collection="Log", limit=1000)).records
    names = fields or ("what",)
    rows = [tuple(record.get(name) for name in names) for record in records]
    return [row[0] for row in rows] if len(names) == 1 else rows


def until(condition: Callable[[], Any], timeout_s: float = 10) -> Any:
    """Let others work until something holds, and return it."""
    with gevent.Timeout(timeout_s):
        while not (found := condition()):
            gevent.sleep(0.002)
        return found


def settled(backend: Backend) -> bool:
    """Say whether every change has been dealt with."""
    shown = triggers_of(backend).all()
    return all(one.get("behind", 0) == 0 and not one["running"] for one in shown)
