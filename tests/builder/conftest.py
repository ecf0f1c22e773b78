import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import noodl_runtime
from noodl_builder.options import BuildOptions
from tests.builder.world import clean_environment, make_backend, make_runtime, pack


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    """A shop with one collection and one function."""
    return make_backend(tmp_path / "shop")


@pytest.fixture
def small_bundle(backend: Path, tmp_path: Path) -> Path:
    """A bundle whose runtime prints what it sees, as JSON."""
    return pack(BuildOptions(folder=backend), make_runtime(), tmp_path / "shop.pyz")


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """start(bundle, "--version") -> the finished process, run with a home of its own."""

    def run(
        bundle: Path, *arguments: str, python: str = sys.executable, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, str(bundle), *arguments],
            env=clean_environment(tmp_path / "home", **environment),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture(scope="session")
def frozen_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the runtime's source, so that who edits it does not change what is built."""
    folder = tmp_path_factory.mktemp("frozen") / "noodl_runtime"
    ignored = shutil.ignore_patterns("__pycache__", "*.tmp*", ".*")
    shutil.copytree(Path(noodl_runtime.__file__).parent, folder, ignore=ignored)
    return folder
