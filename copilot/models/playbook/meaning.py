"""What is asked, by meaning: how near a question is to the examples of each intent.

A linear classifier over the sentence's embedding (the model that the document search has loaded anyway), its words, and the signs
of cues.yaml alone and in pairs. Fitted in closed form; `training` writes the weights into a small file.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO
from itertools import combinations
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from copilot.models.playbook.words import cues, examples, vocabulary, words
from retrieval.embedder import Embedder
from retrieval.errors import EmbeddingUnavailable

log = logging.getLogger(__name__)

WEIGHTS = "weights.npz"
WORD_FEATURES = 1024
"""Places that words and pairs of words are hashed into."""
EMBEDDING_SHARE = 1.5
WORD_SHARE = 0.55
CUE_PAIRS = 1024
"""Places that pairs of signs are hashed into."""
CUE_SHARE = 0.7
PAIR_SHARE = 0.45
RIDGE = 0.6
"""Regularisation. It and the shares, how much each part counts, make little difference within a factor of two."""

_STANDS_FOR = {
    "order": "this order",
    "po": "this purchase order",
    "product": "this product",
    "name": "Acme",
    "day": "Monday",
}
_PLACE = re.compile(r"<(\w+)>")
_FLOATS = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The intents a question may have, the likeliest first."""

    intents: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        return self.intents[0][0]

    @property
    def score(self) -> float:
        """About 1 for a question like the examples, about 0 for one like none of them."""
        return self.intents[0][1]

    @property
    def margin(self) -> float:
        """How far the second is behind."""
        return self.intents[0][1] - self.intents[1][1]


class Meaning:
    """Weighs a masked question against the examples.

    Args:
        embedder: turns text into vectors; it is loaded at the first question. None, or one that cannot be loaded: words and signs
            alone are weighed, with weights of their own.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._weights: _FLOATS | None = None
        self._intents: tuple[str, ...] = ()
        self._known: dict[str, Guess] = {}

    def guess(self, masked: str) -> Guess:
        """The intents of a masked question."""
        if masked not in self._known:
            if len(self._known) > 500:
                self._known.clear()
            scores = self._scores(masked)
            order = sorted(range(len(self._intents)), key=lambda at: (-float(scores[at]), at))
            self._known[masked] = Guess(
                intents=tuple((self._intents[at], round(float(scores[at]), 4)) for at in order[:5])
            )
        return self._known[masked]

    def put_right(self, word: str) -> str:
        """The nearest word of the examples to one that is misspelt; a word that the embedding model knows is left alone."""
        try:
            return word if self._embedder is None or self._embedder.knows(word) else _nearest(word)
        except EmbeddingUnavailable:
            return word

    def _scores(self, masked: str) -> _FLOATS:
        try:
            if self._weights is None:
                self._load()
            assert self._weights is not None
            scores: _FLOATS = features([masked], self._embedder)[0] @ self._weights
        except EmbeddingUnavailable as error:
            log.warning("questions are understood by words only: %s", error)
            self._embedder = None
            self._load()
            return self._scores(masked)
        return scores

    def _load(self) -> None:
        file = read_weights()
        if self._embedder is None:
            self._intents, self._weights = file.intents, file.by_words
        elif file.model_id == self._embedder.model_id:
            self._intents, self._weights = file.intents, file.by_meaning
        else:
            # Another embedding model is configured: its own weights, from the same examples, once in this process.
            self._intents, self._weights = fit(examples(), self._embedder)


_MEANINGS: WeakKeyDictionary[Embedder, Meaning] = WeakKeyDictionary()


@lru_cache(maxsize=1)
def by_words() -> Meaning:
    """The `Meaning` that needs no embedding model."""
    return Meaning()


def meaning_of(embedder: Embedder) -> Meaning:
    """The one `Meaning` over an embedder."""
    if embedder not in _MEANINGS:
        _MEANINGS[embedder] = Meaning(embedder)
    return _MEANINGS[embedder]


def features(masked: Sequence[str], embedder: Embedder | None) -> _FLOATS:
    """One row a question: the embedding of its sentence (none without a model), its words and pairs of words, its signs and pairs
    of signs."""
    spoken = [_PLACE.sub(lambda match: _STANDS_FOR[match[1]], text) for text in masked]
    dense = embedder.embed(spoken) if embedder else np.zeros((len(masked), 0), dtype=np.float32)
    sparse = np.zeros((len(masked), WORD_FEATURES), dtype=np.float32)
    for row, text in enumerate(masked):
        for at in _hashed(text):
            sparse[row, at] += 1.0
    signs = [_signs(text) for text in masked]
    single = np.zeros((len(masked), len(cues())), dtype=np.float32)
    pairs = np.zeros((len(masked), CUE_PAIRS), dtype=np.float32)
    for row, found in enumerate(signs):
        single[row, found] = 1.0
        for one, other in combinations(found, 2):
            pairs[row, zlib.crc32(b"%d %d" % (one, other)) % CUE_PAIRS] = 1.0
    bias = np.ones((len(masked), 1), dtype=np.float32)
    parts = [
        EMBEDDING_SHARE * dense,
        WORD_SHARE * _of_one_length(sparse),
        CUE_SHARE * _of_one_length(single),
        PAIR_SHARE * _of_one_length(pairs),
        bias,
    ]
    return np.hstack(parts).astype(np.float32)


def _of_one_length(rows: _FLOATS) -> _FLOATS:
    shortened: _FLOATS = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)).astype(
        np.float32
    )
    return shortened


def _signs(text: str) -> list[int]:
    return [at for at, pattern in enumerate(cues()) if pattern.search(text)]


def fit(by_intent: Mapping[str, Sequence[str]], embedder: Embedder | None) -> tuple[tuple[str, ...], _FLOATS]:
    """Intents and weights, shape (features, intents); ridge regression in closed form."""
    intents = tuple(by_intent)
    masked, wanted = rows_of(by_intent)
    x = features(masked, embedder).astype(np.float64)
    y = np.zeros((len(masked), len(intents)))
    for row, intent in enumerate(wanted):
        y[row, intents.index(intent)] = 1.0
    # A rare intent's examples count as much as a frequent one's, within reason.
    counts = y.sum(axis=0)
    weigh = np.sqrt(counts.mean() / counts)[[intents.index(intent) for intent in wanted]]
    gram = (x * weigh[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
    weights: _FLOATS = np.linalg.solve(gram, (x * weigh[:, None]).T @ y).astype(np.float32)
    return intents, weights


def rows_of(by_intent: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """All examples with their intents: as they are, with a product taken for a name (which is how both look in small letters), and
    with words around them as people begin and end a question."""
    masked: list[str] = []
    wanted: list[str] = []
    openers, closers = words().openers, words().closers
    for intent, lines in by_intent.items():
        for at, line in enumerate(lines):
            texts = [line, line.replace("<product>", "<name>")]
            if intent not in {"small_talk", "unclear"}:
                polite = f"{openers[at % len(openers)]} {line}"
                texts.append(
                    polite if at % 3 == 0 else f"{line} {closers[at % len(closers)]}" if at % 3 == 1 else line
                )
            for text in dict.fromkeys(texts):
                masked.append(text)
                wanted.append(intent)
    return masked, wanted


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What `training` wrote."""

    intents: tuple[str, ...]
    by_meaning: _FLOATS
    """Shape (features, intents), for the embedding model `model_id`."""
    by_words: _FLOATS
    """The same without an embedding."""
    model_id: str
    fitted_to: str
    """`words.fingerprint` of the examples they were fitted to."""


@lru_cache(maxsize=1)
def read_weights() -> Weights:
    """The weights that come with the package."""
    raw = resources.files(__package__).joinpath(WEIGHTS).read_bytes()
    with np.load(BytesIO(raw), allow_pickle=False) as file:
        return Weights(
            intents=tuple(str(one) for one in file["intents"]),
            by_meaning=file["by_meaning"].astype(np.float32),
            by_words=file["by_words"].astype(np.float32),
            model_id=str(file["model_id"]),
            fitted_to=str(file["fitted_to"]),
        )


def _hashed(text: str) -> list[int]:
    found = re.findall(r"<\w+>|[a-z0-9']+", text)
    pairs = [f"{one} {other}" for one, other in zip(["^", *found], [*found, "$"], strict=True)]
    return [zlib.crc32(each.encode()) % WORD_FEATURES for each in [*found, *pairs]]


@lru_cache(maxsize=2000)
def _nearest(word: str) -> str:
    """The nearest word of the examples, one slip away; two slips away it may as well be a name."""
    most = 1
    best = min(
        (
            (OSA.distance(word, known, score_cutoff=most), known)
            for known in sorted(vocabulary())
            if len(known) > 2
        ),
        default=(most + 1, word),
    )
    return best[1] if best[0] <= most else word
