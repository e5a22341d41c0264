"""Misspelt words of a question, put right by the words of the documents. The only home of rapidfuzz here."""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz.distance import OSA

from retrieval.document_store import DocumentStore
from retrieval.trade_words import trade_vocabulary

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4


def corrected(question: str, store: DocumentStore, knows: Callable[[str], bool]) -> str:
    """The question with words that nobody uses replaced by the nearest word of the documents or the trade.

    A word is left alone when the documents hold it or the embedding model knows it: an ordinary word that the
    documents lack says that they do not speak about it.

    Args:
        question: In search form.
        knows: Whether a lower-case word is an ordinary one.
    """
    suspects = {word.lower() for word in _WORD.findall(question) if len(word) >= _SHORTEST and word.isascii()}
    if not suspects:
        return question
    suspects -= store.word_counts(suspects).keys()
    replacements = {}
    for word in suspects:
        if not knows(word):
            nearest = _nearest(word, store)
            if nearest:
                replacements[word] = nearest
    if not replacements:
        return question
    return _WORD.sub(lambda match: replacements.get(match.group().lower(), match.group()), question)


def _nearest(word: str, store: DocumentStore) -> str:
    """The nearest word: one slip in short words, two in longer ones, swapped letters count once.

    Of words that are equally near, one that holds all the letters that were typed comes first, be it that some were left out or
    two were swapped (``limt``: limit, not list), then the most used: `python -m benchmarks misspelt` shows what that brings.
    """
    most = 1 if len(word) < 6 else 2
    best: tuple[int, bool, int, str] | None = None
    for candidate, count in (
        *store.words_like(word, longer=most),
        *((each, 1) for each in trade_vocabulary()),
    ):
        distance = OSA.distance(word, candidate, score_cutoff=most)
        if distance > most:
            continue
        near = (distance, not _holds_letters(candidate, word), -count, candidate)
        if best is None or near < best:
            best = near
    return best[-1] if best else ""


def _holds_letters(candidate: str, word: str) -> bool:
    """Whether all letters that were typed stand in the candidate: in this order, or all of its own and swapped."""
    letters = iter(candidate)
    return all(letter in letters for letter in word) or sorted(word) == sorted(candidate)
