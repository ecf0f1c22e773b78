"""The tools that package Electron apps, and what each has to know: a row for each.

Nothing can be started from inside app.asar, so the folder `backend` becomes a resource of its own
and stays out of the archive; then there is nothing to unpack from it either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from noodl_builder.electron.lists import Path, as_list
from noodl_builder.electron.main_file import SHIM

KEPT = ".noodl-portable"  # folder with the files as they were
RESOURCE = {"from": "backend", "to": "backend"}
NOT_IN_ASAR = ["!backend{,/**/*}", f"!{KEPT}{{,/**/*}}"]
IGNORED = ["^/backend($|/)", f"^/\\{KEPT}($|/)"]
OWN_FILES = [f"{SHIM}.js", f"{SHIM}/**/*"]

Lists = Mapping[Path, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Packager:
    """One tool.

    needs:  packages in package.json that say that it is used
    files:  its configuration files, one of which an app may have
    place:  where package.json holds its configuration instead
    lists:  what its lists have to hold, given its configuration: {("files",): ["!backend/**"]}
    blocks: what is put at the end of a configuration file, by the file's ending
    advice: what the author is told where the file cannot be changed
    """

    needs: tuple[str, ...]
    files: tuple[str, ...]
    place: Path
    lists: Callable[[Mapping[str, Any]], Lists]
    blocks: Mapping[str, str]
    advice: str


def builder_lists(config: Mapping[str, Any]) -> Lists:
    """Return the lists of electron-builder. One that picks files has to pick ours as well."""
    chosen = [member for member in as_list(config.get("files")) if isinstance(member, str)]
    picks = any(not member.startswith("!") for member in chosen)
    return {
        ("extraResources",): [RESOURCE],
        ("files",): [*(OWN_FILES if picks else ()), *NOT_IN_ASAR],
    }


def forge_lists(_config: Mapping[str, Any]) -> Lists:
    """Return the lists of Electron Forge."""
    return {
        ("packagerConfig", "extraResource"): ["backend"],
        ("packagerConfig", "ignore"): IGNORED,
    }


def _names(stem: str, *endings: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{ending}" for ending in endings)


_BUILDER_YAML = """extraResources:
  - from: backend
    to: backend
files:
  - "!backend{,/**/*}"
  - "!.noodl-portable{,/**/*}"
"""
_BUILDER_JS = """{
  const list = (value) => (value === undefined ? [] : [].concat(value));
  const config = module.exports;
  config.extraResources = list(config.extraResources).concat({ from: 'backend', to: 'backend' });
  config.files = list(config.files).concat('!backend{,/**/*}', '!.noodl-portable{,/**/*}');
}
"""
_FORGE_JS = """{
  const list = (value) => (value === undefined ? [] : [].concat(value));
  const config = (module.exports.packagerConfig = module.exports.packagerConfig || {});
  config.extraResource = list(config.extraResource).concat('backend');
  if (typeof config.ignore !== 'function') {
    const ours = [/^\\/backend($|\\/)/, /^\\/\\.noodl-portable($|\\/)/];
    config.ignore = list(config.ignore).concat(ours);
  }
}
"""

PACKAGERS = (
    Packager(
        needs=("electron-builder",),
        files=_names(
            "electron-builder", "yml", "yaml", "json", "js", "cjs", "json5", "toml", "ts", "mjs"
        ),
        place=("build",),
        lists=builder_lists,
        blocks={"yml": _BUILDER_YAML, "yaml": _BUILDER_YAML, "js": _BUILDER_JS, "cjs": _BUILDER_JS},
        advice="""in the configuration of electron-builder:
    extraResources: [{"from": "backend", "to": "backend"}]
    files: [..., "!backend{,/**/*}"]""",
    ),
    Packager(
        needs=("@electron-forge/cli",),
        files=_names("forge.config", "js", "cjs", "mjs", "ts"),
        place=("config", "forge"),
        lists=forge_lists,
        blocks={"js": _FORGE_JS, "cjs": _FORGE_JS},
        advice="""in the configuration of Electron Forge:
    packagerConfig: { extraResource: ["backend"], ignore: [/^\\/backend($|\\/)/] }""",
    ),
)
BARE = ("@electron/packager", "electron-packager")
BARE_ADVICE = "when you call @electron/packager: --extra-resource=backend --ignore='^/backend($|/)'"
