"""The part of a bundle that shiv makes: site-packages, and the bootstrap that unpacks it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from noodl_builder.distributions import INSTALL_BUILDER
from noodl_builder.entry import Entry, make_entry
from noodl_builder.installed_files import SITE_PACKAGES
from noodl_runtime.errors import BuildRefused

INTERPRETER = "/usr/bin/env python3"
BOOTSTRAP, ENVIRONMENT = "_bootstrap/", "environment.json"
MAIN = "__main__.py"  # shiv writes one, and ours takes its place


def foreseen_entries(environment: Any) -> list[Entry]:
    """Return the entries shiv adds around site-packages, without running it."""
    import shiv.bootstrap

    parts = [part for part in files(shiv.bootstrap).iterdir() if part.is_file()]
    return [
        make_entry(ENVIRONMENT, environment.to_json().encode()),
        *(make_entry(BOOTSTRAP + part.name, part.read_bytes()) for part in parts),
    ]


def make_environment(cache_id: str, entry_point: str, epoch: int) -> Any:
    """Return shiv's description of a zip; the same arguments give the same one."""
    try:
        from shiv import __version__
        from shiv.bootstrap.environment import Environment
        from shiv.constants import BUILD_AT_TIMESTAMP_FORMAT
    except ImportError as error:
        raise BuildRefused(f"shiv is not installed; {INSTALL_BUILDER}") from error
    return Environment(
        built_at=datetime.fromtimestamp(epoch, UTC).strftime(BUILD_AT_TIMESTAMP_FORMAT),
        shiv_version=__version__,
        build_id=cache_id,
        entry_point=entry_point,
        compile_pyc=False,
        reproducible=True,
    )


def pack(planned: Iterable[Entry], environment: Any, work: Path) -> Mapping[str, bytes]:
    """Let shiv pack the planned site-packages and return what it made, by name.

    work:   an empty folder to use
    raises: BuildRefused unless it made, byte for byte, what was planned
    """
    from shiv.builder import create_archive

    staging, archive = work / "staging", work / "shiv.pyz"
    expected = {e.name: e for e in planned if is_shivs(e.name)}
    for entry in expected.values():
        if entry.name.startswith(SITE_PACKAGES):
            path = staging / entry.name.removeprefix(SITE_PACKAGES)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.read())
    create_archive(
        [staging], archive, INTERPRETER, "_bootstrap:bootstrap", environment, compressed=False
    )
    with ZipFile(archive) as made:
        contents = {name: made.read(name) for name in made.namelist() if name != MAIN}
    differing = contents.keys() ^ expected.keys()
    differing |= {n for n, e in expected.items() if make_entry(n, contents.get(n, b"")) != e}
    if differing:
        raise BuildRefused(
            f"shiv packed something else than was planned ({', '.join(sorted(differing)[:3])}); "
            "another version of it may need another builder"
        )
    return contents


def is_shivs(name: str) -> bool:
    """Say if shiv makes the entry of this name."""
    return name == ENVIRONMENT or name.startswith((SITE_PACKAGES, BOOTSTRAP))
