"""What the editor sends to bring functions into a running backend, /functions-admin."""

from typing import TYPE_CHECKING

from noodl_runtime.errors import DeployRefused
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.strict_json import read_object

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

VERSION = "1.0"  # of these two routes, as the editor knows it


def deploy(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"status": "success", "version": "12-5f0c1a9e", "problems": [...]}.

    The body is {"deploy": <JSON text of the export>, "runtime": <name, ignored>}.
    """
    text = parse_document(backend, request).get("deploy")
    if not isinstance(text, str):
        raise DeployRefused("deploy must be the JSON text of an export")
    nesting = backend.settings.max_nesting
    document = read_object(text.encode("utf-8", "replace"), "deploy", max_nesting=nesting)
    if backend.deployments is None:
        raise DeployRefused("this backend keeps no deployed functions; it has no data folder")
    done = backend.deployments.deploy(document)
    answer = {"status": "success", "version": done.version}
    told = {"problems": list(done.problems)} if done.problems else {}
    return parse_answer(backend, request, {**answer, **told})


def info(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"version": "1.0"}; the editor asks before it deploys."""
    return parse_answer(backend, request, {"version": VERSION})


ROUTES = [
    Route(
        method="POST",
        pattern="/functions-admin/deploy",
        handler=deploy,
        permission="master",
        summary="Check the functions an editor exported and serve them as a new version.",
        wire="parse",
        takes="Deploy",
        answers={200: "Deployed"},
    ),
    Route(
        method="GET",
        pattern="/functions-admin/info",
        handler=info,
        permission="master",
        summary="Say which form of deploy is understood.",
        wire="parse",
        answers={200: "DeployVersion"},
    ),
]
