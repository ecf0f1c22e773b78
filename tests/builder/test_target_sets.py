"""Libraries for other targets, from folders of small wheels made here."""

import base64
import hashlib
import shutil
from collections.abc import Iterable
from importlib.metadata import PathDistribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from noodl_builder.target_sets import Resolver
from noodl_builder.targets import Target, target_named
from noodl_builder.wheelhouse import Wheelhouse
from noodl_runtime.errors import BuildRefused

LINUX, WINDOWS = target_named("linux-x86_64-3.12"), target_named("win-amd64-3.13")


def make_wheel(
    folder: Path, name: str, version: str, tag: str, requires: Iterable[str] = (), **files: str
) -> Path:
    info = f"{name}-{version}.dist-info"
    head = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    head += [f"Requires-Dist: {r}" for r in requires]
    contents = {f"{name}/__init__.py": "", **files, f"{info}/METADATA": "\n".join(head) + "\n"}
    record = [f"{n},sha256={record_hash(text)},{len(text)}" for n, text in contents.items()]
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    with ZipFile(path, "w") as archive:
        for member, text in contents.items():
            archive.writestr(member, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]))
    return path


def record_hash(text: str) -> str:
    value = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.fixture
def own(tmp_path: Path) -> PathDistribution:
    """Our own distribution, as far as its needs go."""
    folder = tmp_path / "own-1.0.dist-info"
    folder.mkdir()
    requires = ["web>=2", 'winonly; sys_platform == "win32"', 'engine; extra == "script"']
    text = "\n".join(f"Requires-Dist: {r}" for r in requires)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: own\nVersion: 1.0\n{text}\n")
    return PathDistribution(folder)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Wheels of what it needs."""
    folder = tmp_path / "wheels"
    make_wheel(folder, "web", "1.0", "py3-none-any")
    make_wheel(folder, "web", "2.0", "py3-none-any", ["loop"])
    make_wheel(folder, "web", "2.1", "py3-none-any", ["loop"])
    make_wheel(folder, "loop", "1.0", "cp312-cp312-manylinux2014_x86_64", **{"loop/a.so": "old"})
    make_wheel(folder, "loop", "1.0", "cp312-cp312-manylinux_2_28_x86_64", **{"loop/a.so": "new"})
    make_wheel(folder, "loop", "1.0", "cp313-cp313-win_amd64", **{"loop/a.pyd": "win"})
    make_wheel(folder, "winonly", "1.0", "py3-none-any")
    return folder


def chosen(own: PathDistribution, house: Path, target: Target) -> dict[str, str]:
    wheels = Resolver(own, Wheelhouse([house])).wheels(target)
    return {name: wheel.path.name for name, wheel in wheels.items()}


def test_each_target_gets_the_newest_and_closest_wheels_its_markers_ask_for(
    own: PathDistribution, house: Path
) -> None:
    assert chosen(own, house, LINUX) == {
        "web": "web-2.1-py3-none-any.whl",
        "loop": "loop-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
    }
    assert chosen(own, house, WINDOWS) == {
        "web": "web-2.1-py3-none-any.whl",
        "loop": "loop-1.0-cp313-cp313-win_amd64.whl",
        "winonly": "winonly-1.0-py3-none-any.whl",
    }


def test_a_missing_wheel_is_named_with_who_needs_it_and_two_ways_out(
    own: PathDistribution, house: Path
) -> None:
    with pytest.raises(
        BuildRefused, match=r"web needs loop .*no wheel of it for linux-x86_64-3\.13.*--wheelhouse"
    ):
        chosen(own, house, target_named("linux-x86_64-3.13"))


def test_an_extra_without_wheels_is_left_out_and_said(own: PathDistribution, house: Path) -> None:
    resolver = Resolver(own, Wheelhouse([house]))
    assert "engine" not in resolver.wheels(LINUX)
    assert [left.name for left in resolver.left_out] == ["linux-x86_64-3.12: the extra 'script'"]


def test_what_is_missing_is_fetched_only_when_that_is_allowed(
    own: PathDistribution, house: Path, tmp_path: Path
) -> None:
    store, empty = house, tmp_path / "empty"
    empty.mkdir()
    asked: list[str] = []

    def fetch(texts: Iterable[str], target: Target) -> bool:
        asked.extend(texts)
        for path in store.glob("*.whl"):
            shutil.copy(path, empty)
        return True

    wheels = Resolver(own, Wheelhouse([empty]), fetch).wheels(LINUX)
    assert set(wheels) == {"web", "loop"}
    assert asked[0] == "web>=2"


def test_a_wheel_that_is_not_what_it_lists_is_refused(house: Path) -> None:
    path = house / "web-2.1-py3-none-any.whl"
    with ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data + b"#" if name == "web/__init__.py" else data)
    [wheel] = [w for w in Wheelhouse([house])._by_name["web"] if w.path == path]
    with pytest.raises(BuildRefused, match=r"web/__init__\.py is not what its RECORD lists"):
        wheel.entries()


def test_a_file_that_is_no_wheel_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.whl").write_text("")
    with pytest.raises(BuildRefused, match=r"notes\.whl"):
        Wheelhouse([tmp_path])
    with pytest.raises(BuildRefused, match="is not a folder"):
        Wheelhouse([tmp_path / "absent"])


def test_a_library_with_a_python_part_goes_without_its_native_one(
    own: PathDistribution, tmp_path: Path
) -> None:
    from packaging.requirements import Requirement

    folder = tmp_path / "wheels"
    make_wheel(folder, "PyYAML", "6.0", "cp312-cp312-win_amd64", **{"PyYAML/c.pyd": "x"})
    wheel = Wheelhouse([folder]).best(Requirement("PyYAML"), target_named("musl-x86_64-3.12"))
    assert wheel is not None
    assert not [e.name for e in wheel.entries() if e.name.endswith(".pyd")]


def test_one_that_fits_is_fetched_before_that(own: PathDistribution, tmp_path: Path) -> None:
    from packaging.requirements import Requirement

    folder, target = tmp_path / "wheels", target_named("linux-x86_64-3.12")
    make_wheel(folder, "PyYAML", "6.0", "cp312-cp312-win_amd64", **{"PyYAML/c.pyd": "x"})

    def fetch(_texts: Iterable[str], _target: Target) -> bool:
        tag = "cp312-cp312-manylinux_2_28_x86_64"
        make_wheel(folder, "PyYAML", "6.0", tag, **{"PyYAML/c.so": "x"})
        return True

    wheel = Resolver(own, Wheelhouse([folder]), fetch)._wheel(Requirement("PyYAML"), target, None)
    assert wheel is not None
    assert [e.name for e in wheel.entries() if e.name.endswith(".so")] == [
        "site-packages/PyYAML/c.so"
    ]


def test_files_of_a_data_folder_go_where_an_installer_puts_them(tmp_path: Path) -> None:
    from packaging.requirements import Requirement

    files = {"web-1.0.data/platlib/web/x.py": "1", "web-1.0.data/scripts/web": "2"}
    make_wheel(tmp_path / "w", "web", "1.0", "py3-none-any", **files)
    wheel = Wheelhouse([tmp_path / "w"]).best(Requirement("web"), LINUX)
    assert wheel is not None
    names = [e.name for e in wheel.entries()]
    assert "site-packages/web/x.py" in names
    assert not [n for n in names if "scripts" in n]
