import base64
import hashlib
import json
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from noodl_builder.installed_files import read_distribution, read_own
from noodl_runtime.errors import BuildRefused

FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": "VAT = 19\n",
    "shop/tests/test_prices.py": "",
    "other/__init__.py": "",
    "shop-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: shop\n\nThe readme.\n",
    "shop-1.0.dist-info/licenses/LICENSE": "Do as you like.\n",
    "shop-1.0.dist-info/INSTALLER": "pip\n",
}
OF_SHOP = ["shop/__init__.py", "shop/prices.py"]
OF_DIST = ["shop-1.0.dist-info/METADATA", "shop-1.0.dist-info/licenses/LICENSE"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site-packages with one distribution, as pip leaves it."""
    record = []
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        value = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record.append(f"{name},sha256={value.decode()},{len(text)}")
    record += ["../../bin/shop,sha256=x,1", "shop-1.0.dist-info/RECORD,,"]
    (tmp_path / "shop-1.0.dist-info" / "RECORD").write_text("\n".join(record) + "\n")
    return tmp_path


def shop(site: Path) -> Distribution:
    return PathDistribution(site / "shop-1.0.dist-info")


def mark_editable(site: Path, source: Path) -> None:
    (site / "shop-1.0.dist-info" / "direct_url.json").write_text(
        json.dumps({"url": source.as_uri(), "dir_info": {"editable": True}})
    )


def names(entries: list) -> list[str]:  # type: ignore[type-arg]
    return sorted(entry.name.removeprefix("site-packages/") for entry in entries)


def test_what_record_lists_is_taken_and_trimmed(site: Path) -> None:
    (site / "shop" / "stray.py").write_text("")
    assert names(read_distribution(shop(site))) == ["other/__init__.py", *OF_DIST, *OF_SHOP]


def test_a_changed_file_is_refused_by_name(site: Path) -> None:
    (site / "shop" / "prices.py").write_text("VAT = 7\n")
    with pytest.raises(
        BuildRefused, match=r"shop: its file shop/prices\.py was changed .*pip install"
    ):
        read_distribution(shop(site))


def test_a_missing_file_is_refused_by_name(site: Path) -> None:
    (site / "shop" / "prices.py").unlink()
    with pytest.raises(BuildRefused, match=r"shop: its file shop/prices\.py is missing"):
        read_distribution(shop(site))


def test_a_missing_test_of_it_does_not_matter(site: Path) -> None:
    (site / "shop" / "tests" / "test_prices.py").unlink()
    assert names(read_distribution(shop(site)))


def test_a_file_without_a_hash_is_refused(site: Path) -> None:
    record = site / "shop-1.0.dist-info" / "RECORD"
    record.write_text("shop/prices.py,,\n")
    with pytest.raises(BuildRefused, match="no hash for shop/prices"):
        read_distribution(shop(site))


def test_a_distribution_without_record_is_refused_with_a_way_out(site: Path) -> None:
    (site / "shop-1.0.dist-info" / "RECORD").unlink()
    with pytest.raises(BuildRefused, match=r"shop has no RECORD .*python -m venv"):
        read_distribution(shop(site))


def test_an_editable_install_of_others_is_refused(site: Path) -> None:
    mark_editable(site, site)
    with pytest.raises(BuildRefused, match=r"shop is an editable install.* without -e"):
        read_distribution(shop(site))


def test_of_our_own_distribution_only_one_package_is_taken(site: Path) -> None:
    taken = read_own(shop(site), site / "shop")
    assert names(taken) == [*OF_DIST, *OF_SHOP]
    [metadata] = [entry for entry in taken if entry.name.endswith("METADATA")]
    assert metadata.read() == b"Metadata-Version: 2.4\nName: shop\n"


def test_our_own_editable_install_is_read_from_its_source_tree(site: Path, tmp_path: Path) -> None:
    source = tmp_path / "checkout" / "shop"
    for name in (
        "a.py",
        "page.html",
        "deep/b.py",
        "__pycache__/a.pyc",
        "data.db",
        ".hidden",
        "a.py~",
    ):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    mark_editable(site, source)
    taken = names(read_own(shop(site), source))
    assert taken == [*OF_DIST, "shop/a.py", "shop/deep/b.py", "shop/page.html"]
