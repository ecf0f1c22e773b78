"""A database that answers from a script of HTTP replies, and writes down what it was asked.

The recorded cases speak of the wire between the original runtime and its database. Here each
question of a run is written as the request it stands for, matched, and its reply read back.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from noodl_runtime.errors import NotAllowed, PortableError
from noodl_runtime.functions.outbound import RequestFailed
from noodl_runtime.schema.model import Schema
from noodl_runtime.store.contract import Found
from noodl_runtime.workflow import asks
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.wire import from_wire, to_wire

Call = list[Any]


class Refused(PortableError):
    """The scripted database answered with an error status."""


class NoSchema:
    """Stands for the records of a backend that has none: the cases bring their schema along."""

    def get_schema(self, _caller: Any) -> Schema:
        return Schema()


class WireAnswers:
    """Answers by the rules of one case. calls: [method, path, body?] in order."""

    def __init__(self, rules: list[Mapping[str, Any]], config: Mapping[str, Any]) -> None:
        self._rules = rules
        self._config = config
        self.calls: list[Call] = []

    def answer(self, ask: asks.Ask, _origin: Any) -> Any:
        if isinstance(ask, asks.ReadConfig):
            return self._config
        write, read = _WIRE[type(ask)]
        method, path, body = write(ask)
        self.calls.append([method, path] if body is None else [method, path, body])
        reply = self._reply(method, path)
        if reply["status"] >= 400:
            raise Refused(reply.get("json", {}).get("error", ""))
        return read(reply.get("json", {}), ask)

    def send(self, ask: asks.SendRequest, _timeout_s: float) -> asks.Reply:
        path = ask.url.removeprefix("http://mock")
        body = json.loads(ask.body) if ask.body else None
        self.calls.append([ask.method, path] if body is None else [ask.method, path, body])
        reply = self._reply(ask.method, path)
        kind = reply.get("contentType", "application/json")
        text = reply.get("text", "") if "text" in reply else json.dumps(reply.get("json"))
        headers = {} if kind is None else {"content-type": kind}
        return asks.Reply(status=reply["status"], headers=headers, body=text)

    def _reply(self, method: str, path: str) -> Mapping[str, Any]:
        for rule in self._rules:
            wanted = rule["path"]
            fits = path.startswith(wanted[:-1]) if wanted.endswith("*") else path == wanted
            if rule["method"] == method and fits:
                reply = rule["reply"]
                if "networkError" in reply:
                    raise RequestFailed(reply["networkError"])
                return {"status": 200, **reply}
        return {"status": 404, "json": {"code": 101, "error": "Object not found."}}


def _without_undefined(members: Mapping[str, Any]) -> dict[str, Any]:
    return {k: to_wire(v) for k, v in members.items() if v is not None and v is not UNDEFINED}


def _find(ask: asks.FindRecords) -> tuple[str, str, Any]:
    body = _without_undefined(
        {
            "_method": "GET",
            "where": ask.where,
            "limit": ask.limit,
            "skip": ask.skip,
            "include": ask.include,
            "keys": ask.keys,
            "order": ask.order,
            "count": ask.count,
        }
    )
    return "POST", f"/classes/{ask.collection}", body


def _query_text(members: Mapping[str, Any]) -> str:
    parts = [
        f"{name}={_quoted(value if isinstance(value, str) else _compact(to_wire(value)))}"
        for name, value in members.items()
        if value is not None and value is not UNDEFINED
    ]
    return f"?{'&'.join(parts)}" if parts else ""


def _quoted(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _count(ask: asks.CountRecords) -> tuple[str, str, Any]:
    query = _query_text({"where": ask.where or None, "limit": 0, "count": 1})
    return "GET", f"/classes/{ask.collection}{query}", None


def _distinct(ask: asks.DistinctValues) -> tuple[str, str, Any]:
    query = _query_text({"where": ask.where or None, "distinct": ask.field})
    return "GET", f"/aggregate/{ask.collection}{query}", None


_ACCESSORS = {"avg": "$avg", "sum": "$sum", "max": "$max", "min": "$min", "distinct": "$addToSet"}


def _aggregate(ask: asks.AggregateRecords) -> tuple[str, str, Any]:
    group: dict[str, Any] = {"objectId": None}
    for name, wanted in ask.groups.items():
        for operation, field in wanted.items():
            group[name] = {_ACCESSORS[operation]: f"${field}"}
    query = _query_text({"match": ask.where or None, "group": group})
    return "GET", f"/aggregate/{ask.collection}{query}", None


def _relation(ask: asks.ChangeRelation) -> tuple[str, str, Any]:
    pointer = {"__type": "Pointer", "objectId": ask.target_id}
    if ask.target_collection:
        pointer["className"] = ask.target_collection
    operation = "AddRelation" if ask.action == "add" else "RemoveRelation"
    body = {ask.field: {"__op": operation, "objects": [pointer]}}
    return "PUT", f"/classes/{ask.collection}/{ask.object_id}", body


def _increment(ask: asks.IncrementRecord) -> tuple[str, str, Any]:
    body = {n: {"__op": "Increment", "amount": a} for n, a in ask.amounts.items()}
    return "PUT", f"/classes/{ask.collection}/{ask.object_id}", body


def _found(reply: Mapping[str, Any], _ask: Any) -> Found:
    return Found(from_wire(reply["results"]), reply.get("count"))


def _record(reply: Mapping[str, Any], _ask: Any) -> Any:
    return {name: from_wire(value) for name, value in reply.items()}


def _merged(reply: Mapping[str, Any], ask: Any) -> Any:
    return {**getattr(ask, "values", {}), **from_wire(reply)}


def _results(reply: Mapping[str, Any], _ask: Any) -> Any:
    return reply["results"]


Row = tuple[Callable[[Any], tuple[str, str, Any]], Callable[[Mapping[str, Any], Any], Any]]
_WIRE: dict[type[Any], Row] = {
    asks.FindRecords: (_find, _found),
    asks.CountRecords: (_count, lambda reply, _ask: reply["count"]),
    asks.DistinctValues: (_distinct, _results),
    asks.AggregateRecords: (_aggregate, _results),
    asks.FetchRecord: (
        lambda a: (
            "GET",
            f"/classes/{a.collection}/{a.object_id}" + _query_text({"include": a.include}),
            None,
        ),
        _record,
    ),
    asks.CreateRecord: (
        lambda a: ("POST", f"/classes/{a.collection}", _without_undefined(a.values)),
        _merged,
    ),
    asks.SaveRecord: (
        lambda a: ("PUT", f"/classes/{a.collection}/{a.object_id}", to_wire(a.values)),
        _record,
    ),
    asks.IncrementRecord: (_increment, _record),
    asks.DeleteRecord: (
        lambda a: ("DELETE", f"/classes/{a.collection}/{a.object_id}", None),
        _record,
    ),
    asks.ChangeRelation: (_relation, _record),
    asks.DeleteFile: (lambda a: ("DELETE", f"/files/{a.name}", None), _record),
    asks.SessionUser: (lambda _a: ("GET", "/users/me", None), _record),
    asks.FetchUser: (lambda a: ("GET", f"/users/{a.object_id}", None), _record),
    asks.SaveUser: (lambda a: ("PUT", f"/users/{a.object_id}", to_wire(a.values)), _record),
    asks.LogIn: (
        lambda a: (
            "POST",
            "/login",
            {"username": a.username, "password": a.password, "method": "GET"},
        ),
        _record,
    ),
}

__all__ = ["NoSchema", "NotAllowed", "WireAnswers"]
