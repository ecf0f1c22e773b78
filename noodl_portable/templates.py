"""Folders that are copied out to users, found in a checkout and in an installed package."""

from pathlib import Path

import noodl_portable


def shipped_folder(name: str) -> Path:
    """Return a folder that ships beside the code: "examples", "dist-templates"."""
    package = Path(noodl_portable.__file__).parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name
