"""Which names collections and fields can have, and the collections that are always there.

The pattern is closed: what does not fit is refused, whatever quoting could make of it.
"""

import re
from collections.abc import Mapping

from noodl_runtime.errors import BadName
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Collection, Field, Index

MAX_NAME = 128

_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MAX_NAME - 1}}}")

# Ordinary members of every JavaScript object; a client's record cannot carry a field of that name.
_PROTOTYPE_MEMBERS = frozenset(
    {
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)
RESERVED_FIELDS = frozenset(SYSTEM_FIELDS) | _PROTOTYPE_MEMBERS


def _collection(name: str, fields: tuple[Field, ...], indexes: tuple[Index, ...]) -> Collection:
    return Collection(name=name, fields={field.name: field for field in fields}, indexes=indexes)


# source: query-filter section 9; sessionToken of _User is made for answers and never stored
SYSTEM_COLLECTIONS: Mapping[str, Collection] = {
    collection.name: collection
    for collection in (
        _collection(
            "_User",
            (
                Field(name="username", type="String"),
                Field(name="password", type="String"),
                Field(name="email", type="String"),
                Field(name="emailVerified", type="Boolean"),
                Field(name="authData", type="Object"),
                Field(name="logInDisabled", type="Boolean"),
            ),
            (
                Index(name="username", fields=("username",), unique=True),
                Index(name="email", fields=("email",), unique=True),
                # nobody can take the name or address of another by spelling it in other capitals
                Index(name="anyUsername", fields=("username",), unique=True, ignore_case=True),
                Index(name="anyEmail", fields=("email",), unique=True, ignore_case=True),
            ),
        ),
        _collection(
            "_Role",
            (
                Field(name="name", type="String"),
                Field(name="users", type="Relation", target="_User"),
                Field(name="roles", type="Relation", target="_Role"),
            ),
            (Index(name="name", fields=("name",), unique=True),),
        ),
        _collection(
            "_Session",
            (
                Field(name="user", type="Pointer", target="_User"),
                Field(name="sessionToken", type="String"),
                Field(name="installationId", type="String"),
                Field(name="expiresAt", type="Date"),
                Field(name="restricted", type="Boolean"),
                Field(name="createdWith", type="Object"),
            ),
            (Index(name="sessionToken", fields=("sessionToken",), unique=True),),
        ),
    )
}


# Collections whose changes go into no log and no event: their records hold what opens doors.
UNTOLD = frozenset({"_Session", "_GlobalConfig"})

# Collections of the runtime's own: made when they are first needed, part of no schema that people
# read or write.
OWN_COLLECTIONS = frozenset({"_GlobalConfig"})
_OF_SQLITE = "sqlite_"  # which no table of ours can begin with


def is_name(text: str) -> bool:
    """Say whether a text is built as names of fields and collections are."""
    return _NAME.fullmatch(text) is not None


def check_collection_name(name: str, *, code: int = 103, own: bool = False) -> None:
    """Accept the name of a collection. raises: BadName.

    code: the wire code of a refusal; 103 is what SDKs know as an invalid class name
    own:  whether it may be a collection of the runtime's own, which nobody outside can name
    """
    if name.lower().startswith(_OF_SQLITE):
        raise BadName(
            f"invalid class name: {name}; names with {_OF_SQLITE} are SQLite's", code=code
        )
    known = name in SYSTEM_COLLECTIONS or (own and name in OWN_COLLECTIONS)
    if not known and not is_name(name):
        raise BadName(
            f"invalid class name: {name}; names have letters, digits and _, start with a letter "
            f"and have at most {MAX_NAME} characters",
            code=code,
        )


def check_field_name(name: str) -> None:
    """Accept the name of a field that an author declares. raises: BadName."""
    if not is_name(name):
        raise BadName(
            f"invalid field name: {name}; names have letters, digits and _, start with a letter "
            f"and have at most {MAX_NAME} characters"
        )
    if name in RESERVED_FIELDS:
        raise BadName(f"field {name} cannot be added: the name is reserved", code=136)


def check_new_name(name: str) -> None:
    """Accept the name of a field that is not there yet. raises: BadName.

    Fields that are there already stay, whatever this comes to refuse later.
    """
    check_field_name(name)
    if name == "className":
        raise BadName(f"invalid field name: {name}; it says what collection a record is of")


def check_can_go(collection: str, field: str) -> None:
    """Accept that a field is dropped: not one that its collection has in every backend.

    raises: BadName
    """
    system = SYSTEM_COLLECTIONS.get(collection)
    if system is not None and field in system.fields:
        raise BadName(f"field {field} cannot be changed: every {collection} has it", code=136)


def same_spelling(name: str, others: Mapping[str, object]) -> str | None:
    """Return the name among `others` that SQLite takes for this one: another one, or None."""
    folded = name.lower()
    return next((other for other in others if other.lower() == folded and other != name), None)
