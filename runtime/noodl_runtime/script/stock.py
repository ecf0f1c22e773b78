"""Script contexts that are ready before a run needs one.

A context serves one run and no other, so nothing a script leaves behind reaches the next one.
Making one and compiling the scripts of a function takes about half a millisecond; it is done in a
thread of its own, ahead of the next call of that function. The engine lets go of the interpreter
lock meanwhile. Which parts of the prelude a function uses is learned from its runs.
"""

import json
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import field
from queue import SimpleQueue

from noodl_runtime.dataclass import dataclass
from noodl_runtime.script.engine import Engine, LimitMet

log = logging.getLogger("noodl.scripts")

MOST_SHELVES = 32  # functions that contexts are kept ready for; the one used longest ago loses them
PREPARE_S = 1.0  # seconds that compiling the scripts of one function may take

Texts = tuple[str, ...]


@dataclass(eq=False)
class Shelf:
    """The contexts of one function. parts: what its runs have used of the prelude so far."""

    texts: Texts
    ready: deque[Engine] = field(default_factory=deque)
    parts: set[str] = field(default_factory=set)


class Stock:
    """Hands out contexts and fills up behind.

    memory: bytes that the scripts of one run may hold
    each:   contexts kept ready for a function; 0: every run makes its own
    """

    def __init__(self, memory: int, each: int) -> None:
        self._memory = memory
        self._each = each
        self._shelves: OrderedDict[Texts, Shelf] = OrderedDict()
        self._lock = threading.Lock()
        self._wanted: SimpleQueue[Shelf | None] = SimpleQueue()
        self._filler: threading.Thread | None = None

    def take(self, texts: Texts, remaining: Callable[[], float | None]) -> Engine:
        """Return a context that no run has used, with these scripts compiled if one is ready.

        remaining: seconds until the run's time limit, None without one
        """
        if not self._each:
            return Engine(memory=self._memory, remaining=remaining)
        shelf = self._shelf(texts)
        try:
            engine = shelf.ready.popleft()
        except IndexError:
            engine = Engine(memory=self._memory, remaining=remaining)
        engine.begin(remaining, shelf.parts.add)
        self._wanted.put(shelf)
        return engine

    def close(self) -> None:
        """Keep nothing ready any more; safe to call twice."""
        with self._lock:
            self._each = 0
            self._shelves.clear()
            filler, self._filler = self._filler, None
        if filler is not None:
            self._wanted.put(None)
            filler.join()

    def _shelf(self, texts: Texts) -> Shelf:
        with self._lock:
            shelf = self._shelves.get(texts)
            if shelf is None:
                shelf = self._shelves[texts] = Shelf(texts)
                if len(self._shelves) > MOST_SHELVES:
                    self._shelves.popitem(last=False)[1].ready.clear()
            self._shelves.move_to_end(texts)
            if self._filler is None and self._each:
                self._filler = threading.Thread(target=self._fill, name="scripts", daemon=True)
                self._filler.start()
            return shelf

    def _fill(self) -> None:
        while (shelf := self._wanted.get()) is not None:
            try:
                self._fill_up(shelf)
            except (LimitMet, Exception) as problem:  # the edge of the thread; runs make their own
                log.warning("no script context could be made ready: %s", problem)

    def _fill_up(self, shelf: Shelf) -> None:
        while len(shelf.ready) < self._each and self._shelves.get(shelf.texts) is shelf:
            engine = Engine(memory=self._memory, remaining=lambda: PREPARE_S)
            engine.call(json.dumps([["prepare", shelf.texts, sorted(shelf.parts)]]))
            shelf.ready.append(engine)
