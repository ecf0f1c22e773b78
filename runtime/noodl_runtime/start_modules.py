"""Remembers the modules that a start needs, so that the next one reads them from one file.

Looking for 300 modules and opening each is a tenth of a warm start. Written by a bundle that is
ready, read by `Modules` of noodl_boot.py, beside the unpacked libraries: in the same private
folder, and removed with them. Anywhere else nothing is written.
"""

import contextlib
import logging
import marshal
import os
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

log = logging.getLogger("noodl.serve")

Row = tuple[str, str, bool, bytes]


def remember_modules(names: Iterable[str]) -> None:
    """Write down modules that are loaded, unless they are written down already."""
    boot = sys.modules.get("noodl_boot")
    finder = next((f for f in sys.meta_path if boot and isinstance(f, boot.Modules)), None)
    if finder is None:
        return
    rows = {name: row for name in names for row in _row(sys.modules.get(name), finder.folder)}
    if rows.keys() <= finder.rows.keys():
        return
    try:
        _replace(finder.file, marshal.dumps((finder.stamp, {**finder.rows, **rows})))
    except OSError as error:
        log.debug("the next start looks for its modules: %s", error)


def _row(module: ModuleType | None, folder: str) -> Iterator[Row]:
    """Yield what a module of the bundle is loaded from; nothing for any other."""
    spec: Any = getattr(module, "__spec__", None)
    if spec and spec.origin and spec.origin.startswith(folder) and spec.origin.endswith(".py"):
        code = marshal.dumps(spec.loader.get_code(spec.name))
        yield spec.origin, spec.cached, spec.submodule_search_locations is not None, code


def _replace(file: Any, data: bytes) -> None:
    arriving = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        handle = os.open(arriving, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        arriving.replace(file)
    finally:
        with contextlib.suppress(OSError):
            arriving.unlink()
