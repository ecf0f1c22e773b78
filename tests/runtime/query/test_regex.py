import sys

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.regex import compiled, lowered

# pattern, options, text, found
FOUND = [
    ("b+", "", "abbbc", True),
    ("^b", "", "ab", False),
    ("^b", "m", "a\nb", True),
    ("a.c", "", "a\nc", False),
    ("a.c", "s", "a\nc", True),
    ("ÉTUDE", "i", "étude", True),
    ("^LINE1.LINE2$", "is", "line1\nline2", True),
    ("ban # a comment\n ana", "x", "banana", True),
    (r"a\ b[ #]c", "x", "a b#c", True),
    (r"\Qa b#\Ec", "x", "a b#c", True),
    ("[^]] b", "x", "xb", True),
    (r"\Qa.c\E+", "", "a.ccc", True),
    (r"\Qa.c\E", "i", "abc", False),
    ("(abc|banana)$", "", "a banana", True),
    (r"\d{3}", "", "ab123", True),
    ("x*", "", "", True),
]


@pytest.mark.parametrize(("pattern", "options", "text", "found"), FOUND)
def test_a_pattern_is_found_anywhere_in_the_text(
    pattern: str, options: str, text: str, found: bool
) -> None:
    assert compiled(pattern, options)(text) is found


@pytest.mark.parametrize(
    ("pattern", "options", "plain"),
    [
        (r"^\Qab\E", "", ("startsWith", "ab")),
        (r"\Qa.b\E", "", ("contains", "a.b")),
        (r"\Qab\E$", "s", ("endsWith", "ab")),
        ("ab", "", ("contains", "ab")),
        ("^ab", "", ("startsWith", "ab")),
        ("ab$", "", ("endsWith", "ab")),
        ("", "", ("contains", "")),
        ("^ab$", "", None),
        (r"^\Qab\E", "i", None),
        ("^ab", "m", None),
        ("a.b", "", None),
        (r"\Qa\Eb\Qc\E", "", None),
        (r"a\.b", "", None),
    ],
)
def test_a_pattern_that_is_plain_text_needs_no_engine(
    pattern: str, options: str, plain: tuple[str, str] | None
) -> None:
    assert lowered(pattern, options) == plain


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "a{1001}{1001}", "(?=a)", r"(a)\1", "*", "x" * 1001]
)
def test_a_wrong_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadQuery, match="regular expression"):
        compiled(pattern, "")


def test_a_pattern_that_runs_away_elsewhere_is_answered_at_once() -> None:
    assert compiled("^(a+)+$", "")("a" * 50_000 + "!") is False


def test_without_the_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(BadQuery, match=r"install noodl-portable\[regex\], or use contains"):
        compiled("never.compiled.before", "")
