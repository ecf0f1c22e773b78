"""What a bundle says of a distribution inside it: name, version, licence, hashes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from noodl_builder.entry import Entry, digest

CLASSIFIER = "License :: "
# Some distributions put the whole text where the name belongs.
PHRASES = {
    "Apache License, Version 2.0": "Apache-2.0",
    "Permission is hereby granted, free of charge": "MIT",
}


@dataclass(frozen=True, order=True)
class Dependency:
    """A distribution inside a bundle: "gevent", "26.9.0", "MIT".

    sha256:   over the files that were packed of it, see entry.digest
    wheels:   (file name, SHA-256) of the wheels it came from; () when it was read as installed
    requires: names of the distributions it needs that are in the bundle as well
    """

    name: str
    version: str
    license: str = ""
    sha256: str = ""
    wheels: tuple[tuple[str, str], ...] = ()
    requires: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as a manifest lists it; "wheels" only where they are known."""
        wheels = [{"file": file, "sha256": sha256} for file, sha256 in self.wheels]
        return {
            "name": self.name,
            "version": self.version,
            "license": self.license,
            "sha256": self.sha256,
            **({"wheels": wheels} if wheels else {}),
            "requires": list(self.requires),
        }


def read_dependency(document: Mapping[str, Any]) -> Dependency:
    """Return a row of a manifest as a Dependency."""
    return Dependency(
        name=document["name"],
        version=document["version"],
        license=document["license"],
        sha256=document["sha256"],
        wheels=tuple((w["file"], w["sha256"]) for w in document.get("wheels", ())),
        requires=tuple(document["requires"]),
    )


def make_dependency(
    metadata: str,
    entries: Iterable[Entry],
    wheels: tuple[tuple[str, str], ...] = (),
    requires: Iterable[str] = (),
) -> Dependency:
    """Return what the METADATA of a distribution and its packed files say."""
    head = HeaderParser().parsestr(metadata)
    return Dependency(
        name=head["Name"],
        version=head["Version"],
        license=licence_of(head),
        sha256=digest(entries),
        wheels=wheels,
        requires=tuple(sorted(set(requires))),
    )


def licence_of(head: Message) -> str:
    """Return the licence a METADATA names: its expression, else its classifier, else its text."""
    if expression := head.get("License-Expression"):
        return str(expression)
    classifiers = [c for c in head.get_all("Classifier", []) if c.startswith(CLASSIFIER)]
    if classifiers:
        return " AND ".join(c.rpartition(" :: ")[2] for c in classifiers)
    text = head.get("License") or ""
    long_text = f"{text}\n{head.get_payload()}"  # an empty line in it ends the headers
    known = (name for phrase, name in PHRASES.items() if text and phrase in long_text)
    return next(known, (text.strip().splitlines() or ["unknown"])[0])


def merged(dependencies: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """Return one row for each name and version; of several targets the hashes are joined."""
    groups: dict[tuple[str, str], list[Dependency]] = {}
    for dependency in dependencies:
        groups.setdefault((dependency.name, dependency.version), []).append(dependency)
    return tuple(sorted(_joined(group) for group in groups.values()))


def _joined(group: list[Dependency]) -> Dependency:
    first = group[0]
    hashes = sorted({dependency.sha256 for dependency in group})
    joined = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    return Dependency(
        name=first.name,
        version=first.version,
        license=first.license,
        sha256=joined,
        wheels=tuple(sorted({wheel for dependency in group for wheel in dependency.wheels})),
        requires=tuple(sorted({name for dependency in group for name in dependency.requires})),
    )
