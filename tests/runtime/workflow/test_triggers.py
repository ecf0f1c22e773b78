"""Trigger components: what they declare, and what happens when one fires."""

import json
from typing import Any

import pytest

from noodl_runtime.functions import Functions
from noodl_runtime.settings import Settings
from noodl_runtime.workflow.js.values import Moment
from noodl_runtime.workflow.triggering import DEFAULTS, Firing
from tests.runtime.workflow.graphs import component, document, node
from tests.runtime.workflow.wire_store import NoSchema


def functions(*components: Any) -> Functions:
    made = Functions(Settings(), NoSchema())  # type: ignore[arg-type]
    made.load([("t.workflow.json", document(*components))])
    return made


def test_declarations_carry_their_defaults() -> None:
    served = functions(
        component(
            "A", [node("s", "noodl.trigger.schedule"), node("w", "noodl.trigger.webhook", path="x")]
        ),
        component("B", [node("d", "noodl.trigger.dbChange", collection="T", events="create")]),
    )
    assert [(t.kind, t.component, t.node, dict(t.parameters)) for t in served.triggers()] == [
        ("schedule", "/#__local__/A", "s", {**DEFAULTS["schedule"], "cron": "0 * * * *"}),
        ("webhook", "/#__local__/A", "w", {**DEFAULTS["webhook"], "path": "x"}),
        (
            "dbChange",
            "/#__local__/B",
            "d",
            {**DEFAULTS["dbChange"], "collection": "T", "events": "create"},
        ),
    ]
    assert served.names() == []


WEBHOOK = component(
    "Hook",
    [node("w", "noodl.trigger.webhook"), node("r", "Response", **{"pm-b": None, "pm-q": None})],
    "w.body -> r.pm-b, w.query -> r.pm-q, w.triggered -> r.send",
)


def test_a_firing_sets_the_outputs_then_signals() -> None:
    served = functions(WEBHOOK)
    [trigger] = served.triggers()
    firing = Firing(
        outputs={"body": {"a": 1}, "headers": {}, "query": {"x": "1"}},
        parameters={"a": 1},
        headers={"x-test": "y"},
    )
    answer = served.fire(trigger, firing)
    assert (answer.status, json.loads(answer.body)) == (
        200,
        {"result": {"b": {"a": 1}, "q": {"x": "1"}}},
    )


def test_a_run_that_ends_without_a_response_answers_an_empty_result() -> None:
    served = functions(component("Quiet", [node("s", "noodl.trigger.schedule")]))
    [trigger] = served.triggers()
    answer = served.fire(trigger, Firing(outputs={"lastRun": Moment(0)}, parameters={}))
    assert (answer.status, answer.body) == (200, b'{"result":{}}')


@pytest.mark.parametrize("fired", ["a", "b"])
def test_other_triggers_of_the_component_stay_still(fired: str) -> None:
    both = component(
        "Both",
        [
            node("a", "noodl.trigger.webhook"),
            node("b", "noodl.trigger.webhook", path="/b"),
            node("ra", "Response", **{"pm-by": "a"}),
            node("rb", "Response", **{"pm-by": "b"}),
        ],
        "a.triggered -> ra.send, b.triggered -> rb.send",
    )
    served = functions(both)
    trigger = next(t for t in served.triggers() if t.node == fired)
    answer = served.fire(trigger, Firing(outputs={}, parameters={}))
    assert json.loads(answer.body) == {"result": {"by": fired}}


def test_the_request_object_holds_what_the_trigger_brings() -> None:
    shows = component(
        "Shows",
        [
            node("s", "noodl.trigger.schedule"),
            node("o", "Model2", modelId="Request"),
            node("r", "Response", **{"pm-p": None, "pm-a": None}),
        ],
        "o.prop-Parameters -> r.pm-p, o.prop-Authenticated -> r.pm-a, s.triggered -> r.send",
    )
    served = functions(shows)
    [trigger] = served.triggers()
    answer = served.fire(trigger, Firing(outputs={}, parameters={"trigger": "schedule"}))
    assert json.loads(answer.body) == {"result": {"p": {"trigger": "schedule"}, "a": False}}
