"""What newer versions added to the base nodes: promises of the Request node, ends of the Response."""

from typing import Any

import pytest

from noodl_runtime.workflow.js.values import Moment
from noodl_runtime.workflow.request_contract import ContractBroken, kept
from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import node, script


@pytest.mark.parametrize(
    ("promises", "body", "result"),
    [
        # promises                                    given              kept
        ({},                                          {"x": "1"},        {"x": "1"}),
        ({"ptype-x": "number"},                       {"x": " 5 "},      {"x": 5}),
        ({"ptype-x": "number"},                       {"x": True},       {"x": 1}),
        ({"ptype-x": "string"},                       {"x": 5},          {"x": "5"}),
        ({"ptype-x": "string"},                       {"x": {"a": 1}},   {"x": '{"a":1}'}),
        ({"ptype-x": "boolean"},                      {"x": "false"},    {"x": False}),
        ({"ptype-x": "boolean"},                      {"x": 2},          {"x": True}),
        ({"ptype-x": "object"},                       {"x": '{"a":1}'},  {"x": {"a": 1}}),
        ({"ptype-x": "array"},                        {"x": "[1]"},      {"x": [1]}),
        ({"ptype-x": "number", "y": 1},               {"y": "1"},        {"y": "1"}),
        ({"pdef-x": 7, "preq-x": True},               {"x": None},       {"x": 7}),
        ({"preq-x": False},                           {},                {}),
        ({"preq-x": True, "ptype-x": "*"},            {"x": 0},          {"x": 0}),
    ],
)  # fmt: skip
def test_promised_parameters_are_kept(promises: Any, body: Any, result: Any) -> None:
    assert kept({"params": "x", **promises}, body) == result


def test_a_promised_date_is_a_date() -> None:
    for given in (0, "1970-01-01T00:00:00.000Z"):
        found = kept({"params": "x", "ptype-x": "date"}, {"x": given})["x"]
        assert isinstance(found, Moment)
        assert found.ms == 0


@pytest.mark.parametrize(
    ("wanted", "given", "received"),
    [
        ("number", "five", "string"),
        ("number", {}, "object"),
        ("boolean", "yes", "string"),
        ("object", [], "array"),
        ("array", "{}", "string"),
        ("date", "soon", "string"),
        ("date", True, "boolean"),
    ],
)
def test_a_wrong_type_is_refused(wanted: str, given: Any, received: str) -> None:
    with pytest.raises(ContractBroken, match=f'"x" expects {wanted}, received {received}'):
        kept({"params": "x", "ptype-x": wanted}, {"x": given})


def test_a_broken_promise_is_answered_with_its_fields(call: Call) -> None:
    request = node("q", "Request", params="x,y", **{"preq-x": True, "ptype-y": "number"})
    nodes = [request, node("r", "Response")]
    assert call(nodes, "q.receive -> r.send", body={"y": "a"}) == (
        400,
        {
            "error": 'Invalid request body: "x" is required; "y" expects number, received string',
            "fields": [
                {"name": "x", "code": "missing"},
                {"name": "y", "code": "type", "expected": "number", "received": "string"},
            ],
        },
    )


def test_what_done_leads_to_runs_before_the_answer(call: Call) -> None:
    nodes = [
        node("q", "Request"),
        node("r", "Response"),
        node("x", "Response", status="failure"),
        node("s", "SetModelProperties", modelId="o", properties="n", **{"prop-n": 1}),
        script("f", "Noodl.Objects.o.on('change', () => console.log('changed'))"),
    ]
    connections = "q.receive -> r.send, r.done -> s.store, s.stored -> x.send"
    assert call(nodes, connections) == (200, {"result": {}})


def test_a_date_that_is_none_signals_on_error(call: Call) -> None:
    nodes = [node("q", "Request"), node("d", "Date To String"), node("r", "Response")]
    connections = "q.pm-d -> d.input, d.onError -> r.send"
    assert call(nodes, connections, body={"d": "soon"})[0] == 200
