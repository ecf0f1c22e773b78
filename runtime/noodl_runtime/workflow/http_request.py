"""From the inputs of an HTTP node to a request: address, headers, body."""

import base64
from collections.abc import Callable
from urllib.parse import quote

from noodl_runtime.workflow.asks import SendRequest
from noodl_runtime.workflow.js.convert import to_number, truthy
from noodl_runtime.workflow.js.text import parse, stringify
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given, given_text

Headers = dict[str, str]


def request_of(node: Node) -> SendRequest:
    """Return the request that an HTTP node's inputs describe. raises: ScriptError, ValueError."""
    headers = {n: given_text(node, f"header-{n}") for n in listed(given(node, "headers"))}
    query = {n: given_text(node, f"query-{n}") for n in listed(given(node, "queryParams"))}
    _authenticate(node, headers, query)
    method = (given_text(node, "method") or "GET").upper()
    body = None if method in ("GET", "HEAD") else _body(node, headers)
    timeout = to_number(given(node, "timeout"))
    return SendRequest(
        url=_url(node, query),
        method=method,
        headers=headers,
        body=body,
        timeout_s=timeout / 1000 if timeout > 0 else None,
    )


def _url(node: Node, query: dict[str, str]) -> str:
    url = given_text(node, "url")
    if not url.strip():
        raise ScriptError("URL is required")
    for port in node.state.inputs:
        if port.startswith("path-"):
            url = url.replace(f"{{{port[5:]}}}", _quoted(given_text(node, port)))
    if not query:
        return url
    pairs = "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in query.items())
    return f"{url}{'&' if '?' in url else '?'}{pairs}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


# -- who asks --------------------------------------------------------------------------------------


def _authenticate(node: Node, headers: Headers, query: dict[str, str]) -> None:
    kind = given_text(node, "authType") or "none"
    if kind not in _AUTHENTICATIONS:
        raise ScriptError(f"unknown authentication {kind!r}")
    _AUTHENTICATIONS[kind](node, headers, query)


def _bearer(node: Node, headers: Headers, _query: dict[str, str]) -> None:
    headers["Authorization"] = f"Bearer {given_text(node, 'auth-authToken')}"


def _basic(node: Node, headers: Headers, _query: dict[str, str]) -> None:
    user, password = (given_text(node, f"auth-auth{part}") for part in ("Username", "Password"))
    text = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    headers["Authorization"] = f"Basic {text}"


def _api_key(node: Node, headers: Headers, query: dict[str, str]) -> None:
    name = given_text(node, "auth-authApiKeyName")
    if not name:
        raise ScriptError("the API key has no name")
    in_query = given_text(node, "auth-authApiKeyLocation") == "query"
    (query if in_query else headers)[name] = given_text(node, "auth-authApiKeyValue")


_AUTHENTICATIONS: dict[str, Callable[[Node, Headers, dict[str, str]], None]] = {
    "none": lambda _node, _headers, _query: None,
    "bearer": _bearer,
    "basic": _basic,
    "apiKey": _api_key,
}


# -- bodies ----------------------------------------------------------------------------------------


def _body(node: Node, headers: Headers) -> str | None:
    kind = given_text(node, "bodyType") or "json"
    if kind not in _BODIES:
        raise ScriptError(f"unknown body type {kind!r}")
    content_type, body = _BODIES[kind](node)
    if body is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = content_type
    return body


def _fields(node: Node) -> dict[str, Value]:
    names = listed(given(node, "bodyFields"))
    fields = {name: given(node, f"body-{name}") for name in names}
    return {name: value for name, value in fields.items() if value is not UNDEFINED}


def _json(node: Node) -> tuple[str, str | None]:
    fields = {name: _typed(node, name, value) for name, value in _fields(node).items()}
    return "application/json", stringify(fields) if fields else None


def _typed(node: Node, name: str, value: Value) -> Value:
    """Return a field as its type says; without a type it stays as it is."""
    kind = given_text(node, f"body-type-{name}")
    value = node.run.world.copy(value)
    if kind == "string":
        return node.run.world.text(value)
    if kind == "number":
        return to_number(value)
    if kind == "boolean":
        return truthy(value) and value != "false"
    return parse(value) if kind in ("object", "array") and isinstance(value, str) else value


def _urlencoded(node: Node) -> tuple[str, str | None]:
    text = node.run.world.text
    pairs = (f"{_quoted(name)}={_quoted(text(value))}" for name, value in _fields(node).items())
    return "application/x-www-form-urlencoded", "&".join(pairs)


def _form(node: Node) -> tuple[str, str | None]:
    boundary = f"----{node.run.around.new_id()}{node.run.around.new_id()}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_field_name(name)}"\r\n\r\n'
        f"{node.run.world.text(value)}\r\n"
        for name, value in _fields(node).items()
    ]
    return f"multipart/form-data; boundary={boundary}", f"{''.join(parts)}--{boundary}--\r\n"


def _field_name(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _raw(node: Node) -> tuple[str, str | None]:
    value = given(node, "body-raw")
    if value is UNDEFINED or value is None:
        return "text/plain", None
    if isinstance(value, str):
        return "text/plain;charset=UTF-8", value
    return "application/json", node.run.world.json_of(value)


_BODIES: dict[str, Callable[[Node], tuple[str, str | None]]] = {
    "json": _json,
    "form": _form,
    "urlencoded": _urlencoded,
    "raw": _raw,
}
