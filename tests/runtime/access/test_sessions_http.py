"""Sessions over HTTP: a user sees, makes and ends their own; full rights all of them."""

import pytest

from tests.runtime.access.conftest import Time
from tests.runtime.access.stories import Story

USER = '{{"__type": "Pointer", "className": "_User", "objectId": "$id:{}"}}'


@pytest.fixture
def both(story: Story) -> Story:
    story.people("ann", "bob")
    story.tell("""
        ann GET /sessions/me  -> 200 {"objectId": "$id:of_ann", ...}
        bob GET /sessions/me  -> 200 {"objectId": "$id:of_bob", ...}
    """)
    return story


def test_a_session_says_whose_it_is_and_how_it_began(story: Story) -> None:
    story.people("ann")
    story.tell("""
        ann GET /sessions/me -> 200 {"objectId": "$id:s", "createdAt": "$date:1", "updatedAt": "$date:1", "user": {"__type": "Pointer", "className": "_User", "objectId": "$id:ann"}, "sessionToken": "$token:ann", "expiresAt": {"__type": "Date", "iso": "2025-05-01T10:00:00.000Z"}, "createdWith": {"action": "signup", "authProvider": "password"}}
        - GET /sessions/me   -> 400 209 Session token required.
    """)


def test_a_user_finds_their_own_sessions_only(both: Story) -> None:
    both.tell("""
        ann GET /sessions                   -> 200 {"results": [{"objectId": "$id:of_ann", ...}]}
        ann GET /classes/_Session           -> 200 {"results": [{"objectId": "$id:of_ann", ...}]}
        ann GET /sessions?where={"sessionToken":"$token:bob"}  -> 200 {"results": []}
        ann GET /sessions?where={"$or":[{"objectId":"$id:of_bob"}]}&count=1  -> 200 {"results": [], "count": 0}
        ann GET /sessions/$id:of_bob        -> 404 101 Object not found.
        ann GET /sessions/$id:of_ann        -> 200 {"sessionToken": "$token:ann", ...}
        - GET /sessions                     -> 400 209
        - GET /sessions/$id:of_ann          -> 400 209
        M GET /sessions?order=createdAt     -> 200 {"results": [{"objectId": "$id:of_ann", ...}, {"objectId": "$id:of_bob", ...}]}
        ann GET /aggregate/_Session?distinct=sessionToken  -> 200 {"results": ["$token:ann"]}
        - GET /aggregate/_Session?distinct=sessionToken    -> 403
        ann GET /aggregate/_Session?pipeline=[{"$match":{}},{"$project":{"sessionToken":1}}]  -> 200 {"results": [{"sessionToken": "$token:ann", ...}]}
    """)


def test_sessions_are_found_through_no_other_collection(both: Story) -> None:
    both.tell("""
        M POST /classes/Note {"s": {"__type": "Pointer", "className": "_Session", "objectId": "$id:of_bob"}}  -> 201
        ann GET /classes/Note?include=s  -> 200 {"results": [{"objectId": "$id:n", "createdAt": "$date", "updatedAt": "$date"}]}
        - GET /classes/Note?include=s    -> 400 209
        ann GET /classes/Note?where={"s":{"$inQuery":{"className":"_Session","where":{"sessionToken":"$token:bob"}}}}  -> 200 {"results": []}
        - GET /classes/Note?where={"s":{"$inQuery":{"className":"_Session","where":{}}}}  -> 400 209
        M GET /classes/Note?where={"s":{"$inQuery":{"className":"_Session","where":{}}}}  -> 200 {"results": [{...}]}
    """)


CHANGES = [
    # who    path                   body                        answer
    ("ann",  "/sessions/$id:of_ann", '{"foo": "x"}',            '200 {"updatedAt": "$date"}'),
    ("bob",  "/sessions/$id:of_ann", '{"foo": "x"}',            "404 101 Object not found."),
    ("-",    "/sessions/$id:of_ann", '{"foo": "x"}',            "400 209 Session token required."),
    ("ann",  "/sessions/$id:of_ann", '{"sessionToken": "r:x"}', "400 105"),
    ("ann",  "/sessions/$id:of_ann", '{"user": null}',          "400 105"),
    ("ann",  "/sessions/$id:of_ann", '{"installationId": "x"}', "400 105"),
    ("ann",  "/sessions/$id:of_ann", '{"expiresAt": null}',     "400 105"),
    ("ann",  "/sessions/$id:of_ann", '{"ACL": {}}',             "400 105 Cannot set ACL on a Session."),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "body", "answer"), CHANGES)
def test_what_a_session_grants_cannot_be_changed(
    both: Story, who: str, path: str, body: str, answer: str
) -> None:
    both.tell(f"{who} PUT {path} {body} -> {answer}")


def test_a_user_makes_further_sessions_of_their_own(both: Story) -> None:
    both.tell(f"""
        - POST /sessions {{}}   -> 400 209 Session token required.
        ann POST /sessions {{"ACL": {{}}}} -> 400 105 Cannot set ACL on a Session.
        ann POST /sessions {{"x": 1, "sessionToken": "r:mine", "user": {USER.format("bob")}}} -> 201 {{"objectId": "$id:new", "x": 1, "sessionToken": "$token:new", "user": {USER.format("ann")}, "createdWith": {{"action": "create"}}, "expiresAt": "$any"}}
        new GET /users/me       -> 200 {{"username": "ann", ...}}
        r:mine GET /users/me    -> 400 209
        ann POST /upgradeToRevocableSession {{}} -> 200 {{"sessionToken": "$token:newer", "user": {USER.format("ann")}, ...}}
        newer GET /users/me     -> 200 {{"username": "ann", ...}}
    """)


def test_full_rights_make_sessions_for_anybody_with_a_token_of_their_own(
    both: Story, time: Time
) -> None:
    expires = '"expiresAt": {"__type": "Date", "iso": "2024-05-01T10:01:00.000Z"}'
    both.tell(f"""
        M POST /classes/_Session {{"sessionToken": "r:chosen", "user": {USER.format("bob")}, {expires}}} -> 201 {{"objectId": "$id:s", "createdAt": "$date"}}
        r:chosen GET /users/me   -> 200 {{"username": "bob", "sessionToken": "r:chosen", ...}}
        M POST /sessions {{"sessionToken": "r:endless", "user": {USER.format("bob")}}} -> 201
        r:endless GET /users/me  -> 200
        M POST /sessions {{"sessionToken": "r:endless", "user": {USER.format("ann")}}} -> 400 137
    """)
    time.passed = 60
    both.tell("r:chosen GET /users/me -> 400 209 Session token is expired.")


def test_deleting_a_session_logs_out(both: Story) -> None:
    both.tell("""
        ann DELETE /sessions/$id:of_bob  -> 404 101
        - DELETE /sessions/$id:of_bob    -> 400 209
        ann DELETE /sessions/$id:of_ann  -> 200 {}
        ann GET /users/me                -> 400 209
        M DELETE /sessions/$id:of_bob    -> 200 {}
        bob GET /users/me                -> 400 209
    """)


def test_a_device_has_one_session_of_a_user(story: Story) -> None:
    story.people("ann")
    given = {"username": "ann", "password": "pw-ann"}
    first = story.ask("-", "POST", "/login", given, Installation_Id="phone").body["sessionToken"]
    second = story.ask("-", "POST", "/login", given, Installation_Id="phone").body["sessionToken"]
    story.tell(f"""
        {first} GET /users/me      -> 400 209
        {second} GET /sessions/me  -> 200 {{"installationId": "phone", ...}}
        ann GET /users/me          -> 200
    """)


def test_credentials_may_come_in_the_body(story: Story) -> None:
    story.people("ann")
    story.tell("""
        - POST /users/me {"_method": "GET", "_SessionToken": "$token:ann"}       -> 200 {"username": "ann", ...}
        - POST /users/me {"_method": "GET", "_SessionToken": "undefined"}        -> 400 209
        - POST /sessions {"_method": "GET", "_MasterKey": "master-key"}          -> 200 {"results": [{...}]}
    """)


def test_a_session_and_its_user_can_be_deleted_in_one_batch(both: Story) -> None:
    both.tell("""
        M POST /batch {"requests": [{"method": "DELETE", "path": "/classes/_Session/$id:of_ann"}, {"method": "DELETE", "path": "/users/$id:ann"}]} -> 200 [{"success": {}}, {"success": {}}]
        M GET /users/$id:ann -> 404 101
        ann GET /users/me    -> 400 209
    """)
