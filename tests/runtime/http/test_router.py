import pytest

from noodl_runtime.errors import MethodNotAllowed, NoSuchRoute
from noodl_runtime.http.route import Method, Request, Response, Route, Wire
from noodl_runtime.http.router import Router


def nothing(backend: object, request: Request) -> Response:
    return Response()


def row(method: Method, pattern: str, wire: Wire = "plain") -> Route:
    return Route(
        method=method, pattern=pattern, handler=nothing, permission="public", summary="", wire=wire
    )


ROUTER = Router([
    row("GET", "/"),
    row("POST", "/api/_batch"),
    row("GET", "/api/:table"),
    row("POST", "/api/:table"),
    row("GET", "/api/:table/:id"),
    row("POST", "/functions/:name*"),
    row("GET", "/classes/:className", "parse"),
])  # fmt: skip

FOUND = [
    # method   path                        pattern              named parts
    ("GET",    (),                         "/",                 {}),
    ("GET",    ("api", "Todo"),            "/api/:table",       {"table": "Todo"}),
    ("HEAD",   ("api", "Todo"),            "/api/:table",       {"table": "Todo"}),
    ("POST",   ("api", "_batch"),          "/api/_batch",       {}),
    ("GET",    ("api", "Todo", "a/b"),     "/api/:table/:id",   {"table": "Todo", "id": "a/b"}),
    ("POST",   ("functions", "a"),         "/functions/:name*", {"name": "a"}),
    ("POST",   ("functions", "a", "b/c"),  "/functions/:name*", {"name": "a/b/c"}),
]  # fmt: skip

UNKNOWN = [("nowhere",), ("api",), ("api", ""), ("api", "a", "b", "c"), ("functions",), ("",)]


@pytest.mark.parametrize(("method", "parts", "pattern", "params"), FOUND)
def test_the_first_pattern_that_fits_is_the_one(
    method: str, parts: tuple[str, ...], pattern: str, params: dict[str, str]
) -> None:
    match = ROUTER.find(parts)
    assert (match.route(method).pattern, match.params) == (pattern, params)


@pytest.mark.parametrize("parts", UNKNOWN)
def test_an_unknown_path_is_404(parts: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchRoute):
        ROUTER.find(parts).route("GET")


def test_another_method_is_405_and_told_which_there_are() -> None:
    with pytest.raises(MethodNotAllowed) as refusal:
        ROUTER.find(("api", "_batch")).route("GET")
    assert refusal.value.headers == {"Allow": "POST, OPTIONS"}


def test_on_the_parse_wire_another_method_is_404() -> None:
    with pytest.raises(NoSuchRoute):
        ROUTER.find(("classes", "Todo")).route("DELETE")


@pytest.mark.parametrize("method", ["TRACE", "PATCH", "BREW"])
def test_a_method_that_no_parse_client_sends_is_405_there_as_well(method: str) -> None:
    with pytest.raises(MethodNotAllowed) as refusal:
        ROUTER.find(("classes", "Todo")).route(method)
    assert refusal.value.headers == {"Allow": "GET, OPTIONS"}
