"""Limits of the HTTP protocol itself; those a person may want to change are in settings.py."""

MAX_CHUNK_LINE = 1024  # bytes of a chunk size and its extensions
DRAIN_S = 5.0  # how long a refused body is read on, so that the client gets to see the refusal
