"""The configurations of packagers, with the backend in them, and without it. Pure.

One in JSON gets members in its lists; one in YAML or JavaScript a block at its end where that
cannot be wrong. Where it could be, the author is told what to write.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from noodl_builder.electron.lists import (
    Path,
    at,
    has_additions,
    rewritten,
    with_additions,
    without_additions,
)
from noodl_builder.electron.packagers import (
    BARE,
    BARE_ADVICE,
    OWN_FILES,
    PACKAGERS,
    Lists,
    Packager,
)

BEGIN = "{0} >>> noodl-portable electron: the backend as a resource; --eject takes this out"
END = "{0} <<< noodl-portable electron"
PACKAGE = "package.json"


@dataclass(frozen=True)
class Wired:
    """What became of configurations: the new text of files, and what is left to the author."""

    files: Mapping[str, str]
    advice: tuple[str, ...] = ()


def wire(files: Mapping[str, str], package: Mapping[str, Any]) -> Wired:
    """Return the changed configurations of an app.

    files:   the text of package.json and of every configuration of a packager
    package: package.json as a document
    """
    texts, advice = dict(files), []
    used = [packager for packager in PACKAGERS if _uses(packager, files, package)]
    for packager in used:
        changed = _wired(packager, texts, package)
        if changed is None:
            advice.append(packager.advice)
        else:
            texts |= changed
    if not used and not _needs(package).intersection(BARE):
        advice += [packager.advice for packager in PACKAGERS]
    if not used:
        advice.append(BARE_ADVICE)
    return Wired({n: text for n, text in texts.items() if text != files[n]}, tuple(advice))


def is_configuration(name: str) -> bool:
    """Say whether a file at the top of an app tells how it is packaged."""
    return name == PACKAGE or any(name in packager.files for packager in PACKAGERS)


def unwired(name: str, text: str) -> str:
    """Return a configuration as it is now without what was put in; what is no JSON stays."""
    if not name.endswith(".json"):
        return _BLOCK.sub("", text)
    document = _read(text)
    if document is None:
        return text
    cleaned = document
    for packager in PACKAGERS:
        place = packager.place if name == PACKAGE else ()
        lists = {path: [*members, *OWN_FILES] for path, members in packager.lists({}).items()}
        cleaned = without_additions(cleaned, _below(place, lists))
    return text if cleaned == document else rewritten(text, cleaned)


def _uses(packager: Packager, files: Mapping[str, str], package: Mapping[str, Any]) -> bool:
    named = _needs(package).intersection(packager.needs)
    return bool(named or at(package, packager.place) or _file_of(packager, files))


def _wired(
    packager: Packager, texts: Mapping[str, str], package: Mapping[str, Any]
) -> dict[str, str] | None:
    """Return the configuration that counts with its changes, None where that could be wrong."""
    inside, name = at(package, packager.place), _file_of(packager, texts)
    if isinstance(inside, dict) or (inside is None and name is None):
        return _with_lists(PACKAGE, texts[PACKAGE], packager, packager.place)
    if name is None:
        return None
    if name.endswith(".json"):
        return _with_lists(name, texts[name], packager, ())
    block = packager.blocks.get(name.rpartition(".")[2])
    text = _with_block(name, texts[name], block) if block else None
    return None if text is None else {name: text}


def _with_lists(name: str, text: str, packager: Packager, place: Path) -> dict[str, str] | None:
    document = _read(text)
    if document is None:
        return None
    additions = _below(place, packager.lists(at(document, place) or {}))
    if has_additions(document, additions):
        return {name: text}
    return {name: rewritten(text, with_additions(document, additions))}


def _with_block(name: str, text: str, block: str) -> str | None:
    if _BLOCK.search(text):
        return text
    script = name.endswith("js")
    if _OBJECT.search(text) is None if script else _OWN_KEYS.search(text):
        return None
    comment, newline = ("//" if script else "#"), ("\r\n" if "\r\n" in text else "\n")
    gap = "" if not text or text.endswith("\n") else newline
    lines = f"{BEGIN.format(comment)}\n{block}{END.format(comment)}\n"
    return text + gap + lines.replace("\n", newline)


def _below(place: Path, lists: Lists) -> Lists:
    return {(*place, *path): members for path, members in lists.items()}


def _file_of(packager: Packager, files: Mapping[str, str]) -> str | None:
    return next((name for name in packager.files if name in files), None)


def _needs(package: Mapping[str, Any]) -> set[str]:
    return {*(package.get("dependencies") or {}), *(package.get("devDependencies") or {})}


def _read(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


_BLOCK = re.compile(
    rf"^(?:#|//) {re.escape(BEGIN[4:])}\r?\n.*?^(?:#|//) {re.escape(END[4:])}\r?\n",
    re.DOTALL | re.MULTILINE,
)
# A second key of the same name, a second document, and braces all change what a block means.
_OWN_KEYS = re.compile(r"^(extraResources|files|---|\{)", re.MULTILINE)
# module.exports = {...} or = config; a function or a promise cannot be added to.
_OBJECT = re.compile(r"^module\.exports\s*=\s*(\{|[A-Za-z_$][\w$]*\s*;?\s*$)", re.MULTILINE)
