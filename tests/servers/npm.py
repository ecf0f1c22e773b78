"""Packages of npm that tests use: installed once into .cache, as a package-lock.json says."""

import fcntl
import shutil
import subprocess
from pathlib import Path


def installed(folder: Path, into: Path) -> str | None:
    """Bring a folder of .cache to what a lock file says; return why not when that fails.

    folder: where package.json and package-lock.json are
    """
    lock = (folder / "package-lock.json").read_bytes()
    into.mkdir(parents=True, exist_ok=True)
    with (into / "busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # one of several test processes installs, the others wait
        done = into / "installed.json"
        if done.exists() and done.read_bytes() == lock:
            return None
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(folder / name, into / name)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        ran = subprocess.run(command, cwd=into, capture_output=True, text=True)
        if ran.returncode:
            return f"npm ci of {folder.name} failed: {ran.stderr[-500:]}"
        done.write_bytes(lock)
        return None
