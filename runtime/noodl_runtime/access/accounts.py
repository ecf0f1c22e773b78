"""What users do with their accounts: log in and out, be somebody, mend a lost password."""

from collections.abc import Callable, Mapping
from typing import Any

from gevent.lock import RLock

from noodl_runtime.access.attempts import Attempts
from noodl_runtime.access.auth_data import ANONYMOUS, provider_of
from noodl_runtime.access.caller import ANYONE, Caller
from noodl_runtime.access.letters import RESET, VERIFY, Letters
from noodl_runtime.access.passwords import Passwords
from noodl_runtime.access.sessions import USER, Sessions
from noodl_runtime.access.tokens import opens
from noodl_runtime.access.users import PASSWORD
from noodl_runtime.access.writing import check_may_write
from noodl_runtime.errors import (
    AccountRefused,
    InvalidSession,
    InvalidValue,
    NoSuchRecord,
    NotAllowed,
)
from noodl_runtime.store.contract import CloudStore, Query, Save
from noodl_runtime.values import Clock, Record

WRONG = "Invalid username/password."


class Accounts:
    """The accounts of a backend. Records of users come whole, as they themselves may see them."""

    def __init__(
        self,
        store: CloudStore,
        sessions: Sessions,
        passwords: Passwords,
        letters: Letters,
        *,
        clock: Clock,
        wrong_passwords: Attempts,
        wrong_from_address: Attempts,
        mails: Attempts,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._letters = letters
        self._clock = clock
        self._wrong_passwords = wrong_passwords
        self._wrong_from_address = wrong_from_address
        self._mails = mails
        self._using_a_link = RLock()  # one at a time, so that each link works once

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

    # -- lost passwords, addresses to confirm

    def request_password_reset(self, email: Any) -> None:
        """Send a link to choose a new password, if somebody has this address.

        raises: AccountRefused (204), InvalidValue (125); an unknown address is not told from others
        """
        self._mail_to(email, self._letters.reset, lambda user: True)

    def request_verification(self, email: Any) -> None:
        """Send the link to confirm an address once more, if that is still to be done."""
        self._mail_to(
            email,
            self._letters.repeated_verification,
            lambda user: user.get("emailVerified") is not True,
        )

    def verify_email(self, username: str, token: str) -> bool:
        """Note that a user has an address, if the link is right; say whether it was."""
        return self._use_link(username, token, VERIFY, {"emailVerified": True}, {})

    def reset_password(self, username: str, token: str, password: str) -> bool:
        """Give a user a new password and end their sessions, if the link is right; say whether."""
        user = self._one({"username": username})
        if user is None or not self._opens(user, token, RESET):
            return False  # before the work of hashing
        hashed = self._passwords.hashed(password)
        return self._use_link(username, token, RESET, {}, {PASSWORD: hashed})

    def is_reset_link(self, username: str, token: str) -> bool:
        """Say whether a link to choose a new password is right."""
        user = self._one({"username": username})
        return user is not None and self._opens(user, token, RESET)

    def _mail_to(
        self, email: Any, write: Callable[..., Any], wanted: Callable[[Record], bool]
    ) -> None:
        if email in (None, ""):
            raise AccountRefused("you must provide an email", code=204)
        if not isinstance(email, str):
            raise InvalidValue("you must provide a valid email string", code=125)
        user = self._one({"email": email})
        if user is None or not wanted(user) or not self._mails.allow(user["objectId"]):
            return
        secrets: dict[str, str | None] = {}
        letter = write(user, secrets)
        save = Save(collection=USER, object_id=user["objectId"], values={}, secrets=secrets)
        self._store.write(save)
        letter.send()

    def _use_link(
        self,
        username: str,
        token: str,
        kind: str,
        values: Mapping[str, Any],
        secrets: Mapping[str, str | None],
    ) -> bool:
        with self._using_a_link:
            user = self._one({"username": username})
            if user is None or not self._opens(user, token, kind):
                return False
            save = Save(
                collection=USER,
                object_id=user["objectId"],
                values=values,
                secrets={**secrets, kind: None},
            )
            ending = self._sessions.ending(user["objectId"]) if PASSWORD in secrets else ()
            self._store.batch([save, *ending], transaction=True)
            if PASSWORD in secrets:
                self._wrong_passwords.forget(user["objectId"])
            return True

    def _opens(self, user: Record, token: str, kind: str) -> bool:
        kept = self._store.secrets(USER, user["objectId"]).get(kind)
        return opens(token, kept, self._clock())

    # -- finding users

    def _named(self, username: Any, email: Any) -> Record | None:
        """Return the user with this name; where both are given, with this address as well."""
        names = [name for name in (username, email) if name]
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
