"""What lint says of triggers before they are served."""

from typing import Any

import pytest

from noodl_runtime.triggers.lint import RULES
from noodl_runtime.workflow.lint import lint
from tests.runtime.triggers.conftest import SCHEMA
from tests.runtime.workflow.graphs import component, document, node

CASES = [
    # kind        parameters                                   severity  rule            message
    ("schedule",  {"timezone": "Mars"},                        "error",  "trigger",      "timezone: there is no time zone 'Mars'"),
    ("schedule",  {"overlap": "yes"},                          "error",  "trigger",      "overlap is 'yes'"),
    ("dbChange",  {"collection": "Order", "events": "made"},   "error",  "trigger",      "events has 'made'"),
    ("dbChange",  {"collection": "Order", "where": "{"},       "error",  "trigger",      "where cannot be read"),
    ("webhook",   {"method": "PATCH"},                         "error",  "trigger",      "method has 'PATCH'"),
    ("webhook",   {},                                          "note",   "open-webhook", "/hooks/webhook takes calls from anybody"),
]  # fmt: skip


def found(*components: Any) -> list[tuple[str, str, str, str]]:
    findings = lint([("f.workflow.json", document(*components))], SCHEMA, (), RULES)
    return [(f.severity, f.rule, f.node, f.message) for f in findings]


@pytest.mark.parametrize(("kind", "parameters", "severity", "rule", "message"), CASES)
def test_a_trigger_is_looked_over(
    kind: str, parameters: dict[str, Any], severity: str, rule: str, message: str
) -> None:
    ((*told, said),) = found(component("T", [node("t", f"noodl.trigger.{kind}", **parameters)]))
    assert told == [severity, rule, "t"]
    assert said.startswith(message)


def test_a_webhook_whose_address_another_one_has_is_found() -> None:
    hook = [node("t", "noodl.trigger.webhook", verify="token", secret="S")]
    ((_, rule, _, message),) = found(component("A", hook), component("B", hook))
    assert (rule, message) == ("trigger", "POST /hooks/webhook goes to /#__local__/A (webhook t)")


def test_what_is_well_is_not_mentioned() -> None:
    assert found(
        component(
            "T",
            [
                node("s", "noodl.trigger.schedule", timezone="Europe/Berlin"),
                node("d", "noodl.trigger.dbChange", collection="Order", where={"paid": True}),
                node("w", "noodl.trigger.webhook", verify="github", secret="S"),
            ],
        )
    ) == []  # fmt: skip


def test_a_connection_to_a_parameter_is_told_to_be_ignored() -> None:
    nodes = [node("s", "String", value="@daily"), node("t", "noodl.trigger.schedule")]
    ((severity, rule, at, message),) = found(component("T", nodes, "s.savedValue -> t.cron"))
    assert (severity, rule, at) == ("warning", "trigger-connection", "t")
    assert message == "the connection to cron is ignored"


def test_every_rule_has_a_case() -> None:
    assert {rule.name for rule in RULES} == {case[3] for case in CASES} | {"trigger-connection"}
