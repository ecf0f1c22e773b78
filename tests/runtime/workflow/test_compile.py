"""From a project to workflow documents: what the editor's own export would hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from noodl_runtime.workflow.compile import compile_project, encoded, file_names
from noodl_runtime.workflow.script_ports import script_ports
from tests.runtime.workflow.wire_store import NoSchema

HERE = Path(__file__).resolve().parents[3]
DOUBLING = json.loads((HERE / "examples/projects/doubling/project.json").read_text("utf-8"))
SCRIPT = "Outputs.Product = Inputs.Value * Inputs.Factor;\nOutputs.Done();"
TIMES = {
    "name": "/#__local__/Lib/Times",
    "nodes": [
        {"id": "in", "type": "Component Inputs", "parameters": {}, "ports": [], "children": []},
        {
            "id": "fn",
            "type": "JavaScriptFunction",
            "parameters": {"functionScript": SCRIPT},
            "ports": [
                {"name": "in-Value", "plug": "input", "type": "*"},
                {"name": "in-Factor", "plug": "input", "type": "*"},
                {"name": "out-Done", "plug": "output", "type": "signal"},
                {"name": "out-Product", "plug": "output", "type": "*"},
            ],
            "children": [],
        },
        {"id": "out", "type": "Component Outputs", "parameters": {}, "ports": [], "children": []},
    ],
    "connections": [
        {"sourceId": a, "sourcePort": b, "targetId": c, "targetPort": d}
        for a, b, c, d in (
            ("in", "Value", "fn", "in-Value"),
            ("in", "Factor", "fn", "in-Factor"),
            ("in", "Do", "fn", "run"),
            ("fn", "out-Product", "out", "Product"),
            ("fn", "out-Done", "out", "Done"),
        )
    ],
    "ports": [
        {"name": "Value", "plug": "input", "type": "*"},
        {"name": "Factor", "plug": "input", "type": "*"},
        {"name": "Do", "plug": "input", "type": "*"},
        {"name": "Product", "plug": "output", "type": "*"},
        {"name": "Done", "plug": "output", "type": "*"},
    ],
    "roots": [],
}


def node(node_id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": kind, "parameters": {}, **more}


def component(name: str, *nodes: dict[str, Any], links: Any = ()) -> dict[str, Any]:
    ends = ("fromId", "fromProperty", "toId", "toProperty")
    connections = [dict(zip(ends, link, strict=True)) for link in links]
    return {"name": name, "graph": {"roots": list(nodes), "connections": connections}}


REQUEST = node("q", "noodl.cloud.request")


def compiled(*components: dict[str, Any], **project: Any) -> Any:
    return compile_project({"components": list(components), **project})


def names(document: Any) -> list[str]:
    return [component["name"] for component in document["components"]]


def test_a_component_is_written_as_the_editor_exports_it() -> None:
    document = compile_project(DOUBLING).documents["Double.workflow.json"]
    assert document["components"][1] == TIMES


def test_a_compiled_function_answers() -> None:
    documents = compile_project(DOUBLING).documents
    functions = Functions(Settings(), NoSchema())  # type: ignore[arg-type]
    functions.load(list(documents.items()))
    answer = functions.call("Double", FunctionRequest(body=b'{"N": 21}'))
    assert (answer.status, json.loads(answer.body)) == (200, {"result": {"Result": 42}})
    assert not functions.problems


def test_each_function_and_trigger_gets_a_file_with_all_that_it_uses() -> None:
    inner = component("/#__cloud__/Inner", node("a", "String"))
    outer = component("/#__cloud__/Outer", node("i", "/#__cloud__/Inner"))
    task = component("/#__cloud__/Task", node("a", "String"))
    runs = node("t", "RunTasks", parameters={"taskTemplate": "/#__cloud__/Task"})
    main = component("/#__cloud__/Main", REQUEST, node("o", "/#__cloud__/Outer"), runs)
    nightly = component("/#__local__/Nightly", node("s", "noodl.trigger.schedule"), runs)
    found = compiled(inner, main, nightly, outer, task)
    assert {name: names(document) for name, document in found.documents.items()} == {
        "Main.workflow.json": [
            f"/#__cloud__/{name}" for name in ("Main", "Outer", "Inner", "Task")
        ],
        "Nightly.workflow.json": ["/#__local__/Nightly", "/#__cloud__/Task"],
    }


def test_a_component_in_a_child_of_a_node_is_used_as_well() -> None:
    inner = component("/#__cloud__/Inner")
    group = node("g", "Group", children=[node("i", "/#__cloud__/Inner")])
    found = compiled(inner, component("/#__cloud__/F", REQUEST, group))
    assert names(found.documents["F.workflow.json"]) == ["/#__cloud__/F", "/#__cloud__/Inner"]


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ([component("/Shared")], "it runs in browsers only"),
        ([], "there is no such component"),
    ],
)
def test_a_component_that_a_backend_cannot_have_is_left_out_and_told(others: Any, why: str) -> None:
    found = compiled(*others, component("/#__cloud__/F", REQUEST, node("i", "/Shared")))
    assert names(found.documents["F.workflow.json"]) == ["/#__cloud__/F"]
    assert list(map(str, found.reached)) == [f"/#__cloud__/F uses /Shared: {why}; it is left out"]


def test_a_component_that_uses_itself_is_in_its_file_once() -> None:
    found = compiled(component("/#__cloud__/F", REQUEST, node("i", "/#__cloud__/F")))
    assert names(found.documents["F.workflow.json"]) == ["/#__cloud__/F"]


def test_a_helper_that_nothing_uses_has_no_file_and_is_told() -> None:
    found = compiled(component("/#__cloud__/Lonely"), component("/App"))
    assert (found.documents, found.helpers) == ({}, ("/#__cloud__/Lonely",))


def test_a_connection_to_a_node_that_is_gone_is_dropped() -> None:
    links = [("q", "receive", "gone", "run"), ("q", "receive", "r", "send")]
    main = component("/#__cloud__/F", REQUEST, node("r", "noodl.cloud.response"), links=links)
    (document,) = compiled(main).documents.values()
    assert document["components"][0]["connections"] == [
        {"sourceId": "q", "sourcePort": "receive", "targetId": "r", "targetPort": "send"}
    ]


def test_what_only_the_editor_looks_at_stays_out() -> None:
    odd = {"x": 1, "y": 2, "label": "L", "annotation": "a", "metadata": {}, "version": 2}
    main = component("/#__cloud__/F", {**REQUEST, **odd})
    project = {"settings": {"s": 1}, "metadata": {"styles": {}, "variants": [], "kept": 1}}
    (document,) = compiled(main, **project).documents.values()
    assert (document["settings"], document["metadata"]) == ({"s": 1}, {"kept": 1})
    assert document["components"][0]["nodes"] == [
        {"id": "q", "type": "noodl.cloud.request", "version": 2, "parameters": {}, "ports": [],
         "children": []}
    ]  # fmt: skip


def test_the_ports_of_a_component_are_each_named_once_in_the_order_of_their_index() -> None:
    def inputs(node_id: str, **indexes: int) -> dict[str, Any]:
        ports = [{"name": n, "plug": "output", "index": i} for n, i in indexes.items()]
        return node(node_id, "Component Inputs", ports=ports)

    main = component("/#__cloud__/F", REQUEST, inputs("a", Late=9, Early=1), inputs("b", Early=5))
    (document,) = compiled(main).documents.values()
    assert [port["name"] for port in document["components"][0]["ports"]] == ["Early", "Late"]


PORTS: list[tuple[dict[str, Any], str]] = [
    # parameters                                                      ports
    ({"functionScript": "Outputs.Done()"},                            "out-Done:signal"),
    ({"functionScript": "Outputs.Done ( )"},                          "out-Done:signal"),
    ({"functionScript": "Outputs.Done(1)"},                           "out-Done:*"),
    ({"functionScript": "Outputs.my_signal()"},                       "out-my_signal:*"),
    ({"functionScript": "// Outputs.Later()"},                        "out-Later:signal"),
    ({"functionScript": "Outputs.A = 1; Outputs.A()"},                "out-A:signal"),
    ({"functionScript": "Outputs['My signal']()"},                    "out-My signal:signal"),
    ({"functionScript": 'Outputs["a b"] = 1'},                        "out-a b:*"),
    ({"functionScript": "Outputs['a b'] = 1"},                        ""),
    ({"functionScript": "Inputs.a_1 + Inputs.a_1"},                   "in-a_1:*"),
    ({"scriptOutputs": [{"label": "X"}], "outtype-X": "number"},      "out-X:number"),
    ({"scriptInputs": [{"label": "X"}], "functionScript": "Inputs.X"}, "in-X:string"),
    ({"scriptOutputs": "odd", "functionScript": 7},                   ""),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "ports"), PORTS)
def test_the_ports_of_a_function_node_are_read_off_its_script(
    parameters: dict[str, Any], ports: str
) -> None:
    assert ", ".join(f"{p['name']}:{p['type']}" for p in script_ports(parameters)) == ports


def test_ports_that_the_editor_kept_are_not_believed_where_the_script_says_otherwise() -> None:
    stale = [{"name": "out-Done", "plug": "output", "type": "*"}]
    script = {"functionScript": "Outputs.Done()"}
    function = node("f", "JavaScriptFunction", parameters=script, dynamicports=stale)
    (document,) = compiled(component("/#__cloud__/F", REQUEST, function)).documents.values()
    assert document["components"][0]["nodes"][1]["ports"] == [
        {"name": "out-Done", "plug": "output", "type": "signal"}
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Orders/Create", "Orders%2FCreate"),
        ("100%", "100%25"),
        ("a b_c-d.e", "a b_c-d.e"),
        (".hidden", "%2Ehidden"),
        ("Größe", "Gr%C3%B6%C3%9Fe"),
    ],
)
def test_a_function_name_becomes_a_name_for_every_file_system(name: str, file: str) -> None:
    assert encoded(name) == file


def test_two_names_that_some_file_systems_cannot_tell_apart_get_two_files() -> None:
    found = file_names(["/#__cloud__/Echo", "/#__cloud__/echo", "/#__local__/Echo"])
    assert [name.split(".")[0] for name in found.values()] == ["Echo", "echo~2", "Echo~3"]
