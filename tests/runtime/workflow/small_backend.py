"""A backend over a real store with just enough of users for the recorded cases."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from noodl_runtime.access.caller import MASTER, Caller
from noodl_runtime.backend import Backend
from noodl_runtime.errors import DuplicateValue, InvalidSession, InvalidValue, NoSuchRecord
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Query, Save, Write
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Record, random_id
from noodl_runtime.workflow.wire import from_wire


class SmallBackend(Backend):
    """Records as in a real backend; passwords and sessions are kept in dicts."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        store = SqliteStore(folder / "local.db", settings)
        store.connect()
        super().__init__(store=store, settings=settings, name="small")
        self._passwords: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self.parameters: dict[str, Any] = {}

    # -- what functions need of users

    def session_user(self, token: str) -> Record:
        if token not in self._sessions:
            raise InvalidSession("Invalid session token")
        return {**self.fetch(MASTER, "_User", self._sessions[token]), "sessionToken": token}

    def log_in(self, username: str, password: str) -> Record:
        found = self.query(MASTER, Query(collection="_User", where={"username": username}))
        for user in found.records:
            if self._passwords.get(user["objectId"]) == password:
                token = f"r:{random_id(20)}"
                self._sessions[token] = user["objectId"]
                return {**user, "sessionToken": token}
        raise NoSuchRecord("Invalid username/password.")

    def config(self) -> Mapping[str, Any]:
        return self.parameters

    def delete_file(self, name: str) -> None:
        raise NoSuchRecord(name)

    def secret(self, name: str) -> str | None:
        return None

    def write(self, caller: Caller, write: Write) -> Record:
        if write.collection != "_User" or not isinstance(write, Create | Save):
            return super().write(caller, write)
        values = dict(write.values)
        self._check_taken(write, values)
        password = values.pop("password", None)
        if isinstance(write, Create) and not password:
            raise InvalidValue("password is required", code=201)
        record = super().write(caller, replace(write, values=values))
        if password is not None:
            self._passwords[record["objectId"]] = password
        return record

    def _check_taken(self, write: Create | Save, values: Mapping[str, Any]) -> None:
        for field, what in (("username", "username"), ("email", "email address")):
            if not values.get(field):
                continue
            found = self.query(MASTER, Query(collection="_User", where={field: values[field]}))
            mine = write.object_id
            if any(user["objectId"] != mine for user in found.records):
                raise DuplicateValue(f"Account already exists for this {what}.")

    # -- seeding

    def seed(self, seed: Mapping[str, Any]) -> None:
        """Bring in the schema, records, relations, users and configuration of a case."""
        collections = {name: _collection(name, f) for name, f in seed.get("schema", {}).items()}
        user = _collection("_User", {"username": {"type": "String"}, "email": {"type": "String"}})
        extra = collections.pop("_User", user)
        both = replace(user, fields={**user.fields, **extra.fields})
        present = self.store.get_schema()
        self.store.update_schema(
            Schema(collections={**present.collections, **collections, "_User": both})
        )
        second = 0
        for name, records in (*seed.get("records", {}).items(), ("_User", seed.get("users") or [])):
            for record in records:
                second += 1
                self._seed_record(name, dict(record), second)
        for relation in seed.get("relations") or ():
            self._seed_relation(relation)
        config = seed.get("config") or {}
        self.parameters = {name: from_wire(entry["value"]) for name, entry in config.items()}

    def _seed_record(self, collection: str, record: Record, second: int) -> None:
        at = f"2024-01-01T00:{second // 60:02d}:{second % 60:02d}.000Z"
        object_id = record.pop("objectId")
        for name in ("createdAt", "updatedAt"):
            record.pop(name, None)
        self.write(
            MASTER,
            Create(
                collection=collection,
                values=from_wire(record),
                object_id=object_id,
                created_at=at,
                updated_at=at,
            ),
        )

    def _seed_relation(self, relation: Mapping[str, Any]) -> None:
        from noodl_runtime.schema.operations import AddRelation
        from noodl_runtime.values import Pointer

        field = self.store.get_schema().collections[relation["class"]].fields[relation["key"]]
        pointers = tuple(Pointer(field.target or "", target) for target in relation["targets"])
        values = {relation["key"]: AddRelation(pointers)}
        self.write(
            MASTER,
            Save(collection=relation["class"], object_id=relation["objectId"], values=values),
        )


def _collection(name: str, fields: Mapping[str, Any]) -> Collection:
    made = {
        key: Field(name=key, type=entry["type"], target=entry.get("targetClass"))
        for key, entry in fields.items()
        if key not in ("createdAt", "updatedAt", "objectId", "ACL", "password")
    }
    return Collection(name=name, fields=made)
