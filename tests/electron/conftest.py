"""Backends as they lie in an app, and Electron itself where it can be had."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from noodl_builder.electron.backend_resource import packed_as, put_resource
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.runtime_parts import installed_runtime
from tests.builder.conftest import frozen_runtime
from tests.builder.world import SHOP, make_backend

__all__ = ["frozen_runtime"]
PRICE, NAME = {"name": "price", "type": "Number"}, {"name": "name", "type": "String"}


class Backends(NamedTuple):
    """Two versions of the shop, and a cache to unpack their libraries into once."""

    first: Path
    second: Path
    cache: Path

    def environment(self) -> dict[str, str]:
        return {
            "BACKEND_1": str(self.first),
            "BACKEND_2": str(self.second),
            "BACKEND_CACHE": str(self.cache),
            "BACKEND_PYTHON": sys.executable,
        }


@pytest.fixture(scope="session")
def backends(tmp_path_factory: pytest.TempPathFactory, frozen_runtime: Path) -> Backends:
    folder = tmp_path_factory.mktemp("backends")
    (folder / "unpacked").mkdir(mode=0o700)
    runtime = installed_runtime(frozen_runtime)

    def make(version: str, *columns: dict[str, Any]) -> Path:
        config = {key: value for key, value in SHOP["config.json"].items() if key != "port"}
        files = {
            **SHOP,
            "config.json": config,
            "schema.json": {"tables": [{"name": "Product", "columns": [*columns]}]},
        }
        options = BuildOptions(
            folder=make_backend(folder / version / "shop", files), version=version
        )
        planned = plan(options, runtime)
        place, targets = folder / version / "backend", planned.info.targets
        return put_resource(place, packed_as(planned, folder), targets).folder

    return Backends(make("1.0", PRICE), make("2.0", PRICE, NAME), folder / "unpacked")
