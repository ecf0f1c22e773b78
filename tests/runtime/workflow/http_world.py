"""A running backend as a stranger fills and calls it: the Parse wire, an editor's deploy, calls."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tests.runtime.http.clients import Answer, PortClient

# Classes that are there from the beginning; sessions go before their users, who take them along.
SYSTEM = ("_Session", "_User", "_Role")


class HttpWorld:
    """One process for many cases; `clear` makes it as good as new."""

    def __init__(self, client: PortClient, app_id: str, master_key: str) -> None:
        self._client = client
        self._app = {"X-Parse-Application-Id": app_id}
        self._master = {**self._app, "X-Parse-Master-Key": master_key}

    def seed(self, seed: Mapping[str, Any]) -> None:
        for name, fields in seed.get("schema", {}).items():
            own = {key: field for key, field in fields.items() if key not in _OWN}
            method = "PUT" if name in SYSTEM else "POST"
            self._ask(method, f"/schemas/{name}", {"className": name, "fields": own})
        self._batch(_creations(seed))
        for relation in seed.get("relations") or ():
            self._relate(seed, relation)
        if config := seed.get("config"):
            params = {name: entry["value"] for name, entry in config.items()}
            hidden = {name: bool(entry.get("masterKeyOnly")) for name, entry in config.items()}
            self._ask("PUT", "/config", {"params": params, "masterKeyOnly": hidden})

    def deploy(self, name: str, workflow: Any) -> None:
        body = {"deploy": json.dumps(workflow), "runtime": name}
        assert self._ask("POST", "/functions-admin/deploy", body)["status"] == "success"

    def session(self, username: str, password: str) -> str:
        body = {"username": username, "password": password, "_method": "GET"}
        return str(self._client("POST", "/login", body, self._app).body["sessionToken"])

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        path = f"/functions/{quote(function, safe='')}"
        answer: Answer = self._client("POST", path, body, {**self._app, **headers})
        return answer.status, answer.body

    def records(self, collection: str) -> list[dict[str, Any]]:
        return [
            {name: self._shown(collection, record, name) for name in record}
            for record in self._found(collection)
        ]

    def clear(self) -> None:
        """Remove records, users, sessions, classes and configuration."""
        config = self._ask("GET", "/config")["params"]
        if config:
            self._ask("PUT", "/config", {"params": {name: {"__op": "Delete"} for name in config}})
        classes = [entry["className"] for entry in self._ask("GET", "/schemas")["results"]]
        self._batch(
            {"method": "DELETE", "path": _path(name, record["objectId"])}
            for name in (*SYSTEM, *(set(classes) - set(SYSTEM)))
            for record in self._found(name)
        )
        for name in set(classes) - set(SYSTEM):
            self._ask("DELETE", f"/schemas/{name}")

    def _found(self, collection: str, **where: Any) -> list[dict[str, Any]]:
        query = urlencode({"limit": 1000, "where": json.dumps(where)})
        found: list[dict[str, Any]] = self._ask("GET", f"/classes/{collection}?{query}")["results"]
        return found

    def _shown(self, collection: str, record: Mapping[str, Any], name: str) -> Any:
        value = record[name]
        if not isinstance(value, dict) or value.get("__type") != "Relation":
            return value
        owner = {"__type": "Pointer", "className": collection, "objectId": record["objectId"]}
        related = {"object": owner, "key": name}
        found = self._found(value["className"], **{"$relatedTo": related})
        return sorted(each["objectId"] for each in found)

    def _relate(self, seed: Mapping[str, Any], relation: Mapping[str, Any]) -> None:
        target = seed["schema"][relation["class"]][relation["key"]]["targetClass"]
        objects = [
            {"__type": "Pointer", "className": target, "objectId": object_id}
            for object_id in relation["targets"]
        ]
        body = {relation["key"]: {"__op": "AddRelation", "objects": objects}}
        self._ask("PUT", _path(relation["class"], relation["objectId"]), body)

    def _batch(self, requests: Iterator[dict[str, Any]]) -> None:
        entries = list(requests)
        if entries:
            answers = self._ask("POST", "/batch", {"requests": entries})
            assert all("success" in answer for answer in answers), answers

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client(method, path, body, self._master)
        assert answer.status in (200, 201), (method, path, answer)
        return answer.body


_OWN = ("objectId", "createdAt", "updatedAt", "ACL", "password")


def _creations(seed: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the requests that make the records, one second after the other."""
    second = 0
    for name, records in (*seed.get("records", {}).items(), ("_User", seed.get("users") or ())):
        for record in records:
            second += 1
            at = f"2024-01-01T00:{second // 60:02d}:{second % 60:02d}.000Z"
            body = {**record, "createdAt": at, "updatedAt": at}
            yield {"method": "POST", "path": _path(name), "body": body}


def _path(name: str, object_id: str = "") -> str:
    return f"/classes/{name}" + (f"/{object_id}" if object_id else "")
