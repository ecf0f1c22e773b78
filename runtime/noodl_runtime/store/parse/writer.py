"""Carries out writes: what was there before, the requests, what is there now."""

from collections.abc import Iterable, Sequence

from noodl_runtime.errors import (
    BadRequest,
    DuplicateValue,
    NoSuchRecord,
    PortableError,
    StoreUnreachable,
)
from noodl_runtime.store.contract import Action, Create, Delete, Write
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.own_changes import OwnChanges
from noodl_runtime.store.parse.reading import Reader
from noodl_runtime.store.parse.refusals import listed
from noodl_runtime.store.parse.schema_cache import SchemaCache
from noodl_runtime.store.parse.writing import (
    ACTIONS,
    Prepared,
    check_transaction,
    check_writable,
    prepared,
    runs,
)
from noodl_runtime.values import Record

Result = Record | PortableError
_Target = tuple[str, str | None]


class Writer:
    """Writes records one by one, those of a transaction through /batch."""

    def __init__(
        self, endpoint: Endpoint, schema: SchemaCache, reader: Reader, changes: OwnChanges
    ) -> None:
        self._endpoint = endpoint
        self._schema = schema
        self._reader = reader
        self._changes = changes

    def write(self, write: Write) -> Record:
        """Carry out one write. raises: what it is refused with."""
        (result,) = self.each([write])
        if isinstance(result, PortableError):
            raise result
        return result

    def each(self, writes: Sequence[Write]) -> list[Result]:
        """Carry out writes in order, each on its own."""
        results: list[Result | None] = [None] * len(writes)
        ready: list[tuple[int, Prepared]] = []
        for place, write in enumerate(writes):
            try:
                ready.append((place, self._prepared(write)))
            except PortableError as error:
                results[place] = error
        for run in runs(ready):
            answers = self._carry_out([each for _, each in run], transaction=False)
            for (place, _), answer in zip(run, answers, strict=True):
                results[place] = answer
        return [result for result in results if result is not None]

    def all(self, writes: Sequence[Write]) -> list[Result]:
        """Carry out writes in one transaction. raises: the first error; nothing is kept then."""
        ready = [self._prepared(write) for write in writes]
        check_transaction(ready)
        results = self._carry_out(ready, transaction=True) if ready else []
        for result in results:
            if isinstance(result, PortableError):
                raise result
        return results

    def _prepared(self, write: Write) -> Prepared:
        return prepared(write, self._schema.collection(write.collection))

    def _carry_out(self, run: Sequence[Prepared], *, transaction: bool) -> list[Result]:
        before = self._records(each.target for each in run)
        results: list[Result | str] = [_refused(each, before) or "" for each in run]
        allowed = [place for place, result in enumerate(results) if result == ""]
        if transaction and len(allowed) < len(run):
            return [result for result in results if isinstance(result, PortableError)]
        send = self._together if transaction else self._one_by_one
        answers = send([run[place] for place in allowed])
        for place, answer in zip(allowed, answers, strict=True):
            results[place] = answer
        return self._seen(run, before, results)

    def _one_by_one(self, run: Sequence[Prepared]) -> list[PortableError | str]:
        """Send each write in a request of its own: the server does those of a batch all at once."""
        results: list[PortableError | str] = []
        gone: StoreUnreachable | None = None
        for each in run:
            try:
                if gone is not None:
                    raise gone
                body = None if isinstance(each.write, Delete) else each.body
                answer = self._endpoint.write(each.method, each.path, body)
                results.append(each.object_id or str(answer["objectId"]))
            except PortableError as error:
                if isinstance(error, StoreUnreachable) and not error.answered:
                    gone = error
                results.append(_of_chosen_id(each, error))
        return results

    def _together(self, run: Sequence[Prepared]) -> list[PortableError | str]:
        """Send the writes as one transaction."""
        requests = [each.request(self._endpoint.mount) for each in run]
        body = {"requests": requests, "transaction": True}
        try:
            answers = self._endpoint.write("POST", "/batch", body)
        except StoreUnreachable as error:
            if not error.answered:
                raise
            raise BadRequest(
                "the Parse Server refused the transaction and kept nothing of it; "
                "it does not say which write was wrong"
            ) from error
        return [_result(each, answer) for each, answer in zip(run, answers, strict=True)]

    def _seen(
        self,
        run: Sequence[Prepared],
        before: dict[_Target, Record],
        results: Sequence[Result | str],
    ) -> list[Result]:
        """Return the records as they are now in place of their ids, and tell of the changes."""
        after = self._records(
            (each.write.collection, result)
            for each, result in zip(run, results, strict=True)
            if isinstance(result, str) and not isinstance(each.write, Delete)
        )
        seen: list[Result] = []
        done: list[tuple[Write, Action, Record | None, Record | None]] = []
        for each, result in zip(run, results, strict=True):
            if not isinstance(result, str):
                assert isinstance(result, PortableError)
                seen.append(result)
                continue
            target = (each.write.collection, result)
            old, new = before.get(target), after.get(target)
            done.append((each.write, ACTIONS[type(each.write)], old, new))
            record = old if isinstance(each.write, Delete) else new
            seen.append(NoSuchRecord("Object not found.") if record is None else dict(record))
        self._changes.add(done)
        return seen

    def _records(self, targets: Iterable[_Target]) -> dict[_Target, Record]:
        """Return the records of several collections that exist, by collection and id."""
        ids: dict[str, set[str]] = {}
        for collection, object_id in targets:
            if object_id is not None:
                ids.setdefault(collection, set()).add(object_id)
        return {
            (collection, object_id): record
            for collection, wanted in ids.items()
            for object_id, record in self._reader.by_id(collection, wanted).items()
        }


def _refused(each: Prepared, before: dict[_Target, Record]) -> PortableError | None:
    if isinstance(each.write, Create):
        return None
    try:
        check_writable(before.get(each.target), each.write.principals)
    except NoSuchRecord as error:
        return error
    return None


def _result(each: Prepared, answer: dict[str, dict[str, object]]) -> PortableError | str:
    error = answer.get("error")
    if error is not None:
        code = error.get("code")
        return listed(code if isinstance(code, int) else 1, str(error.get("error")))
    return each.object_id or str(answer["success"]["objectId"])


def _of_chosen_id(each: Prepared, error: PortableError) -> PortableError:
    if isinstance(error, DuplicateValue) and isinstance(each.write, Create) and each.object_id:
        error.fields = error.fields or ("objectId",)
    return error
