"""One table of routes, and what mounts it."""
