"""The line in an app's main file: in its place, once, without harm, and out again."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from noodl_builder.electron.main_file import is_source, is_wired, statement, unwired, wired

REQUIRE = "require('./start-backend/with-app.js');"

STATEMENTS = [
    # main file           ES module   line
    ("main.js",           False,      "require('./start-backend/with-app.js');"),
    ("main.mjs",          True,       "import './start-backend/with-app.js';"),
    ("src/main.js",       False,      "require('../start-backend/with-app.js');"),
    ("dist/main/app.js",  True,       "import '../../start-backend/with-app.js';"),
]  # fmt: skip


@pytest.mark.parametrize(("main", "module", "line"), STATEMENTS)
def test_the_line_leads_from_the_main_file_to_the_shim(main: str, module: bool, line: str) -> None:
    assert statement(main, module=module) == line


FRONTS = [
    # what has to stay in front               what comes behind it
    ("",                                      "const x = 1;\n"),
    ("\ufeff",                                "const x = 1;\n"),
    ("#!/usr/bin/env electron\n",             "const x = 1;\n"),
    ("'use strict';\n",                       "const x = 1;\n"),
    ('"use strict"\r\n',                      "const x = 1;\r\n"),
    ("// about\n/* more\n */\n'use strict';\n", "\nconst x = 1;\n"),
    ("#!/x\n// a\n'use strict'; \n\"other\";\n", "// of x\nconst x = 1;\n"),
    ("'use strict';",                         "const x = 1;"),
    ("'use strict'; // always\n",             "const x = 1;\n"),
    ("",                                      "/* a **/ /*b*/ " * 200 + "const x = 1;\n"),
    ("",                                      "/* 'use strict'; */ const x = 1;\n"),
    ("",                                      "'abc'.length;\n"),
    ("",                                      "// only a comment"),
    ("",                                      ""),
]  # fmt: skip


@pytest.mark.parametrize(("front", "rest"), FRONTS)
def test_it_comes_behind_what_has_to_stay_in_front(front: str, rest: str) -> None:
    text = front + rest
    done = wired(text, REQUIRE)
    assert done.startswith(front)
    assert done.endswith(rest)
    middle = done[len(front) : len(done) - len(rest)].split()
    assert REQUIRE.split()[0] in middle
    assert ("\r\n" in done) == ("\r\n" in text)
    assert "\n" not in done.replace("\r\n", "") or "\r\n" not in text
    assert is_wired(done)
    assert wired(done, REQUIRE) == done
    if front.endswith(("\n", "\ufeff")) or not front:
        assert unwired(done) == text


# Each main file prints what it sees; a line that is read from `electron` shows that it still works.
MAINS = {
    "main.js: plain": "const { app } = require('electron');\nconsole.log(app);\n",
    "main.js: strict": "'use strict';\nconst { app: application } = require('electron');\n"
    "console.log((function () { return this; })() === undefined ? application : 'sloppy');\n",
    "main.js: no semicolons": "'use strict'\nvar electron = require('electron')\nconsole.log(electron.app)\n",
    "main.mjs: module": "import { app as desktop } from 'electron';\nconsole.log(desktop);\n",
    "src/main.js: below": "#!/usr/bin/env node\nconst e = require('electron');\nconsole.log(e.app);\n",
    "main.js: type module": "import electron from 'electron';\nconst { app } = electron;\nconsole.log(app);\n",
}


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize("title", MAINS)
def test_a_wired_main_file_still_runs_and_starts_the_backend_first(
    title: str, tmp_path: Path
) -> None:
    name, _, kind = title.partition(": ")
    module = name.endswith(".mjs") or kind == "type module"
    package = {"type": "module"} if kind == "type module" else {}
    files = {
        "package.json": json.dumps(package),
        name: wired(MAINS[title], statement(name, module=module)),
        "start-backend/package.json": '{"type": "commonjs"}',
        "start-backend/with-app.js": "console.log('backend');",
        "node_modules/electron/index.js": "exports.app = 'the app';",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    done = subprocess.run(["node", name], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n") == ["backend", "the app", ""], done.stderr


SOURCES = [
    # main        text                                     type        has to be built first
    ("main.ts",   "",                                      "",         True),
    ("main.js",   "import { app } from 'electron';\n",     "",         True),
    ("main.js",   "import { app } from 'electron';\n",     "module",   False),
    ("main.mjs",  "import { app } from 'electron';\n",     "",         False),
    ("main.js",   "const { app } = require('electron');",  "",         False),
    ("main.cjs",  "const x = 'import y from z';",          "module",   False),
]  # fmt: skip


@pytest.mark.parametrize(("main", "text", "kind", "source"), SOURCES)
def test_what_electron_cannot_run_as_it_is_is_not_wired(
    main: str, text: str, kind: str, source: bool
) -> None:
    assert is_source(main, text, kind) == source
