"""Work in threads: what it returns and raises comes to whoever waits, and to nobody else."""

import gevent
import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.threads import in_thread


def test_the_result_comes_back() -> None:
    assert in_thread(gevent.get_hub().threadpool, lambda: 6 * 7) == 42
    assert in_thread(gevent.get_hub().threadpool, lambda: None) is None


def test_an_error_is_raised_here_and_written_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise BadQuery("not like this")

    with pytest.raises(BadQuery, match="not like this"):
        in_thread(gevent.get_hub().threadpool, refuse)
    assert capfd.readouterr().err == ""
