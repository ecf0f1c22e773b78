"""SQL and matcher give the same answer to whatever is asked of whatever is stored."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noodl_runtime.query.order import sort_records
from noodl_runtime.values import Date, Pointer, Record
from tests.runtime.query.world import SCHEMA, World

TEXTS = st.sampled_from(["", "a", "ab", "b", "B", "é", "%", "a\0b", "\U0010ffff", "2024-05-01"])
NUMBERS = st.sampled_from([0, -1, 1, 1.0, 0.1, 2**53, 2**63, 1e300, -0.0])
DATES = st.sampled_from([Date("2024-05-01T00:00:00.000Z"), Date("1999-12-31T23:59:59.999Z")])
POINTERS = st.sampled_from([Pointer("Person", "a"), Pointer("Person", "b"), Pointer("Item", "a")])
SINGLES = st.one_of(st.none(), st.booleans(), TEXTS, NUMBERS, DATES, POINTERS)
ANYTHING = st.recursive(
    SINGLES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "0"]), inner, max_size=2)
    ),
    max_leaves=4,
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "price": NUMBERS,
        "done": st.booleans(),
        "born": DATES,
        "owner": POINTERS.filter(lambda pointer: pointer.collection == "Person"),
        "tags": st.lists(ANYTHING, max_size=3),
        "spec": st.dictionaries(st.sampled_from(["x", "y"]), ANYTHING, max_size=2),
    },
)
FIELDS = st.sampled_from(
    ["name", "price", "done", "born", "owner", "tags", "spec", "spec.x", "tags.0", "tags.x", "zzz"]
)


def pairs(keys: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects of one or two of these keys."""
    pair = st.tuples(st.sampled_from(keys), values)
    return st.tuples(pair, pair).map(dict)


CONSTRAINTS = st.one_of(
    ANYTHING.filter(lambda value: not isinstance(value, dict)),
    pairs(["$eq", "$ne", "equalTo"], SINGLES | st.lists(SINGLES, max_size=3)),
    pairs(["$gt", "$gte", "$lt", "$lte"], SINGLES.filter(lambda v: not isinstance(v, Pointer))),
    pairs(["$in", "$nin", "$all", "$containedBy"], st.lists(SINGLES, max_size=4)),
    pairs(["contains", "startsWith", "endsWith"], TEXTS),
    pairs(["$exists", "exists"], st.booleans()),
    st.builds(lambda inner: {"not": {"$gt": inner}}, TEXTS | NUMBERS | DATES),
)
DOCUMENTS = st.recursive(
    st.tuples(st.tuples(FIELDS, CONSTRAINTS), st.tuples(FIELDS, CONSTRAINTS)).map(dict),
    lambda inner: st.one_of(
        st.builds(
            lambda word, a, b: {word: [a, b]}, st.sampled_from(["$and", "or", "nor"]), inner, inner
        ),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
ORDERS = st.lists(
    st.sampled_from(["name", "-price", "born", "-spec.x", "tags", "owner"]), max_size=3
)


@given(
    records=st.lists(RECORDS, max_size=4),
    documents=st.lists(DOCUMENTS, min_size=1, max_size=8),
    order=ORDERS,
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_sql_and_matcher_find_the_same_records(
    records: list[Record], documents: list[dict[str, Any]], order: list[str]
) -> None:
    stored = [{**record, "objectId": str(at)} for at, record in enumerate(records)]
    world = World(SCHEMA, {"Item": stored, "Person": []})
    for document in documents:
        assert world.find(document) == world.match(document)
    sorted_in_memory = sort_records(stored, tuple(order))
    assert world.find({}, order=tuple(order)) == " ".join(r["objectId"] for r in sorted_in_memory)
    world.db.close()
