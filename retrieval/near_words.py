"""Words of the documents that mean nearly the same as words of a question, told by the embedding model itself.

"Van" stands in no procedure, "truck" does. The model knows single words well, much better than it knows which passage answers
a question in everyday words. So the words of all passages are embedded when documents are put in, and a question's words are
compared with them. What is near counts as the word itself does, a little less.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.sparse import STOP_WORDS, stem, words

Near = Mapping[str, Mapping[str, float]]
"""Term of a question -> terms of the documents that are near it, with their cosines."""

_NEAR = 0.5
"""Cosine from which on two words are near."""
_FEW = 12
"""Near words of one word at most."""
_SHORTEST = 3
_MOST_WORDS = 20_000
"""Words of the documents that are known, the most used first: they take 30 MB."""
_KEPT = 4096
"""Words of questions whose near words are remembered."""
_AT_ONCE = 512


class NearWords:
    """The words of one text store in the space of one embedding model. May be called from several threads."""

    def __init__(self, store: DocumentStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._lock = threading.Lock()
        self._made_for: tuple[str, str] = ("", "")
        self._stems: list[str] = []
        self._places: dict[str, int] = {}
        self._vectors: npt.NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._remembered: dict[str, dict[str, float]] = {}

    def learn(self) -> int:
        """Embed words that documents have brought; returns how many. For whoever puts documents in.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        vocabulary = self._vocabulary()
        known = self._store.vectors(self._kept_as(), [_key(word) for word in vocabulary])
        missing = [word for word in vocabulary if _key(word) not in known]
        for at in range(0, len(missing), _AT_ONCE):
            some = missing[at : at + _AT_ONCE]
            self._store.keep_vectors(
                self._kept_as(),
                dict(zip(map(_key, some), self._embedder.embed(some), strict=True)),
            )
        if missing:
            self._store.words_learned(_fingerprint(vocabulary))
        return len(missing)

    def of(self, question: str) -> dict[str, dict[str, float]]:
        """Near terms of the question's words, by stem; empty when no words were learned.

        Args:
            question: In search form.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        asked = dict.fromkeys(word for word in words(question.lower()) if _tells(word))
        with self._lock:
            self._bring_up_to_date()
            if not self._stems:
                return {}
            new = [word for word in asked if word not in self._remembered]
            if new:
                if len(self._remembered) + len(new) > _KEPT:
                    self._remembered.clear()
                    new = list(asked)
                vectors = self._vectors_of(new)
                if (
                    vectors.shape[1] != self._vectors.shape[1]
                ):  # the model was changed a moment ago; the search starts over
                    return {}
                for word, row in zip(new, vectors @ self._vectors.T, strict=True):
                    self._remembered[word] = self._nearest(word, row)
            found: dict[str, dict[str, float]] = {}
            for word in asked:
                near = found.setdefault(stem(word), {})
                for other, cosine in self._remembered[word].items():
                    near[other] = max(cosine, near.get(other, 0.0))
        return found

    def _vectors_of(self, asked: list[str]) -> npt.NDArray[np.float32]:
        """Most words of a question stand in some document and have their vectors; the others are embedded."""
        unknown = [word for word in asked if word not in self._places]
        if not unknown:
            return self._vectors[[self._places[word] for word in asked]]
        embedded = self._embedder.embed(unknown)
        if embedded.shape[1] != self._vectors.shape[1]:
            return embedded  # of another model: nothing to be compared with
        place = {word: at for at, word in enumerate(unknown)}
        return np.stack(
            [embedded[place[word]] if word in place else self._vectors[self._places[word]] for word in asked]
        )

    def _nearest(self, word: str, cosines: npt.NDArray[np.float32]) -> dict[str, float]:
        own = stem(word)
        near: dict[str, float] = {}
        few = np.flatnonzero(cosines >= _NEAR)  # of 20,000 words some dozen
        for at in few[np.argsort(-cosines[few], kind="stable")][:_FEW]:
            if self._stems[at] != own:
                near.setdefault(self._stems[at], float(cosines[at]))
        return near

    def _bring_up_to_date(self) -> None:
        state = (self._kept_as(), self._store.words_known())
        if state == self._made_for:
            return
        vocabulary = self._vocabulary()
        vectors = self._store.vectors(state[0], [_key(word) for word in vocabulary])
        held = [word for word in vocabulary if _key(word) in vectors]
        self._stems = [stem(word) for word in held]
        self._places = {word: at for at, word in enumerate(held)}
        if held:
            self._vectors = np.stack([vectors[_key(word)] for word in held])
        self._remembered.clear()
        self._made_for = state

    def _kept_as(self) -> str:
        return f"{DocumentStore.ASIDE}words/{self._embedder.model_id}"

    def _vocabulary(self) -> list[str]:
        return [word for word in self._store.vocabulary(_MOST_WORDS * 2) if _tells(word)][:_MOST_WORDS]


def _tells(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isascii() and word.isalpha() and word not in STOP_WORDS


_digest = partial(hashlib.blake2b, digest_size=16)


def _key(word: str) -> bytes:
    return _digest(word.encode()).digest()


def _fingerprint(vocabulary: list[str]) -> str:
    return _digest(" ".join(sorted(vocabulary)).encode()).hexdigest()
