"""Writes as requests to a Parse Server: checked here first, so that a refusal names the field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadRequest, InvalidValue, NoSuchRecord
from noodl_runtime.schema.acl import to_permissions
from noodl_runtime.schema.model import Collection
from noodl_runtime.schema.operations import Delete as DeleteField
from noodl_runtime.schema.operations import Increment, Operation, SetOnInsert
from noodl_runtime.store.applying import Form, created, saved
from noodl_runtime.store.contract import Action, Create, Delete, Principals, Save, Write
from noodl_runtime.store.parse.wire import written
from noodl_runtime.values import Record

MOST = 50  # writes in one request
_CHOSEN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_NOT_SENT = frozenset({"objectId", "createdAt", "updatedAt"})

ACTIONS: dict[type[Write], Action] = {Create: "create", Save: "save", Delete: "delete"}


@dataclass(frozen=True)
class Prepared:
    """A write and the request it becomes. object_id: None until the server has chosen one."""

    write: Write
    method: str
    path: str
    body: dict[str, Any]
    object_id: str | None

    @property
    def target(self) -> tuple[str, str | None]:
        """Return which record is written: ("Todo", "aZ3k9QwXy1")."""
        return self.write.collection, self.object_id

    def request(self, mount: str) -> dict[str, Any]:
        """Return its entry in a batch; paths there begin with the mount point."""
        return {"method": self.method, "path": mount + self.path, "body": self.body}


def prepared(write: Write, collection: Collection) -> Prepared:
    """Return the request for a write. raises: what the store would raise for its values."""
    path = f"/classes/{write.collection}"
    if isinstance(write, Create):
        return Prepared(write, "POST", path, _create_body(write, collection), write.object_id)
    assert isinstance(write, Save | Delete)
    path = f"{path}/{write.object_id}"
    if isinstance(write, Save):
        return Prepared(write, "PUT", path, _save_body(write, collection), write.object_id)
    return Prepared(write, "DELETE", path, {}, write.object_id)


def check_writable(record: Record | None, principals: Principals) -> None:
    """Accept a record for one of the principals to change. raises: NoSuchRecord."""
    if record is not None:
        _, writers = to_permissions(record.get("ACL"))
        if principals is None or writers is None or not principals.isdisjoint(writers):
            return
    raise NoSuchRecord("Object not found.")


def runs(writes: Sequence[tuple[int, Prepared]]) -> Iterator[list[tuple[int, Prepared]]]:
    """Yield the writes in runs that one request may carry; it carries them out in any order.

    So a run holds no record twice, and at most MOST writes.
    """
    run: list[tuple[int, Prepared]] = []
    targets: set[tuple[str, str | None]] = set()
    for place, each in writes:
        if len(run) == MOST or (each.object_id is not None and each.target in targets):
            yield run
            run, targets = [], set()
        run.append((place, each))
        targets.add(each.target)
    if run:
        yield run


def check_transaction(writes: Sequence[Prepared]) -> None:
    """Accept the writes of one transaction. raises: BadRequest when a record is in it twice."""
    targets = [each.target for each in writes if each.object_id is not None]
    for target in targets:
        if targets.count(target) > 1:
            raise BadRequest(
                f"Parse carries out a transaction in any order, and {target[0]} {target[1]} is "
                "written twice in it; make one write of the two"
            )


def _create_body(write: Create, collection: Collection) -> dict[str, Any]:
    if write.created_at or write.updated_at:
        raise BadRequest("Parse sets createdAt and updatedAt itself; leave them out")
    if write.object_id is not None and not _CHOSEN_ID.fullmatch(write.object_id):
        raise InvalidValue(
            f"{write.object_id[:80]!r} cannot be an objectId; it takes letters, digits, - and _"
        )
    outcome = created(Form(collection), write.values)
    values = {
        name: value.amount if isinstance(value, SetOnInsert) else value
        for name, value in _sent(write.values, outcome.record, collection).items()
        if not (name == "ACL" and (value is None or isinstance(value, Operation)))
    }
    chosen = {} if write.object_id is None else {"objectId": write.object_id}
    return {**written(values), **chosen}


def _save_body(write: Save, collection: Collection) -> dict[str, Any]:
    outcome = saved(Form(collection), {}, write.values)
    values = _sent(write.values, outcome.record, collection)
    return written({k: v for k, v in values.items() if not isinstance(v, SetOnInsert)})


def _sent(values: Mapping[str, Any], checked: Record, collection: Collection) -> dict[str, Any]:
    """Return the values in the form they are kept in, operations as they are.

    Left out is what is not a client's to set, and what says nothing: null for no field.
    raises: InvalidValue for operations below a field, of which Parse keeps the document as a value
    """
    for name, value in values.items():
        if isinstance(value, Operation) and "." in name and not _is_kept_below(name, value):
            raise InvalidValue(f"Parse cannot carry out {value.name} at {name!r}; save the value")
    return {
        name: value if isinstance(value, Operation) else checked.get(name, value)
        for name, value in values.items()
        if (
            name not in _NOT_SENT
            and not (
                name.partition(".")[0] not in collection.fields
                and (value is None or isinstance(value, DeleteField))
            )
        )
        or name == "ACL"
    }


def _is_kept_below(name: str, operation: Operation) -> bool:
    """Say whether Parse carries out an operation below a field: it counts one level deep only."""
    if isinstance(operation, Increment):
        return name.count(".") == 1
    return isinstance(operation, DeleteField)
