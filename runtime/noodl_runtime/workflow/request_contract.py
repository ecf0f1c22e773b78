"""What a Request node may promise of its parameters: types, defaults, which must be there.

Node parameters: params "name,age", ptype-age "number", preq-name true, pdef-age 18.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.workflow.js.convert import is_number, number_text, to_number
from noodl_runtime.workflow.js.dates import parse_date
from noodl_runtime.workflow.js.text import parse, stringify
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, Value
from noodl_runtime.workflow.names import listed

CONTRACT = ("ptype-", "preq-", "pdef-")


class ContractBroken(Exception):
    """The parameters of a request are not as promised. body: what is answered."""

    def __init__(self, fields: list[dict[str, str]]) -> None:
        message = f"Invalid request body: {'; '.join(map(_sentence, fields))}"
        super().__init__(message)
        body = {"error": message, "fields": fields}
        self.body = json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def kept(node_parameters: Mapping[str, Any], body: Value) -> Value:
    """Return a request's body as its node promises it. raises: ContractBroken.

    body: what is no object is returned as it is where nothing is promised
    """
    names = [
        name
        for name in listed(node_parameters.get("params"))
        if any(f"{prefix}{name}" in node_parameters for prefix in CONTRACT)
    ]
    if not names:
        return body
    given = dict(body) if isinstance(body, dict) else {}
    broken = [error for name in names if (error := _settle(node_parameters, given, name))]
    if broken:
        raise ContractBroken(broken)
    return given


def _settle(
    node_parameters: Mapping[str, Any], given: dict[str, Value], name: str
) -> dict[str, str] | None:
    """Put a parameter's right value into `given`; return what is wrong with it."""
    if given.get(name) is None:
        default = node_parameters.get(f"pdef-{name}")
        if default is not None:
            given[name] = default
        elif node_parameters.get(f"preq-{name}"):
            return {"name": name, "code": "missing"}
        return None
    wanted = str(node_parameters.get(f"ptype-{name}") or "*")
    coerce = _COERCIONS.get(wanted)
    value = coerce(given[name]) if coerce else given[name]
    if value is UNDEFINED:
        received = _type(given[name])
        return {"name": name, "code": "type", "expected": wanted, "received": received}
    given[name] = value
    return None


def _sentence(field: Mapping[str, str]) -> str:
    if field["code"] == "missing":
        return f'"{field["name"]}" is required'
    return f'"{field["name"]}" expects {field["expected"]}, received {field["received"]}'


def _type(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


# -- coercions: UNDEFINED for a wrong type ---------------------------------------------------------


def _string(value: Value) -> Value:
    if isinstance(value, str):
        return value
    return number_text(value) if is_number(value) else stringify(value)


def _number(value: Value) -> Value:
    if isinstance(value, str):
        found = to_number(value.strip()) if value.strip() else float("nan")
        return UNDEFINED if found != found else found
    return to_number(value) if isinstance(value, int | float) else UNDEFINED


_BOOLEANS: dict[str, Value] = {"true": True, "false": False}


def _boolean(value: Value) -> Value:
    if isinstance(value, int | float):
        return bool(value)
    return _BOOLEANS.get(value, UNDEFINED) if isinstance(value, str) else UNDEFINED


def _json(kind: type) -> Callable[[Value], Value]:
    def read(value: Value) -> Value:
        if isinstance(value, str):
            try:
                value = parse(value)
            except (ValueError, RecursionError):
                return UNDEFINED
        return value if isinstance(value, kind) else UNDEFINED

    return read


def _date(value: Value) -> Value:
    ms = parse_date(value) if isinstance(value, str) else value
    return Moment(ms) if is_number(ms) and ms == ms else UNDEFINED


_COERCIONS: dict[str, Callable[[Value], Value]] = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "object": _json(dict),
    "array": _json(list),
    "date": _date,
}
