"""The two mails that users get, with links that work once and for a time."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from noodl_runtime.access.tokens import later, link_token, sealed
from noodl_runtime.dataclass import dataclass
from noodl_runtime.settings import Settings
from noodl_runtime.values import Clock, Record

VERIFY, RESET = "verify", "reset"  # the secrets that seal the tokens of the two links

_VERIFY_TEXT = """Hello {username},

please confirm that this is your address by opening

{link}

If you have not given it to {app}, ignore this mail.
"""
_RESET_TEXT = """Hello {username},

to choose a new password for {app}, open

{link}

The link works once. If you have not asked for it, ignore this mail; your password stays as it is.
"""


def _nothing() -> None:
    """Send nothing."""


@dataclass(frozen=True)
class Letter:
    """A mail that goes out when what it is about is committed."""

    send: Callable[[], None] = _nothing


class Letters:
    """Writes the mails of one app.

    send:         takes address, subject and text
    name, app_id: of the app
    """

    def __init__(
        self,
        settings: Settings,
        send: Callable[[str, str, str], None],
        clock: Clock,
        *,
        name: str,
        app_id: str,
    ) -> None:
        self._settings = settings
        self._send = send
        self._clock = clock
        self._name = name
        self._app_id = app_id

    def verification(
        self,
        values: dict[str, Any],
        secrets: dict[str, str | None],
        present: Mapping[str, Any] | None = None,
    ) -> Letter:
        """Add to a write of a user what a new address means, and return the mail about it.

        values, secrets: of the write; they get emailVerified and the sealed token
        present:         the user as they are, None for a new one
        """
        before = present or {}
        if "email" not in values or values["email"] == before.get("email"):
            return Letter()
        wanted = self._settings.verify_emails == "yes"
        if wanted or "emailVerified" in before:
            values.setdefault("emailVerified", False)
        secrets[VERIFY] = None
        email = values["email"]
        if not wanted or values["emailVerified"] is True or not isinstance(email, str) or not email:
            return Letter()
        username = str(values.get("username", before.get("username", "")))
        return self._verifying(username, email, secrets)

    def repeated_verification(self, user: Record, secrets: dict[str, str | None]) -> Letter:
        """Return the mail that asks a user once more to confirm their address."""
        return self._verifying(user.get("username", ""), user["email"], secrets)

    def reset(self, user: Record, secrets: dict[str, str | None]) -> Letter:
        """Return the mail with which a user chooses a new password; its token is put in secrets."""
        link = self._link(RESET, user.get("username", ""), secrets, self._settings.reset_link_age)
        subject = f"Choose a new password for {self._name}"
        return self._letter(user["email"], subject, _RESET_TEXT, user.get("username", ""), link)

    def _verifying(self, username: str, email: str, secrets: dict[str, str | None]) -> Letter:
        link = self._link(VERIFY, username, secrets, self._settings.verify_link_age)
        subject = f"Confirm your address for {self._name}"
        return self._letter(email, subject, _VERIFY_TEXT, username, link)

    def _link(self, kind: str, username: str, secrets: dict[str, str | None], age_s: float) -> str:
        token = link_token()
        secrets[kind] = sealed(token, later(self._clock(), age_s))
        base = self._settings.public_url.rstrip("/") or f"http://localhost:{self._settings.port}"
        query = urlencode({"token": token, "username": username})
        return f"{base}/apps/{quote(self._app_id, safe='')}/{_PAGES[kind]}?{query}"

    def _letter(self, to: str, subject: str, text: str, username: str, link: str) -> Letter:
        body = text.format(username=_one_line(username), app=self._name, link=link)
        return Letter(lambda: self._send(to, _one_line(subject), body))


_PAGES: Mapping[str, str] = {VERIFY: "verify_email", RESET: "request_password_reset"}


def _one_line(text: str) -> str:
    return " ".join(text.split())
