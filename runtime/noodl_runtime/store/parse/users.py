"""The users of a Parse Server: sign up, log in, who am I. Passwords are checked there alone."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.wire import written
from noodl_runtime.values import Included, Record

_NO_KEY = {"X-Parse-Master-Key": ""}  # as the user, not with full rights


class ParseUsers:
    """Users and their sessions; a session token stands for the user it was given to."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def sign_up(self, values: Mapping[str, Any]) -> Record:
        """Make a user and return objectId, createdAt and sessionToken.

        values: {"username": ..., "password": ..., "email": ...} and fields of the project's own
        raises: DuplicateValue (202, 203), InvalidValue (200, 201)
        """
        answer: Record = self._endpoint.write("POST", "/users", written(values), _NO_KEY)
        return answer

    def log_in(self, username: str, password: str) -> Record:
        """Return the user with sessionToken. raises: NoSuchRecord for a wrong name or password."""
        body = {"_method": "GET", "username": username, "password": password}
        answer: Record = self._endpoint.write("POST", "/login", body, _NO_KEY)
        return answer

    def me(self, session_token: str) -> Record:
        """Return the user of a session, with sessionToken. raises: InvalidSession."""
        answer = self._endpoint.write("GET", "/users/me", None, _session(session_token))
        user: Record = answer.record if isinstance(answer, Included) else answer
        return user

    def log_out(self, session_token: str) -> None:
        """End a session. raises: InvalidSession."""
        self._endpoint.write("POST", "/logout", {}, _session(session_token))

    def request_password_reset(self, email: str) -> None:
        """Have the server send its mail, if it knows the address and can send mail."""
        self._endpoint.write("POST", "/requestPasswordReset", {"email": email}, _NO_KEY)


def _session(token: str) -> dict[str, str]:
    return {**_NO_KEY, "X-Parse-Session-Token": token}
