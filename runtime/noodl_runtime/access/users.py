"""Users: what _User makes of a write, whichever way it comes.

The password of a user is a secret beside the record, never a value of it. A new user gets an
ACL of their own and a session; a new password ends all sessions and opens one.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from noodl_runtime.access.attempts import Attempts
from noodl_runtime.access.auth_data import (
    ANONYMOUS,
    merged_auth_data,
    provider_of,
)
from noodl_runtime.access.caller import Caller
from noodl_runtime.access.letters import Letters
from noodl_runtime.access.passwords import Passwords
from noodl_runtime.access.rules import Prepared
from noodl_runtime.access.sessions import USER, Sessions
from noodl_runtime.access.user_values import PASSWORD, check_new, check_values
from noodl_runtime.errors import (
    AccountRefused,
    DuplicateValue,
    NoSuchRecord,
    PortableError,
    SessionMissing,
)
from noodl_runtime.schema.acl import writable
from noodl_runtime.schema.operations import Delete as Remove
from noodl_runtime.store.contract import CloudStore, Create, Delete, Query, Save, Write
from noodl_runtime.store.record_ids import new_id
from noodl_runtime.values import NewId, Record, random_id


class Users:
    """The rules of _User."""

    def __init__(
        self,
        store: CloudStore,
        sessions: Sessions,
        passwords: Passwords,
        letters: Letters,
        sign_ups: Attempts,
        *,
        new_id: NewId = new_id,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._letters = letters
        self._sign_ups = sign_ups
        self._new_id = new_id

    def prepared(self, caller: Caller, write: Write) -> Prepared:
        """Return a write to a user as the store may have it.

        raises: AccountRefused, SessionMissing, NotAllowed, InvalidValue, TooManyRequests
        """
        if isinstance(write, Create):
            return self._creating(caller, write)
        if isinstance(write, Save):
            return self._saving(caller, write)
        assert isinstance(write, Delete)
        self._changeable(caller, write.object_id, "Insufficient auth to delete user")
        return Prepared(write=write, also=self._sessions.ending(write.object_id))

    # -- new users

    def _creating(self, caller: Caller, write: Create) -> Prepared:
        values = _without_token(write.values)
        imported = PASSWORD in write.secrets
        check_new(values, imported=imported)
        check_values(caller, values)
        if not caller.master:
            self._sign_ups.check(caller.address)
            self._sign_ups.count(caller.address)
        object_id = write.object_id or self._new_id()
        if provider_of(values.get("authData")) is not None:
            self._check_unused(values["authData"], object_id)
            values.setdefault("username", random_id(25))
        else:
            values.pop("authData", None)
        values["ACL"] = _own_acl(values.get("ACL", {"*": {"read": True}}), object_id)
        secrets = {**write.secrets, **self._secrets(values)}
        letter = self._letters.verification(values, secrets)
        write = replace(write, object_id=object_id, values=values, secrets=secrets)
        if imported:
            return Prepared(write=write)
        session = self._sessions.opening(object_id, _created_with(values), caller.installation_id)
        token = session.values["sessionToken"]
        return Prepared(
            write=write, also=(session,), adds={"sessionToken": token}, after=letter.send
        )

    def _check_unused(self, auth_data: Any, user_id: str) -> None:
        if provider_of(auth_data) is None:
            return
        where = {f"authData.{ANONYMOUS}.id": auth_data[ANONYMOUS]["id"]}
        found = self._store.query(Query(collection=USER, where=where, limit=1)).records
        if found and found[0]["objectId"] != user_id:
            raise AccountRefused("this auth is already used", code=208)

    def _secrets(self, values: dict[str, Any]) -> dict[str, str | None]:
        """Take the password out of the values and return what is kept in its place."""
        password = values.pop(PASSWORD, None)
        return {} if password is None else {PASSWORD: self._passwords.hashed(password)}

    # -- changes

    def _saving(self, caller: Caller, write: Save) -> Prepared:
        refusal = f"Cannot modify user {write.object_id}."
        present = self._changeable(caller, write.object_id, refusal)
        values = _without_token(write.values)
        check_values(caller, values)
        if values.get("ACL") is not None and not caller.master:
            values["ACL"] = _own_acl(values["ACL"], write.object_id)
        if "authData" in values:
            self._check_unused(values["authData"], write.object_id)
            merged = merged_auth_data(present.get("authData"), values["authData"])
            values["authData"] = merged or Remove()
        secrets = {**write.secrets, **self._secrets(values)}
        letter = self._letters.verification(values, secrets, present)
        if PASSWORD in secrets:
            return self._new_password(caller, replace(write, values=values), secrets)
        write = replace(write, values=values, secrets=secrets)
        return Prepared(write=write, after=letter.send)

    def _changeable(self, caller: Caller, user_id: str, without_session: str) -> Record:
        """Return a user whom the caller may change: themselves, or one whose ACL lets them.

        raises: SessionMissing, also where there is no such user; NoSuchRecord with full rights
        """
        if caller.user_id is None and not caller.master:
            raise SessionMissing(without_session)
        try:
            present = self._store.fetch(USER, user_id)
        except NoSuchRecord:
            if caller.master:
                raise
            raise SessionMissing("Insufficient auth.") from None
        if not writable(present, caller.principals):
            raise SessionMissing("Insufficient auth.")
        return present

    def _new_password(
        self, caller: Caller, write: Save, secrets: Mapping[str, str | None]
    ) -> Prepared:
        """End every session of the user; whoever changed their own password goes on with a new one.

        Links to choose another password end too.
        """
        write = replace(write, secrets={**secrets, "reset": None})
        ending = self._sessions.ending(write.object_id)
        if caller.user_id != write.object_id:
            return Prepared(write=write, also=ending)
        created_with = {"action": "login", "authProvider": "password"}
        opening = self._sessions.opening(write.object_id, created_with, caller.installation_id)
        token = opening.values["sessionToken"]
        return Prepared(write=write, also=(*ending, opening), adds={"sessionToken": token})


def explained(error: PortableError, collections: Collection[str]) -> PortableError:
    """Return an error of writes as clients know it: which name or address is taken."""
    if USER in collections and isinstance(error, DuplicateValue) and error.fields in _TAKEN:
        code, text = _TAKEN[error.fields]
        return AccountRefused(text, code=code)
    return error


_TAKEN: Mapping[tuple[str, ...], tuple[int, str]] = {
    ("username",): (202, "Account already exists for this username."),
    ("email",): (203, "Account already exists for this email address."),
}


def _without_token(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "sessionToken"}


def _own_acl(acl: Any, user_id: str) -> dict[str, Any]:
    """Return an ACL in which a user can read and change themselves, so that none is locked out."""
    given = acl if isinstance(acl, dict) else {}
    return {**given, user_id: {"read": True, "write": True}}


def _created_with(values: Mapping[str, Any]) -> dict[str, str]:
    provider = provider_of(values.get("authData"))
    if provider is None:
        return {"action": "signup", "authProvider": "password"}
    return {"action": "login", "authProvider": provider}
