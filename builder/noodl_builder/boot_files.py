"""What a bundle starts with: our __main__.py and its helpers, copied to the top of the zip."""

from collections.abc import Mapping
from importlib.resources import files
from pprint import pformat

from noodl_builder import boot
from noodl_builder.entry import Entry, make_entry

COPIED = ("noodl_target.py", "noodl_boot.py", "noodl_unpack.py")
MAIN = "__main__.py"
PLACE = 'ENTRY = ""\nTARGETS = {}  # type: dict[str, object]\n'


def boot_entries(entry_point: str, facts: Mapping[str, Mapping[str, object]]) -> list[Entry]:
    """Return the files at the top of a bundle.

    facts: by target, what its start goes by, see fat_layout
    """
    targets = pformat({target: dict(row) for target, row in facts.items()})
    filled = f"ENTRY = {entry_point!r}\nTARGETS = {targets}\n"
    main = _source(MAIN)
    assert main.count(PLACE) == 1, f"{MAIN} has lost the lines the builder fills in"
    return [
        make_entry(MAIN, main.replace(PLACE, filled).encode()),
        *(make_entry(name, _source(name).encode()) for name in COPIED),
    ]


def _source(name: str) -> str:
    return files(boot).joinpath(name).read_text(encoding="utf-8")
