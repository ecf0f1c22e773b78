"""The tests of every store, over Parse."""

import pytest

from tests.runtime.store.contract.test_values import *  # noqa: F403

pytestmark = pytest.mark.slow
