"""One victim for all attacks of a file. After each of them it must be as well as before."""

from collections.abc import Iterator

import pytest

from tests.attacks.victim import Victim

pytestmark = pytest.mark.slow

# Descriptors that readers of the database may open at their first long read, and keep.
READERS = 12


@pytest.fixture(scope="module")
def one_victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    victim = Victim(tmp_path_factory.mktemp("victim"))
    with victim.backend:
        yield victim
        _, _, log = victim.backend.stop()
    assert "Traceback" not in log
    assert victim.backend.process.returncode == 0


@pytest.fixture
def victim(one_victim: Victim) -> Iterator[Victim]:
    before = one_victim.descriptors()
    yield one_victim
    assert one_victim.send("GET", "/health").status == 200
    assert one_victim.settled(before + READERS)
