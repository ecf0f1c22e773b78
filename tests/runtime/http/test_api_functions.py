"""Functions named API/<path>/<METHOD>, which answer at /api/<path>."""

from typing import Any

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from tests.runtime.http.clients import Send
from tests.runtime.workflow.graphs import component, document, node


def echo(name: str, *parameters: str, admits_everyone: bool = True) -> dict[str, Any]:
    wires = [f"q.pm-{each} -> r.pm-{each}" for each in parameters]
    request = node("q", "Request", allowNoAuth=admits_everyone)
    constant = node("s", "String", value=name)
    wires += ["s.savedValue -> r.pm-function", "q.receive -> r.send"]
    return component(name, [request, constant, node("r", "Response")], ", ".join(wires))


FUNCTIONS = [
    echo("API/orders/GET", "page"),
    echo("API/orders/POST", "title", "page"),
    echo("API/orders/:id/GET", "id", "full"),
    echo("API/orders/open/GET"),
    echo("API/orders/:id/lines/:line/DELETE", "id", "line"),
    echo("API/Product/GET"),
    echo("API/members/GET", admits_everyone=False),
    echo("API/_schema/GET"),
    echo("API/odd/PATCH"),
    echo("API/:anything/GET"),
    echo("API/GET"),
]


@pytest.fixture(autouse=True)
def functions(shop: Backend) -> Functions:
    made = Functions(shop.settings)
    made.attach(shop)
    made.load([("api.workflow.json", document(*FUNCTIONS))])
    shop.functions = made
    return made


CALLS = [
    # method, url, body                                       status, answer
    ("GET",    "/api/orders?page=2",          None,             200, {"page": "2", "function": "API/orders/GET"}),
    ("GET",    "/api/orders/7?full=1",        None,             200, {"id": "7", "full": "1", "function": "API/orders/:id/GET"}),
    ("GET",    "/api/orders/a%2Fb%20c",       None,             200, {"id": "a/b c", "function": "API/orders/:id/GET"}),
    ("GET",    "/api/orders/7?id=8",          None,             200, {"id": "7", "function": "API/orders/:id/GET"}),
    ("GET",    "/api/orders/open",            None,             200, {"function": "API/orders/open/GET"}),
    ("POST",   "/api/orders?page=1",          {"title": [1]},   200, {"title": [1], "page": "1", "function": "API/orders/POST"}),
    ("DELETE", "/api/orders/7/lines/2",       None,             200, {"id": "7", "line": "2", "function": "API/orders/:id/lines/:line/DELETE"}),
    ("POST",   "/api/orders",                 b"[1]",           400, {"error": "the body must be a JSON object, {...}"}),
    ("PUT",    "/api/orders",                 {},               405, {"error": "PUT is not possible here; possible: GET, POST, OPTIONS"}),
    ("GET",    "/api/members",                None,             400, {"error": "Unauthenticated requests not accepted."}),
    ("GET",    "/api/orders/7/lines/2/more",  None,             404, {"error": "no such path"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "url", "body", "status", "answer"), CALLS)
def test_a_function_answers_at_its_address(
    call: Send, method: str, url: str, body: Any, status: int, answer: Any
) -> None:
    got = call(method, url, body)
    assert got.status == status
    assert {name: got.body[name] for name in answer} == answer
    assert got.headers["content-type"] == "application/json"


def test_a_collection_comes_before_a_function(call: Send) -> None:
    assert len(call("GET", "/api/Product").body["results"]) == 4
    assert call("GET", "/api/_schema").status == 403
    assert call("GET", "/api/_schema", None, {"X-Parse-Master-Key": "key"}).status == 200


def test_an_address_begins_with_a_name(call: Send) -> None:
    assert call("GET", "/api/anything").body.get("function") is None
    made = call("POST", "/api/Later", {"n": 1}, {"X-Parse-Master-Key": "key"})
    assert made.status == 201


def test_addresses_follow_the_functions_that_are_served(call: Send, functions: Functions) -> None:
    assert call("GET", "/api/orders/open").status == 200
    functions.load([("api.workflow.json", document(echo("API/later/GET")))])
    assert call("GET", "/api/later").body == {"function": "API/later/GET"}
    assert call("GET", "/api/orders/open").status == 404


def test_such_a_function_is_also_called_by_name(call: Send) -> None:
    got = call("POST", "/functions/API%2Forders%2F%3Aid%2FGET", {"id": 1})
    assert got.body == {"result": {"id": 1, "function": "API/orders/:id/GET"}}
