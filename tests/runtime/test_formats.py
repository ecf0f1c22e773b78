import hashlib
from typing import Any

import jsonschema
import pytest

from noodl_runtime.errors import BadFile
from noodl_runtime.formats import Kind, parse_json, read_json, schema_document

WRONG: list[tuple[Kind, bytes, str]] = [
    # kind       file                                                 sentence
    ("config",   b"{",                                                "f.json: not JSON: Expecting property name"),
    ("config",   b"\xff{}",                                           "f.json: not UTF-8 text (byte 0)"),
    ("config",   b'{"name": NaN}',                                    "f.json: not JSON: NaN is not a JSON number"),
    ("config",   b"[]",                                               "f.json: the file is []; expected object"),
    ("config",   b'{"name": "x"}',                                    "f.json: the file lacks 'appId'"),
    ("config",   b'{"name": 1, "appId": "x"}',                        "f.json: name is 1; expected string"),
    ("config",   b'{"name": "", "appId": "x"}',                       "f.json: name is empty; expected a text"),
    ("config",   b'{"name": "x", "appId": "x", "port": 70000}',       "f.json: port is 70000; expected at most 65535"),
    ("config",   b'{"name": "x", "appId": "x", "prot": 1}',           "f.json: the file has the unknown key 'prot'; known: id"),
    ("schema",   b'{"tables": {}}',                                   "f.json: tables is {}; expected array"),
    ("schema",   b'{"tables": [{"name": "A", "columns": [{"name": "x", "type": "Strng"}]}]}',
                 "f.json: tables[0].columns[0].type is \"Strng\"; expected one of String, Number"),
    ("schema",   b'{"tables": [{"name": "A", "columns": [{"name": "x", "type": "Pointer"}]}]}',
                 "f.json: tables[0].columns[0] lacks 'targetClass'"),
    ("schema",   b'{"tables": [{"name": "A", "columns": [{"name": "x", "type": "Date", "targetClass": "B"}]}]}',
                 "f.json: tables[0].columns[0] cannot have 'targetClass'"),
    ("schema",   b'{"tables": [{"name": "_secret", "columns": []}]}', "f.json: tables[0].name is \"_secret\"; expected text of the form"),
    ("workflow", b'{"settings": {}}',                                 "f.json: the file lacks 'components'"),
    ("workflow", b'{"components": [{"name": "hello"}]}',              "f.json: components[0].name is \"hello\"; expected text of the form ^/"),
    ("workflow", b'{"components": [{"name": "/a", "nodes": [{"id": "n"}]}]}', "f.json: components[0].nodes[0] lacks 'type'"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "sentence"), WRONG)
def test_a_wrong_file_is_named_with_the_path_inside_and_what_was_expected(
    kind: Kind, text: bytes, sentence: str
) -> None:
    with pytest.raises(BadFile) as refused:
        read_json(text, "f.json", kind)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


RIGHT: list[tuple[Kind, Any]] = [
    ("config", {"name": "x", "appId": "y"}),
    ("schema", {"tables": [{"name": "_User", "columns": [{"name": "nick", "type": "String"}]}]}),
    ("workflow", {"components": [{"name": "/a", "nodes": None, "anything": 1}], "extra": 1}),
    ("build_options", None),
]


@pytest.mark.parametrize(("kind", "document"), RIGHT)
def test_a_right_document_comes_back_as_it_is(kind: Kind, document: Any) -> None:
    from noodl_runtime.formats import check

    assert check(document, "f", kind) is document


def test_a_file_that_was_checked_before_is_not_checked_again() -> None:
    text = b'{"tables": {}}'
    known = frozenset([hashlib.sha256(text).hexdigest()])
    assert read_json(text, "f.json", "schema", checked=known) == {"tables": {}}
    with pytest.raises(BadFile):
        read_json(text + b" ", "f.json", "schema", checked=known)


def test_a_byte_order_mark_is_fine() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}', "f.json") == {"a": 1}


@pytest.mark.parametrize("kind", ["config", "schema", "workflow", "manifest", "build_options"])
def test_the_schema_documents_are_themselves_valid(kind: Kind) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_document(kind))
