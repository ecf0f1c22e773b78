import pytest

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.targets import PLATFORMS, PYTHONS, parse_targets, target_named
from noodl_runtime.errors import BadSetting

ASKED = [
    # what is asked for                          targets
    ("current",                                  (CURRENT,)),
    ("",                                         (CURRENT,)),
    ("mac-arm64-3.13, linux-x86_64-3.12",        ("linux-x86_64-3.12", "mac-arm64-3.13")),
    ("win-amd64-3.12,win-amd64-3.12",            ("win-amd64-3.12",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "targets"), ASKED)
def test_targets_are_named_by_platform_and_python(text: str, targets: tuple[str, ...]) -> None:
    assert parse_targets(text) == targets


def test_universal_is_every_platform_with_every_python() -> None:
    assert len(parse_targets("universal")) == len(PLATFORMS) * len(PYTHONS)


@pytest.mark.parametrize("name", ["amiga-68k-3.12", "linux-x86_64", "linux-x86_64-2.7", "3.12"])
def test_what_is_no_target_is_refused_with_what_is(name: str) -> None:
    with pytest.raises(BadSetting, match=f"'{name}' is no target.*linux-x86_64-3.12.*musl-aarch64"):
        parse_targets(name)


FITS = [
    # target                 wheel tag                                    fits
    ("linux-x86_64-3.12",    "cp312-cp312-manylinux_2_28_x86_64",         True),
    ("linux-x86_64-3.12",    "cp312-cp312-manylinux2014_x86_64",          True),
    ("linux-x86_64-3.12",    "cp311-cp311-manylinux_2_28_x86_64",         False),
    ("linux-x86_64-3.12",    "cp312-cp312-musllinux_1_2_x86_64",          False),
    ("linux-x86_64-3.12",    "cp310-abi3-manylinux2014_x86_64",           True),
    ("linux-x86_64-3.12",    "py3-none-any",                              True),
    ("musl-x86_64-3.12",     "cp312-cp312-musllinux_1_2_x86_64",          True),
    ("mac-arm64-3.13",       "cp313-cp313-macosx_11_0_universal2",        True),
    ("mac-arm64-3.13",       "cp313-cp313-macosx_10_13_x86_64",           False),
    ("mac-x86_64-3.13",      "cp313-cp313-macosx_10_13_x86_64",           True),
    ("win-amd64-3.11",       "cp311-cp311-win_amd64",                     True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "tag", "fits"), FITS)
def test_each_target_knows_the_wheels_that_run_there(name: str, tag: str, fits: bool) -> None:
    assert (tag in {str(t) for t in target_named(name).tags}) is fits
