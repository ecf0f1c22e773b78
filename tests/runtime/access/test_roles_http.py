"""Roles over HTTP: who is in which, and what that lets them do."""

import pytest

from tests.runtime.access.stories import Story

NEW_ROLES = [
    # body                                                     answer
    ('{"name": "R", "ACL": {"*": {"read": true}}}',            '201 {"objectId": "$id:r", "createdAt": "$date"}'),
    ('{"name": "R-1 x", "ACL": {}}',                           "201"),
    ('{"name": "R"}',                                          "400 111 ACL is required."),
    ('{"ACL": {}}',                                            "400 111 name is required."),
    ('{"name": "", "ACL": {}}',                                "400 111 name is required."),
    ('{"name": 5, "ACL": {}}',                                 "400 111 expected String but got Number"),
    ('{"name": "taken", "ACL": {}}',                           "400 137"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "answer"), NEW_ROLES)
@pytest.mark.parametrize("path", ["/roles", "/classes/_Role"])
def test_a_new_role(story: Story, path: str, body: str, answer: str) -> None:
    story.tell('- POST /roles {"name": "taken", "ACL": {}} -> 201')
    story.tell(f"- POST {path} {body} -> {answer}")


@pytest.mark.parametrize("name", ['""', "null", '{"__op": "Delete"}'])
def test_a_role_keeps_a_name(story: Story, name: str) -> None:
    story.tell('M POST /roles {"name": "R", "ACL": {}} -> 201 {"objectId": "$id:r", ...}')
    story.tell(f'M PUT /roles/$id:r {{"name": {name}}} -> 400 111 name is required.')
    story.tell('M GET /roles/$id:r -> 200 {"name": "R", ...}')


def test_a_role_keeps_an_acl(story: Story) -> None:
    story.tell("""
        - POST /roles {"name": "R", "ACL": {"*": {"read": true, "write": true}}} -> 201 {"objectId": "$id:r", ...}
        - PUT /roles/$id:r {"ACL": {"__op": "Delete"}}        -> 400 111 ACL is required.
        - PUT /roles/$id:r {"ACL": {"*": {"read": true}}}     -> 200
        - GET /roles/$id:r                                    -> 200 {"ACL": {"*": {"read": true}}, ...}
    """)


def role(name: str, field: str, *members: str) -> str:
    target = {"users": "_User", "roles": "_Role"}[field]
    pointers = ", ".join(
        f'{{"__type": "Pointer", "className": "{target}", "objectId": "$id:{member}"}}'
        for member in members
    )
    relation = f'{{"__op": "AddRelation", "objects": [{pointers}]}}'
    return (
        f'M POST /roles {{"name": "{name}", "ACL": {{"*": {{"read": true}}}}, "{field}": {relation}}}'
        f' -> 201 {{"objectId": "$id:{name}", ...}}'
    )


def add(role_id: str, field: str, member: str, *, op: str = "AddRelation") -> str:
    target = {"users": "_User", "roles": "_Role"}[field]
    pointer = f'{{"__type": "Pointer", "className": "{target}", "objectId": "$id:{member}"}}'
    return f'PUT /roles/$id:{role_id} {{"{field}": {{"__op": "{op}", "objects": [{pointer}]}}}}'


def note(role_name: str) -> str:
    rights = f'{{"role:{role_name}": {{"read": true, "write": true}}}}'
    return f'M POST /classes/Note {{"of": "{role_name}", "ACL": {rights}}} -> 201 {{"objectId": "$id:note_{role_name}", ...}}'


def test_a_role_opens_what_it_is_named_in(story: Story) -> None:
    story.people("ann", "bob")
    story.tell(role("Staff", "users", "ann"))
    story.tell(note("Staff"))
    story.tell("""
        ann GET /classes/Note/$id:note_Staff             -> 200 {"of": "Staff", ...}
        ann PUT /classes/Note/$id:note_Staff {"n": 1}    -> 200
        bob GET /classes/Note/$id:note_Staff             -> 404 101
        bob PUT /classes/Note/$id:note_Staff {"n": 1}    -> 404 101
        - GET /classes/Note                              -> 200 {"results": []}
        ann GET /classes/Note?count=1&limit=0            -> 200 {"results": [], "count": 1}
        bob GET /classes/Note?count=1&limit=0            -> 200 {"results": [], "count": 0}
        bob GET /aggregate/Note?distinct=of              -> 200 {"results": []}
        ann GET /aggregate/Note?distinct=of              -> 200 {"results": ["Staff"]}
        bob GET /aggregate/Note?$group={"_id":"$of"}     -> 200 {"results": []}
    """)


def test_who_joins_or_leaves_a_role_gains_or_loses_access_at_once(story: Story) -> None:
    story.people("ann")
    story.tell(role("Staff", "users"))
    story.tell(note("Staff"))
    story.tell(f"""
        ann GET /classes/Note -> 200 {{"results": []}}
        M {add("Staff", "users", "ann")} -> 200
        ann GET /classes/Note -> 200 {{"results": [{{...}}]}}
        M {add("Staff", "users", "ann", op="RemoveRelation")} -> 200
        ann GET /classes/Note -> 200 {{"results": []}}
        M {add("Staff", "users", "ann")} -> 200
        M DELETE /roles/$id:Staff -> 200 {{}}
        ann GET /classes/Note -> 200 {{"results": []}}
    """)


def test_roles_hold_roles_and_circles_end(story: Story) -> None:
    story.people("ann")
    story.tell(role("Inner", "users", "ann"))
    story.tell(role("Middle", "roles", "Inner"))
    story.tell(role("Outer", "roles", "Middle"))
    story.tell(f"M {add('Inner', 'roles', 'Outer')} -> 200")
    story.tell(f"M {add('Outer', 'roles', 'Outer')} -> 200")
    for name in ("Inner", "Middle", "Outer", "Other"):
        story.tell(note(name))
    answer = story.ask("ann", "GET", "/classes/Note?order=of")
    assert [each["of"] for each in answer.body["results"]] == ["Inner", "Middle", "Outer"]


def test_the_relations_of_a_role_are_written_through_the_role_only(story: Story) -> None:
    story.people("ann")
    story.tell(role("Staff", "users"))
    story.tell(f"""
        ann {add("Staff", "users", "ann")}  -> 404 101
        - {add("Staff", "users", "ann")}    -> 404 101
        ann POST /classes/_Join:users:_Role {{"owningId": "$id:Staff", "relatedId": "$id:ann"}} -> 400
        M POST /classes/_Join:users:_Role {{"owningId": "$id:Staff", "relatedId": "$id:ann"}}   -> 400
        M GET /classes/_Join:users:_Role    -> 400
        ann PUT /classes/_Role/$id:Staff {{"name": "x"}} -> 404 101
        ann DELETE /roles/$id:Staff         -> 404 101
    """)


def test_an_id_cannot_imitate_a_role(story: Story) -> None:
    story.tell(note("Staff"))
    story.tell("""
        - POST /users {"objectId": "role:Staff", "username": "x", "password": "x"}  -> 400 119
        M POST /users {"objectId": "role:Staff", "username": "x", "password": "x"}  -> 400 119
        - POST /users {"objectId": "*", "username": "x", "password": "x"}           -> 400 119
    """)


def test_a_role_is_found_by_its_member_and_members_by_their_role(story: Story) -> None:
    story.people("ann", "bob")
    story.tell(role("Staff", "users", "ann"))
    story.tell("""
        - GET /roles?where={"users":{"__type":"Pointer","className":"_User","objectId":"$id:ann"}}&keys=name -> 200 {"results": [{"name": "Staff", "objectId": "$id:Staff", "users": "$any", "roles": "$any", ...}]}
        - GET /users?where={"$relatedTo":{"object":{"__type":"Pointer","className":"_Role","objectId":"$id:Staff"},"key":"users"}}&keys=username -> 200 {"results": [{"username": "ann", ...}]}
    """)
