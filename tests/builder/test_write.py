import hashlib
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from noodl_builder import packed_libraries
from noodl_builder import write as writing
from noodl_builder.options import BuildOptions
from noodl_builder.plan import Plan, plan
from noodl_builder.write import BuildReport
from noodl_builder.zip_writer import PREFIX
from noodl_runtime.errors import BuildRefused
from tests.builder.world import make_backend, make_runtime

PREVIOUS = PREFIX + b"what an earlier build wrote"


def write(made: Plan, output: Path) -> BuildReport:
    return writing.write(made, output, trial=False)


def planned(folder: Path, **options: Any) -> Plan:
    return plan(BuildOptions(folder=folder, **options), make_runtime(**{"a/b.so": "native"}))


def test_the_same_backend_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    old_mask = os.umask(0o027)
    try:
        first = write(planned(make_backend(tmp_path / "a")), tmp_path / "one" / "x.pyz")
        os.umask(0o000)
        other = make_backend(tmp_path / "deep" / "er" / "b")
        for path in other.rglob("*"):
            os.utime(path, (1, 1))
            path.chmod(0o777)
        second = write(planned(other), tmp_path / "y.pyz")
    finally:
        os.umask(old_mask)
    assert first.sha256 == second.sha256


def test_the_report_says_what_was_written(backend: Path, tmp_path: Path) -> None:
    report = write(planned(backend), tmp_path / "x.pyz")
    data = report.output.read_bytes()
    assert (report.size, report.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert report.as_dict()["manifest"]["buildId"] == report.build_id
    assert stat.S_IMODE(report.output.stat().st_mode) == 0o755
    assert data.startswith(b"#!/usr/bin/env python3\n# coding: ")


def test_entries_are_sorted_and_alike(backend: Path, tmp_path: Path) -> None:
    with ZipFile(write(planned(backend), tmp_path / "x.pyz").output) as archive:
        found = archive.infolist()
    assert [i.filename for i in found] == sorted(i.filename for i in found)
    assert {i.date_time for i in found} == {(1980, 1, 1, 0, 0, 0)}
    assert {i.create_system for i in found} == {3}
    modes = {i.filename: i.external_attr >> 16 for i in found}
    assert modes["site-packages/a/b.so"] == stat.S_IFREG | 0o755
    assert {mode for name, mode in modes.items() if name[-3:] != ".so"} == {stat.S_IFREG | 0o644}


def test_the_time_of_the_entries_can_be_chosen(backend: Path, tmp_path: Path) -> None:
    report = write(planned(backend, epoch=1714557660), tmp_path / "x.pyz")
    with ZipFile(report.output) as archive:
        assert {i.date_time for i in archive.infolist()} == {(2024, 5, 1, 10, 1, 0)}


def test_a_file_that_no_build_made_is_not_overwritten(backend: Path, tmp_path: Path) -> None:
    kept = tmp_path / "monday.db"
    kept.write_bytes(b"SQLite format 3\0 with all the records")
    with pytest.raises(BuildRefused, match=r"monday\.db is there already and is no bundle"):
        write(planned(backend), kept)
    assert kept.read_bytes().endswith(b"records")


@pytest.mark.parametrize("size", [None, 1000, 0], ids=["whole", "cut off", "empty"])
def test_an_earlier_bundle_is_replaced(backend: Path, tmp_path: Path, size: int | None) -> None:
    made = write(planned(backend), tmp_path / "x.pyz").output.read_bytes()
    (tmp_path / "x.pyz").write_bytes(made[:size])
    assert write(planned(backend), tmp_path / "x.pyz").output.read_bytes() == made


def test_a_bundle_is_never_written_into_what_it_is_made_from(backend: Path, tmp_path: Path) -> None:
    app = make_backend(tmp_path / "deployed", {"index.html": ""})
    (tmp_path / "link").symlink_to(backend)
    for place in (backend, backend / "deep", app, tmp_path / "link"):
        with pytest.raises(BuildRefused, match="lies inside"):
            write(planned(backend, app=app), place / "x.pyz")


def test_a_folder_is_no_output(backend: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildRefused, match=r"is a folder; name a file, such as .*backend\.pyz"):
        write(planned(backend), tmp_path)


def test_a_failed_build_leaves_the_previous_one(
    backend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "x.pyz"
    output.write_bytes(PREVIOUS)
    monkeypatch.setattr(writing, "deflate", fail)
    with pytest.raises(BuildRefused, match=r"x\.pyz cannot be written: no space"):
        write(planned(backend), output)
    assert output.read_bytes() == PREVIOUS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shop", "x.pyz"]


def swap_a_byte(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def fail(*_: Any) -> Any:
    raise OSError(28, "no space")


def test_a_file_changed_during_the_build_is_refused(tmp_path: Path, backend: Path) -> None:
    app = make_backend(tmp_path / "deployed", {"index.html": "before"})
    made = planned(backend, app=app)
    (app / "index.html").write_text("after")
    with pytest.raises(BuildRefused, match=r"index\.html changed during the build"):
        write(made, tmp_path / "x.pyz")


# -- what is kept from one build to the next -------------------------------------------------------


def test_libraries_that_are_kept_give_the_same_bytes(backend: Path, tmp_path: Path) -> None:
    plain = write(planned(backend), tmp_path / "plain.pyz")
    for name in ("first.pyz", "second.pyz"):
        report = writing.write(
            planned(backend), tmp_path / name, cache=tmp_path / "kept", trial=False
        )
        assert report.sha256 == plain.sha256


def test_kept_libraries_spare_the_packing(
    backend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    writing.write(planned(backend), tmp_path / "x.pyz", cache=kept, trial=False)
    monkeypatch.setattr(packed_libraries, "pack", fail)
    make_backend(backend, {"workflows/more.workflow.json": {"components": []}})
    assert writing.write(planned(backend), tmp_path / "x.pyz", cache=kept, trial=False)


@pytest.mark.parametrize("damage", [lambda data: data[:-50], lambda data: b"", swap_a_byte])
def test_kept_libraries_that_were_damaged_are_packed_again(
    backend: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    kept = tmp_path / "kept"
    before = writing.write(planned(backend), tmp_path / "x.pyz", cache=kept, trial=False)
    [file] = kept.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    again = writing.write(planned(backend), tmp_path / "x.pyz", cache=kept, trial=False)
    assert again.sha256 == before.sha256


# -- the trial -------------------------------------------------------------------------------------


def test_a_bundle_that_does_not_start_is_not_put_in_place(backend: Path, tmp_path: Path) -> None:
    made = plan(BuildOptions(folder=backend), make_runtime("def main(): return 'no luck'"))
    (tmp_path / "x.pyz").write_bytes(PREVIOUS)
    with pytest.raises(BuildRefused, match="--version ends with exit code 1: no luck"):
        writing.write(made, tmp_path / "x.pyz")
    assert (tmp_path / "x.pyz").read_bytes() == PREVIOUS


def test_a_bundle_that_starts_is_put_in_place_and_leaves_nothing_behind(
    backend: Path, tmp_path: Path
) -> None:
    steps: list[str] = []
    writing.write(planned(backend), tmp_path / "x.pyz", tell=steps.append)
    assert steps[-1] == "starting it once"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shop", "x.pyz"]


def test_two_builds_into_one_file_leave_one_whole_bundle(backend: Path, tmp_path: Path) -> None:
    made = planned(backend)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: write(made, tmp_path / "x.pyz"), range(4)))
    assert {report.sha256 for report in reports} == {
        hashlib.sha256((tmp_path / "x.pyz").read_bytes()).hexdigest()
    }
