"""Scripts that try to get out of their context, or to stay in it: each finds nothing and harms nobody."""

import json
from typing import Any

import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.wire_store import NoSchema

# What an outer world would have; none of it is there, however one looks.
OUTSIDE = [
    "process", "Buffer", "Deno", "Bun", "window", "document", "XMLHttpRequest", "Worker", "importScripts",
    "std", "os", "bjson", "scriptArgs", "print", "load", "loadScript", "gc", "quit", "module", "exports",
    "__dirname", "__filename", "__import__", "python", "builtins", "open",
    "door", "operations", "effects", "things", "nodes", "part", "partTexts", "partPlaces", "places", "hostFacing", "waiting",
]  # fmt: skip

ATTACKS = [
    # what a script tries                                                             what it gets
    # -- the constructors of functions see the same world
    ("({}).constructor.constructor('return typeof process')()",                       "undefined"),
    ("Function('return this')() === globalThis",                                      True),
    ("console.log.constructor('return typeof std')()",                                "undefined"),
    ("await (async () => {}).constructor('return typeof require(`fs`)')()",           "undefined"),
    ("(function* () {}).constructor('yield typeof os')().next().value",               "undefined"),
    ("(0, eval)('typeof module')",                                                    "undefined"),
    ("new Function('return import(`fs`)')().then(() => 'in', () => 'out')",           "out"),
    ("Reflect.construct(Function, ['return typeof door'])()",                         "undefined"),
    # -- no modules, no files
    ("import('/etc/passwd').then(() => 'in', () => 'out')",                           "out"),
    ("import('./engine.py').then(() => 'in', () => 'out')",                           "out"),
    ("import('data:text/javascript,export default 1').then(() => 'in', () => 'out')", "out"),
    ("typeof require('child_process')",                                               "undefined"),
    ("fetch('file:///etc/passwd').then(() => 'in', e => e)",                          "'file:///etc/passwd' is no http or https address"),
    ("typeof WebAssembly.compile + typeof WebAssembly.Memory",                        "undefinedundefined"),
    # -- the stack leads nowhere
    ("(function () { try { return typeof arguments.callee.caller } catch (e) { return 'undefined' } })()", "undefined"),
    ("(() => { Error.prepareStackTrace = (e, frames) => frames; return typeof new Error().stack })()", "string"),
    (r"/\/(home|root|usr|tmp|Users|site-packages)\//.test(new Error().stack)",        False),
    # -- what the host hands in has no way back to it
    ("typeof Object.getPrototypeOf(Inputs).constructor.constructor('return this')().process", "undefined"),
    ("Object.getOwnPropertyNames(Noodl.Object.get('x')).includes('listeners')",       False),
    ("typeof new Proxy(Noodl, { get: (t, k) => t[k] }).Records.door",                 "undefined"),
    ("(() => { const p = new Proxy(Outputs, {}); p.other = 1; return Outputs.other })()", 1),
    ("Reflect.ownKeys(Object.getPrototypeOf(Outputs)).includes('send')",              False),
    ("Object.getOwnPropertySymbols(globalThis).length <= 1",                          True),
    # -- nothing blocks the thread
    ("(() => { try { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e6) } catch (e) { return e.name } })()", "TypeError"),
]  # fmt: skip

# What a script may spoil for its own run; the answer is whatever it is, but there is one.
SPOILT = [
    "Object.prototype.polluted = 1; Array.prototype.toJSON = () => 'x'; Outputs.v = [1]",
    "Array.prototype.push = null; Outputs.v = 1",
    "Array.prototype.map = Array.prototype.splice = () => { throw 1 }; Outputs.v = { a: [1] }",
    "Array.prototype[Symbol.iterator] = null; Outputs.v = [1]",
    "JSON.parse = JSON.stringify = null; Outputs.v = { a: 1 }",
    "Promise.prototype.then = Promise.resolve = null; await null",
    "Map.prototype.get = WeakMap.prototype.get = () => ({}); Outputs.v = { a: 1 }",
    "Object.fromEntries = Object.keys = Object.entries = null; Outputs.v = { a: 1 }",
    "globalThis.Object = globalThis.Array = globalThis.Promise = undefined; Outputs.v = 1",
    "Object.defineProperty(Object.prototype, 'error', { get() { throw 1 }, set() { throw 2 } })",
    "Outputs.v = { get a() { throw new Error('no') } }",
    "Outputs.v = new Proxy([], { get() { throw 1 }, ownKeys() { throw 2 } })",
    "Outputs.v = { toJSON() { while (true) {} } }",
    "throw { get name() { throw 1 }, toString() { throw 2 } }",
    "Object.freeze(Object.prototype); Object.freeze(globalThis); Outputs.v = 1",
]

# Effects that the prelude never makes: whoever overhears its list can put anything into it.
FORGED = """
const { push } = Array.prototype;
let list;
Array.prototype.push = function (...items) {
  if (Array.isArray(items[0]) && typeof items[0][0] === "string") list = this;
  return push.apply(this, items);
};
Outputs.v = 1;
Array.prototype.push = push;
%s
list.push(%s);
"""
FORGERIES = [
    '["bogus", 1]', '["output", 99, "v", 1]', '["signal"]', '["log"]', "5", "null", "[]",
    '["ask", "x", "create", {}]', '["ask", 1, "__class__", []]', '["heard", 7, "a", 1]',
    '["immediate", {}]', '["part", {}]', '["output", -1, "__class__", ["r", "x"]]',
]  # fmt: skip

CLEAN = (
    "Outputs.v = [typeof leak, ({}).polluted === undefined, [1].map(x => x + 1)[0], JSON.stringify([1]),"
    " [...'ab'].length, await Promise.resolve(7), Object.keys({ a: 1 })[0]]; Outputs.Done()"
)


def function(name: str, text: str) -> Any:
    return component(
        name,
        [node("q", "Request"), script("f", text, "Done"), node("r", "Response")],
        "q.receive -> f.run, f.out-v -> r.pm-v, f.out-Done -> r.send",
    )


def served(*components: Any, timeout: float = 5) -> Functions:
    made = Functions(Settings(function_timeout=timeout), NoSchema())  # type: ignore[arg-type]
    made.load([("test.workflow.json", document(*components, function("Clean", CLEAN)))])
    return made


def called(functions: Functions, name: str) -> tuple[int, Any]:
    found = functions.call(name, FunctionRequest())
    return found.status, json.loads(found.body)


def assert_clean(functions: Functions) -> None:
    """The next call, of another function, finds the language as it was."""
    values = ["undefined", True, 2, "[1]", 2, 7, "a"]
    assert called(functions, "Clean") == (200, {"result": {"v": values}})


@pytest.mark.parametrize(("expression", "found"), ATTACKS)
def test_an_attack_finds_nothing(expression: str, found: Any) -> None:
    attack = f"globalThis.leak = 1; Outputs.v = await ({expression}); Outputs.Done()"
    functions = served(function("Attack", attack))
    assert called(functions, "Attack") == (200, {"result": {"v": found}})
    assert_clean(functions)


def test_nothing_of_an_outer_world_is_there() -> None:
    names = " + ',' + ".join(f"(typeof {name})" for name in OUTSIDE)
    functions = served(function("Attack", f"Outputs.v = {names}; Outputs.Done()"))
    (_, answer) = called(functions, "Attack")
    assert answer["result"]["v"].split(",") == ["undefined"] * len(OUTSIDE)


@pytest.mark.parametrize("text", SPOILT)
def test_what_a_script_spoils_is_its_own_run(text: str) -> None:
    functions = served(function("Attack", f"{text}; Outputs.Done()"), timeout=0.3)
    assert called(functions, "Attack")[0] in (200, 500)
    assert_clean(functions)


@pytest.mark.parametrize("later", ["", "await null;"], ids=["at once", "later"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_effect_ends_the_run_that_forged_it(forgery: str, later: str) -> None:
    functions = served(function("Attack", FORGED % (later, forgery)), timeout=0.3)
    status, answer = called(functions, "Attack")
    assert status == 500
    assert set(answer) == {"error"}
    assert_clean(functions)
