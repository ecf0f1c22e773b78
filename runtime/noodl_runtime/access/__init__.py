"""Who may do what: keys, callers, users, sessions, roles, permissions."""
