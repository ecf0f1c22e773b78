"""Which field names and paths a query may hold. Whatever is not on this page is refused."""

import re
from functools import lru_cache

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.tree import Path
from noodl_runtime.schema.layout import READ_PRINCIPALS, WRITE_PRINCIPALS

MAX_NAME = 128  # characters of one part of a path
MAX_PATH = 20  # parts of one path
INTERNAL_FIELDS = (READ_PRINCIPALS, WRITE_PRINCIPALS)  # lists of principals, as clients know them

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEY = re.compile(r"[A-Za-z0-9_]+")  # below a field: a key of an object or an index of a list


@lru_cache(maxsize=2048)
def read_path(text: str) -> Path:
    """Return the parts of a dotted path: "address.city" -> ("address", "city").

    raises: BadQuery (105) for any name outside the pattern, (102) for ACL, which is no such field
    """
    field, *keys = text.split(".")
    if field == "ACL":
        raise BadQuery("a query cannot ask about ACL; it is applied to every query already")
    if not (_fits(_FIELD, field) or text in INTERNAL_FIELDS):
        raise _refused(text)
    if len(keys) >= MAX_PATH or not all(_fits(_KEY, key) for key in keys):
        raise _refused(text)
    return (field, *keys)


def _fits(pattern: re.Pattern[str], name: str) -> bool:
    return len(name) <= MAX_NAME and pattern.fullmatch(name) is not None


def _refused(text: str) -> BadQuery:
    return BadQuery(
        f"invalid field name {text[:MAX_NAME]!r}; a name is a letter, then letters, digits and _, "
        f"at most {MAX_NAME} characters; dots lead into objects",
        code=105,
    )
