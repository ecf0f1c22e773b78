"""Who asks. Made once per request from its headers; everything below only looks at it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A caller and the rights that came with the request.

    master:     came with the master key: no ACL, no class permission, may change the schema
    user_id:    objectId of the user of the session, None without one
    principals: what ACLs are compared with: {"*", "<user id>", "role:<name>"}
    """

    master: bool = False
    user_id: str | None = None
    roles: tuple[str, ...] = ()

    @property
    def principals(self) -> frozenset[str] | None:
        """Return what the store compares ACLs with; None means full rights."""
        if self.master:
            return None
        own = [self.user_id] if self.user_id else []
        return frozenset(["*", *own, *(f"role:{role}" for role in self.roles)])


ANYONE = Caller()
MASTER = Caller(master=True)
