"""A real PostgreSQL for tests: a private cluster in a temporary folder, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "postgres"  # PostgreSQL refuses to run as root; its Debian package makes this user
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


def missing() -> str | None:
    """Say what is not installed, None if PostgreSQL can be started."""
    if not _binaries():
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and not (shutil.which("runuser") and _owner_exists()):
        return f"as root, PostgreSQL needs runuser and a user named {OWNER}"
    return None


@contextmanager
def postgres() -> Iterator[str]:
    """Run a cluster; yield the URL of an empty database: "postgres://…@127.0.0.1:…/postgres"."""
    folder = Path(tempfile.mkdtemp(prefix="noodl-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    data, port = folder / "data", _free_port()
    try:
        _run("initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        settings = (*_FAST, "listen_addresses=127.0.0.1", f"port={port}", "timezone=UTC")
        options = " ".join(
            f"-c {setting}" for setting in (*settings, f"unix_socket_directories={folder}")
        )
        _run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgres://{OWNER}@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    found = shutil.which("postgres")
    if found:
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((path.parent for path in versions), default=None)


def _owner_exists() -> bool:
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        return False
    return True


def _run(program: str, *arguments: str | Path) -> None:
    binaries = _binaries()
    assert binaries is not None
    command = [str(binaries / program), *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["runuser", "-u", OWNER, "--", *command]
    # No pipes: the server that pg_ctl leaves behind would hold them open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/"
        )
        output.seek(0)
        assert done.returncode == 0, f"{program}: {output.read().decode(errors='replace')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
