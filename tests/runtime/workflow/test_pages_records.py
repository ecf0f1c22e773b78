"""Rules of record nodes and of Noodl.Records that surprise, over a real store in both worlds."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.small_backend import SmallBackend

SEED = {
    "schema": {
        "T": {"s": {"type": "String"}, "n": {"type": "Number"}, "d": {"type": "Date"},
              "o": {"type": "Object"}, "a": {"type": "Array"},
              "p": {"type": "Pointer", "targetClass": "U"},
              "rel": {"type": "Relation", "targetClass": "U"}},
        "U": {"name": {"type": "String"}},
    },
    "records": {
        "T": [{"objectId": "t1", "s": "a", "n": 1, "o": {"x": 1}, "a": [{"k": 1}],
               "d": {"__type": "Date", "iso": "2024-01-01T00:00:00.000Z"},
               "p": {"__type": "Pointer", "className": "U", "objectId": "u1"}},
              {"objectId": "t2", "s": "b", "n": 2}, {"objectId": "t3"}],
        "U": [{"objectId": "u1", "name": "x"}],
    },
    "users": [{"objectId": "usr", "username": "ann", "password": "pw"}],
}  # fmt: skip
SETTINGS = Settings(mode="development", function_timeout=5, durability="normal")
Q = node("q", "Request")


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[SmallBackend]:
    made = SmallBackend(tmp_path, SETTINGS)
    made.seed(SEED)
    yield made
    made.close()


Play = Callable[..., Any]


@pytest.fixture
def play(backend: SmallBackend) -> Play:
    def run(nodes: list[Any], wires: str) -> Any:
        functions = Functions(SETTINGS, backend, backend, backend)
        functions.load([("f", document(component("F", nodes, wires)))])
        answer = functions.call("F", FunctionRequest(body=b"{}"))
        assert answer.status == 200, answer.body
        return json.loads(answer.body)["result"]

    return run


def outcome(play: Play, tested: Any, start: str, good: str, *, scripted: bool) -> Any:
    """Start a node and return which of its two ends came, and its error."""
    nodes = [Q, tested, node("r", "Response", **{"pm-good": None, "pm-error": None})]
    wires = (f"q.receive -> n.{start}, n.{good} -> r.pm-good, n.error -> r.pm-error,"
             f" n.{good} -> r.send, n.failure -> r.send")  # fmt: skip
    found = play([*nodes, script("z", "")] if scripted else nodes, wires)
    return good if found["good"] else found["error"]


OUTCOMES = [
    # node and its parameters                                                start          end        what comes
    (("DbCollection2", {}),                                                  "storageFetch", "fetched", "fetched"),
    (("DbCollection2", {"collectionName": "Nope"}),                          "storageFetch", "fetched", "fetched"),
    (("noodl.cloud.aggregate", {}),                                          "storageFetch", "fetched", "fetched"),
    (("DbModel2", {"modelId": "t1"}),                                        "fetch",        "fetched", "Object not found."),
    (("DbModel2", {"collectionName": "T", "modelId": "no"}),                 "fetch",        "fetched", "Object not found."),
    (("DbModel2", {"collectionName": "T"}),                                  "fetch",        "fetched", "Missing Id."),
    (("SetDbModelProperties", {"modelId": "t1"}),                            "store",        "stored",  "No class name specified"),
    (("SetDbModelProperties", {"collectionName": "T"}),                      "store",        "stored",  "Missing Record Id"),
    (("SetDbModelProperties", {"collectionName": "T", "modelId": "no"}),     "store",        "stored",  "Object not found."),
    (("SetDbModelProperties", {"collectionName": "T", "modelId": "t1", "prop-n": "x"}),
                                                                             "store",        "stored",  "schema mismatch for T.n; expected Number but got String"),
    (("NewDbModelProperties", {}),                                           "store",        "created", "No class name specified"),
    (("DeleteDbModelProperties", {"modelId": "t1"}),                         "store",        "deleted", "No class name specified"),
    (("DeleteDbModelProperties", {"collectionName": "T"}),                   "store",        "deleted", "Missing Record Id"),
    (("DeleteDbModelProperties", {"collectionName": "T", "modelId": "no"}),  "store",        "deleted", "Failed to delete."),
    (("AddDbModelRelation", {"collectionName": "T", "modelId": "no", "relationProperty": "rel", "targetId": "u1"}),
                                                                             "store",        "relationAdded", "Object not found."),
    (("AddDbModelRelation", {"collectionName": "T", "modelId": "t1", "relationProperty": "rel", "targetId": "u1"}),
                                                                             "store",        "relationAdded", "relationAdded"),
]  # fmt: skip


@pytest.mark.parametrize("scripted", [False, True], ids=["plain", "scripted"])
@pytest.mark.parametrize(("tested", "start", "good", "end"), OUTCOMES)
def test_how_a_record_node_ends(
    play: Play, tested: Any, start: str, good: str, end: str, scripted: bool
) -> None:
    type_name, parameters = tested
    found = outcome(play, node("n", type_name, **parameters), start, good, scripted=scripted)
    assert found == end


def test_a_filter_that_is_to_be_a_script_and_is_none_asks_nothing(backend: SmallBackend) -> None:
    functions = Functions(Settings(function_timeout=0.2), backend, backend, backend)
    query = node("d", "DbCollection2", collectionName="T", storageFilterType="json")
    wires = "q.receive -> d.storageFetch, d.fetched -> r.send, d.failure -> r.send"
    functions.load([("f", document(component("F", [Q, query, node("r", "Response")], wires)))])
    assert functions.call("F", FunctionRequest()).status == 500


def test_whether_a_query_found_nothing(play: Play) -> None:
    query = node("d", "DbCollection2", collectionName="T")
    nodes = [Q, query, node("r", "Response", **{"pm-e": None})]
    wires = "q.receive -> d.storageFetch, d.isEmpty -> r.pm-e, d.fetched -> r.send"
    assert play(nodes, wires) == {"e": False}


def test_a_saved_record_has_its_moment_of_change_as_text(play: Play) -> None:
    look = "const o = Noodl.Object.get('t1'); Outputs.v = typeof o.updatedAt + o.n; Outputs.Done()"
    nodes = [
        Q,
        node("s", "SetDbModelProperties", collectionName="T", modelId="t1", **{"prop-n": 5}),
        script("f", look, "Done"),
        node("r", "Response", **{"pm-v": None}),
    ]
    wires = "q.receive -> s.store, s.stored -> f.run, f.out-v -> r.pm-v, f.out-Done -> r.send"
    assert play(nodes, wires) == {"v": "string5"}


API = [
    # what a script does                                                              what it gets
    ("Noodl.Records.fetch('zz')",                                                     "text No class name specified"),
    ("Noodl.Records.fetch('zz', { className: 'T' })",                                 "Error Object not found."),
    ("Noodl.Records.save('zz', { a: 1 })",                                            "text No class name specified"),
    ("Noodl.Records.increment('t1', { n: 2 }, { className: 'T' }).then(() => Noodl.Object.get('t1').n)", 3),
    ("Noodl.Records.delete('zz', { className: 'T' })",                                "Error Failed to delete."),
    ("Noodl.Records.query('T', { a: 1, b: 2 })",                                      "text Filter must only have one key found a,b"),
    ("Noodl.Records.query('T', { a: 1 })",                                            "text Unrecognized filter keys a"),
    ("Noodl.Records.query('T', { and: [{ n: { equalTo: 1 } }, { a: 1, b: 2 }] })",    "text Filter must only have one key found a,b"),
    ("Noodl.Records.query('T', { relatedTo: { key: 'rel' } })",                       "text Must provide id in relatedTo filter"),
    ("Noodl.Records.query('T', { relatedTo: { id: 't1' } })",                         "text Must provide key in relatedTo filter"),
    ("Noodl.Records.query('T', { n: null })",                                         "TypeError Cannot read properties of null (reading 'equalTo')"),
    ("Noodl.Records.query('T', { relatedTo: null })",                                 "TypeError Cannot read properties of null (reading 'id')"),
    ("Noodl.Records.query('T', null)",                                                "TypeError Cannot convert undefined or null to object"),
    ("Noodl.Records.addRelation({ recordId: 't1', key: 'rel', targetRecordId: 'u1' })", "text No class name specified"),
    ("Noodl.Records.addRelation({ recordId: 't1', className: 'T', key: 'rel', targetRecordId: 'u1' })", "text No target class name specified"),
    ("Noodl.Records.removeRelation({ recordId: 'zz', className: 'T', key: 'rel', targetRecordId: 'u1', targetClassName: 'U' })", "Error Object not found."),
    ("Noodl.Records.count('T')",                                                      3),
    ("Noodl.Records.count('Nope')",                                                   0),
    ("Noodl.Records.query('Nope')",                                                   []),
    ("Noodl.Records.query()",                                                         []),
    ("Noodl.Records.distinct('T', 's')",                                              ["a", "b"]),
    ("Noodl.Records.aggregate('T', { a: { avg: 'n' }, m: { max: 'n', min: 'n' } })",  {"a": 1.5, "m": 2}),
    ("Noodl.Records.aggregate('T')",                                                  "Error You need to provide group option."),
    ("Noodl.Records.aggregate('T', { a: { avg: 'n' } }, { n: { greaterThan: 9 } })",  {}),
    ("Noodl.Records.query('T', {}, { count: true, limit: 1 }).then(r => [r.count, r.results.length])", [3, 1]),
    # the first condition in a fixed order counts, the others are ignored; an undefined one is none
    ("Noodl.Records.query('T', { n: { greaterThan: 1, lessThan: 100 } }).then(r => r.length)", 2),
    ("Noodl.Records.query('T', { n: { equalTo: undefined } }).then(r => r.length)",   3),
    ("Noodl.Records.query('T', { n: { odd: 1 } }).then(r => r.length)",               3),
    ("Noodl.Records.query('T', { s: { containedIn: ['a', 'b'] } }).then(r => r.length)", 2),
    ("Noodl.Records.query('T', { s: { matchesRegex: '^A', options: 'i' } }).then(r => r.length)", 1),
    ("Noodl.Records.query('T', { d: { lessThan: new Date() } }).then(r => r.length)", 1),
    ("Noodl.Records.query('T', { s: { exists: false } }).then(r => r[0].id)",         "t3"),
    ("Noodl.Records.query('T', { idContainedIn: ['t1', 't2'] }, { sort: '-n' }).then(r => r.map(o => o.id))", ["t2", "t1"]),
    ("Noodl.Records.query('T', { p: { pointsTo: 'u1' } }).then(r => r.length)",       1),
    # a pointer is an id, a relation nothing, an included record an Object of its class
    ("Noodl.Records.fetch('t1', { className: 'T' }).then(r => [r.p, typeof r.rel, r.d instanceof Date, r._class])", ["u1", "undefined", True, "T"]),
    ("Noodl.Records.fetch('t1', { className: 'T', include: ['p'] }).then(r => [r.p.name, r.p._class])", ["x", "U"]),
    ("Noodl.Records.fetch('t1', { className: 'T' }).then(r => [r.o.getId().length, r.a.getId().length, r.a[0].k])", [10, 10, 1]),
    # what is created is encoded in place; the record has what it was given
    ("(async () => { const p = { p: 'u1' }; const r = await Noodl.Records.create('T', p); return [p.p.__type, r.p, r._class, r.updatedAt === undefined] })()", ["Pointer", "u1", "T", True]),
    ("Noodl.Records.create('T', { n: 'x' })",                                         "Error schema mismatch for T.n; expected Number but got String"),
    ("Noodl.Users.logIn('ann', 'no')",                                                "Error Invalid username/password."),
    ("Noodl.Users.logIn({ username: 'ann', password: 'pw' }).then(u => [u.id, typeof u.sessionToken])", ["usr", "string"]),
    ("Noodl.Users.impersonate('nobody')",                                             "Error Could not find user."),
    ("Noodl.Users.impersonate('ann').then(u => [u.id, u.sessionToken.slice(0, 2)])",       ["usr", "r:"]),
    ("Noodl.Files.delete('x').catch(e => [e instanceof Error, e.error])",             [False, "Failed to delete."]),
    ("fetch('http://127.0.0.1:1/').catch(e => typeof e)",                             "string"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "result"), API)
def test_what_a_script_gets_of_the_store(play: Play, text: str, result: Any) -> None:
    told = "typeof e === 'string' ? 'text ' + e : e.name + ' ' + e.message"
    run = f"Outputs.v = await ({text}).catch(e => {told}); Outputs.Done()"
    nodes = [Q, script("f", run, "Done"), node("r", "Response")]
    found = play(nodes, "q.receive -> f.run, f.out-v -> r.pm-v, f.out-Done -> r.send")
    assert found == {"v": result}
