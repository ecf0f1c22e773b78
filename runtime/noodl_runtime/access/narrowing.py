"""Where documents held to what a caller may see: names checked, sub-queries narrowed."""

from collections.abc import Iterable, Mapping
from typing import Any

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.permissions import check_action, owner_fields, protected_fields
from noodl_runtime.access.sessions import SESSION, USER
from noodl_runtime.errors import InvalidSession, NotAllowed
from noodl_runtime.query.operators import SPELLINGS
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.values import Pointer

Where = Mapping[str, Any]

_GROUPS = ("and", "$and", "or", "$or", "nor", "$nor")
_NEGATIONS = ("not", "$not")
_SUB_QUERIES = ("inQuery", "notInQuery", "select", "dontSelect")


class Narrowing:
    """Narrows the conditions of one caller, who does not have full rights."""

    def __init__(self, schema: Schema, caller: Caller) -> None:
        self._schema = schema
        self._caller = caller

    def check(self, collection: str, action: str) -> None:
        """Accept what the caller wants to do. raises: NotAllowed, NoSuchRecord, InvalidSession."""
        if collection == SESSION and self._caller.user_id is None and not self._caller.master:
            raise InvalidSession("Invalid session token")
        check_action(self.collection(collection), action, self._caller)

    def where(self, collection: str, where: Where, action: str) -> Where:
        """Return a where document that finds only what the caller may see of a collection."""
        within: Where = self.checked(collection, where)
        narrowing = self.narrowing(collection, action)
        if narrowing is None:
            return within
        return {"$and": [narrowing, within]} if within else narrowing

    def checked(self, collection: str, where: Any) -> Any:
        """Return a where document with its sub-queries narrowed. raises: NotAllowed."""
        if not isinstance(where, Mapping):
            return where  # the grammar refuses it by name
        return {key: self._part(collection, key, value) for key, value in where.items()}

    def _part(self, collection: str, key: str, value: Any) -> Any:
        if key in _GROUPS and isinstance(value, list | tuple):
            return [self.checked(collection, each) for each in value]
        if key in _NEGATIONS:
            return self.checked(collection, value)
        if key == "$relatedTo":
            self._check_relation(value)
        elif not key.startswith("$"):
            self.check_names(collection, [key])
        return self._constraint(value)

    def _constraint(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: self._operand(key, operand) for key, operand in value.items()}

    def _operand(self, key: str, operand: Any) -> Any:
        if key in _NEGATIONS:
            return self._constraint(operand)
        if key not in SPELLINGS or SPELLINGS[key].name not in _SUB_QUERIES:
            return operand
        if isinstance(operand, Mapping) and "query" in operand:
            query = self._sub_query(operand["query"], operand.get("key"))
            return {**operand, "query": query}
        return self._sub_query(operand)

    def _sub_query(self, query: Any, key: Any = None) -> Any:
        if not isinstance(query, Mapping) or not isinstance(query.get("className"), str):
            return query
        if not isinstance(query.get("where"), Mapping):
            return query  # refused where operands are read, for everyone alike
        collection = query["className"]
        self.check(collection, "find")
        if isinstance(key, str):
            self.check_names(collection, [key])
        return {**query, "where": self.where(collection, query["where"], "find")}

    def _check_relation(self, value: Any) -> None:
        owner = value.get("object") if isinstance(value, Mapping) else None
        if isinstance(owner, Pointer) and isinstance(value.get("key"), str):
            self.check_names(owner.collection, [value["key"]])

    def check_names(self, collection: str, names: Iterable[str]) -> None:
        """Accept the fields that a condition or order names. raises: NotAllowed."""
        hidden = protected_fields(self.collection(collection), self._caller)
        for name in names:
            if root_of(name) in hidden:
                raise NotAllowed(
                    f"This user is not allowed to query {root_of(name)} on class {collection}"
                )

    def narrowing(self, collection: str, action: str) -> Where | None:
        """Return the condition for records that only some may see, None where there is none."""
        me = Pointer(USER, self._caller.user_id or "")
        if collection == SESSION:
            return {"user": me}
        fields = owner_fields(self.collection(collection), action, self._caller)
        if fields is None:
            return None
        if self._caller.user_id is None:
            return {"objectId": {"$in": []}}
        return {"$or": [{name: me} for name in fields]}

    def collection(self, name: str) -> Collection:
        """Return a collection of the schema; of an unknown name an empty one."""
        return self._schema.collections.get(name) or Collection(name=name)


def root_of(name: str) -> str:
    """Return the field that a name leads into: "address.city" -> "address"."""
    return name.removeprefix("_p_").partition(".")[0]
