"""Limits of the HTTP protocol itself; those a person may want to change are in settings.py."""

MAX_URL = 64 * 1024  # bytes of the request target
MAX_HEADER_BLOCK = 64 * 1024  # bytes from the request line to the empty line
MAX_HEADERS = 200
MAX_PARAMETERS = 1000  # query parameters of one URL
MAX_CHUNK_LINE = 1024  # bytes of a chunk size and its extensions
DRAIN_S = 5.0  # how long a refused body is read on, so that the client gets to see the refusal
