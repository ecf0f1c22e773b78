"""Hashes, tokens, dates, CSV, log, secrets: newer nodes one by one, and how each pulse ends."""

import json
import logging
import re
from typing import Any

import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from noodl_runtime.workflow.nodes import NODE_TYPES
from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.small_backend import SmallBackend

Q = node("q", "Request")
ENDS = ("done", "unchanged", "failure", "completed")
MS = 1709618828123  # 2024-03-05T06:07:08.123Z


def answer(call: Call, tested: Any, start: str, outputs: str, **more: Any) -> Any:
    """Fire a signal; return outputs, error, and the outcomes in order of coming."""
    names = [*outputs.split(), "error"]
    ends = [end for end in ENDS if end in NODE_TYPES[tested["type"]].outputs]
    record = "Outputs.all = (this.all = (this.all || []).concat(Inputs.name))"
    tells = [script(f"t{end}", record.replace("Inputs.name", f"'{end}'")) for end in ends]
    nodes = [
        Q,
        tested,
        node("r", "Response", **{f"pm-{name}": None for name in [*names, *ends]}),
        *tells,
    ]
    wired = "".join(f"n.{name} -> r.pm-{name}, " for name in names)
    wired += "".join(f"n.{end} -> t{end}.run, t{end}.out-all -> r.pm-{end}, " for end in ends)
    status, body = call(
        nodes,
        f"{more.pop('wires', '')}q.receive -> n.{start}, {wired}n.completed -> r.send",
        **more,
    )
    assert status == 200, body
    return {name: found for name, found in body["result"].items() if found is not None}


@pytest.mark.parametrize(
    ("type_name", "start", "parameters", "shown"),
    [
        # what                       signal   inputs                                    outputs
        ("net.noodl.Hash",           "hash",  {"value": "abc"},
         {"digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}),
        ("net.noodl.Hash",           "hash",  {"value": "abc", "algorithm": "SHA-512",
         "encoding": "base64"},
         {"digest": "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="}),
        ("net.noodl.Hash",           "hash",  {"value": {"a": 1}},
         {"digest": "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"}),
        ("net.noodl.Hash",           "hash",  {"value": "a", "algorithm": "x"},
         {"error": "unknown algorithm 'x'; use one of SHA-1, SHA-256, SHA-384, SHA-512"}),
        ("noodl.cloud.hmac",         "sign",  {"value": "hi", "key": "k", "encoding": "base64url"},
         {"signature": "Iz-OmhPyePGXWKAV2C9R5uJ5ZvHvwp0s_7XRpFrp3Ew"}),
        ("noodl.cloud.hmac",         "sign",  {"value": "hi"},
         {"error": "HMAC: a Key is required. Wire one from a Secret node."}),
        ("noodl.cloud.jwtsign",      "sign",  {"claims": {}},
         {"error": "JWT Sign: a Key is required. Wire one from a Secret node."}),
        ("noodl.cloud.jwtsign",      "sign",  {"claims": 5, "key": "k"},
         {"error": "JWT Sign: Claims must be an object."}),
        ("noodl.cloud.jwtverify",    "verify", {"token": "a.b", "key": "k"},
         {"valid": False, "error": "the token is malformed"}),
        ("net.noodl.RandomBytes",    "generate", {"length": 0},
         {"error": "Random Bytes: Length must be a whole number from 1 to 4096."}),
        ("noodl.cloud.secret",       "fetch", {},
         {"error": "Secret: a Name is required."}),
        ("net.noodl.Log",            "log",   {"message": "m", "value": 7}, {"value": 7}),
    ],
)  # fmt: skip
def test_an_action(
    call: Call, type_name: str, start: str, parameters: Any, shown: dict[str, Any]
) -> None:
    outputs = " ".join(name for name in shown if name != "error") or "value"
    result = answer(call, node("n", type_name, **parameters), start, outputs)
    outcome = "failure" if "error" in shown else "done"
    assert result == {**shown, outcome: [outcome], "completed": ["completed"]}


@pytest.mark.parametrize(
    ("type_name", "start", "output", "pattern"),
    [
        ("net.noodl.RandomBytes", "generate", "value", "[0-9a-f]{64}"),
        (
            "net.noodl.UUID",
            "generate",
            "uuid",
            "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab].{3}-.{12}",
        ),
        ("net.noodl.Now", "read", "iso", r"\d{4}-\d\d-\d\dT[\d:.]{12}Z"),
    ],
)
def test_what_is_new_each_time(
    call: Call, type_name: str, start: str, output: str, pattern: str
) -> None:
    found = [answer(call, node("n", type_name), start, output)[output] for _ in range(2)]
    assert all(re.fullmatch(pattern, text) for text in found)
    assert type_name == "net.noodl.Now" or found[0] != found[1]


@pytest.mark.parametrize(
    ("verifying", "claims", "error"),
    [
        ({}, {"a": 1}, None),
        ({"key": "other"}, None, "the signature is wrong"),
        ({"algorithm": "HS512"}, None, "the token is not signed with HS512"),
    ],
)
def test_a_token_signed_here_is_verified_here(
    call: Call, verifying: Any, claims: Any, error: str | None
) -> None:
    nodes = [
        Q,
        node("s", "noodl.cloud.jwtsign", claims={"a": 1}, key="k", expiresIn=60),
        node("v", "noodl.cloud.jwtverify", **{"key": "k", **verifying}),
        node("r", "Response", **{"pm-c": None, "pm-v": None, "pm-e": None}),
    ]
    connections = (
        "q.receive -> s.sign, s.token -> v.token, s.done -> v.verify, v.claims -> r.pm-c,"
        " v.valid -> r.pm-v, v.error -> r.pm-e, v.completed -> r.send"
    )
    result = call(nodes, connections)[1]["result"]
    assert (result["v"], result["e"]) == (error is None, error)
    if claims:
        assert result["c"]["a"] == 1
        assert result["c"]["exp"] - result["c"]["iat"] == 60


@pytest.mark.parametrize(
    ("type_name", "parameters", "outputs"),
    [
        # dates: years and months end on the last day at most
        ("net.noodl.DateAdd", {"input": "2024-01-31T12:00:00", "amount": 1, "unit": "months"},
         {"result": "2024-02-29T12:00:00"}),
        ("net.noodl.DateAdd", {"input": "2024-02-29T12:00:00", "amount": -1, "unit": "year"},
         {"result": "2023-02-28T12:00:00"}),
        ("net.noodl.DateAdd", {"input": "2024-01-01T00:00:00", "amount": 90, "unit": "minutes"},
         {"result": "2024-01-01T01:30:00"}),
        ("net.noodl.DateDifference", {"from": "2024-03-01T00:00:00Z", "to": "2024-03-02T12:00:00Z"},
         {"difference": 1.5}),
        ("net.noodl.DateDifference", {"from": "2024-03-31T00:00:00", "to": "2024-01-31T00:00:00",
         "unit": "months"}, {"difference": -2}),
        ("net.noodl.DateDifference", {"from": 2000, "to": 0, "unit": "seconds", "absolute": True},
         {"difference": 2}),
        ("net.noodl.DateCompare", {"a": "2024-03-05T06:00:00", "b": "2024-03-05T07:00:00"},
         {"isBefore": True, "isAfter": False, "isSame": False}),
        ("net.noodl.DateCompare", {"a": "2024-03-05T06:00:00", "b": "2024-03-05T07:00:00",
         "granularity": "day"}, {"isBefore": False, "isAfter": False, "isSame": True}),
        ("net.noodl.DateParts", {"input": "2024-03-05T06:07:08.123"},
         {"year": 2024, "month": 3, "date": 5, "hours": 6, "minutes": 7, "seconds": 8,
          "milliseconds": 123, "dayOfWeek": 2, "dayName": "Tuesday", "isoWeek": 10}),
        # CSV
        ("net.noodl.ParseCSV", {"text": "a;b\n1;\"x;y\"\n", "delimiter": ";"}, {"count": 1}),
        ("net.noodl.ParseCSV", {"text": "1,2\n3,4", "hasHeader": False}, {"count": 2}),
        ("net.noodl.ToCSV", {"items": "[{a:1,b:'x,y'},{b:null,c:true}]"},
         {"text": 'a,b,c\n1,"x,y",\n,,true', "count": 2}),
        ("net.noodl.ToCSV", {"items": "[{a:1,b:2}]", "columns": "b,a", "delimiter": ";",
         "includeHeader": False}, {"text": "2;1", "count": 1}),
        ("net.noodl.ParseCSV", {"text": "a", "delimiter": "long"},
         {"error": 'the text is no CSV: "delimiter" must be a 1-character string'}),
    ],
)  # fmt: skip
def test_a_computing_node(
    call: Call, type_name: str, parameters: Any, outputs: dict[str, Any]
) -> None:
    nodes = [Q, node("n", type_name, **parameters),
             node("r", "Response", **{f"pm-{name}": None for name in outputs})]  # fmt: skip
    wired = ", ".join(f"n.{name} -> r.pm-{name}" for name in outputs)
    if "result" in outputs:
        nodes.append(
            node(
                "d",
                "Date To String",
                formatString="{year}-{month}-{date}T{hours}:{minutes}:{seconds}",
            )
        )
        wired = "n.result -> d.input, d.currentValue -> r.pm-result"
    status, body = call(nodes, f"{wired}, q.receive -> r.send")
    assert status == 200
    if "error" in outputs:
        assert body["result"]["error"].startswith("the text is no CSV")
    else:
        assert body["result"] == outputs


@pytest.mark.parametrize(
    ("type_name", "parameters", "signal"),
    [
        ("net.noodl.DateCompare", {"a": 1, "b": 2}, "before"),
        ("net.noodl.DateCompare", {"a": 2, "b": 1}, "after"),
        ("net.noodl.DateCompare", {"a": 2, "b": 2}, "same"),
        ("net.noodl.DateCompare", {"a": "x", "b": 2}, "failure"),
        ("net.noodl.DateAdd", {"input": "x"}, "failure"),
        ("net.noodl.DateAdd", {"input": 0, "unit": "moons"}, "failure"),
        ("net.noodl.DateParts", {"input": None}, "failure"),
        ("net.noodl.DateParts", {"input": MS}, "changed"),
    ],
)
def test_a_computing_node_signals(call: Call, type_name: str, parameters: Any, signal: str) -> None:
    nodes = [Q, node("n", type_name, **parameters), node("r", "Response")]
    assert call(nodes, f"n.{signal} -> r.send")[0] == 200


def test_a_signal_that_is_true_from_the_start_fires_once(call: Call) -> None:
    nodes = [Q, node("n", "net.noodl.UUID", generate=True), node("c", "Counter"),
             node("r", "Response", **{"pm-n": None})]  # fmt: skip
    connections = (
        "q.receive -> n.generate, n.completed -> c.increase, c.currentCount -> r.pm-n,"
        " q.receive -> r.send"
    )
    assert call(nodes, connections)[1]["result"]["n"] == 1


def test_run_on_change_starts_an_action(call: Call) -> None:
    nodes = [Q, node("n", "net.noodl.Hash", value="abc", **{"runOnChange-value": True}),
             node("r", "Response")]  # fmt: skip
    assert call(nodes, "n.done -> r.send")[0] == 200


def test_log_writes_message_and_data(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    nodes = [Q, node("n", "net.noodl.Log", message="hello", level="warn", data={"a": [1]}),
             node("r", "Response")]  # fmt: skip
    with caplog.at_level(logging.INFO):
        call(nodes, "q.receive -> n.log, n.done -> r.send")
    assert 'hello {"a":[1]}' in caplog.text


class KeepsSecrets(SmallBackend):
    def secret(self, name: str) -> str | None:
        return {"KEY": "hidden"}.get(name)


@pytest.mark.parametrize(
    ("name", "value", "error"), [("KEY", "hidden", None), ("NO", None, "there is no secret 'NO'")]
)
def test_a_secret_is_read_and_not_logged(
    name: str, value: Any, error: Any, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(mode="development", function_timeout=5)
    backend = KeepsSecrets(tmp_path, settings)
    nodes = [Q, node("n", "noodl.cloud.secret", name=name),
             node("r", "Response", **{"pm-v": None, "pm-e": None})]  # fmt: skip
    connections = (
        "q.receive -> n.fetch, n.value -> r.pm-v, n.error -> r.pm-e, n.completed -> r.send"
    )
    functions = Functions(settings, backend, backend, backend)
    functions.load([("f", document(component("F", nodes, connections)))])
    with caplog.at_level(logging.DEBUG):
        found = functions.call("F", FunctionRequest(body=b"{}"))
    backend.close()
    result = json.loads(found.body)["result"]
    assert (result["v"], (result["e"] or "")[:23]) == (value, error or "")
    assert "hidden" not in caplog.text
