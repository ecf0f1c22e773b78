"""Stores by the type a configuration names."""

from pathlib import Path

import pytest

from noodl_runtime.errors import BadSetting
from noodl_runtime.settings import Settings
from noodl_runtime.store.registry import AdapterRegistry
from noodl_runtime.store.sqlite.store import SqliteStore


def test_local_is_sqlite_and_what_one_gets_without_asking(tmp_path: Path) -> None:
    for config in ({"type": "local"}, {}):
        store = AdapterRegistry().create({**config, "path": tmp_path / "local.db"}, Settings())
        assert isinstance(store, SqliteStore)


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadSetting, match="unknown store type 'oracle'; known: local, parse, post"):
        AdapterRegistry().create({"type": "oracle"}, Settings())


def test_a_type_of_ones_own_can_be_added(tmp_path: Path) -> None:
    registry = AdapterRegistry()
    own = SqliteStore(tmp_path / "own.db")

    registry.add("own", lambda _config, _settings: own)

    assert registry.create({"type": "own"}, Settings()) is own
