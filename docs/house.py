"""Write docs/house.md, the picture of the rooms, from the map of imports: `python -m docs.house`.

The map is ARROWS in tests/test_layering.py, which also holds the code to it. Drawn are the arrows
that say something new: not those to rooms that everybody knows, nor those that a longer way
implies.
"""

import ast
from pathlib import Path

from tests.test_layering import ARROWS, GROUND, PACKAGES, PURE_ROOMS

FILE = Path(__file__).with_name("house.md")
HEAD = """# The rooms of the runtime

Drawn from the map that the tests hold every import to, by `python -m docs.house`; do not edit it
by hand. An arrow means "knows". Left out are {ground}, which
everybody may know, and arrows that a longer way implies. Rounded rooms are *pure*: no socket,
clock, thread or environment.

"""


def text() -> str:
    """Return the page: the picture, then a sentence for each room."""
    return HEAD.format(ground=", ".join(sorted(GROUND))) + picture() + "\n" + rooms()


def picture() -> str:
    """Return the rooms and arrows as a Mermaid flow chart, which code hosts show as a picture."""
    shapes = [f"  {name}([{name}])" if name in PURE_ROOMS else f"  {name}" for name in drawn()]
    arrows = [f"  {name} --> {known}" for name in drawn() for known in reduced(name)]
    return "\n".join(["```mermaid", "flowchart TD", *shapes, *arrows, "```", ""])


def rooms() -> str:
    """Return a table of the rooms, each with the first sentence of its docstring."""
    rows = [f"| `{name}` | {sentence(name)} |" for name in sorted(ARROWS)]
    return "\n".join(["| room | what it is for |", "|---|---|", *rows, ""])


def drawn() -> list[str]:
    """Return the rooms of the picture: those that tell of the others, or are told of."""
    told = {known for knows in ARROWS.values() for known in knows}
    return [name for name in ARROWS if name not in GROUND and (name in told or ARROWS[name])]


def reduced(name: str) -> list[str]:
    """Return the rooms a room knows, without those that one of the others leads to."""
    knows = {known for known in ARROWS[name] if known in ARROWS and known not in GROUND}
    return sorted(known for known in knows if not any(known in below(o) for o in knows - {known}))


def below(name: str) -> set[str]:
    """Return all rooms that a room leads to, over any number of arrows."""
    found: set[str] = set()
    pending = [name]
    while pending:
        for known in ARROWS.get(pending.pop(), set()) - found:
            found.add(known)
            pending.append(known)
    return found


def sentence(name: str) -> str:
    """Return the first sentence of a room's docstring."""
    place = PACKAGES["noodl_runtime"] / name
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    doc = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = doc.partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    return first.partition(". ")[0].rstrip(".")


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"wrote {FILE.name}")
