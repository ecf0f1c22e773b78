"""What a caller would find of a record that is told without being asked for."""

from typing import Any

import pytest

from noodl_runtime.access.caller import ANYONE, MASTER, Caller
from noodl_runtime.access.reading import Reading
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.values import Pointer

ANN = Caller(user_id="ann", roles=("Staff",))
BOB = Caller(user_id="bob")
EVERYONE = {"*": True}
FIELDS = {
    "n": Field(name="n", type="Number"),
    "owner": Field(name="owner", type="Pointer", target="_User"),
}

TOLD = [
    # permissions                               ACL of the record             master anyone ann bob
    ({},                                        None,                         "yes yes yes yes"),
    ({},                                        {},                           "yes no no no"),
    ({},                                        {"ann": {"read": True}},      "yes no yes no"),
    ({},                                        {"role:Staff": {"read": True}}, "yes no yes no"),
    ({},                                        {"ann": {"write": True}},     "yes no no no"),
    ({"find": {}},                              None,                         "yes no no no"),
    ({"get": EVERYONE},                         None,                         "yes no no no"),
    ({"find": {"requiresAuthentication": True}}, None,                        "yes no yes yes"),
    ({"find": {"role:Staff": True}},            None,                         "yes no yes no"),
    ({"find": {"pointerFields": ["owner"]}},    None,                         "yes no no yes"),
    ({"readUserFields": ["owner"]},             None,                         "yes no no yes"),
    ({"find": EVERYONE, "protectedFields": {"*": ["n"]}}, None,               "yes part part part"),
]  # fmt: skip


@pytest.mark.parametrize(("permissions", "acl", "expected"), TOLD)
def test_who_is_told_of_a_record(permissions: Any, acl: Any, expected: str) -> None:
    shape = Collection(name="Shape", fields=FIELDS, permissions=permissions)
    schema = Schema(collections={"Shape": shape})
    record = {"objectId": "x", "n": 1, "owner": Pointer("_User", "bob")}
    if acl is not None:
        record["ACL"] = acl
    told = [Reading(schema, who).found("Shape", record) for who in (MASTER, ANYONE, ANN, BOB)]
    words = ["no" if each is None else "yes" if "n" in each else "part" for each in told]
    assert " ".join(words) == expected


SYSTEM = [
    # collection       record                                                   ann sees
    ("_Session",       {"user": Pointer("_User", "ann"), "sessionToken": "r"},  True),
    ("_Session",       {"user": Pointer("_User", "bob"), "sessionToken": "r"},  False),
    ("_GlobalConfig",  {"params": {}},                                          False),
    ("_User",          {"username": "bob"},                                     True),
]  # fmt: skip


@pytest.mark.parametrize(("collection", "record", "sees"), SYSTEM)
def test_records_of_system_collections(collection: str, record: dict[str, Any], sees: bool) -> None:
    found = Reading(Schema(), ANN).found(collection, {"objectId": "x", **record})
    assert (found is not None) is sees
