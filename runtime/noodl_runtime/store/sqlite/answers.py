"""What is answered of the records that were found: which fields, and which pointers as records."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from noodl_runtime.store.contract import Principals, Query
from noodl_runtime.store.include import include
from noodl_runtime.store.sqlite.table import READERS, Table, principals_of
from noodl_runtime.store.wanted import Wanted, wanted
from noodl_runtime.values import Record

_EVERYTHING = Wanted()

Selected = tuple[frozenset[str] | None, frozenset[str]]  # keys, None for all; excluded
Look = Callable[[Principals, str, list[str], Selected], Mapping[str, Record]]


class Answer:
    """How the rows of one query become records.

    columns: what to ask for
    look:    finds the records behind pointers
    """

    def __init__(self, table: Table, query: Query, look: Look) -> None:
        self._who = query.principals
        self._look = look
        self._want = _EVERYTHING
        if query.include or query.exclude_keys or query.keys is not None:
            self._want = wanted(
                table.collection,
                keys=query.keys,
                exclude_keys=query.exclude_keys,
                include=query.include,
            )
        self._selection = table.selection(*self._want.selection())
        self.columns = self._selection.columns

    def records(self, rows: Sequence[Sequence[Any]]) -> list[Record]:
        """Return the records behind rows."""
        records = [self._selection.record(row) for row in rows]
        if self._want.include:
            include(records, self._want, partial(self._look, self._who))
        return records


def may_read(row: Sequence[Any], who: Principals) -> bool:
    """Say whether the record behind a row may be read."""
    readers = row[READERS]
    return who is None or readers is None or not who.isdisjoint(principals_of(readers) or ())
