"""Sessions: records of _Session, each with a token that stands for a user until it expires.

Clients see and change their own sessions only; with full rights all can be read and made.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.rules import Prepared
from noodl_runtime.access.tokens import later, session_token
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadName, InvalidSession, NoSuchRecord
from noodl_runtime.store.contract import CloudStore, Create, Delete, Query, Save, Write
from noodl_runtime.values import Clock, Date, Pointer

SESSION = "_Session"
USER = "_User"

# Who a session belongs to, and for how long, is not its user's to change.
_FIXED = ("user", "sessionToken", "installationId", "expiresAt", "restricted")


@dataclass(frozen=True)
class Session:
    """A session that has not expired."""

    object_id: str
    token: str
    user_id: str


class Sessions:
    """The sessions of a backend. length_s: seconds until a new one expires."""

    def __init__(self, store: CloudStore, clock: Clock, length_s: float) -> None:
        self._store = store
        self._clock = clock
        self._length_s = length_s
        self._watchers: list[Callable[[str], None]] = []

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call watcher with the objectId of each session that is changed or ended, afterwards."""
        self._watchers.append(watcher)

    def stored(self, writes: Iterable[Write]) -> None:
        """Take note of writes that are committed; changes of sessions are in no log."""
        for write in writes:
            if write.collection == SESSION and isinstance(write, Save | Delete):
                for watcher in self._watchers:
                    watcher(write.object_id)

    def find(self, token: str) -> Session:
        """Return the session of a token. raises: InvalidSession."""
        query = Query(collection=SESSION, where={"sessionToken": token}, limit=1)
        found = self._store.query(query).records
        record = found[0] if found else {}
        user = record.get("user")
        if not isinstance(user, Pointer):
            raise InvalidSession("Invalid session token")
        expires = record.get("expiresAt")
        if isinstance(expires, Date) and expires.iso <= self._clock():
            raise InvalidSession("Session token is expired.")
        return Session(record["objectId"], token, user.object_id)

    def opening(
        self, user_id: str, created_with: Mapping[str, str], installation_id: str | None = None
    ) -> Create:
        """Return the write that opens a session; its token is among the values.

        created_with: {"action": "login", "authProvider": "password"}
        """
        values: dict[str, Any] = {
            "sessionToken": session_token(),
            "user": Pointer(USER, user_id),
            "createdWith": dict(created_with),
            "expiresAt": Date(later(self._clock(), self._length_s)),
        }
        if installation_id:
            values["installationId"] = installation_id
        return Create(collection=SESSION, values=values)

    def ending(self, user_id: str, *, installation_id: str | None = None) -> tuple[Delete, ...]:
        """Return the writes that end all sessions of a user, or those of one installation."""
        where: dict[str, Any] = {"user": Pointer(USER, user_id)}
        if installation_id:
            where["installationId"] = installation_id
        query = Query(collection=SESSION, where=where, limit=100_000, keys=("user",))
        found = self._store.query(query).records
        return tuple(Delete(collection=SESSION, object_id=each["objectId"]) for each in found)

    def open(self, opening: Create, ending: tuple[Delete, ...] = ()) -> str:
        """Open a session, end others in the same moment, and return its token."""
        self._store.batch([opening, *ending], transaction=True)
        self.stored(ending)
        return str(opening.values["sessionToken"])

    def end(self, session: Session) -> None:
        """End a session; one that is gone already is as good."""
        ending = Delete(collection=SESSION, object_id=session.object_id)
        try:
            self._store.write(ending)
        except NoSuchRecord:
            return
        self.stored([ending])

    # -- writes of clients

    def prepared(self, caller: Caller, write: Write) -> Prepared:
        """Return a write to a session as the store may have it. raises: InvalidSession, ..."""
        if isinstance(write, Create):
            return Prepared(write=self._creating(caller, write))
        if not caller.master:
            self._check_own(caller, write)
        return Prepared(write=write)

    def _creating(self, caller: Caller, write: Create) -> Create:
        if caller.master:
            return replace(write, values={"sessionToken": session_token(), **write.values})
        user_id = _user_of(caller)
        _check_acl(write)
        made = self.opening(user_id, {"action": "create"}, caller.installation_id).values
        sent = {name: value for name, value in write.values.items() if name not in _FIXED}
        return replace(write, values={**sent, **made}, object_id=None)

    def _check_own(self, caller: Caller, write: Write) -> None:
        user_id = _user_of(caller)
        assert isinstance(write, Save | Delete)
        try:
            record = self._store.fetch(SESSION, write.object_id)
        except NoSuchRecord as error:
            raise NoSuchRecord("Object not found.") from error
        if record.get("user") != Pointer(USER, user_id):
            raise NoSuchRecord("Object not found.")
        if isinstance(write, Save):
            _check_fixed(write)


def _check_acl(write: Create | Save) -> None:
    if write.values.get("ACL") is not None:
        raise BadName("Cannot set ACL on a Session.")


def _check_fixed(write: Save) -> None:
    _check_acl(write)
    for name in write.values:
        if name.partition(".")[0] in _FIXED:
            raise BadName(f"{name} of a session cannot be changed")


def _user_of(caller: Caller) -> str:
    if caller.user_id is None:
        raise InvalidSession("Session token required.")
    return caller.user_id
