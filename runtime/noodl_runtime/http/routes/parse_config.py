"""Configuration parameters on the Parse wire, /config.

GET /config   200 {"params": {"name": value}}; with the master key also those that only it sees,
              and "masterKeyOnly": {"name": true}
PUT /config   {"params": {"name": value, "old": {"__op": "Delete"}}, "masterKeyOnly": {...}}
"""

from typing import TYPE_CHECKING

from noodl_runtime.config_parameters import ConfigParameters
from noodl_runtime.errors import BadRequest, NoSuchRoute
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.schema.operations import read_operation

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def read(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the parameters that the caller may see."""
    parameters, master = _parameters(backend).read(), request.caller.master
    seen = {n: p for n, p in parameters.items() if master or not p.master_key_only}
    answer = {"params": {name: parameter.value for name, parameter in seen.items()}}
    if master:
        answer["masterKeyOnly"] = {n: True for n, p in seen.items() if p.master_key_only}
    return parse_answer(backend, request, answer)


def change(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"result": true} when the parameters are stored; others stay as they are."""
    document = parse_document(backend, request)
    given, hidden = document.get("params", {}), document.get("masterKeyOnly", {})
    if not isinstance(given, dict) or not isinstance(hidden, dict):
        raise BadRequest("params and masterKeyOnly must be objects")
    if not all(isinstance(flag, bool) for flag in hidden.values()):
        raise BadRequest("masterKeyOnly says true or false of each parameter")
    values = {
        name: read_operation(value) if isinstance(value, dict) and "__op" in value else value
        for name, value in given.items()
    }
    _parameters(backend).change(values, hidden)
    return parse_answer(backend, request, {"result": True})


def _parameters(backend: "Backend") -> ConfigParameters:
    if backend.belongings is None:
        raise NoSuchRoute("this backend keeps no configuration")
    return backend.belongings.parameters


ROUTES = [
    Route(
        method="GET",
        pattern="/config",
        handler=read,
        permission="public",
        summary="Read the configuration parameters.",
        wire="parse",
        answers={200: "Config"},
    ),
    Route(
        method="PUT",
        pattern="/config",
        handler=change,
        permission="master",
        summary="Set configuration parameters; others stay as they are.",
        wire="parse",
        takes="ConfigChange",
        answers={200: "Done"},
    ),
]
