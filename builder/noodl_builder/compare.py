"""What is different between two bundles, in the words of an author: functions, schema, rights."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noodl_builder.backend_files import APP
from noodl_builder.bundle_file import BundleContents, read_contents
from noodl_builder.manifest import functions_of

Table = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Difference:
    """One thing that is different.

    what: "function", "field", "permission", "library", ...; how: "added", "removed", "changed"
    str(): "function Checkout: changed", "library gevent: changed (26.8.0 -> 26.9.0)"
    """

    what: str
    name: str
    how: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.name}: {self.how}" + (f" ({self.detail})" if self.detail else "")


def compare_bundles(old: Path, new: Path) -> list[Difference]:
    """Return what is different, [] for bundles that do the same. raises: BadFile."""
    return compare(read_contents(old), read_contents(new))


def compare(old: BundleContents, new: BundleContents) -> list[Difference]:
    """Return what is different between two read bundles, in the order of ASPECTS."""
    found: list[Difference] = []
    for what, aspect in ASPECTS.items():
        found += _compared(what, aspect(old), aspect(new))
    return found


def _compared(what: str, old: Table, new: Table) -> Iterable[Difference]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Difference(what, name, "added", _shown(new[name]))
        elif name not in new:
            yield Difference(what, name, "removed", _shown(old[name]))
        elif old[name] != new[name]:
            told = f"{_shown(old[name])} -> {_shown(new[name])}"
            yield Difference(what, name, "changed", told if _shown(new[name]) else "")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "master key"
    return value if isinstance(value, str) else ""


def _app(contents: BundleContents) -> Table:
    # The hash in a tuple, so that it counts and is not shown.
    return {n.removeprefix(APP): (h,) for n, _, h in contents.info.entries if n.startswith(APP)}


def _fields(contents: BundleContents) -> Table:
    return {
        f"{table['name']}.{column['name']}": " ".join(
            str(part)
            for part in (column["type"], column.get("targetClass"), _required(column))
            if part
        )
        for table in contents.schema["tables"]
        for column in table.get("columns", ())
    }


def _required(column: Table) -> str:
    return "required" if column.get("required") else ""


def _indexes(contents: BundleContents) -> Table:
    return {
        f"{table['name']}.{index.get('name', number)}": {**index}
        for table in contents.schema["tables"]
        for number, index in enumerate(table.get("indexes", ()))
    }


def _permissions(contents: BundleContents) -> Table:
    return {
        f"{collection}.{operation}": who
        for collection, rights in contents.info.permissions.items()
        for operation, who in rights.items()
    }


def _schedules(contents: BundleContents) -> Table:
    crons: dict[str, list[str]] = {}
    for component, cron in contents.info.schedules:
        crons.setdefault(component, []).append(cron)
    return crons


# What is compared, and how it is found: name -> value; texts and lists are shown, the rest is not.
ASPECTS: Mapping[str, Callable[[BundleContents], Table]] = {
    "version": lambda c: {c.info.name: c.info.version},
    "runtime": lambda c: {"noodl-portable": c.info.runtime_version},
    "platform": lambda c: dict.fromkeys(c.info.targets, ""),
    "function": lambda c: functions_of(c.workflows),
    "schedule": _schedules,
    "collection": lambda c: dict.fromkeys(c.info.collections, ""),
    "field": _fields,
    "index": _indexes,
    "permission": _permissions,
    "setting": lambda c: {k: (v,) for k, v in c.config.get("settings", {}).items()},
    "front end file": _app,
    "library": lambda c: {d.name: d.version for d in c.info.dependencies},
    "library content": lambda c: {
        f"{d.name} {d.version}": (d.sha256,) for d in c.info.dependencies
    },
}
