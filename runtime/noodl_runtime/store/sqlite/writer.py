"""The one write path: jobs of concurrent greenlets share a transaction, its flush and its commit.

The first greenlet that wants to write lets the other ready ones run once, so that they can put
their jobs beside its own; then it runs all of them in one transaction, each behind a savepoint,
and commits. A job is answered after that commit. Whoever is not a greenlet of the hub's thread
(plain code, a worker thread) runs its job at once, in a transaction of its own; a lock keeps
threads apart.
"""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import gevent
from gevent.event import Event

from noodl_runtime.store.contract import Action, Change, Origin
from noodl_runtime.store.events import Events
from noodl_runtime.store.sqlite.change_log import ChangeLog
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.greenlets import Home
from noodl_runtime.values import Clock, Record

T = TypeVar("T")


class Transaction:
    """An open transaction: its connection, its time, and the changes made in it so far.

    after_commit: called right after the commit, before anything else is written; None for nothing
    """

    def __init__(self, connection: Connection, log: ChangeLog, now: str) -> None:
        self.connection = connection
        self.now = now
        self.changes: list[Change] = []
        self.after_commit: Callable[[], None] | None = None
        self._log = log

    def log(
        self,
        action: Action,
        collection: str,
        before: Record | None,
        after: Record | None,
        origin: Origin,
    ) -> None:
        """Note a change of one record; the log and the handlers get it when the job succeeds."""
        record = after if before is None else before
        assert record is not None
        change = Change(
            self._log.last + len(self.changes) + 1,
            self.now,
            collection,
            action,
            record["objectId"],
            before,
            after,
            origin,
        )
        self._log.write(self.connection, change)
        self.changes.append(change)

    def attempt(self, work: Callable[["Transaction"], T]) -> T:
        """Do some work; if it raises, everything it did is undone, and what was before it stays."""
        mark = len(self.changes)
        self.connection.run("SAVEPOINT job")
        try:
            result = work(self)
        except Exception:
            del self.changes[mark:]
            if self.connection.in_transaction:  # a full disk can end the whole transaction
                self.connection.run("ROLLBACK TO job")
                self.connection.run("RELEASE job")
            raise
        self.connection.run("RELEASE job")
        return result


class _Job(Generic[T]):
    """Work to do in a transaction, and what came of it."""

    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self.work = work
        self.result: T
        self.error: Exception | None = None
        self.done: Event | None = None

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result


class Writer:
    """Runs jobs in transactions and hands their changes to Events after the commit."""

    def __init__(self, connection: Connection, log: ChangeLog, events: Events, now: Clock) -> None:
        self._connection = connection
        self._log = log
        self._events = events
        self._now = now
        self._queue: list[_Job[Any]] = []
        self._lock = threading.RLock()
        self._home = Home()

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Do work in a transaction, together with others who wait, and return after the commit."""
        job = _Job(work)
        if not self._home.can_wait():
            self._carry_out([job])
        elif self._queue:
            self._queue.append(job)
            job.done = Event()
            job.done.wait()
        else:
            self._lead(job)
        return job.outcome()

    def run_alone(self, work: Callable[[Transaction], T]) -> T:
        """Do work in a transaction of its own, now: no other greenlet runs before it is done."""
        job = _Job(work)
        self._carry_out([job])
        return job.outcome()

    def _lead(self, job: _Job[Any]) -> None:
        self._queue.append(job)
        try:
            gevent.sleep(0)
        finally:  # also when this greenlet is killed meanwhile: others have joined
            jobs, self._queue = self._queue, []
            self._carry_out(jobs)

    def _carry_out(self, jobs: list[_Job[Any]]) -> None:
        try:
            with self._lock:
                self._in_one_transaction(jobs)
        finally:
            for job in jobs:
                if job.done is not None:
                    job.done.set()
        self._events.deliver()

    def _in_one_transaction(self, jobs: list[_Job[Any]]) -> None:
        transaction = Transaction(self._connection, self._log, self._now())
        try:
            self._commit(jobs, transaction)
        except Exception as error:  # the transaction as a whole: nobody's write was kept
            if self._connection.in_transaction:
                self._connection.run("ROLLBACK")
            for job in jobs:
                job.error = error
        else:
            self._log.last += len(transaction.changes)
            self._events.append(transaction.changes)
            if transaction.after_commit is not None:
                transaction.after_commit()

    def _commit(self, jobs: list[_Job[Any]], transaction: Transaction) -> None:
        self._connection.run("BEGIN IMMEDIATE")
        if len(jobs) == 1:  # no savepoint: what it did is undone with the transaction
            jobs[0].result = jobs[0].work(transaction)
        else:
            for job in jobs:
                self._attempt(job, transaction)
        last = self._log.last + len(transaction.changes)
        self._log.trim_if_due(self._connection, last, transaction.now)
        self._connection.run("COMMIT")

    def _attempt(self, job: _Job[Any], transaction: Transaction) -> None:
        try:
            job.result = transaction.attempt(job.work)
        except Exception as error:
            if not self._connection.in_transaction:
                raise
            job.error = error
