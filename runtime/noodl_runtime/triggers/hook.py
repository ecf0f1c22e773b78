"""What a Webhook Trigger takes: path, methods, proof. Pure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from noodl_runtime.dataclass import dataclass
from noodl_runtime.triggers.signatures import WAYS

PREFIX = "/hooks/"
METHODS = ("GET", "POST", "PUT", "DELETE")
RESPONDS = ("response", "bare", "accepted")
LONGEST_WINDOW = 86400.0  # seconds


class BadHook(ValueError):
    """A webhook that cannot be called; the message says which parameter and why."""


@dataclass(frozen=True, kw_only=True)
class Hook:
    """One webhook.

    path:     behind the prefix, decoded: "orders/paid"
    verify:   how a sender proves itself, a row of `signatures.py`
    secret:   name of the secret among those of the backend
    header:   where the proof is, "" for where such senders put it
    window_s: how far a signed time may be from now
    respond:  "response": what the run answers, {"result": {...}}; "bare": without result around it;
              "accepted": 202 before the run
    """

    path: str
    methods: frozenset[str]
    verify: str = "none"
    secret: str = ""
    header: str = ""
    window_s: float = 300.0
    respond: str = "response"

    @property
    def url(self) -> str:
        """Return the path it is called at: "/hooks/orders/paid"."""
        return PREFIX + quote(self.path)


@dataclass(frozen=True, kw_only=True)
class HookCall:
    """One call. path: behind the prefix; headers: lower-case names; body: the bytes as they came.

    document: what the body says where its type is JSON, else None
    query:    texts, of a name that stands twice a list
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, Any]
    body: bytes
    document: Any = None
    chain: str = ""


def hook_of(parameters: Mapping[str, Any]) -> Hook:
    """Return the webhook that the parameters of a Webhook Trigger describe. raises: BadHook."""
    path = str(parameters["path"] or "").strip("/")
    if not path:
        raise BadHook("path is empty; write it like /orders")
    verify = _one_of(parameters, "verify", WAYS)
    secret = str(parameters.get("secret") or "")
    if verify != "none" and not secret:
        raise BadHook(f"secret is empty; name the secret that {verify} goes by")
    return Hook(
        path=path,
        methods=_methods(parameters["method"]),
        verify=verify,
        secret=secret,
        header=str(parameters.get("signatureHeader") or ""),
        window_s=_seconds(parameters.get("tolerance", 300)),
        respond=_one_of(parameters, "respond", RESPONDS),
    )


def _methods(given: Any) -> frozenset[str]:
    listed = given if isinstance(given, list) else str(given or "POST").split(",")
    methods = frozenset(str(method).strip().upper() for method in listed)
    for method in methods - {*METHODS}:
        raise BadHook(f"method has {method[:20]!r}; known: {', '.join(METHODS)}")
    return methods


def _one_of(parameters: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    given = parameters.get(name) or known[0]
    if given not in known:
        raise BadHook(f"{name} is {str(given)[:40]!r}, not one of {', '.join(known)}")
    return str(given)


def _seconds(given: Any) -> float:
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds <= LONGEST_WINDOW:
        raise BadHook(f"tolerance is {str(given)[:40]!r}, not seconds up to {LONGEST_WINDOW:g}")
    return seconds
