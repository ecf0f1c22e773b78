"""The rules an author gives a field: required, default, and a JSON Schema constraint.

jsonschema takes 40 ms to import, so it is imported when a schema first has a constraint.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from noodl_runtime.errors import InvalidValue, SchemaRefused
from noodl_runtime.schema.json_values import to_json
from noodl_runtime.schema.model import Collection, Field

Rule = Callable[[Any], None]  # accepts the value of a field, None for null or missing


def is_unset(value: Any) -> bool:
    """Tell whether a value is none where one is required, or a default stands in for it."""
    return value is None or value == ""


def rules_of(collection: Collection) -> Mapping[str, Rule]:
    """Return the rule of each field that has one: {"title": ...}. A rule raises InvalidValue."""
    return {
        field.name: _rule(field)
        for field in collection.fields.values()
        if field.required or field.constraint
    }


def check_constraint(collection: str, field: Field) -> None:
    """Accept the constraint of a field. raises: SchemaRefused when it is no JSON Schema."""
    if not field.constraint:
        return
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(field.constraint)
    except SchemaError as error:
        raise SchemaRefused(
            f"the constraint of {collection}.{field.name} is no JSON Schema: {error.message}"
        ) from error


def _rule(field: Field) -> Rule:
    validator = _validator(json.dumps(field.constraint)) if field.constraint else None

    def rule(value: Any) -> None:
        if field.required and is_unset(value):
            raise InvalidValue(f"{field.name} is required")
        if value is not None and validator is not None:
            for error in validator.iter_errors(json.loads(to_json(value))):
                raise InvalidValue(f"{field.name}: {error.message}")

    return rule


@lru_cache(maxsize=256)
def _validator(constraint: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(constraint))
