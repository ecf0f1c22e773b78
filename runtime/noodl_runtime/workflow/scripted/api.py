"""What scripts may ask of the host: `Noodl.Records`, `Noodl.Users`, `Noodl.Files`, fetch, timers.

Each row takes the arguments that prelude/5-noodl.js sends, puts the question to the run's host and
settles the promise with the answer. How an error arrives (an Error, a text) is part of the row.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.workflow import asks
from noodl_runtime.workflow.js.dates import iso
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.pointing import resolve_pointers
from noodl_runtime.workflow.reading import (
    encode as encode_record,
)
from noodl_runtime.workflow.reading import read, read_all, record_data, without_times
from noodl_runtime.workflow.records import changed_values, error_text, owner_values
from noodl_runtime.workflow.run import describe
from noodl_runtime.workflow.scripted.codec import encode
from noodl_runtime.workflow.scripted.world import ScriptWorld
from noodl_runtime.workflow.wire import from_wire, to_wire

DAY = 86_400_000


class _Question:
    """One open question of a script: the world, and the promise to settle."""

    def __init__(self, world: ScriptWorld, ticket: int) -> None:
        self.world = world
        self.run = world.run
        self._ticket = ticket

    def answer(self, value: Value = UNDEFINED) -> None:
        """Resolve the promise."""
        self.world.call("answer", self._ticket, encode(value))

    def refuse(self, message: str, kind: str = "error") -> None:
        """Reject the promise: kind is error, text or object."""
        self.run.log("debug", f"refused: {message}")
        self.world.call("refuse", self._ticket, kind, message)

    def ask(
        self,
        ask: asks.Ask,
        answered: Callable[[Any], None],
        failed: str = "",
        *,
        fixed: bool = False,
        kind: str = "error",
    ) -> None:
        """Put a question to the host. failed: text where the error has none, or always if fixed."""

        def refused(error: Exception) -> None:
            self.refuse(failed if fixed else error_text(error, failed), kind)

        self.run.ask(ask, answered, refused)


def on_ask(world: ScriptWorld, operation: str, arguments: list[Any], ticket: int) -> None:
    """Carry out one question of a script; one that cannot be put is refused."""
    question = _Question(world, ticket)
    try:
        _HANDLERS[operation](question, *arguments)
    except Exception as error:
        question.refuse(describe(error))


# -- records ---------------------------------------------------------------------------------------


def _where(question: _Question, collection: Any, text: str | None) -> Any:
    where = json.loads(text) if text is not None else None
    fields = question.run.around.fields(collection) if isinstance(collection, str) else {}
    return from_wire(resolve_pointers(where, fields))


def _query(
    question: _Question,
    collection: Any,
    where: str | None,
    limit: Any,
    skip: Any,
    order: str | None,
    include: str | None,
    keys: str | None,
    count: bool | None,
) -> None:
    def answered(found: Any) -> None:
        records = read_all(question.run, found.records, collection)
        if count:
            question.answer({"results": records, "count": found.count})
        else:
            question.answer(records)

    ask = asks.FindRecords(
        collection=collection,
        where=_where(question, collection, where),
        limit=question.world.decode(limit),
        skip=question.world.decode(skip),
        order=order,
        include=include,
        keys=keys,
        count=count,
    )
    question.ask(ask, answered, "Failed to query.", fixed=True)


def _count(question: _Question, collection: Any, where: str | None) -> None:
    ask = asks.CountRecords(collection=collection, where=_where(question, collection, where))
    question.ask(ask, question.answer, "Failed to query.", fixed=True)


def _distinct(question: _Question, collection: Any, where: str | None, field: str) -> None:
    ask = asks.DistinctValues(
        collection=collection, field=field, where=_where(question, collection, where)
    )
    question.ask(ask, lambda values: question.answer(to_wire(values)), "Failed to query.",
                 fixed=True)  # fmt: skip


def _aggregate(
    question: _Question, collection: Any, where: str | None, group: Mapping[str, Any]
) -> None:
    groups: dict[str, dict[str, str]] = {}
    for name, wanted in group.items():
        for operation in ("avg", "sum", "max", "min", "distinct"):
            if operation in wanted:
                groups[name] = {operation: wanted[operation]}
                break
    ask = asks.AggregateRecords(
        collection=collection, groups=groups, where=_where(question, collection, where)
    )

    def answered(rows: list[Mapping[str, Any]]) -> None:
        row = rows[0] if len(rows) == 1 else {}
        question.answer({name: to_wire(row[name]) for name in groups if name in row})

    question.ask(ask, answered, "Failed to aggregate.", fixed=True)


def _fetch_record(question: _Question, collection: str, object_id: str, include: Any) -> None:
    ask = asks.FetchRecord(collection=collection, object_id=str(object_id), include=include)
    question.ask(
        ask,
        lambda record: question.answer(read(question.run, record, collection)),
        "Failed to fetch.",
    )


def _create(question: _Question, collection: Any, properties: Any, acl: Any) -> None:
    run = question.run
    given = question.world.decode(properties)
    encoded = encode_record(run, owner_values(given), collection)
    values = {name: from_wire(value) for name, value in encoded.items()}

    def answered(record: Mapping[str, Any]) -> None:
        stored = {**values, **changed_values(record, ("objectId", "createdAt"))}
        created = read(run, stored, collection)
        question.answer([encoded, created])

    sent = {**values, "ACL": acl} if acl else values
    question.ask(asks.CreateRecord(collection=collection, values=sent), answered,
                 "Failed to insert.")  # fmt: skip


def _save(question: _Question, collection: str, object_id: str, properties: Any, acl: Any) -> None:
    run = question.run
    given = question.world.decode(properties)
    values = without_times(
        {k: from_wire(v) for k, v in encode_record(run, owner_values(given), collection).items()}
    )

    def answered(record: Mapping[str, Any]) -> None:
        times = changed_values(record, ("updatedAt",))
        read(run, {"objectId": object_id, **times}, collection)
        question.answer()

    sent = {**values, "ACL": acl} if acl else values
    ask = asks.SaveRecord(collection=collection, object_id=object_id, values=sent)
    question.ask(ask, answered, "Failed to save.")


def _increment(
    question: _Question, collection: str, object_id: str, amounts: Mapping[str, Any]
) -> None:
    def answered(record: Mapping[str, Any]) -> None:
        changed = changed_values(record, ("updatedAt", *amounts))
        read(question.run, {"objectId": object_id, **changed}, collection)
        question.answer()

    ask = asks.IncrementRecord(collection=collection, object_id=object_id, amounts=amounts)
    question.ask(ask, answered, "Failed to increment.")


def _delete(question: _Question, collection: str, object_id: str) -> None:
    def answered(_record: Any) -> None:
        question.world.announce_delete(question.world.object(object_id))
        question.answer()

    ask = asks.DeleteRecord(collection=collection, object_id=object_id)
    question.ask(ask, answered, "Failed to delete.", fixed=True)


def _relation(action: Any, failed: str) -> Callable[..., None]:
    def handle(
        question: _Question,
        collection: str,
        object_id: str,
        field: str,
        target_id: Any,
        target_collection: str,
    ) -> None:
        ask = asks.ChangeRelation(
            collection=collection,
            object_id=object_id,
            field=field,
            action=action,
            target_id=target_id,
            target_collection=target_collection,
        )
        question.ask(ask, lambda _record: question.answer(), failed)

    return handle


# -- users, files ----------------------------------------------------------------------------------


def _read_user(question: _Question, record: Mapping[str, Any]) -> Value:
    user = {k: v for k, v in record.items() if k not in ("ACL", "className", "__type")}
    return question.world.build(record_data(question.run, user, "_User"))


def _log_in(question: _Question, username: Any, password: Any) -> None:
    ask = asks.LogIn(username=username, password=password)
    question.ask(ask, lambda user: question.answer(_read_user(question, user)), "Failed to login.")


def _impersonate(
    question: _Question, username: Any, installation: Any, duration: float | None
) -> None:
    """Find the user, find or make a session of theirs, then be them."""

    def users(found: Any) -> None:
        if len(found.records) != 1:
            question.refuse("Could not find user.")
            return
        _find_session(question, found.records[0]["objectId"], installation, duration or DAY)

    ask = asks.FindRecords(collection="_User", where={"username": {"$eq": username}})
    question.ask(ask, users, "Failed to query.", fixed=True)


def _find_session(question: _Question, user_id: str, installation: Any, duration: float) -> None:
    now = question.run.around.now()
    user = {"__type": "Pointer", "className": "_User", "objectId": user_id}
    parts = [
        {"user": {"$eq": user}},
        {"expiresAt": {"$gt": {"__type": "Date", "iso": iso(now)}}},
    ]
    if installation is not None:
        parts.append({"installationId": {"$eq": installation}})

    def sessions(found: Any) -> None:
        if found.records:
            _become(question, found.records[0]["sessionToken"])
        else:
            _make_session(question, user, installation, iso(now + duration))

    ask = asks.FindRecords(collection="_Session", where=from_wire({"$and": parts}))
    question.ask(ask, sessions, "Failed to query.", fixed=True)


def _make_session(
    question: _Question, user: Mapping[str, Any], installation: Any, expires: str
) -> None:
    new_id = question.run.around.new_id
    token = f"r:{new_id()}{new_id()}"
    values = {
        "user": from_wire(user),
        "installationId": installation,
        "sessionToken": token,
        "expiresAt": from_wire({"__type": "Date", "iso": expires}),
        "restricted": False,
    }
    given = {name: value for name, value in values.items() if value is not None}
    ask = asks.CreateRecord(collection="_Session", values=given)
    question.ask(ask, lambda _record: _become(question, token), "Failed to insert.")


def _become(question: _Question, token: str) -> None:
    ask = asks.SessionUser(token=token)
    question.ask(ask, lambda user: question.answer(_read_user(question, user)), "Failed to fetch.")


def _save_current(question: _Question, object_id: str, properties: Any, acl: Any) -> None:
    given = owner_values(question.world.decode(properties))
    encoded = without_times(encode_record(question.run, given, "_User"))
    values = {name: from_wire(value) for name, value in encoded.items()}
    sent = {**values, "ACL": acl} if acl else values
    ask = asks.SaveUser(object_id=object_id, values=sent)
    question.ask(ask, lambda _record: question.answer(), "Failed to save.")


def _fetch_current(question: _Question, object_id: str) -> None:
    ask = asks.FetchUser(object_id=object_id)
    question.ask(ask, lambda user: question.answer(_read_user(question, user)), "Failed to fetch.")


def _delete_file(question: _Question, name: str) -> None:
    question.ask(
        asks.DeleteFile(name=name),
        lambda _answer: question.answer(),
        "Failed to delete.",
        fixed=True,
        kind="object",
    )


def _read_secret(question: _Question, name: Any) -> None:
    wanted = str(question.world.decode(name))

    def answered(secret: str | None) -> None:
        if secret is None:
            question.refuse(f"there is no secret {wanted!r}; set NOODL_SECRET_{wanted}")
        else:
            question.answer(secret)

    question.ask(asks.ReadSecret(name=wanted), answered)


# -- network, time ---------------------------------------------------------------------------------


def _fetch(
    question: _Question, url: str, method: str, headers: Mapping[str, str], body: str | None
) -> None:
    def answered(reply: asks.Reply) -> None:
        question.answer(
            {
                "status": reply.status,
                "reason": reply.reason,
                "redirected": reply.redirected,
                "headers": dict(reply.headers),
                "body": reply.body,
            }
        )

    ask = asks.SendRequest(url=url, method=method.upper(), headers=headers, body=body)
    question.ask(ask, answered, "Failed to fetch", kind="text")


def _wait(question: _Question, milliseconds: Any) -> None:
    ms = question.world.decode(milliseconds)
    wanted = max(0.0, float(ms)) if isinstance(ms, int | float) and ms == ms else 0.0
    question.ask(asks.Wait(milliseconds=wanted), lambda _answer: question.answer())


_HANDLERS: dict[str, Callable[..., None]] = {
    "query": _query,
    "count": _count,
    "distinct": _distinct,
    "aggregate": _aggregate,
    "fetchRecord": _fetch_record,
    "create": _create,
    "save": _save,
    "increment": _increment,
    "delete": _delete,
    "addRelation": _relation("add", "Failed to add relation."),
    "removeRelation": _relation("remove", "Failed to remove relation."),
    "logIn": _log_in,
    "impersonate": _impersonate,
    "saveCurrent": _save_current,
    "fetchCurrent": _fetch_current,
    "deleteFile": _delete_file,
    "readSecret": _read_secret,
    "fetch": _fetch,
    "wait": _wait,
}
