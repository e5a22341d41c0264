"""A masked question as a row of numbers: the embedding of its sentence, its words, its letters, and the signs of cues.yaml."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from copilot.models.playbook.words import cues
from retrieval.embedder import Embedder

FLOATS = npt.NDArray[np.float32]

WORD_FEATURES = 3072
"""Places that words and pairs of words are hashed into."""
LETTER_FEATURES = 3072
"""Places that runs of three to five letters are hashed into: slips and endings of a word fall near the word."""
CUE_PAIRS = 512
"""Places that pairs of signs are hashed into."""
EMBEDDING_SHARE, WORD_SHARE, LETTER_SHARE, CUE_SHARE, PAIR_SHARE = 3.0, 1.5, 1.5, 1.5, 0.8
"""How much each part counts; makes little difference within a factor of two."""

_STANDS_FOR = {
    "order": "this order",
    "po": "this purchase order",
    "product": "this product",
    "name": "Acme",
    "day": "Monday",
}
_PLACE = re.compile(r"<(\w+)>")
_LETTER_FOR = {"order": "\x01", "po": "\x02", "product": "\x03", "name": "\x04", "day": "\x05"}


def spoken(masked: Sequence[str]) -> list[str]:
    """Masked questions as a model of language hears them: with words where places are."""
    return [_PLACE.sub(lambda match: _STANDS_FOR.get(match[1], "this"), text) for text in masked]


def features(masked: Sequence[str], embedder: Embedder | None) -> FLOATS:
    """One row a question, the same width for the same embedder; without a model there is no embedding in it."""
    return beside(masked, embedder.embed(spoken(masked)) if embedder else None)


def beside(masked: Sequence[str], dense: FLOATS | None) -> FLOATS:
    """As `features`, where the questions are embedded already."""
    if dense is None:
        dense = np.zeros((len(masked), 0), dtype=np.float32)
    signs = [[at for at, pattern in enumerate(cues()) if pattern.search(text)] for text in masked]
    single = np.zeros((len(masked), len(cues())), dtype=np.float32)
    for row, found in enumerate(signs):
        single[row, found] = 1.0
    pairs = np.zeros((len(masked), CUE_PAIRS), dtype=np.float32)
    for row, found in enumerate(signs):
        for one, other in combinations(found, 2):
            pairs[row, zlib.crc32(b"%d %d" % (one, other)) % CUE_PAIRS] = 1.0
    parts = [
        EMBEDDING_SHARE * dense,
        WORD_SHARE * _of_one_length(_hashed(masked, _words, WORD_FEATURES)),
        LETTER_SHARE * _of_one_length(_hashed(masked, _letters, LETTER_FEATURES)),
        CUE_SHARE * _of_one_length(single),
        PAIR_SHARE * _of_one_length(pairs),
        np.ones((len(masked), 1), dtype=np.float32),
    ]
    return np.hstack(parts).astype(np.float32)


def _hashed(masked: Sequence[str], pieces: Callable[[str], Iterable[str]], places: int) -> FLOATS:
    rows = np.zeros((len(masked), places), dtype=np.float32)
    for row, text in enumerate(masked):
        for piece in pieces(text):
            rows[row, zlib.crc32(piece.encode()) % places] += 1.0
    return rows


def _words(text: str) -> list[str]:
    found = re.findall(r"<\w+>|[a-z0-9']+", text)
    return [*found, *(f"{one} {other}" for one, other in zip(["^", *found], [*found, "$"], strict=True))]


def _letters(text: str) -> list[str]:
    plain = f" {_PLACE.sub(lambda match: _LETTER_FOR.get(match[1], ' '), text)} "
    return [plain[at : at + long] for long in (3, 4, 5) for at in range(len(plain) - long + 1)]


def _of_one_length(rows: FLOATS) -> FLOATS:
    shortened: FLOATS = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)).astype(
        np.float32
    )
    return shortened
