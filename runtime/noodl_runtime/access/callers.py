"""From credentials to a Caller, the one place that does it.

A wrong credential is refused; it never makes the caller nobody.
"""

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.keys import Credentials, Keys, opened_by
from noodl_runtime.access.roles import Roles
from noodl_runtime.access.sessions import Sessions
from noodl_runtime.errors import Unauthorized


class Callers:
    """Finds out who asks, for HTTP, WebSockets and functions alike."""

    def __init__(self, keys: Keys, sessions: Sessions, roles: Roles) -> None:
        self._keys = keys
        self._sessions = sessions
        self._roles = roles

    def caller(self, credentials: Credentials, *, address: str = "", chain: str = "") -> Caller:
        """Return who asks; a key counts more than a session. raises: Unauthorized, InvalidSession.

        address: where the request came from; chain: its id
        """
        key = opened_by(credentials, self._keys)
        installation = credentials.installation_id
        if key is not None:
            return Caller(
                master=True,
                read_only=key == "read_only",
                session_token=credentials.session_token,
                installation_id=installation,
                address=address,
                chain=chain,
            )
        if credentials.session_token is None:
            return Caller(installation_id=installation, address=address, chain=chain)
        session = self._sessions.find(credentials.session_token)
        return Caller(
            user_id=session.user_id,
            roles=self._roles.of(session.user_id),
            session_token=session.token,
            session_id=session.object_id,
            installation_id=installation,
            address=address,
            chain=chain,
        )

    def renewed(self, caller: Caller) -> Caller:
        """Return the caller of a session as they are by now. raises: InvalidSession."""
        given = Credentials(
            session_token=caller.session_token, installation_id=caller.installation_id
        )
        return self.caller(given, address=caller.address)

    def forget_roles(self) -> None:
        """Find out anew who has which role, once one of them has changed."""
        self._roles.forget()

    def has_key(self, credentials: Credentials) -> bool:
        """Say whether a request carries one of the keys."""
        try:
            return opened_by(credentials, self._keys) is not None
        except Unauthorized:
            return False
