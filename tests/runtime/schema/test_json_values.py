import pytest

from noodl_runtime.schema.json_values import from_json, to_json


@pytest.mark.parametrize(
    "text",
    [
        '{"__type":["x"]}',
        '{"__type":{}}',
        '{"__type":"Frob"}',
        '{"__type":"Pointer","className":1,"objectId":[2]}',
        '{"__type":"Pointer","className":"A"}',
        '{"__type":"Date","iso":5}',
        '{"__type":"GeoPoint","latitude":"1","longitude":2}',
        '{"__type":"Polygon","coordinates":[1]}',
        '{"__type":"Polygon","coordinates":[[1,2,3]]}',
        '{"__type":"File","name":null}',
    ],
)
def test_what_only_looks_like_an_envelope_stays_a_plain_object(text: str) -> None:
    assert isinstance(from_json(text), dict)
    assert to_json(from_json(f"[{text}]")) == f"[{text}]"
