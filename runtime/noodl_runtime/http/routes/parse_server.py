"""What a Parse client or the editor asks about the server itself, /serverInfo."""

from typing import TYPE_CHECKING

from noodl_runtime.http.answers import parse_answer
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

# The release whose recorded answers this wire gives; clients pick their aggregates by its major.
PARSE_VERSION = "7.5.4"
_ALL = {"create": True, "read": True, "update": True, "delete": True}
FEATURES = {
    "globalConfig": _ALL,
    "hooks": dict.fromkeys(_ALL, False),
    "cloudCode": {"jobs": False},
    "logs": {"level": False, "size": False, "order": False, "until": False, "from": False},
    "push": {"immediatePush": False, "scheduledPush": False, "storedPushData": False},
    "schemas": {
        "addField": True,
        "removeField": True,
        "addClass": True,
        "removeClass": True,
        "clearAllDataFromClass": False,
        "exportClass": False,
        "editClassLevelPermissions": True,
        "editPointerPermissions": True,
    },
}


def server_info(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"parseServerVersion", "features"}; the editor asks this first."""
    answer = {"parseServerVersion": PARSE_VERSION, "features": FEATURES}
    return parse_answer(backend, request, answer)


ROUTES = [
    Route(
        method="GET",
        pattern="/serverInfo",
        handler=server_info,
        permission="master",
        summary="Say what this server can do.",
        wire="parse",
        answers={200: "ServerInfo"},
    ),
]
