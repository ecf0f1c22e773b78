from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.projection import include_tree, project, read_names
from noodl_runtime.values import Included, Pointer

KNOWN = {"objectId": "x", "createdAt": "c", "updatedAt": "u", "ACL": {"*": {"read": True}}}
TEAM = {"objectId": "t", "createdAt": "c", "updatedAt": "u", "name": "red", "secret": "s"}
RECORD: dict[str, Any] = {
    **KNOWN,
    "n": 1,
    "o": {"x": 1, "y": 2},
    "team": Included("Team", TEAM),
    "teams": [Included("Team", TEAM), Pointer("Team", "u")],
}
RED = {name: TEAM[name] for name in ("objectId", "createdAt", "updatedAt", "name")}


@pytest.mark.parametrize(
    ("keys", "exclude", "left"),
    [
        (None, (), RECORD),
        (("*",), (), RECORD),
        ((), (), KNOWN),
        (("n", "zzz"), (), {**KNOWN, "n": 1}),
        (("o.x",), (), {**KNOWN, "o": {"x": 1}}),
        (("o.x", "o"), (), {**KNOWN, "o": RECORD["o"]}),
        (("team.name",), (), {**KNOWN, "team": Included("Team", RED)}),
        (("teams.name",), (), {**KNOWN, "teams": [Included("Team", RED), Pointer("Team", "u")]}),
        (("n", "o"), ("o",), {**KNOWN, "n": 1}),
        (("o",), ("o.x",), {**KNOWN, "o": RECORD["o"]}),
        (("team",), ("team.secret",), {**KNOWN, "team": Included("Team", RED)}),
        ((), ("objectId", "createdAt", "ACL"), KNOWN),
    ],
)
def test_keys_and_exclude_keys_leave_what_was_asked_for(
    keys: tuple[str, ...] | None, exclude: tuple[str, ...], left: dict[str, Any]
) -> None:
    assert project(RECORD, keys, exclude) == left


@pytest.mark.parametrize(
    ("include", "keys", "tree"),
    [
        ((), None, {}),
        (("list", "list.owner", "home"), None, {"list": {"owner": {}}, "home": {}}),
        (("*",), None, {"*": {}}),
        (("list",), ("n", "list.owner.name"), {"list": {"owner": {}}}),
    ],
)
def test_pointers_to_follow_form_a_tree(
    include: tuple[str, ...], keys: tuple[str, ...] | None, tree: dict[str, Any]
) -> None:
    assert include_tree(include, keys) == tree


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (None, ()),
        ("", ()),
        ("a, b.c", ("a", "b.c")),
        (["a", "*"], ("a", "*")),
        ("ACL,objectId", ("ACL", "objectId")),
    ],
)
def test_names_are_a_text_or_a_list(given: Any, names: tuple[str, ...]) -> None:
    assert read_names("keys", given) == names


@pytest.mark.parametrize("given", [5, {"a": 1}, [1], "a b", "$where", "_hash", ["a"] * 501])
def test_other_names_are_refused(given: Any) -> None:
    with pytest.raises(BadQuery):
        read_names("keys", given)
