"""bundle/licenses.txt: the licence of each library inside, with its full text."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from noodl_builder.dependency import Dependency
from noodl_builder.entry import Entry, make_entry

LICENCES = "bundle/licenses.txt"
TEXT_NAMES = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
DIST_INFO = re.compile(r"^site-packages/([^/]+)-[^-/]+\.dist-info/(.+)$")
LINE = "=" * 80


def licences_entry(dependencies: Iterable[Dependency], entries: Iterable[Entry]) -> Entry:
    """Return the entry with all licences; entries: the libraries, where the texts are found."""
    texts = _texts(entries)
    parts = [
        f"{LINE}\n{d.name} {d.version}: {d.license}\n{LINE}\n\n"
        + ("\n\n".join(texts.get(_normal(d.name), [])) or "(it brings no licence text)")
        for d in dependencies
    ]
    head = "The libraries in this bundle and their licences.\n\n"
    return make_entry(LICENCES, (head + "\n\n".join(parts) + "\n").encode())


def _texts(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for entry in sorted(entries):
        match = DIST_INFO.match(entry.name)
        if match and TEXT_NAMES.search(PurePosixPath(entry.name).name):
            text = entry.read().decode("utf-8", "replace").replace("\r\n", "\n").strip()
            found.setdefault(_normal(match[1]), {})[text] = None
    return {name: list(texts) for name, texts in found.items()}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
