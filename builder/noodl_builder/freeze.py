"""Makes a new bundle of an old one and the records it works on now."""

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from noodl_builder.backend_files import SEED, SEED_FILES
from noodl_builder.bundle_file import SCHEMA, read_all
from noodl_builder.entry import Entry, make_entry
from noodl_builder.folder_files import list_files
from noodl_builder.manifest import (
    MANIFEST,
    BundleInfo,
    collection_names,
    content_digest,
    listed,
    permissions_summary,
    schema_digest,
)
from noodl_builder.options import ZIP_EPOCH
from noodl_builder.signing import SIGNATURE
from noodl_builder.write import BuildReport, arriving, refuse_place
from noodl_builder.zip_writer import PREFIX, deflate, write_zip
from noodl_runtime.errors import BuildRefused
from noodl_runtime.formats import read_json


def freeze(bundle: Path, data: Path, output: Path, version: str | None = None) -> BuildReport:
    """Write a bundle like `bundle`, with the schema, records and files of a data folder inside.

    The backend may go on running. Accounts, sessions and the change log stay out, as in any
    bundle with records.
    version: of the new bundle, None: as before
    raises:  BadFile when the bundle is damaged; BuildRefused
    """
    begun = time.monotonic()
    target = output.absolute()
    refuse_place(target, (data,))
    info, contents = read_all(bundle)
    entries = _entries(contents, data)
    fresh = _info(info, entries, version)
    files = sorted([*entries, make_entry(MANIFEST, fresh.text())])
    with arriving(target) as stream:
        stream.write(PREFIX)
        write_zip(stream, ((entry, deflate(entry.read())) for entry in files), ZIP_EPOCH)
        stream.seek(0)
        sha256 = hashlib.sha256(stream.read()).hexdigest()
    seconds = time.monotonic() - begun
    return BuildReport(target, target.stat().st_size, sha256, fresh, (), seconds)


def _entries(contents: dict[str, bytes], data: Path) -> list[Entry]:
    left = (MANIFEST, SIGNATURE, SEED)
    kept = {n: t for n, t in contents.items() if n not in left and not n.startswith(SEED_FILES)}
    if (schema := data / "schema.json").is_file():
        kept[SCHEMA] = schema.read_bytes()
    return [*(make_entry(name, text) for name, text in kept.items()), *_seed(data)]


def _seed(data: Path) -> Iterator[Entry]:
    from noodl_runtime.store.sqlite.seed import write_seed

    database = data / "data" / "local.db"
    if not database.is_file():
        raise BuildRefused(f"{data} has no data/local.db; name the data folder of the backend")
    with tempfile.TemporaryDirectory(prefix="noodl-freeze-") as work:
        write_seed(database, Path(work) / "local.db")
        yield make_entry(SEED, (Path(work) / "local.db").read_bytes())
    files = data / "data" / "files"
    for name in list_files(files, "data/files")[0] if files.is_dir() else ():
        yield make_entry(SEED_FILES + name, files / name)


def _info(info: BundleInfo, entries: list[Entry], version: str | None) -> BundleInfo:
    text = next(entry for entry in entries if entry.name == SCHEMA).read()
    schema: Any = read_json(text, "schema.json", "schema")
    contents = listed(entries)
    return replace(
        info,
        version=version or info.version,
        collections=collection_names(schema),
        permissions=json.loads(json.dumps(permissions_summary(schema))),
        schema_digest=schema_digest(schema),
        seed_data=True,
        content_digest=content_digest(contents),
        entries=contents,
    )
