import json

from noodl_builder.entry import Entry, make_entry
from noodl_builder.fat_layout import lay_out


def files(**contents: str) -> tuple[Entry, ...]:
    named = {name.replace("_so", ".so"): text for name, text in contents.items()}
    return tuple(sorted(make_entry(f"site-packages/{n}", t.encode()) for n, t in named.items()))


def test_one_target_needs_no_native_folder() -> None:
    only = files(a="1", b_so="2")
    assert lay_out({"linux-x86_64-3.11": only}).entries == only


def test_what_all_targets_have_is_shared_and_each_other_content_stored_once() -> None:
    layout = lay_out(
        {
            "one": files(a="1", b_so="old"),
            "two": files(a="1", b_so="new"),
            "three": files(a="1", b_so="new", c="extra"),
        }
    )
    names = [entry.name for entry in layout.entries]
    assert [n for n in names if n.startswith("site-packages/")] == ["site-packages/a"]
    assert len([n for n in names if n.endswith(".so")]) == 2
    index = {e.name: e for e in layout.entries}["native/two.json"]
    stored = json.loads(index.read())["site-packages/b.so"]
    assert next(e for e in layout.entries if e.name == stored).read() == b"new"


def test_each_target_knows_how_much_it_unpacks() -> None:
    layout = lay_out({"one": files(a="1"), "two": files(a="1", b="22")})
    assert layout.facts["two"]["files"] == 2
    assert layout.facts["two"]["size"] == 3
    assert layout.facts["one"]["cacheId"] != layout.facts["two"]["cacheId"]
