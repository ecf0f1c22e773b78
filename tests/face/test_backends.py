"""The folders of this machine's backends: made whole, or to be made again."""

import errno
import json
import os
from pathlib import Path

import pytest

from noodl_portable.backends import make_empty
from noodl_runtime.errors import SetupError


@pytest.mark.parametrize("last", range(1, 4))
def test_a_disk_that_fills_up_leaves_no_half_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    left = iter(range(last, 0, -1))

    def fsync(handle: int) -> None:
        if next(left) == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # A full disk cannot be had here without mounting one: its error is put where it would come.
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(SetupError, match="cannot be written: No space left on device"):
        make_empty(tmp_path, "Shop", 8577)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "config.json" not in {path.name for path in files}
    assert len(files) == last - 1
    for file in files:
        if file.suffix == ".json":
            json.loads(file.read_text(encoding="utf-8"))
