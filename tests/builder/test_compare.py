"""What `diff` says of two bundles, a row each."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from noodl_builder.compare import compare_bundles
from noodl_builder.options import BuildOptions
from noodl_portable.cli import main
from tests.builder.world import ECHO, SHOP, make_backend, make_runtime, pack

PRODUCT = SHOP["schema.json"]["tables"][0]


def schema(*tables: dict[str, Any]) -> dict[str, Any]:
    return {"schema.json": {"tables": list(tables)}}


def with_columns(*columns: dict[str, Any]) -> dict[str, Any]:
    return schema({**PRODUCT, "columns": list(columns)})


def changed_function() -> dict[str, Any]:
    document: dict[str, Any] = deepcopy(ECHO)
    document["components"][0]["nodes"][0]["parameters"] = {"params": "Text,More"}
    return {"workflows/echo.workflow.json": document}


NIGHTLY = {
    "components": [
        {"name": "/Nightly", "nodes": [
            {"id": "t", "type": "noodl.trigger.schedule", "parameters": {"cron": "0 3 * * *"}}]},
        {"name": "/Off", "nodes": [
            {"id": "o", "type": "noodl.trigger.schedule", "parameters": {"enabled": False}}]},
    ]
}  # fmt: skip
PRICE = {"name": "price", "type": "Number"}
DIFFERENCES = [
    # changed files                                               what diff says
    ({},                                                          []),
    (changed_function(),                                          ["function Echo: changed"]),
    ({"workflows/echo.workflow.json": {"components": []}},        ["function Echo: removed"]),
    ({"workflows/n.workflow.json": NIGHTLY},                      ["schedule /Nightly: added (0 3 * * *)"]),
    (schema(PRODUCT, {"name": "Order", "columns": []}),           ["collection Order: added"]),
    (with_columns({"name": "price", "type": "String"}),           ["field Product.price: changed (Number -> String)"]),
    (with_columns(PRICE, {"name": "by", "type": "Pointer", "targetClass": "Shop"}),
                                                                  ["field Product.by: added (Pointer Shop)"]),
    (schema({**PRODUCT, "permissions": {"find": {"*": True}, "delete": {}}}),
                       ["permission Product.delete: added (master key)", "permission Product.find: added (*)"]),
    ({"config.json": {**SHOP["config.json"], "version": "2.0"}},  ["version Shop: changed (0.0.0 -> 2.0)"]),
    ({"config.json": {**SHOP["config.json"], "settings": {"maxLimit": 5}}}, ["setting maxLimit: added"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "said"), DIFFERENCES)
def test_each_kind_of_difference_is_said(
    backend: Path, tmp_path: Path, files: dict[str, Any], said: list[str]
) -> None:
    old = pack(BuildOptions(folder=backend), make_runtime(), tmp_path / "old.pyz")
    make_backend(backend, files)
    new = pack(BuildOptions(folder=backend), make_runtime(), tmp_path / "new.pyz")
    assert [str(difference) for difference in compare_bundles(old, new)] == said


def test_the_command_prints_them_and_can_end_with_one(
    backend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = pack(BuildOptions(folder=backend), make_runtime(), tmp_path / "old.pyz")
    make_backend(backend, changed_function())
    new = pack(BuildOptions(folder=backend), make_runtime(), tmp_path / "new.pyz")
    assert main(["diff", str(old), str(old), "--exit-code"]) == 0
    assert capsys.readouterr().out == "No differences.\n"
    assert main(["diff", str(old), str(new), "--exit-code", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {"what": "function", "name": "Echo", "how": "changed", "detail": ""}
    ]
