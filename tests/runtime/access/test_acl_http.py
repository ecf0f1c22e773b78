"""ACLs over HTTP: who reads and writes a record, and what an odd ACL means."""

import pytest

from tests.runtime.access.stories import Story

ACLS = [
    # ACL sent with a new record                       ACL answered
    ("null",                                           None),
    ("{}",                                             "{}"),
    ('"x"',                                            "{}"),
    ("[1]",                                            "{}"),
    ('{"*": {"read": false}}',                         "{}"),
    ('{"a": true}',                                    "{}"),
    ('{"a": {"foo": true}}',                           "{}"),
    ('{"a": {"read": true}}',                          '{"a": {"read": true}}'),
    ('{"a": {"read": true, "write": false}}',          '{"a": {"read": true}}'),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "answered"), ACLS)
def test_an_acl_never_grants_by_being_misread(
    story: Story, sent: str, answered: str | None
) -> None:
    acl = "" if answered is None else f', "ACL": {answered}'
    story.tell(f"""
        - POST /classes/Note {{"n": 1, "ACL": {sent}}} -> 201 {{"objectId": "$id:x", "createdAt": "$date"}}
        M GET /classes/Note/$id:x -> 200 {{"objectId": "$id:x", "createdAt": "$date", "updatedAt": "$date", "n": 1{acl}}}
        - GET /classes/Note/$id:x -> {200 if answered is None else 404}
    """)


CHANGES = [
    # changed to                 ACL afterwards
    ("null",                     '{"a": {"read": true}}'),
    ('{"__op": "Delete"}',       "{}"),
    ("{}",                       "{}"),
    ('{"b": {"write": true}}',   '{"b": {"write": true}}'),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "afterwards"), CHANGES)
def test_a_change_that_says_nothing_opens_nothing(
    story: Story, changed: str, afterwards: str
) -> None:
    story.tell(f"""
        - POST /classes/Note {{"ACL": {{"a": {{"read": true}}}}}} -> 201 {{"objectId": "$id:x", ...}}
        M PUT /classes/Note/$id:x {{"ACL": {changed}}} -> 200
        M GET /classes/Note/$id:x -> 200 {{"ACL": {afterwards}, ...}}
    """)


def test_read_and_write_are_two_things(story: Story) -> None:
    story.people("ann")
    story.tell("""
        - POST /classes/Note {"n": 1, "ACL": {"$id:ann": {"write": true}}}  -> 201 {"objectId": "$id:w", ...}
        ann GET /classes/Note/$id:w             -> 404 101
        ann PUT /classes/Note/$id:w {"n": 2}    -> 200
        ann DELETE /classes/Note/$id:w          -> 200
        - POST /classes/Note {"n": 1, "ACL": {"$id:ann": {"read": true}}}   -> 201 {"objectId": "$id:r", ...}
        ann GET /classes/Note/$id:r             -> 200
        ann PUT /classes/Note/$id:r {"n": 2}    -> 404 101
        ann DELETE /classes/Note/$id:r          -> 404 101
        ann PUT /api/Note/$id:r {"n": 2}        -> 404 101
        ann GET /api/Note/$id:r                 -> 200
        - GET /api/Note/$id:r                   -> 404 101
    """)


def test_a_hidden_record_looks_as_if_it_did_not_exist(story: Story) -> None:
    story.people("ann")
    story.tell('- POST /classes/Note {"ACL": {}} -> 201 {"objectId": "$id:x", ...}')
    for path in ("/classes/Note/", "/api/Note/"):
        for method, body in (("GET", None), ("PUT", {"n": 1}), ("DELETE", None)):
            hidden = story.ask("ann", method, f"{path}$id:x", body)
            missing = story.ask("ann", method, f"{path}zzzzzzzzzz", body)
            assert (hidden.status, hidden.body["error"]) == (404, missing.body["error"])


def test_an_acl_holds_on_every_way_to_the_records(story: Story) -> None:
    story.people("ann", "bob")
    story.tell("""
        ann POST /classes/Team {"name": "secret", "size": 3, "ACL": {"$id:ann": {"read": true, "write": true}}} -> 201 {"objectId": "$id:t", ...}
        - POST /classes/Item {"n": 1, "team": {"__type": "Pointer", "className": "Team", "objectId": "$id:t"}, "teams": [{"__type": "Pointer", "className": "Team", "objectId": "$id:t"}], "all": {"__op": "AddRelation", "objects": [{"__type": "Pointer", "className": "Team", "objectId": "$id:t"}]}} -> 201 {"objectId": "$id:i", ...}
        bob GET /classes/Item?include=team,teams  -> 200 {"results": [{"objectId": "$id:i", "createdAt": "$date", "updatedAt": "$date", "n": 1, "teams": [], "all": "$any"}]}
        ann GET /classes/Item?include=team,teams  -> 200 {"results": [{"team": {"name": "secret", ...}, "teams": [{"name": "secret", ...}], ...}]}
        bob GET /classes/Item?where={"team":{"$inQuery":{"className":"Team","where":{"name":"secret"}}}}     -> 200 {"results": []}
        ann GET /classes/Item?where={"team":{"$inQuery":{"className":"Team","where":{"name":"secret"}}}}     -> 200 {"results": [{...}]}
        bob GET /classes/Item?where={"team":{"$notInQuery":{"className":"Team","where":{"name":"secret"}}}}  -> 200 {"results": [{...}]}
        bob GET /classes/Team?where={"$relatedTo":{"object":{"__type":"Pointer","className":"Item","objectId":"$id:i"},"key":"all"}} -> 200 {"results": []}
        bob GET /classes/Team?where={"$or":[{"size":3},{"size":4}]}  -> 200 {"results": []}
        bob GET /classes/Team?where={"_rperm":{"$in":["$id:ann"]}}   -> 200 {"results": []}
        bob GET /classes/Team?count=1&limit=0                        -> 200 {"results": [], "count": 0}
        bob GET /aggregate/Team?distinct=name                        -> 200 {"results": []}
        bob GET /aggregate/Team?$group={"_id":null,"s":{"$sum":"$size"}}  -> 200 {"results": []}
        bob GET /api/Item?include=team                               -> 200 {"results": [{"objectId": "$id:i", "createdAt": "$date", "updatedAt": "$date", "n": 1, "teams": ["$id:t"], "all": "$any"}]}
        bob POST /batch {"requests": [{"method": "PUT", "path": "/classes/Team/$id:t", "body": {"size": 1}}]} -> 200 [{"error": {"code": 101, "error": "$text"}}]
        bob POST /api/_batch {"operations": [{"op": "delete", "collection": "Team", "id": "$id:t"}]} -> 200 {"results": [{"status": 404, ...}]}
    """)
