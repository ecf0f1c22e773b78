"""What a caller without full rights may write: by collection, and by who a record belongs to."""

from noodl_runtime.access.caller import Caller, check_may_write
from noodl_runtime.access.permissions import check_action, owner_fields, owns
from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.schema.model import Collection
from noodl_runtime.store.contract import CloudStore, Create, Delete, Save, Write

_ACTIONS: dict[type[Write], str] = {Create: "create", Save: "update", Delete: "delete"}


def check_write(store: CloudStore, caller: Caller, write: Write) -> None:
    """Accept a write as far as its collection decides; the ACL is the store's affair.

    raises: NotAllowed, NoSuchRecord
    """
    check_may_write(caller)
    known = store.get_schema().collections.get(write.collection)
    collection = known or Collection(name=write.collection)
    action = _ACTIONS[type(write)]
    check_action(collection, action, caller)
    fields = owner_fields(collection, action, caller)
    if fields is None or not isinstance(write, Save | Delete):
        return
    record = store.fetch(write.collection, write.object_id, keys=fields)
    if not owns(record, fields, caller):
        raise NoSuchRecord("Object not found.")
