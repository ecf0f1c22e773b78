"""The folder argument of commands that look after data: where a backend keeps its records."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_runtime.errors import SetupError


def add_data_folder(parser: ArgumentParser) -> None:
    """Add the argument DATA."""
    parser.add_argument(
        "folder", metavar="DATA", type=Path, help="data folder, as the ready line names it"
    )


def database_of(arguments: Namespace, *, must_exist: bool = True) -> Path:
    """Return the database of the folder that was named. raises: SetupError without one."""
    database: Path = arguments.folder / "data" / "local.db"
    if must_exist and not database.is_file():
        raise SetupError(
            f"{arguments.folder} has no data/local.db; name the data folder that the ready line of "
            "the backend shows"
        )
    return database
