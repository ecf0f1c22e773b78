"""Mending a lost password and confirming an address, by links that are sent by mail."""

from collections.abc import Callable, Mapping
from typing import Any

from gevent.lock import RLock

from noodl_runtime.access.attempts import Attempts
from noodl_runtime.access.letters import RESET, VERIFY, Letter, Letters
from noodl_runtime.access.passwords import Passwords
from noodl_runtime.access.sessions import USER, Sessions
from noodl_runtime.access.tokens import opens
from noodl_runtime.access.user_values import PASSWORD
from noodl_runtime.errors import AccountRefused, InvalidValue
from noodl_runtime.store.contract import CloudStore, Query, Save
from noodl_runtime.values import Clock, Record


class Recovery:
    """Sends the links and does what they stand for, once each.

    mails:        how many an account may get
    wrong_passwords: what a new password ends
    """

    def __init__(
        self,
        store: CloudStore,
        sessions: Sessions,
        passwords: Passwords,
        letters: Letters,
        *,
        clock: Clock,
        mails: Attempts,
        wrong_passwords: Attempts,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._letters = letters
        self._clock = clock
        self._mails = mails
        self._wrong_passwords = wrong_passwords
        self._using_a_link = RLock()  # one at a time, so that each works once

    def request_password_reset(self, email: Any) -> bool:
        """Send a link to choose a new password, if somebody has this address; say whether.

        raises: AccountRefused (204), InvalidValue (125); an unknown address is not told from others
        """
        return self._mail_to(email, self._letters.reset, lambda user: True)

    def request_verification(self, email: Any) -> bool:
        """Send the link to confirm an address once more, if that is to be done; say whether."""
        return self._mail_to(
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
        self, email: Any, write: Callable[..., Letter], wanted: Callable[[Record], bool]
    ) -> bool:
        if email in (None, ""):
            raise AccountRefused("you must provide an email", code=204)
        if not isinstance(email, str):
            raise InvalidValue("you must provide a valid email string", code=125)
        user = self._one({"email": email})
        if user is None or not wanted(user) or not self._mails.allow(user["objectId"]):
            return False
        secrets: dict[str, str | None] = {}
        letter = write(user, secrets)
        save = Save(collection=USER, object_id=user["objectId"], values={}, secrets=secrets)
        self._store.write(save)
        letter.send()
        return True

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
            self._sessions.stored(ending)
            if PASSWORD in secrets:
                self._wrong_passwords.forget(user["objectId"])
            return True

    def _opens(self, user: Record, token: str, kind: str) -> bool:
        kept = self._store.secrets(USER, user["objectId"]).get(kind)
        return opens(token, kept, self._clock())

    def _one(self, where: Mapping[str, Any]) -> Record | None:
        found = self._store.query(Query(collection=USER, where=where, limit=1)).records
        return found[0] if found else None
