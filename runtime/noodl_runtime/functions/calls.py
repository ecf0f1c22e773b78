"""What a call of a function is made of, and what comes back."""

from collections.abc import Mapping
from dataclasses import field

from noodl_runtime.access.caller import ANYONE, Caller
from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.text import encode, stringify


@dataclass(frozen=True, kw_only=True)
class FunctionRequest:
    """A call.

    body:     the raw text of the request
    headers:  lower-case names
    chain:    see Origin
    base_url: what addresses of files begin with: "http://127.0.0.1:8577"
    """

    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = ANYONE
    chain: str = ""
    base_url: str = ""


@dataclass(frozen=True, kw_only=True)
class FunctionResponse:
    """An answer: HTTP status, and JSON as it goes out."""

    status: int
    body: bytes


def failed(status: int, message: str) -> FunctionResponse:
    """Return the answer {"error": message}."""
    return FunctionResponse(status=status, body=encode(stringify({"error": message}) or "{}"))
