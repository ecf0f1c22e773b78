"""The Parse SDK that apps use, in Node, against a real backend; each of its tests by name."""

import pytest

from tests.clients import running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> running.Results:
    """What came of all tests; they run once in each test process."""
    if reason := running.missing():
        pytest.skip(reason)
    return running.results(tmp_path_factory.mktemp("clients"))


@pytest.mark.parametrize("name", running.names())
def test_sdk(results: running.Results, name: str) -> None:
    assert name in results, f"node did not run it; it ran {sorted(results)}"
    assert results[name]["ok"], results[name]["error"]


def test_every_test_of_node_is_reported_here(results: running.Results) -> None:
    assert set(results) == set(running.names())
