"""A backend over a real store, filled with what the recorded cases begin with."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Save
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Record
from noodl_runtime.workflow.wire import from_wire


class SmallBackend(Backend):
    """Records and users as in a real backend; configuration in a dict."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        store = SqliteStore(folder / "local.db", settings)
        store.connect()
        super().__init__(store=store, settings=replace(settings, scrypt_cost=10), name="small")
        self.parameters: dict[str, Any] = {}

    # -- what functions need of users and of what an app has beside records

    def session_user(self, token: str) -> Record:
        return self.access.accounts.session_user(token)

    def log_in(self, username: str, password: str) -> Record:
        return self.access.accounts.log_in(username, password)

    def config(self) -> Mapping[str, Any]:
        return self.parameters

    def delete_file(self, name: str) -> None:
        raise NoSuchRecord(name)

    def file_url(self, base_url: str, name: str) -> str:
        return f"{base_url}/files/small/{name}"

    def signed_file(self, base_url: str, name: str) -> tuple[str, float | None]:
        raise NoSuchRecord(name)

    def send_mail(self, **mail: str) -> None:
        raise NotImplementedError

    def secret(self, name: str) -> str | None:
        return None

    def redacted(self, text: str) -> str:
        return text

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
