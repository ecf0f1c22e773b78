"""Who may do what: keys, callers, and later users, sessions, roles and permissions."""
