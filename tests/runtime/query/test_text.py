import pytest

from noodl_runtime.query.text import Search, searcher

TEXTS = {
    "a": "coffee is brewing",
    "b": "Tea and Coffee",
    "c": "water only",
    "d": "Café con leche, well-known",
}

# term                     finds      with case   with diacritics
FOUND = [
    ("coffee",             "a b",     "a",        "a b"),
    ("Coffee",             "a b",     "b",        "a b"),
    ("coff",               "",        "",         ""),
    ("tea water",          "b c",     "c",        "b c"),
    ('"coffee is"',        "a",       "a",        "a"),
    ('"is coffee"',        "",        "",         ""),
    ('"coffee is" water',  "a",       "a",        "a"),
    ("coffee -tea",        "a",       "a",        "a"),
    ("-tea",               "",        "",         ""),
    ('coffee -"is brewing"', "b",     "",         "b"),
    ("cafe",               "d",       "",         ""),
    ("CAFÉ",               "d",       "",         "d"),
    ("well-known",         "d",       "d",        "d"),
    ("",                   "",        "",         ""),
    ('"',                  "",        "",         ""),
    ('"unclosed water',    "",        "",         ""),
    ("%",                  "",        "",         ""),
]  # fmt: skip


@pytest.mark.parametrize(("term", "found", "with_case", "with_diacritics"), FOUND)
def test_whole_words_phrases_and_exclusions(
    term: str, found: str, with_case: str, with_diacritics: str
) -> None:
    def find(case: bool, diacritics: bool) -> str:
        holds = searcher(Search(term=term, case=case, diacritics=diacritics))
        return " ".join(name for name, text in TEXTS.items() if holds(text))

    assert find(case=False, diacritics=False) == found
    assert find(case=True, diacritics=False) == with_case
    assert find(case=False, diacritics=True) == with_diacritics
