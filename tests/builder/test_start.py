"""A bundle starts: real processes, with a stand-in for the runtime so that each takes a moment."""

import errno
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.options import BuildOptions
from tests.builder.world import clean_environment, make_backend, make_runtime, pack

pytestmark = pytest.mark.slow
Start = Callable[..., subprocess.CompletedProcess[str]]
DAY = 86400


def cache_of(home: Path) -> Path:
    return home / ".cache" / "noodl-portable" / CURRENT


def unpacked_in(home: Path) -> Path:
    [folder] = [p for p in cache_of(home).iterdir() if p.is_dir()]
    return folder / "site-packages"


def said(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stdout + done.stderr
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith("shop.pyz: ")
    return sentence


# -- the first and the next start ------------------------------------------------------------------


def test_a_bundle_unpacks_once_and_runs_its_entry(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    assert said(start(small_bundle, "--port", "0"))["args"] == ["--port", "0"]
    serve = unpacked_in(tmp_path / "home") / "noodl_runtime" / "serve.py"
    before = serve.stat().st_mtime_ns
    assert said(start(small_bundle))["file"] == str(serve)
    assert serve.stat().st_mtime_ns == before


def test_the_exit_code_is_that_of_the_entry(backend: Path, tmp_path: Path, start: Start) -> None:
    runtime = make_runtime("def main(): return 69")
    bundle = pack(BuildOptions(folder=backend), runtime, tmp_path / "shop.pyz")
    assert start(bundle).returncode == 69


def test_what_is_unpacked_is_private(small_bundle: Path, start: Start, tmp_path: Path) -> None:
    said(start(small_bundle))
    assert (tmp_path / "home" / ".cache" / "noodl-portable").stat().st_mode & 0o777 == 0o700
    found = list(cache_of(tmp_path / "home").rglob("*"))
    assert not [path for path in found if path.stat().st_mode & 0o022]


def test_a_change_of_the_backend_alone_unpacks_nothing_anew(
    small_bundle: Path, backend: Path, start: Start, tmp_path: Path
) -> None:
    said(start(small_bundle))
    make_backend(backend, {"workflows/more.workflow.json": {"components": []}})
    said(start(pack(BuildOptions(folder=backend), make_runtime(), small_bundle)))
    assert unpacked_in(tmp_path / "home").is_dir()  # still the only one


# -- the world around it ---------------------------------------------------------------------------


def test_modules_of_the_host_do_not_get_in(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    make_backend(tmp_path / "foreign", {"noodl_runtime/__init__.py": "raise SystemExit('foreign')"})
    seen = said(start(small_bundle, PYTHONPATH=str(tmp_path / "foreign")))
    assert Path(seen["path"][0]).parent.parent == cache_of(tmp_path / "home")
    assert not [p for p in seen["path"][1:] if "site-packages" in p or "foreign" in p]


def test_shivs_own_switches_do_nothing(small_bundle: Path, start: Start, tmp_path: Path) -> None:
    seen = said(
        start(
            small_bundle,
            SHIV_ENTRY_POINT="os:abort",
            SHIV_INTERPRETER="1",
            SHIV_ROOT=str(tmp_path / "elsewhere"),
        )
    )
    assert seen["shiv"] == []
    assert not (tmp_path / "elsewhere").exists()


def test_noodl_cache_says_where_to_unpack(small_bundle: Path, start: Start, tmp_path: Path) -> None:
    seen = said(start(small_bundle, NOODL_CACHE=str(tmp_path / "mine")))
    assert seen["file"].startswith(str(tmp_path / "mine" / CURRENT))
    assert list((tmp_path / "home").iterdir()) == []


HOMES = ["/dev/null", "/proc/nowhere", "relative"]


@pytest.mark.parametrize("home", HOMES)
def test_without_a_usable_home_a_private_temporary_folder_serves(
    small_bundle: Path, start: Start, tmp_path: Path, home: str
) -> None:
    seen = said(start(small_bundle, HOME=home))
    place = tmp_path / "home" / f"noodl-portable-{os.getuid()}"
    assert seen["file"].startswith(str(place))
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_cache_folder_that_others_can_write_to_is_not_used(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)
    sentence = refused(start(small_bundle, NOODL_CACHE=str(tmp_path / "shared")), 73)
    assert "others can write to it" in sentence
    assert "set NOODL_CACHE" in sentence


def test_a_cache_folder_that_cannot_be_made_is_named(small_bundle: Path, start: Start) -> None:
    assert "/dev/null/x: not a directory" in refused(
        start(small_bundle, NOODL_CACHE="/dev/null/x"), 73
    )


# -- damage ----------------------------------------------------------------------------------------


def test_a_partly_lost_cache_is_repaired(small_bundle: Path, start: Start, tmp_path: Path) -> None:
    said(start(small_bundle))
    site = unpacked_in(tmp_path / "home")
    (site / "noodl_runtime" / "serve.py").unlink()
    (site / "noodl_runtime" / "__init__.py").write_text("raise SystemExit('planted')")
    (site / "sitecustomize.py").write_text("raise SystemExit('planted')")
    said(start(small_bundle))
    assert not (site / "sitecustomize.py").exists()


def test_a_change_of_the_same_length_is_noticed(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    said(start(small_bundle))
    serve = unpacked_in(tmp_path / "home") / "noodl_runtime" / "serve.py"
    text = serve.read_text()
    serve.write_text(text.replace("args", "gone"))
    assert "args" in said(start(small_bundle))
    assert serve.read_text() == text


def test_a_full_comparison_finds_what_hides_behind_equal_size_and_time(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    said(start(small_bundle))
    serve = unpacked_in(tmp_path / "home") / "noodl_runtime" / "serve.py"
    before = serve.stat()
    serve.write_text(serve.read_text().replace("args", "gone"))
    os.utime(serve, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "args" in said(start(small_bundle, NOODL_CHECK_CACHE="1"))


def test_a_start_that_was_killed_half_way_is_made_good(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    said(start(small_bundle))
    folder = unpacked_in(tmp_path / "home").parent
    (folder / "site-packages" / "noodl_runtime" / "serve.py").unlink()
    folder.rename(folder.with_name(folder.name + ".tmp"))
    said(start(small_bundle))
    assert folder.is_dir()


@pytest.mark.parametrize("kept", [90, 200, 0.1, 0.5, 0.9, -1000, -100, -22, -21, -1])
def test_a_truncated_bundle_says_so_in_one_line(
    small_bundle: Path, start: Start, kept: float
) -> None:
    whole = small_bundle.read_bytes()
    small_bundle.write_bytes(whole[: int(kept * len(whole)) if 0 < kept < 1 else int(kept)])
    done = start(small_bundle)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("this-file-is-incomplete-or-damaged.Get-it-again")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["noodl_target.py", "noodl_boot.py", "noodl_unpack.py"])
@pytest.mark.parametrize("place", [0, 40, 200])
def test_a_flipped_byte_in_what_starts_it_is_one_sentence(
    small_bundle: Path, start: Start, name: str, place: int
) -> None:
    with ZipFile(small_bundle) as archive:
        info = archive.getinfo(name)
    content = bytearray(small_bundle.read_bytes())
    content[info.header_offset + 30 + len(name) + place] ^= 0xFF
    small_bundle.write_bytes(content)
    assert "the file is damaged" in refused(start(small_bundle), 78)


def test_a_damaged_bundle_says_so(small_bundle: Path, start: Start) -> None:
    with ZipFile(small_bundle) as archive:
        place = archive.getinfo("site-packages/noodl_runtime/serve.py").header_offset + 80
    data = bytearray(small_bundle.read_bytes())
    data[place] ^= 0xFF
    small_bundle.write_bytes(data)
    assert "the file is damaged" in refused(start(small_bundle), 78)


def test_a_library_that_does_not_load_is_named(backend: Path, tmp_path: Path, start: Start) -> None:
    runtime = make_runtime("import broken", **{"broken.abi3.so": "no machine code"})
    bundle = pack(BuildOptions(folder=backend), runtime, tmp_path / "shop.pyz")
    sentence = refused(start(bundle), 78)
    assert "broken.abi3.so" in sentence
    assert "set NOODL_CACHE" in sentence


# -- several at once -------------------------------------------------------------------------------


def test_first_starts_at_once_do_not_disturb_each_other(small_bundle: Path, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path / "home")
    running = [
        subprocess.Popen(
            [sys.executable, str(small_bundle)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    assert not list(cache_of(tmp_path / "home").glob("*.tmp"))


def old_build(home: Path, name: str, days: int) -> Path:
    folder = cache_of(home) / name
    folder.mkdir(parents=True)
    (folder / ".used").write_text("")
    used = time.time() - days * DAY
    os.utime(folder / ".used", (used, used))
    return folder


def test_builds_that_nobody_used_for_a_week_are_removed(
    small_bundle: Path, start: Start, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    second, young, old = (
        old_build(home, name, days) for name, days in [("a_1", 5), ("b_1", 6), ("c_1", 8)]
    )
    for folder in (tmp_path / "home" / ".cache" / "noodl-portable", home):
        folder.chmod(0o700)
    said(start(small_bundle))
    assert second.is_dir()
    assert young.is_dir()
    assert not old.exists()


def test_a_build_that_still_runs_is_kept(small_bundle: Path, backend: Path, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path / "home")
    running = subprocess.Popen(
        [sys.executable, str(small_bundle), "wait"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout
    assert running.stdin
    folder = Path(json.loads(running.stdout.readline())["file"]).parents[2]
    os.utime(folder / ".used", (1, 1))
    for number in range(3):
        runtime = make_runtime(**{"version.py": str(number)})
        bundle = pack(BuildOptions(folder=backend), runtime, tmp_path / "shop.pyz")
        subprocess.run([sys.executable, str(bundle)], env=environment, check=True, timeout=60)
    assert folder.is_dir()
    running.stdin.close()
    assert running.wait(timeout=10) == 0
    running.stdout.close()


# -- places that refuse ----------------------------------------------------------------------------


@pytest.fixture
def boot(small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module that starts a bundle, imported from the bundle itself."""
    monkeypatch.syspath_prepend(str(small_bundle))
    yield importlib.import_module("noodl_boot")
    for name in ("noodl_boot", "noodl_unpack", "_bootstrap", "_bootstrap.filelock"):
        sys.modules.pop(name, None)


def test_a_full_disk_is_one_sentence(
    boot: Any, small_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(importlib.import_module("noodl_unpack"), "extract_site_packages", full)
    monkeypatch.setenv("NOODL_CACHE", str(tmp_path / "mine"))
    facts = {"cacheId": "0", "files": 1, "size": 20_000_000}
    with pytest.raises(boot.CannotStart, match=r"mine: no space left on device.* 21 MB free"):
        boot.unpacked(small_bundle, facts, CURRENT)


@pytest.mark.skipif(not hasattr(os, "ST_NOEXEC"), reason="no mount flags on this system")
def test_a_folder_mounted_noexec_is_named(
    boot: Any, small_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Flags:
        f_flag = os.ST_NOEXEC

    monkeypatch.setattr(os, "statvfs", lambda _: Flags)
    monkeypatch.setenv("NOODL_CACHE", str(tmp_path / "mine"))
    with pytest.raises(boot.CannotStart, match="mounted noexec"):
        boot.unpacked(small_bundle, {"cacheId": "0", "files": 1, "size": 1}, CURRENT)


CACHES = [
    # platform   environment                           first folder tried
    ("linux",    {"XDG_CACHE_HOME": "/x"},             "/x/noodl-portable"),
    ("linux",    {},                                   "~/.cache/noodl-portable"),
    ("linux",    {"XDG_CACHE_HOME": "relative"},       None),
    ("darwin",   {},                                   "~/Library/Caches/noodl-portable"),
    ("win32",    {"LOCALAPPDATA": "/local"},           "/local/noodl-portable"),
    ("win32",    {},                                   "~/AppData/Local/noodl-portable"),
    ("win32",    {"NOODL_CACHE": "/mine"},             "/mine"),
]  # fmt: skip


@pytest.mark.parametrize(("platform", "environment", "first"), CACHES)
def test_each_system_has_its_cache_folder(
    boot: Any, platform: str, environment: dict[str, str], first: str | None
) -> None:
    folders = list(boot.cache_folders(environment, platform))
    temporary = Path(tempfile.gettempdir(), f"noodl-portable-{os.getuid()}")
    assert folders[0] == (Path(first).expanduser() if first else temporary)
    assert "NOODL_CACHE" in environment or folders[-1] == temporary
