"""What of an installed distribution a backend needs: code, data, metadata and licences."""

from pathlib import PurePosixPath

# Headers, sources of native code, stubs, and what Python makes again by itself.
SUFFIXES = frozenset({
    ".c", ".cc", ".cpp", ".h", ".hh", ".hpp", ".pxd", ".pxi", ".pyx", ".pyi", ".typed",
    ".pyc", ".pyo", ".a", ".lib", ".pdb", ".pth",
})  # fmt: skip
FOLDERS = frozenset({"__pycache__", "tests", "include"})
FILES = frozenset({"tests.py"})
TREES = ("gevent/testing/", "jsonschema/benchmarks/", "greenlet/platform/")

# Of a dist-info folder only this is kept: RECORD, INSTALLER, direct_url.json and the like tell of
# the machine the distribution was installed on.
METADATA = ("METADATA", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "licenses/")


def is_needed(name: str) -> bool:
    """Say if a file goes into a bundle, by its name relative to site-packages.

    "gevent/hub.py" -> True    "gevent/tests/test__hub.py", "../../../bin/greenlet" -> False
    """
    path = PurePosixPath(name)
    folders = path.parts[:-1]
    if path.is_absolute() or ".." in folders:
        return False
    if folders and folders[0].endswith(".dist-info"):
        return name.partition("/")[2].startswith(METADATA)
    return not (
        path.suffix in SUFFIXES
        or path.name in FILES
        or FOLDERS.intersection(folders)
        or name.startswith(TREES)
    )
