"""Mail on request, and the pages that its links open: confirm an address, choose a password.

The pages are fixed texts: nothing of a request is ever put into them. The form sends its
password to the address it was opened at, which holds the rest.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.strict_json import read_object

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

_FORM = "application/x-www-form-urlencoded"


def request_password_reset(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} whether or not anybody has this address."""
    email = parse_document(backend, request).get("email")
    backend.access.recovery.request_password_reset(email)
    return parse_answer(backend, request, {})


def request_verification(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} whether or not anybody has this address."""
    email = parse_document(backend, request).get("email")
    backend.access.recovery.request_verification(email)
    return parse_answer(backend, request, {})


def verify_email(backend: "Backend", request: Request) -> Response:
    """Answer with a page: confirmed, or that the link is of no use."""
    username, token = _texts(request.query, "username", "token")
    ours = request.params["appId"] == backend.app_id
    if ours and backend.access.recovery.verify_email(username, token):
        return _page("E-mail confirmed", "Successfully verified your email!")
    return _no_link()


def password_form(backend: "Backend", request: Request) -> Response:
    """Answer with the form for a new password, if the link is right."""
    username, token = _texts(request.query, "username", "token")
    ours = request.params["appId"] == backend.app_id
    if ours and backend.access.recovery.is_reset_link(username, token):
        return _page("Choose a new password", "Choose a new password", _FORM_FIELDS)
    return _no_link()


def reset_password(backend: "Backend", request: Request) -> Response:
    """Answer with a page: the password is changed, or the link is of no use."""
    given = {**request.query, **_sent(backend, request)}
    username, token, password = _texts(given, "username", "token", "new_password")
    ours = request.params["appId"] == backend.app_id
    if ours and password and backend.access.recovery.reset_password(username, token, password):
        return _page("Password changed", "Password successfully reset")
    return _no_link()


def _sent(backend: "Backend", request: Request) -> Mapping[str, Any]:
    """Return the members of a body, from a form or a client."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        text = request.body.decode("utf-8", "replace")
        return {name: values[-1] for name, values in parse_qs(text, max_num_fields=100).items()}
    if not request.body:
        return {}
    return read_object(request.body, "the body", max_nesting=backend.settings.max_nesting)


def _texts(given: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    values = [given.get(name) for name in names]
    return tuple(value if isinstance(value, str) else "" for value in values)


def _no_link() -> Response:
    text = "<p>The link is wrong, was used before, or is too old. Ask for a new one.</p>"
    return _page("Invalid Link", "Invalid Link", text, status=400)


def _page(title: str, heading: str, rest: str = "", *, status: int = 200) -> Response:
    text = _PAGE.format(title=title, heading=heading, rest=rest)
    return Response(status=status, body=text.encode(), headers=_HEADERS)


_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ font: 18px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 24em }}</style>
<h1>{heading}</h1>
{rest}
</html>
"""
_FORM_FIELDS = """<form method="post">
<p><label>New password<br>
<input type="password" name="new_password" autocomplete="new-password" required></label></p>
<p><button>Save</button></p>
</form>"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds a token
    "Cache-Control": "no-store",
}

_LINK = ("username", "token")
_PAGES = {200: "Page", 400: "Page"}

ROUTES = [
    Route(
        method="POST",
        pattern="/requestPasswordReset",
        handler=request_password_reset,
        permission="public",
        summary="Send a link to choose a new password.",
        wire="parse",
        takes="Address",
        answers={200: "Empty"},
    ),
    Route(
        method="POST",
        pattern="/verificationEmailRequest",
        handler=request_verification,
        permission="public",
        summary="Send the link to confirm an address again.",
        wire="parse",
        takes="Address",
        answers={200: "Empty"},
    ),
    Route(
        method="GET",
        pattern="/apps/:appId/verify_email",
        handler=verify_email,
        permission="open",  # a link in a mail is opened from anywhere
        summary="Confirm an address.",
        wire="pages",
        parameters=_LINK,
        answers=_PAGES,
    ),
    Route(
        method="GET",
        pattern="/apps/:appId/request_password_reset",
        handler=password_form,
        permission="open",
        summary="Show the form for a new password.",
        wire="pages",
        parameters=_LINK,
        answers=_PAGES,
    ),
    Route(
        method="POST",
        pattern="/apps/:appId/request_password_reset",
        handler=reset_password,
        permission="open",
        summary="Choose a new password.",
        wire="pages",
        takes="NewPassword",
        answers=_PAGES,
    ),
]
