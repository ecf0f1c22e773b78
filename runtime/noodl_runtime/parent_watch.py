"""Stop when the program that started this one is gone: nothing is left behind a closed app.

Two signs, each asked for by a setting. stdin ends when whoever holds its other end dies, in
whatever way, at once, on every system. A process number can be asked after where stdin cannot be
used, or was inherited by someone who lives on. Both are waited for in threads: a pipe on Windows
cannot be polled.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from noodl_runtime.settings import Settings

ASK_EVERY_S = 0.5
PIECE = 4096

log = logging.getLogger("noodl.serve")


def watch_parent(settings: Settings, stop: Callable[[], object]) -> None:
    """Call stop, in the hub of this thread, as soon as a sign of the settings appears."""
    from gevent import get_hub

    watcher = get_hub().loop.async_()
    signs: list[tuple[Callable[[], None], str]] = []
    if settings.stop_with_stdin == "yes":
        signs.append((_until_stdin_ends, "stdin has ended"))
    if settings.parent_pid:
        gone = parent_gone(settings.parent_pid)
        signs.append((lambda: _until(gone), f"process {settings.parent_pid} is gone"))
    if signs:
        watcher.start(stop)
    for wait, sign in signs:
        threading.Thread(target=_wait, args=(wait, sign, watcher), daemon=True).start()


def parent_gone(pid: int) -> Callable[[], bool]:
    """Return what tells whether a process has ended."""
    if sys.platform == "win32":
        return _gone_on_windows(pid)
    if os.getppid() == pid:
        return lambda: os.getppid() != pid  # also true while the dead one is not collected yet
    return lambda: not _exists(pid)


def _wait(wait: Callable[[], None], sign: str, watcher: Any) -> None:
    wait()
    log.info("stopping: %s", sign)
    watcher.send()


def _until_stdin_ends() -> None:
    try:
        while os.read(0, PIECE):
            pass
    except OSError:  # closed, or never there
        pass


def _until(gone: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not gone():
        pause.wait(ASK_EVERY_S)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is someone else's, and there
        pass
    return True


def _gone_on_windows(pid: int) -> Callable[[], bool]:
    import ctypes

    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    synchronize, timed_out = 0x0010_0000, 0x102
    process = kernel.OpenProcess(synchronize, False, pid)
    # the handle keeps the number from being given away; without one the process is gone already
    return lambda: not process or kernel.WaitForSingleObject(process, 0) != timed_out
