"""What a bundle starts with: our __main__.py and its helpers, copied to the top of the zip."""

from importlib.resources import files
from pprint import pformat

from noodl_builder import boot
from noodl_builder.entry import Entry, make_entry
from noodl_builder.runtime_parts import RuntimeParts

COPIED = ("noodl_target.py", "noodl_boot.py", "noodl_unpack.py")
MAIN = "__main__.py"
PLACE = 'ENTRY = ""\nTARGETS = {}  # type: dict[str, object]\n'


def boot_entries(runtime: RuntimeParts, cache_id: str) -> list[Entry]:
    """Return the files at the top of a bundle.

    cache_id: what the folder of unpacked libraries is called by; changes when any of them does
    """
    facts = {
        "cacheId": cache_id,
        "files": len(runtime.entries),
        "size": sum(entry.size for entry in runtime.entries),
    }
    filled = f"ENTRY = {runtime.entry_point!r}\nTARGETS = {pformat({runtime.target: facts})}\n"
    main = _source(MAIN)
    assert main.count(PLACE) == 1, f"{MAIN} has lost the lines the builder fills in"
    return [
        make_entry(MAIN, main.replace(PLACE, filled).encode()),
        *(make_entry(name, _source(name).encode()) for name in COPIED),
    ]


def _source(name: str) -> str:
    return files(boot).joinpath(name).read_text(encoding="utf-8")
