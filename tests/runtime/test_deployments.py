"""Deployed functions: versions on disk, what is refused, and which set of workflows answers."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import read_definition
from noodl_runtime.errors import DeployRefused, StoreFull
from noodl_runtime.functions import FunctionRequest
from noodl_runtime.reload import Reloader
from noodl_runtime.settings import Settings
from noodl_runtime.workflow.graph import CLOUD, LOCAL
from tests.runtime.workflow.graphs import component, document, node, script

Open = Callable[..., Backend]


def saying(text: str, name: str = "F", **more: Any) -> dict[str, Any]:
    """Write an export whose function F answers {"said": text}."""
    nodes = [node("q", "Request"), node("s", "String", value=text), node("r", "Response")]
    made = component(name, nodes, "s.savedValue -> r.pm-said, q.receive -> r.send")
    return document({**made, "name": made["name"].replace(LOCAL, CLOUD)}, **more)


def save(folder: Path, made: Any, name: str = "f") -> None:
    (folder / "workflows").mkdir(exist_ok=True)
    (folder / f"workflows/{name}.workflow.json").write_text(json.dumps(made))


def said(backend: Backend, name: str = "F", version: str = "") -> Any:
    assert backend.functions
    headers = {"x-noodl-cloud-version": version} if version else {}
    answer = backend.functions.call(name, FunctionRequest(body=b"{}", headers=headers))
    return json.loads(answer.body).get("result", {}).get("said")


def deploy(backend: Backend, made: Any) -> str:
    assert backend.deployments
    return backend.deployments.deploy(made).version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"name": "Shop", "appId": "shop"}))
    (tmp_path / "schema.json").write_text(json.dumps({"tables": []}))
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Open]:
    """start(keep=10) -> the backend; starting again is a restart."""
    running: list[Backend] = []

    def start(**settings: Any) -> Backend:
        stop()
        made = assemble(Settings(**settings), read_definition(folder), DataFolder(folder), {})
        running.append(made)
        return made

    def stop() -> None:
        while running:
            running.pop().close()

    yield start
    stop()


def kept(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / "data/deployed").iterdir())


def test_each_deploy_is_a_version_and_the_newest_answers(start: Open) -> None:
    backend = start()
    versions = [deploy(backend, saying(text)) for text in ("one", "two", "two")]
    assert [version.partition("-")[0] for version in versions] == ["1", "2", "3"]
    assert said(backend) == "two"


def test_deploys_side_by_side_become_one_version_after_the_other(start: Open, folder: Path) -> None:
    backend = start()
    deploying = [gevent.spawn(deploy, backend, saying(str(number))) for number in range(6)]
    versions = [each.get(timeout=30) for each in deploying]
    assert sorted(int(version.partition("-")[0]) for version in versions) == [1, 2, 3, 4, 5, 6]
    assert kept(folder) == sorted(f"{version}.workflow.json" for version in versions)
    newest = max(versions, key=lambda version: int(version.partition("-")[0]))
    assert said(backend) == said(backend, version=newest) == str(versions.index(newest))


def test_a_run_under_way_ends_on_the_version_it_began_with(start: Open) -> None:
    backend = start()
    waits = "await new Promise(done => setTimeout(done, 100)); Outputs.v = 'old'; Outputs.Done()"
    wires = "q.receive -> f.run, f.out-v -> r.pm-said, f.out-Done -> r.send"
    nodes = [node("q", "Request"), script("f", waits, "Done"), node("r", "Response")]
    deploy(backend, document(component("F", nodes, wires)))
    running = gevent.spawn(said, backend)
    gevent.sleep(0)  # lets it begin
    deploy(backend, document(saying("new")["components"][0] | {"name": "/#__local__/F"}))
    assert said(backend) == "new"
    assert running.get(timeout=5) == "old"


@pytest.mark.parametrize("restarted", [False, True])
def test_a_call_picks_a_kept_version_and_gets_the_newest_for_any_other(
    start: Open, restarted: bool
) -> None:
    backend = start()
    first, second = deploy(backend, saying("one")), deploy(backend, saying("two"))
    backend = start() if restarted else backend
    assert said(backend) == "two"
    assert said(backend, version=first) == "one"
    assert said(backend, version=second) == "two"
    for unknown in ("undefined", "1", "1-00000000", "../1", "99-5f0c1a9e"):
        assert said(backend, version=unknown) == "two"


def test_as_many_versions_are_kept_as_the_setting_says(start: Open, folder: Path) -> None:
    backend = start(deployed_versions=2)
    versions = [deploy(backend, saying(text)) for text in ("one", "two", "three")]
    assert kept(folder) == [f"{version}.workflow.json" for version in versions[1:]]
    assert [said(backend, version=version) for version in versions] == ["three", "two", "three"]


def test_numbers_go_on_after_versions_were_forgotten(start: Open) -> None:
    deploy(start(deployed_versions=1), saying("one"))
    assert deploy(start(deployed_versions=1), saying("two")).startswith("2-")
    assert deploy(start(deployed_versions=1), saying("three")).startswith("3-")


BROKEN = [
    # export                                                                     says
    ({"settings": {}},                                                           "the file lacks 'components'"),
    ({"components": [{"name": "/#__cloud__/F", "nodes": [{"id": "n7"}]}]},       "component /#__cloud__/F, node n7"),
    ({"components": [{"name": "F"}]},                                            "components[0].name is \"F\""),
    (document(component("F", [node("a", "/#__local__/F")])),                     "/#__local__/F: contains itself"),
]  # fmt: skip


@pytest.mark.parametrize(("export", "says"), BROKEN)
def test_a_broken_export_is_refused_by_name_and_the_old_one_goes_on(
    start: Open, folder: Path, caplog: pytest.LogCaptureFixture, export: Any, says: str
) -> None:
    backend = start()
    deploy(backend, saying("one"))
    before = kept(folder)
    with pytest.raises(DeployRefused) as refused:
        deploy(backend, export)
    assert says in str(refused.value)
    assert says in caplog.text
    assert said(backend) == "one"
    assert kept(folder) == before


def test_a_refused_export_leaves_no_traceback_behind(
    start: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DeployRefused):
        deploy(start(), {"components": [{}]})
    assert capfd.readouterr().err == ""


def test_a_node_nobody_knows_is_told_and_the_rest_is_served(start: Open) -> None:
    backend = start()
    export = saying("one")
    export["components"][0]["nodes"].append({"id": "g9", "type": "Group"})
    assert backend.deployments
    done = backend.deployments.deploy(export)
    assert said(backend) == "one"
    assert len(done.problems) == 1
    for word in ("/#__cloud__/F", "g9", "only available in the browser"):
        assert word in done.problems[0]
    assert done.problems[0] in backend.health(MASTER)["problems"]


def test_a_deployed_function_comes_before_one_of_the_folder_also_after_a_restart(
    start: Open, folder: Path
) -> None:
    save(folder, saying("folder"))
    save(folder, saying("only here", "G"), "g")
    backend = start()
    assert said(backend) == "folder"
    deploy(backend, saying("deployed"))
    for again in (lambda: backend, start):
        running = again()
        assert (said(running), said(running, "G")) == ("deployed", "only here")
        assert running.functions
        assert running.functions.names() == ["F", "G"]


def test_workflows_that_changed_after_a_deploy_come_first_also_after_a_restart(
    start: Open, folder: Path
) -> None:
    save(folder, saying("folder"))
    backend = start()
    version = deploy(backend, saying("deployed"))
    deploy(backend, {**saying("deployed"), "components": [
        *saying("deployed")["components"], *saying("only deployed", "G")["components"]]})  # fmt: skip
    save(folder, saying("saved later"))
    assert backend.functions
    Reloader(folder, backend.functions, 1).reload()
    for again in (lambda: backend, start):
        running = again()
        assert (said(running), said(running, "G")) == ("saved later", "only deployed")
        assert said(running, version=version) == "deployed"
    save(folder, saying("folder"))
    assert said(start()) == "deployed"


def test_helpers_of_one_set_are_not_those_of_the_other(start: Open, folder: Path) -> None:
    def using(text: str, name: str) -> dict[str, Any]:
        helper = component(
            "Help", [node("s", "String", value=text), node("o", "Component Outputs")],
            "s.savedValue -> o.text", {"text": "output"},
        )  # fmt: skip
        nodes = [node("q", "Request"), node("h", "/#__local__/Help"), node("r", "Response")]
        return document(component(name, nodes, "h.text -> r.pm-said, q.receive -> r.send"), helper)

    save(folder, using("folder", "G"))
    backend = start()
    deploy(backend, using("deployed", "F"))
    assert (said(backend), said(backend, "G")) == ("deployed", "folder")


def test_what_a_call_needs_of_the_project_comes_from_its_own_set(start: Open, folder: Path) -> None:
    backend = start()
    deploy(backend, saying("one", metadata={"note": "deployed"}))
    assert backend.functions
    found = backend.functions.serving.function("F")
    assert found
    assert found[0].metadata == {"note": "deployed"}


def test_a_trigger_that_stands_in_both_sets_fires_once(start: Open, folder: Path) -> None:
    timed = document(component("Nightly", [node("t", "noodl.trigger.schedule", cron="0 3 * * *")]))
    save(folder, timed)
    backend = start()
    later = document(component("Nightly", [node("t", "noodl.trigger.schedule", cron="0 4 * * *")]))
    deploy(backend, later)
    assert backend.functions
    assert [trigger.parameters["cron"] for trigger in backend.functions.triggers()] == ["0 4 * * *"]


def test_who_keeps_triggers_hears_of_a_deploy(start: Open) -> None:
    backend = start()
    heard: list[list[str]] = []
    assert backend.functions
    functions = backend.functions
    functions.changed.append(lambda: heard.append(functions.names()))
    deploy(backend, saying("one"))
    assert heard == [["F"]]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"components": 1}', "\udcff"])
def test_a_damaged_version_is_told_and_the_one_before_it_serves(
    start: Open, folder: Path, damage: str
) -> None:
    backend = start()
    first, second = deploy(backend, saying("one")), deploy(backend, saying("two"))
    data = damage.encode("utf-8", "surrogateescape")
    (folder / f"data/deployed/{second}.workflow.json").write_bytes(data)
    backend = start()
    assert said(backend) == "one"
    assert any(second in problem for problem in backend.health(MASTER)["problems"])
    (folder / f"data/deployed/{first}.workflow.json").write_bytes(data)
    backend = start()
    assert said(backend) is None
    assert len(backend.health(MASTER)["problems"]) == 2
    deploy(backend, saying("three"))
    assert said(backend) == "three"


def test_what_an_ended_process_left_half_written_is_swept_away(start: Open, folder: Path) -> None:
    deploy(start(), saying("one"))
    before = kept(folder)
    (folder / "data/deployed/.2-5f0c1a9e.workflow.json.x1").write_text('{"compon')
    assert said(start()) == "one"
    assert kept(folder) == before


def test_a_version_is_a_workflow_file_like_any_other(start: Open, folder: Path) -> None:
    version = deploy(start(), saying("one"))
    file = folder / f"data/deployed/{version}.workflow.json"
    assert file.stat().st_mode & 0o077 == 0
    save(folder, json.loads(file.read_text()))
    assert not read_definition(folder).problems


def test_a_full_disk_refuses_the_deploy_and_the_old_one_goes_on(
    start: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = start()
    deploy(backend, saying("one"))

    def full(*_: Any) -> None:  # a disk that is full cannot be had here without root
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("noodl_runtime.data_folder.os.fsync", full)
    with pytest.raises(StoreFull, match="No space left"):
        deploy(backend, saying("two"))
    assert said(backend) == "one"
    assert len(kept(folder)) == 1
