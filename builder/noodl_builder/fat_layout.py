"""Where the libraries of one or several targets stand in a bundle, each distinct file once.

  site-packages/gevent/hub.py     what every target has, under its own name; shiv packs it
  native/0f3a….so                 what only some have, under the hash of its content
  native/linux-x86_64-3.12.json   {"site-packages/gevent/_hub.so": "native/0f3a….so", ...}

With one target everything is shared and native/ is empty.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from noodl_builder.entry import Entry, digest, make_entry

NATIVE = "native/"
Sets = Mapping[str, tuple[Entry, ...]]


@dataclass(frozen=True)
class FatLayout:
    """The libraries of all targets, placed.

    entries: what goes into the bundle
    facts:   by target, what its start goes by: {"cacheId": "0f3a...", "files": 412, "size": 11534}
    """

    entries: tuple[Entry, ...]
    facts: Mapping[str, Mapping[str, str | int]]

    @property
    def cache_id(self) -> str:
        """Return 16 digits that change when any library of any target does."""
        return digest(self.entries)[:16]


def lay_out(sets: Sets) -> FatLayout:
    """Place the libraries of each target; names in the sets begin with site-packages/."""
    shared = frozenset.intersection(*(frozenset(entries) for entries in sets.values()))
    placed: dict[str, Entry] = {entry.name: entry for entry in shared}
    for target, entries in sets.items():
        index = {}
        for entry in entries:
            if entry not in shared:
                stored = _stored_name(entry)
                index[entry.name] = stored
                placed[stored] = Entry(stored, entry.size, entry.sha256, entry.source)
        if index:
            text = json.dumps(index, indent=0, sort_keys=True).encode()
            name = f"{NATIVE}{target}.json"
            placed[name] = make_entry(name, text)
    facts = {target: _facts(entries) for target, entries in sorted(sets.items())}
    return FatLayout(tuple(sorted(placed.values())), facts)


def _stored_name(entry: Entry) -> str:
    return f"{NATIVE}{entry.sha256[:32]}{PurePosixPath(entry.name).suffix}"


def _facts(entries: tuple[Entry, ...]) -> Mapping[str, str | int]:
    return {
        "cacheId": digest(entries)[:16],
        "files": len(entries),
        "size": sum(entry.size for entry in entries),
    }
