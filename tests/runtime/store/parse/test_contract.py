"""The tests of every store, over Parse."""

import pytest

from tests.runtime.store.contract.test_events import *  # noqa: F403
from tests.runtime.store.contract.test_operations import *  # noqa: F403
from tests.runtime.store.contract.test_queries import *  # noqa: F403
from tests.runtime.store.contract.test_remembering import *  # noqa: F403
from tests.runtime.store.contract.test_schema import *  # noqa: F403
from tests.runtime.store.contract.test_values import *  # noqa: F403
from tests.runtime.store.contract.test_writes import *  # noqa: F403

pytestmark = pytest.mark.slow
