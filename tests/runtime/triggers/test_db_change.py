"""Database Change Triggers over a real store: each change once, in order, retried, parked."""

from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.errors import StoreFull
from noodl_runtime.store.contract import Create, Origin, Query
from noodl_runtime.values import Date
from tests.runtime.triggers.conftest import (
    Begin,
    change,
    end,
    failing,
    order,
    remove,
    settled,
    telling,
    told,
    triggers_of,
    until,
)
from tests.runtime.workflow.graphs import component, document, node, script


def one(backend: Backend) -> dict[str, Any]:
    (shown,) = triggers_of(backend).all()
    return shown


def test_a_record_that_was_made_changed_and_deleted_fires_three_times_in_order(
    begin: Begin,
) -> None:
    backend = begin(telling())
    made = order(backend, item="ink")
    change(backend, made, amount=2)
    remove(backend, made)
    until(lambda: len(told(backend)) == 3)
    about = made["objectId"]
    assert told(backend, "what", "about") == [
        ("create", about), ("save", about), ("delete", about)
    ]  # fmt: skip


FILTERS = [
    # parameters of the trigger                                      fires for
    ({},                                                             ["create", "create", "save", "delete"]),
    ({"events": "create"},                                           ["create", "create"]),
    ({"events": "save, delete"},                                     ["save", "delete"]),
    ({"events": ["delete"]},                                         ["delete"]),
    ({"where": {"paid": True}},                                      ["save", "delete"]),
    ({"where": '{"amount": {"greaterThan": 5}}'},                    ["create"]),
    ({"where": {"due": {"lessThan": "2024-06-01T00:00:00.000Z"}}},   ["create"]),
    ({"where": {"combinator": "and", "rules": [
        {"property": "item", "operator": "equal to", "value": "ink"}]}}, ["create", "save", "delete"]),
    ({"where": {"property": "due", "operator": "less than", "value": "2024-06-01"}}, ["create"]),
    ({"where": {"nothing": 1}},                                      []),
    ({"collection": "Log"},                                          []),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "events"), FILTERS)
def test_collection_events_and_filter_say_which_changes_fire(
    begin: Begin, parameters: dict[str, Any], events: list[str]
) -> None:
    backend = begin(telling(**parameters))
    made = order(backend, item="ink", paid=False)
    order(backend, item="pen", amount=9, due=Date("2024-05-01T00:00:00.000Z"))
    change(backend, made, paid=True)
    remove(backend, made)
    until(lambda: settled(backend))
    assert sorted(told(backend)) == sorted(events)


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"collection": None}, "collection is missing"),
        ({"events": "created"}, "events has 'created'; known: all, create, save, delete"),
        ({"where": "{"}, "where cannot be read"),
        ({"where": 5}, "where is neither a filter nor a where document"),
        ({"where": {"amount": {"$near": 1}}}, "where cannot be read"),
        ({"where": {"item": {"$inQuery": {"className": "Log", "where": {}}}}}, "where: .* other records"),
    ],
)  # fmt: skip
def test_a_trigger_that_can_never_fire_is_named_with_its_file(
    begin: Begin, parameters: dict[str, Any], problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    import re

    backend = begin(telling(**parameters))
    assert re.search(problem, one(backend)["problem"])
    assert re.search(f"workflows/t.workflow.json.*{problem}", caplog.text)
    health = backend.health(MASTER)
    assert health["triggerProblems"] == 1
    assert re.search(problem, health["problems"][0])


def test_the_run_sees_the_record_as_the_data_api_shows_it(begin: Begin) -> None:
    text = "Outputs.item = JSON.stringify([Inputs.record, Inputs.request]); Outputs.Done()"
    watching = component(
        "Watch",
        [
            node("t", "noodl.trigger.dbChange", collection="Order"),
            node("o", "Model2", modelId="Request"),
            script("f", text, "Done"),
            node("i", "noodl.local.insert", collection="Log"),
        ],
        "t.record -> f.in-record, o.prop-Parameters -> f.in-request, t.triggered -> f.run, "
        "f.out-item -> i.prop-item, f.out-Done -> i.insert",
    )
    backend = begin(watching)
    made = order(backend, item="ink", due=Date("2024-05-01T00:00:00.000Z"), ACL={})
    import json

    (text,) = until(lambda: told(backend, "item"))
    record, request = json.loads(text)
    expected = {**{k: v for k, v in made.items() if k != "ACL"}, "due": "2024-05-01T00:00:00.000Z"}
    assert record == expected
    assert request == {
        "trigger": "dbChange", "event": "create", "collection": "Order",
        "objectId": made["objectId"], "object": expected,
    }  # fmt: skip


def test_changes_made_while_no_trigger_ran_are_fired_at_the_next_start(begin: Begin) -> None:
    backend = begin(telling())
    until(lambda: settled(backend))
    triggers_of(backend).hold()
    made = order(backend)
    end(backend)
    again = begin(telling())
    until(lambda: told(again))
    assert told(again, "about") == [made["objectId"]]


def test_a_trigger_whose_file_cannot_be_read_for_a_while_misses_nothing(begin: Begin) -> None:
    end(begin(telling()))
    broken = begin(broken=True)
    made = order(broken)
    end(broken)
    again = begin(telling())
    until(lambda: told(again))
    assert told(again, "about") == [made["objectId"]]


def test_a_trigger_whose_filter_is_mistyped_for_a_while_misses_nothing(begin: Begin) -> None:
    end(begin(telling()))
    mistyped = begin(telling(where="{"))
    made = order(mistyped)
    end(mistyped)
    again = begin(telling())
    until(lambda: told(again))
    assert told(again, "about") == [made["objectId"]]


def test_a_trigger_that_was_taken_out_begins_anew_when_it_comes_back(begin: Begin) -> None:
    end(begin(telling()))
    without = begin()
    order(without)
    end(without)
    again = begin(telling())
    made = order(again)
    until(lambda: settled(again))
    assert told(again, "about") == [made["objectId"]]


def test_a_new_trigger_begins_with_what_is_yet_to_come(begin: Begin) -> None:
    backend = begin()
    order(backend)
    assert backend.functions
    backend.functions.load([("t.workflow.json", document(telling()))])
    second = order(backend)
    until(lambda: told(backend))
    assert told(backend, "about") == [second["objectId"]]


def test_a_reload_replaces_what_is_watched_and_forgets_no_change(begin: Begin) -> None:
    backend = begin(telling(events="create"))
    assert backend.functions
    made = order(backend)
    backend.functions.load([("t.workflow.json", document(telling(events="save")))])
    change(backend, made, amount=1)
    until(lambda: settled(backend))
    assert sorted(told(backend)) in (["create", "save"], ["save"])


def test_a_run_under_way_comes_to_its_end_though_its_trigger_is_gone(begin: Begin) -> None:
    slow = "await new Promise(done => setTimeout(done, 50)); Outputs.Done()"
    watching = component(
        "Slow",
        [node("t", "noodl.trigger.dbChange", collection="Order"), script("f", slow, "Done"),
         node("i", "noodl.local.insert", collection="Log")],
        "t.eventType -> i.prop-what, t.triggered -> f.run, f.out-Done -> i.insert",
    )  # fmt: skip
    backend = begin(watching)
    order(backend)
    until(lambda: one(backend)["running"])
    assert backend.functions
    backend.functions.load([])
    assert triggers_of(backend).all() == []
    until(lambda: told(backend) == ["create"])


def test_a_flood_of_changes_is_fired_for_once_each(begin: Begin) -> None:
    backend = begin(telling(events="create"), run_history=0)
    writes = [Create(collection="Order", values={})] * 150
    for _ in range(4):
        backend.batch(MASTER, writes)
    until(lambda: settled(backend))
    about = [record["about"] for record in backend.stream(MASTER, Query(collection="Log"))]
    assert len(about) == len(set(about)) == 600


def test_a_long_way_to_catch_up_with_holds_up_nobody(begin: Begin) -> None:
    end(begin(telling(collection="Log")))
    broken = begin(broken=True)
    for _ in range(10):
        broken.batch(MASTER, [Create(collection="Order", values={})] * 200)
    end(broken)
    backend = begin(telling(collection="Log"))
    turns = 0
    while one(backend)["behind"]:
        gevent.sleep(0)
        turns += 1
    assert turns >= 10


def test_a_store_that_refuses_for_a_while_holds_up_and_loses_nothing(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backend = begin(telling())
    monkeypatch.setattr("noodl_runtime.triggers.feed.FIRST_TROUBLE_S", 0.01)
    full, refuse = backend.store.remember, [True]

    def remember(area: str, texts: Any) -> None:  # a disk that is full cannot be had here
        if refuse[0]:
            raise StoreFull("no space")
        full(area, texts)

    monkeypatch.setattr(backend.store, "remember", remember)
    made = order(backend)
    until(lambda: "held up" in caplog.text)
    refuse[0] = False
    until(lambda: settled(backend))
    assert told(backend, "about") == [made["objectId"]]
    end(backend)
    again = begin(telling())
    until(lambda: settled(again))
    assert len(told(again)) == 1


def test_a_change_that_fails_is_tried_again_and_then_parked(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    backend = begin(failing(), trigger_tries=3)
    made = order(backend, item="ink")
    (parked,) = until(lambda: one(backend)["parked"])
    assert (parked["objectId"], parked["event"], parked["tries"], parked["error"]) == (
        made["objectId"], "create", 3, "the till is closed"
    )  # fmt: skip
    assert one(backend)["counts"] == {"failed": 3}
    assert "is parked after 3 tries: the till is closed" in caplog.text
    assert backend.health(MASTER)["parkedChanges"] == 1


def test_what_is_parked_survives_a_restart_and_can_be_fired_again(begin: Begin) -> None:
    backend = begin(failing("T"), trigger_tries=1)
    made = order(backend, item="ink")
    until(lambda: one(backend)["parked"])
    end(backend)

    mended = begin(telling("T"))
    (parked,) = one(mended)["parked"]
    assert triggers_of(mended).retry(one(mended)["id"], parked["sequence"]) == [
        {"sequence": parked["sequence"], "error": ""}
    ]
    assert told(mended, "what", "about") == [("create", made["objectId"])]
    assert one(mended)["parked"] == []


def test_what_fails_again_stays_parked_until_it_is_let_go(begin: Begin) -> None:
    backend = begin(failing(), trigger_tries=1)
    order(backend)
    order(backend)
    until(lambda: len(one(backend)["parked"]) == 2)
    own = one(backend)["id"]
    assert [row["error"] for row in triggers_of(backend).retry(own)] == ["the till is closed"] * 2
    assert len(one(backend)["parked"]) == 2
    first = one(backend)["parked"][0]["sequence"]
    assert triggers_of(backend).let_go(own, first) == 1
    assert triggers_of(backend).let_go(own) == 1
    assert one(backend)["parked"] == []


def test_beyond_the_most_the_oldest_parked_change_is_given_up_loudly(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    backend = begin(failing(), trigger_tries=1, max_parked=2, max_trigger_runs=1)
    made = [order(backend)["objectId"] for _ in range(3)]
    until(lambda: settled(backend))
    assert [parked["objectId"] for parked in one(backend)["parked"]] == made[1:]
    assert "is given up (setting max_parked)" in caplog.text


def test_a_trigger_that_writes_what_triggers_it_ends_at_the_depth(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    loop = component(
        "Loop",
        [
            node("t", "noodl.trigger.dbChange", collection="Order"),
            node("i", "noodl.local.insert", collection="Order"),
        ],
        "t.triggered -> i.insert",
    )
    backend = begin(loop, max_trigger_depth=4)
    begun = backend.write(MASTER, Create(collection="Order", values={}, origin=Origin(chain="c7")))
    until(lambda: one(backend)["counts"].get("cut"))
    order(backend)  # what others write is not dropped
    until(lambda: one(backend)["counts"].get("cut") == 2)
    assert backend.count(MASTER, "Order", {}) == 10
    assert "triggers have set off each other 4 times" in caplog.text
    changes = backend.store.changes(0) or []
    first = [c for c in changes if c.origin.chain == "c7"]
    assert [c.origin.depth for c in first] == [0, 1, 2, 3, 4]
    assert first[0].object_id == begun["objectId"]


def test_only_so_many_runs_are_active_at_once_and_each_record_has_one(begin: Begin) -> None:
    slow = "await new Promise(done => setTimeout(done, 15)); Outputs.Done()"
    watching = component(
        "Slow",
        [node("t", "noodl.trigger.dbChange", collection="Order"), script("f", slow, "Done"),
         node("i", "noodl.local.insert", collection="Log")],
        "t.recordId -> i.prop-about, t.eventType -> i.prop-what, t.triggered -> f.run, f.out-Done -> i.insert",
    )  # fmt: skip
    backend = begin(watching, max_trigger_runs=3)
    most = [0]

    def look() -> None:
        while True:
            most[0] = max(most[0], one(backend)["running"])
            gevent.sleep(0.001)

    looking = gevent.spawn(look)
    for record in [order(backend) for _ in range(4)]:
        for number in range(3):
            change(backend, record, amount=number)
    until(lambda: len(told(backend)) == 16)
    looking.kill()
    assert most[0] == 3
    for about in set(told(backend, "about")):
        assert [w for w, a in told(backend, "what", "about") if a == about] == ["create"] + [
            "save"
        ] * 3


def test_a_log_that_no_longer_reaches_back_is_said_loudly_and_goes_on_from_the_present(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    end(begin(telling()))
    broken = begin(broken=True, change_log_size=2)
    for _ in range(5):
        order(broken)
    end(broken)

    again = begin(telling())
    until(lambda: settled(again))
    gap = one(again)["gap"]
    assert gap["upTo"] - gap["after"] == 5
    assert "has missed changes: the log no longer holds those after" in caplog.text
    made = order(again)
    until(lambda: told(again))
    assert told(again, "about") == [made["objectId"]]
    end(again)

    later = begin(telling())
    assert one(later)["gap"] == gap
    triggers_of(later).let_go(one(later)["id"])
    assert one(later)["gap"] is None


def test_a_firing_is_in_the_history_with_what_fired_it(begin: Begin) -> None:
    backend = begin(telling())
    backend.write(MASTER, Create(collection="Order", values={}, origin=Origin(chain="c9")))
    until(lambda: settled(backend))
    assert backend.functions
    assert backend.functions.history
    history = backend.functions.history
    (run,) = history.newest(10, chain="c9")
    found = history.fetch(run["id"])
    assert found
    assert (found["trigger"], found["chain"]) == ("dbChange", "c9")
    assert found["firedBy"] == {
        "trigger": one(backend)["id"], "node": "t", "by": "change",
        "sequence": one(backend)["position"] - 1, "tries": 1,
    }  # fmt: skip
    assert one(backend)["last"]["chain"] == "c9"


def test_a_change_can_be_fired_for_by_hand(begin: Begin) -> None:
    backend = begin(telling(events="delete"))
    made = order(backend)
    own = one(backend)["id"]
    triggers_of(backend).fire(own, {"objectId": made["objectId"]}, "c1")
    triggers_of(backend).fire(own, {"record": {"objectId": "made-up"}, "event": "delete"}, "c1")
    until(lambda: len(told(backend)) == 2)
    assert told(backend, "what", "about") == [("create", made["objectId"]), ("delete", "made-up")]
