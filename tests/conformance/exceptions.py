"""Recorded cases that do not pass, each with its reason. One that passes all the same is noticed."""

_REASONS: dict[str, str] = {
    "not yet: users": """
        users-003 users-005 users-006 users-008 users-010 users-013 users-014 users-018 users-019
        users-022 users-023 users-024 users-028 users-029 users-032 users-033 users-036 users-037
        users-038 users-039 users-041 users-042 users-043 users-044 users-045 users-046 users-047
        acl-001 acl-002 acl-004 acl-005 acl-006 acl-010 acl-012 acl-017 acl-018 acl-019 acl-020
        batch-013 include-021 schemas-034 schemas-035
    """,
    "not yet: roles": """
        roles-001 roles-006 roles-007 roles-009 roles-011 roles-012 roles-013 roles-014
    """,
    "not yet: class-level permissions": "schemas-036 schemas-038",
    "not yet: the fixture functions as workflows": """
        functions-001 functions-003 functions-004 functions-005 functions-006 functions-007
    """,
    "a read in a batch is refused with a code; the recorded text is a fault of that server": """
        batch-012
    """,
}

EXCEPTIONS: dict[str, str] = {
    name: why for why, names in _REASONS.items() for name in names.split()
}
