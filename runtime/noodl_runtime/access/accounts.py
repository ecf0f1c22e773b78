"""What users do with their accounts: log in and out, and be somebody."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.access.attempts import Attempts
from noodl_runtime.access.auth_data import ANONYMOUS, provider_of
from noodl_runtime.access.caller import ANYONE, Caller, check_may_write
from noodl_runtime.access.passwords import Passwords
from noodl_runtime.access.sessions import USER, Sessions
from noodl_runtime.access.user_values import PASSWORD
from noodl_runtime.errors import (
    AccountRefused,
    InvalidSession,
    NoSuchRecord,
    NotAllowed,
)
from noodl_runtime.store.contract import CloudStore, Query
from noodl_runtime.values import Record

WRONG = "Invalid username/password."


class Accounts:
    """The accounts of a backend. Records of users come whole, as they themselves may see them."""

    def __init__(
        self,
        store: CloudStore,
        sessions: Sessions,
        passwords: Passwords,
        *,
        wrong_passwords: Attempts,
        wrong_from_address: Attempts,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._wrong_passwords = wrong_passwords
        self._wrong_from_address = wrong_from_address

    # -- logging in and out

    def log_in(
        self, username: Any, password: Any, *, email: Any = None, caller: Caller = ANYONE
    ) -> Record:
        """Return the user with a new sessionToken.

        username: may also be the e-mail address; email: must fit too, if both are given
        raises:   AccountRefused for what is missing, NoSuchRecord, TooManyRequests, NotAllowed
        """
        user = self.verified(username, password, email=email, caller=caller)
        if user.get("logInDisabled") is True and not caller.master:
            raise NotAllowed("Access denied, log in disabled.")
        return self._with_session(user, "login", "password", caller)

    def verified(
        self, username: Any, password: Any, *, email: Any = None, caller: Caller = ANYONE
    ) -> Record:
        """Return the user whose password this is; raises as `log_in`."""
        _check_given(username, email, password)
        user = self._named(username, email)
        account = user["objectId"] if user else f"?{_text(username or email).lower()}"
        self._check_attempts(account, caller.address)
        kept = self._store.secrets(USER, user["objectId"]).get(PASSWORD) if user else None
        right = self._passwords.matches(_text(password), kept)
        self._check_attempts(account, caller.address)  # many may have been checked side by side
        if user is None or not right or user.get("ACL") == {}:
            self._wrong_passwords.count(account)
            self._wrong_from_address.count(caller.address)
            raise NoSuchRecord(WRONG)
        self._wrong_passwords.forget(account)
        return user

    def _check_attempts(self, account: str, address: str) -> None:
        self._wrong_passwords.check(account)
        if address:  # what functions ask for comes from everywhere
            self._wrong_from_address.check(address)

    def log_in_as(self, user_id: Any, caller: Caller) -> Record:
        """Return a user with a new sessionToken, without their password. raises: NotAllowed."""
        if not caller.master:
            raise NotAllowed("master key is required")
        check_may_write(caller)
        if not isinstance(user_id, str) or not user_id:
            raise AccountRefused("userId must not be empty, null, or undefined", code=162)
        try:
            user = self._store.fetch(USER, user_id)
        except NoSuchRecord as error:
            raise NoSuchRecord("user not found") from error
        return self._with_session(user, "login", "masterkey", caller)

    def log_in_anonymously(self, auth_data: Any, caller: Caller) -> Record | None:
        """Return the user whom authData names, with a new sessionToken; None if there is none."""
        if provider_of(auth_data) is None:
            return None
        user = self._one({f"authData.{ANONYMOUS}.id": auth_data[ANONYMOUS]["id"]})
        return None if user is None else self._with_session(user, "login", ANONYMOUS, caller)

    def new_session(self, caller: Caller) -> Record:
        """Return a further session of the caller. raises: InvalidSession."""
        if caller.user_id is None:
            raise InvalidSession("Session token required.")
        opening = self._sessions.opening(caller.user_id, {"action": "upgrade"})
        self._sessions.open(opening)
        return dict(opening.values)

    def log_out(self, caller: Caller) -> None:
        """End the caller's session; without one there is nothing to end."""
        if caller.session_token is not None and not caller.master:
            self._sessions.end(self._sessions.find(caller.session_token))

    def session_user(self, token: str | None) -> Record:
        """Return the user of a session, with sessionToken. raises: InvalidSession."""
        session = self._sessions.find(token or "")
        try:
            user = self._store.fetch(USER, session.user_id)
        except NoSuchRecord as error:
            raise InvalidSession("Invalid session token") from error
        return {**user, "sessionToken": session.token}

    def _with_session(self, user: Record, action: str, provider: str, caller: Caller) -> Record:
        installation = caller.installation_id
        user_id = user["objectId"]
        opening = self._sessions.opening(
            user_id, {"action": action, "authProvider": provider}, installation
        )
        ending = self._sessions.ending(user_id, installation_id=installation)
        token = self._sessions.open(opening, ending if installation else ())
        return {**user, "sessionToken": token}

    # -- finding users

    def _named(self, username: Any, email: Any) -> Record | None:
        """Return the user with this name; where both are given, with this address as well."""
        names = [name for name in (username, email) if name not in (None, "")]
        if not all(isinstance(name, str) for name in names):
            return None
        if not username:
            return self._one({"email": email})
        if email:
            return self._one({"username": username, "email": email})
        return self._one({"username": username}) or self._one({"email": username})

    def _one(self, where: Mapping[str, Any]) -> Record | None:
        found = self._store.query(Query(collection=USER, where=where, limit=1)).records
        return found[0] if found else None


def _check_given(username: Any, email: Any, password: Any) -> None:
    if username in (None, "") and email in (None, ""):
        raise AccountRefused("username/email is required.", code=200)
    if password in (None, ""):
        raise AccountRefused("password is required.", code=201)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
