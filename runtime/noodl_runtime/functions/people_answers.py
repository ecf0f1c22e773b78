"""What the host does for questions about users and roles: plain writes with full rights."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.access.caller import MASTER
from noodl_runtime.errors import InvalidValue, NoSuchRecord
from noodl_runtime.functions.operations import RecordOperations
from noodl_runtime.schema.operations import AddRelation, RemoveRelation
from noodl_runtime.store.contract import Create, Delete, Found, Origin, Query, Save
from noodl_runtime.values import Pointer, Record
from noodl_runtime.workflow import people_asks as asks

USER, SESSION, ROLE = "_User", "_Session", "_Role"
_ALL = 100_000  # roles of one user


class PeopleAnswers:
    """Finds answers in the users and roles of a backend."""

    def __init__(self, records: RecordOperations) -> None:
        self._records = records
        self.rows: dict[type[Any], Callable[[Any, Origin], Any]] = {
            asks.CreateUser: self._create,
            asks.UpdateUser: self._update,
            asks.DeleteUser: self._delete,
            asks.ChangeMembership: self._change,
            asks.RolesOf: lambda ask, _origin: self._roles_of(ask.user_id),
            asks.UsersInRole: self._users_in,
        }

    # -- users

    def _create(self, ask: asks.CreateUser, origin: Origin) -> asks.MadeUser:
        known = self._first(USER, {"username": ask.values.get("username")})
        if known is not None:
            return asks.MadeUser(user_id=known["objectId"], made=False)
        create = Create(collection=USER, values=ask.values, origin=origin)
        user_id = self._records.write(MASTER, create)["objectId"]
        for session in self._sessions(user_id):  # nobody has logged in
            self._drop(SESSION, session["objectId"], origin)
        return asks.MadeUser(user_id=user_id, made=True)

    def _update(self, ask: asks.UpdateUser, origin: Origin) -> int:
        self._user(ask.user_id)
        before = len(self._sessions(ask.user_id))
        save = Save(collection=USER, object_id=ask.user_id, values=ask.values, origin=origin)
        self._records.write(MASTER, save)
        return before - len(self._sessions(ask.user_id))

    def _delete(self, ask: asks.DeleteUser, origin: Origin) -> int | None:
        ended = len(self._sessions(ask.user_id))
        try:
            self._drop(USER, ask.user_id, origin)
        except NoSuchRecord:
            return None
        return ended

    def _user(self, user_id: str) -> Record:
        try:
            return self._records.fetch(MASTER, USER, user_id)
        except NoSuchRecord as error:
            raise InvalidValue(f"there is no user {user_id!r}") from error

    def _sessions(self, user_id: str) -> list[Record]:
        where = {"user": Pointer(USER, user_id)}
        query = Query(collection=SESSION, where=where, keys=("objectId",), limit=_ALL)
        return self._records.query(MASTER, query).records

    # -- roles

    def _change(self, ask: asks.ChangeMembership, origin: Origin) -> asks.Membership:
        self._user(ask.user_id)
        role = self._first(ROLE, {"name": ask.role})
        created = role is None and ask.create
        if role is None:
            if not created:
                raise InvalidValue(f"there is no role {ask.role!r}")
            values = {"name": ask.role, "ACL": {}}
            role = self._records.write(
                MASTER, Create(collection=ROLE, values=values, origin=origin)
            )
        roles = self._roles_of(ask.user_id)
        changed = (ask.role in roles) != (ask.action == "add")
        if changed:
            operation = AddRelation if ask.action == "add" else RemoveRelation
            users = {"users": operation((Pointer(USER, ask.user_id),))}
            save = Save(collection=ROLE, object_id=role["objectId"], values=users, origin=origin)
            self._records.write(MASTER, save)
            roles = self._roles_of(ask.user_id)
        return asks.Membership(roles=roles, changed=changed, role_created=created)

    def _roles_of(self, user_id: str) -> tuple[str, ...]:
        self._user(user_id)
        where = {"users": Pointer(USER, user_id)}
        query = Query(collection=ROLE, where=where, keys=("name",), limit=_ALL)
        found = self._records.query(MASTER, query).records
        return tuple(sorted(role["name"] for role in found if role.get("name")))

    def _users_in(self, ask: asks.UsersInRole, _origin: Origin) -> Found:
        role = self._first(ROLE, {"name": ask.role})
        if role is None:
            raise InvalidValue(f"there is no role {ask.role!r}")
        where = {"$relatedTo": {"object": Pointer(ROLE, role["objectId"]), "key": "users"}}
        query = Query(collection=USER, where=where, limit=ask.limit, skip=ask.skip, count=True)
        return self._records.query(MASTER, query)

    # -- records

    def _first(self, collection: str, where: Mapping[str, Any]) -> Record | None:
        found = self._records.query(MASTER, Query(collection=collection, where=where, limit=1))
        return found.records[0] if found.records else None

    def _drop(self, collection: str, object_id: str, origin: Origin) -> None:
        self._records.write(
            MASTER, Delete(collection=collection, object_id=object_id, origin=origin)
        )
