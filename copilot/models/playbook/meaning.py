"""What is asked, by meaning: how likely each intent is, given a question's sentence, words, letters and signs (`features`).

Small networks, `fitting` fits them; `training` writes their weights into a file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO
from weakref import WeakKeyDictionary

import numpy as np

from copilot.models.playbook.features import FLOATS, beside, features, spoken
from copilot.models.playbook.layers import Listener, unpacked
from copilot.models.playbook.network import PARTS, Network, Networks, chances
from copilot.models.playbook.spelling import put_right
from retrieval.embedder import Embedder, LayeredEmbedder
from retrieval.errors import EmbeddingUnavailable

log = logging.getLogger(__name__)

WEIGHTS = "weights.npz"
TEMPERATURE = 1.0
"""What scores are divided by before they are probabilities, so that of questions said to be 80 % sure 80 % are right; measured by
`training --check` on questions that the weights were not fitted to."""


HEARD = 0.5
"""Share of what the embedding model's own layers hear, beside the networks; between 0.3 and 0.7 it makes little difference."""


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The intents a question may have, the likeliest first, with their probabilities."""

    intents: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        return self.intents[0][0]

    @property
    def score(self) -> float:
        """Probability of the best."""
        return self.intents[0][1]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How a whole question sounds, before it is cut."""

    two: float
    """How likely it asks two things, 0 to 1."""
    shares: Mapping[str, float]
    """Intent -> its share in what is asked; of two, each has about a half."""


class Meaning:
    """Weighs a masked question.

    Args:
        embedder: turns text into vectors; it is loaded at the first question. None, one that cannot be loaded, or another model
            than the weights were fitted to: words, letters and signs alone are weighed, with weights of their own.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._networks: Networks | None = None
        self._listener: Listener | None = None
        self._of_two: tuple[Networks, Networks] | None = None
        self._heard: dict[tuple[str, ...], Heard] = {}
        self._intents: tuple[str, ...] = ()
        self._last: tuple[tuple[str, ...], FLOATS, list[FLOATS]] = (
            (),
            np.zeros((0, 0), dtype=np.float32),
            [],
        )
        self._known: dict[tuple[tuple[str, ...], str], Guess] = {}

    def guess(self, readings: Sequence[str], *, before: str = "", boost: float = 1.0) -> Guess:
        """The intents of a question.

        Args:
            readings: the masked question, in each way that its names may be read.
            before: intent of the question before, where this one may go on from it.
            boost: how much likelier that makes the same intent again.
        """
        key = (tuple(readings), f"{before} {boost}")
        if key not in self._known:
            if len(self._known) > 500:
                self._known.clear()
            shares = self._chances(tuple(readings))
            if before in self._intents:
                shares[self._intents.index(before)] *= boost
                shares /= shares.sum()
            order = sorted(range(len(self._intents)), key=lambda at: (-float(shares[at]), at))
            self._known[key] = Guess(
                intents=tuple((self._intents[at], round(float(shares[at]), 4)) for at in order[:5])
            )
        return self._known[key]

    def sounds_like_two(self, readings: Sequence[str]) -> Heard | None:
        """Whether a masked question asks two things; None without an embedding model, when rules have to do.

        Args:
            readings: as in `guess`.
        """
        key = tuple(readings)
        if not key:
            return Heard(two=0.0, shares={})
        if self._networks is None:
            self._chances(key)
        if self._of_two is None:
            return None
        if key not in self._heard:
            if len(self._heard) > 500:
                self._heard.clear()
            rows = self._rows(key)
            whole, two = (_mean(one.scores(rows)) for one in self._of_two)
            shares = {intent: float(share) for intent, share in zip(self._intents, whole, strict=True)}
            self._heard[key] = Heard(two=float(two[1]), shares=shares)
        return self._heard[key]

    def put_right(self, word: str) -> str:
        """The nearest word of the examples to one that is misspelt; a word that the embedding model knows is left alone."""
        return put_right(word, self._embedder)

    def _chances(self, readings: tuple[str, ...]) -> FLOATS:
        try:
            if self._networks is None:
                self._load()
            assert self._networks is not None
            rows, halfway = self._listened_to(readings)
            scores, listener = self._networks.scores(rows), self._listener
            if listener is not None and halfway:
                scores = together(scores, listener.scores(halfway))
            scores = scores / TEMPERATURE
        except EmbeddingUnavailable as error:
            log.warning("questions are understood by words only: %s", error)
            self._embedder = None
            self._load()
            return self._chances(readings)
        return _mean(scores)

    def _rows(self, readings: tuple[str, ...]) -> FLOATS:
        """Features of a question; both questions about it come one after the other, and it is embedded once."""
        return self._listened_to(readings)[0]

    def _listened_to(self, readings: tuple[str, ...]) -> tuple[FLOATS, list[FLOATS]]:
        """Features of a question, and what the lower half of the embedding model's layers says of it, if that is listened to."""
        known, rows, halfway = self._last
        if known != readings:
            halfway = []
            if self._listener is not None and isinstance(self._embedder, LayeredEmbedder):
                try:
                    dense, halfway = self._embedder.with_halfway(spoken(readings))
                    rows = beside(readings, dense)
                except EmbeddingUnavailable as error:
                    log.warning("questions are understood by the networks alone: %s", error)
                    self._listener = None
            if not halfway:
                rows = features(readings, self._embedder)
            self._last = readings, rows, halfway
        return rows, halfway

    def _load(self) -> None:
        file = read_weights()
        self._intents = file.intents
        if self._embedder is not None and file.model_id != self._embedder.model_id:
            log.warning(
                "questions are understood by words only: the playbook was fitted to the embedding model %s, and %s is configured",
                file.model_id,
                self._embedder.model_id,
            )
            self._embedder = None
        self._of_two = None if self._embedder is None else (file.whole, file.two)
        self._listener = None if self._embedder is None else file.listener
        # last: who finds it there takes the others for loaded
        self._networks = file.by_words if self._embedder is None else file.by_meaning


def together(networks: FLOATS, listener: FLOATS) -> FLOATS:
    """Scores of the same questions by the networks and by the listener as one: each learned something else, and where they differ
    neither is sure."""
    one: FLOATS = (1 - HEARD) * np.log(chances(networks) + 1e-9) + HEARD * np.log(chances(listener) + 1e-9)
    return one


def _mean(scores: FLOATS) -> FLOATS:
    """Probabilities from the scores of each reading: between two ways to read a name neither is surer, so their geometric mean."""
    return chances(np.log(chances(scores) + 1e-9).mean(axis=0))


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


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What `training` wrote."""

    intents: tuple[str, ...]
    by_meaning: Networks
    """For the embedding model `model_id`."""
    by_words: Networks
    """The same without an embedding."""
    whole: Networks
    """What is asked in the whole of a question, which may be two things; for the embedding model `model_id`."""
    two: Networks
    """Whether it is one thing or two."""
    listener: Listener
    """What hears a question by the upper layers of the embedding model `model_id`."""
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
            by_meaning=_networks(file, "by_meaning"),
            by_words=_networks(file, "by_words"),
            whole=_networks(file, "whole"),
            two=_networks(file, "two"),
            listener=unpacked(
                {key.removeprefix("listener."): file[key] for key in file if key.startswith("listener.")}
            ),
            model_id=str(file["model_id"]),
            fitted_to=str(file["fitted_to"]),
        )


def _networks(file: Mapping[str, np.ndarray], name: str) -> Networks:
    members = sorted({int(key.split(".")[1]) for key in file if key.startswith(f"{name}.")})
    return Networks(
        members=tuple(
            Network(**{part: file[f"{name}.{at}.{part}"].astype(np.float32) for part in PARTS})
            for at in members
        )
    )
