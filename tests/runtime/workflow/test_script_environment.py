"""What Function scripts find around them, from the order of things to fetch: one row a promise."""

import logging
from typing import Any

import pytest

from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import node, script
from tests.runtime.workflow.stub_server import StubServer

RUN = "q.receive -> f.run, f.out-v -> r.pm-v, f.out-Done -> r.send"


def value(call: Call, text: str, **more: Any) -> Any:
    """Run a script in a function; return what it assigned to Outputs.v."""
    nodes = [node("q", "Request"), script("f", text, "Done"), node("r", "Response")]
    status, body = call(nodes, RUN, **more)
    assert status == 200, body
    return body["result"].get("v")


ORDER = [
    # what a script starts, in this order                                                    what comes first
    ("setImmediate(() => tell('i')); Promise.resolve().then(() => tell('m'));",              "i,m"),
    ("setTimeout(() => tell('t'), 0); setImmediate(() => tell('i')); tell('now');",          "now,i,t"),
    ("setTimeout(() => tell(2), 20); setTimeout(() => tell(1), 1);",                         "1,2"),
    ("for (let i = 0; i < 5; i++) setTimeout(() => tell(i), 5);",                            "0,1,2,3,4"),
    ("(async () => { tell('a'); await null; tell('c') })(); tell('b');",                     "a,b,c"),
    ("Promise.resolve().then(() => tell(1)).then(() => tell(3)); Promise.resolve().then(() => tell(2));", "1,2,3"),
    ("setTimeout((...given) => tell(given.length), 0, 'x'); tell(String(setTimeout(() => {}, 0)));", "undefined,0"),
    ("setTimeout(() => { throw new Error('lost') }, 0); setTimeout(() => tell('on'), 5);",   "on"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "order"), ORDER)
def test_what_comes_first(call: Call, text: str, order: str) -> None:
    told = "const told = []; const tell = (t) => told.push(t);"
    end = "setTimeout(() => { Outputs.v = told.join(); Outputs.Done() }, 40)"
    assert value(call, f"{told} {text} {end}") == order


HELD = [
    # a script                                                                               gives
    ("Inputs.extra = 1; Outputs.v = [Inputs.extra, typeof Outputs.none, typeof Outputs.Done.send]", [1, "undefined", "function"]),
    ("try { Outputs.None() } catch (e) { Outputs.v = e.name }",                              "TypeError"),
    ("Outputs.v = [typeof Component, Object.keys(Component).length, String(Script)]",        ["object", 0, "undefined"]),
    ("Outputs.v = [typeof Noodl.getProjectSettings(), String(Noodl.getMetaData('none'))]",   ["object", "undefined"]),
    ("leak = 5; Outputs.v = typeof globalThis.leak",                                         "number"),
    (("const o = Noodl.Object.create({ id: 's', a: 1 }); let n = 0; const f = () => n++; o.on('change', f);"
     " o.setAll({ id: 'no', a: 1, b: 2 }); o.off('change', f); o.b = 9; Outputs.v = [n, o.id, o.b]"), [1, "s", 9]),
    (("const o = Noodl.Object.create({ id: 'k', a: 1, b: 2 }); const seen = [];"
     " o.on('change', (e) => seen.push([e.name, e.value, e.old])); o.a = 5; o.b = 2;"
     " o.set('c', 3, { silent: true }); o.set('b', 2, { forceChange: true }); Outputs.v = seen"), [["a", 5, 1], ["b", 2, 2]]),
    (("const o = Noodl.Object.create({ id: 'k', a: 1 }); o.fill(0); const names = []; for (const n in o) names.push(n);"
     " Outputs.v = [names, 'a' in o, 'set' in o, o.getId(), JSON.stringify(o), { ...o }.id === undefined]"),
     [["a"], False, True, "k", '{"a":0,"id":"k"}', True]),
    (("const o = Noodl.Object.create({ id: 'p' }); o.n = Noodl.Object.create({ id: 'q', v: 1 }); o.set('n.v', 7, { resolve: true });"
     " o.plain = { x: 1 }; o.set('plain.x', 9, { resolve: true }); let failed; try { o.set('no.x', 1, { resolve: true }) }"
     " catch (e) { failed = e.name } o.set('d.t', 4);"
     " Outputs.v = [o.n.v, o.plain.x, failed, o.get('n.v', { resolve: true }), o['d.t']]"), [7, 1, "TypeError", 7, 4]),
    ("Noodl.Objects.w = { a: 1 }; Noodl.Objects.w = { z: 2 }; Outputs.v = Noodl.Objects.w",  {"a": 1, "z": 2, "id": "w"}),
    ("const o = Noodl.Object.get('c'); o._class = 'T'; Outputs.v = [o._class, Object.keys(o).length]", ["T", 0]),
    (("const a = [1, 2], seen = []; for (const e of ['add', 'remove']) a.on(e, (x) => seen.push(e + x.index));"
     " a.add(3); a.add(3); a.addAtIndex(0, 0); a.remove(2); a.removeAtIndex(0); a.set([9, 1]); a.items = [4];"
     " Outputs.v = [seen.join(), a.size(), a.get(0), a.contains(4), Object.keys(a)]"),
     ["add2,add0,remove2,remove0,remove1,add0,remove1,remove0,add0", 1, 4, True, ["0"]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "held"), HELD)
def test_what_a_script_holds(call: Call, text: str, held: Any) -> None:
    assert value(call, f"{text}; Outputs.Done()") == held


def test_this_is_kept_from_run_to_run_of_a_node(call: Call) -> None:
    text = "this.n = (this.n || 0) + 1; Outputs.v = this.n; if (this.n < 3) Outputs.Again()"
    again = script("f", text, "Again")
    nodes = [node("q", "Request"), again, node("t", "Expression", expression="n == 3"), node("r", "Response")]  # fmt: skip
    wires = "q.receive -> f.run, f.out-Again -> f.run, f.out-v -> t.n, t.isTrueEv -> r.send"
    assert call(nodes, wires)[0] == 200


def test_a_script_prints_with_levels(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    value(
        call, "console.log('a', 1, { b: 2 }); console.warn('w'); console.error('e'); Outputs.Done()"
    )
    lines = {(r.levelname, r.getMessage()[3:].strip()) for r in caplog.records}
    assert lines >= {("INFO", 'a 1 {"b":2}'), ("WARNING", "w"), ("ERROR", "e")}


RULES: list[dict[str, Any]] = [
    {"path": "/json", "body": {"a": 1}},
    {"path": "/text", "body": "no json", "headers": {"Content-Type": "text/plain", "X-One": "1"}},
    {"path": "/missing", "status": 404, "body": {"error": "none"}},
    {"path": "/post", "method": "POST", "body": {"got": True}},
]
FETCH = [
    # what is asked of the answer                                                   what it says
    ("/json", "[r.ok, r.status, r.redirected, r.body]",                             [True, 200, False, '{"a": 1}']),
    ("/json", "[(await r.json()).a, await r.text(), (await r.json()).a]",           [1, '{"a": 1}', 1]),
    ("/json", "[r.headers.get('CONTENT-type'), r.headers.get('none'), r.headers.has('constructor')]", ["application/json", None, False]),
    ("/text", "[r.headers.get('x-one'), [...r.headers.keys()].includes('x-one'), [...r.headers.entries()].length > 1]", ["1", True, True]),
    ("/text", "await r.json().catch(e => e)",                                       "Failed to parse JSON response"),
    ("/missing", "[r.ok, r.status, (await r.json()).error]",                        [False, 404, "none"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "look", "says"), FETCH)
def test_fetch(call: Call, path: str, look: str, says: Any) -> None:
    with StubServer(RULES) as stub:
        text = f"const r = await fetch({stub.address + path!r}); Outputs.v = {look}; Outputs.Done()"
        assert value(call, text, outbound=True) == says


def test_fetch_sends_method_headers_and_body(call: Call) -> None:
    with StubServer(RULES) as stub:
        options = (
            "{ method: 'POST', headers: { 'X-Key': 5, 'Content-Type': 'text/x' }, body: 'hi' }"
        )
        text = f"await fetch('{stub.address}/post', {options}); Outputs.Done()"
        value(call, text, outbound=True)
        (got,) = stub.received
    assert got == {"method": "POST", "path": "/post", "content_type": "text/x", "body": "hi",
                   "headers": {"x-key": "5"}}  # fmt: skip
