"""What an installed package has: the wheel, built and used without the checkout beside it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from noodl_portable.commands.init import TEMPLATES

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and lay it out as an installation does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--quiet", "-w", folder, HERE]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def noodl(installed: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    code = "import sys, noodl_portable.cli as c; print(c.__file__); sys.exit(c.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        command, env=environment, cwd=installed.parent, capture_output=True, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
def test_an_installed_package_makes_a_backend(
    installed: Path, tmp_path: Path, template: str
) -> None:
    done = noodl(installed, "init", tmp_path / "shop", "--template", template)
    assert done.returncode == 0, done.stderr
    assert str(installed) in done.stdout
    assert noodl(installed, "lint", tmp_path / "shop").returncode == 0


@pytest.mark.slow
def test_an_installed_package_has_what_is_copied_out_to_users(installed: Path) -> None:
    templates = installed / "noodl_portable" / "dist-templates"
    shipped = {path.relative_to(templates) for path in templates.rglob("*")}
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=HERE / "dist-templates", capture_output=True, text=True
    ).stdout.split("\0")
    assert shipped >= {Path(name) for name in tracked if name}
