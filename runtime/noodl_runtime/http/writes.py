"""From the members of a body to a write: operations, the chosen id, and what clients cannot set."""

import re
from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadName, MissingId, NotAllowed, WrongType
from noodl_runtime.schema.operations import read_operation
from noodl_runtime.store.contract import Create, Save
from noodl_runtime.values import Date, iso_text

# No ":" and no "*": an id must never look like a role or like everyone in an ACL.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_NOT_SET_BY_CLIENTS = ("objectId", "createdAt", "updatedAt")


def read_create(collection: str, members: Mapping[str, Any]) -> Create:
    """Return the write that makes a record; the backend leaves out times that are not to be set.

    raises: MissingId, BadName for an id nobody can have; BadRequest for a broken operation;
            WrongType for an id that is no text and a time that is none
    """
    chosen = "objectId" in members
    return Create(
        collection=collection,
        values=read_values(members),
        object_id=_chosen_id(collection, members["objectId"]) if chosen else None,
        created_at=_moment(members, "createdAt"),
        updated_at=_moment(members, "updatedAt"),
    )


def read_save(collection: str, object_id: str, members: Mapping[str, Any]) -> Save:
    """Return the write that changes a record. raises: BadRequest for a broken operation."""
    return Save(collection=collection, object_id=object_id, values=read_values(members))


def read_values(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields to write: `{"__op": ...}` become operations, id and times are left out."""
    return {
        name: read_operation(value) if isinstance(value, dict) and "__op" in value else value
        for name, value in members.items()
        if name not in _NOT_SET_BY_CLIENTS
    }


def _moment(members: Mapping[str, Any], name: str) -> str | None:
    given = members.get(name)
    if given is None:
        return None
    iso = given.iso if isinstance(given, Date) else given
    moment = iso_text(iso) if isinstance(iso, str) else None
    if moment is None:
        raise WrongType(f"{name} must be an ISO 8601 moment")
    return moment


def _chosen_id(collection: str, object_id: Any) -> str:
    if object_id in (None, ""):
        raise MissingId("objectId must not be empty or null; leave it out to get one")
    if not isinstance(object_id, str):
        raise WrongType(f"objectId of {collection} must be a text")
    if not _ID.fullmatch(object_id):
        if collection == "_User":
            raise NotAllowed("Invalid object ID.")
        raise BadName("objectId must have 1 to 128 letters, digits, _ and -")
    return object_id
