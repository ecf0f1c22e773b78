"""Write docs/reference.md from the tables of the code: `python -m docs.reference`.

Each section is a function here; tests/test_reference.py fails while the file differs from them.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noodl_runtime.settings import SettingRow

FILE = Path(__file__).with_name("reference.md")
HEAD = """# Reference

Made from the tables of the code by `python -m docs.reference`; do not edit by hand.
"""


def text() -> str:
    """Return the whole reference as Markdown."""
    sections = [
        commands(),
        settings(),
        routes(),
        launcher_routes(),
        realtime(),
        operators(),
        field_types(),
        operations(),
        node_types(),
        trigger_parameters(),
        lint_rules(),
        errors(),
    ]
    return HEAD + "".join("\n" + section for section in sections)


def commands() -> str:
    """List the commands of noodl-portable with their options."""
    from noodl_portable.commands import COMMANDS
    from noodl_runtime.settings import SETTINGS

    rows = []
    for command in COMMANDS:
        parser = argparse.ArgumentParser(add_help=False)
        command.configure(parser)
        serves = SETTINGS.keys() <= {action.dest for action in parser._actions}
        own = [a for a in parser._actions if not serves or a.dest not in SETTINGS]
        options = code("/".join(a.option_strings) or str(a.metavar or a.dest) for a in own)
        takes = options + (" and every setting" if serves else "")
        rows.append((f"`{command.name}`", command.summary, takes, code(command.examples)))
    return section("Commands", table(("command", "what it does", "takes", "examples"), rows))


def settings() -> str:
    """List every setting and limit with the four places it can be set."""
    from noodl_runtime.settings import SETTINGS

    rows = [(*settable(row), shown(row.default), row.help) for row in SETTINGS.values()]
    intro = (
        "Options win over environment variables, those over `settings` in the config.json of the "
        "backend folder (a bundle brings its own; the copy in its data folder is not asked). "
        "Sizes are in bytes, times in seconds.\n\n"
    )
    heads = ("option", "variable", "key in `settings`", "default", "meaning")
    return section("Settings and limits", intro + table(heads, rows))


def settable(row: "SettingRow") -> tuple[str, str, str]:
    """Name the option, the variable and the key; a secret has a variable only."""
    option, key = ("", "") if row.secret else (f"`{row.option}`", f"`{row.key}`")
    return option, f"`{row.variable}`", key


def routes() -> str:
    """List every route."""
    from noodl_runtime.http.routes import ROUTES

    rows = [(f"`{row.method}`", f"`{row.pattern}`", row.permission, row.summary) for row in ROUTES]
    return section("Routes", table(("method", "path", "for", "answer"), rows))


def realtime() -> str:
    """List what clients of /realtime say and hear."""
    from noodl_runtime.realtime.messages import ANSWERS, EVENTS, SAYINGS

    rows = [
        (f"`{row.name}`", code(row.members), code(row.needed), row.help) for row in SAYINGS.values()
    ]
    told = [
        (f"`{name}`", meaning) for words in (EVENTS, ANSWERS) for name, meaning in words.items()
    ]
    said = table(("clients say", "members", "needed", "meaning"), rows)
    intro = "By example: [realtime.md](realtime.md).\n\n"
    return section("Realtime messages", intro + said + "\n" + table(("they hear", "meaning"), told))


def launcher_routes() -> str:
    """List what can be asked of the launcher."""
    from noodl_portable.launcher.routes import ROUTES

    rows = [
        (f"`{row.method}`", f"`{row.pattern}`", code(row.takes or {}), row.summary)
        for row in ROUTES
    ]
    heads = ("method", "path", "takes", "what it does")
    return section("Routes of the launcher", table(heads, rows))


def operators() -> str:
    """List the operators of where documents in both spellings."""
    from noodl_runtime.query.operators import OPERATORS

    rows = []
    for row in OPERATORS.values():
        parse = [name for name in row.spellings if name.startswith("$")]
        friendly = [name for name in row.spellings if name not in parse]
        rows.append((code(friendly), code(parse), row.help, code(row.modifiers)))
    heads = ("friendly", "Parse", "finds a field that", "beside it")
    groups = """
`and`/`$and`, `or`/`$or` and `nor`/`$nor` take lists of where documents, `not`/`$not` an operator. A
value without an operator means `equalTo`. `$relatedTo` finds the records of a relation. An unknown
operator is an error; an unknown field is missing in every record.
"""
    return section("Operators of where documents", table(heads, rows) + groups)


def field_types() -> str:
    """List the types of fields and how SQLite holds them."""
    from noodl_runtime.schema.field_types import FIELD_TYPES

    words = {None: "no column of its own", "": "as given"}
    rows = [(f"`{row.name}`", words.get(row.sql, row.sql or "")) for row in FIELD_TYPES.values()]
    return section("Field types", table(("type", "column in SQLite"), rows))


def operations() -> str:
    """List the update operations."""
    from noodl_runtime.schema import operations as module

    rows = [(f"`{name}`", first_line(getattr(module, name).__doc__)) for name in module.READERS]
    return section("Update operations (`__op`)", table(("operation", "what it does"), rows))


def node_types() -> str:
    """List the node types of workflows with their ports."""
    from noodl_runtime.workflow.nodes import NODE_TYPES

    rows = [
        (f"`{name}`", code(row.inputs), code(row.outputs))
        for name, row in sorted(NODE_TYPES.items())
    ]
    return section("Node types", table(("type", "inputs", "outputs"), rows))


def trigger_parameters() -> str:
    """List the parameters of trigger nodes."""
    from noodl_runtime.workflow.triggering import PARAMETERS

    rows = [
        (f"`noodl.trigger.{kind}`", f"`{row.name}`", shown(row.default), row.help)
        for kind, parameters in PARAMETERS.items()
        for row in parameters
    ]
    intro = (
        "Trigger nodes go by these parameters when workflows are loaded; connections to them are "
        "ignored. A database change fires at least once, those of one record in order; a run that "
        "answers with a failure or takes too long is tried again (`trigger_tries`) and then "
        "parked: see `noodl-portable trigger`. A schedule fires at most once a minute, and not "
        "again after a crash in the middle of its run. A webhook answers what its Response node "
        "sends.\n\n"
    )
    heads = ("type", "parameter", "default", "meaning")
    return section("Parameters of triggers", intro + table(heads, rows))


def lint_rules() -> str:
    """List what `lint` looks for, beside what loading itself reports."""
    from noodl_builder.lints import ALL_RULES

    rows = [
        (f"`{rule.name}`", rule.severity, first_line(rule.check.__doc__), rule.fix)
        for rule in ALL_RULES
    ]
    heads = ("rule", "severity", "what it does", "what to do")
    return section("Rules of lint", table(heads, rows))


def errors() -> str:
    """List every error with its HTTP status and code."""
    import noodl_runtime.errors as module

    rows = [
        (f"`{name}`", str(leaf.status), str(leaf.code), first_line(leaf.__doc__))
        for name, leaf in vars(module).items()
        if isinstance(leaf, type) and issubclass(leaf, module.PortableError)
    ]
    return section("Errors", table(("error", "status", "code", "meaning"), rows))


def section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *map(list, rows)]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def shown(value: object) -> str:
    return f"`{value}`" if value not in ("", ()) else "none"


def first_line(doc: str | None) -> str:
    return (doc or "").strip().split("\n")[0]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"wrote {FILE.name}")
    sys.exit(0)
