"""Which stores there are, by the type a configuration names; each is imported when asked for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from noodl_runtime.errors import BadSetting
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore

Maker = Callable[[Mapping[str, Any], Settings], CloudStore]


def _local(config: Mapping[str, Any], settings: Settings) -> CloudStore:
    from noodl_runtime.store.sqlite.store import SqliteStore

    return SqliteStore(Path(config["path"]), settings)


def _parse(config: Mapping[str, Any], _settings: Settings) -> CloudStore:
    from noodl_runtime.store.parse.store import open_parse

    return open_parse(config)


def _not_yet(name: str) -> Maker:
    def refuse(_config: Mapping[str, Any], _settings: Settings) -> CloudStore:
        raise BadSetting(f"the store type {name!r} is not in this version; use 'local'")

    return refuse


class AdapterRegistry:
    """Makes stores by type; others can be added under further names."""

    def __init__(self) -> None:
        self._makers: dict[str, Maker] = {
            "local": _local,
            "parse": _parse,
            "postgres": _not_yet("postgres"),
        }

    def add(self, name: str, maker: Maker) -> None:
        """Make stores of this type with `maker` from now on."""
        self._makers[name] = maker

    def create(self, config: Mapping[str, Any], settings: Settings) -> CloudStore:
        """Return the store a configuration describes, not yet connected.

        config: {"type": "local", "path": "data/local.db"}
        raises: BadSetting for an unknown type
        """
        maker = self._makers.get(config.get("type", "local"))
        if maker is None:
            known = ", ".join(self._makers)
            raise BadSetting(f"unknown store type {config.get('type')!r}; known: {known}")
        return maker(config, settings)
