"""One client as the hub knows it: who it is, what it subscribed to, how far behind it is. Pure."""

from collections import deque
from dataclasses import field

from noodl_runtime.access.caller import Caller
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import PortableError
from noodl_runtime.realtime.audience import Audience, Question, viewer_of
from noodl_runtime.realtime.hub import Hub
from noodl_runtime.realtime.messages import TOO_NEW, TOO_OLD, Identity, answer, failure, resync
from noodl_runtime.realtime.outbox import Outbox
from noodl_runtime.store.contract import Change

PAGE = 50  # changes read from the log at once; records may be large


@dataclass(eq=False)
class Subscription:
    """What a client hears of. name: its id, None for one that is known by its collection."""

    question: Question
    name: Identity
    audience: Audience

    @property
    def key(self) -> str | int:
        """Return what it is ended or replaced by."""
        return self.question.collection if self.name is None else self.name


@dataclass(eq=False)
class Replay:
    """Subscriptions that are told the past first. cursor: how far that has come."""

    cursor: int
    subscriptions: list[Subscription]
    asked: list[Identity]  # ids of the messages that asked for it, told when it is done


@dataclass(eq=False)
class Listener:
    """A client. since: where its subscriptions begin, None: with what happens next.

    replays: those that are behind, told one after the other
    """

    hub: Hub
    caller: Caller
    base_url: str
    outbox: Outbox
    since: int | None = None
    subscriptions: dict[str | int, Subscription] = field(default_factory=dict)
    replays: deque[Replay] = field(default_factory=deque)
    _resuming: list[Identity] = field(default_factory=list)  # which had nothing to resume yet

    @property
    def position(self) -> int:
        """Return the sequence number up to which the client has been told everything."""
        return min([self.hub.last, *(replay.cursor for replay in self.replays)])

    def subscribe(self, question: Question, name: Identity, since: int | None = None) -> int:
        """Hear of what a question finds, in place of one of the same name; return from where on.

        raises: as Hub.audience
        """
        audience = self.hub.audience(question, viewer_of(self.caller, self.base_url), name)
        subscription = Subscription(question, name, audience)
        self.unsubscribe(subscription.key)
        self.subscriptions[subscription.key] = subscription
        start = self.since if since is None else since
        if start is None:
            self.hub.join(audience, self.outbox)
        else:
            told: list[Identity] = [name] if since is not None and name is not None else []
            self._begin(start, [subscription], told)
        return self.hub.last if start is None else start

    def unsubscribe(self, key: str | int) -> bool:
        """Hear no more of a subscription; say whether there was one of this name."""
        gone = self.subscriptions.pop(key, None)
        if gone is None:
            return False
        self._quiet(gone)
        return True

    def of(self, collection: str | None) -> list[str | int]:
        """Return the names of all subscriptions of a collection."""
        each = self.subscriptions.items()
        return [key for key, it in each if it.question.collection == collection]

    def resume(self, since: int, identity: Identity) -> None:
        """Hear of everything after a sequence number, now and in subscriptions yet to be made."""
        self.since = since
        everything = list(self.subscriptions.values())
        for subscription in everything:
            self._quiet(subscription)
        if everything:
            self._begin(since, everything, [identity])
        else:
            self._resuming = [identity]

    def become(self, caller: Caller) -> None:
        """Go on with other rights; subscriptions that they do not allow end with an error."""
        self.caller = caller
        for subscription in list(self.subscriptions.values()):
            live = not any(subscription in replay.subscriptions for replay in self.replays)
            self.hub.leave(subscription.audience, self.outbox)
            if self._prepare(subscription) and live:
                self.hub.join(subscription.audience, self.outbox)

    def leave(self) -> None:
        """Hear of nothing any more."""
        for key in list(self.subscriptions):
            self.unsubscribe(key)
        self.replays.clear()

    # -- the past

    def catch_up(self, page: list[Change] | None) -> None:
        """Tell the first replay the next changes of the log after its cursor.

        page: those changes, [] at the end of the log, None when it does not reach back so far
        """
        if not self.replays:
            return
        replay = self.replays[0]
        for subscription in list(replay.subscriptions):
            self._prepare(subscription)  # schema and permissions may be others by now
        if replay not in self.replays:
            return
        if page is None:
            ahead = replay.cursor > self.hub.last
            self.outbox.put(resync(self.hub.last, TOO_NEW if ahead else TOO_OLD))
            self._goes_on(replay)
            return
        for change in page:
            if change.sequence > self.hub.last or self.outbox.half_full:
                break
            audiences = [each.audience for each in replay.subscriptions]
            self.hub.tell_again(change, audiences, self.outbox)
            replay.cursor = change.sequence
        if replay.cursor >= self.hub.last:
            self._goes_on(replay)

    def _goes_on(self, replay: Replay) -> None:
        """Let subscriptions that have caught up hear of what happens."""
        for subscription in replay.subscriptions:
            self.hub.join(subscription.audience, self.outbox)
        self._finish(replay)

    def _begin(self, since: int, subscriptions: list[Subscription], asked: list[Identity]) -> None:
        """Replay the past for subscriptions, together with others that begin at the same place."""
        asked, self._resuming = [*self._resuming, *asked], []
        if self.replays and self.replays[-1].cursor == since:
            self.replays[-1].subscriptions += subscriptions
            self.replays[-1].asked += asked
        else:
            self.replays.append(Replay(since, subscriptions, asked))
        self.outbox.wake()

    def _prepare(self, subscription: Subscription) -> bool:
        """Find the audience of a subscription anew; one that is not allowed ends."""
        viewer = viewer_of(self.caller, self.base_url)
        try:
            subscription.audience = self.hub.audience(
                subscription.question, viewer, subscription.name
            )
        except PortableError as error:
            self.outbox.put(failure(error, subscription.name))
            self.unsubscribe(subscription.key)
            return False
        return True

    def _quiet(self, subscription: Subscription) -> None:
        self.hub.leave(subscription.audience, self.outbox)
        for replay in list(self.replays):
            if subscription in replay.subscriptions:
                replay.subscriptions.remove(subscription)
                if not replay.subscriptions:  # the past is read for nobody
                    self._finish(replay)

    def _finish(self, replay: Replay) -> None:
        self.replays.remove(replay)
        for identity in replay.asked:
            self.outbox.put(answer("resumed", identity, sequence=self.position))
