"""Work in a thread of a pool, whose errors belong to whoever waits for it.

gevent's pool writes the traceback of an error to stderr also when somebody waits for the result and
deals with it: a log that shows what people sent, for a refusal that is none of the server's faults.
"""

from collections.abc import Callable
from typing import TypeVar

from gevent.threadpool import ThreadPool

T = TypeVar("T")


def in_thread(pool: ThreadPool, work: Callable[[], T]) -> T:
    """Return what `work` returns, done in a thread while the hub goes on; raises what it raises."""
    done: list[T] = []
    error: BaseException | None = pool.apply(_caught, (work, done))
    if error is not None:
        raise error
    return done[0]


def _caught(work: Callable[[], T], done: list[T]) -> BaseException | None:
    try:
        done.append(work())
    except BaseException as error:
        return error
    return None
