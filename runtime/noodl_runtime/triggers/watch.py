"""Which changes a Database Change Trigger is for: collection, events, filter. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.matcher import Test, matcher
from noodl_runtime.query.tree import Condition
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.store.contract import ACTIONS, Change
from noodl_runtime.workflow.filters import sent, where_of
from noodl_runtime.workflow.js.values import ScriptError
from noodl_runtime.workflow.run import FieldType
from noodl_runtime.workflow.wire import from_wire

Fields = Callable[[str], Mapping[str, FieldType]]


class BadWatch(ValueError):
    """A trigger that can never fire; the message says which parameter and why."""


class Watch:
    """What a trigger waits for. raises: BadWatch.

    parameters: {"collection": "Order", "events": "create,save", "where": {"paid": true}}
    fields:     types of the fields of a collection, for dates in the editor's filters
    schema:     the present one; `wants` takes up with a newer one by itself
    """

    def __init__(self, parameters: Mapping[str, Any], fields: Fields, schema: Schema) -> None:
        collection = parameters.get("collection")
        if not isinstance(collection, str) or not collection:
            raise BadWatch("collection is missing: it never fires")
        self.collection = collection
        self.events = _events(parameters.get("events"))
        self._condition = _condition(parameters.get("where"), fields(collection))
        self._known: Collection | None = None
        self._test: Test | None = None
        self._prepared(schema.collections.get(collection))

    def wants(self, change: Change, schema: Schema) -> bool:
        """Tell whether a change is one to fire for; a deleted record is looked at as it was."""
        if change.collection != self.collection or change.action not in self.events:
            return False
        test = self._prepared(schema.collections.get(self.collection))
        record = change.before if change.after is None else change.after
        return test is None or (record is not None and test(record))

    def _prepared(self, collection: Collection | None) -> Test | None:
        if self._condition is not None and (self._test is None or collection is not self._known):
            self._known = collection
            try:
                self._test = matcher(self._condition, collection=collection)
            except BadQuery as error:
                raise BadWatch(f"where: {error}") from error
        return self._test


def _events(given: Any) -> frozenset[str]:
    listed = given if isinstance(given, list) else str(given or "all").split(",")
    names = {str(name).strip() for name in listed}
    for name in names - {*ACTIONS, "all"}:
        raise BadWatch(f"events has {name[:40]!r}; known: all, {', '.join(ACTIONS)}")
    return frozenset(ACTIONS if "all" in names else names)


def _condition(given: Any, fields: Mapping[str, FieldType]) -> Condition | None:
    """Read a filter as Query Records does: the editor's, a where document, or its JSON text."""
    try:
        if isinstance(given, str):
            given = json.loads(given) if given.strip() else None
        if given is None:
            return None
        if not isinstance(given, Mapping):
            raise BadWatch("where is neither a filter nor a where document")
        if "operator" in given or {"combinator", "rules"} <= set(given):
            given = sent(where_of(given, {}, fields))
            return None if given is None else read_where(given)
        return read_where(from_wire(given))
    except (BadQuery, ScriptError, json.JSONDecodeError, RecursionError) as error:
        raise BadWatch(f"where cannot be read: {error}") from error
