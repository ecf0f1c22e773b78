"""Functions that answer at addresses of their own: API/<path>/<METHOD> answers at /api/<path>.

  API/orders/:id/GET   answers GET /api/orders/7?full=1 with the parameters {"id": "7", "full": "1"}

A collection comes first: where there is one called "orders", the addresses below it are those of
its records; and what begins with _ is the server's own. The answer is what the Response node sends,
without {"result": ...} around it.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from noodl_runtime.http.route import Method, Request, Response, Route
from noodl_runtime.http.router import Match, Router
from noodl_runtime.http.routes.functions import called
from noodl_runtime.http.strict_json import read_object, write_json

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

FAMILY = "API/"
MOUNT = "api"
METHODS: dict[str, Method] = {method: method for method in get_args(Method)}


class ApiFunctions:
    """The addresses of one backend's functions, found anew when other functions are served."""

    def __init__(self, backend: "Backend") -> None:
        self._backend = backend
        self._found_in: Any = None
        self._router = Router(())
        self._any = False

    def find(self, parts: tuple[str, ...]) -> Match | None:
        """Return the function at a path, None where there is none or a collection has the path."""
        functions = self._backend.functions
        if functions is None or len(parts) < 2 or parts[0] != MOUNT or parts[1][:1] == "_":
            return None
        if functions.serving.sets is not self._found_in:
            routes = list(routes_of(functions.names()))
            self._router, self._any = Router(routes), bool(routes)
            self._found_in = functions.serving.sets
        if not self._any or parts[1] in self._backend.store.get_schema().collections:
            return None
        match = self._router.find(parts)
        return match if match.routes else None


def answer(name: str, backend: "Backend", request: Request) -> Response:
    """Answer 200 with the parameters of the Response node, 400 {"error": ...}."""
    nesting = backend.settings.max_nesting
    sent = read_object(request.body, "the body", max_nesting=nesting) if request.body else {}
    body = write_json({**request.query, **sent, **request.params})
    made = called(backend, request, name, body)
    if made.status != 200:
        return Response(status=made.status, body=made.body)
    document = read_object(made.body, "the answer", max_nesting=nesting)
    return Response(body=write_json(document.get("result")))


def routes_of(names: list[str]) -> Iterator[Route]:
    """Yield a route for each function of the family; what is written out stands before :names."""
    found = [name for name in names if name.startswith(FAMILY)]
    for name in sorted(found, key=lambda name: [part[:1] == ":" for part in name.split("/")]):
        path, _, method = name.removeprefix(FAMILY).rpartition("/")
        if path and path[0] != ":" and method in METHODS:  # that would claim every collection to be
            yield Route(
                method=METHODS[method],
                pattern=f"/{MOUNT}/{path}",
                handler=partial(answer, name),
                permission="public",
                summary=f"Call the function {name}.",
                wire="functions",
                takes="Object" if method in ("POST", "PUT") else "",
                fails=(500,),
            )
