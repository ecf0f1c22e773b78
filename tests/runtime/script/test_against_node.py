"""The language of scripts, held against Node: the same expressions give the same values.

Scripts are written for the engine that Node has as well. What ours lacks, such as dates and numbers
in American English and the order of texts, is in script/prelude/later/locale.js.
"""

import itertools
import json
import os
import shutil
import subprocess

import pytest

from noodl_runtime.script.engine import Engine

NODE = shutil.which("node")
if NODE is None:
    pytest.skip("node is not installed", allow_module_level=True)

LANGUAGE = r"""
[..."a😀b"].length
"a-b-c".replaceAll("-", "+")
"abc".replace(/(b)/, (m, g, o) => m + g + o)
"x".padStart(3, "ab") + "x".padEnd(4)
[3,1,2].sort((a,b)=>a-b).join()
[10,9,1].sort().join()
[1,[2,[3,[4]]]].flat(Infinity).length
[1,2,3].flatMap(x => [x, x*2]).join()
Object.fromEntries(new Map([["a",1]]))
Object.entries({b:1, 2:2, a:3, 1:4}).join()
(() => { const {a, ...rest} = {a:1,b:2,c:3}; return rest })()
(() => { let a = null; a ??= 5; a ||= 6; a &&= 7; return a })()
1_000_000
(0.1).toFixed(20)
(1234.5678).toFixed(2)
(1e21).toString()
(255).toString(16) + (0.1).toString(3)
parseInt("12px") + parseFloat("3.5e2x")
(25).toString(36)
[1,2,3].at(-1)
"abc".at(-1)
Object.hasOwn({a:1}, "a")
[1,2,3].findLast(x => x < 3)
[1,2,3].toSorted ? "es2023" : "no"
"aXbX".split("X").length
"a1b2".match(/\d/g).join()
[..."a1b2".matchAll(/([a-z])(\d)/g)].map(m => m[1] + m[2]).join()
/(?<y>\d{4})-(?<m>\d\d)/.exec("2024-03").groups.y
/(?<=\$)\d+/.exec("$42")[0]
/\p{L}+/u.exec("äöü1")[0]
"ÄÖ".toLowerCase() + "ß".toUpperCase() + "i".toLocaleUpperCase()
"\u0041\x41\u{1F600}".length
"abc".localeCompare("abd")
["ä","a","z"].sort((a,b)=>a.localeCompare(b)).join()
"a".localeCompare("B")
"résumé".normalize("NFD").length
encodeURIComponent("ä/ ?&") + decodeURIComponent("%C3%A4") + encodeURI("a b/ä") + escape("ä b") + unescape("%E4")
JSON.stringify({a:[1,{b:undefined}],c:()=>1,d:NaN,e:new Date(0)}, null, 2)
JSON.stringify({a:1,b:2,c:{a:3}}, ["a","c"])
JSON.stringify("\u2028\ud800")
JSON.parse('{"a":1}', (k, v) => k === "a" ? v + 1 : v).a
(() => { try { JSON.parse("{bad") } catch (e) { return e instanceof SyntaxError } })()
(() => { try { null.x } catch (e) { return e.name } })()
(() => { try { undefined_name } catch (e) { return e.name + e.message } })()
(() => { try { (void 0)() } catch (e) { return e.name } })()
(() => { class A { #x = 1; static s = 2; get x() { return this.#x } static { A.t = 3 } } return new A().x + A.s + A.t })()
(() => { function* g() { yield 1; yield* [2,3] } return [...g()].join() })()
(() => { const o = { get a() { return 1 }, set a(v) {}, ["b" + 1]: 2 }; return Object.keys(o).join() })()
(() => { a: for (let i = 0; i < 3; i++) { for (;;) { if (i == 1) break a; continue a } } return "ok" })()
String.raw`a\n${1}`
((s, ...v) => s.raw.join("|") + v)`x${1}y`
(() => { const p = new Proxy({}, { get: (t, k) => k + "!" }); return p.foo })()
Reflect.ownKeys({b:1,1:2,[Symbol.iterator]:3}).length
new Set([1,2,2,NaN,NaN]).size
[...new Map([[NaN,1]])].join()
new WeakMap().has({})
typeof WeakRef + typeof FinalizationRegistry
Symbol("x").description
10n ** 20n + ""
typeof 5n
new Uint8Array([1,2,300]).join() + new Float32Array(2).length + new DataView(new ArrayBuffer(8)).byteLength
[1,2,3].includes(NaN) + "" + [NaN].includes(NaN) + [NaN].indexOf(NaN)
Array.from({length: 3}, (_, i) => i * 2).join()
Array.of(7).length
[,1].length + "" + (0 in [,1])
[1,2,3,4].copyWithin(0,2).join()
"abc".substr(-2,1) + "abc".substring(2,0) + "abc".slice(-2)
"a,b".split(/(,)/).join("|")
isNaN("x") + "" + Number.isInteger(5.0) + Number.EPSILON
Number("0x1f") + Number("0b11") + Number("0o7") + Number("") + Number(" 12 ")
+"1,000"
[] + {} + [1,2]
typeof null
void 0 === undefined
1 / 0 + -1 / 0
0 === -0
Object.is(0, -0)
(-7) % 3
2 ** -1
~~5.7 + (5 >>> 1) + (-5 >> 1) + (-5 >>> 28) + (1 << 31)
"b" > "a"
null ?? "d"
({a:{b:1}})?.a?.b + (undefined?.x?.y ?? "u")
(() => { var x = 1; { var x = 2 } return x })()
(function () { return typeof this })()
(() => { "use strict"; return (function () { return typeof this })() })()
(function (a, b = 2) { return arguments.length + a + b })(1)
((a, b) => {}).length + (function foo() {}).name
new Date(2024, 0, 31).getMonth()
new Date("2024-03-05").toISOString()
new Date("2024-03-05T06:07:08").getTime() === new Date(2024,2,5,6,7,8).getTime()
new Date("March 5, 2024").getTime() === new Date(2024,2,5).getTime()
new Date("Mar 5 2024 06:07").getTime() === new Date(2024,2,5,6,7).getTime()
new Date("2024/03/05").getTime() === new Date(2024,2,5).getTime()
new Date("03/05/2024").getTime() === new Date(2024,2,5).getTime()
new Date("Tue, 05 Mar 2024 06:07:08 GMT").toISOString()
new Date("Tue Mar 05 2024 06:07:08 GMT+0000 (Coordinated Universal Time)").toISOString()
isNaN(new Date("nope"))
isNaN(new Date("2024-13-01"))
isNaN(new Date(""))
String(new Date(NaN))
new Date(0).toJSON()
String(new Date(0))
new Date(2024,1,30).toString()
Date.UTC(2024,0)
new Date(2024, 5).getTimezoneOffset()
new Date(0).toLocaleDateString()
new Date(0).toLocaleDateString("en-US")
new Date(0).toLocaleTimeString("en-US")
new Date(0).toLocaleString("en-US")
new Date(1709618828123).toLocaleDateString("en-US", { year: "numeric", month: "long", day: "numeric" })
new Date(1709618828123).toLocaleDateString("en-US", { weekday: "long", year: "numeric", month: "short", day: "2-digit" })
new Date(1709618828123).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit" })
new Date(1709618828123).toLocaleTimeString("en-US", { hour12: false })
new Intl.DateTimeFormat("en-US").format(new Date(0))
new Intl.DateTimeFormat("en-US", { dateStyle: "medium" }).format(new Date(0))
typeof Intl.DateTimeFormat().resolvedOptions().timeZone
(1234567.891).toLocaleString()
(1234567.891).toLocaleString("en-US")
(5).toLocaleString("en-US", { style: "currency", currency: "USD" })
(0.256).toLocaleString("en-US", { style: "percent" })
(5).toLocaleString("en-US", { minimumFractionDigits: 2 })
(1234.5).toLocaleString("en-US", { maximumFractionDigits: 0 })
typeof globalThis
Error("x").toString()
new AggregateError([1], "m").errors.length
new Error("x", { cause: 5 }).cause
[3,2,1].reduceRight((a, b) => a + b)
"abc"[1] + "abc".charCodeAt(1) + "😀".codePointAt(0)
[1,2,3].lastIndexOf(3) + [1,2].concat([3],[4]).length
[[1,2],[3,4]].map(([a,b]) => a*b).join()
Math.max(...[1,5,3]) + Math.min()
"%" + ("a".localeCompare("a"))
[5,25,100].sort().join()
Object.assign({}, null, {a:1}, "xy")
Object.freeze([1]).length
new Array(3).fill(0).join()
[undefined, null, 1].join("-")
Number.MAX_SAFE_INTEGER + 2
0.1 + 0.2
1e300 * 1e10
(123.456).toPrecision(4) + (0.00001).toString() + (1e-7).toString() + (123456789012345680000).toString()
"abc".trim().concat("d").repeat(2)
"a\tb\n".trimEnd().length
"abc".search(/c/) + "abc".indexOf("z") + "abcabc".lastIndexOf("b")
[1,2,3].entries().next().value.join()
eval("1+1")
new Function("a", "return a*2")(4)
[Math.round(-0.5), Math.sign(-3), Math.trunc(-2.7), Math.hypot(3,4), Math.log2(8), Math.clz32(1), Math.fround(5.5)].join()
""".strip().split("\n")

DATES = ["new Date(0)", "new Date(1709618828123)", "new Date(2024, 11, 25, 0, 5, 9)",
         "new Date(2024, 5, 1, 12)", "new Date(1999, 0, 2, 23, 59, 59)", "new Date(NaN)"]  # fmt: skip
DATE_OPTIONS = [
    "{ year: 'numeric', month: 'long', day: 'numeric' }", "{ month: 'short', day: 'numeric' }",
    "{ weekday: 'long', year: 'numeric', month: 'short', day: '2-digit' }", "{ year: 'numeric' }",
    "{ month: 'long', year: 'numeric' }", "{ month: 'numeric', year: 'numeric' }", "{ hour: 'numeric' }",
    "{ hour: '2-digit', minute: '2-digit' }", "{ hour12: false }", "{ month: '2-digit' }",
    "{ timeZone: 'UTC', month: '2-digit', day: '2-digit', year: '2-digit' }", "{ weekday: 'short' }",
    "{ minute: '2-digit', second: '2-digit' }", "{ weekday: 'long', month: 'numeric', day: 'numeric' }",
    "{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }",
    "{ hourCycle: 'h23', hour: '2-digit', minute: '2-digit' }", "{}", "undefined",
]  # fmt: skip
DATE_STYLES = ["{ dateStyle: 'full' }", "{ dateStyle: 'medium' }", "{ dateStyle: 'short', timeStyle: 'short' }",
               "{ dateStyle: 'long', timeStyle: 'medium' }"]  # fmt: skip
METHODS = ["toLocaleDateString", "toLocaleTimeString", "toLocaleString"]
NUMBERS = ["0", "1", "-1", "1234567.891", "0.1 + 0.2", "1.005", "2.5", "-0", "NaN", "Infinity", "1e21",
           "123456789012345", "0.00001", "99.995", "1e-10"]  # fmt: skip
NUMBER_OPTIONS = [
    "undefined", "{ style: 'currency', currency: 'USD' }", "{ style: 'currency', currency: 'EUR' }",
    "{ style: 'currency', currency: 'JPY' }", "{ style: 'currency', currency: 'USD', maximumFractionDigits: 0 }",
    "{ minimumFractionDigits: 2 }", "{ maximumFractionDigits: 0 }", "{ useGrouping: false }",
    "{ minimumFractionDigits: 2, maximumFractionDigits: 2 }", "{ minimumIntegerDigits: 3 }",
]  # fmt: skip
WORDS = ["a", "A", "b", "B", "ä", "Ä", "z", "Z", "é", "E", "1", "10", "2", "a1", "a10", "a2", "_", "-", " ",
         "a b", "ab", "a-b", "", "Zoë", "Zoe", "zoo", "#", "$", "résumé", "resume", "Resume", "ß"]  # fmt: skip
ORDERS = ["", ", undefined, { numeric: true }", ", 'en', { sensitivity: 'base' }"]


def locale() -> list[str]:
    """Return expressions over the products of the lists above."""
    product = itertools.product
    return [
        *(f"{d}.{m}('en-US', {o})" for d, m, o in product(DATES, METHODS, DATE_OPTIONS)),
        *(f"{d}.toLocaleString('en-US', {o})" for d, o in product(DATES, DATE_STYLES)),
        *(f"new Intl.DateTimeFormat('en-US', {o}).format({DATES[1]})" for o in DATE_OPTIONS),
        *(f"({n}).toLocaleString('en-US', {o})" for n, o in product(NUMBERS, NUMBER_OPTIONS)),
        *(f"Intl.NumberFormat('en-US', {o}).format(1234.5)" for o in NUMBER_OPTIONS),
        "(0.256).toLocaleString('en-US', { style: 'percent' })",
        *(f"'{a}'.localeCompare('{b}'{o})" for a, b, o in product(WORDS, WORDS, ORDERS)),
    ]


PROGRAM = """
const results = [];
for (const text of %s) {
  try { results.push(String(JSON.stringify(eval(`(${text})`)))) }
  catch (error) { results.push(error.name) }
}
"""


def in_node(program: str) -> list[str]:
    assert NODE is not None
    told = f"{program}; console.log(JSON.stringify(results))"
    environment = {**os.environ, "TZ": os.environ.get("TZ", "UTC")}
    run = subprocess.run([NODE, "-"], input=told, capture_output=True, text=True, check=True,
                         env=environment)  # fmt: skip
    found: list[str] = json.loads(run.stdout)
    return found


def in_engine(program: str) -> list[str]:
    engine = Engine(memory=64_000_000, remaining=lambda: 60)
    script = f"{program}; Outputs.v = JSON.stringify(results)"
    answer = json.loads(engine.call(json.dumps([["compile", 0, script], ["run", 0, []]])))
    (output,) = [effect for effect in answer["effects"] if effect[0] == "output"]
    found: list[str] = json.loads(output[3])
    return found


@pytest.mark.parametrize("expressions", [LANGUAGE, locale()], ids=["language", "locale"])
def test_expressions_give_what_node_gives(expressions: list[str]) -> None:
    program = PROGRAM % json.dumps(expressions)
    # Node writes narrow and hard blanks where a plain one does as well.
    plain = str.maketrans("\u202f\u00a0", "  ")
    wrong = [
        f"{text}: {found}, not {wanted}"
        for text, wanted, found in zip(
            expressions, in_node(program), in_engine(program), strict=True
        )
        if wanted.translate(plain) != found.translate(plain)
    ]
    assert wrong == []


def test_what_is_known_to_differ() -> None:
    """Kept here so that an engine that mends it is noticed."""
    program = PROGRAM % json.dumps(["{...'ab'}", "Math.cbrt(27)"])
    assert in_node(program) == ['{"0":"a","1":"b"}', "3"]
    assert in_engine(program) == ["{}", "3.0000000000000004"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("new Date(0).toLocaleString('en-US', { timeZone: 'Mars/Base' })", "RangeError"),
        ("new Intl.DateTimeFormat().resolvedOptions().locale", '"en-US"'),
        ("new Date(NaN).toISOString()", "RangeError"),
        ("(1).toLocaleString('en-US', { style: 'currency' })", "TypeError"),
    ],
)
def test_what_cannot_be_written_is_refused(expression: str, found: str) -> None:
    assert in_engine(PROGRAM % json.dumps([expression])) == [found]
