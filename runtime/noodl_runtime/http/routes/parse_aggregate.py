"""Sums, groups and distinct values on the Parse wire, GET /aggregate/:className.

Not for everyone, as on real servers, for a pipeline is work: the master key, as functions have it,
or a user who is logged in, over what they may see.

Two forms of stages are understood: today's (`$group` with `_id`) and that of older clients
(`group` with `objectId`), as parameters of their own or as a list called `pipeline`.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from noodl_runtime.errors import BadQuery, Unauthorized
from noodl_runtime.http import parameters
from noodl_runtime.http.answers import parse_answer
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

# In the order in which parameters of their own are carried out.
STAGES = ("match", "project", "group", "sort", "skip", "limit")
_OPTIONS = ("distinct", "where", "pipeline", "explain", "hint", "readPreference", "rawValues")


def aggregate(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [...]}: the rows of the pipeline, or the distinct values."""
    if not (request.caller.master or request.caller.user_id):
        raise Unauthorized("unauthorized: an aggregate needs the master key, or a user")
    collection, given = request.params["className"], request.query
    nesting = backend.settings.max_nesting
    if "distinct" in given:
        where = parameters.document(given, "where", nesting)
        key = given["distinct"]
        if not isinstance(key, str) or not key:
            raise BadQuery("distinct must be the name of a field")
        results: list[Any] = backend.distinct(request.caller, collection, key, where)
    else:
        pipeline = list(_pipeline(given, nesting))
        results = backend.aggregate(request.caller, collection, pipeline)
    return parse_answer(backend, request, {"results": results})


def _pipeline(given: Mapping[str, Any], nesting: int) -> Iterator[dict[str, Any]]:
    stages = parameters.json_value(given, "pipeline", nesting)
    if isinstance(stages, Mapping):
        stages = [{name: stage} for name, stage in stages.items()]
    if stages is not None:
        if not isinstance(stages, list):
            raise BadQuery("pipeline must be a list of stages")
        for stage in stages:
            yield _stage(stage)
        return
    for name in given:
        if name.removeprefix("$") not in STAGES and name not in _OPTIONS:
            raise BadQuery(f"invalid aggregate stage {name[:100]!r}; known: {', '.join(STAGES)}")
    for name in STAGES:
        for spelling in (name, "$" + name):
            if spelling in given:
                yield _stage({spelling: parameters.json_value(given, spelling, nesting)})


def _stage(stage: Any) -> dict[str, Any]:
    """Return a stage in the words of the store: {"group": {"objectId": None, ...}}."""
    if not isinstance(stage, Mapping) or len(stage) != 1:
        raise BadQuery("a stage of a pipeline is an object with one member")
    ((spelling, value),) = stage.items()
    name = spelling.removeprefix("$")
    if name == "group":
        value = _group(value, "_id" if spelling.startswith("$") else "objectId")
    return {name: value}


def _group(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or key not in value:
        raise BadQuery(f"invalid parameter for query: group. Missing key {key}")
    if key == "_id" and "objectId" in value:
        raise BadQuery("a field of a group cannot be called 'objectId'")
    return {("objectId" if name == key else name): member for name, member in value.items()}


ROUTES = [
    Route(
        method="GET",
        pattern="/aggregate/:className",
        handler=aggregate,
        permission="public",
        summary="Group, sum and count records, or list the distinct values of a field.",
        wire="parse",
        parameters=(
            "distinct",
            "where",
            "pipeline",
            *("$" + name for name in STAGES if name != "project"),
        ),
        answers={200: "Rows"},
        needs="either",
    ),
]
