"""What the host does for each question of a run: one row per Ask, with full rights."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.access.caller import MASTER
from noodl_runtime.errors import BadQuery, MailRefused, NoSuchCollection, NoSuchFile, NoSuchRecord
from noodl_runtime.functions.operations import AppOperations, PeopleOperations, RecordOperations
from noodl_runtime.functions.people_answers import PeopleAnswers
from noodl_runtime.schema.operations import AddRelation, Increment, RemoveRelation
from noodl_runtime.store.contract import Create, Delete, Found, Origin, Query, Save
from noodl_runtime.values import Pointer, Record
from noodl_runtime.workflow import asks
from noodl_runtime.workflow.js.convert import is_number, to_number
from noodl_runtime.workflow.js.values import UNDEFINED

NOT_FOUND = "Object not found."
_AGGREGATORS = {
    "avg": "$avg",
    "sum": "$sum",
    "max": "$max",
    "min": "$min",
    "distinct": "$addToSet",
}


class Answers:
    """Finds answers in a backend. raises: PortableErrors with the texts that graphs know.

    base_url:  what addresses of files begin with
    max_reply: bytes of an answer that a server may give
    """

    def __init__(
        self,
        records: RecordOperations,
        people: PeopleOperations | None,
        app: AppOperations | None,
        base_url: str = "",
        max_reply: int = 10_000_000,
    ) -> None:
        self._records = records
        self._people = people
        self._app = app
        self._base_url = base_url
        self._max_reply = max_reply
        self._rows: dict[type[Any], Callable[[Any, Origin], Any]] = {
            asks.FindRecords: self._find,
            asks.CountRecords: self._count,
            asks.DistinctValues: self._distinct,
            asks.AggregateRecords: self._aggregate,
            asks.FetchRecord: self._fetch,
            asks.CreateRecord: self._create,
            asks.SaveRecord: self._save,
            asks.IncrementRecord: self._increment,
            asks.ChangeRelation: self._relation,
            asks.DeleteRecord: self._delete,
            asks.FetchUser: self._fetch_user,
            asks.SaveUser: self._save_user,
            asks.SessionUser: self._session_user,
            asks.LogIn: self._log_in,
            asks.ReadConfig: self._config,
            asks.DeleteFile: self._delete_file,
            asks.SignFile: self._sign_file,
            asks.SendMail: self._send_mail,
            asks.ReadSecret: self._secret,
            **PeopleAnswers(records).rows,
        }

    def answer(self, ask: asks.Ask, origin: Origin) -> Any:
        """Answer any question but those about time and network."""
        try:
            return self._rows[type(ask)](ask, origin)
        except NoSuchRecord as error:
            raise NoSuchRecord(_known_text(error)) from error

    def send(self, ask: asks.SendRequest, timeout_s: float) -> asks.Reply:
        """Send an HTTP request; blocking, so this is called in a thread."""
        from noodl_runtime.functions.outbound import send  # urllib is 4 ms of a start

        return send(ask, timeout_s, self._max_reply)

    def _find(self, ask: asks.FindRecords, _origin: Origin) -> Found:
        query = Query(
            collection=_looked_into(ask.collection),
            where=_checked(ask.where),
            order=_names(ask.order),
            limit=_whole(ask.limit, 100),
            skip=_whole(ask.skip, 0),
            include=_names(ask.include),
            keys=_names(ask.keys) or None,
            count=bool(ask.count),
        )
        return self._records.query(MASTER, query)

    def _count(self, ask: asks.CountRecords, _origin: Origin) -> int:
        return self._records.count(MASTER, _looked_into(ask.collection), _checked(ask.where))

    def _distinct(self, ask: asks.DistinctValues, _origin: Origin) -> list[Any]:
        return self._records.distinct(
            MASTER, _looked_into(ask.collection), ask.field, ask.where or {}
        )

    def _aggregate(self, ask: asks.AggregateRecords, _origin: Origin) -> list[dict[str, Any]]:
        group: dict[str, Any] = {"objectId": None}
        for name, wanted in ask.groups.items():
            for operation, field in wanted.items():
                if operation not in _AGGREGATORS:
                    raise BadQuery(f"unknown aggregate operation {operation!r}")
                group[name] = {_AGGREGATORS[operation]: f"${field}"}
        pipeline = [{"match": ask.where}] if ask.where else []
        return self._records.aggregate(
            MASTER, _looked_into(ask.collection), [*pipeline, {"group": group}]
        )

    def _fetch(self, ask: asks.FetchRecord, _origin: Origin) -> Record:
        return self._records.fetch(
            MASTER, _looked_into(ask.collection), ask.object_id, include=_names(ask.include)
        )

    def _create(self, ask: asks.CreateRecord, origin: Origin) -> Record:
        values = {k: v for k, v in ask.values.items() if k not in ("createdAt", "updatedAt")}
        return self._records.write(
            MASTER, Create(collection=_collection(ask.collection), values=values, origin=origin)
        )

    def _save(self, ask: asks.SaveRecord, origin: Origin) -> Record:
        return self._write(ask.collection, ask.object_id, ask.values, origin)

    def _increment(self, ask: asks.IncrementRecord, origin: Origin) -> Record:
        values = {name: Increment(amount) for name, amount in ask.amounts.items()}
        return self._write(ask.collection, ask.object_id, values, origin)

    def _relation(self, ask: asks.ChangeRelation, origin: Origin) -> Record:
        collection = _collection(ask.collection)
        leads_to = ask.target_collection or self._target(collection, ask.field)
        operation = AddRelation if ask.action == "add" else RemoveRelation
        pointer = Pointer(leads_to, str(ask.target_id))
        values = {ask.field: operation((pointer,))}
        return self._write(collection, ask.object_id, values, origin)

    def _target(self, collection: str, name: str) -> str:
        known = self._records.get_schema(MASTER).collections.get(collection)
        field = known.fields.get(name) if known else None
        return (field.target if field else None) or ""

    def _write(
        self, collection: Any, object_id: str, values: Mapping[str, Any], origin: Origin
    ) -> Record:
        save = Save(
            collection=_collection(collection), object_id=object_id, values=values, origin=origin
        )
        return self._records.write(MASTER, save)

    def _delete(self, ask: asks.DeleteRecord, origin: Origin) -> Record:
        return self._records.write(
            MASTER,
            Delete(collection=_collection(ask.collection), object_id=ask.object_id, origin=origin),
        )

    def _fetch_user(self, ask: asks.FetchUser, _origin: Origin) -> Record:
        return self._records.fetch(MASTER, "_User", ask.object_id)

    def _save_user(self, ask: asks.SaveUser, origin: Origin) -> Record:
        return self._write("_User", ask.object_id, ask.values, origin)

    def _session_user(self, ask: asks.SessionUser, _origin: Origin) -> Record:
        return self._with_people().session_user(ask.token)

    def _log_in(self, ask: asks.LogIn, _origin: Origin) -> Record:
        return self._with_people().log_in(str(ask.username or ""), str(ask.password or ""))

    def _config(self, _ask: asks.ReadConfig, _origin: Origin) -> Mapping[str, Any]:
        return self._app.config() if self._app else {}

    def _delete_file(self, ask: asks.DeleteFile, _origin: Origin) -> None:
        self._with_files().delete_file(ask.name)

    def _sign_file(self, ask: asks.SignFile, _origin: Origin) -> asks.SignedFile:
        url, ends = self._with_files().signed_file(self._base_url, ask.name)
        return asks.SignedFile(url=url, ends=ends)

    def _send_mail(self, ask: asks.SendMail, _origin: Origin) -> None:
        if self._app is None:
            raise MailRefused("this backend sends no mail")
        self._app.send_mail(
            to=ask.to, template=ask.template, subject=ask.subject, text=ask.text, html=ask.html
        )

    def _secret(self, ask: asks.ReadSecret, _origin: Origin) -> str | None:
        return self._app.secret(ask.name) if self._app else None

    def _with_files(self) -> AppOperations:
        if self._app is None:
            raise NoSuchFile("this backend keeps no files")
        return self._app

    def _with_people(self) -> PeopleOperations:
        if self._people is None:
            raise NoSuchCollection("this backend has no users")
        return self._people


def _known_text(error: NoSuchRecord) -> str:
    """Graphs compare this text; a refusal with a wording of its own keeps it."""
    text = str(error)
    return text if text.startswith("Invalid username") else NOT_FOUND


def _checked(where: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return a where document; $relatedTo inside $and is refused, as graphs know it."""
    for part in (where or {}).get("$and") or ():
        if isinstance(part, Mapping) and "$relatedTo" in part:
            raise BadQuery("$relatedTo cannot be combined with other rules by and")
    return where or {}


def _collection(name: Any) -> str:
    return name if isinstance(name, str) else ""


def _looked_into(name: Any) -> str:
    """Return the collection to look into: without one that of a name nobody gives, with no rows."""
    return "undefined" if name is None or name is UNDEFINED else _collection(name)


def _names(text: Any) -> tuple[str, ...]:
    return tuple(name.strip() for name in str(text).split(",") if name.strip()) if text else ()


def _whole(number: Any, otherwise: int) -> int:
    if number is None or number is UNDEFINED:
        return otherwise
    found = to_number(number)
    if not is_number(found) or found != found:
        return otherwise
    if found < 0:
        raise BadQuery("limit and skip cannot be negative")
    return int(min(found, 2**31))
