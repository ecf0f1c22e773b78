"""Wire forms of records: the plain one of /api and the Parse one. Nothing else knows of either."""
