"""Users on the Parse wire: sign up, log in and out, who am I; /users, /login, /logout, ..."""

from typing import TYPE_CHECKING, Any

from noodl_runtime.access.sessions import USER
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.dialects.parse_records import created_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.routes.parse_records import members_of, record_routes
from noodl_runtime.http.writes import read_create
from noodl_runtime.values import Included

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def sign_up(backend: "Backend", request: Request) -> Response:
    """Answer 201 {"objectId", "createdAt", "sessionToken"}.

    Whom authData names already is logged in: 200 with the user.
    """
    members = members_of(backend, request)
    with_data: dict[str, Any] = {"authDataResponse": {}} if members.get("authData") else {}
    known = backend.access.accounts.log_in_anonymously(members.get("authData"), request.caller)
    if known is not None:
        return parse_answer(backend, request, {**known, **with_data})
    write = read_create(USER, members)
    record = backend.write(request.caller, write)
    answer = {**created_answer(write.values, record), **with_data}
    return parse_answer(backend, request, answer, 201)


def log_in(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the user and a new sessionToken."""
    given = _given(backend, request)
    user = backend.access.accounts.log_in(
        given.get("username"),
        given.get("password"),
        email=given.get("email"),
        caller=request.caller,
    )
    return parse_answer(backend, request, user)


def verify_password(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the user whose password it is; nobody is logged in."""
    given = _given(backend, request)
    user = backend.access.accounts.verified(
        given.get("username"),
        given.get("password"),
        email=given.get("email"),
        caller=request.caller,
    )
    return parse_answer(backend, request, user)


def log_in_as(backend: "Backend", request: Request) -> Response:
    """Answer 200 with a user and a new sessionToken; needs the master key."""
    user_id = _given(backend, request).get("userId")
    user = backend.access.accounts.log_in_as(user_id, request.caller)
    return parse_answer(backend, request, user)


def log_out(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when the session has ended."""
    backend.access.accounts.log_out(request.caller)
    return parse_answer(backend, request, {})


def me(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the user of the session, sessionToken included."""
    user = backend.access.accounts.session_user(request.caller.session_token)
    return parse_answer(backend, request, Included(USER, user))


def _given(backend: "Backend", request: Request) -> dict[str, Any]:
    """Return what is in the URL or the body."""
    in_body = parse_document(backend, request) if request.document or request.body else {}
    return {**request.query, **in_body}


ROUTES = [
    Route(
        method="GET",
        pattern="/users/me",
        handler=me,
        permission="public",
        summary="Read the user of the session.",
        wire="parse",
        answers={200: "Record"},
        collection=USER,
        needs="session",
    ),
    *(
        route
        if (route.method, route.pattern) != ("POST", "/users")
        else Route(
            method="POST",
            pattern="/users",
            handler=sign_up,
            permission="public",
            summary="Sign up.",
            wire="parse",
            takes="Fields",
            answers={201: "SignedUp", 200: "Record"},
            fails=(429,),
            collection=USER,
        )
        for route in record_routes("/users", "a user", USER)
    ),
    *(
        Route(
            method=method,
            pattern=pattern,
            handler=handler,
            permission="public",
            summary=summary,
            wire="parse",
            checks_session=checks_session,
            takes="LogIn" if method == "POST" else "",
            parameters=("username", "password", "email"),
            answers={200: "Record"},
            fails=(404, 429),
            collection=USER,
        )
        for pattern, handler, summary, checks_session in (
            ("/login", log_in, "Log in.", False),
            ("/verifyPassword", verify_password, "Say whose password this is.", True),
        )
        for method in ("GET", "POST")
    ),
    Route(
        method="POST",
        pattern="/logout",
        handler=log_out,
        permission="public",
        summary="End the session.",
        wire="parse",
        answers={200: "Empty"},
    ),
    Route(
        method="POST",
        pattern="/loginAs",
        handler=log_in_as,
        permission="public",
        summary="Log in as any user; needs the master key.",
        wire="parse",
        takes="LogInAs",
        answers={200: "Record"},
        collection=USER,
        fails=(404,),
        needs="masterKey",
    ),
]
