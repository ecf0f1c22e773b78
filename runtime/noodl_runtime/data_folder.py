"""The folder a running backend writes to: where it is, what is in it, who may read it.

config.json    name, appId: made once, from the bundle's config
secrets.json   masterKey, fileKey, and under "secrets" what only functions may know; readable by
               the owner only
schema.json    the schema as it is now, and schema.sql generated from it
data/local.db  records, change log
data/files/    uploaded files
data/deployed/ functions that an editor deployed, a file for each version
"""

import json
import logging
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noodl_runtime.errors import BadFile, SetupError
from noodl_runtime.formats import parse_json, read_json

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

log = logging.getLogger("noodl.serve")

PREFIX = "NOODL_SECRET_"  # of the environment variables that hold what only functions may know
APP_FOLDER = "noodl-portable"


def choose_data_folder(setting: str, bundle: Path | None, environment: Mapping[str, str]) -> Path:
    """Say where the data goes: the setting, else beside the bundle if writable, else the user's.

    ("", Path("/apps/todo.pyz"), ...) -> Path("/apps/todo-data")
    """
    if setting:
        return Path(setting).expanduser().absolute()
    if bundle is None:
        raise SetupError("no data folder given; use --data FOLDER")
    beside = bundle.with_name(f"{bundle.stem}-data")
    if beside.is_dir() or os.access(bundle.parent, os.W_OK):
        return beside
    return _user_data_folder(sys.platform, environment) / APP_FOLDER / bundle.stem


def _user_data_folder(platform: str, environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "~").expanduser()
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")


class DataFolder:
    """A data folder that exists and can be written. raises: SetupError, BadFile naming the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "data" / "local.db"
        self.files = path / "data" / "files"
        self.deployed = path / "data" / "deployed"
        try:
            for folder in (path, path / "data"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, tried = _new_file(path / "written")
            os.close(handle)
            tried.unlink()
        except (FileExistsError, NotADirectoryError) as error:
            raise SetupError(
                f"the data folder {path} is not a folder; use --data FOLDER"
            ) from error
        except OSError as error:
            raise SetupError(
                f"the data folder {path} cannot be written ({error.strerror}); "
                "use --data FOLDER to choose another"
            ) from error

    def config(self, template: Mapping[str, Any]) -> dict[str, Any]:
        """Return config.json; the first start makes it from `template`, the bundle's config."""
        file = self.path / "config.json"
        if not file.exists():
            write_private(file, json_text(template))
        text = file.read_bytes()
        if text == json_text(template).encode():
            return dict(template)  # has been checked with the bundle
        config: dict[str, Any] = read_json(text, str(file), "config")
        return config

    def master_key(self, environment: Mapping[str, str]) -> str:
        """Return the master key: NOODL_MASTER_KEY, else secrets.json, made at the first start."""
        if given := environment.get("NOODL_MASTER_KEY"):
            return given
        return self._key("masterKey")

    def read_only_key(self, environment: Mapping[str, str]) -> str:
        """Return the key that reads everything and writes nothing, "" where nobody has set one."""
        return self._given("readOnlyMasterKey", environment.get("NOODL_READ_ONLY_MASTER_KEY"))

    def smtp_password(self, environment: Mapping[str, str]) -> str:
        """Return the password at the mail server, "" where nobody has set one."""
        return self._given("smtpPassword", environment.get("NOODL_SMTP_PASSWORD"))

    def file_key(self) -> str:
        """Return the key that signs links to private files, made when it is first wanted."""
        return self._key("fileKey")

    def secrets(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what only functions may know: NOODL_SECRET_<NAME>, else secrets.json.

        secrets.json {"secrets": {"STRIPE_KEY": "..."}} -> {"STRIPE_KEY": "..."}
        """
        document = self._secrets() if self._secrets_file.exists() else {}
        written = document.get("secrets", {})
        if not isinstance(written, dict) or not all(isinstance(v, str) for v in written.values()):
            raise BadFile(f"secrets in {self._secrets_file} must be an object of texts")
        given = {
            name.removeprefix(PREFIX): value
            for name, value in environment.items()
            if name.startswith(PREFIX)
        }
        return {**written, **given}

    def _given(self, name: str, from_environment: str | None) -> str:
        document = self._secrets() if self._secrets_file.exists() else {}
        given = from_environment or document.get(name, "")
        if not isinstance(given, str):
            raise BadFile(f"{name} in {self._secrets_file} must be a text")
        return given

    def _key(self, name: str) -> str:
        document = self._secrets() if self._secrets_file.exists() else {}
        if name not in document:
            document[name] = secrets.token_urlsafe(32)
            write_private(self._secrets_file, json_text(document))
        key = document.get(name)
        if not isinstance(key, str) or not key:
            raise BadFile(
                f"{self._secrets_file} has no {name}; delete the file to have a new one made"
            )
        return key

    @property
    def _secrets_file(self) -> Path:
        return self.path / "secrets.json"

    def _secrets(self) -> dict[str, Any]:
        document = parse_json(self._secrets_file.read_bytes(), str(self._secrets_file))
        if not isinstance(document, dict):
            raise BadFile(f"{self._secrets_file} has no masterKey; it must be an object, {{...}}")
        return document

    def write_schema(self, schema_json: str, schema_sql: str) -> None:
        """Write schema.json and the SQL generated from it."""
        for name, text in (("schema.json", schema_json), ("schema.sql", schema_sql)):
            file = self.path / name
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                write_private(file, text)


def seed_data(root: "Traversable", folder: DataFolder) -> bool:
    """Copy the records and files a bundle brings, unless the folder already has a database.

    The database comes last: while it is missing, the next start begins anew.
    """
    seed = root.joinpath("data", "local.db")
    if folder.database.exists() or not seed.is_file():
        return False
    files = root.joinpath("data", "files")
    if files.is_dir():
        _copy_folder(files, folder.files)
    _copy_file(seed, folder.database)
    log.info("copied the records that came with the bundle")
    return True


def _copy_folder(source: "Traversable", target: Path) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for item in source.iterdir():
        if item.is_dir():
            _copy_folder(item, target / item.name)
        elif not (target / item.name).exists():
            _copy_file(item, target / item.name)


def _copy_file(source: "Traversable", target: Path) -> None:
    """Copy one file, private to its owner, whole or not at all."""
    arriving = target.with_name(target.name + ".arriving")
    arriving.unlink(missing_ok=True)
    handle = os.open(arriving, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    import shutil  # with archives of all kinds: for the first start of few

    with source.open("rb") as stream, os.fdopen(handle, "wb") as copy:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        os.fsync(copy.fileno())
    arriving.replace(target)


def json_text(document: Any) -> str:
    """Return a document as the text of a file that people read and git compares."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    handle, arriving = _new_file(file)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        arriving.replace(file)
    except BaseException:
        arriving.unlink(missing_ok=True)
        raise


def _new_file(beside: Path) -> tuple[int, Path]:
    """Make an empty file of the owner's alone, and return its handle and its name."""
    path = beside.with_name(f".{beside.name}.{secrets.token_hex(8)}")
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), path
