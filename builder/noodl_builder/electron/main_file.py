"""The main file of an Electron app, with the one line that starts the backend, and without it.

The line comes before everything of the author's but after what has to stay in front: a byte order
mark, `#!`, and directives such as "use strict". It needs no name of theirs, so it does not matter
what they call `app`, and brings in none. Pure: texts in, texts out.
"""

import posixpath
import re

BEGIN = "// >>> noodl-portable electron: starts the backend with the app; --eject takes this out"
END = "// <<< noodl-portable electron"
SHIM = "start-backend"
START = f"{SHIM}/with-app.js"

_BLOCK = re.compile(rf"{re.escape(BEGIN)}\r?\n.*?{re.escape(END)}\r?\n", re.DOTALL)
_HEAD = re.compile(r"\ufeff?(?:#![^\n]*\n)?")
_DIRECTIVE = re.compile(
    r"""(?:\s | //[^\n]*\n | /\*(?:[^*] | \*(?!/))*\*/)*+     # blanks and comments, and then
    (?:"[^"\n]*" | '[^'\n]*')[ \t]*(?:;[ \t]*(?://[^\n]*)?(?:\r?\n)? | \r?\n)""",
    re.VERBOSE,
)
_IMPORTS = re.compile(r"^\s*import\b[^;(]*\bfrom\b\s*[\"']|^\s*import\s*[\"']|^\s*export\s", re.M)
_REQUIRES = re.compile(r"\brequire\s*\(|\bmodule\.exports\b")


def statement(main: str, *, module: bool) -> str:
    """Return the line for a main file: "require('./start-backend/with-app.js');".

    main: its path in the app, "src/main.js"
    """
    path = posixpath.relpath(START, posixpath.dirname(main) or ".")
    path = path if path.startswith(".") else f"./{path}"
    return f"import '{path}';" if module else f"require('{path}');"


def wired(text: str, line: str) -> str:
    """Return the main file with the line in its place; a file that has it stays as it is."""
    if is_wired(text):
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    front = _front(text)
    gap = "" if not front.strip("\ufeff") or front.endswith("\n") else newline
    block = newline.join((BEGIN, line, END, ""))
    return front + gap + block + text[len(front) :]


def unwired(text: str) -> str:
    """Return the main file without the line; the rest stays as the author has it now."""
    return _BLOCK.sub("", text)


def is_wired(text: str) -> bool:
    """Say whether the line is in it."""
    return bool(_BLOCK.search(text))


def is_wired_by_hand(text: str) -> bool:
    """Say whether the author has written a line that starts the backend themselves."""
    return SHIM in unwired(text)


def is_module(main: str, package_type: str) -> bool:
    """Say whether a main file is an ES module, as Node decides it."""
    suffix = posixpath.splitext(main)[1]
    return suffix == ".mjs" or (suffix != ".cjs" and package_type == "module")


def is_source(main: str, text: str, package_type: str) -> bool:
    """Say whether a file has to be built before Electron can run it, so that wiring it is wrong."""
    if posixpath.splitext(main)[1] not in ("", ".js", ".cjs", ".mjs"):
        return True
    imports = bool(_IMPORTS.search(text))
    return imports and not is_module(main, package_type) and not _REQUIRES.search(text)


def _front(text: str) -> str:
    """Return what has to stay in front."""
    match = _HEAD.match(text)
    end = match.end() if match else 0
    while directive := _DIRECTIVE.match(text, end):
        end = directive.end()
    return text[:end]
