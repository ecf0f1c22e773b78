"""The ports of a Function node, read off its parameters and the text of its script.

The editor keeps the ports it derived when the project was last open; they may be stale or missing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Port = dict[str, Any]

# what is looked for, in this order; comments and strings are looked at as well, as the editor does
_FOUND_IN_SCRIPT = (
    (re.compile(r"Inputs\.([A-Za-z0-9_]+)"), "input", "*"),
    (re.compile(r"Outputs\.([A-Za-z0-9]+)\s*\(\s*\)"), "output", "signal"),
    (re.compile(r"""Outputs\s*\[\s*['"](.*)['"]\s*\]\(\s*\)"""), "output", "signal"),
    (re.compile(r"Outputs\.([A-Za-z0-9_]+)"), "output", "*"),
    (re.compile(r'Outputs\s*\["([^"]*)"\]'), "output", "*"),
)


def script_ports(parameters: Mapping[str, Any]) -> list[Port]:
    """Return the ports a Function node has.

    {"functionScript": "Outputs.Sum = Inputs.A + 1"} -> [
        {"name": "in-A", "plug": "input", "type": "*"},
        {"name": "out-Sum", "plug": "output", "type": "*"}]
    """
    ports: dict[tuple[str, str], Port] = {}
    for name, plug, kind in (*_listed(parameters), *_scanned(parameters)):
        full = f"{'in' if plug == 'input' else 'out'}-{name}"
        ports.setdefault((plug, full), {"name": full, "plug": plug, "type": kind})
    return list(ports.values())


def _listed(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for label in _labels(parameters.get("scriptOutputs")):
        yield label, "output", parameters.get(f"outtype-{label}", "*")
    for label in _labels(parameters.get("scriptInputs")):
        yield label, "input", parameters.get(f"intype-{label}", "string")


def _labels(found: Any) -> Iterator[str]:
    for entry in found if isinstance(found, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("label"), str):
            yield entry["label"]


def _scanned(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    given = parameters.get("functionScript")
    script = given if isinstance(given, str) else ""
    for pattern, plug, kind in _FOUND_IN_SCRIPT:
        for match in pattern.finditer(script):
            yield match[1], plug, kind
