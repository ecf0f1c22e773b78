"""Class-level permissions over HTTP: every action, every kind of caller, every way to the data."""

import json
from typing import Any

import pytest

from tests.runtime.access.stories import Story

EVERYONE: dict[str, Any] = {"*": True}
OPEN = dict.fromkeys(("find", "get", "count", "create", "update", "delete", "addField"), EVERYONE)
FIELDS = {
    "n": {"type": "Number"},
    "secret": {"type": "String"},
    "owner": {"type": "Pointer", "targetClass": "_User"},
    "owners": {"type": "Array"},
}
MINE = '"owner": {"__type": "Pointer", "className": "_User", "objectId": "$id:ann"}'
OURS = '"owners": [{"__type": "Pointer", "className": "_User", "objectId": "$id:bob"}]'


def shape(story: Story, permissions: dict[str, Any], name: str = "Shape") -> None:
    """Make the collection, and a record in it."""
    body = {"className": name, "fields": FIELDS, "classLevelPermissions": permissions}
    answer = story.ask("M", "POST", f"/schemas/{name}", body)
    assert answer.status == 200, answer.body
    story.tell(f"""
        M POST /classes/{name} {{"n": 1, "secret": "s", {MINE}, {OURS}}} -> 201 {{"objectId": "$id:{name}", ...}}
    """)


@pytest.fixture
def told(story: Story) -> Story:
    story.people("ann", "bob")
    return story


REQUESTS = {
    "find": "GET /classes/Shape",
    "get": "GET /classes/Shape/$id:Shape",
    "count": "GET /classes/Shape?count=1&limit=0",
    "create": 'POST /classes/Shape {"n": 2}',
    "update": 'PUT /classes/Shape/$id:Shape {"n": 2}',
    "addField": 'POST /classes/Shape {"new": 2}',
    "delete": "DELETE /classes/Shape/$id:Shape",
}


@pytest.mark.parametrize("action", REQUESTS)
def test_an_action_that_is_open_to_nobody(told: Story, action: str) -> None:
    shape(told, {**OPEN, action: {}})
    denied = f"400 119 Permission denied for action {action} on class Shape."
    told.tell(f"- {REQUESTS[action]} -> {denied}")
    told.tell(f"ann {REQUESTS[action]} -> {denied}")
    told.tell(f"M {REQUESTS[action]} -> {201 if REQUESTS[action].startswith('POST') else 200}")


@pytest.mark.parametrize("action", REQUESTS)
def test_an_action_that_needs_a_session(told: Story, action: str) -> None:
    shape(told, {**OPEN, action: {"requiresAuthentication": True}})
    denied = "404 101 Permission denied, user needs to be authenticated."
    told.tell(f"- {REQUESTS[action]} -> {denied}")
    told.tell(f"ann {REQUESTS[action]} -> {201 if REQUESTS[action].startswith('POST') else 200}")


@pytest.mark.parametrize("action", REQUESTS)
def test_an_action_for_one_user_or_one_role(told: Story, action: str) -> None:
    told.tell(
        'M POST /roles {"name": "Staff", "ACL": {}, "users": {"__op": "AddRelation", "objects": '
        '[{"__type": "Pointer", "className": "_User", "objectId": "$id:bob"}]}} -> 201'
    )
    allowed = 201 if REQUESTS[action].startswith("POST") else 200
    shape(told, {**OPEN, action: {"role:Staff": True}})
    told.tell(f"ann {REQUESTS[action]} -> 400 119 Permission denied")
    told.tell(f"bob {REQUESTS[action]} -> {allowed}")
    shape(told, {**OPEN, action: {told.bound["$id:ann"]: True}}, "Other")
    request = REQUESTS[action].replace("Shape", "Other").replace("new", "newer")
    told.tell(f"bob {request} -> 400 119 Permission denied")
    told.tell(f"ann {request} -> {allowed}")


def test_what_permissions_do_not_mention_is_closed(told: Story) -> None:
    shape(told, {"find": EVERYONE})
    told.tell("- GET /classes/Shape -> 200")
    told.tell("- GET /classes/Shape/$id:Shape -> 400 119")


def test_permissions_hold_on_every_way_to_the_records(told: Story) -> None:
    shape(told, {**OPEN, "find": {}, "get": {}})
    told.tell("""
        - POST /classes/Box {"it": {"__type": "Pointer", "className": "Shape", "objectId": "$id:Shape"}} -> 201
        - GET /classes/Box?include=it  -> 400 119 Permission denied for action get on class Shape.
        - GET /classes/Box?where={"it":{"$inQuery":{"className":"Shape","where":{"n":1}}}}     -> 400 119 Permission denied for action find
        - GET /classes/Box?where={"it":{"$notInQuery":{"className":"Shape","where":{"n":1}}}}  -> 400 119
        - GET /classes/Box?where={"$or":[{"it":{"$inQuery":{"className":"Shape","where":{}}}}]} -> 400 119
        - GET /classes/Box?where={"n":{"$select":{"query":{"className":"Shape","where":{}},"key":"n"}}}  -> 400 119
        - GET /aggregate/Shape?distinct=n                  -> 403
        - GET /aggregate/Shape?$group={"_id":null}         -> 403
        - GET /api/Shape                                   -> 403 119
        - GET /api/Shape/$id:Shape                         -> 403 119
        - GET /api/Box?include=it                          -> 403 119
        - POST /batch {"requests": [{"method": "DELETE", "path": "/parse/classes/Shape/$id:Shape"}]} -> 200 [{"success": {}}]
    """)


def test_a_batch_is_held_to_permissions(told: Story) -> None:
    shape(told, {**OPEN, "delete": {}, "update": {}})
    told.tell("""
        - POST /batch {"requests": [{"method": "DELETE", "path": "/parse/classes/Shape/$id:Shape"}, {"method": "PUT", "path": "/parse/classes/Shape/$id:Shape", "body": {"n": 2}}]} -> 200 [{"error": {"code": 119, "error": "$text"}}, {"error": {"code": 119, "error": "$text"}}]
        - POST /api/_batch {"operations": [{"op": "delete", "collection": "Shape", "id": "$id:Shape"}]} -> 200 {"results": [{"status": 403, ...}]}
    """)


OWNED = {
    "find": {}, "get": {}, "count": {}, "update": {}, "delete": {},
    "create": EVERYONE, "addField": {},
    "readUserFields": ["owner"], "writeUserFields": ["owner"],
}  # fmt: skip


def test_records_can_be_for_the_user_a_field_points_to(told: Story) -> None:
    shape(told, OWNED)
    told.tell("""
        ann GET /classes/Shape                          -> 200 {"results": [{"n": 1, ...}]}
        bob GET /classes/Shape                          -> 200 {"results": []}
        - GET /classes/Shape                            -> 200 {"results": []}
        ann GET /classes/Shape?count=1&limit=0          -> 200 {"results": [], "count": 1}
        bob GET /classes/Shape?count=1&limit=0          -> 200 {"results": [], "count": 0}
        ann GET /classes/Shape?keys=n                   -> 200 {"results": [{"objectId": "$id:Shape", "createdAt": "$date", "updatedAt": "$date", "n": 1}]}
        ann GET /classes/Shape/$id:Shape?keys=n         -> 200 {"objectId": "$id:Shape", "createdAt": "$date", "updatedAt": "$date", "n": 1}
        bob GET /classes/Shape/$id:Shape                -> 404 101 Object not found.
        - GET /classes/Shape/$id:Shape                  -> 404 101
        bob PUT /classes/Shape/$id:Shape {"n": 5}       -> 404 101
        - PUT /classes/Shape/$id:Shape {"n": 5}         -> 404 101
        ann PUT /classes/Shape/$id:Shape {"n": 5}       -> 200
        bob GET /aggregate/Shape?distinct=n             -> 200 {"results": []}
        ann GET /aggregate/Shape?distinct=n             -> 200 {"results": [5]}
        bob GET /aggregate/Shape?$group={"_id":"$n"}    -> 200 {"results": []}
        - POST /classes/Box {"it": {"__type": "Pointer", "className": "Shape", "objectId": "$id:Shape"}} -> 201
        bob GET /classes/Box?include=it  -> 200 {"results": [{"objectId": "$id:b", "createdAt": "$date", "updatedAt": "$date"}]}
        ann GET /classes/Box?include=it  -> 200 {"results": [{"it": {"n": 5, ...}, ...}]}
        bob GET /classes/Box?where={"it":{"$inQuery":{"className":"Shape","where":{}}}}  -> 200 {"results": []}
        bob DELETE /classes/Shape/$id:Shape             -> 404 101
        ann DELETE /classes/Shape/$id:Shape             -> 200
    """)


def test_single_actions_can_be_for_users_that_fields_point_to(told: Story) -> None:
    pointing = {"find": {"pointerFields": ["owner"]}, "get": {"pointerFields": ["owners"]}}
    shape(told, {**OPEN, **pointing, "update": {"pointerFields": ["owner"]}})
    told.tell("""
        ann GET /classes/Shape                     -> 200 {"results": [{...}]}
        bob GET /classes/Shape                     -> 200 {"results": []}
        bob GET /classes/Shape?where={"$or":[{"n":1},{"n":2}]}  -> 200 {"results": []}
        ann GET /classes/Shape/$id:Shape           -> 404 101
        bob GET /classes/Shape/$id:Shape           -> 200
        ann PUT /classes/Shape/$id:Shape {"n": 2}  -> 200
        bob PUT /classes/Shape/$id:Shape {"n": 2}  -> 404 101
    """)


def test_nobody_is_who_an_unset_field_points_to(told: Story) -> None:
    shape(told, OWNED)
    told.tell("""
        M POST /classes/Shape {"n": 7}             -> 201 {"objectId": "$id:unowned", ...}
        - GET /classes/Shape/$id:unowned           -> 404 101
        - GET /classes/Shape?where={"n":7}         -> 200 {"results": []}
        ann GET /classes/Shape?where={"n":7}       -> 200 {"results": []}
        - PUT /classes/Shape/$id:unowned {"n": 8}  -> 404 101
    """)


PROTECTED = [
    # protectedFields                                      who sees the secret
    ({"*": ["secret"]},                                    "M"),
    ({"*": ["secret"], "authenticated": []},               "M ann bob"),
    ({"*": ["secret"], "role:Staff": []},                  "M bob"),
    ({"*": ["secret"], "$id:ann": []},                     "M ann"),
    ({"*": ["secret"], "userField:owner": []},             "M ann"),
    ({"*": ["secret"], "userField:owners": []},            "M bob"),
    ({"*": ["secret", "n"], "authenticated": ["secret"]},  "M"),
    ({"authenticated": ["secret"]},                        "M -"),
]  # fmt: skip


@pytest.mark.parametrize(("protected", "sees"), PROTECTED)
def test_protected_fields(told: Story, protected: dict[str, Any], sees: str) -> None:
    told.tell(
        'M POST /roles {"name": "Staff", "ACL": {}, "users": {"__op": "AddRelation", "objects": '
        '[{"__type": "Pointer", "className": "_User", "objectId": "$id:bob"}]}} -> 201'
    )
    fields = {told.bound.get(group, group): names for group, names in protected.items()}
    shape(told, {**OPEN, "protectedFields": fields})
    told.tell(
        '- POST /classes/Box {"it": {"__type": "Pointer", "className": "Shape", '
        '"objectId": "$id:Shape"}} -> 201'
    )
    for who in ("M", "-", "ann", "bob"):
        shown = [
            told.ask(who, "GET", "/classes/Shape").body["results"][0],
            told.ask(who, "GET", "/classes/Shape?keys=secret,owner,owners").body["results"][0],
            told.ask(who, "GET", "/classes/Shape/$id:Shape").body,
            told.ask(who, "GET", "/api/Shape/$id:Shape").body,
            told.ask(who, "PUT", "/api/Shape/$id:Shape", {"n": 2}).body,
            told.ask(who, "GET", "/classes/Box?include=it").body["results"][0]["it"],
        ]
        assert [("secret" in record) for record in shown] == [who in sees.split()] * 6, who


GUESSES = [
    "/classes/Shape?where={\"secret\":\"s\"}",
    "/classes/Shape?where={\"secret\":{\"$regex\":\"^s\"}}",
    "/classes/Shape?where={\"$and\":[{\"$or\":[{\"secret\":\"s\"}]}]}",
    "/classes/Shape?where={\"$nor\":[{\"secret\":\"s\"}]}",
    "/classes/Shape?where={\"secret.a\":1}",
    "/classes/Shape?order=secret",
    "/classes/Shape?order=n,-secret",
    "/api/Shape?where={\"secret\":{\"equalTo\":\"s\"}}",
    "/api/Shape?where={\"not\":{\"secret\":\"s\"}}",
    "/api/Shape?sort=-secret",
    "/classes/Box?where={\"it\":{\"$inQuery\":{\"className\":\"Shape\",\"where\":{\"secret\":\"s\"}}}}",
    "/classes/Box?where={\"t\":{\"$not\":{\"$select\":{\"query\":{\"className\":\"Shape\",\"where\":{}},\"key\":\"secret\"}}}}",
    "/aggregate/Shape?distinct=secret",
    "/aggregate/Shape?distinct=n&where={\"secret\":\"s\"}",
    "/aggregate/Shape?$match={\"secret\":\"s\"}&$group={\"_id\":\"$n\"}",
]  # fmt: skip


@pytest.mark.parametrize("path", GUESSES)
def test_a_protected_field_cannot_be_found_out(told: Story, path: str) -> None:
    shape(told, {**OPEN, "protectedFields": {"*": ["secret"]}})
    told.tell('- POST /classes/Box {"t": "s"} -> 201')
    answer = told.ask("ann", "GET", path)
    assert (answer.status, answer.body["code"]) in [(400, 119), (403, 119)], answer.body
    assert told.ask("M", "GET", path).status == 200


PIPELINES = [
    '[{"$group":{"_id":"$secret"}}]',
    '[{"$group":{"_id":null,"top":{"$max":"$secret"}}}]',
    '[{"$project":{"other":"$secret"}}]',
    '[{"$addFields":{"other":"$secret"}}]',
    '[{"$sort":{"secret":1}}]',
    '[{"$match":{}},{"$limit":1},{"$match":{"secret":"s"}}]',
    '[{"$limit":1}]',
]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_pipeline_never_sees_a_protected_field(told: Story, pipeline: str) -> None:
    shape(told, {**OPEN, "protectedFields": {"*": ["secret"]}})
    answer = told.ask("ann", "GET", f"/aggregate/Shape?pipeline={pipeline}")
    assert answer.status == 200
    assert '"s"' not in json.dumps(answer.body["results"])


def test_what_one_may_write_but_not_read_is_not_answered(told: Story) -> None:
    shape(told, {**OPEN, "protectedFields": {"*": ["secret"]}})
    told.tell("""
        - PUT /classes/Shape/$id:Shape {"secret": "t"}    -> 200 {"updatedAt": "$date"}
        - PUT /api/Shape/$id:Shape {"secret": "u"}        -> 200 {"objectId": "$id:Shape", "createdAt": "$date", "updatedAt": "$date", "n": 1, "owner": "$any", "owners": "$any"}
        M POST /classes/Drop {"n": 1, "m": 2, "ACL": {"$id:ann": {"write": true}}}  -> 201 {"objectId": "$id:d", ...}
        ann PUT /api/Drop/$id:d {"n": 2}                  -> 200 {"objectId": "$id:d", "createdAt": "$date", "updatedAt": "$date"}
        ann PUT /classes/Drop/$id:d {"m": {"__op": "Increment", "amount": 0}}       -> 200 {"updatedAt": "$date"}
        ann GET /classes/Drop/$id:d                       -> 404 101
    """)


def test_permissions_of_users_hold_for_signing_up(told: Story) -> None:
    body = {"classLevelPermissions": {**OPEN, "create": {}, "find": {}, "get": {}, "update": {}}}
    assert told.ask("M", "PUT", "/schemas/_User", body).status == 200
    told.tell("""
        - POST /users {"username": "x", "password": "x"}  -> 400 119 Permission denied for action create on class _User.
        - GET /users                                      -> 400 119 Permission denied for action find
        ann GET /users/$id:ann                            -> 400 119 Permission denied for action get
        ann PUT /users/$id:ann {"phone": "3"}             -> 400 119 Permission denied for action update
        ann GET /users/me                                 -> 200
        - POST /login {"username": "ann", "password": "pw-ann"}  -> 200
        M POST /users {"username": "x", "password": "x"}  -> 201
    """)


REFUSED = [
    {"find": True},
    {"find": None},
    {"find": {"*": False}},
    {"find": {"*": "yes"}},
    {"find": {"pointerFields": ["n"]}},
    {"find": {"pointerFields": "owner"}},
    {"find": {"requiresAuthentication": 1}},
    {"readUserFields": ["nope"]},
    {"readUserFields": ["n"]},
    {"writeUserFields": "owner"},
    {"protectedFields": {"*": ["nope"]}},
    {"protectedFields": {"*": ["objectId"]}},
    {"protectedFields": {"*": "n"}},
    {"protectedFields": ["n"]},
    {"frobnicate": {"*": True}},
]


@pytest.mark.parametrize("permissions", REFUSED, ids=json.dumps)
def test_permissions_that_mean_nothing_are_refused(told: Story, permissions: Any) -> None:
    shape(told, OPEN)
    answer = told.ask("M", "PUT", "/schemas/Shape", {"classLevelPermissions": permissions})
    assert (answer.status, answer.body.get("code")) == (400, 107), answer.body
    told.tell("- GET /classes/Shape -> 200")


def test_the_read_only_key_reads_everything_and_writes_nothing(told: Story) -> None:
    shape(told, {**OPEN, "find": {}, "protectedFields": {"*": ["secret"]}})
    told.tell("""
        R GET /classes/Shape                        -> 200 {"results": [{"secret": "s", ...}]}
        R GET /schemas                              -> 200
        R POST /classes/Shape {"n": 1}              -> 400 119
        R PUT /classes/Shape/$id:Shape {"n": 1}     -> 400 119
        R DELETE /classes/Shape/$id:Shape           -> 400 119
        R POST /schemas/New {"className": "New"}    -> 400 119
        R DELETE /schemas/Shape                     -> 400 119
        R POST /api/_schema {"tables": []}          -> 403 119
        R POST /users {"username": "x", "password": "x"}  -> 400 119
        R PUT /users/$id:ann {"phone": "1"}         -> 400 119
        R POST /batch {"requests": [{"method": "POST", "path": "/classes/Shape", "body": {}}]} -> 200 [{"error": {"code": 119, "error": "$text"}}]
    """)
