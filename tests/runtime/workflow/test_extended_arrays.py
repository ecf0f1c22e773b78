"""Nodes on Arrays, variables and component objects, in runs without and with a script context."""

import json
from typing import Any

import pytest

from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import component, node, script

Q = node("q", "Request")
SCRIPTED = script("z", "")  # makes the Objects and Arrays of the run live in the script context


def shown(*names: str) -> Any:
    return node("r", "Response", **{f"pm-{name}": None for name in names})


@pytest.fixture(params=[False, True], ids=["plain", "scripted"])
def both(request: pytest.FixtureRequest, call: Call) -> Call:
    """Call a graph in one world and in the other."""

    def run(nodes: list[Any], connections: str, *helpers: Any, **more: Any) -> tuple[int, Any]:
        return call([*nodes, SCRIPTED] if request.param else nodes, connections, *helpers, **more)

    return run


PEOPLE = [{"id": "a", "n": 3, "s": "Ann"}, {"id": "b", "n": 1, "s": "bob"},
          {"id": "c", "n": 2, "s": "Cid"}, {"id": "d"}]  # fmt: skip


def static(*items: Any) -> Any:
    """An Array of Objects."""
    return node("a", "Static Data", type="json", json=json.dumps(items))


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        # conditions                                                                       ids
        ({},                                                                               "abcd"),
        ({"filterFilter": "n", "filterFilterValue-n": "2"},                                "c"),
        ({"filterFilter": "n"},                                                            "abcd"),
        ({"filterFilter": "n", "filterFilterOp-n": "neq", "filterFilterValue-n": 2},       "abd"),
        ({"filterFilter": "n", "filterFilterOp-n": "lt", "filterFilterValue-n": 2},        "b"),
        ({"filterFilter": "n", "filterFilterOp-n": "lte", "filterFilterValue-n": 2},       "bc"),
        ({"filterFilter": "n", "filterFilterOp-n": "gt", "filterFilterValue-n": 2},        "a"),
        ({"filterFilter": "n", "filterFilterOp-n": "gte", "filterFilterValue-n": 2},       "ac"),
        ({"filterFilter": "s", "filterFilterOp-s": "regex", "filterFilterValue-s": "B"},   "b"),
        ({"filterFilter": "s", "filterFilterOp-s": "regex", "filterFilterValue-s": "B",
          "filterFilterOption-case-s": True},                                              ""),
        ({"filterFilter": "n,s", "filterFilterOp-n": "gt", "filterFilterValue-n": 1,
          "filterFilterValue-s": "Cid"},                                                   "c"),
        ({"filterFilter": "n", "filterFilterOp-n": "gt", "filterFilterValue-n": 0,
          "filterSort": "n"},                                                              "bca"),
        ({"filterFilter": "n", "filterFilterOp-n": "gt", "filterFilterValue-n": 0,
          "filterSort": "n", "filterSort-n": "descending", "filterEnableLimit": True,
          "filterLimit": 1, "filterSkip": 1},                                              "c"),
        ({"enabled": False, "filterFilter": "n", "filterFilterValue-n": 9},                "abcd"),
    ],
)  # fmt: skip
def test_array_filter_picks_sorts_and_cuts(both: Call, settings: Any, found: str) -> None:
    nodes = [Q, static(*PEOPLE), node("f", "Filter Collection", **settings), shown("l", "n", "i")]
    connections = "a.items -> f.items, f.items -> r.pm-l, f.count -> r.pm-n, f.firstItemId -> r.pm-i, q.receive -> r.send"
    _, body = both(nodes, connections)
    result = body["result"]
    assert "".join(item["id"] for item in result["l"]) == found
    assert (result["n"], result["i"]) == (len(found), found[0] if found else None)


def test_new_array_takes_the_contents_and_tells_its_id(both: Call) -> None:
    nodes = [Q, node("n", "CollectionNew", items="[{id:'a'},{id:'b'}]"), node("a", "Collection2"),
             shown("id", "n")]  # fmt: skip
    connections = (
        "q.receive -> n.new, n.id -> a.collectionId, n.id -> r.pm-id, a.count -> r.pm-n,"
        " n.created -> a.fetch, a.fetched -> r.send"
    )
    status, body = both(nodes, connections)
    assert (status, body["result"]["n"], len(body["result"]["id"])) == (200, 2, 10)


def test_insert_remove_and_clear_change_the_array_with_an_id(both: Call) -> None:
    """Insert a and b, a once more; take b out; another array is cleared."""
    nodes = [
        Q,
        node("i", "CollectionInsert", collectionId="l", modifyId="a"),
        node("j", "CollectionInsert", collectionId="l", modifyId="b"),
        node("k", "CollectionInsert", collectionId="l", modifyId="a"),
        node("x", "CollectionRemove", collectionId="l", modifyId="b"),
        node("m", "CollectionInsert", collectionId="m", modifyId="a"),
        node("c", "CollectionClear", collectionId="m"),
        node("s", "Collection2", collectionId="l"),
        node("t", "Collection2", collectionId="m"),
        shown("l", "n", "m"),
    ]
    connections = (
        "q.receive -> i.add, i.modified -> j.add, j.modified -> k.add, k.modified -> x.remove,"
        " x.modified -> m.add, m.modified -> c.clear, s.items -> r.pm-l, s.count -> r.pm-n,"
        " t.items -> r.pm-m, c.modified -> r.send"
    )
    assert both(nodes, connections) == (200, {"result": {"l": [{"id": "a"}], "n": 1, "m": []}})


@pytest.mark.parametrize("type_name", ["CollectionInsert", "CollectionRemove"])
def test_without_an_object_nothing_happens(both: Call, type_name: str) -> None:
    signal = "add" if type_name == "CollectionInsert" else "remove"
    nodes = [Q, node("n", type_name, collectionId="l"), shown()]
    assert both(nodes, f"q.receive -> n.{signal}, n.modified -> r.send", timeout=0.2)[0] == 500


def test_an_array_follows_another_and_tells_of_changes(both: Call) -> None:
    nodes = [
        Q,
        node("s", "Collection2", collectionId="src"),
        node("a", "Collection2", collectionId="dst"),
        node("i", "CollectionInsert", collectionId="src", modifyId="x"),
        shown("l"),
    ]
    connections = "s.items -> a.items, q.receive -> i.add, a.items -> r.pm-l, a.changed -> r.send"
    assert both(nodes, connections) == (200, {"result": {"l": [{"id": "x"}]}})


@pytest.mark.parametrize(
    ("parameters", "names", "count"),
    [
        ({"csv": 'id,name\n1,"A, ""B"""\n2,C\n'}, ['A, "B"', "C"], 2),
        ({"type": "json", "json": '[{"id":"p","name":"Ann"},{"name":"Bob"}]'}, ["Ann", "Bob"], 2),
        ({"type": "json", "json": '{"name":"Ann"}'}, None, 0),
        ({"type": "json", "json": "["}, None, 0),
    ],
)
def test_static_array(both: Call, parameters: Any, names: Any, count: int) -> None:
    nodes = [Q, node("n", "Static Data", **parameters), shown("l", "n")]
    _, body = both(nodes, "n.items -> r.pm-l, n.count -> r.pm-n, q.receive -> r.send")
    items = body["result"]["l"]
    assert items is None if names is None else [item["name"] for item in items] == names
    assert body["result"]["n"] == count


def test_array_map_makes_objects_by_a_script(call: Call) -> None:
    text = "map({name: 's', twice: o => o.n * 2})"
    nodes = [
        Q,
        static(PEOPLE[0]),
        node("m", "Map Collection", mapScript=text),
        shown("l", "n"),
    ]
    _, body = call(
        nodes, "a.items -> m.items, m.items -> r.pm-l, m.count -> r.pm-n, q.receive -> r.send"
    )
    assert body["result"]["n"] == 1
    made = body["result"]["l"][0]
    assert (made["name"], made["twice"], made["id"] != "a") == ("Ann", 6, True)


# -- variables -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"value": 5}, 5),
        ({"setWith": "boolean", "value": "x"}, True),
        ({"setWith": "emptyString", "value": 5}, ""),
        ({"setWith": "object", "value": "o"}, {"id": "o"}),
        ({"setWith": "array", "value": "l"}, []),
        ({"setWith": "number", "value": "7"}, "7"),
    ],
)
def test_set_variable_reaches_variable_nodes(both: Call, parameters: Any, expected: Any) -> None:
    nodes = [Q, node("s", "Set Variable", name="a.b", **parameters), node("v", "Variable2", name="a.b"),
             shown("v")]  # fmt: skip
    connections = "q.receive -> s.do, v.value -> r.pm-v, s.done -> r.send"
    assert both(nodes, connections) == (200, {"result": {"v": expected}})


def test_setting_the_same_value_again_is_told_again(both: Call) -> None:
    nodes = [
        Q,
        node("v", "Variable2", name="n", value=1),
        node("s", "Set Variable", name="n", value=1),
        node("c", "Counter"),
        shown("c"),
    ]
    connections = (
        "q.receive -> s.do, v.changed -> c.increase, c.currentCount -> r.pm-c, s.done -> r.send"
    )
    assert both(nodes, connections) == (200, {"result": {"c": 2}})


def test_scripts_see_variables(call: Call) -> None:
    nodes = [
        Q,
        node("s", "Set Variable", name="n", value=4),
        script("f", "Outputs.n = Noodl.Variables.n + 1; Outputs.D()", "D"),
        shown("n"),
    ]
    connections = "q.receive -> s.do, s.done -> f.run, f.out-n -> r.pm-n, f.out-D -> r.send"
    assert call(nodes, connections) == (200, {"result": {"n": 5}})


# -- component objects -----------------------------------------------------------------------------

INNER = component(
    "Inner",
    [node("i", "Component Inputs"),
     node("s", "net.noodl.SetComponentObjectProperties", properties="n,t", **{"type-n": "string"}),
     node("c", "net.noodl.ComponentObject", properties="n"), node("o", "Component Outputs")],
    "i.N -> s.prop-n, i.Do -> s.store, c.prop-n -> o.N, c.changed-n -> o.Done",
    {"N": "input", "Do": "input", "Done": "output"},
)  # fmt: skip
INNER["ports"].append({"name": "N", "plug": "output"})


def test_a_component_object_belongs_to_one_instance(both: Call) -> None:
    nodes = [
        Q,
        node("a", "/#__local__/Inner", N=1),
        node("b", "/#__local__/Inner", N=2),
        shown("a", "b"),
    ]
    connections = (
        "q.receive -> a.Do, a.Done -> b.Do, a.N -> r.pm-a, b.N -> r.pm-b, b.Done -> r.send"
    )
    assert both(nodes, connections, INNER) == (200, {"result": {"a": 1, "b": 2}})


# -- switch, number remapper -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "signal", "state", "fired"),
    [
        ({}, "on", True, ["switchedToOn", "switched", "done", "completed"]),
        ({}, "off", False, ["unchanged", "completed"]),
        ({"onFromStart": True}, "flip", False, ["switchedToOff", "switched", "done", "completed"]),
    ],
)
def test_switch(call: Call, parameters: Any, signal: str, state: bool, fired: list[str]) -> None:
    outputs = ["switchedToOn", "switchedToOff", "switched", "done", "unchanged", "completed"]
    counters = [node(f"c{output}", "Counter") for output in outputs]
    wired = "".join(f"n.{o} -> c{o}.increase, c{o}.currentCount -> r.pm-{o}, " for o in outputs)
    nodes = [Q, node("n", "Switch", **parameters), *counters, shown("s", *outputs)]
    _, body = call(nodes, f"q.receive -> n.{signal}, {wired}n.state -> r.pm-s, q.receive -> r.send")
    assert body["result"]["s"] is state
    before = 1 if parameters else 0
    changed = {"switched", "done", "completed"} | ({"switchedToOn"} if parameters else set())
    for output in outputs:
        expected = (output in fired) + (before if output in changed else 0)
        assert body["result"][output] == expected, output


@pytest.mark.parametrize(
    ("parameters", "result"),
    [
        ({}, 0),
        ({"inputValue": 5, "maxInputValue": 10}, 0.5),
        ({"inputValue": 15, "maxInputValue": 10, "maxOutputValue": 100}, 100),
        ({"inputValue": 15, "maxInputValue": 10, "maxOutputValue": 100, "clamp": False}, 150),
        ({"inputValue": 5, "minInputValue": 3, "maxInputValue": 3, "minOutputValue": 7}, 7),
    ],
)
def test_number_remapper(call: Call, parameters: Any, result: float) -> None:
    nodes = [Q, node("n", "Number Remapper", **parameters), shown("n")]
    assert call(nodes, "n.remappedValue -> r.pm-n, q.receive -> r.send") == (
        200,
        {"result": {"n": result}},
    )


# -- runOnChange -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_change", "result"), [(None, None), (True, [{"id": "a"}]), (False, None)]
)
def test_run_on_change_wins_over_a_connected_control_input(
    both: Call, on_change: bool | None, result: Any
) -> None:
    more = {} if on_change is None else {"runOnChange-items": on_change}
    nodes = [Q, static({"id": "a"}), node("f", "Filter Collection", **more), node("c", "Condition"),
             shown("l")]  # fmt: skip
    connections = "a.items -> f.items, c.ontrue -> f.filter, f.items -> r.pm-l, q.receive -> r.send"
    assert both(nodes, connections) == (200, {"result": {"l": result}})


@pytest.mark.parametrize(("on_change", "ran"), [(None, 1), (True, 1), (False, 0)])
def test_run_on_change_false_keeps_a_function_from_starting(
    call: Call, on_change: bool | None, ran: int
) -> None:
    more = {} if on_change is None else {"runOnChange-functionScript": on_change}
    nodes = [Q, script("f", "Outputs.n = 1", **more), node("r", "Response", **{"pm-n": 0})]
    connections = "f.out-n -> r.pm-n, q.receive -> r.send"
    assert call(nodes, connections) == (200, {"result": {"n": ran}})
