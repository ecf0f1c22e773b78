"""Loading: what is tolerated, what is refused, and how that is told."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.workflow import nodes
from noodl_runtime.workflow.graph import Graph
from noodl_runtime.workflow.load import MAX_NODES, load
from noodl_runtime.workflow.nodes import NODE_TYPES
from tests.runtime.workflow.graphs import component, document, node, script


def loaded(*components: Any, **more: Any) -> Graph:
    return load([("f.workflow.json", document(*components, **more))], NODE_TYPES)


def messages(graph: Graph) -> list[str]:
    return [f"{problem.node} {problem.message}".strip() for problem in graph.problems]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"nodes": [node("a", "Group")]}, "only available in the browser"),
        ({"nodes": [node("a", "my.module")]}, "Can't find component model for my.module (unknown)"),
        ({"nodes": [node("a", "String"), node("a", "Number")]}, "has this id twice"),
        ({"nodes": [{**node("a", "String"), "children": [node("b", "Number")]}]}, "have children"),
        ({"nodes": ["odd"]}, "has a node without an id"),
        ({"connections": [{"sourceId": "a"}]}, "Error in connection: Missing sourcePort"),
    ],
)
def test_what_is_odd_is_reported_and_the_rest_loads(parts: dict[str, Any], told: str) -> None:
    graph = loaded({**component("F", [node("q", "Request")]), **parts}, component("G", []))
    assert any(told in message for message in messages(graph))
    assert "/#__local__/G" in graph.components


@pytest.mark.parametrize(
    ("connection", "told"),
    [
        ("x.a -> s.value", "Unknown node id x"),
        ("s.savedValue -> s.nothing", "there is no input 'nothing'"),
        ("s.nothing -> s.value", "there is no output 'nothing'"),
        ("o.changed-x -> s.value", "there is no output 'changed-x'"),
    ],
)
def test_a_connection_that_cannot_be_made_is_skipped(connection: str, told: str) -> None:
    graph = loaded(component("F", [node("s", "String"), node("o", "Model2")], connection))
    assert any(told in message for message in messages(graph))
    assert graph.components["/#__local__/F"].links == ()


def test_missing_and_null_parts_count_as_empty() -> None:
    graph = loaded({"name": "/#__cloud__/F", "nodes": None, "ports": None})
    assert graph.components["/#__cloud__/F"].nodes == ()
    assert graph.problems == ()


def test_browser_components_are_left_out() -> None:
    assert loaded({"name": "/Pages/Home", "nodes": []}).components == {}


def test_component_children_is_no_node() -> None:
    graph = loaded(component("F", [node("c", "Component Children")]))
    assert graph.problems == ()
    assert graph.components["/#__local__/F"].nodes == ()


def test_parameters_keep_their_order_with_indices_first() -> None:
    parameters = {"b": 1, "10": 2, "a": 3, "2": 4}
    graph = loaded(component("F", [node("e", "Expression", expression="1", **parameters)]))
    [spec] = graph.components["/#__local__/F"].nodes
    assert [name for name, _ in spec.queued] == ["expression", "2", "10", "b", "a"]


def test_components_that_contain_each_other_are_refused_with_the_way_round() -> None:
    graph = loaded(
        component("A", [node("b", "/#__local__/B")]),
        component("B", [node("a", "/#__local__/A")]),
        component("C", []),
    )
    assert list(graph.components) == ["/#__local__/C"]
    assert any("A -> /#__local__/B -> /#__local__/A" in message for message in messages(graph))


def test_nesting_deeper_than_a_hundred_is_refused() -> None:
    chain = [component(f"C{i}", [node("n", f"/#__local__/C{i + 1}")]) for i in range(110)]
    graph = loaded(*chain, component("C110", []))
    assert "/#__local__/C0" not in graph.components
    assert "/#__local__/C60" in graph.components
    assert any("more than 100 deep" in message for message in messages(graph))


def test_more_nodes_than_a_component_may_have_are_cut_off() -> None:
    graph = loaded(component("F", [node(f"n{i}", "String") for i in range(MAX_NODES + 1)]))
    assert len(graph.components["/#__local__/F"].nodes) == MAX_NODES
    assert len(graph.problems) == 1


def test_of_two_definitions_that_of_the_file_named_for_it_counts() -> None:
    own, copy = component("Lib", [node("a", "String")]), component("Lib", [node("b", "Number")])
    graph = load(
        [
            ("1", document(component("F", []), copy)),
            ("2", document(own)),
            ("3", document(component("G", []), copy)),
        ],
        NODE_TYPES,
    )
    assert [spec.id for spec in graph.components["/#__local__/Lib"].nodes] == ["a"]
    assert {problem.component for problem in graph.problems} == {"/#__local__/Lib"}


def test_equal_definitions_are_no_conflict() -> None:
    lib = component("Lib", [])
    graph = load([("1", document(lib)), ("2", document(component("F", []), lib))], NODE_TYPES)
    assert graph.problems == ()


def test_later_metadata_replaces_key_by_key_and_settings_as_a_whole() -> None:
    first = document(component("F", []), metadata={"a": 1, "b": 1}, settings={"x": 1})
    second = document(component("G", []), metadata={"b": 2}, settings={"y": 2})
    graph = load([("1", first), ("2", second)], NODE_TYPES)
    assert (graph.metadata, graph.settings) == ({"a": 1, "b": 2}, {"y": 2})


def test_the_old_plural_plug_is_read() -> None:
    ports = [{"name": "a", "plug": "outputs"}, {"name": "b", "plug": "input/output"}]
    graph = loaded({**component("F", []), "ports": ports})
    made = graph.components["/#__local__/F"]
    assert (made.inputs, made.outputs) == (("b",), ("a", "b"))


@pytest.mark.parametrize(
    ("nodes", "needs"),
    [
        ([node("e", "Expression", expression="a + 1")], False),
        ([node("e", "Expression", expression="a.trim()")], True),
        ([script("f", "1")], True),
        ([node("r", "REST2", resource="x")], False),
        ([node("r", "REST2", requestScript="1")], True),
        ([node("d", "DbCollection2", storageFilterType="json")], True),
        ([node("t", "RunTasks", taskTemplate="/#__local__/Scripted")], True),
        ([node("t", "RunTasks", taskTemplate="/#__local__/Plain")], False),
        ([node("i", "/#__local__/Scripted")], True),
    ],
)
def test_a_component_needs_the_engine_if_anything_it_can_make_does(nodes: Any, needs: bool) -> None:
    helpers = [component("Scripted", [script("f", "1")]), component("Plain", [])]
    graph = loaded(component("F", nodes), *helpers)
    assert graph.components["/#__local__/F"].needs_script is needs


def test_every_module_in_nodes_is_registered() -> None:
    folder = Path(nodes.__file__ or "").parent
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "names", "component"}
    assert set(nodes._MODULES.values()) == modules
    assert len(NODE_TYPES) == len(modules) + 2  # two names of the local backend for cloud nodes


@pytest.mark.parametrize("name", [n for n in NODE_TYPES if not n.startswith("noodl.local.re")])
def test_a_type_is_found_under_its_own_name(name: str) -> None:
    assert NODE_TYPES[name].name == name


def test_loading_imports_the_types_that_are_used_and_no_others() -> None:
    program = (
        "import sys\n"
        "from noodl_runtime.workflow.load import load\n"
        "from noodl_runtime.workflow.nodes import NODE_TYPES\n"
        f"graph = load([('f', {document(component('F', [node('a', 'And')]))!r})], NODE_TYPES)\n"
        "assert not graph.problems, graph.problems\n"
        "found = [name for name in sys.modules if name.startswith('noodl_runtime.workflow.nodes.')]\n"
        "print(*(name.rpartition('.')[2] for name in sorted(found)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["and_", "component", "names"], done.stderr
