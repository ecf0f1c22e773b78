"""The recorded workflows again, against a real process: nothing but sockets in between.

Schema and records go in through the Parse wire, graphs through an editor's deploy, calls through
/functions. One process serves all cases, one after the other; a second one, with a short time
limit, serves those that wait for theirs.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.driver import Backend
from tests.runtime.http.clients import PortClient
from tests.runtime.workflow.http_world import HttpWorld
from tests.runtime.workflow.recorded import Case, Playing, cases, waits_for_a_limit
from tests.runtime.workflow.stub_server import StubServer

pytestmark = pytest.mark.slow

ORDINARY_LIMIT, SHORT_LIMIT = 15, 1  # seconds
SETTINGS = {
    "mode": "development",
    "scryptCost": 10,
    "durability": "normal",
    "reloadDelay": 0,
    "deployedVersions": 1,
    "runHistory": 0,
    "logLevel": "error",
}


@pytest.fixture(scope="session")
def world_with(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], HttpWorld]]:
    """world_with(15) -> the world of a process whose functions may take 15 seconds."""
    running: dict[int, tuple[Backend, PortClient, HttpWorld]] = {}

    def world(limit: int) -> HttpWorld:
        if limit not in running:
            backend = started(tmp_path_factory.mktemp("served"), limit)
            client = PortClient(backend.ready["port"], timeout_s=20)
            app_id = backend.ready["appId"]
            running[limit] = backend, client, HttpWorld(client, app_id, backend.master_key())
        return running[limit][2]

    yield world
    for backend, client, _ in running.values():
        client.close()
        backend.__exit__(None, None, None)


def started(folder: Path, limit: int) -> Backend:
    config = {"name": "Recorded", "appId": "recorded", "settings": SETTINGS}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "schema.json").write_text(json.dumps({"tables": []}))
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", folder]
    options = ("--port", "0", "--function-timeout", str(limit))
    return Backend(command, *options, cwd=folder, env={**os.environ, "TZ": "UTC"})


def params() -> Iterator[Any]:
    yield from (pytest.param(case, id=case["id"]) for case in cases())


@pytest.mark.parametrize("case", list(params()))
def test_a_workflow_does_over_http_what_it_did_in_the_original(
    world_with: Callable[[int], HttpWorld], case: Case
) -> None:
    world = world_with(SHORT_LIMIT if waits_for_a_limit(case) else ORDINARY_LIMIT)
    try:
        with StubServer(case.get("http_stub", [])) as stub:
            Playing(case, world, stub).play()
    finally:
        world.clear()


def test_all_recorded_workflows_are_played() -> None:
    assert len(list(cases())) == 196
