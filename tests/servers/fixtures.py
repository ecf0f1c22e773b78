"""The pytest fixture of a real Parse Server; a conftest that needs it imports it by name."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.servers.parse import ParseServer


@pytest.fixture(scope="session")
def parse_server() -> Iterator["ParseServer"]:
    """Run one server for all tests of this process; what is missing is the reason to skip."""
    if os.name != "posix":
        pytest.skip("PostgreSQL and Parse Server are started on POSIX systems only")
    from tests.servers import parse

    reason = parse.missing()
    if reason:
        pytest.skip(reason)
    with parse.parse_server() as server:
        yield server
