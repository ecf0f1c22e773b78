"""What changes in an Electron app so that it starts its backend: a plan, made without writing.

The app's files come in as bytes and the plan says which of them get which bytes, so that it can be
printed, compared, and carried out twice with the same result. The files as they were are kept below
.noodl-portable, for --eject.
"""

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from noodl_builder.electron import main_file
from noodl_builder.electron.configurations import is_configuration, wire
from noodl_runtime.errors import BuildRefused

MAINS = ("{0}", "{0}.js", "{0}/index.js")


@dataclass(frozen=True)
class Wiring:
    """What to write and what to say.

    files:  path in the app -> new content, only for those that change
    advice: what is left to the author, in sentences
    main:   path of the main file, None when there is none yet
    module: whether the app's own code is in ES modules
    """

    files: Mapping[str, bytes]
    advice: tuple[str, ...]
    main: str | None
    module: bool


@dataclass(frozen=True)
class AppFiles:
    """An Electron app as it is on disk. files: what is at its top, and its main file."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)

    def text(self, path: str) -> str:
        """Return a file as text, line ends as they are. raises: BuildRefused."""
        try:
            return self.files[path].decode("utf-8")
        except UnicodeDecodeError as error:
            raise BuildRefused(f"{self.name}/{path} is not UTF-8 text: {error}") from error

    def package(self) -> dict[str, Any]:
        """Return package.json. raises: BuildRefused when this is no Electron app."""
        if "package.json" not in self.files:
            raise BuildRefused(
                f"{self.name} is not an Electron app: it has no package.json; name the folder "
                "that `electron FOLDER` would start"
            )
        try:
            package = json.loads(self.text("package.json").lstrip("\ufeff"))
        except ValueError as error:
            raise BuildRefused(f"{self.name}/package.json is not JSON: {error}") from error
        if not isinstance(package, dict):
            raise BuildRefused(f"{self.name}/package.json must be an object")
        return package


def main_of(package: Mapping[str, Any], present: "Mapping[str, bytes] | set[str]") -> str | None:
    """Return the path of the main file, None when it is not there."""
    wanted = posixpath.normpath(str(package.get("main") or "index.js")).lstrip("/")
    names = (pattern.format(wanted) for pattern in MAINS)
    return next((name for name in names if name in present), None)


def plan_wiring(app: AppFiles) -> Wiring:
    """Return what changes in an app. raises: BuildRefused when it is not an Electron app."""
    package = app.package()
    main = main_of(package, app.files)
    text = app.text(main) if main else ""
    _check_electron(app, package, text)
    kind = str(package.get("type") or "")
    files: dict[str, bytes] = {}
    advice: list[str] = []
    if main and not main_file.is_source(main, text, kind):
        _wire_main(main, text, kind, files, advice)
    else:
        advice.append(_by_hand(str(package.get("main") or "index.js"), kind))
    if "loadFile(" in text:
        advice.append(_PAGES)
    tops = {name: app.text(name) for name in app.files if is_configuration(name)}
    packaged = wire(tops, package)
    files |= {name: text.encode() for name, text in packaged.files.items()}
    return Wiring(files, (*advice, *packaged.advice), main, kind == "module")


def _wire_main(main: str, text: str, kind: str, files: dict[str, bytes], advice: list[str]) -> None:
    if main_file.is_wired_by_hand(text):
        advice.append(f"{main} starts the backend by a line of yours; it is left alone")
        return
    module = main_file.is_module(main, kind)
    wired = main_file.wired(text, main_file.statement(main, module=module))
    if wired != text:
        files[main] = wired.encode()


def _by_hand(main: str, kind: str) -> str:
    built = main_file.statement(main, module=kind == "module")
    return (
        f"{main} is not there, or is built from sources: put this line in front of its source, "
        f"with a path that is right once it is built:\n    {built}"
    )


def _check_electron(app: AppFiles, package: Mapping[str, Any], main: str) -> None:
    needs = {**(package.get("dependencies") or {}), **(package.get("devDependencies") or {})}
    known = any(name == "electron" or name.startswith("electron-") for name in needs)
    if not known and "electron" not in main:
        raise BuildRefused(
            f"{app.name} is not an Electron app: neither its package.json nor its main file "
            "mentions electron; name the folder that `electron FOLDER` would start"
        )


_PAGES = """pages that are opened as files reach the backend at http://localhost and the port in its
  config.json; to be told where it is:
    loadFile('index.html', { query: { backend: require('./start-backend.js').backend.url } })
  a front end inside the bundle knows by itself:
    loadURL(require('./start-backend.js').backend.url)"""
