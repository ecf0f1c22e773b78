"""From the text of a request target to decoded path parts and query parameters.

A path is cut at its slashes before it is decoded, so that an encoded slash is part of a name and
never makes a path.
"""

from urllib.parse import unquote_to_bytes

from noodl_runtime.errors import BadRequest


def path_parts(path: str) -> tuple[str, ...]:
    """Return the decoded parts of a raw path; one slash at the end does not count.

    "/api/Todo/a%2Fb" -> ("api", "Todo", "a/b"); "/" -> ()
    raises: BadRequest when a part is not UTF-8
    """
    parts = path.removesuffix("/").split("/")[1:]
    try:
        return tuple([_decoded(part) for part in parts])
    except UnicodeError as error:
        raise BadRequest("the path is not UTF-8") from error


def query_parameters(text: str, most: int) -> dict[str, str]:
    """Return the parameters of a raw query string, decoded; of a name that stands twice the last.

    most:   parameters that there may be
    raises: BadRequest when they are not UTF-8 or too many
    """
    if not text:
        return {}
    pairs = text.split("&")
    if len(pairs) > most:
        raise BadRequest(f"more than {most} query parameters (setting max_parameters)")
    try:
        return dict([_pair(pair) for pair in pairs if pair])
    except UnicodeError as error:
        raise BadRequest("the query string is not UTF-8") from error


def repeated_parameters(text: str) -> dict[str, str | list[str]]:
    """Return the parameters of a raw query string, of a name that stands twice all in a list.

    raises: BadRequest when they are not UTF-8
    """
    found: dict[str, list[str]] = {}
    try:
        for name, value in (_pair(pair) for pair in text.split("&") if pair):
            found.setdefault(name, []).append(value)
    except UnicodeError as error:
        raise BadRequest("the query string is not UTF-8") from error
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _pair(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return _decoded(name.replace("+", " ")), _decoded(value.replace("+", " "))


def _decoded(text: str) -> str:
    # A host hands raw bytes over as Latin-1 text; whatever they are, they must be UTF-8.
    if "%" not in text and text.isascii():
        return text
    return unquote_to_bytes(text.encode("latin-1")).decode("utf-8")
