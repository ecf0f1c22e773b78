"""Questions of a run about users and roles; see asks.py."""

from collections.abc import Mapping
from typing import Any, Literal

from noodl_runtime.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class CreateUser:
    """Answer MadeUser. values: with username and password, typed as everywhere."""

    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class MadeUser:
    """The id of a user; made is False if the name was taken, then it is who has it."""

    user_id: str
    made: bool


@dataclass(frozen=True, kw_only=True)
class UpdateUser:
    """Answer how many sessions ended: a new password ends all of a user's."""

    user_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeleteUser:
    """Answer how many sessions ended, None if there was no such user."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class ChangeMembership:
    """Answer a Membership. create: make the role if there is none."""

    role: str
    user_id: str
    action: Literal["add", "remove"]
    create: bool = False


@dataclass(frozen=True, kw_only=True)
class Membership:
    """The roles a user is now in directly, and what was done for that."""

    roles: tuple[str, ...]
    changed: bool
    role_created: bool = False


@dataclass(frozen=True, kw_only=True)
class RolesOf:
    """Answer the names of the roles a user is in directly, sorted."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class UsersInRole:
    """Answer Found, with the count of all users who are in a role directly."""

    role: str
    limit: int
    skip: int


PeopleAsk = CreateUser | UpdateUser | DeleteUser | ChangeMembership | RolesOf | UsersInRole
