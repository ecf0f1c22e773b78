"""What an author asks of a build, from noodl-portable.yaml and the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from noodl_runtime.errors import BadSetting

# 1980-01-01, the oldest time a zip can hold: equal input gives equal bytes on any day.
ZIP_EPOCH = 315_532_800
ZIP_LAST = 4_354_819_198  # 2107-12-31, the newest


def source_date_epoch(environment: Mapping[str, str] = os.environ) -> int:
    """Return the time every entry carries: SOURCE_DATE_EPOCH, else 1980. raises: BadSetting."""
    text = environment.get("SOURCE_DATE_EPOCH", "") or str(ZIP_EPOCH)
    if not text.isascii() or not text.isdigit():
        raise BadSetting(
            f"SOURCE_DATE_EPOCH is {text!r}; it takes whole seconds since 1970-01-01 UTC"
        )
    return min(max(int(text), ZIP_EPOCH), ZIP_LAST)


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """How one bundle is made of one backend folder.

    folder:       the backend: config.json, schema.json, workflows/, data/
    name:         name in the manifest, None: the one in config.json
    version:      version in the manifest, None: the one in config.json, else "0.0.0"
    include_data: pack the records of data/local.db as seed data
    app:          folder of a deployed front end, None: no front end
    allowed:      entries that may hold what looks like a key: {"workflows/pay.workflow.json"}
    targets:      platforms and Pythons it is for: ("current",), ("linux-x86_64-3.12", ...),
                  ("universal",)
    wheelhouse:   folder of wheels for targets other than the current one
    allow_network: let pip fetch wheels that are missing
    lint:         whether what cannot work stops the build
    sign:         file with a private ed25519 key to sign with, None: no signature
    epoch:        time every entry carries, seconds since 1970
    """

    folder: Path
    name: str | None = None
    version: str | None = None
    include_data: bool = False
    app: Path | None = None
    allowed: frozenset[str] = frozenset()
    targets: tuple[str, ...] = ("current",)
    wheelhouse: Path | None = None
    allow_network: bool = False
    lint: bool = True
    sign: Path | None = None
    epoch: int = field(default_factory=source_date_epoch)
