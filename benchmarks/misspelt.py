"""Slips of the keyboard put into words of the demo documents: how many the search puts right (`retrieval/spelling.py`)."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.documents import DEMO
from knowledge_ingest.pipeline import ingest
from retrieval.library import open_library
from retrieval.spelling import corrected

_EACH = 1500
"""Words tried for each kind of slip, the more used ones more often."""
_SHORTEST = 4
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def main() -> None:
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder))
        ingest([DEMO / "documents"], library)
        store, knows = library.store, library.embedder.knows
        words = [each for each in store.vocabulary(20_000) if each.isalpha() and each.isascii()]
        words = [each for each in words if len(each) >= _SHORTEST]
        counts = store.word_counts(words)
        weights = [counts[each] ** 0.5 for each in words]
        tried = right = 0
        for name, slip in SLIPS.items():
            pairs = [(each, slip(each, chance)) for each in chance.choices(words, weights, k=_EACH)]
            # what is a word by itself says something else, and is rightly left alone
            typed = [(word, to) for word, to in pairs if len(to) >= _SHORTEST and not knows(to)]
            typed = [(word, to) for word, to in typed if to not in counts]
            put_right = sum(corrected(to, store, knows) == word for word, to in typed)
            print(f"{name:14}{len(typed):6} {put_right / len(typed):.1%}")
            tried, right = tried + len(typed), right + put_right
        print(f"{'all':14}{tried:6} {right / tried:.1%}")
        library.close()


def _left_out(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _swapped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at] + word[at:]


def _replaced(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + _beside(word[at], chance) + word[at + 1 :]


def _added(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + _beside(word[at], chance) + word[at:]


def _beside(letter: str, chance: random.Random) -> str:
    """A neighbour on the keyboard."""
    row = next(each for each in _ROWS if letter in each)
    at = row.index(letter)
    return chance.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])


SLIPS: dict[str, Callable[[str, random.Random], str]] = {
    "left out": _left_out,
    "swapped": _swapped,
    "doubled": _doubled,
    "replaced": _replaced,
    "added": _added,
}

if __name__ == "__main__":
    main()
