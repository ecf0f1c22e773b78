"""Drives one run: lets it work, finds out what it asks, keeps its time limit.

A run without scripts works on the hub, in small portions; every few milliseconds it lets other
requests go first. A run with scripts works in a thread of its own pool, so that `while(true){}`
stops nobody. Either way the run only ever works in one place at a time.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from gevent.queue import Empty, SimpleQueue
from gevent.threadpool import ThreadPool

from noodl_runtime.functions.answers import Answers
from noodl_runtime.script.engine import LimitMet
from noodl_runtime.store.contract import Origin
from noodl_runtime.threads import in_thread
from noodl_runtime.workflow.asks import Ask, SendMail, SendRequest, Wait
from noodl_runtime.workflow.run import Expired, Outcome, Run

EVENTS_PER_TURN = 10
LONGEST_BREATH = 0.005  # seconds that a run keeps the hub or the interpreter lock in one go
LONG_RUN = 0.02  # seconds after which a run lets others go first more often
SHORT_BREATH = 0.001
PATIENCE = 0.2  # seconds after its end that a script gets to notice it by itself
LONGEST_REQUEST = 60.0  # seconds, for a request that a function without time limit sends


class Deadline:
    """The moment at which a run must end; seconds 0 means never."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds if seconds else None

    def remaining(self) -> float | None:
        """Return the seconds left, None without a limit."""
        return None if self._end is None else self._end - time.monotonic()

    def check(self) -> None:
        """Raise Expired when the time is up."""
        if self._end is not None and time.monotonic() >= self._end:
            raise Expired("timeout")


class Hosting:
    """One run and its host.

    threads: where the run works, None for the hub
    """

    def __init__(
        self,
        answers: Answers,
        deadline: Deadline,
        threads: ThreadPool | None,
        network: ThreadPool,
        origin: Origin,
    ) -> None:
        self.run: Run
        self._answers = answers
        self._deadline = deadline
        self._threads = threads
        self._network = network
        self._origin = origin
        self._ready: deque[tuple[int, Ask]] = deque()
        self._arrivals: SimpleQueue = SimpleQueue()
        self._began = time.monotonic()
        self._next_breath = self._began + LONGEST_BREATH
        self._helpers: list[gevent.Greenlet] = []
        self._left: Any = None  # work of the run that goes on in its thread after the end

    @property
    def seconds(self) -> float:
        """Return the seconds that the run was given, 0 for no limit."""
        return self._deadline.seconds

    def breathe(self) -> None:
        """Let others work now and then, and stop the run when its time is up."""
        now = time.monotonic()
        if now < self._next_breath:
            return
        self._deadline.check()
        if self._threads is None:
            gevent.sleep(0)
        else:
            time.sleep(0)  # lets go of the interpreter lock
        is_long = now - self._began > LONG_RUN
        self._next_breath = time.monotonic() + (SHORT_BREATH if is_long else LONGEST_BREATH)

    def until_response(self, begin: Callable[[], None]) -> Outcome | None:
        """Start the run and drive it until it has answered; None when it goes idle without.

        raises: Expired, LimitMet when a limit ended it
        """
        self._work(begin)
        self._drive(lambda: self.run.response is not None)
        return self.run.response

    def finish(self) -> None:
        """Let what still runs after the response come to its end, within the time limit."""
        try:
            self._drive(lambda: False)
        except (Expired, LimitMet):
            pass
        finally:
            self.stop()

    def wait_out(self) -> None:
        """Do nothing until the time limit; without one there is nothing to wait for."""
        gevent.sleep(max(self._deadline.remaining() or 0, 0))

    def stop(self) -> None:
        """End the run and forget what is under way for it."""
        gevent.killall(self._helpers, block=False)
        if self._left is None:
            self.run.end()
        else:
            self._left.rawlink(lambda _done: self.run.end())

    def _drive(self, done: Callable[[], bool]) -> None:
        turns = 0
        while not done():
            self._take_asks()
            if self._ready:
                self._answer(*self._ready.popleft())
            elif self.run.idle or not self._await_arrival():
                return
            self._work(self.run.advance)
            turns += 1
            if turns % EVENTS_PER_TURN == 0:
                gevent.sleep(0)

    def _work(self, action: Callable[[], None]) -> None:
        if self._threads is None:
            action()
            return
        # The engine counts the time its process has worked, not that of the clock, and some of its
        # work cannot be interrupted. So the caller is not kept waiting for a thread that is late.
        left = self._deadline.remaining()
        with gevent.Timeout(None if left is None else max(left, 0) + PATIENCE, False):
            working = self._threads.spawn(_caught, action)
            self._left = working
            error = working.get()
            self._left = None
            if error is not None:
                raise error
            return
        raise Expired("timeout")

    def _take_asks(self) -> None:
        taken, self.run.asks = self.run.asks, []
        for ticket, ask in taken:
            if isinstance(ask, Wait):
                self._helpers.append(gevent.spawn_later(ask.milliseconds / 1000, self._due, ticket))
            elif isinstance(ask, SendRequest):
                self._helpers.append(gevent.spawn(self._send, ticket, ask))
            elif isinstance(ask, SendMail):
                self._helpers.append(gevent.spawn(self._answer_later, ticket, ask))
            else:
                self._ready.append((ticket, ask))

    def _answer(self, ticket: int, ask: Ask) -> None:
        try:
            self.run.answer(ticket, self._answers.answer(ask, self._origin))
        except Exception as error:
            self.run.refuse(ticket, error)

    def _answer_later(self, ticket: int, ask: Ask) -> None:
        """Find an answer that takes long, while the run goes on; the helper waits for a thread."""
        try:
            self._arrivals.put((ticket, self._answers.answer(ask, self._origin), None))
        except Exception as error:
            self._arrivals.put((ticket, None, error))

    def _await_arrival(self) -> bool:
        """Take the next answer of a helper; False when the run waits for nothing."""
        self._deadline.check()
        try:
            left = self._deadline.remaining()  # the end may have come since it was checked
            ticket, value, error = self._arrivals.get(timeout=left and max(left, 0))
        except Empty:
            raise Expired("timeout") from None
        if error is not None:
            self.run.refuse(ticket, error)
        else:
            self.run.answer(ticket, value)
        return True

    def _due(self, ticket: int) -> None:
        self._arrivals.put((ticket, None, None))

    def _send(self, ticket: int, ask: SendRequest) -> None:
        left = self._deadline.remaining()
        timeout_s = LONGEST_REQUEST if left is None else max(left, 0.001)
        if ask.timeout_s is not None:
            timeout_s = max(min(timeout_s, ask.timeout_s), 0.001)
        try:
            reply = in_thread(self._network, lambda: self._answers.send(ask, timeout_s))
        except Exception as error:
            self._arrivals.put((ticket, None, error))
        else:
            self._arrivals.put((ticket, reply, None))


def _caught(action: Callable[[], None]) -> BaseException | None:
    """Run an action in a thread; hand back what it raised, also what is no Exception."""
    try:
        action()
    except BaseException as error:
        return error
    return None
