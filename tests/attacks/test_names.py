"""Names from outside, wherever a client can put one: from a closed pattern, or refused."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.attacks.victim import Victim, refused

pytestmark = pytest.mark.slow

BAD = [
    "a b", "a-b", "a.b", 'a"b', "a`b", "a'b", "a;b", "a--b", "a/*b", "a\\b", "a\nb", "a\0b", "1a", "$a", "@a", "é", "a" * 129,
    "x'; DROP TABLE Todo; --", '" OR 1=1 --', "`) union select * from _secrets --", "a%00b", "Ａ", "a\u202eb",
]  # fmt: skip
# Words of JavaScript, Python and SQL that are names by their pattern.
WORDS = ["constructor", "toString", "valueOf", "hasOwnProperty", "select", "table", "rowid", "class", "None", "format", "id"]  # fmt: skip
NOT_NAMES = ["__proto__", "__class__", "_id", "_rowid_", "_rperm", "_wperm", "_nulls"]
# Tables of SQLite and of the store, in the spellings they have and those they may be tried in.
INTERNAL = [
    "sqlite_master", "SQLITE_MASTER", "sqlite_schema", "sqlite_sequence", "main.sqlite_master", "_Join:users:_Role",
    "_Join:roles:_Role", "_join:users:_Role", "_SCHEMA", "_secrets", "_changes", "_change_log", "_meta", "_GlobalConfig",
    "_Hooks", "_JobStatus", "_Idempotency", "_Audience", "_PushStatus", "_user", "_USER", "_session", "`_User`", "_User ",
]  # fmt: skip

Request = tuple[str, str, Any]


def places(name: str) -> list[Request]:
    """Return requests with a name at each place that takes one of a class or field."""
    field = {"name": name, "type": "String"}
    where = quote(json.dumps({name: 1}))
    encoded = quote(name, safe="")
    deep = quote(json.dumps({"title": {"$inQuery": {"className": name, "where": {}}}}))
    selected = quote(
        json.dumps(
            {"title": {"$select": {"key": name, "query": {"className": "Todo", "where": {}}}}}
        )
    )
    stage = quote(json.dumps([{"$group": {"_id": f"${name}"}}]))
    return [
        ("POST", "/api/_schema", {"tables": [{"name": name, "columns": []}]}),
        ("POST", "/api/_schema", {"tables": [{"name": "Fresh", "columns": [field]}]}),
        ("POST", "/api/_schema", {"tables": [{"name": "Todo", "indexes": [{"name": name, "fields": ["title"]}]}]}),
        ("POST", "/api/_schema", {"tables": [{"name": "Todo", "indexes": [{"name": "i", "fields": [name]}]}]}),
        ("POST", "/api/_schema", {"rename": {"table": "Todo", "to": name}}),
        ("POST", "/api/_schema", {"rename": {"table": "Todo", "column": "title", "to": name}}),
        ("POST", "/schemas", {"className": name, "fields": {}}),
        ("POST", "/schemas/Fresh", {"fields": {name: {"type": "String"}}}),
        ("POST", "/schemas/Fresh", {"fields": {"x": {"type": "Pointer", "targetClass": name}}}),
        ("POST", f"/classes/{encoded}", {"x": 1}),
        ("POST", f"/api/{encoded}", {"x": 1}),
        ("GET", f"/api/{encoded}", None),
        ("GET", f"/classes/{encoded}", None),
        ("POST", "/api/_batch", {"operations": [{"op": "create", "collection": name, "data": {}}], "transaction": True}),
        ("GET", f"/api/Todo?where={where}", None),
        ("GET", f"/classes/Todo?where={where}", None),
        ("GET", f"/classes/Todo?where={deep}", None),
        ("GET", f"/classes/Todo?where={selected}", None),
        ("GET", f"/api/Todo?sort={encoded}", None),
        ("GET", f"/classes/Todo?order=-{encoded}", None),
        ("GET", f"/api/Todo?keys={encoded}", None),
        ("GET", f"/api/Todo?include={encoded}", None),
        ("GET", f"/aggregate/{encoded}?distinct=title", None),
        ("GET", f"/aggregate/Todo?distinct={encoded}", None),
        ("GET", f"/aggregate/Todo?pipeline={stage}", None),
        ("PUT", "/config", {"params": {name: 1}}),
    ]  # fmt: skip


DOTTED = "a.b"  # a path into an object, where a field is named and not made


@pytest.mark.parametrize("name", BAD, ids=range(len(BAD)))
def test_what_is_no_name_is_refused_everywhere(victim: Victim, name: str) -> None:
    before = victim.send("GET", "/api/_schema", None, victim.key).body
    for method, path, body in places(name):
        reply = victim.send(method, path, body, victim.key)
        if name == DOTTED and method == "GET" and "?" in path:
            assert reply.status in (200, 400, 404)
        else:
            refused(reply, 400, 404), (path, body)
    assert victim.send("GET", "/api/_schema", None, victim.key).body == before


@pytest.mark.parametrize("name", INTERNAL)
def test_no_table_of_the_store_is_a_class(victim: Victim, name: str) -> None:
    encoded = quote(name, safe="")
    for headers in ({}, victim.key):
        key = {**victim.key, **headers} if headers else {"X-Parse-Application-Id": "todo"}
        for method, path, body in [
            ("GET", f"/api/{encoded}", None),
            ("GET", f"/classes/{encoded}", None),
            ("POST", f"/classes/{encoded}", {"x": 1}),
            ("PUT", f"/classes/{encoded}/a", {"x": 1}),
            ("DELETE", f"/classes/{encoded}/a", None),
            ("GET", f"/aggregate/{encoded}?distinct=x", None),
            ("GET", f"/schemas/{encoded}", None),
            ("DELETE", f"/schemas/{encoded}", None),
        ]:
            reply = victim.send(method, path, body, key)
            empty = reply.body in ({}, {"results": []})  # of a name that is nothing at all
            assert empty or refused(reply), (method, path, reply)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_a_language_is_an_ordinary_name_or_refused(victim: Victim, word: str) -> None:
    made = victim.send("POST", "/api/Words", {word: "kept"}, victim.key)
    if made.status == 201:
        assert made.body[word] == "kept"
        where = quote(json.dumps({word: "kept"}))
        found = victim.send("GET", f"/api/Words?where={where}", None, victim.key)
        assert [record[word] for record in found.body["results"]] == ["kept"]
    else:
        refused(made, 400)


@pytest.mark.parametrize("name", NOT_NAMES)
def test_what_begins_like_a_name_of_the_inside_is_refused(victim: Victim, name: str) -> None:
    for path in ("/api/Words", "/classes/Words"):
        refused(victim.send("POST", path, {name: "x"}, victim.key), 400)


def test_names_that_differ_in_capitals_stay_apart_or_are_refused(victim: Victim) -> None:
    for name in ("Cap", "cap", "CAP"):
        assert victim.send("POST", f"/api/{name}", {"n": name}, victim.key).status == 201
    for name in ("Cap", "cap", "CAP"):
        found = victim.send("GET", f"/api/{name}", None, victim.key).body["results"]
        assert [record["n"] for record in found] == [name]
    said = refused(victim.send("POST", "/api/Cap", {"N": 1}, victim.key), 400)
    assert "capitals" in said


COLUMNS: list[Any] = [
    [{"name": "x", "type": "Strange"}], [{"name": "x"}], [{"type": "String"}], [{"name": "", "type": "String"}], ["x"], [None],
    [{"name": "objectId", "type": "String"}], [{"name": "createdAt", "type": "Date"}], [{"name": "updatedAt", "type": "Date"}],
    [{"name": "ACL", "type": "Object"}], [{"name": "x", "type": "String"}] * 2, [{"name": "x", "type": "String"}, {"name": "X", "type": "String"}],
    [{"name": "x", "type": ["String"]}], [{"name": 5, "type": "String"}], [{"name": "x", "type": "Pointer"}],
    [{"name": "x", "type": "String", "more": 1}], {"x": "String"}, "x", [{"name": f"f{n}", "type": "String"} for n in range(501)],
]  # fmt: skip


@pytest.mark.parametrize("columns", COLUMNS, ids=range(len(COLUMNS)))
def test_columns_that_cannot_be_are_refused_with_all_that_came_along(
    victim: Victim, columns: Any
) -> None:
    before = victim.send("GET", "/api/_schema", None, victim.key).body
    fine = {"name": "Fine", "columns": [{"name": "a", "type": "String"}]}
    tables = {"tables": [fine, {"name": "Odd", "columns": columns}]}
    refused(victim.send("POST", "/api/_schema", tables, victim.key), 400)
    assert victim.send("GET", "/api/_schema", None, victim.key).body == before


def test_a_function_is_looked_up_in_a_table_and_nowhere_else(victim: Victim) -> None:
    for name in (
        "__init__",
        "constructor",
        "..%2fhello",
        "hello%00",
        "hello.workflow.json",
        "%2f%23__cloud__%2fhello",
    ):
        reply = victim.send("POST", f"/functions/{name}", {}, victim.key)
        assert reply.status == 400
        assert "error" in reply.body
