"""From credentials to a Caller. A wrong credential is refused; it never makes the caller nobody."""

from noodl_runtime.access.caller import ANYONE, MASTER, Caller
from noodl_runtime.access.keys import Credentials, is_master
from noodl_runtime.errors import InvalidSession


def caller_for(credentials: Credentials, master_key: str) -> Caller:
    """Return who asks. raises: Unauthorized, InvalidSession."""
    if is_master(credentials, master_key):
        return MASTER
    if credentials.session_token is not None:
        raise InvalidSession("invalid session token; log in again")
    return ANYONE
