"""The argument that names a backend folder."""

from pathlib import Path

from noodl_runtime.errors import SetupError


def check_backend_folder(folder: Path) -> None:
    """Raise SetupError, with what to name instead, for what is no folder."""
    if folder.is_dir():
        return
    if folder.suffix == ".pyz" and folder.exists():
        raise SetupError(
            f"{folder} is a bundle, which runs by itself: python {folder}; name the folder of a "
            "backend"
        )
    if folder.exists():
        raise SetupError(f"{folder} is a file; name the folder of a backend")
    raise SetupError(f"{folder} is not a folder; `noodl-portable init {folder}` makes one")
