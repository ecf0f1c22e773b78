"""noodl-portable init: write a backend folder that works as it stands."""

import json
import shutil
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from noodl_portable.command import Command, typed
from noodl_portable.templates import shipped_folder
from noodl_runtime.data_folder import json_text
from noodl_runtime.errors import SetupError
from noodl_runtime.values import iso_of, random_id

TEMPLATES = ("todo", "guestbook", "orders")


def configure(parser: ArgumentParser) -> None:
    """Add the options of init."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder to make")
    parser.add_argument("--name", help="name of the backend (default: the folder's name)")
    parser.add_argument(
        "--template", choices=TEMPLATES, default="todo", help="what to begin with (default: todo)"
    )


def run(arguments: Namespace) -> int:
    """Write the folder and say what to do next. raises: SetupError when it is not empty."""
    folder: Path = arguments.folder
    make_backend(folder, arguments.template, arguments.name or folder.absolute().name)
    print(f"Made {folder}: config.json, schema.json, workflows/.")
    print(f"Next: noodl-portable serve {typed(folder)}")
    return 0


def make_backend(folder: Path, template: str, name: str) -> None:
    """Copy a template and give it an identity of its own: id, name, appId, createdAt."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetupError(f"{folder} is already there and not an empty folder; name a new one")
    source = shipped_folder("examples") / template
    try:
        shutil.copytree(
            source,
            folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("data", "secrets*", "*.sql"),
        )
    except OSError as error:
        raise SetupError(f"{folder} cannot be written: {error.strerror or error}") from error
    config_file = folder / "config.json"
    config = json.loads(config_file.read_text(encoding="utf-8"))
    identity = {
        "id": f"backend-{random_id().lower()}",
        "name": name,
        "appId": random_id(20),
        "createdAt": iso_of(datetime.now(UTC)),
    }
    config_file.write_text(json_text({**config, **identity}), encoding="utf-8")
    ignored = "# kept out of version control: records, keys\ndata/\nsecrets.json\nschema.sql\n"
    (folder / ".gitignore").write_text(ignored, encoding="utf-8")


COMMAND = Command(
    name="init",
    summary="write a backend folder that works as it stands",
    examples=("init my-app", "init my-app --name 'My app' --template guestbook"),
    configure=configure,
    run=run,
)
