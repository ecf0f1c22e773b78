"""The rules over small graphs: one row a rule and what it finds."""

from typing import Any

import pytest

from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.workflow.cron import cron_error
from noodl_runtime.workflow.graph import Problem
from noodl_runtime.workflow.lint import RULES, Finding, lint
from tests.runtime.workflow.graphs import component, document, node, script

SCHEMA = Schema(
    collections={
        "Todo": Collection(
            name="Todo",
            fields={
                "title": Field(name="title", type="String"),
                "done": Field(name="done", type="Boolean"),
            },
        )
    }
)
SEND = "q.receive -> r.send"
ENDS = [node("q", "Request"), node("r", "Response")]


def found(*nodes: Any, wires: str = "", more: Any = ()) -> list[Finding]:
    connections = ", ".join(filter(None, (SEND, wires)))
    main = component("F", [*ENDS, *nodes], connections)
    return lint([("f.workflow.json", document(main, *more))], SCHEMA)


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(f.severity, f.rule, f.node) for f in findings if f.rule != "open-function"]


def query(**parameters: Any) -> Any:
    return node("db", "DbCollection2", **{"collectionName": "Todo", **parameters})


def visual(operator: str, name: str = "title") -> dict[str, Any]:
    rule = {"property": name, "operator": operator, "value": "a"}
    return {"combinator": "and", "rules": [{"combinator": "or", "rules": [rule]}]}


CASES: list[tuple[Any, str, tuple[str, str, str]]] = [
    # node                                       connections            finding
    (node("n", "Group"),                         "",                    ("error", "browser-only-node", "n")),
    (node("n", "my.module"),                     "",                    ("error", "unknown-node", "n")),
    (node("n", "RunTasks", taskTemplate="/#__cloud__/No"), "q.receive -> n.run", ("error", "missing-template", "n")),
    (node("n", "noodl.trigger.schedule", cron="61 * * * *"), "",        ("error", "cron", "n")),
    (query(collectionName="Todos"),              "",                    ("error", "unknown-collection", "db")),
    (query(visualFilter=visual("is like")),      "",                    ("error", "unknown-operator", "db")),
    (query(visualFilter=visual("contain", "titel")), "",                ("warning", "unknown-field", "db")),
    (query(visualSort=[{"property": "titel"}]),  "",                    ("warning", "unknown-field", "db")),
    (node("n", "noodl.local.insert", **{"collection": "Todo", "prop-titel": 1}), "q.receive -> n.insert",
     ("warning", "unknown-field", "n")),
    (node("n", "NewDbModelProperties", collectionName="Todo"), "q.pm-t -> n.prop-titel", ("warning", "unknown-field", "n")),
    (node("n", "noodl.local.query", collection="Todo", where={"title": {"$like": 1}}), "q.receive -> n.fetch",
     ("error", "unknown-operator", "n")),
    (node("n", "noodl.local.query", collection="Todo", where='{"titel": 1}'), "q.receive -> n.fetch",
     ("warning", "unknown-field", "n")),
    (node("n", "String"),                        "",                    ("warning", "unreachable-node", "n")),
    (node("n", "String"),                        "q.receive -> n.odd",  ("warning", "dangling-connection", "n")),
    (script("n", "fetch('http://localhost:8577/x')"), "",               ("warning", "local-address", "n")),
    (node("n", "REST2", resource="https://127.0.0.1/x"), "",            ("warning", "local-address", "n")),
    (script("n", "const apiKey = 'a1b2c3d4e5f6'"), "",                  ("warning", "secret", "n")),
    (script("n", "pay('sk_live_" + "a1B2" * 6 + "')"), "",              ("warning", "secret", "n")),
]  # fmt: skip


@pytest.mark.parametrize(("given", "wires", "finding"), CASES)
def test_a_rule_names_the_node_and_how_bad_it_is(
    given: Any, wires: str, finding: tuple[str, str, str]
) -> None:
    assert finding in told(found(given, wires=wires))


@pytest.mark.parametrize(
    ("given", "wires"),
    [
        (query(visualFilter=visual("contain")), "db.items -> r.pm-items"),
        (query(collectionName="_User", visualFilter=visual("equal to", "email")), ""),
        (query(visualFilter=visual("less than", "createdAt")), ""),
        (query(visualFilter={"combinator": "and", "rules": []}), ""),
        (script("n", "Outputs.a = Inputs.password", "a"), ""),
        (node("n", "noodl.local.query", collection="Todo", where={"done": True}), "q.receive -> n.fetch"),
        (node("n", "noodl.trigger.schedule", cron="*/5 8-18 * * 1-5"), ""),
        (node("n", "REST2", resource="https://example.com/x"), ""),
    ],
)  # fmt: skip
def test_what_is_well_is_not_mentioned(given: Any, wires: str) -> None:
    assert told(found(given, wires=wires)) == []


def test_a_function_that_never_answers_is_an_error_unless_a_helper_answers() -> None:
    silent = component("Silent", [node("q", "Request")])
    helper = component("Helper", [node("in", "Component Inputs"), node("r", "Response")])
    asks = component("Asks", [node("q", "Request"), node("h", "/#__local__/Helper")])
    findings = lint([("f.workflow.json", document(silent, helper, asks))], SCHEMA)
    assert [(f.component, f.node) for f in findings if f.rule == "missing-response"] == [
        ("/#__local__/Silent", "q")
    ]


def test_a_function_open_to_anyone_is_noted() -> None:
    assert [(f.severity, f.rule) for f in found()] == [("note", "open-function")]


def test_a_finding_says_file_component_label_message_and_what_to_do() -> None:
    labelled = {**node("n", "my.module"), "label": "My own node"}
    (first, *_) = found(labelled)
    assert str(first) == (
        "error: f.workflow.json /#__local__/F My own node (n): Can't find component model for "
        "my.module (unknown); remove it, or update noodl-portable if the node is newer "
        "[unknown-node]"
    )


def test_the_value_of_a_secret_is_never_shown() -> None:
    findings = found(script("n", "const password = 'hunter2hunter2'"))
    assert "hunter2" not in " ".join(map(str, findings))
    assert any(f.rule == "secret" for f in findings)


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    (finding,) = lint([], SCHEMA, [Problem("workflows/a", "", "", "workflows/a: not JSON")])
    assert (finding.severity, finding.file, finding.message) == ("error", "workflows/a", "not JSON")


LOOP = component("F", [*ENDS, node("h", "/#__local__/F")], SEND)
OTHER = component("F", ENDS)
LOADED = [
    # files                                                           what loading reports becomes
    ([document(LOOP)],                                                ("error", "endless-nesting")),
    ([document(component("F", ENDS, SEND)), document(OTHER)],         ("warning", "two-definitions")),
    ([{"components": 5}],                                             ("error", "broken-file")),
    ([document(component("F", [*ENDS, {"type": "String"}], SEND))],   ("warning", "odd-file")),
    ([document(component("F", [*ENDS, node("g", "Group")], f"{SEND}, q.pm-a -> g.a"))],
                                                                      ("note", "dangling-connection")),
]  # fmt: skip


@pytest.mark.parametrize(("files", "finding"), LOADED)
def test_what_loading_reports_is_a_finding(files: list[Any], finding: tuple[str, str]) -> None:
    findings = lint([(f"{n}.workflow.json", file) for n, file in enumerate(files)], SCHEMA)
    assert finding in [(one.severity, one.rule) for one in findings]
    assert all(one.fix for one in findings)


def test_errors_come_first() -> None:
    findings = found(node("s", "String"), node("n", "Group"))
    assert [f.severity for f in findings] == ["error", "warning", "note"]


def test_every_rule_has_a_case() -> None:
    shown = {finding[1] for _, _, finding in CASES} | {"missing-response", "open-function"}
    assert {rule.name for rule in RULES} <= shown


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("0 * * * *", None),
        ("*/15 0-6,22 1 1,7 0-7", None),
        ("5/10 * * * *", None),
        ("0 0 29 2 *", None),
        ("* * * *", "4 fields, not five"),
        ("0 * * * * *", "6 fields, not five: minute hour day-of-month month day-of-week; seconds"),
        ("@hourly", None),
        ("@reboot", "@reboot is not one of @yearly"),
        ("60 * * * *", "minute 60 is not from 0 to 59"),
        ("* 24 * * *", "hour 24 is not from 0 to 23"),
        ("* * 0 * *", "day of month 0 is not from 1 to 31"),
        ("* * * 13 *", "month 13 is not from 1 to 12"),
        ("* * * * 8", "day of week 8 is not from 0 to 7"),
        ("* * * JAN *", None),
        ("* * * jaan *", "month 'jaan' is no number or a name like feb"),
        ("* * L * *", "day of month 'l' is no number"),
        ("* * * * 5#2", "day of week '5#2' is no number, range, step or *"),
        ("*/90 * * * *", "minute '*/90' has a step over 59"),
        ("*/0 * * * *", "minute '*/0' has a step of 0"),
        ("30-10 22-6 * nov-feb fri-mon", None),
        ("1, * * * *", "minute '' is no number, range, step or *"),
        ("0 0 31 2 *", "month 2 has no day 31"),
    ],
)
def test_a_cron_expression_is_checked_before_it_is_used(expression: str, wrong: str | None) -> None:
    said = cron_error(expression)
    assert said is None if wrong is None else said is not None and said.startswith(wrong)
