"""From a path to the routes that have it. The first pattern of the table that fits is the one."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import NamedTuple

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import MethodNotAllowed, NoSuchRoute
from noodl_runtime.http.route import Route, Wire


@dataclass
class Pattern:
    """One pattern and its routes by method. parts: ("api", ":table"); rest: name behind ":...*"."""

    parts: tuple[str, ...]
    rest: str | None
    routes: dict[str, Route] = field(default_factory=dict)

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """Return the named parts of a path that fits, else None. An empty part names nothing."""
        more = len(parts) - len(self.parts)
        if more < 0 or bool(more) != bool(self.rest):
            return None
        params = {}
        for wanted, given in zip(self.parts, parts, strict=False):
            if wanted.startswith(":") and given:
                params[wanted[1:]] = given
            elif wanted != given:
                return None
        if self.rest:
            params[self.rest] = "/".join(parts[len(self.parts) :])
        return params


class Match(NamedTuple):
    """What the table has for a path: routes by method, none for an unknown path; named parts.

    unknown: what to say of a path that has no routes
    """

    routes: Mapping[str, Route]
    params: Mapping[str, str]
    unknown: str = "no such path"

    @property
    def wire(self) -> Wire:
        """Return the wire that all routes of a path share; of an unknown path the plain one."""
        return next((route.wire for route in self.routes.values()), "plain")

    @property
    def is_open(self) -> bool:
        """Say whether the path is answered whatever the Origin."""
        return bool(self.routes) and all(r.permission == "open" for r in self.routes.values())

    def takes_upload(self, method: str) -> bool:
        """Say whether the body of such a request may be a file."""
        return method in self.routes and self.routes[method].uploads

    def route(self, method: str) -> Route:
        """Return the route for a method, that of GET for HEAD.

        raises: NoSuchRoute; MethodNotAllowed, on the Parse wire NoSuchRoute as its clients know it
        """
        if not self.routes:
            raise NoSuchRoute(self.unknown)
        route = self.routes.get("GET" if method == "HEAD" else method)
        if route is not None:
            return route
        if self.wire == "parse" and method in _PARSE_METHODS:
            raise NoSuchRoute(f"{method} is not possible here")
        allowed = ", ".join([*self.routes, "OPTIONS"])
        raise MethodNotAllowed(
            f"{method[:20]} is not possible here; possible: {allowed}", headers={"Allow": allowed}
        )


UNKNOWN = Match({}, {})
# What a person sees who opens the address of the ready line in a browser.
NO_PAGE = Match({}, {}, "this backend has no front end; its records are at /api/<collection>")
_PARSE_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")  # that its clients know
_ANYTHING = ":"  # where patterns that begin with a named part are kept; looked at last


class Router:
    """The table of routes, sorted for looking up."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_first: dict[str, list[Pattern]] = {}
        self._patterns: dict[str, Pattern] = {}
        for route in routes:
            self._add(route)

    def find(self, parts: tuple[str, ...]) -> Match:
        """Return what the table has for a path."""
        for first in (parts[0] if parts else "", _ANYTHING):
            for pattern in self._by_first.get(first, ()):
                params = pattern.match(parts)
                if params is not None:
                    return Match(pattern.routes, params)
        return UNKNOWN if any(parts) else NO_PAGE

    def _add(self, route: Route) -> None:
        if route.pattern not in self._patterns:
            parts = tuple(part for part in route.pattern.split("/") if part)
            rest = parts[-1][1:-1] if parts and parts[-1].endswith("*") else None
            pattern = Pattern(parts[:-1] if rest else parts, rest)
            self._patterns[route.pattern] = pattern
            first = parts[0] if parts else ""
            key = _ANYTHING if first.startswith(":") else first
            self._by_first.setdefault(key, []).append(pattern)
        self._patterns[route.pattern].routes[route.method] = route
