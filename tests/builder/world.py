"""A small shop, and a runtime of two files to pack it with."""

import json
import os
from pathlib import Path
from typing import Any

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.dependency import Dependency
from noodl_builder.entry import make_entry
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.runtime_parts import RuntimeParts
from noodl_builder.write import write

ECHO = {
    "components": [
        {
            "name": "/#__cloud__/Echo",
            "nodes": [
                {"id": "n1", "type": "noodl.cloud.request", "parameters": {"params": "Text"}},
                {"id": "n2", "type": "noodl.cloud.response", "parameters": {"params": "Text"}},
            ],
            "connections": [
                {"sourceId": "n1", "sourcePort": "receive", "targetId": "n2", "targetPort": "send"}
            ],
        },
        {"name": "/#__cloud__/Lib/Helper", "nodes": [{"id": "h", "type": "Condition"}]},
    ]
}
SHOP: dict[str, Any] = {
    "config.json": {
        "id": "shop",
        "name": "Shop",
        "appId": "shop-app",
        "createdAt": "2024-05-01T10:01:00.000Z",
        "port": 8577,
        "settings": {},
    },
    "schema.json": {"tables": [{"name": "Product", "columns": [{"name": "price", "type": "Number"}]}]},
    "workflows/echo.workflow.json": ECHO,
}  # fmt: skip

SERVE = """
import json, os, sys
def main():
    print(json.dumps({"args": sys.argv[1:], "file": __file__, "path": sys.path,
                      "shiv": [n for n in os.environ if n.startswith("SHIV_")]}), flush=True)
    if "wait" in sys.argv:
        sys.stdin.read()
    return 0
"""


def make_backend(folder: Path, files: dict[str, Any] = SHOP) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def make_runtime(serve: str = SERVE, **more: str) -> RuntimeParts:
    """Stand-in for the installed runtime: a few files instead of four hundred."""
    files = {"noodl_runtime/__init__.py": "", "noodl_runtime/serve.py": serve, **more}
    entries = sorted(make_entry(f"site-packages/{n}", t.encode()) for n, t in files.items())
    return RuntimeParts(
        version="0.1.0",
        sets={CURRENT: tuple(entries)},
        dependencies=(Dependency("bottle", "0.13.4", "MIT", "0" * 64),),
    )


def pack(options: BuildOptions, runtime: RuntimeParts, output: Path) -> Path:
    """Build without starting the result, which takes longer than the rest together."""
    return write(plan(options, runtime), output, trial=False).output


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    system = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**system, "HOME": str(home), "TMPDIR": str(home), **more}
