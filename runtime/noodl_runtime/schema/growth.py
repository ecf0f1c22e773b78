"""What a write needs that a collection does not have yet: fields, by their first values."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import WrongType
from noodl_runtime.schema.field_types import infer, type_text
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.schema.names import RESERVED_FIELDS, check_field_name
from noodl_runtime.schema.operations import Operation


def missing_fields(
    collection: str, values: Mapping[str, Any], known: Collection | None
) -> list[Field]:
    """Return the fields that a collection lacks to hold these values.

    {"title": "a", "n": Increment(1), "x": None} -> [Field("title", "String"), Field("n", "Number")]
    raises: BadName, WrongType for names that no field can have
    """
    fields = known.fields if known else {}
    missing = []
    for name, value in values.items():
        if name in fields or name in SYSTEM_FIELDS:
            continue
        implied = _implied(collection, name, value)
        if implied is not None and implied.name not in fields:
            missing.append(implied)
    return missing


def without_unknown(values: Mapping[str, Any], known: Collection | None) -> Mapping[str, Any]:
    """Return the values without those that say nothing about a field that does not exist.

    Null and Delete give a field no type, so they make none; there is nothing to take away either.
    """
    fields = known.fields if known else {}
    return {
        name: value
        for name, value in values.items()
        if name in SYSTEM_FIELDS or name.partition(".")[0] in fields
    }


def _implied(collection: str, name: str, value: Any) -> Field | None:
    root, dot, _ = name.partition(".")
    if root in RESERVED_FIELDS:
        given = _type_of(value)
        raise WrongType(
            f"{collection}.{root} cannot hold {type_text(*given) if given else 'a value'}; "
            "the name is reserved"
        )
    if dot:
        return Field(name=root, type="Object")
    check_field_name(name)
    given = _type_of(value)
    return Field(name=name, type=given[0], target=given[1]) if given else None


def _type_of(value: Any) -> tuple[str, str | None] | None:
    return value.implied_type() if isinstance(value, Operation) else infer(value)
