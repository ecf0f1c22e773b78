"""What starts a bundle may be any Python. The wrong ones get one sentence, not a traceback."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from noodl_builder.boot.noodl_target import CURRENT

pytestmark = pytest.mark.slow
OTHERS = ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.12", "3.13"]


def other_python(version: str) -> str:
    """Return an interpreter of this version, or skip the test."""
    if CURRENT.endswith(f"-{version}"):
        pytest.skip(f"Python {version} is the one that runs the tests")
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=True).stdout
        found = sorted(Path(root.strip(), "versions").glob(f"{version}.*/bin/python"))
        if found:
            return str(found[-1])
    if found_on_path := shutil.which(f"python{version}"):
        return found_on_path
    pytest.skip(f"no Python {version} on this machine")


@pytest.mark.parametrize("version", OTHERS)
def test_a_wrong_python_gets_one_sentence_and_exit_code_78(
    small_bundle: Path, start: Callable[..., subprocess.CompletedProcess[str]], version: str
) -> None:
    done = start(small_bundle, "--version", python=other_python(version))
    assert done.returncode == 78
    assert done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith(f"shop.pyz: made for {CURRENT}, started by ")
    assert f"-{version} " in sentence
    assert "Traceback" not in sentence
