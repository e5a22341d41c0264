"""Questions that ask two things at once: "the cut-off of A and of B", "when does X, and when does Y".

One vector stands for one meaning; that of two questions lies between them, and one of the two wins. So such a question is asked
in its parts, too, and the best of each part come first in turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from retrieval.sparse import STOP_WORDS, words

_ASKING = r"(?:what|which|who|whom|whose|when|where|how|until when|by when|within what|within how many)"
_TWO_QUESTIONS = re.compile(rf",?\s+(?:and|or|but)\s+(?={_ASKING}\b)", re.IGNORECASE)
_SAME_WORD = re.compile(
    r"(?P<stem>.*?\b)(?P<word>for|of|with|by|under|at|from|to|in)\s+(?P<one>[^,;?]+?),?\s+"
    r"(?:and|or)\s+(?:what\s+|also\s+)?(?P=word)\s+(?P<other>[^?]+)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?P<stem>.*?\b(?:of|for|with|at|between)\s+)(?P<one>[^,;?]+?),?\s+"
    r"(?:compared (?:with|to)|versus|vs\.?|against|unlike)\s+(?P<other>[^?]+)",
    re.IGNORECASE,
)
_LONGEST = 400

T = TypeVar("T")


def parts(question: str) -> tuple[str, ...]:
    """The questions in one, each complete in itself; empty when it is only one.

    Args:
        question: In search form.
    """
    text = question.strip(" ?.!")[:_LONGEST]
    pieces = [piece.strip(" ,;") for piece in _TWO_QUESTIONS.split(text)]
    if len(pieces) == 2 and all(_says_something(piece, 2) for piece in pieces):
        return tuple(pieces)
    for pattern in (_SAME_WORD, _AGAINST):
        match = pattern.fullmatch(text)
        if match is None or not _says_something(match["stem"], 1):
            continue
        lead = match["stem"] + (f"{match['word']} " if "word" in match.groupdict() else "")
        if all(_says_something(match[side], 1) for side in ("one", "other")):
            return tuple(f"{lead}{match[side].strip()}" for side in ("one", "other"))
    return ()


def in_turn(lists: Sequence[Sequence[T]]) -> list[T]:
    """The first of each list, then the second of each, and so on."""
    longest = max((len(each) for each in lists), default=0)
    return [each[place] for place in range(longest) for each in lists if place < len(each)]


def _says_something(text: str, least: int) -> bool:
    return sum(word not in STOP_WORDS for word in words(text.lower())) >= least
