"""Who hears of what, without a socket: events, rights, and how often a message is made."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from noodl_runtime.access.caller import ANYONE, MASTER, Caller
from noodl_runtime.errors import BadQuery, NotAllowed, PortableError
from noodl_runtime.realtime.audience import Question, viewer_of
from noodl_runtime.realtime.hub import Hub
from noodl_runtime.realtime.listener import Listener
from noodl_runtime.realtime.messages import Message
from noodl_runtime.realtime.outbox import Bound, Outbox
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.store.contract import Change
from noodl_runtime.values import Date, Record

FIELDS = {
    "n": Field(name="n", type="Number"),
    "due": Field(name="due", type="Date"),
    "phone": Field(name="phone", type="String"),
}
ANN, BOB = Caller(user_id="ann"), Caller(user_id="bob")


def shop(**permissions: Any) -> Schema:
    todo = Collection(name="Todo", fields=FIELDS, permissions=permissions)
    return Schema(collections={"Todo": todo})


class Scene:
    """A hub with listeners, and a log of what is encoded."""

    def __init__(self) -> None:
        self.schema = shop()
        self.encoded: list[Any] = []
        self.hub = Hub(lambda: self.schema, self._encode, last=0)
        self.sequence = 0

    def _encode(self, told: Any, _base_url: str) -> bytes:
        self.encoded.append(told)
        return json.dumps(told, default=str).encode()

    def listener(self, caller: Caller = ANYONE, bound: int = 10_000) -> Listener:
        outbox = Outbox(Bound(bound, 10**9), _line, lambda *_: b"", lambda: None)
        return Listener(self.hub, caller, "http://x", outbox)

    def asking(
        self, where: Any = None, caller: Caller = ANYONE, name: str | None = None
    ) -> Listener:
        listener = self.listener(caller)
        listener.subscribe(Question.of("Todo", where or {}), name)
        return listener

    def change(self, before: Record | None, after: Record | None, object_id: str = "r1") -> Change:
        self.sequence += 1
        action: Any = "create" if before is None else "delete" if after is None else "save"
        before, after = (each and {"objectId": object_id, **each} for each in (before, after))
        time = "2024-05-01T10:01:00.000Z"
        return Change(self.sequence, time, "Todo", action, object_id, before, after)

    def happens(self, before: Record | None, after: Record | None) -> None:
        self.hub.tell(self.change(before, after))


def _line(message: Message) -> bytes:
    return message.text + b"\n"


def heard(listener: Listener) -> list[Any]:
    return [json.loads(line) for line in listener.outbox.take().splitlines()]


def words(listener: Listener) -> list[str]:
    return [each.get("event", each.get("type")) for each in heard(listener)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def owned(n: int, *readers: str) -> Record:
    return {"n": n, "ACL": {reader: {"read": True} for reader in readers}}


EVENTS = [
    # where             before             after              heard
    ({},                None,              {"n": 1},          ["create"]),
    ({},                {"n": 1},          {"n": 2},          ["save"]),
    ({},                {"n": 1},          None,              ["delete"]),
    ({"n": 1},          None,              {"n": 1},          ["create"]),
    ({"n": 1},          None,              {"n": 2},          []),
    ({"n": 1},          {"n": 2},          {"n": 1},          ["enter"]),
    ({"n": 1},          {"n": 1},          {"n": 2},          ["leave"]),
    ({"n": 1},          {"n": 2},          {"n": 3},          []),
    ({"n": 1},          {"n": 1, "x": 1},  {"n": 1, "x": 2},  ["save"]),
    ({"n": 1},          {"n": 2},          None,              []),
    ({"n": 1},          {"n": 1},          None,              ["delete"]),
    ({"due": {"lessThan": "2024-06-01"}}, None, {"due": Date("2024-05-01T00:00:00.000Z")}, ["create"]),
    ({},                None,              owned(1),          []),
    ({},                None,              owned(1, "bob"),   []),
    ({},                None,              owned(1, "ann"),   ["create"]),
    ({},                owned(1, "bob"),   owned(1, "ann"),   ["enter"]),
    ({},                owned(1, "ann"),   owned(1, "bob"),   ["leave"]),
    ({},                owned(1, "ann"),   None,              ["delete"]),
    ({},                owned(1, "bob"),   None,              []),
    ({"n": 1},          owned(1, "bob"),   owned(2, "ann"),   []),
    ({"n": 1},          owned(1, "ann"),   owned(2, "bob"),   ["leave"]),
]  # fmt: skip


@pytest.mark.parametrize(("where", "before", "after", "expected"), EVENTS)
def test_what_ann_hears_of_a_change(
    scene: Scene, where: Any, before: Any, after: Any, expected: list[str]
) -> None:
    ann = scene.asking(where, ANN)
    scene.happens(before, after)
    assert words(ann) == expected


def test_a_record_that_can_be_read_no_more_is_not_told() -> None:
    scene = Scene()
    ann = scene.asking({}, ANN)
    scene.happens(owned(1, "ann"), owned(2, "bob"))
    assert heard(ann)[0]["data"] == {"collection": "Todo", "object": {"objectId": "r1"}}


def test_a_record_that_only_ceased_to_match_is_told_as_it_is(scene: Scene) -> None:
    ann = scene.asking({"n": 1})
    scene.happens({"n": 1}, {"n": 2})
    assert heard(ann)[0]["data"]["object"] == {"objectId": "r1", "n": 2}


def test_an_event_has_the_form_of_the_first_servers_and_a_sequence(scene: Scene) -> None:
    ann, bob = scene.asking(), scene.asking(name="mine")
    scene.happens(None, {"n": 1})
    told = {
        "event": "create", "timestamp": 1714557660000, "sequence": 1,
        "data": {"collection": "Todo", "object": {"objectId": "r1", "n": 1}},
    }  # fmt: skip
    assert heard(ann) == [told]
    assert heard(bob) == [{**told, "subscription": "mine"}]


def test_a_thousand_subscribers_get_one_message_that_was_made_once(scene: Scene) -> None:
    crowd = [scene.asking() for _ in range(1000)]
    for n in range(10):
        scene.happens(None, {"n": n})
    assert len(scene.encoded) == 10
    first = heard(crowd[0])
    assert [each["sequence"] for each in first] == list(range(1, 11))
    assert all(heard(each) == first for each in crowd[1:])


def test_different_names_and_users_still_share_the_encoding(scene: Scene) -> None:
    crowd = [scene.asking({"n": 1}, Caller(user_id=f"u{i}"), name=f"s{i}") for i in range(50)]
    scene.happens(None, {"n": 1})
    assert len(scene.encoded) == 1
    assert [heard(each)[0]["subscription"] for each in crowd] == [f"s{i}" for i in range(50)]


def test_those_who_may_see_less_get_another_encoding(scene: Scene) -> None:
    scene.schema = shop(find={"*": True}, protectedFields={"*": ["phone"], "ann": []})
    ann, bob, master = (scene.asking({}, who) for who in (ANN, BOB, MASTER))
    scene.happens(None, {"n": 1, "phone": "555"})
    shown = [heard(each)[0]["data"]["object"] for each in (ann, bob, master)]
    assert ["phone" in each for each in shown] == [True, False, True]
    assert len(scene.encoded) == 2


REFUSED = [
    # where                                                          why
    ({"phone": "555"},                                               NotAllowed),
    ({"$or": [{"phone": {"$exists": True}}]},                        NotAllowed),
    ({"n": {"biggerThan": 1}},                                       BadQuery),
    ({"n": {"$inQuery": {"className": "Todo", "where": {}}}},        BadQuery),
]  # fmt: skip


@pytest.mark.parametrize(("where", "why"), REFUSED)
def test_a_question_that_may_not_be_asked_is_refused(
    scene: Scene, where: Any, why: type[PortableError]
) -> None:
    scene.schema = shop(find={"*": True}, protectedFields={"*": ["phone"]})
    with pytest.raises(why):
        scene.asking(where)
    assert scene.hub._audiences == {}


def test_a_new_field_is_taken_up_by_those_who_asked_for_it_before(scene: Scene) -> None:
    ann = scene.asking({"when": {"lessThan": "2024-06-01"}})
    todo = Collection(name="Todo", fields={**FIELDS, "when": Field(name="when", type="Date")})
    scene.schema = Schema(collections={"Todo": todo})
    scene.happens(None, {"when": Date("2024-05-01T00:00:00.000Z")})
    assert words(ann) == ["create"]


def test_a_change_of_permissions_takes_effect_at_once(scene: Scene) -> None:
    ann, bob = scene.asking({}, ANN), scene.asking({}, BOB, name="mine")
    scene.schema = shop(find={"ann": True})
    scene.happens(None, {"n": 1})
    assert words(ann) == ["resync", "create"]
    told = heard(bob)
    assert [(each["type"], each["id"], each["code"]) for each in told] == [("error", "mine", 119)]


def todo_with(fields: Mapping[str, Field]) -> Schema:
    return Schema(collections={"Todo": Collection(name="Todo", fields=fields)})


SCHEMAS = [
    # what the schema becomes                                          heard
    (todo_with({**FIELDS, "more": Field(name="more", type="String")}), []),
    (todo_with({"n": FIELDS["n"]}),                                    ["resync"]),
    (todo_with({**FIELDS, "n": Field(name="n", type="String")}),       ["resync"]),
    (Schema(),                                                         ["resync"]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "expected"), SCHEMAS)
def test_records_that_look_different_without_a_change_are_to_be_read_again(
    scene: Scene, schema: Schema, expected: list[str]
) -> None:
    listener = scene.asking({}, MASTER)
    scene.schema = schema
    scene.hub.take_up_schema()
    assert words(listener) == expected


def test_a_field_that_becomes_protected_ends_subscriptions_that_ask_for_it(scene: Scene) -> None:
    ann = scene.asking({"phone": "555"}, ANN)
    scene.schema = shop(find={"*": True}, protectedFields={"*": ["phone"]})
    scene.happens(None, {"n": 1, "phone": "555"})
    assert words(ann) == ["error"]


def test_other_rights_change_what_is_heard(scene: Scene) -> None:
    listener = scene.asking({}, ANYONE)
    listener.become(ANN)
    scene.happens(None, owned(1, "ann"))
    listener.become(BOB)
    scene.happens(None, owned(1, "ann"))
    assert words(listener) == ["create"]


def test_who_has_left_hears_nothing_and_nothing_is_kept(scene: Scene) -> None:
    ann = scene.asking({"n": 1})
    ann.subscribe(Question.of("Todo", {}), "all")
    ann.leave()
    scene.happens(None, {"n": 1})
    assert words(ann) == []
    assert (scene.hub._audiences, len(scene.hub._asked), len(scene.hub._readings)) == ({}, 0, 0)


def test_the_same_name_again_takes_the_place_of_the_first(scene: Scene) -> None:
    ann = scene.asking({"n": 1}, name="mine")
    ann.subscribe(Question.of("Todo", {"n": 2}), "mine")
    for n in (1, 2):
        scene.happens(None, {"n": n})
    assert [each["data"]["object"]["n"] for each in heard(ann)] == [2]


# -- the past --------------------------------------------------------------------------------------


@pytest.fixture
def log(scene: Scene) -> Callable[[int], list[Change]]:
    """Ten records are made; log(since) -> the changes after a sequence number."""
    changes = [scene.change(None, {"n": n}) for n in range(10)]
    for change in changes:
        scene.hub.tell(change)
    return lambda since: changes[since:]


def caught_up(listener: Listener, log: Callable[[int], list[Change]]) -> list[Any]:
    told = heard(listener)
    while listener.replays:
        listener.catch_up(log(listener.replays[0].cursor))
        told += heard(listener)
    return told


def numbers(told: list[Any]) -> list[Any]:
    return [each["data"]["object"]["n"] if "event" in each else each["type"] for each in told]


def test_what_was_missed_comes_in_order_and_then_what_happens(scene: Scene, log: Any) -> None:
    late = scene.listener()
    late.subscribe(Question.of("Todo", {}), "mine", since=4)
    assert late.position == 4
    told = caught_up(late, log)
    scene.happens(None, {"n": 10})
    assert numbers(told + heard(late)) == [4, 5, 6, 7, 8, 9, "resumed", 10]


def test_resume_goes_for_what_was_subscribed_before_and_comes_after(scene: Scene, log: Any) -> None:
    late = scene.asking({"n": {"greaterThan": 6}}, name="before")
    late.resume(5, "r")
    late.subscribe(Question.of("Todo", {"n": 6}), "after")
    assert numbers(caught_up(late, log)) == [6, 7, 8, 9, "resumed"]
    assert late.position == scene.hub.last


def test_resume_may_come_first(scene: Scene, log: Any) -> None:
    late = scene.listener()
    late.resume(7, None)
    late.subscribe(Question.of("Todo", {}), None)
    assert numbers(caught_up(late, log)) == [7, 8, 9, "resumed"]


def test_who_resumes_again_and_again_makes_the_log_be_read_once(scene: Scene, log: Any) -> None:
    late = scene.listener()
    for _ in range(50):
        late.subscribe(Question.of("Todo", {}), "mine", since=0)
        late.resume(5, "r")
    assert len(late.replays) == 1
    told = numbers(caught_up(late, log))
    assert [each for each in told if each != "resumed"] == [5, 6, 7, 8, 9]
    late.subscribe(Question.of("Todo", {}), "mine", since=0)
    late.unsubscribe("mine")
    assert not late.replays


def test_a_log_that_does_not_reach_back_makes_one_resync(scene: Scene, log: Any) -> None:
    late = scene.asking({})
    late.subscribe(Question.of("Todo", {"n": 11}), "second")
    late.resume(3, "r")
    late.catch_up(None)
    scene.happens(None, {"n": 11})
    assert numbers(heard(late)) == ["resync", "resumed", 11, 11]


def test_what_the_hub_has_not_told_yet_is_left_for_it(scene: Scene, log: Any) -> None:
    late = scene.listener()
    late.subscribe(Question.of("Todo", {}), None, since=8)
    coming = scene.change(None, {"n": 10})
    late.catch_up([*log(8), coming])
    scene.hub.tell(coming)
    assert numbers(heard(late)) == [8, 9, 10]


def test_the_past_is_told_in_portions_that_fit(scene: Scene, log: Any) -> None:
    late = scene.listener(bound=6)
    late.subscribe(Question.of("Todo", {}), None, since=0)
    late.catch_up(log(0))
    assert len(late.outbox) == 3
    assert numbers(caught_up(late, log)) == list(range(10))


def test_the_past_is_told_by_the_rights_of_now(scene: Scene) -> None:
    change = scene.change(None, owned(1, "ann"))
    scene.hub.tell(change)
    late = scene.listener(ANN)
    late.subscribe(Question.of("Todo", {}), "mine", since=0)
    scene.schema = shop(find={"bob": True})
    late.catch_up([change])
    assert words(late) == ["error", "resumed"]


def test_viewers_with_the_same_rights_are_one() -> None:
    one = Caller(user_id="ann", session_token="r:1", session_id="s1", address="::1")
    other = Caller(user_id="ann", session_token="r:2", session_id="s2")
    assert viewer_of(one, "http://x") == viewer_of(other, "http://x")
