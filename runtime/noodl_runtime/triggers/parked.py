"""A change that a trigger could not be fired for, kept whole until a person decides. Pure."""

from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.schema.json_values import from_json, to_json
from noodl_runtime.store.contract import Change, Origin


@dataclass(frozen=True, kw_only=True)
class Parked:
    """One parked change: why, after how many tries, since when (UTC, ISO 8601)."""

    change: Change
    error: str
    tries: int
    at: str

    def text(self) -> str:
        """Return what is remembered."""
        change, origin = self.change, self.change.origin
        return to_json(
            {
                "error": self.error,
                "tries": self.tries,
                "at": self.at,
                "change": [
                    change.sequence, change.time, change.collection, change.action,
                    change.object_id, change.before, change.after,
                ],
                "origin": [origin.run, origin.depth, origin.chain],
            }
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """Return what is shown of it; the record itself is not."""
        return {
            "sequence": self.change.sequence,
            "collection": self.change.collection,
            "event": self.change.action,
            "objectId": self.change.object_id,
            "error": self.error,
            "tries": self.tries,
            "at": self.at,
            "chain": self.change.origin.chain,
        }


def read_parked(text: str) -> Parked:
    """Return what `text` has written."""
    found = from_json(text)
    run, depth, chain = found["origin"]
    sequence, time, collection, action, object_id, before, after = found["change"]
    origin = Origin(run=run, depth=depth, chain=chain)
    change = Change(sequence, time, collection, action, object_id, before, after, origin)
    return Parked(change=change, error=found["error"], tries=found["tries"], at=found["at"])
