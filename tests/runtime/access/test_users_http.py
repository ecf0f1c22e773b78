"""Users over HTTP. What is answered was compared with a real Parse Server, line by line."""

import pytest

from noodl_runtime.backend import Backend
from tests.runtime.access.conftest import Time
from tests.runtime.access.stories import Story

SIGN_UPS = [
    # body                                                                      answer
    ('{"username": "x"}',                                                       "400 201 password is required"),
    ('{"username": "x", "password": ""}',                                       "400 201 password is required"),
    ('{"username": "x", "password": 5}',                                        "400 201 password is required"),
    ('{"username": "x", "password": null}',                                     "400 201 password is required"),
    ('{"password": "x"}',                                                       "400 200 bad or missing username"),
    ('{"username": "", "password": "x"}',                                       "400 200 bad or missing username"),
    ('{"username": {"$ne": null}, "password": "x"}',                            "400 200 bad or missing username"),
    ('{"username": "ann", "password": "x"}',                                    "400 202 Account already exists for this username."),
    ('{"username": "ANN", "password": "x"}',                                    "400 202 Account already exists for this username."),
    ('{"username": "x", "password": "x", "email": "ann@example.com"}',          "400 203 Account already exists for this email address."),
    ('{"username": "x", "password": "x", "email": "Ann@Example.com"}',          "400 203 Account already exists for this email address."),
    ('{"username": "x", "password": "x", "email": "nonsense"}',                 "400 125 Email address format is invalid."),
    ('{"username": "x", "password": "x", "email": 5}',                          "400 111 schema mismatch for _User.email; expected String but got Number"),
    ('{"username": "x", "password": "x", "email": "a@b\\r\\nBcc: c@d"}',        "400 125 Email"),
    ('{"username": "x", "password": "x", "emailVerified": false}',              "400 119 Clients aren't allowed to manually update email verification."),
    ('{"username": "x", "password": "x", "_hashed_password": "x"}',             "400 105"),
    ('{"username": "x", "password": "x", "objectId": "role:admin"}',            "400 119 Invalid object ID."),
    ('{"username": "x", "password": "x", "authData": {"foo": {"id": "1"}}}',    "400 252 This authentication method is unsupported."),
    ('{"authData": {"anonymous": {}}}',                                         "400 252"),
    ('{"username": "x", "password": "x", "email": ""}',                         "201"),
    ('{"username": "x", "password": "x", "email": null}',                       "201"),
    ('{"username": "x", "password": "x", "authData": {}}',                      "201"),
    ('{"username": " a b ", "password": "x"}',                                  "201"),
    ('{"username": "x", "password": "x", "sessionToken": "r:mine"}',            '201 {"objectId": "$id:x", "createdAt": "$date", "sessionToken": "$re:^r:[0-9a-f]{32}$"}'),
]  # fmt: skip


@pytest.mark.parametrize(("body", "answer"), SIGN_UPS)
def test_sign_up(story: Story, body: str, answer: str) -> None:
    story.tell(
        '- POST /users {"username": "ann", "password": "pw", "email": "ann@example.com"} -> 201'
    )
    story.tell(f"- POST /users {body} -> {answer}")


LOG_INS = [
    # body                                                           answer
    ('{"username": "ann", "password": "pw"}',                        '200 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "email": "ann@example.com", "ACL": {"*": {"read": true}, "$id:ann": {"read": true, "write": true}}, "sessionToken": "$token:new"}'),
    ('{"email": "ann@example.com", "password": "pw"}',               '200 {"username": "ann", ...}'),
    ('{"username": "ann@example.com", "password": "pw"}',            '200 {"username": "ann", ...}'),
    ('{"username": "ann", "email": "ann@example.com", "password": "pw"}', '200 {"username": "ann", ...}'),
    ('{"username": "bob", "email": "ann@example.com", "password": "pw"}', "404 101 Invalid username/password."),
    ('{"_method": "GET", "username": "ann", "password": "pw"}',      '200 {"username": "ann", ...}'),
    ('{"username": "ANN", "password": "pw"}',                        "404 101 Invalid username/password."),
    ('{"username": "ann", "password": "bad"}',                       "404 101 Invalid username/password."),
    ('{"username": "ann", "password": "PW"}',                        "404 101 Invalid username/password."),
    ('{"username": "nobody", "password": "pw"}',                     "404 101 Invalid username/password."),
    ('{"username": {"$ne": "x"}, "password": "pw"}',                 "404 101 Invalid username/password."),
    ('{"username": "ann", "password": {"$ne": 1}}',                  "404 101 Invalid username/password."),
    ('{"username": ["ann"], "password": "pw"}',                      "404 101 Invalid username/password."),
    ('{"username": "ann", "password": ""}',                          "400 201 password is required."),
    ('{"username": "ann"}',                                          "400 201 password is required."),
    ('{"password": "pw"}',                                           "400 200 username/email is required."),
    ("{}",                                                           "400 200 username/email is required."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "answer"), LOG_INS)
@pytest.mark.parametrize("who", ["-", "M", "bob", "r:unknown"])
def test_log_in_whoever_asks(story: Story, who: str, body: str, answer: str) -> None:
    story.people("bob")
    story.tell(
        '- POST /users {"username": "ann", "password": "pw", "email": "ann@example.com"}'
        ' -> 201 {"objectId": "$id:ann", ...}'
    )
    story.tell(f"{who} POST /login {body} -> {answer}")


def test_log_in_takes_parameters_of_the_url(story: Story) -> None:
    story.people("ann")
    story.tell('- GET /login?username=ann&password=pw-ann -> 200 {"objectId": "$id:ann", ...}')
    story.tell("- GET /login?username=ann&password=bad -> 404 101 Invalid")


def test_all_characters_of_a_password_count(story: Story) -> None:
    long = "é" * 200
    story.tell(f'- POST /users {{"username": "ann", "password": "{long}a"}} -> 201')
    story.tell(f'- POST /login {{"username": "ann", "password": "{long}a"}} -> 200')
    story.tell(f'- POST /login {{"username": "ann", "password": "{long}b"}} -> 404')
    story.tell(f'- POST /login {{"username": "ann", "password": "{long}"}} -> 404')


def test_who_is_not_to_log_in_is_told_so_after_the_right_password_only(story: Story) -> None:
    story.people("ann")
    story.tell("""
        M PUT /users/$id:ann {"logInDisabled": true}                  -> 200
        - POST /login {"username": "ann", "password": "bad"}          -> 404 101 Invalid
        - POST /login {"username": "ann", "password": "pw-ann"}       -> 400 119 Access denied, log in disabled.
        M POST /login {"username": "ann", "password": "pw-ann"}       -> 200
    """)


def test_a_user_whom_nobody_may_read_cannot_log_in(story: Story) -> None:
    story.people("ann")
    story.tell('M PUT /users/$id:ann {"ACL": {}} -> 200')
    story.tell('- POST /login {"username": "ann", "password": "pw-ann"} -> 404 101 Invalid')


def test_me_is_the_user_of_the_session(story: Story) -> None:
    story.people("ann")
    story.tell("""
        ann GET /users/me        -> 200 {"__type": "Object", "className": "_User", "username": "ann", "sessionToken": "$token:ann", ...}
        - GET /users/me          -> 400 209 Invalid session token
        M GET /users/me          -> 400 209 Invalid session token
        r:unknown GET /users/me  -> 400 209 Invalid session token
        undefined GET /users/me  -> 400 209 Invalid session token
        undefined GET /users     -> 200
        r:unknown GET /users     -> 400 209 Invalid session token
    """)


def test_log_out_ends_the_session_it_came_with(story: Story) -> None:
    story.people("ann")
    story.tell("""
        - POST /login {"username": "ann", "password": "pw-ann"}  -> 200 {"sessionToken": "$token:second", ...}
        ann POST /logout {}     -> 200 {}
        ann GET /users/me       -> 400 209
        second GET /users/me    -> 200
        - POST /logout {}       -> 200 {}
        ann POST /logout {}     -> 400 209
    """)


def test_an_address_is_seen_by_its_user_and_full_rights_only(story: Story) -> None:
    story.people("bob")
    story.tell("""
        - POST /users {"username": "ann", "password": "pw", "email": "ann@example.com"} -> 201 {"objectId": "$id:ann", "sessionToken": "$token:ann", ...}
        - GET /users/$id:ann      -> 200 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "ACL": "$any"}
        bob GET /users/$id:ann    -> 200 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "ACL": "$any"}
        ann GET /users/$id:ann    -> 200 {"email": "ann@example.com", "sessionToken": "$token:ann", ...}
        M GET /users/$id:ann      -> 200 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "email": "ann@example.com", "ACL": "$any"}
        ann GET /users?where={"username":"ann"}  -> 200 {"results": [{"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "email": "ann@example.com", "ACL": "$any"}]}
        bob GET /users?where={"username":"ann"}&keys=email  -> 200 {"results": [{"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "ACL": "$any"}]}
    """)


GUESSES = [
    'where={"email":"ann@example.com"}',
    'where={"$or":[{"email":"ann@example.com"}]}',
    'where={"$and":[{"$nor":[{"email":"x"}]}]}',
    'where={"email":{"$regex":"^a"}}',
    'where={"authData.anonymous.id":"x"}',
    'where={"authData":null}',
    'where={"password":"x"}',
    'where={"objectId":{"$inQuery":{"className":"_User","where":{"email":"ann@example.com"}}}}',
    'where={"objectId":{"$select":{"query":{"className":"_User","where":{}},"key":"email"}}}',
    "order=email",
    "order=-username,email",
    "order=password",
]  # fmt: skip


@pytest.mark.parametrize("guess", GUESSES)
def test_what_one_may_not_see_cannot_be_found_out_by_a_query(story: Story, guess: str) -> None:
    story.people("bob")
    story.tell(f"bob GET /users?{guess} -> 400 119 This user is not allowed to query")
    story.tell(f"bob GET /classes/_User?{guess}&count=1&limit=0 -> 400 119")


@pytest.mark.parametrize("name", ["_hashed_password", "_secrets", "_session_token"])
def test_internal_names_are_none_even_for_full_rights(story: Story, name: str) -> None:
    story.people("bob")
    for who in ("bob", "M"):
        story.tell(f'{who} GET /users?where={{"{name}":"x"}} -> 400 105')
        story.tell(f"{who} GET /users?order={name} -> 400 105")


CHANGES = [
    # who    body                                                  answer
    ("-",    '{"phone": "2"}',                                     "400 206 Cannot modify user"),
    ("bob",  '{"phone": "2"}',                                     "400 206 Insufficient auth."),
    ("ann",  '{"phone": "2"}',                                     '200 {"updatedAt": "$date"}'),
    ("M",    '{"phone": "2"}',                                     '200 {"updatedAt": "$date"}'),
    ("ann",  '{"emailVerified": true}',                            "400 119 Clients aren't allowed"),
    ("M",    '{"emailVerified": true}',                            "200"),
    ("ann",  '{"sessionToken": "r:x"}',                            '200 {"updatedAt": "$date"}'),
    ("ann",  '{"authData": {"foo": {"id": "x"}}}',                 "400 252"),
    ("ann",  '{"username": 5}',                                    "400 111"),
    ("ann",  '{"username": "bob"}',                                "400 202 Account already exists for this username."),
    ("ann",  '{"username": "Bob"}',                                "400 202"),
    ("ann",  '{"username": "ANN"}',                                "200"),
    ("ann",  '{"email": "bad"}',                                   "400 125"),
    ("ann",  '{"email": "bob@example.com"}',                       "400 203"),
    ("ann",  '{"email": {"__op": "Delete"}}',                      "200"),
    ("ann",  '{"password": ""}',                                   "400 201 password is required"),
    ("ann",  '{"password": 5}',                                    "400 111 expected String but got Number"),
    ("ann",  '{"password": {"__op": "Delete"}}',                   "400 201"),
    ("ann",  '{"password.x": "y"}',                                "400 111"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "body", "answer"), CHANGES)
def test_changing_a_user(story: Story, who: str, body: str, answer: str) -> None:
    story.people("ann", "bob")
    story.tell('M PUT /users/$id:bob {"email": "bob@example.com"} -> 200')
    story.tell(f"{who} PUT /users/$id:ann {body} -> {answer}")


def test_nobody_locks_themselves_out(story: Story) -> None:
    story.people("ann")
    story.tell("""
        ann PUT /users/$id:ann {"ACL": {"*": {"read": true}}}  -> 200
        M GET /users/$id:ann  -> 200 {"ACL": {"*": {"read": true}, "$id:ann": {"read": true, "write": true}}, ...}
        ann PUT /users/$id:ann {"ACL": null}                   -> 200
        M GET /users/$id:ann  -> 200 {"ACL": {"*": {"read": true}, "$id:ann": {"read": true, "write": true}}, ...}
        ann PUT /users/$id:ann {"ACL": {"__op": "Delete"}}     -> 200
        M GET /users/$id:ann  -> 200 {"ACL": {"$id:ann": {"read": true, "write": true}}, ...}
        - GET /users/$id:ann  -> 404 101
    """)


def test_an_acl_can_let_other_users_change_a_user_but_never_the_public(story: Story) -> None:
    story.people("bob", "carl")
    story.tell("""
        M POST /classes/_User {"username": "ann", "password": "pw", "ACL": {"*": {"write": true}}} -> 201 {"objectId": "$id:ann", ...}
        - PUT /users/$id:ann {"phone": "5"}    -> 400 206 Cannot modify user
        - DELETE /users/$id:ann                -> 400 206 Insufficient auth to delete user
        bob PUT /users/$id:ann {"phone": "5"}  -> 200
        M PUT /users/$id:ann {"ACL": {"$id:bob": {"write": true}}}  -> 200
        carl PUT /users/$id:ann {"phone": "6"} -> 400 206 Insufficient auth.
        carl PUT /users/unknown {"phone": "6"} -> 400 206 Insufficient auth.
        carl DELETE /classes/_User/$id:ann     -> 400 206 Insufficient auth.
        bob DELETE /classes/_User/$id:ann      -> 200
    """)


def test_a_new_password_ends_every_session_and_answers_the_next(story: Story) -> None:
    story.people("ann")
    story.tell("""
        - POST /login {"username": "ann", "password": "pw-ann"}  -> 200 {"sessionToken": "$token:second", ...}
        ann PUT /users/$id:ann {"password": "pw2"}  -> 200 {"updatedAt": "$date", "sessionToken": "$token:third"}
        ann GET /users/me      -> 400 209
        second GET /users/me   -> 400 209
        third GET /users/me    -> 200
        - POST /login {"username": "ann", "password": "pw-ann"}  -> 404
        - POST /login {"username": "ann", "password": "pw2"}     -> 200
        M PUT /users/$id:ann {"password": "pw3"}                 -> 200 {"updatedAt": "$date"}
        third GET /users/me    -> 400 209
        - POST /login {"username": "ann", "password": "pw3"}     -> 200
    """)


def test_a_user_is_deleted_by_themselves_or_full_rights(story: Story) -> None:
    story.people("ann", "bob")
    story.tell("""
        - DELETE /users/$id:ann      -> 400 206 Insufficient auth to delete user
        bob DELETE /users/$id:ann    -> 400 206 Insufficient auth.
        M DELETE /users/unknown      -> 404 101
        ann DELETE /users/$id:ann    -> 200 {}
        ann GET /users/me            -> 400 209
        - GET /users/$id:ann         -> 404 101
        - POST /login {"username": "ann", "password": "pw-ann"}  -> 404 101
        M GET /sessions              -> 200 {"results": [{"user": {"__type": "Pointer", "className": "_User", "objectId": "$id:bob"}, ...}]}
    """)


def test_anonymous_users_are_known_again_and_can_take_a_name(story: Story) -> None:
    story.tell("""
        - POST /users {"authData": {"anonymous": {"id": "device"}}}  -> 201 {"objectId": "$id:anon", "createdAt": "$date", "username": "$text", "sessionToken": "$token:anon", "authDataResponse": {}}
        - POST /users {"authData": {"anonymous": {"id": "device"}}}  -> 200 {"objectId": "$id:anon", "sessionToken": "$token:again", "authData": {"anonymous": {"id": "device"}}, ...}
        - GET /users/$id:anon     -> 200 {"objectId": "$id:anon", "createdAt": "$date", "updatedAt": "$date", "username": "$text", "ACL": "$any"}
        anon GET /sessions/me     -> 200 {"createdWith": {"action": "login", "authProvider": "anonymous"}, ...}
        anon PUT /users/$id:anon {"username": "ann", "password": "pw"}  -> 200 {"updatedAt": "$date", "sessionToken": "$token:named"}
        - POST /login {"username": "ann", "password": "pw"}           -> 200 {"objectId": "$id:anon", ...}
        named PUT /users/$id:anon {"authData": {"anonymous": null}}   -> 200
        - POST /users {"authData": {"anonymous": {"id": "device"}}}   -> 201 {"objectId": "$id:other", ...}
    """)


def test_verify_password_opens_no_session(story: Story) -> None:
    story.people("ann")
    story.tell("""
        - POST /verifyPassword {"username": "ann", "password": "pw-ann"}  -> 200 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "ACL": "$any"}
        - GET /verifyPassword?username=ann&password=pw-ann  -> 200
        - POST /verifyPassword {"username": "ann", "password": "bad"}     -> 404 101
        - POST /verifyPassword {"username": "ann"}                        -> 400 201
        - POST /verifyPassword {"password": "x"}                          -> 400 200
        r:gone POST /verifyPassword {"username": "ann", "password": "pw-ann"} -> 400 209
    """)


def test_full_rights_log_in_as_anybody(story: Story) -> None:
    story.people("ann")
    story.tell("""
        ann POST /loginAs {"userId": "$id:ann"}  -> 400 119
        R POST /loginAs {"userId": "$id:ann"}    -> 400 119
        M POST /loginAs {"userId": "$id:ann"}    -> 200 {"username": "ann", "sessionToken": "$token:as", ...}
        as GET /users/me                         -> 200 {"username": "ann", ...}
        M POST /loginAs {"userId": "nope"}       -> 404 101
        M POST /loginAs {}                       -> 400 162
    """)


def test_users_made_and_changed_in_a_batch_go_the_same_way(story: Story) -> None:
    story.people("bob")
    story.tell("""
        - POST /batch {"requests": [{"method": "POST", "path": "/parse/users", "body": {"username": "ann", "password": "pw"}}, {"method": "POST", "path": "/parse/login", "body": {"username": "ann", "password": "pw"}}, {"method": "POST", "path": "/parse/login", "body": {"username": "ann", "password": "bad"}}, {"method": "PUT", "path": "/parse/users/$id:bob", "body": {"phone": "x"}}, {"method": "POST", "path": "/parse/roles", "body": {"name": "R"}}, {"method": "DELETE", "path": "/parse/users/$id:bob"}] } -> 200 [{"success": {"objectId": "$id:ann", "createdAt": "$date", "sessionToken": "$token:ann"}}, {"success": {"objectId": "$id:ann", "sessionToken": "$token:ann2", ...}}, {"error": {"code": 101, "error": "$text"}}, {"error": {"code": 206, "error": "$text"}}, {"error": {"code": 111, "error": "ACL is required."}}, {"error": {"code": 206, "error": "$text"}}]
        ann GET /users/me -> 200
    """)


def test_a_session_ends_by_itself_after_its_time(story: Story, time: Time) -> None:
    story.people("ann")
    time.passed += 365 * 86400 - 1
    story.tell("ann GET /users/me -> 200")
    time.passed += 2
    story.tell("ann GET /users/me -> 400 209 Session token is expired.")
    story.tell("ann GET /classes/Todo -> 400 209 Session token is expired.")


def test_api_routes_know_the_same_users(story: Story) -> None:
    story.people("bob")
    story.tell("""
        - POST /api/_User {"username": "ann", "password": "pw", "email": "a@b.example"} -> 201 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "ACL": "$any", "sessionToken": "$token:ann"}
        bob GET /api/_User/$id:ann    -> 200 {"objectId": "$id:ann", "createdAt": "$date", "updatedAt": "$date", "username": "ann", "ACL": "$any"}
        ann GET /api/_User/$id:ann    -> 200 {"email": "a@b.example", "sessionToken": "$token:ann", ...}
        bob PUT /api/_User/$id:ann {"phone": "1"}  -> 400 206
        bob GET /api/_User?where={"email":"a@b.example"} -> 403 119
        - GET /api/_Session           -> 400 209
    """)


def test_in_production_the_public_signs_up_but_adds_no_fields(make: object) -> None:
    backend: Backend = make(mode="production")  # type: ignore[operator]
    from tests.runtime.http.clients import WsgiClient

    story = Story(WsgiClient(backend))
    story.people("ann")
    story.tell(
        '- POST /users {"username": "bob", "password": "x", "phone": "1"} -> 400 119 does not exist'
    )
    story.tell('ann PUT /users/$id:ann {"phone": "1"} -> 400 119 does not exist')
    story.tell('- POST /roles {"name": "R", "ACL": {}} -> 201')


@pytest.mark.parametrize("odd", ["{}", "[]", "0", "false"])
def test_log_in_takes_texts_only(story: Story, odd: str) -> None:
    story.people("ann")
    for given in (
        f'"username": {odd}, "email": "x@y.example", "password": "pw-ann"',
        f'"username": "ann", "email": {odd}, "password": "pw-ann"',
        f'"username": "ann", "password": {odd}',
    ):
        story.tell(f"- POST /login {{{given}}} -> 404 101 Invalid username/password.")
