"""Nothing missed, nothing twice: clients that are killed at random and resume, over real sockets."""

import json
import random
from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.realtime import live
from noodl_runtime.store.contract import Change, Create, Delete, Query, Save, Write
from tests.runtime.realtime.clients import Closed, EventsClient, WebSocketClient
from tests.runtime.realtime.conftest import World

WRITES = 10_000
CLIENTS = 50
SMALL = {"n": {"lessThan": 10}}  # what most of them ask for; the rest wants everything


class Follower:
    """A client that keeps a copy of what it subscribed to, and is killed now and then.

    events: sequence numbers in the order in which they came
    """

    def __init__(self, world: World, number: int) -> None:
        self.copy: dict[str, dict[str, Any]] = {}
        self.events: list[int] = []
        self.drops = 0
        self.where = SMALL if number % 5 else {}
        self._since = 0
        self._by_events = number % 2 == 0
        self._world = world
        self._dice = random.Random(number)

    def follow(self) -> None:
        """Follow, be killed, resume, without end."""
        while True:
            client = self._connect()
            try:
                for _ in range(self._dice.randrange(1, 600)):
                    self._take(client.hear())
            except Closed:
                pass
            finally:
                client.drop()
            self.drops += 1

    def _connect(self) -> Any:
        if self._by_events:
            query = f"collection=Todo&where={json.dumps(self.where)}"
            return EventsClient(self._world.port, query, Last_Event_ID=str(self._since))
        client = WebSocketClient(self._world.port)
        client.say(type="resume", since=self._since)
        client.say(type="subscribe", collection="Todo", where=self.where)
        return client

    def _take(self, told: dict[str, Any]) -> None:
        if told.get("type") == "resumed":
            return
        self._since = told["sequence"]
        self.events.append(self._since)
        kind, record = told["event"], told["data"]["object"]
        if kind in ("delete", "leave"):
            del self.copy[record["objectId"]]  # one that is not there would have been missed
        else:
            assert (record["objectId"] in self.copy) == (kind == "save")
            self.copy[record["objectId"]] = record


class Writers:
    """Some thousand creates, saves and deletes, alone and in batches, from several greenlets."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self._world = world
        self._dice = dice
        self._there: list[str] = []
        self.done = 0

    def run(self) -> None:
        while self.done < WRITES:
            count = self._dice.choice((1, 1, 5, 20))
            self.done += count
            writes = [self._write() for _ in range(count)]
            answers = self._world.backend.batch(MASTER, writes)
            for write, answer in zip(writes, answers, strict=True):
                if isinstance(write, Create) and isinstance(answer, dict):
                    self._there.append(answer["objectId"])
            gevent.sleep(0)

    def _write(self) -> Write:
        value = {"n": self._dice.randrange(100)}
        chance = self._dice.random()
        if chance < 0.4 or not self._there:
            return Create(collection="Todo", values=value)
        place = self._dice.randrange(len(self._there))
        if chance < 0.85:
            return Save(collection="Todo", object_id=self._there[place], values=value)
        return Delete(collection="Todo", object_id=self._there.pop(place))


def test_fifty_clients_killed_at_random_end_with_the_state_of_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WAITING", 100)  # so that the log is read as well
    world.create(n=0)
    followers = [Follower(world, number) for number in range(CLIENTS)]
    following = [gevent.spawn(follower.follow) for follower in followers]
    writers = Writers(world, random.Random(11))
    gevent.joinall([gevent.spawn(writers.run) for _ in range(3)], raise_error=True)
    changes = all_changes(world)
    assert len(changes) > WRITES
    for follower, greenlet in zip(followers, following, strict=True):
        expected = concerning(changes, follower.where)
        while follower.events[-1:] != expected[-1:] and not greenlet.ready():
            gevent.sleep(0.02)
        greenlet.kill()
        greenlet.get()
        assert follower.events == expected
        assert follower.copy == state(world, follower.where)
    assert sum(follower.drops for follower in followers) > 2 * CLIENTS


def all_changes(world: World) -> list[Change]:
    changes: list[Change] = []
    while page := world.backend.store.changes(len(changes)):
        changes += page
    return changes


def concerning(changes: list[Change], where: dict[str, Any]) -> list[int]:
    """Return the sequence numbers of what such a subscriber must hear of, once each."""

    def concerns(record: Any) -> bool:
        return record is not None and (not where or record["n"] < 10)

    return [each.sequence for each in changes if concerns(each.before) or concerns(each.after)]


def state(world: World, where: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the records that a subscriber should know by now, by objectId."""
    found = world.backend.stream(MASTER, Query(collection="Todo", where=where))
    return {record["objectId"]: record for record in found}
