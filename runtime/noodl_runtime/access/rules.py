"""What the system collections make of a write before the store gets it."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.store.contract import Write


def _nothing() -> None:
    """Do nothing after a commit."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A write as the store may have it.

    also:  writes that belong to it, in the same transaction
    adds:  what its answer has beside the record: {"sessionToken": "r:..."}
    after: what is to be done once all of it is committed
    """

    write: Write
    also: tuple[Write, ...] = ()
    adds: Mapping[str, Any] | None = None
    after: Callable[[], None] = _nothing
