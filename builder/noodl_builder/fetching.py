"""Fetches wheels for other targets with pip; used only when the author allows the network."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from noodl_builder.targets import Target
from noodl_runtime.errors import BuildRefused

TIME_LIMIT_S = 600
Fetch = Callable[[Iterable[str], Target], bool]  # see fetch_wheels; the folder is chosen


def fetch_wheels(requirements: Iterable[str], target: Target, folder: Path) -> bool:
    """Let pip put wheels of these requirements for a target into a folder; say if it could.

    requirements: ["gevent==26.9.0", "greenlet>=3"]; what they need themselves is not fetched
    raises:       BuildRefused when there is no pip
    """
    platforms = [option for tag in target.wheel_platforms for option in ("--platform", tag)]
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-input", "--no-deps", "--only-binary=:all:", "--implementation", "cp",
        "--python-version", target.python, *platforms, "--dest", str(folder), *requirements,
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(  # noqa: S603  a list, no shell
            command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildRefused(f"pip cannot fetch wheels: {error}") from error
    if "No module named pip" in done.stderr:
        raise BuildRefused("this environment has no pip to fetch wheels; use --wheelhouse DIR")
    return done.returncode == 0
