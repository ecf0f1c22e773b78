"""Text search: whole words, "phrases in quotes", -exclusions. No stemming, no stop words."""

import re
import unicodedata
from collections.abc import Callable
from typing import TypedDict

_WORD = re.compile(r"\w+")
_PIECE = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')

Words = tuple[str, ...]


class Search(TypedDict):
    """The operand of $text, checked: {"term": "tea -cup", "case": False, "diacritics": False}."""

    term: str
    case: bool
    diacritics: bool


def searcher(search: Search) -> Callable[[str], bool]:
    """Return a test for texts: nothing excluded, all phrases; without a phrase any of the words."""
    words, phrases, excluded = _pieces(search)
    wanted = set(words)

    def found(text: str) -> bool:
        seen = _words(text, search)
        if any(_holds(seen, phrase) for phrase in excluded):
            return False
        if phrases:
            return all(_holds(seen, phrase) for phrase in phrases)
        return not wanted.isdisjoint(seen)

    return found


def _pieces(search: Search) -> tuple[list[str], list[Words], list[Words]]:
    words: list[str] = []
    phrases: list[Words] = []
    excluded: list[Words] = []
    for minus, phrase, word in _PIECE.findall(search["term"]):
        piece = _words(phrase or word, search)
        if minus:
            excluded += [piece] if piece else []
        elif phrase:
            phrases += [piece] if piece else []
        else:
            words += piece
    return words, phrases, excluded


def _words(text: str, search: Search) -> Words:
    if not search["diacritics"] and not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return tuple(_WORD.findall(text if search["case"] else text.casefold()))


def _holds(seen: Words, phrase: Words) -> bool:
    size = len(phrase)
    return any(seen[at : at + size] == phrase for at in range(len(seen) - size + 1))
