"""What the tools that package Electron apps have to know: the backend lies beside app.asar.

Nothing can be started from inside app.asar, so the folder `backend` becomes a resource of its own
and stays out of the archive; then there is nothing to unpack from it either. A configuration in
JSON gets members in its lists; one in YAML or JavaScript a block at its end where that cannot be
wrong. Where it could be, the author is told what to write. Pure: texts in, texts out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noodl_builder.electron.lists import (
    Additions,
    as_list,
    has_additions,
    rewritten,
    with_additions,
    without_additions,
)
from noodl_builder.electron.main_file import SHIM

KEPT = ".noodl-portable"  # folder with the files as they were
NOT_IN_ASAR = ["!backend{,/**/*}", f"!{KEPT}{{,/**/*}}"]
IGNORED = ["^/backend($|/)", f"^/\\{KEPT}($|/)"]
OWN_FILES = [f"{SHIM}.js", f"{SHIM}/**/*"]
RESOURCE = {"from": "backend", "to": "backend"}
BEGIN = "{0} >>> noodl-portable electron: the backend as a resource; --eject takes this out"
END = "{0} <<< noodl-portable electron"

BUILDER_FILES = tuple(
    f"electron-builder.{kind}"
    for kind in ("yml", "yaml", "json", "js", "cjs", "json5", "toml", "ts", "mjs")
)
FORGE_FILES = tuple(f"forge.config.{kind}" for kind in ("js", "cjs", "mjs", "ts"))

BUILDER_ADVICE = """in the configuration of electron-builder:
    extraResources: [{"from": "backend", "to": "backend"}]
    files: [..., "!backend{,/**/*}"]"""
FORGE_ADVICE = """in the configuration of Electron Forge:
    packagerConfig: { extraResource: ["backend"], ignore: [/^\\/backend($|\\/)/] }"""
PACKAGER_ADVICE = (
    "when you call @electron/packager: --extra-resource=backend --ignore='^/backend($|/)'"
)

_BUILDER_YAML = """extraResources:
  - from: backend
    to: backend
files:
  - "!backend{,/**/*}"
  - "!.noodl-portable{,/**/*}"
"""
_LIST = "const list = (value) => (value === undefined ? [] : [].concat(value));"
_BUILDER_JS = f"""{{
  {_LIST}
  const config = module.exports;
  config.extraResources = list(config.extraResources).concat({{ from: 'backend', to: 'backend' }});
  config.files = list(config.files).concat('!backend{{,/**/*}}', '!.noodl-portable{{,/**/*}}');
}}
"""
_FORGE_JS = f"""{{
  {_LIST}
  const config = (module.exports.packagerConfig = module.exports.packagerConfig || {{}});
  config.extraResource = list(config.extraResource).concat('backend');
  if (typeof config.ignore !== 'function') {{
    const ours = [/^\\/backend($|\\/)/, /^\\/\\.noodl-portable($|\\/)/];
    config.ignore = list(config.ignore).concat(ours);
  }}
}}
"""


@dataclass(frozen=True)
class Wired:
    """What became of configurations: the new text of files, and what is left to the author."""

    files: Mapping[str, str]
    advice: tuple[str, ...] = ()


def wire_packagers(files: Mapping[str, str], package: Mapping[str, Any]) -> Wired:
    """Return the changed configurations of an app.

    files:   every text file at the top of the app's folder, by name
    package: package.json as a document
    """
    changed: dict[str, str] = {}
    advice: list[str] = []
    additions: dict[tuple[str, ...], list[Any]] = {}
    used = set(_packagers(files, package))
    if "builder" in used:
        _wire_builder(files, package, changed, additions, advice)
    if "forge" in used:
        _wire_forge(files, package, changed, additions, advice)
    if not used:
        advice += [BUILDER_ADVICE, FORGE_ADVICE]
    if used <= {"packager"}:
        advice.append(PACKAGER_ADVICE)
    if additions and not has_additions(package, additions):
        changed["package.json"] = rewritten(
            files["package.json"], with_additions(package, additions)
        )
    return Wired(changed, tuple(advice))


def unwired(name: str, text: str) -> str:
    """Return a configuration that was edited since, without what was put in."""
    if not name.endswith(".json"):
        return _BLOCK.sub("", text)
    document = json.loads(text.lstrip("\ufeff"))
    cleaned = without_additions(document, _everything(name))
    return text if cleaned == document else rewritten(text, cleaned)


def _packagers(files: Mapping[str, str], package: Mapping[str, Any]) -> Iterator[str]:
    needs = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    config = package.get("config") or {}
    if "electron-builder" in needs or "build" in package or _first(files, BUILDER_FILES):
        yield "builder"
    if "@electron-forge/cli" in needs or "forge" in config or _first(files, FORGE_FILES):
        yield "forge"
    if "@electron/packager" in needs or "electron-packager" in needs:
        yield "packager"


def _wire_builder(
    files: Mapping[str, str],
    package: Mapping[str, Any],
    changed: dict[str, str],
    additions: dict[tuple[str, ...], list[Any]],
    advice: list[str],
) -> None:
    name = _first(files, BUILDER_FILES)
    if name is None:
        additions.update(_builder_additions(package.get("build") or {}, ("build",)))
        return
    text = _with_block(name, files[name], _BUILDER_YAML, _BUILDER_JS)
    if name.endswith(".json"):
        document = json.loads(files[name].lstrip("\ufeff"))
        new = with_additions(document, _builder_additions(document, ()))
        text = files[name] if new == document else rewritten(files[name], new)
    if text is None:
        advice.append(BUILDER_ADVICE)
    elif text != files[name]:
        changed[name] = text


def _wire_forge(
    files: Mapping[str, str],
    package: Mapping[str, Any],
    changed: dict[str, str],
    additions: dict[tuple[str, ...], list[Any]],
    advice: list[str],
) -> None:
    name = _first(files, FORGE_FILES)
    forge = (package.get("config") or {}).get("forge")
    if isinstance(forge, dict) or (forge is None and name is None):
        place = ("config", "forge", "packagerConfig")
        additions[(*place, "extraResource")] = ["backend"]
        additions[(*place, "ignore")] = IGNORED
        return
    text = _with_block(name, files[name], None, _FORGE_JS) if name else None
    if text is None or name is None:
        advice.append(FORGE_ADVICE)
    elif text != files[name]:
        changed[name] = text


def _builder_additions(
    config: Mapping[str, Any], place: tuple[str, ...]
) -> dict[tuple[str, ...], list[Any]]:
    chosen = [member for member in as_list(config.get("files")) if isinstance(member, str)]
    picks = any(not member.startswith("!") for member in chosen)  # else everything is taken
    return {
        (*place, "extraResources"): [RESOURCE],
        (*place, "files"): [*(OWN_FILES if picks else ()), *NOT_IN_ASAR],
    }


def _everything(name: str) -> Additions:
    builder: dict[str, list[Any]] = {
        "extraResources": [RESOURCE],
        "files": [*OWN_FILES, *NOT_IN_ASAR],
    }
    forge: dict[str, list[Any]] = {"extraResource": ["backend"], "ignore": IGNORED}
    if name != "package.json":
        return {(key,): members for key, members in builder.items()}
    return {
        **{("build", key): members for key, members in builder.items()},
        **{("config", "forge", "packagerConfig", key): m for key, m in forge.items()},
    }


def _with_block(name: str, text: str, yaml: str | None, script: str) -> str | None:
    """Return a configuration with a block at its end, None where that could be wrong."""
    suffix = name.rpartition(".")[2]
    if _BLOCK.search(text):
        return text
    if suffix in ("yml", "yaml") and yaml and not _OWN_KEYS.search(text):
        return _appended(text, "#", yaml)
    if suffix in ("js", "cjs") and _EXPORTS_OBJECT.search(text):
        return _appended(text, "//", script)
    return None


def _appended(text: str, comment: str, block: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else newline
    lines = f"{BEGIN.format(comment)}\n{block}{END.format(comment)}\n"
    return text + gap + lines.replace("\n", newline)


def _first(files: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in files), None)


_BLOCK = re.compile(
    rf"^(?:#|//) {re.escape(BEGIN[4:])}\r?\n.*?^(?:#|//) {re.escape(END[4:])}\r?\n",
    re.DOTALL | re.MULTILINE,
)
_OWN_KEYS = re.compile(r"^(extraResources|files|---|\{)", re.MULTILINE)
_EXPORTS_OBJECT = re.compile(r"^module\.exports\s*=\s*(\{|[A-Za-z_$][\w$]*\s*;?\s*$)", re.MULTILINE)
