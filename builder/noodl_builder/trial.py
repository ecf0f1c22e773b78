"""Starts a finished bundle once, in an environment of its own, before it takes its name."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from noodl_runtime.errors import BuildRefused

TIME_LIMIT_S = 120
KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "LANG")


def try_out(bundle: Path, python: Sequence[str | Path] = ()) -> None:
    """Run `--version` of a bundle with an empty home and cache. raises: BuildRefused.

    python: what runs it, the Python of this process if empty
    """
    command = [*map(str, python or [sys.executable]), "-I", "-X", "utf8", str(bundle), "--version"]
    with tempfile.TemporaryDirectory(prefix="noodl-trial-") as home:
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environment |= {"HOME": home, "NOODL_CACHE": str(Path(home, "cache"))}
        try:
            done = subprocess.run(  # noqa: S603  what was just built
                command, env=environment, cwd=home, capture_output=True, text=True,
                timeout=TIME_LIMIT_S, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BuildRefused(f"the bundle was built, but does not start: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it says nothing"]
        raise BuildRefused(
            f"the bundle was built, but --version ends with exit code {done.returncode}: {said[0]}"
        )
