"""The records a condition finds in one collection, as SQL."""

from collections.abc import Sequence
from typing import Any

from noodl_runtime.query.sql import Sql, compile_order, compile_where
from noodl_runtime.query.tree import Condition
from noodl_runtime.store.contract import Principals
from noodl_runtime.store.sqlite.state import State


class Matching:
    """A condition on a collection, for who asks. table: None when there is no such collection."""

    def __init__(
        self, state: State, collection: str, condition: Condition, principals: Principals
    ) -> None:
        self._schema = state.schema
        self._collection = collection
        self._condition = condition
        self.table = state.tables.get(collection)
        self.where: Sql = compile_where(condition, state.schema, collection, principals=principals)

    def select(
        self, columns: str, order: Sequence[str], limit: int | None = None, skip: int = 0
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the statement for some columns of all matches in order, and its parameters."""
        assert self.table is not None
        by = self.table.ordered(tuple(order)) if order else self._unordered()
        text = (
            f"SELECT {columns} FROM {self.table.name} AS t "
            f"WHERE {self.where.text} ORDER BY {by.text} LIMIT ? OFFSET ?"
        )
        most = -1 if limit is None else limit  # OFFSET needs a LIMIT; -1 is none
        return text, (*self.where.parameters, *by.parameters, most, skip)

    def _unordered(self) -> Sql:
        """Return the order of creation, or by distance where the condition asks for nearness."""
        return compile_order((), self._schema, self._collection, condition=self._condition)
