"""The JavaScript engine behind one small door: a text of operations in, a text of results out.

quickjs is imported here and nowhere else, when first needed; where there is no wheel for it,
script nodes say so by name and everything else works. Scripts get no Python callable, no file,
no module: what the prelude defines is all there is. Each run has a context of its own.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

STACK = 256 * 1024  # bytes; threads of the pool have at least 512 KB on all platforms
JOBS_PER_LOOK = 200


class LimitMet(BaseException):
    """A script met a limit; its context is of no further use. The text is what callers are told."""


class NoEngine(Exception):
    """The engine for scripts is not installed on this machine."""


def available() -> bool:
    """Tell whether scripts can run here."""
    try:
        _quickjs()
    except NoEngine:
        return False
    return True


class Engine:
    """One script context, used by one run, from one thread at a time.

    Its time limit is the engine's own: time that the process has worked, looked at between two
    steps of a script. Whoever needs an answer by the clock must not wait for it alone.

    memory:    bytes that all scripts of the run may hold
    remaining: seconds until the run's time limit, None without one; asked before each entry
    """

    def __init__(self, *, memory: int, remaining: Callable[[], float | None]) -> None:
        self._remaining = remaining
        self._note: Callable[[str], None] = _nobody
        self._context = _quickjs().Context()
        self._context.set_memory_limit(memory)
        self._context.set_max_stack_size(STACK)
        core, places, parts = prelude()
        self._door = self._context.eval(core)(places, parts)

    def begin(self, remaining: Callable[[], float | None], note: Callable[[str], None]) -> None:
        """Hand the context to a run. note: hears of each part of the prelude that it uses."""
        self._remaining = remaining
        self._note = note

    def used(self, part: str) -> None:
        """Say that the run has used a part of the prelude."""
        self._note(part)

    def call(self, text: str) -> str:
        """Carry out a list of operations; pending promises do not move. raises: LimitMet."""
        return str(self._enter(lambda: self._door(text)))

    def run_jobs(self) -> int:
        """Run continuations of settled promises until none is left; return how many ran."""
        count = 0
        while self._enter(self._context.execute_pending_job):
            count += 1
            if count % JOBS_PER_LOOK == 0:
                self._limit()
        return count

    def _enter(self, action: Callable[[], Any]) -> Any:
        self._limit()
        try:
            return action()
        except (_quickjs().JSException, UnicodeDecodeError, MemoryError) as error:
            raise _limit_met(error) from error

    def _limit(self) -> None:
        seconds = self._remaining()
        if seconds is not None and seconds <= 0:
            raise LimitMet("timeout")
        self._context.set_time_limit(-1 if seconds is None else seconds)


def _nobody(_part: str) -> None:
    """Take a note that nobody waits for."""


def _limit_met(error: Exception) -> LimitMet:
    """Say what ended the context: scripts catch their own errors, so only a limit gets here."""
    text = str(error)
    # Where there is no room for even an error, the engine throws null.
    if "out of memory" in text or text.strip() == "null" or isinstance(error, MemoryError):
        return LimitMet("Out of memory")
    return LimitMet("timeout" if "interrupted" in text else f"the script engine failed: {text}")


@cache
def prelude() -> tuple[str, str, str]:
    """Return the function that makes a fresh context ready, and the two texts it is called with.

    It gives the door. The first text is JSON, name -> where a part of the prelude stands in the
    second; reading parts is left for when they are needed, for that is what a fresh context spends
    its time on.
    """
    from importlib import resources

    folder = resources.files("noodl_runtime.script") / "prelude"
    core = "\n".join(text for _, text in _texts(folder))
    places: dict[str, tuple[int, int]] = {}
    parts = ""
    for name, text in _texts(folder / "later"):
        places[name] = (len(parts), len(parts) + len(text))
        parts += text
    start = f'((partPlaces, partTexts) => {{ "use strict";\n{core}\nreturn door; }})'
    return start, json.dumps(places), parts


def _texts(folder: "Traversable") -> list[tuple[str, str]]:
    """Return name without ending and text of the scripts in a folder, sorted.

    Comments and indentation are left out: a fresh context pays for each character.
    """
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [
        (
            file.name[:-3],
            re.sub(r"^\s*(//.*)?\n?", "", file.read_text(encoding="utf-8"), flags=re.M),
        )
        for file in files
        if file.name.endswith(".js")
    ]


@cache
def _quickjs() -> Any:
    try:
        import quickjs
    except ImportError as error:
        raise NoEngine(
            "scripts cannot run here: there is no JavaScript engine for this platform"
            " (package quickjs-ng)"
        ) from error
    return quickjs
