"""HTTP requests that workflows send; blocking, so they run in a thread of the pool."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any

from noodl_runtime.errors import PortableError
from noodl_runtime.workflow.asks import Reply, SendRequest


class RequestFailed(PortableError):
    """No answer came: the address is wrong, refused or silent; the text says why."""

    status, code = 502, 1


class RequestTimedOut(RequestFailed, TimeoutError):
    """No answer came in time."""


def send(request: SendRequest, timeout_s: float, max_reply: int) -> Reply:
    """Send a request and return what came back, whatever its status. raises: RequestFailed."""
    _check_scheme(request.url)
    body = request.body.encode("utf-8", "surrogatepass") if request.body is not None else None
    try:
        outgoing = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            request.url, data=body, headers=dict(request.headers), method=request.method
        )
        with _OPENER.open(outgoing, timeout=timeout_s) as answer:
            return _reply(request, answer, answer.status, answer.reason, max_reply)
    except urllib.error.HTTPError as answer:
        with answer:
            return _reply(request, answer, answer.code, str(answer.reason), max_reply)
    except (OSError, ValueError, http.client.HTTPException) as error:
        late = isinstance(getattr(error, "reason", error), TimeoutError)
        raise (RequestTimedOut if late else RequestFailed)(_reason(error)) from error


def _check_scheme(url: str) -> None:
    if not url.lower().startswith(("http://", "https://")):
        raise RequestFailed(f"{url!r} is no http or https address")


def _reply(
    request: SendRequest,
    answer: "urllib.error.HTTPError | http.client.HTTPResponse",
    status: int,
    reason: str,
    max_reply: int,
) -> Reply:
    data = answer.read(max_reply + 1)
    if len(data) > max_reply:
        raise RequestFailed(f"the answer is larger than {max_reply} bytes (setting max_reply)")
    return Reply(
        status=status,
        reason=reason or "",
        headers=_joined(answer.headers),
        body=data.decode("utf-8", "replace"),
        redirected=answer.geturl() != request.url,
    )


def _joined(headers: Message) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        names[key] = f"{names[key]}, {value}" if key in names else value
    return names


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason)


class _NoForm(urllib.request.BaseHandler):
    """Keeps urllib from calling a body a form when nobody said so."""

    handler_order = 600

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if request.data is not None and request.unredirected_hdrs.get("Content-type") == (
            "application/x-www-form-urlencoded"
        ):
            del request.unredirected_hdrs["Content-type"]
            if not request.has_header("Content-type"):
                request.add_unredirected_header("Content-type", "text/plain;charset=UTF-8")
        return request

    https_request = http_request


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Takes what proves who asks out of a request that is led to another origin, as browsers do."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        _check_scheme(newurl)
        led = super().redirect_request(req, fp, code, msg, headers, newurl)
        if led is not None and _origin(led) != _origin(req):
            for name in _PROOFS:
                led.remove_header(name)
        return led


def _origin(request: urllib.request.Request) -> tuple[str, str]:
    return request.type, request.host.lower()


_PROOFS = ("Authorization", "Cookie", "Proxy-authorization")  # as urllib writes them
_OPENER = urllib.request.build_opener(_NoForm(), _Redirects())
