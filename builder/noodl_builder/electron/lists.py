"""Lists inside JSON documents: members put in where they are missing, and taken out again. Pure."""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Path = tuple[str, ...]
Additions = Mapping[Path, Iterable[Any]]


def with_additions(document: Mapping[str, Any], additions: Additions) -> dict[str, Any]:
    """Return a document whose lists hold these members, too; one value counts as a list of it.

    additions: {("build", "extraResources"): [{"from": "backend", "to": "backend"}]}
    """
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    for (*path, key), members in additions.items():
        place = changed
        for step in path:
            place = place.setdefault(step, {})
        present = as_list(place.get(key))
        place[key] = present + [member for member in members if member not in present]
    return changed


def without_additions(document: Mapping[str, Any], additions: Additions) -> dict[str, Any]:
    """Return a document whose lists do not hold these members; what is empty then goes as well."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    for path, members in additions.items():
        _take_out(changed, path, list(members))
    return changed


def has_additions(document: Mapping[str, Any], additions: Additions) -> bool:
    """Say whether everything is there already."""
    return with_additions(document, additions) == document


def at(document: Mapping[str, Any], path: Path) -> Any:
    """Return what is at a place of a document, None for nothing."""
    place: Any = document
    for step in path:
        place = place.get(step) if isinstance(place, Mapping) else None
    return place


def as_list(value: Any) -> list[Any]:
    """Return what packagers take for a list: None, one value, or a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def rewritten(text: str, document: Mapping[str, Any]) -> str:
    """Return a document as JSON in the manner of the text it came from: indent, last newline."""
    found = re.search(r"^[ \t]+(?=\")", text, re.MULTILINE)
    written = json.dumps(document, indent=found[0] if found else 2, ensure_ascii=False)
    if "\r\n" in text:
        written = written.replace("\n", "\r\n")
    end = re.search(r"\s*$", text)
    return ("\ufeff" if text.startswith("\ufeff") else "") + written + (end[0] if end else "")


def _take_out(place: dict[str, Any], path: Path, members: list[Any]) -> None:
    key, *rest = path
    if key not in place:
        return
    if rest:
        if isinstance(place[key], dict):
            _take_out(place[key], tuple(rest), members)
    else:
        place[key] = [member for member in as_list(place[key]) if member not in members]
    if not place[key]:
        del place[key]
