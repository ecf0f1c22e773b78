"""Sessions on the Parse wire, /sessions: a user sees and ends their own."""

from typing import TYPE_CHECKING

from noodl_runtime.access.sessions import SESSION, USER
from noodl_runtime.errors import InvalidSession
from noodl_runtime.http.answers import parse_answer
from noodl_runtime.http.dialects.parse_records import created_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.routes.parse_records import members_of, record_routes
from noodl_runtime.http.writes import read_create
from noodl_runtime.store.contract import Query
from noodl_runtime.values import Pointer

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def me(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the session that the request came with."""
    token = request.caller.session_token
    if token is None:
        raise InvalidSession("Session token required.")
    query = Query(collection=SESSION, where={"sessionToken": token}, limit=1)
    found = backend.query(request.caller, query).records
    if not found:
        raise InvalidSession("Session token not found.")
    return parse_answer(backend, request, found[0])


def create(backend: "Backend", request: Request) -> Response:
    """Answer 201 with the session; a user gets a further one of their own."""
    write = read_create(SESSION, members_of(backend, request))
    record = backend.write(request.caller, write)
    if request.caller.master:
        return parse_answer(backend, request, created_answer(write.values, record), 201)
    unsaid = ("createdAt", "updatedAt")
    answer = {name: value for name, value in record.items() if name not in unsaid}
    return parse_answer(backend, request, answer, 201)


def upgrade(backend: "Backend", request: Request) -> Response:
    """Answer 200 with a new session; old clients ask for one in place of theirs."""
    session = backend.access.accounts.new_session(request.caller)
    user = Pointer(USER, request.caller.user_id or "")
    return parse_answer(backend, request, {**session, "user": user})


ROUTES = [
    Route(
        method="GET",
        pattern="/sessions/me",
        handler=me,
        permission="public",
        summary="Read the session of the request.",
        wire="parse",
        answers={200: "Record"},
        collection=SESSION,
        needs="session",
    ),
    *(
        route
        for route in record_routes("/sessions", "a session", SESSION)
        if (route.method, route.pattern) != ("POST", "/sessions")
    ),
    Route(
        method="POST",
        pattern="/sessions",
        handler=create,
        permission="public",
        summary="Make a further session.",
        wire="parse",
        takes="Fields",
        answers={201: "Record"},
        collection=SESSION,
    ),
    Route(
        method="POST",
        pattern="/upgradeToRevocableSession",
        handler=upgrade,
        permission="public",
        summary="Make a session in place of one of an old client.",
        wire="parse",
        answers={200: "Record"},
        collection=SESSION,
        needs="session",
    ),
]
