"""The documents say what the code does: the reference is made from the tables, README holds."""

import re
import shlex
from pathlib import Path

import pytest

from docs import house
from docs.reference import FILE, text
from noodl_portable.cli import parser
from noodl_portable.commands import COMMANDS
from noodl_runtime.http.routes import ROUTES

HERE = Path(__file__).resolve().parents[1]
README = (HERE / "README.md").read_text(encoding="utf-8")


def test_the_reference_is_what_the_tables_say() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m docs.reference"


def test_the_picture_of_the_house_is_what_the_map_says() -> None:
    assert house.FILE.read_text(encoding="utf-8") == house.text(), "run: python -m docs.house"


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    named = set(re.findall(r"^    noodl-portable (\w+)", README, flags=re.MULTILINE))
    named |= set(re.findall(r"`noodl-portable (\w+)`", README))
    assert named == {command.name for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_examples_of_a_command_can_be_parsed(command: object) -> None:
    for example in command.examples:  # type: ignore[attr-defined]
        parser().parse_args(shlex.split(example))


def test_the_routes_in_the_readme_exist() -> None:
    patterns = {re.sub(r":\w+\*?", "X", route.pattern) for route in ROUTES}
    for path in re.findall(r"`(?:GET|POST|PUT|DELETE)[/A-Z]* (/[^`]*)`", README):
        assert (
            re.sub(r"Todo/<id>|Todo|hello", lambda m: "X/X" if "/" in m[0] else "X", path)
            in patterns
        )


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in [*HERE.glob("*.md"), *HERE.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_documents_name_no_machine_and_no_registry() -> None:
    for document in [*HERE.glob("*.md"), *HERE.glob("docs/**/*.md")]:
        said = document.read_text(encoding="utf-8")
        for word in (str(HERE), "/root/", "pypi.org", "registry.npmjs", "../shared"):
            assert word not in said, f"{document.name} names {word}"
