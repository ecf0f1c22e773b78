"""Whom a request may come from: what keeps other web pages and, if asked to, other programs out.

A page that is open in the user's browser can send requests to this machine. Two headers tell it
from the app: Origin, and Host, which after DNS rebinding is the page's own name. Comparing the
two with each other proves nothing, so each is compared with a list that starts with loopback.

A backend inside a desktop app answers to that app alone: the app makes a launch token at each
start, and every request has to bring it. A preflight carries nothing and is told nothing; it need
not. Pages of such an app may be files: they send no Origin, or `null`, or `file://`, and count as
another site. So does the editor, which is a page of files: it is let in by the master key, in a
header or in a body, and its preflight by the announcement of that header.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache

from noodl_runtime.access.keys import same
from noodl_runtime.errors import ForeignOrigin, LaunchTokenMissing

METHODS = "GET, POST, PUT, DELETE, OPTIONS"
# Named one by one: no browser lets a `*` stand for Authorization.
REQUEST_HEADERS = (
    "Content-Type, Authorization, X-Parse-Application-Id, X-Parse-Master-Key, "
    "X-Parse-Session-Token, X-Parse-Installation-Id, X-Parse-Client-Key, X-Parse-Client-Version, "
    "X-Parse-JavaScript-Key, X-Parse-REST-API-Key, X-Parse-Request-Id, X-Parse-Revocable-Session, "
    "X-Noodl-Cloud-Version, X-Noodl-Launch-Token, X-Request-Id, X-Requested-With"
)
LAUNCH_TOKEN = "x-noodl-launch-token"  # noqa: S105 - the name of a header
PREFLIGHT_AGE_S = 600


class Guard:
    """Compares Host, Origin and launch token with what this server answers to.

    launch_token: what each request has to bring; "": none has to
    """

    def __init__(
        self, *, hosts: Iterable[str], origins: Iterable[str], launch_token: str = ""
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts) - _EVERYWHERE
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._launch_token = launch_token

    def admit(self, method: str, headers: Mapping[str, str]) -> None:
        """Accept what may be looked at at all: the first check of a request or an upgrade.

        raises: ForeignOrigin for another Host, LaunchTokenMissing
        """
        self.check_host(headers)
        preflight = method == "OPTIONS" and "access-control-request-method" in headers
        if self._launch_token and not preflight:
            self._check_launch_token(headers)

    def check_host(self, headers: Mapping[str, str]) -> None:
        """Accept a Host that is loopback or configured. raises: ForeignOrigin."""
        host = headers.get("host", "")
        if not self._knows(host):
            raise ForeignOrigin(
                f"this server does not answer to the host {host[:200]!r}; "
                "add it with the setting allowed_hosts"
            )

    def check_origin(self, headers: Mapping[str, str], *, trusted: bool) -> str | None:
        """Return the origin to name in CORS headers, None for a request without one.

        trusted: the request carries the master key, which no foreign page has
        raises:  ForeignOrigin
        """
        origin = headers.get("origin")
        if origin is None:
            if headers.get("sec-fetch-site") == "cross-site" and not self._launch_token:
                raise ForeignOrigin("requests from other sites need an allowed Origin")
            return None
        from_file = origin in _FILES and (trusted or bool(self._launch_token))
        if not (from_file or self._is_ours(origin, headers)):
            raise ForeignOrigin(
                f"the origin {origin[:200]!r} is not allowed; "
                "add it with the setting allowed_origins"
            )
        return origin

    def _check_launch_token(self, headers: Mapping[str, str]) -> None:
        if not same(headers.get(LAUNCH_TOKEN, ""), self._launch_token):
            raise LaunchTokenMissing(
                "this backend belongs to the program that started it and answers to that one "
                "alone; its requests bring the header X-Noodl-Launch-Token"
            )

    def _is_ours(self, origin: str, headers: Mapping[str, str]) -> bool:
        scheme, separator, host = origin.lower().partition("://")
        if not separator:
            return False
        own = scheme in ("http", "https") and host == headers.get("host", "").lower()
        return own or origin.lower() in self._origins or is_loopback(host)

    def _knows(self, host: str) -> bool:
        host = host.lower()
        return is_loopback(host) or host in self._hosts or _without_port(host) in self._hosts


def cors_headers(origin: str | None) -> dict[str, str]:
    """Return the headers that let a page of this origin read the answer; never a `*`."""
    if origin is None:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "X-Request-Id",
    }


def preflight_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what an allowed origin's preflight is told beside cors_headers."""
    told = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_AGE_S),
    }
    if headers.get("access-control-request-private-network") == "true":
        told["Access-Control-Allow-Private-Network"] = "true"
    return told


def is_file_page(headers: Mapping[str, str]) -> bool:
    """Say whether a request comes from a page that was opened as a file, such as the editor's."""
    return headers.get("origin") in _FILES


def announces_key(headers: Mapping[str, str]) -> bool:
    """Say whether a preflight is for a request with the master key, which is looked at then."""
    asked = headers.get("access-control-request-headers", "").lower().split(",")
    return any(name.strip() in ("x-parse-master-key", "authorization") for name in asked)


def is_loopback(host: str) -> bool:
    """Say whether a lower-case host, with or without a port, names this machine and no other."""
    return len(host) <= _LONGEST_HOST and _names_this_machine(host)


@lru_cache(maxsize=256)  # every request asks, nearly always for the same host
def _names_this_machine(host: str) -> bool:
    name = _without_port(host)
    if name == "localhost" or name.endswith(".localhost"):
        return _is_host_name(name)
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


_FILES = ("null", "file://")  # origins of a page that was opened as a file
_EVERYWHERE = frozenset(["", "0.0.0.0", "::", "[::]"])  # noqa: S104 - to listen on, never a name
_LONGEST_HOST = 300  # characters; a name has at most 253


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isascii() and port.isdigit() else host


def _is_host_name(name: str) -> bool:
    return name.replace("-", "").replace(".", "").isalnum() and name.isascii()
