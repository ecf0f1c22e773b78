"""Node types one by one, on the smallest graph that shows something; the rest is in the cases."""

from typing import Any

import pytest

from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import component, node, script

Q = node("q", "Request")


def shown(*names: str) -> Any:
    """A Response whose parameters have their place before send does."""
    return node("r", "Response", **{f"pm-{name}": None for name in names})


SEND = "q.receive -> r.send"


@pytest.mark.parametrize(
    ("tested", "connections", "body", "result"),
    [
        # String, Number, Boolean: the cast, and what Set assigns when no value ever came
        (node("n", "String"), "q.pm-x -> n.value, n.savedValue -> r.pm-a, n.length -> r.pm-b",
         {"x": [1, None, "a"]}, {"a": "1,,a", "b": 4}),
        (node("n", "Number"), "q.pm-x -> n.value, n.savedValue -> r.pm-a",
         {"x": " 12 "}, {"a": 12}),
        (node("n", "Boolean"), "q.pm-x -> n.value, n.savedValue -> r.pm-a",
         {"x": "false"}, {"a": True}),
        (node("n", "String", saveValue=True), "n.savedValue -> r.pm-a", {}, {"a": "0"}),
        # logic
        (node("n", "And", **{"input 0": True}), "q.pm-x -> n.input 1, n.result -> r.pm-a",
         {"x": 0}, {"a": False}),
        (node("n", "Or", **{"input 0": 0}), "q.pm-x -> n.input 1, n.result -> r.pm-a",
         {"x": "yes"}, {"a": True}),
        (node("n", "Inverter"), "q.pm-x -> n.value, n.result -> r.pm-a", {"x": ""}, {"a": True}),
        (node("n", "Condition"),
         "q.pm-x -> n.condition, n.result -> r.pm-a, n.isfalse -> r.pm-b",
         {"x": 1}, {"a": True, "b": False}),
        # Counter: the first start value is the count; limits hold
        (node("n", "Counter", startValue="3", limitsEnabled=True, limitsMax=3, increase=True),
         "n.currentCount -> r.pm-a", {}, {"a": 3}),
        # Expression
        (node("n", "Expression", expression="x * 2 + y"), "q.pm-x -> n.x, n.result -> r.pm-a",
         {"x": "4"}, {"a": 8}),
        (node("n", "Expression", expression="a +"), "n.result -> r.pm-a", {}, {"a": 0}),
        (node("n", "Expression", expression="a + b"),
         "q.pm-x -> n.My Input, n.result -> r.pm-a", {"x": 1}, {"a": 0}),
        (node("n", "Expression", expression="Number(a)"), "n.result -> r.pm-a", {}, {"a": 0}),
        (node("n", "Expression", expression="x.map(y => y * 2)"),
         "q.pm-x -> n.x, n.result -> r.pm-a", {"x": [1, 2]}, {"a": [2, 4]}),
        # strings
        (node("n", "String Format", format="{x} and {y}{a-b}"),
         "q.pm-x -> n.x, n.formatted -> r.pm-a", {"x": "$&"}, {"a": "{x} and {a-b}"}),
        (node("n", "String Mapper", **{"input 1": "a", "output 1": "A", "defaultMapping": "?"}),
         "q.pm-x -> n.inputString, n.mappedString -> r.pm-a", {"x": "a"}, {"a": "A"}),
        (node("n", "Substring", start=-3, end=-1), "q.pm-x -> n.string, n.result -> r.pm-a",
         {"x": "hello"}, {"a": "llo"}),
        (node("n", "Boolean To String", trueString="y", falseString="n"),
         "q.pm-x -> n.input, n.currentValue -> r.pm-a", {"x": 1}, {"a": "y"}),
        (node("n", "Date To String", formatString="{date}.{monthShort} {year}"),
         "q.pm-x -> n.input, n.currentValue -> r.pm-a",
         {"x": "2024-03-05T12:00:00"}, {"a": "05.Mar 2024"}),
    ],
)  # fmt: skip
def test_a_value_node(
    call: Call, tested: Any, connections: str, body: Any, result: dict[str, Any]
) -> None:
    nodes = [Q, tested, shown(*result)]
    assert call(nodes, f"{connections}, {SEND}", body=body) == (200, {"result": result})


def test_unique_id_makes_a_new_one_on_a_signal(call: Call) -> None:
    nodes = [Q, node("u", "Unique Id"), shown("a")]
    _, first = call(nodes, f"u.guid -> r.pm-a, {SEND}")
    assert len(first["result"]["a"]) == 10
    assert first != call(nodes, f"u.guid -> r.pm-a, {SEND}")[1]


# -- Objects ---------------------------------------------------------------------------------------


def test_an_object_is_one_per_id_for_all_nodes(call: Call) -> None:
    nodes = [
        Q,
        node("s", "SetModelProperties", modelId="cart", properties="n", **{"prop-n": 5}),
        node("o", "Model2", modelId="cart"),
        node("r", "Response", **{"pm-n": "none"}),
    ]
    connections = "q.receive -> s.store, o.prop-n -> r.pm-n, o.changed -> r.send"
    assert call(nodes, connections) == (200, {"result": {"n": 5}})


def test_an_object_node_without_an_id_that_fetches_gets_a_new_object(call: Call) -> None:
    nodes = [Q, node("o", "Model2"), shown("id")]
    status, body = call(nodes, "q.receive -> o.fetch, o.id -> r.pm-id, o.fetched -> r.send")
    assert (status, len(body["result"]["id"])) == (200, 10)


def test_set_object_properties_without_an_object_says_nothing(call: Call) -> None:
    nodes = [Q, node("s", "SetModelProperties", properties="n"), node("r", "Response")]
    assert call(nodes, "q.receive -> s.store, s.stored -> r.send", timeout=0.1)[0] == 500


# -- records ---------------------------------------------------------------------------------------

RECORD = {"objectId": "t1", "title": "a", "createdAt": "2024-01-01T00:00:00.000Z"}
FAILS = {"status": 400, "json": {"code": 1, "error": "no"}}


def rule(method: str, path: str, json: Any, status: int = 200) -> dict[str, Any]:
    return {"method": method, "path": path, "reply": {"status": status, "json": json}}


def test_query_records_answers_items_count_and_first_id(call: Call) -> None:
    nodes = [Q, node("d", "DbCollection2", collectionName="T"), shown("n", "id")]
    connections = (
        "q.receive -> d.storageFetch, d.count -> r.pm-n, d.firstItemId -> r.pm-id,"
        " d.fetched -> r.send"
    )
    rules = [rule("POST", "/classes/T", {"results": [RECORD, {"objectId": "t2"}]})]
    assert call(nodes, connections, rules=rules) == (200, {"result": {"n": 2, "id": "t1"}})


def test_a_failing_query_empties_its_items(call: Call) -> None:
    nodes = [Q, node("d", "DbCollection2", collectionName="T"), shown("n")]
    connections = "q.receive -> d.storageFetch, d.count -> r.pm-n, d.failure -> r.send"
    rules = [{"method": "POST", "path": "/classes/T", "reply": FAILS}]
    assert call(nodes, connections, rules=rules) == (200, {"result": {"n": 0}})


@pytest.mark.parametrize(
    ("tested", "error"),
    [
        (node("n", "SetDbModelProperties", modelId="x"), "No class name specified"),
        (node("n", "SetDbModelProperties", collectionName="T"), "Missing Record Id"),
        (node("n", "NewDbModelProperties"), "No class name specified"),
        (node("n", "DeleteDbModelProperties", collectionName="T"), "Missing Record Id"),
        (
            node("n", "DeleteDbModelProperties", collectionName="T", modelId="x"),
            "Failed to delete.",
        ),
        (node("n", "SetDbModelProperties", collectionName="T", modelId="x"), "Object not found."),
        (node("n", "NewDbModelProperties", collectionName="T"), "Object not found."),
    ],
)
def test_a_record_node_tells_what_went_wrong(call: Call, tested: Any, error: str) -> None:
    connections = "q.receive -> n.store, n.error -> r.pm-e, n.failure -> r.send"
    assert call([Q, tested, shown("e")], connections) == (200, {"result": {"e": error}})


def test_record_fetches_and_shows_what_came(call: Call) -> None:
    nodes = [Q, node("d", "DbModel2", collectionName="T", modelId="t1"), shown("t")]
    connections = "q.receive -> d.fetch, d.prop-title -> r.pm-t, d.fetched -> r.send"
    rules = [rule("GET", "/classes/T/t1", RECORD)]
    assert call(nodes, connections, rules=rules) == (200, {"result": {"t": "a"}})


def test_record_without_an_id_is_an_error(call: Call) -> None:
    nodes = [Q, node("d", "DbModel2", collectionName="T"), shown("e")]
    connections = "q.receive -> d.fetch, d.error -> r.pm-e, d.failure -> r.send"
    assert call(nodes, connections) == (200, {"result": {"e": "Missing Id."}})


# -- Run Tasks -------------------------------------------------------------------------------------

TASK = component(
    "Task",
    [node("i", "Component Inputs"), node("s", "SetModelProperties", idSource="foreach",
     properties="out", **{"prop-out": "done"}), node("o", "Component Outputs")],
    "i.Do -> s.store, s.stored -> o.Success",
    {"Do": "input", "Success": "output"},
)  # fmt: skip


def test_run_tasks_runs_its_template_once_per_item(call: Call) -> None:
    nodes = [
        Q,
        node("t", "RunTasks", taskTemplate="/#__local__/Task", items="[{id:'a'},{id:'b'}]"),
        node("o", "Model2", modelId="b"),
        shown("out"),
    ]
    connections = "q.receive -> t.run, o.prop-out -> r.pm-out, t.success -> r.send"
    assert call(nodes, connections, TASK) == (200, {"result": {"out": "done"}})


def test_run_tasks_without_items_succeeds_and_is_not_done(call: Call) -> None:
    nodes = [Q, node("t", "RunTasks", taskTemplate="/#__local__/Task", items="[]"), node("c", "Counter"),
             shown("n")]  # fmt: skip
    connections = (
        "q.receive -> t.run, t.done -> c.increase, c.currentCount -> r.pm-n, t.success -> r.send"
    )
    assert call(nodes, connections, TASK) == (200, {"result": {"n": 0}})


# -- REST ------------------------------------------------------------------------------------------


def test_rest_without_scripts_needs_no_engine(call: Call) -> None:
    nodes = [Q, node("x", "REST2", resource="http://mock/{id}"), node("r", "Response")]
    rules = [rule("GET", "/7", {"fine": True})]
    connections = "q.pm-id -> x.in-id, q.receive -> x.fetch, x.success -> r.send"
    assert call(nodes, connections, rules=rules, body={"id": 7}) == (200, {"result": {}})


def test_rest_ignores_what_is_not_json(call: Call) -> None:
    nodes = [Q, node("x", "REST2", resource="http://mock/a"), node("r", "Response")]
    reply = {"status": 200, "text": "hi", "contentType": "text/plain"}
    rules = [{"method": "GET", "path": "/a", "reply": reply}]
    connections = "q.receive -> x.fetch, x.success -> r.send, x.failure -> r.send"
    assert call(nodes, connections, rules=rules, timeout=0.1)[0] == 500


# -- the local backend's nodes ---------------------------------------------------------------------


def test_local_query_answers_plain_objects(call: Call) -> None:
    nodes = [Q, node("d", "noodl.local.query", collection="T", sort="-title"), shown("a", "n", "f")]
    connections = (
        "q.receive -> d.fetch, d.results -> r.pm-a, d.count -> r.pm-n, d.firstRecord -> r.pm-f,"
        " d.success -> r.send"
    )
    stored = {**RECORD, "due": {"__type": "Date", "iso": "2024-05-01T00:00:00.000Z"}}
    plain = {**RECORD, "due": "2024-05-01T00:00:00.000Z"}
    rules = [rule("POST", "/classes/T", {"results": [stored]})]
    result = {"a": [plain], "n": 1, "f": plain}
    assert call(nodes, connections, rules=rules) == (200, {"result": result})


@pytest.mark.parametrize(
    ("tested", "signal", "error"),
    [
        (node("n", "noodl.local.query"), "fetch", "Collection is required"),
        (node("n", "noodl.local.insert"), "insert", "Collection is required"),
        (node("n", "noodl.local.update", collection="T"), "save", "Object ID is required"),
        (node("n", "noodl.local.delete", collection="T"), "delete", "Object ID is required"),
        (
            node("n", "noodl.local.query", collection="T", where="{"),
            "fetch",
            "the filter cannot be",
        ),
    ],
)
def test_local_nodes_tell_what_is_missing(call: Call, tested: Any, signal: str, error: str) -> None:
    connections = f"q.receive -> n.{signal}, n.error -> r.pm-e, n.failure -> r.send"
    status, body = call([Q, tested, shown("e")], connections)
    assert (status, body["result"]["e"][: len(error)]) == (200, error)


def test_local_insert_writes_the_listed_properties(call: Call) -> None:
    nodes = [
        Q,
        node(
            "n", "noodl.local.insert", collection="T", properties="a", **{"prop-a": 1, "prop-b": 2}
        ),
        shown("id", "rec"),
    ]
    connections = (
        "q.receive -> n.insert, n.objectId -> r.pm-id, n.record -> r.pm-rec, n.success -> r.send"
    )
    rules = [rule("POST", "/classes/T", {"objectId": "new"}, 201)]
    result = {"id": "new", "rec": {"a": 1, "objectId": "new"}}
    assert call(nodes, connections, rules=rules) == (200, {"result": result})


def test_local_nodes_do_nothing_by_themselves(call: Call) -> None:
    nodes = [Q, node("n", "noodl.local.query", collection="T"), node("r", "Response")]
    assert call(nodes, "n.success -> r.send, n.failure -> r.send", timeout=0.1)[0] == 500


# -- scripts and nodes on the same things ----------------------------------------------------------


def test_a_script_sees_what_nodes_set_and_nodes_what_scripts_set(call: Call) -> None:
    nodes = [
        Q,
        node("o", "Model2", modelId="x", **{"prop-a": 1}),
        script("f", "const x = Noodl.Objects.x; x.b = x.a + 1; Outputs.D()", "D"),
        node("r", "Response", **{"pm-b": 0}),
    ]
    connections = "q.receive -> f.run, o.prop-b -> r.pm-b, f.out-D -> r.send"
    assert call(nodes, connections) == (200, {"result": {"b": 2}})


def test_what_a_script_changes_after_handing_it_on_is_changed_for_all(call: Call) -> None:
    text = "const l = [1]; Outputs.l = l; Outputs.D(); l.push(2); Promise.resolve().then(() => l.push(3))"
    nodes = [
        Q,
        script("f", text, "D"),
        node("c", "Condition"),
        node("r", "Response", **{"pm-l": 0}),
    ]
    connections = "q.receive -> f.run, f.out-l -> r.pm-l, f.out-D -> c.eval, c.onfalse -> r.send"
    assert call(nodes, connections) == (200, {"result": {"l": [1, 2]}})


def test_a_script_hears_of_changes_that_nodes_make(call: Call) -> None:
    text = """
    Noodl.Objects.x.on("change", e => { Outputs.heard = e.name + "=" + e.value; Outputs.D() });
    """
    nodes = [
        Q,
        script("f", text, "D"),
        node("s", "SetModelProperties", modelId="x", properties="n", **{"prop-n": 5}),
        node("r", "Response", **{"pm-h": 0}),
    ]
    connections = "q.receive -> s.store, f.out-heard -> r.pm-h, f.out-D -> r.send"
    assert call(nodes, connections) == (200, {"result": {"h": "n=5"}})
