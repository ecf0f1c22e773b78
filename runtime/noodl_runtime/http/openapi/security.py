"""Which credentials an operation takes, as security requirements of the document."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.http.route import Permission, Route
from noodl_runtime.http.wires import WIRES

Document = dict[str, Any]


def _header(name: str, text: str) -> Document:
    return {"type": "apiKey", "in": "header", "name": name, "description": text}


SCHEMES: Mapping[str, Document] = {
    "appId": _header("X-Parse-Application-Id", "Which app; needed on the Parse wire, no secret."),
    "session": _header("X-Parse-Session-Token", "Who asks: the sessionToken that /login answers."),
    "masterKey": _header("X-Parse-Master-Key", "All rights; from secrets.json in the data folder."),
    "masterKeyAsBearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The master key as `Authorization: Bearer`.",
    },
}
_ANYONE: tuple[str, ...] = ("", "session", "masterKey")
_WHO: Mapping[Permission, tuple[str, ...]] = {
    "open": ("",),
    "public": _ANYONE,
    "master": ("masterKey", "masterKeyAsBearer"),
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "session": ("session",),
    "masterKey": ("masterKey",),
    "either": ("session", "masterKey"),
}
_FUNCTION: Mapping[str, tuple[str, ...]] = {
    "public": _ANYONE,
    "user": ("session",),
    "master": ("masterKey",),
}


def security(route: Route) -> list[dict[str, list[str]]]:
    """Return the sets of credentials one of which an operation takes; {} is none at all."""
    app = ["appId"] if WIRES[route.wire].app_id == "needed" else []
    schemes = _NEEDED[route.needs] if route.needs else _WHO[route.permission]
    return [{name: [] for name in (*app, scheme) if name} for scheme in schemes]


def function_security(who: str) -> list[dict[str, list[str]]]:
    """Return the same for a function. who: public, user, role:NAME or master."""
    schemes = _FUNCTION.get(who, ("session",))
    return [{scheme: []} if scheme else {} for scheme in schemes]
