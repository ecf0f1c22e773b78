"""Who hears of what. Pure: changes and schemas come in, messages go into outboxes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from weakref import WeakValueDictionary

from noodl_runtime.access.reading import Reading
from noodl_runtime.errors import PortableError
from noodl_runtime.realtime.audience import Asked, Audience, Question, Viewer
from noodl_runtime.realtime.messages import Identity, failure, resync
from noodl_runtime.realtime.outbox import Outbox
from noodl_runtime.realtime.telling import Encode, Telling
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.store.contract import Change


class Hub:
    """The audiences of a backend, by collection.

    last: sequence number of the change that was told last
    """

    def __init__(
        self, schema: Callable[[], Schema], encode: Encode, *, last: int, max_nesting: int = 100
    ) -> None:
        self.last = last
        self._schema_now = schema
        self._schema = schema()
        self._encode = encode
        self._max_nesting = max_nesting
        self._audiences: dict[str, dict[object, Audience]] = {}
        # Shared while somebody has them; what nobody asks any more is not kept.
        self._asked: WeakValueDictionary[str, Asked] = WeakValueDictionary()
        self._readings: WeakValueDictionary[Viewer, Reading] = WeakValueDictionary()

    # -- who wants to hear

    def audience(self, question: Question, viewer: Viewer, name: Identity) -> Audience:
        """Return an audience, ready but perhaps without members. raises: what forbids the question.

        raises: BadName, BadQuery, NotAllowed, NoSuchRecord (where it takes a session)
        """
        self.take_up_schema()
        audience = Audience(question, viewer, name)
        known = self._audiences.get(question.collection, {}).get(audience.key)
        if known is None:
            self._prepare(audience)
        return known or audience

    def join(self, audience: Audience, outbox: Outbox) -> None:
        """Let an outbox hear of what happens from now on."""
        there = self._audiences.setdefault(audience.question.collection, {})
        there.setdefault(audience.key, audience).members[outbox] = None

    def leave(self, audience: Audience, outbox: Outbox) -> None:
        """Let it hear no more; an audience without members is forgotten."""
        there = self._audiences.get(audience.question.collection, {})
        known = there.get(audience.key)
        if known is None:
            return
        known.members.pop(outbox, None)
        if not known.members:
            self._forget(known)

    def _forget(self, audience: Audience) -> None:
        there = self._audiences[audience.question.collection]
        del there[audience.key]
        if not there:
            del self._audiences[audience.question.collection]

    # -- what happens

    def tell(self, change: Change) -> None:
        """Put the events of a change into the outboxes of all whom it concerns."""
        self.take_up_schema()
        self.last = change.sequence
        there = self._audiences.get(change.collection)
        if not there:
            return
        telling = Telling(change, self._encode)
        for audience in there.values():
            message = telling.message(audience)
            if message is not None:
                for outbox in audience.members:
                    outbox.put(message)

    def tell_again(self, change: Change, audiences: Iterable[Audience], outbox: Outbox) -> None:
        """Put the events of an earlier change into one outbox."""
        telling = Telling(change, self._encode)
        for audience in audiences:
            if audience.question.collection == change.collection:
                message = telling.message(audience)
                if message is not None:
                    outbox.put(message)

    def skip_to(self, sequence: int, reason: str) -> None:
        """Tell everyone to read again: what happened up to here cannot be told."""
        self.last = sequence
        self._resync(self._all(), reason)

    # -- schemas

    def take_up_schema(self) -> None:
        """Hold every audience to the present schema, its types and its permissions."""
        schema = self._schema_now()
        if schema is self._schema:
            return
        before, self._schema = self._schema, schema
        self._asked.clear()
        self._readings.clear()
        for audience in list(self._all()):
            self._take_up(audience, before)

    def _take_up(self, audience: Audience, before: Schema) -> None:
        name = audience.question.collection
        try:
            self._prepare(audience)
        except PortableError as error:
            for outbox in audience.members:
                outbox.put(failure(error, audience.name))
            self._forget(audience)
            return
        old, new = before.collections.get(name), self._schema.collections.get(name)
        if not _shows_the_same(old, new, master=audience.viewer.caller.master):
            self._resync([audience], "the collection or its permissions have changed")

    def _prepare(self, audience: Audience) -> None:
        question, viewer = audience.question, audience.viewer
        asked = self._asked.get(question.key)
        if asked is None:
            asked = Asked(question, self._schema, self._max_nesting)
            self._asked[question.key] = asked
        reading = self._readings.get(viewer)
        if reading is None:
            reading = self._readings[viewer] = Reading(self._schema, viewer.caller)
        audience.prepare(asked, reading)

    def _all(self) -> Iterator[Audience]:
        return chain.from_iterable([list(each.values()) for each in self._audiences.values()])

    def _resync(self, audiences: Iterable[Audience], reason: str) -> None:
        """Tell each member once, however many of its subscriptions are meant."""
        outboxes = dict.fromkeys(chain.from_iterable(each.members for each in audiences))
        for outbox in outboxes:
            outbox.put(resync(self.last, reason))


def _shows_the_same(old: Collection | None, new: Collection | None, *, master: bool) -> bool:
    """Say whether records of a collection look as they did; further fields change none of them."""
    if old is None or old is new:
        return True
    if new is None or not old.fields.items() <= new.fields.items():
        return False
    return master or old.permissions == new.permissions
