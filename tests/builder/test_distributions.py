import sys
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from noodl_builder.distributions import closure, installed_distribution
from noodl_runtime.errors import BuildRefused

INSTALLED = {
    # name, version                requires
    ("own", "1.0"): ["web>=2", 'engine; extra == "script"', 'absent-here; extra == "regex"',
                     'tester; extra == "dev"', 'winonly; sys_platform == "nowhere"'],
    ("web", "2.1"): ["Loop.Core", "web-extras[fast]"],
    ("loop-core", "1.0"): ["web"],
    ("web-extras", "1.0"): ['fast; extra == "fast"', 'slow; extra == "slow"'],
    ("fast", "1.0"): [],
    ("engine", "3.0"): [],
    ("tester", "1.0"): [],
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for (name, version), requires in INSTALLED.items():
        install(tmp_path, name, version, requires)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def install(site: Path, name: str, version: str, requires: list[str]) -> None:
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    lines = [f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    (folder / "METADATA").write_text("\n".join(lines) + "\n")


def names(site: Path) -> list[str]:
    return [d.name for d in closure(PathDistribution(site / "own-1.0.dist-info"))]


def test_the_closure_follows_markers_extras_and_rings(site: Path) -> None:
    assert names(site) == ["engine", "fast", "loop-core", "web", "web-extras"]


def test_what_is_not_installed_is_refused_with_who_needs_it(site: Path) -> None:
    install(site, "web", "2.1", ["gone"])
    with pytest.raises(BuildRefused, match="web needs gone, which is not installed"):
        names(site)


def test_a_version_that_does_not_fit_is_refused(site: Path) -> None:
    install(site, "own", "1.0", ["web>=3"])
    with pytest.raises(BuildRefused, match=r"own needs web >=3, but 2\.1 is installed"):
        names(site)


def test_without_our_own_distribution_there_is_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(BuildRefused, match=r"noodl-portable is not installed.*pip install"):
        installed_distribution("noodl-portable")
