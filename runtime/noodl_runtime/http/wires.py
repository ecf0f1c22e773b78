"""The ways a request can look, one row each: where its credentials are and how errors are told.

plain      /api: credentials in headers; errors {"error", "code", "requestId"}
parse      the Parse protocol: application id needed; credentials, method and query may travel
           in the body, as SDKs send them to spare a preflight; errors {"code", "error"}
files      /files: as parse, where an upload is wrapped in JSON
functions  /functions, which clients of both call: as parse, but the application id may be absent
hooks      /hooks: headers and body belong to the sender of the webhook; nothing in them is for us
pages      /apps, pages that are opened from a mail; the application id is in the path
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from noodl_runtime.access.keys import Credentials, same, sent
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadJson, BadRequest, PortableError, Unauthorized
from noodl_runtime.http.dialects import parse, plain
from noodl_runtime.http.strict_json import Hook, read_object, write_json


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a request says once its wire has been understood; document: see Request."""

    method: str
    query: Mapping[str, Any]
    credentials: Credentials
    body: bytes
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class WireForm:
    """One way a request can look.

    error:     (error, request id) -> (status, members of the body)
    app_id:    "ignored", "optional" (a wrong one is refused) or "needed"
    credentials: whether keys and sessions of a request count
    in_body:   whether a POST may carry credentials, method and query in its body
    hook:      what reads such a body's objects; None: the handler reads the body itself
    kept:      what a body carries and the handler wants to see all the same
    checks_session: whether an unknown session token refuses the request; functions look at it
               themselves, for some admit everyone
    """

    error: Callable[[PortableError, str], tuple[int, dict[str, Any]]]
    app_id: str = "ignored"
    in_body: bool = False
    credentials: bool = True
    hook: Hook | None = None
    checks_session: bool = True
    kept: tuple[str, ...] = ()

    def understand(self, request: Sent, app_id: str, max_nesting: int) -> Sent:
        """Return the request with what its body carried in its place.

        raises: BadJson, BadRequest; Unauthorized for a wrong application id
        """
        if not self.credentials:
            return replace(request, credentials=Credentials())
        if self.in_body and request.method == "POST" and request.body:
            try:
                request = self._unwrapped(request, max_nesting)
            except BadJson:
                self._check_app(request.credentials.app_id, app_id)  # if missing, say that instead
                raise
        self._check_app(request.credentials.app_id, app_id)
        return request

    def _check_app(self, given: str | None, wanted: str) -> None:
        if self.app_id == "ignored" or not wanted or (self.app_id == "optional" and given is None):
            return
        if given is None or not same(given, wanted):
            raise Unauthorized("unauthorized: the application id is missing or wrong")

    def _unwrapped(self, request: Sent, max_nesting: int) -> Sent:
        if self.hook is None and b'"_' not in request.body:
            return request
        document = read_object(request.body, "the body", max_nesting=max_nesting, hook=self.hook)
        carried = {
            name: document.pop(name)
            for name in _CARRIED
            if name in document and name not in self.kept
        }
        request = replace(
            request,
            credentials=_credentials(carried, request.credentials),
            document=document if self.hook else None,
            body=request.body if self.hook or not carried else write_json(document),
        )
        return _with_method(request, document, carried.get("_method", "POST"))


def _credentials(carried: Mapping[str, Any], headers: Credentials) -> Credentials:
    return Credentials(
        app_id=sent(carried.get("_ApplicationId")) or headers.app_id,
        master_key=sent(carried.get("_MasterKey")) or headers.master_key,
        session_token=sent(carried.get("_SessionToken")) or headers.session_token,
        installation_id=sent(carried.get("_InstallationId")) or headers.installation_id,
    )


def _with_method(request: Sent, document: dict[str, Any], method: Any) -> Sent:
    if method not in ("GET", "POST", "PUT", "DELETE"):
        raise BadRequest("_method must be GET, POST, PUT or DELETE")
    if method == "GET":
        return replace(
            request, method=method, query={**request.query, **document}, body=b"", document=None
        )
    return replace(request, method=method)


_CARRIED = (
    "_method", "_ApplicationId", "_MasterKey", "_SessionToken", "_InstallationId", "_ContentType",
    "_ClientVersion", "_JavaScriptKey", "_RevocableSession", "_noBody", "_context",
)  # fmt: skip

WIRES: Mapping[str, WireForm] = {
    "plain": WireForm(error=plain.error_answer),
    "parse": WireForm(error=parse.error_answer, app_id="needed", in_body=True, hook=parse.typed),
    "files": WireForm(
        error=parse.error_answer,
        app_id="needed",
        in_body=True,
        hook=parse.typed,
        kept=("_ContentType",),
    ),
    "functions": WireForm(
        error=parse.error_answer, app_id="optional", in_body=True, checks_session=False
    ),
    "hooks": WireForm(error=plain.error_answer, credentials=False),
    "pages": WireForm(error=parse.error_answer, checks_session=False),
}
