"""Who asks. Made once per request from its headers; everything below only looks at it."""

from dataclasses import field

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import NotAllowed
from noodl_runtime.values import Record


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A caller and the rights that came with the request.

    master:     came with the master key: no ACL, no class permission, may change the schema
    read_only:  came with the key that reads everything and writes nothing; master is true too
    user_id:    objectId of the user of the session, None without one
    roles:      names of the roles the user has, those inside others included
    session_token, installation_id: as they were sent, None for those not sent
    session_id: objectId of the session, None without one
    address:    where the request came from, "" for one from inside
    chain:      id of the request, which its writes carry as Origin.chain; "" for one from inside
    principals: what ACLs are compared with: {"*", "<user id>", "role:<name>"}
    """

    master: bool = False
    read_only: bool = False
    user_id: str | None = None
    roles: tuple[str, ...] = ()
    session_token: str | None = None
    session_id: str | None = None
    installation_id: str | None = None
    address: str = ""
    chain: str = field(default="", compare=False)

    @property
    def principals(self) -> frozenset[str] | None:
        """Return what the store compares ACLs with; None means full rights."""
        if self.master:
            return None
        own = [self.user_id] if self.user_id else []
        return frozenset(["*", *own, *(f"role:{role}" for role in self.roles)])


ANYONE = Caller()
MASTER = Caller(master=True)


def check_may_write(caller: Caller) -> None:
    """Accept a caller who may write at all. raises: NotAllowed."""
    if caller.read_only:
        raise NotAllowed("the read-only master key reads everything and writes nothing")


def own_token(caller: Caller, collection: str, record: Record) -> dict[str, str]:
    """Return what callers see beside the record of themselves, {} for any other record."""
    if collection != "_User" or caller.user_id != record["objectId"] or not caller.session_token:
        return {}
    return {"sessionToken": caller.session_token}
