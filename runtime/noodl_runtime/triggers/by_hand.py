"""What a person says who fires a trigger by hand, as the firing it stands for."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.errors import BadRequest
from noodl_runtime.store.contract import ACTIONS, Change, CloudStore
from noodl_runtime.triggers.firings import of_call, of_change, of_schedule
from noodl_runtime.triggers.hook import HookCall
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.values import Record, now_iso
from noodl_runtime.workflow.triggering import Firing

Given = Mapping[str, Any]
FileUrl = Callable[[str], str]


def firing_of(one: Registered, given: Given, store: CloudStore, file_url: FileUrl) -> Firing:
    """Return the firing that was asked for. raises: BadRequest, NoSuchRecord.

    given: of a database change {"objectId": ...} or {"record": {...}}, and {"event": "save"};
           of a webhook {"body": ..., "headers": {...}, "query": {...}}
    """
    return _FIRINGS[one.trigger.kind](one, given, store, file_url)


def _schedule(_one: Registered, _given: Given, _store: CloudStore, _url: FileUrl) -> Firing:
    return of_schedule(time.time())


def _change(one: Registered, given: Given, store: CloudStore, file_url: FileUrl) -> Firing:
    event = given.get("event", "create")
    if event not in ACTIONS:
        raise BadRequest(f"event is {str(event)[:40]!r}, not one of {', '.join(ACTIONS)}")
    collection = str(one.trigger.parameters["collection"] or "")
    record = _record(collection, given, store)
    before, after = (record, None) if event == "delete" else (None, record)
    object_id = str(record.get("objectId", ""))
    return of_change(Change(0, now_iso(), collection, event, object_id, before, after), file_url)


def _record(collection: str, given: Given, store: CloudStore) -> Record:
    if isinstance(given.get("record"), dict):
        return dict(given["record"])
    if isinstance(given.get("objectId"), str):
        return store.fetch(collection, given["objectId"])
    raise BadRequest('say which record: {"objectId": ...} or {"record": {...}}')


def _call(_one: Registered, given: Given, _store: CloudStore, _url: FileUrl) -> Firing:
    headers, query = given.get("headers", {}), given.get("query", {})
    if not isinstance(headers, dict) or not isinstance(query, dict):
        raise BadRequest("headers and query must be objects")
    document = given.get("body")
    body = b"" if document is None else json.dumps(document).encode()
    texts = {name.lower(): str(value) for name, value in headers.items()}
    return of_call(
        HookCall(method="POST", path="", headers=texts, query=query, body=body, document=document)
    )


_FIRINGS: Mapping[str, Callable[[Registered, Given, CloudStore, FileUrl], Firing]] = {
    "schedule": _schedule,
    "dbChange": _change,
    "webhook": _call,
}
