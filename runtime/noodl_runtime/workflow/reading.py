"""Records of the store to and from what graphs hold: Objects, Arrays, dates, ids of pointers."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.values import Date, File, GeoPoint, Included, Pointer, Record, RelationTo
from noodl_runtime.workflow.js.convert import is_primitive, normal, ordered, to_number
from noodl_runtime.workflow.js.dates import iso, parse_date
from noodl_runtime.workflow.js.text import jsonable
from noodl_runtime.workflow.js.values import UNDEFINED, Array, CloudFile, Moment, Object, Value
from noodl_runtime.workflow.run import FieldType, Run
from noodl_runtime.workflow.wire import from_wire, to_wire

Fields = Mapping[str, FieldType]
_NEVER_READ = ("objectId", "ACL")
_NEVER_WRITTEN = ("objectId", "_createdAt", "_updatedAt")
UNKNOWN = FieldType(type="")


# -- reading: a record becomes the Object with its id ----------------------------------------------


def read(run: Run, record: Record, collection: Any) -> Value:
    """Put a record into the run's Object of its id, with change events, and return that Object."""
    return run.world.build(record_data(run, record, collection))


def read_all(run: Run, records: list[Record], collection: Any) -> Value:
    """Return a new Array of the records' Objects."""
    return run.world.build(Array([record_data(run, record, collection) for record in records]))


def record_data(run: Run, record: Record, collection: Any) -> Object:
    """Return a record as detached data, ready to build."""
    fields = run.around.fields(collection) if isinstance(collection, str) else {}
    data = {
        name: _read_value(run, value, fields.get(name, UNKNOWN))
        for name, value in record.items()
        if name not in _NEVER_READ
    }
    class_name = collection if isinstance(collection, str) else UNDEFINED
    return Object(record.get("objectId", UNDEFINED), data, class_name)


def _read_value(run: Run, value: Any, field: FieldType) -> Value:
    typed = _TYPED.get((type(value), field.type))
    if typed is not None:
        return typed(value)
    if isinstance(value, File) and field.type == "File":
        return CloudFile(value.name, value.url or run.around.file_url(value.name))
    if isinstance(value, str) and field.type == "Date":
        return Moment(parse_date(value))
    if isinstance(value, list):
        if all(not is_primitive(item) for item in value):
            return Array([_read_value(run, item, UNKNOWN) for item in value])
        return to_wire(value)
    if isinstance(value, Included):
        return record_data(run, value.record, value.collection)
    if is_primitive(value):
        return normal(value) if isinstance(value, float) else value
    members = to_wire(value) if not isinstance(value, Mapping) else value
    data = {name: _read_value(run, member, UNKNOWN) for name, member in members.items()}
    return Object(UNDEFINED, data)


_TYPED: dict[tuple[type[Any], str], Callable[[Any], Value]] = {
    (RelationTo, "Relation"): lambda _value: UNDEFINED,
    (Pointer, "Pointer"): lambda value: value.object_id,
    (Date, "Date"): lambda value: Moment(parse_date(value.iso)),
    (GeoPoint, "GeoPoint"): lambda value: {
        "latitude": normal(value.latitude),
        "longitude": normal(value.longitude),
    },
}


# -- writing: what graphs hold becomes values of a record ------------------------------------------


def write(run: Run, data: Mapping[str, Value], collection: Any) -> dict[str, Any]:
    """Return properties as typed values for the store.

    data: detached, see World.copy; undefined values are left out
    """
    return {name: from_wire(value) for name, value in encode(run, data, collection).items()}


def encode(run: Run, data: Mapping[str, Value], collection: Any) -> dict[str, Any]:
    """Return properties as the original sends them: plain JSON data with `__type` envelopes."""
    fields = run.around.fields(collection) if isinstance(collection, str) else {}
    encoded: dict[str, Any] = {}
    for name in ordered(data):
        if name in _NEVER_WRITTEN:
            continue
        value = _plain(run, _write_value(run, data[name], fields.get(name, UNKNOWN)))
        if value is not UNDEFINED:
            encoded[name] = value
    return encoded


def without_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without createdAt and updatedAt, which a save never sends."""
    return {k: v for k, v in values.items() if k not in ("createdAt", "updatedAt")}


def _write_value(run: Run, value: Value, field: FieldType) -> Any:
    if value is None or value is UNDEFINED:
        return value
    convert = _WRITERS.get(field.type)
    written = convert(run, value, field) if convert else UNDEFINED
    return value if written is UNDEFINED else written


def _plain(run: Run, value: Value) -> Any:
    """Return what is left as JSON data: Objects without id at the top, with it further down."""
    if isinstance(value, Object):
        return {
            name: member
            for name in ordered(value.data)
            if (member := _plain(run, value.data[name])) is not UNDEFINED
        }
    if isinstance(value, Array):
        return [None if (item := _plain(run, v)) is UNDEFINED else item for v in value]
    if isinstance(value, Mapping) and "__type" in value:
        return dict(value)
    return jsonable(value)


def _pointer(_run: Run, value: Value, field: FieldType) -> Any:
    if isinstance(value, str | Object):
        target = value.id if isinstance(value, Object) else value
        return to_wire(Pointer(field.target or "", target))
    return UNDEFINED


def _date(_run: Run, value: Value, _field: FieldType) -> Any:
    if isinstance(value, str):
        return {"__type": "Date", "iso": value}
    return {"__type": "Date", "iso": iso(value.ms)} if isinstance(value, Moment) else UNDEFINED


def _file(_run: Run, value: Value, _field: FieldType) -> Any:
    if isinstance(value, CloudFile):
        return {"__type": "File", "name": value.name, "url": value.url}
    return UNDEFINED


def _array(run: Run, value: Value, _field: FieldType) -> Any:
    items = run.world.array_items_by_id(value) if isinstance(value, str) else None
    return UNDEFINED if items is None else [_plain(run, item) for item in items]


def _object(run: Run, value: Value, _field: FieldType) -> Any:
    if isinstance(value, str) and run.world.known_object(value):
        return _plain(run, run.world.copy(run.world.object(value)))
    return UNDEFINED


def _geo_point(_run: Run, value: Value, _field: FieldType) -> Any:
    if is_primitive(value):
        return UNDEFINED
    members = value.data if isinstance(value, Object) else value
    if not isinstance(members, Mapping):
        return UNDEFINED
    return {
        "__type": "GeoPoint",
        "latitude": to_number(members.get("latitude", UNDEFINED)),
        "longitude": to_number(members.get("longitude", UNDEFINED)),
    }


_WRITERS: dict[str, Callable[[Run, Value, FieldType], Any]] = {
    "Pointer": _pointer,
    "Date": _date,
    "File": _file,
    "Array": _array,
    "Object": _object,
    "GeoPoint": _geo_point,
}
