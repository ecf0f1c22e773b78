"""JavaScript's rules in Python, held to a JavaScript engine: the same text must mean the same."""

import json
import math
from typing import Any

import pytest
import quickjs

from noodl_runtime.workflow.js.convert import number_text, substring, to_number, to_text
from noodl_runtime.workflow.js.dates import date_text, iso, parse_date
from noodl_runtime.workflow.js.expression import compile_expression, literal
from noodl_runtime.workflow.js.replace import replace_first
from noodl_runtime.workflow.js.text import encode, parse, stringify
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, Object, ScriptError

VALUES: dict[str, Any] = {
    "0": 0,
    "1": 1,
    "-1.5": -1.5,
    "NaN": math.nan,
    "Infinity": math.inf,
    "''": "",
    "'0'": "0",
    "' 12 '": " 12 ",
    "'abc'": "abc",
    "'0x1F'": "0x1F",
    "true": True,
    "false": False,
    "null": None,
    "undefined": UNDEFINED,
    "[]": [],
    "[1,2]": [1, 2],
    "({})": {},
    "1e21": 1e21,
    "-0": -0.0,
    "0.1": 0.1,
}
OPERATORS = [
    "==",
    "!=",
    "===",
    "!==",
    "<",
    ">",
    "<=",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&&",
    "||",
    "??",
]


@pytest.fixture(scope="module")
def engine() -> quickjs.Context:
    return quickjs.Context()


def told(value: Any) -> str:
    """Write a result so that NaN, -0 and undefined stay apart."""
    if isinstance(value, float) and value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return stringify(value) or ""


TELL = """(v => Object.is(v, -0) ? "-0" : typeof v === "number" || v === undefined
    ? String(v) : JSON.stringify(v))"""


def test_operators_give_what_the_engine_gives(engine: quickjs.Context) -> None:
    different = []
    for left, a in VALUES.items():
        for right, b in VALUES.items():
            for sign in OPERATORS:
                code = compile_expression(f"a {sign} b")
                assert code is not None
                ours = told(code({"a": a, "b": b}))
                theirs = engine.eval(f"{TELL}(({left}) {sign} ({right}))")
                if ours != theirs and "({})" not in (left + right) and "[" not in left + right:
                    different.append((left, sign, right, ours, theirs))
    assert different == []


@pytest.mark.parametrize("text", [t for t in VALUES if t != "({})"])
def test_conversions_give_what_the_engine_gives(text: str, engine: quickjs.Context) -> None:
    value = VALUES[text]
    assert to_text(value) == engine.eval(f"String({text})")
    assert told(to_number(value)) == engine.eval(f"{TELL}(Number({text}))")


@pytest.mark.parametrize(
    "number",
    [1e21, 1e20, 123456789012345680000, 0.1 + 0.2, 1e-7, 1.5e-10, 0.000001, 5e-324, 1.7976931348623157e308,
     100, 12.5, 1 / 3, 2**53, 1e16, 123e-20],
)  # fmt: skip
def test_numbers_are_written_as_the_engine_writes_them(
    number: float, engine: quickjs.Context
) -> None:
    assert number_text(number) == engine.eval(f"String({number!r})")


@pytest.mark.parametrize(
    "text",
    [
        "1 + 2 * 3 - -4",
        "(1 + 2) * 3 % 4",
        "!a || b && c",
        "a ? b : c ? 1 : 2",
        "min(3, 1, 2) + max() + round(-2.5) + round(2.5) + floor(-1.2) + ceil(-0.2) + abs(-3)",
        "Math.round(1.45 * 100) / 100",
        "round(0.49999999999999994) + round(-0.4)",
        "'it\\'s' + \"x\\n\"",
        "[1, 'a', [null]]",
        "({a: 1, 'b c': [2], 3: 4})",
        "'text'.length + [1,2,3].length",
        "'text'[1] + [1,2,3][1]",
        "1 / 3 * 3 == 1",
        "undefined === null",
        "null ?? 5",
        "5 % -3 + -5 % 3",
        ".5 + 5. + 1e3",
        "a.b",
        "1 < 2 < 3",
        "'b' > 'a'",
        "'10' < '9'",
        "10 < '9'",
    ],
)
def test_expressions_give_what_the_engine_gives(text: str, engine: quickjs.Context) -> None:
    code = compile_expression(text)
    assert code is not None
    ours = told(code({"a": 0, "b": 7, "c": "x"}))
    theirs = engine.eval(
        "(() => { const {min, max, round, floor, ceil, abs} = Math; let a = 0, b = 7, c = 'x';"
        f" return {TELL}({text}) }})()"
    )
    assert ours == theirs


@pytest.mark.parametrize(
    "text",
    [
        "a.toUpperCase()", "x => x", "new Date()", "typeof a", "a, b", "a = 1", "`t`", "/r/", "a ** 2",
        "a?.b", "f(x)", "1; 2", "a // b", "JSON.stringify(a)", "...a", "a++", "this", "function(){}",
        "a ?? b || c", "01", "'\\x41'", "a in b", "1_000", "0x10", "delete a", "random()",
    ],
)  # fmt: skip
def test_what_the_evaluator_does_not_know_is_left_to_the_engine(text: str) -> None:
    assert compile_expression(text) is None


def test_a_text_on_an_array_port_is_a_literal() -> None:
    assert literal("[1,{a:-2},'x',null,true]") == [1, {"a": -2}, "x", None, True]
    for text in ("a, b", "[", "alert(1)"):
        with pytest.raises(ScriptError):
            literal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", "2024-03-05T00:00:00.000Z"),
        ("2024-03", "2024-03-01T00:00:00.000Z"),
        ("2024-03-05T06:07:08Z", "2024-03-05T06:07:08.000Z"),
        ("2024-03-05T06:07:08.1234+02:00", "2024-03-05T04:07:08.123Z"),
        ("Tue, 05 Mar 2024 06:07:08 GMT", "2024-03-05T06:07:08.000Z"),
        ("Tue Mar 05 2024 06:07:08 GMT+0100 (CET)", "2024-03-05T05:07:08.000Z"),
        ("nonsense", None),
        ("2024-13-05", None),
        ("", None),
        ("12", None),
    ],
)
def test_dates_are_read_as_javascript_reads_them(text: str, expected: str | None) -> None:
    ms = parse_date(text)
    assert (iso(ms) if ms == ms else None) == expected


def test_dates_without_a_zone_are_local(engine: quickjs.Context) -> None:
    for text in (
        "2024-03-05T06:07",
        "March 5, 2024",
        "Mar 5 2024 06:07",
        "2024/03/05",
        "03/05/2024",
    ):
        assert parse_date(text) == engine.eval(f"Date.parse({json.dumps(text)})"), text
        shown = date_text(parse_date(text))
        assert shown[:24] == engine.eval(f"String(new Date({json.dumps(text)}))")[:24]


def test_json_is_written_as_javascript_writes_it() -> None:
    value = {
        "b": UNDEFINED,
        "10": [UNDEFINED, math.nan],
        "2": -0.0,
        "d": Moment(0),
        "o": Object("x", {"n": 1}),
        "t": "ä\u2028",
    }
    text = (
        '{"2":0,"10":[null,null],"d":"1970-01-01T00:00:00.000Z","o":{"n":1,"id":"x"},"t":"ä\u2028"}'
    )
    assert stringify(value) == text
    assert stringify(UNDEFINED) is None


def test_a_circle_is_no_json() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ScriptError):
        stringify(circle)


def test_lone_surrogates_survive_as_escapes() -> None:
    assert encode(stringify(parse('"\\ud800x"')) or "") == b'"\\ud800x"'


def test_texts_are_counted_in_utf_16_units(engine: quickjs.Context) -> None:
    text = "a\U0001f600b"
    assert substring(text, 3, 4) == "b" == engine.eval('"a\U0001f600b".substring(3, 4)')


@pytest.mark.parametrize("filling", ["$$", "$&$&", "[$`]", "[$']", "$1", "plain"])
def test_replacing_understands_dollars_as_javascript_does(
    filling: str, engine: quickjs.Context
) -> None:
    theirs = engine.eval(f'"one {{x}} two {{x}}".replace("{{x}}", {json.dumps(filling)})')
    assert replace_first("one {x} two {x}", "{x}", filling) == theirs
