"""The files people write and machines exchange, their JSON Schema documents, and the one check.

A wrong file is reported as one sentence that names the file, the path inside it and what was
expected there, because the reader is an author with an editor open, not a programmer.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from noodl_runtime.errors import BadFile

Kind = Literal["config", "schema", "workflow", "manifest", "build_options", "project"]


def read_json(text: bytes, name: str, kind: Kind, *, checked: frozenset[str] = frozenset()) -> Any:
    """Return the document in `text` after checking its form.

    name:    how messages call the file: "workflows/hello.workflow.json"
    checked: SHA-256 of files that passed this check before, as a bundle's manifest lists them;
             they are not checked again, which spares a start the import of jsonschema
    raises:  BadFile, e.g. "schema.json: tables[0].columns[1].type is 'Strng'; expected one of ..."
    """
    document = parse_json(text, name)
    if checked and hashlib.sha256(text).hexdigest() in checked:
        return document
    return check(document, name, kind)


def parse_json(text: bytes, name: str) -> Any:
    """Return the JSON document in `text`; a byte order mark is fine. raises: BadFile."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadFile(f"{name}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{name}: not JSON: {error}") from error


def check(document: Any, name: str, kind: Kind) -> Any:
    """Return `document` unchanged if it has the form of its kind. raises: BadFile."""
    errors = list(_validator(kind).iter_errors(document))
    if errors:
        from jsonschema.exceptions import best_match

        raise BadFile(f"{name}: {_sentence(best_match(errors))}")
    return document


def schema_document(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema document that files of this kind are checked against."""
    from importlib.resources import files  # with tempfile and zipfile, 3 ms of a start

    text = files(__package__).joinpath(f"{kind}.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def _validator(kind: Kind) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema_document(kind))


def _sentence(error: Any) -> str:
    where = _path(error.absolute_path) or "the file"
    return f"{where} {_EXPLANATIONS.get(error.validator, _generic)(error)}"


def _path(parts: Iterable[str | int]) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _kinds(names: Any) -> str:
    return " or ".join([names] if isinstance(names, str) else names)


def _generic(error: Any) -> str:
    return f"is {_shown(error.instance)}; {error.message}"


# What each JSON Schema keyword means to an author. One row per keyword we use.
_EXPLANATIONS: dict[str, Any] = {
    "type": lambda e: f"is {_shown(e.instance)}; expected {_kinds(e.validator_value)}",
    "enum": lambda e: f"is {_shown(e.instance)}; expected one of {', '.join(e.validator_value)}",
    "required": lambda e: "lacks " + ", ".join(
        repr(name) for name in e.validator_value if name not in e.instance
    ),
    "additionalProperties": lambda e: "has the unknown key " + ", ".join(
        repr(name) for name in e.instance if name not in e.schema.get("properties", {})
    ) + f"; known: {', '.join(e.schema.get('properties', {}))}",
    "pattern": lambda e: f"is {_shown(e.instance)}; expected text of the form "
    f"{e.validator_value}",
    "minimum": lambda e: f"is {_shown(e.instance)}; expected at least {e.validator_value}",
    "maximum": lambda e: f"is {_shown(e.instance)}; expected at most {e.validator_value}",
    "minLength": lambda e: "is empty; expected a text",
    "not": lambda e: "cannot have " + ", ".join(map(repr, e.validator_value["required"])),
}  # fmt: skip


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
