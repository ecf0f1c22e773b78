"""A start reads the whole database only where a clean stop does not vouch for it. Checks are counted."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from noodl_runtime.errors import StoreDamaged
from noodl_runtime.store.sqlite import files
from tests.runtime.store.worlds import SHOP, create, found, sqlite_store


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Collect the databases that are read as a whole."""
    seen: list[Path] = []
    whole = files._checked

    def checked(file: Path, check: str) -> list[str]:
        seen.append(file)
        return whole(file, check)

    monkeypatch.setattr(files, "_checked", checked)
    return seen


def stopped(folder: Path) -> Path:
    """Make a store with one product, stop it cleanly, and return its file."""
    store = sqlite_store(folder)
    store.connect()
    store.update_schema(SHOP)
    create(store, "Product", name="a")
    store.disconnect()
    return folder / "data" / "local.db"


def start(folder: Path) -> None:
    """Start a store, look at its one product, and stop it."""
    store = sqlite_store(folder)
    store.connect()
    assert [record["name"] for record in found(store, "Product")] == ["a"]
    store.disconnect()


def test_after_a_clean_stop_nothing_is_read_as_a_whole(tmp_path: Path, checks: list[Path]) -> None:
    stopped(tmp_path)

    for _ in range(3):
        start(tmp_path)

    assert checks == []


def killed(file: Path) -> None:
    store = sqlite_store(file.parent.parent)
    store.connect()
    store._lock.release()  # as the end of a process does it
    store._parts.reader.close()
    store._parts.connection.close()


def touched(file: Path) -> None:
    file.touch()


def rewritten(file: Path) -> None:
    file.write_bytes(file.read_bytes())


def replaced(file: Path) -> None:
    copy = file.with_name("copy")
    shutil.copy2(file, copy)  # with its time
    copy.replace(file)


def with_a_journal(file: Path) -> None:
    file.with_name("local.db-wal").write_bytes(b"")


def without_a_note(file: Path) -> None:
    file.with_name("lock").write_bytes(b"")


def with_another_note(file: Path) -> None:
    file.with_name("lock").write_bytes(b"\xff local.db 1 2 3")


UNVOUCHED = [
    killed,
    touched,
    rewritten,
    replaced,
    with_a_journal,
    without_a_note,
    with_another_note,
]


@pytest.mark.parametrize("happened", UNVOUCHED, ids=lambda happened: happened.__name__)
def test_anything_else_is_read_as_a_whole_once(
    tmp_path: Path, checks: list[Path], happened: Callable[[Path], None]
) -> None:
    file = stopped(tmp_path)
    happened(file)

    start(tmp_path)
    start(tmp_path)

    assert checks == [file]


def test_a_copied_folder_is_read_as_a_whole(tmp_path: Path, checks: list[Path]) -> None:
    stopped(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "there")

    start(tmp_path / "there")

    assert checks == [tmp_path / "there" / "data" / "local.db"]


def test_a_change_that_leaves_the_size_is_seen_and_refused_each_time(tmp_path: Path) -> None:
    file = stopped(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\x07" * 40_000 + whole[48_192:])

    for _ in range(2):
        with pytest.raises(StoreDamaged):
            sqlite_store(tmp_path).connect()


def test_a_time_that_the_file_system_cannot_keep_vouches_for_nothing(
    tmp_path: Path, checks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.utime", lambda *_, **__: None)
    file = stopped(tmp_path)

    start(tmp_path)

    assert checks == [file]
