"""Configuration parameters: named values that an author changes while the app runs.

Each is a record of a collection of the runtime's own, with the parameter's name as objectId, so
that two who change different parameters do not undo each other's change.
"""

import re
from collections.abc import Mapping
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadName, BadRequest
from noodl_runtime.schema import operations
from noodl_runtime.schema.model import Field
from noodl_runtime.store.contract import CloudStore, Create, Delete, Query, Save, Write

COLLECTION = "_GlobalConfig"
_FIELDS = (Field(name="value", type="Object"), Field(name="masterKeyOnly", type="Boolean"))
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_MOST = 10_000


@dataclass(frozen=True)
class Parameter:
    """A typed value, and whether only the master key and functions see it."""

    value: Any
    master_key_only: bool = False


class ConfigParameters:
    """The parameters of one app, read anew each time."""

    def __init__(self, store: CloudStore) -> None:
        self._store = store

    def read(self) -> dict[str, Parameter]:
        """Return all parameters by name."""
        found = self._store.query(Query(collection=COLLECTION, order=("objectId",), limit=_MOST))
        return {
            record["objectId"]: Parameter(
                record["value"]["value"], bool(record.get("masterKeyOnly"))
            )
            for record in found.records
        }

    def change(self, values: Mapping[str, Any], master_key_only: Mapping[str, bool]) -> None:
        """Set these parameters and no others, all or none of them; operations.Delete() removes one.

        master_key_only: {"name": True}; what it does not name stays as it is
        raises: BadName; BadRequest for another operation
        """
        present = self.read()
        writes = [
            write
            for name in {**values, **master_key_only}
            if (write := _write(name, values, master_key_only, name in present)) is not None
        ]
        if writes:
            self._store.add_fields(COLLECTION, _FIELDS)
            self._store.batch(writes, transaction=True)


def _write(
    name: str, values: Mapping[str, Any], hidden: Mapping[str, bool], there: bool
) -> Write | None:
    if not _NAME.fullmatch(name):
        raise BadName(
            f"a parameter cannot be called {name!r}; a name is a letter, then letters, digits and _"
        )
    if isinstance(values.get(name), operations.Delete):
        return Delete(collection=COLLECTION, object_id=name) if there else None
    if isinstance(values.get(name), operations.Operation):
        raise BadRequest(f"{name}: a parameter is set or deleted; there is no other __op")
    changed: dict[str, Any] = {"value": {"value": values[name]}} if name in values else {}
    if name in hidden:
        changed["masterKeyOnly"] = hidden[name]
    if there:
        return Save(collection=COLLECTION, object_id=name, values=changed)
    if name not in values:
        return None  # nothing to hide
    return Create(collection=COLLECTION, object_id=name, values=changed)
