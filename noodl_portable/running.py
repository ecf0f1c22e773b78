"""A backend that runs on this machine, asked as its master: for commands that look after it."""

import http.client
import json
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from noodl_portable.backends import PORT
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.errors import PortableError, SetupError

TIMEOUT_S = 60


class Refused(PortableError):
    """The backend answered with an error."""


def add_running_backend(parser: ArgumentParser) -> None:
    """Add the arguments that say which backend."""
    parser.add_argument(
        "folder", metavar="DATA", type=Path, help="data folder, as the ready line names it"
    )
    parser.add_argument(
        "--url", help=f"where it listens (default: its port in config.json, or {PORT})"
    )


def ask(arguments: Namespace, method: str, path: str, body: Any = None) -> Any:
    """Send a request with the master key of the folder and return the decoded answer.

    raises: SetupError when nothing answers there; Refused with what it says
    """
    url = urlsplit(arguments.url or f"http://127.0.0.1:{_port(arguments.folder)}")
    secure = url.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=TIMEOUT_S)
    headers = {"X-Parse-Master-Key": _key(arguments.folder), "Content-Type": "application/json"}
    try:
        connection.request(method, url.path.rstrip("/") + path, json.dumps(body or {}), headers)
        answer = connection.getresponse()
        document = json.loads(answer.read() or b"null")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SetupError(
            f"no backend answers at {url.geturl()} ({error}); start it, or say where it is "
            "with --url"
        ) from error
    finally:
        connection.close()
    if answer.status >= 400:
        raise Refused(str(document.get("error") if isinstance(document, dict) else document))
    return document


def _port(folder: Path) -> int:
    if given := os.environ.get("NOODL_PORT"):
        return int(given) if given.isdigit() else PORT
    try:
        port = json.loads((folder / "config.json").read_bytes()).get("port")
    except (OSError, ValueError, AttributeError):
        port = None
    return port if isinstance(port, int) else PORT


def _key(folder: Path) -> str:
    """Return the master key, without making anything in a folder that was mistyped."""
    if given := os.environ.get("NOODL_MASTER_KEY"):
        return given
    if not (folder / "secrets.json").is_file():
        raise SetupError(
            f"{folder} has no secrets.json; name the data folder that the ready line of the "
            "backend shows"
        )
    return DataFolder(folder).master_key({})
