"""ACLs: as records show them, and as the two lists of principals a store compares with.

{"*": {"read": true}, "u1": {"read": true, "write": true}} <-> ["*", "u1"] and ["u1"]
"""

from typing import Any

Permissions = tuple[list[str] | None, list[str] | None]


def to_permissions(acl: Any) -> Permissions:
    """Return who may read and who may write; None for everyone, which is what no ACL means.

    An ACL that is no object grants nothing to anyone: misreading one must never open a record.
    """
    if acl is None:
        return None, None
    grants = acl if isinstance(acl, dict) else {}
    return _holders(grants, "read"), _holders(grants, "write")


def to_acl(readers: list[str] | None, writers: list[str] | None) -> dict[str, Any] | None:
    """Return the ACL behind two such lists, None for none; only `true` entries are in it."""
    if readers is None and writers is None:
        return None
    acl: dict[str, Any] = {}
    for permission, principals in (("read", readers), ("write", writers)):
        for principal in principals or ():
            acl.setdefault(principal, {})[permission] = True
    return acl


def writable(record: dict[str, Any], principals: frozenset[str] | None) -> bool:
    """Say whether a record's ACL lets one of the principals change it; None has full rights."""
    _, writers = to_permissions(record.get("ACL"))
    return principals is None or writers is None or not principals.isdisjoint(writers)


def _holders(grants: dict[str, Any], permission: str) -> list[str]:
    return [
        principal
        for principal, rights in grants.items()
        if isinstance(rights, dict) and rights.get(permission) is True
    ]
