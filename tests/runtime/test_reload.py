"""Hot reload: what is served after a file was saved, broken, mended or removed."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import gevent.event
import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.reload import Reloader, stamps_of
from noodl_runtime.settings import Settings
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.wire_store import NoSchema

DELAY = 1.0
PAUSE = 0.25


def answering(text: str) -> str:
    nodes = [node("q", "Request"), node("s", "String", value=text), node("r", "Response")]
    wires = "s.savedValue -> r.pm-said, q.receive -> r.send"
    return json.dumps(document(component("F", nodes, wires)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "workflows/deep").mkdir(parents=True)
    (tmp_path / "workflows/f.workflow.json").write_text(answering("old"))
    return tmp_path


@pytest.fixture
def functions() -> Functions:
    return Functions(Settings(), NoSchema())  # type: ignore[arg-type]


@pytest.fixture
def reloader(folder: Path, functions: Functions) -> Reloader:
    made = Reloader(folder, functions, DELAY)
    made.reload()
    return made


@pytest.fixture
def save(folder: Path) -> Callable[[str], None]:
    return lambda text: (folder / "workflows/f.workflow.json").write_text(text) and None


def said(functions: Functions) -> Any:
    return json.loads(functions.call("F", FunctionRequest(body=b"{}")).body)["result"]["said"]


def test_a_saved_file_is_served(
    reloader: Reloader, functions: Functions, save: Callable[[str], None]
) -> None:
    assert said(functions) == "old"
    save(answering("new"))
    assert reloader.reload()
    assert said(functions) == "new"


def test_files_are_read_when_they_were_left_alone_for_the_delay(
    reloader: Reloader, folder: Path, save: Callable[[str], None]
) -> None:
    assert not reloader.due(stamps_of(folder), 10)
    save(answering("a longer text"))
    changed = stamps_of(folder)
    due = [reloader.due(changed, PAUSE) for _ in range(6)]
    assert due == [False] * 4 + [True] * 2
    save(answering("an even longer text"))
    assert not reloader.due(stamps_of(folder), PAUSE)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "workflows/f.workflow.json: not JSON"),
        (
            '{"components": [{"name": "/#__local__/F", "nodes": [{"id": "n"}]}]}',
            "components[0].nodes[0] lacks 'type' (component /#__local__/F, node n)",
        ),
        (
            json.dumps(document(component("F", [node("a", "/#__local__/F")]))),
            "workflows/f.workflow.json /#__local__/F: contains itself",
        ),
    ],
)
def test_while_a_file_is_broken_the_old_set_goes_on_and_the_problem_is_told(
    reloader: Reloader,
    functions: Functions,
    save: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
    text: str,
    problem: str,
) -> None:
    save(text)
    with caplog.at_level(logging.ERROR):
        assert not reloader.reload()
    assert said(functions) == "old"
    assert problem in str(functions.problems[0])
    assert problem in caplog.text
    save(answering("mended"))
    assert reloader.reload()
    assert said(functions) == "mended"
    assert not functions.problems


def test_a_node_that_is_unknown_is_told_and_the_rest_is_served(
    reloader: Reloader, functions: Functions, save: Callable[[str], None]
) -> None:
    save(answering("new").replace('"nodes": [', '"nodes": [{"id": "x", "type": "Group"}, '))
    assert reloader.reload()
    assert said(functions) == "new"
    assert [problem.node for problem in functions.problems] == ["x"]


def test_a_removed_file_takes_its_function_along(
    reloader: Reloader, functions: Functions, folder: Path
) -> None:
    (folder / "workflows/f.workflow.json").unlink()
    (folder / "workflows/deep/g.workflow.json").write_text(
        answering("deep").replace("/#__local__/F", "/#__local__/G")
    )
    reloader.reload()
    assert functions.names() == ["G"]


def test_a_run_under_way_ends_on_the_set_it_began_with(
    reloader: Reloader, functions: Functions, save: Callable[[str], None]
) -> None:
    waits = "await new Promise(done => setTimeout(done, 50)); Outputs.v = 'old'; Outputs.Done()"
    wires = "q.receive -> f.run, f.out-v -> r.pm-said, f.out-Done -> r.send"
    nodes = [node("q", "Request"), script("f", waits, "Done"), node("r", "Response")]
    save(json.dumps(document(component("F", nodes, wires))))
    reloader.reload()
    running = gevent.spawn(said, functions)
    gevent.sleep(0.01)
    save(answering("new"))
    reloader.reload()
    assert said(functions) == "new"
    assert running.get(timeout=5) == "old"


def test_who_keeps_triggers_hears_of_another_set(
    reloader: Reloader, functions: Functions, save: Callable[[str], None]
) -> None:
    heard: list[list[str]] = []
    functions.changed.append(lambda: heard.append(functions.names()))
    save("{")
    reloader.reload()
    save(answering("new"))
    reloader.reload()
    assert heard == [["F"]]


@pytest.fixture
def watching(folder: Path, functions: Functions) -> Iterator[Reloader]:
    made = Reloader(folder, functions, 0.02)
    made.reload()
    made.start()
    yield made
    made.stop()


def test_a_watched_folder_needs_nothing_but_a_save(
    watching: Reloader, functions: Functions, save: Callable[[str], None]
) -> None:
    changed = gevent.event.Event()
    functions.changed.append(changed.set)
    save(answering("saved while it runs"))
    assert changed.wait(5)
    assert said(functions) == "saved while it runs"
