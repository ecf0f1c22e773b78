"""The script context: what scripts find there, what they do not, and where it ends."""

import json
from typing import Any

import pytest

from noodl_runtime.script import engine as script_engine
from noodl_runtime.script.engine import Engine, LimitMet, NoEngine, available

HERE = [
    "Object", "Array", "Map", "Set", "Promise", "Proxy", "Reflect", "JSON", "Math", "Date", "RegExp",
    "Symbol", "BigInt", "Uint8Array", "DataView", "parseInt", "encodeURIComponent", "escape",
    "console", "fetch", "setTimeout", "setImmediate", "require", "global", "globalThis", "Intl",
]  # fmt: skip
ABSENT = [
    "window", "document", "localStorage", "process", "Buffer", "XMLHttpRequest", "WebSocket", "URL",
    "URLSearchParams", "crypto", "TextEncoder", "TextDecoder", "structuredClone", "btoa", "atob",
    "clearTimeout", "setInterval", "clearInterval", "queueMicrotask", "performance", "std", "os",
    "print", "parts", "part", "door", "effects", "objects", "operations", "hostFacing",
]  # fmt: skip


class Context:
    """An engine with one node, and a short way to run a script and hear what it did."""

    def __init__(self, *, seconds: float | None = 5, memory: int = 64_000_000) -> None:
        self.engine = Engine(memory=memory, remaining=lambda: seconds)

    def operate(self, *operations: list[Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.engine.call(json.dumps(operations)))
        return answer

    def run(self, text: str) -> list[list[Any]]:
        """Run a Function script and its continuations; return the effects."""
        effects: list[list[Any]] = self.operate(["compile", 0, text], ["run", 0, ["Done"]])[
            "effects"
        ]
        self.engine.run_jobs()
        effects += self.operate(["noop"])["effects"]
        return [effect for effect in effects if effect[0] != "part"]

    def output(self, expression: str) -> Any:
        """Return what an expression gives inside a script."""
        return next(e[3] for e in self.run(f"Outputs.v = {expression}") if e[0] == "output")


@pytest.mark.parametrize("name", HERE)
def test_what_scripts_are_promised_is_there(name: str) -> None:
    assert Context().output(f"typeof {name}") != "undefined"


@pytest.mark.parametrize("name", ABSENT)
def test_what_scripts_test_for_in_vain_is_absent(name: str) -> None:
    assert Context().output(f"typeof {name}") == "undefined"


@pytest.mark.parametrize(
    "name",
    ["Array", "Arrays", "Events", "Config", "CloudFunctions", "Navigation", "SEO", "Record"],
)
def test_what_noodl_has_only_in_browsers_is_absent(name: str) -> None:
    assert Context().output(f"typeof Noodl.{name}") == "undefined"


def test_effects_come_in_program_order() -> None:
    effects = Context().run('Outputs.a = 1; Outputs.Done(); console.log("x"); Outputs.b = null')
    assert effects == [
        ["output", 0, "a", 1],
        ["signal", 0, "Done"],
        ["log", "info", "x", "console"],
        ["output", 0, "b", None],
    ]


def test_an_equal_value_is_not_sent_again() -> None:
    effects = Context().run(
        "const o = {}; Outputs.a = o; o.x = 1; Outputs.a = o; Outputs.n = NaN; Outputs.n = NaN"
    )
    assert [effect[2] for effect in effects] == ["a", "n", "n"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("syntax error here", "Error while parsing action script"),
        ("const Script = 1", "Error while parsing action script"),
        ("null.x", "Error in JS node run code. TypeError"),
        ("throw null", "Error in JS node run code. null"),
        ("await Promise.reject('why')", "Error in JS node run code. why"),
        ("require('fs')", 'require("fs")'),
        ("Noodl.Objects.x.id = 5", "cannot set the id"),
    ],
)
def test_errors_become_log_lines(text: str, told: str) -> None:
    assert any(e[0] == "log" and told in e[2] for e in Context().run(text))


@pytest.mark.parametrize(
    "text", ["const mine = () => null.x; mine()", "await null; const mine = () => null.x; mine()"]
)
def test_an_error_names_the_lines_of_the_script_and_no_others(text: str) -> None:
    (line,) = [effect[2] for effect in Context().run(text) if effect[0] == "log"]
    frames = [frame.split("(")[0].strip() for frame in line.splitlines()[1:]]
    assert frames[0] == "at mine"
    assert set(frames) <= {"at mine", "at anonymous", "at <anonymous>"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("String(Script)", "undefined"),
        ("[1, 2].size() + [3].get(0)", 5),
        ("[1, 2].contains(2)", True),
        ("String([].id)", "undefined"),
        ("(() => { const a = []; a.add(1); a.add(1); return a.length })()", 1),
        (
            "(() => { const a = [1]; a.set([{ id: 'x' }]); return a[0] === Noodl.Objects.x })()",
            True,
        ),
        ("Object.keys([1]).length", 1),
        ("Noodl.Object.get(1) === Noodl.Object.get('1')", True),
        ("Noodl.Object.guid().length", 10),
        ("'name' in Noodl.Object.create({ name: 1 })", False),
        ("JSON.stringify([Noodl.Object.create({ id: 'k', n: [1] })])", '[{"n":[1],"id":"k"}]'),
        ("Object.keys({ ...Noodl.Object.create({ id: 'k', n: 1 }) }).join()", "n"),
        ("String(Noodl.getMetaData())", "undefined"),
        ("typeof Noodl.Users.Current", "undefined"),
        ("10n ** 20n", "100000000000000000000"),
        ("'\\ud800'", "\ud800"),
    ],
)
def test_a_script_value(expression: str, value: Any) -> None:
    assert Context().output(expression) == value


def test_continuations_wait_until_they_are_let_run() -> None:
    context = Context()
    started = context.operate(["compile", 0, "await null; Outputs.late = 1"], ["run", 0, []])
    assert started["effects"] == []
    assert context.engine.run_jobs() > 0
    assert context.operate(["noop"])["effects"] == [["output", 0, "late", 1]]


def test_what_a_script_breaks_is_whole_in_the_next_context() -> None:
    Context().run("Array.prototype.push = null; JSON.parse = null; globalThis.Object = null")
    assert Context().output("[JSON.parse('1')].concat(2).length") == 2


@pytest.mark.parametrize(
    ("text", "limit"),
    [("while (true) {}", "timeout"), ("const f = () => Promise.resolve().then(f); f()", "timeout")],
)
def test_a_limit_ends_the_context(text: str, limit: str) -> None:
    import time

    end = time.monotonic() + 0.2
    context = Context()
    context.engine = Engine(memory=64_000_000, remaining=lambda: end - time.monotonic())
    with pytest.raises(LimitMet, match=limit):
        context.run(text)


def test_memory_that_runs_out_is_told_as_such() -> None:
    effects = Context(memory=16_000_000).run(
        "const a = []; while (true) a.push(new Array(1000).fill(1))"
    )
    assert ["exhausted"] in effects


def test_without_the_engine_nothing_breaks_until_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> Any:
        raise NoEngine("there is no JavaScript engine")

    monkeypatch.setattr(script_engine, "_quickjs", missing)
    assert not available()
    with pytest.raises(NoEngine):
        Engine(memory=1, remaining=lambda: None)
