"""Records in SQLite: the store every backend has unless configured otherwise."""
