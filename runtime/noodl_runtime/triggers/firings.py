"""What each kind of trigger brings into its run. Pure. source: the node reference of triggers."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

from noodl_runtime.store.contract import Change
from noodl_runtime.triggers.hook import HookCall
from noodl_runtime.values import iso_of
from noodl_runtime.workflow.js.values import UNDEFINED, Moment
from noodl_runtime.workflow.local_records import shown
from noodl_runtime.workflow.triggering import Firing


def of_call(call: HookCall) -> Firing:
    """Return the firing of a webhook; a body that is no JSON is a text, an empty one undefined."""
    text = call.body.decode("utf-8", "replace")
    body = text if call.document is None and call.body else call.document
    return Firing(
        outputs={
            "body": UNDEFINED if not call.body else body,
            "headers": dict(call.headers),
            "query": dict(call.query),
            "rawBody": text,
            "rawBase64": base64.b64encode(call.body).decode("ascii"),
        },
        parameters=call.document if isinstance(call.document, dict) else {},
        headers=call.headers,
    )


def of_schedule(moment: float) -> Firing:
    """Return the firing of a schedule; moment: seconds since 1970."""
    timestamp = iso_of(datetime.fromtimestamp(moment, UTC))
    return Firing(
        outputs={"lastRun": Moment(round(moment * 1000))},
        parameters={"trigger": "schedule", "timestamp": timestamp},
    )


def of_change(change: Change, file_url: Callable[[str], str]) -> Firing:
    """Return the firing of a database change: the record after it, a deleted one as it was.

    file_url: makes the address of a stored file from its name
    """
    stored = change.before if change.after is None else change.after
    record = UNDEFINED if stored is None else shown(stored, file_url)
    return Firing(
        outputs={
            "eventType": change.action,
            "record": record,
            "recordId": change.object_id,
        },
        parameters={
            "trigger": "dbChange",
            "event": change.action,
            "collection": change.collection,
            "objectId": change.object_id,
            "object": record,
        },
    )
