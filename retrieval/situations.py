"""Situations of a distributor's day: the reviewed table behind questions in everyday words.

People say that the truck left without their pallets; the procedure speaks of a missed dispatch. A small embedding model knows
little of that. So a question is compared with how people speak of some seventy situations, and, where one fits, the vector it is
searched with leans towards how rules about that situation read. The table is about the trade in general: nothing in it comes
from a document of ours, and no word of it is ever shown or quoted.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from retrieval.aside import AsideTexts
from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.knowledge_base import DenseVector
from retrieval.tables import read_table

_MOST = 2
"""Situations that a question leans towards at most."""
_HARDLY = 0.35
"""Cosine below which a question has nothing to do with a situation."""
_PLAINLY = 0.6
"""Cosine from which on it is that situation."""
_LEAN = 0.5
"""Weight of how the rules read next to the question's own vector, when a situation fits plainly."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One situation."""

    name: str
    asks: tuple[str, ...]
    """How people at the desk may speak of it."""
    rules: tuple[str, ...]
    """How written rules about it may read."""


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What situations make of a question."""

    vector: DenseVector
    """To search with: the question's own, leaning towards the rules; of length 1."""
    fit: float
    """How plainly the question is about one of the situations, 0..1."""


@lru_cache(maxsize=1)
def situations() -> tuple[Situation, ...]:
    """The table (situations.yaml)."""
    table = read_table("situations.yaml")
    return tuple(
        Situation(name=each["name"], asks=tuple(each["asks"]), rules=tuple(each["rules"]))
        for each in table["situations"]
    )


class SituationBook:
    """The table in the space of one embedding model; embedded when documents are put in, else at the first question (a second)."""

    def __init__(self, store: DocumentStore, embedder: Embedder) -> None:
        self._embedder = embedder
        self._texts = AsideTexts(store, embedder, name="situations")
        self._lock = threading.Lock()
        self._known: (
            tuple[str, npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.float32]] | None
        ) = None

    def meant(self, question: DenseVector) -> Meant:
        """The question's vector, leaning towards the rules of the situations it is about.

        Raises:
            EmbeddingUnavailable: the table cannot be embedded.
        """
        asks, starts, rules = self._vectors()
        if asks.shape[1] != question.shape[0]:  # the model was changed a moment ago; the search starts over
            return Meant(vector=question, fit=0.0)
        near = np.maximum.reduceat(asks @ question, starts)
        best = np.argsort(-near, kind="stable")[:_MOST]
        strengths = np.clip((near[best] - _HARDLY) / (_PLAINLY - _HARDLY), 0.0, 1.0)
        leaning = question + _LEAN * (strengths @ rules[best])
        return Meant(vector=leaning / np.linalg.norm(leaning), fit=float(strengths[0]))

    def learn(self) -> None:
        """Embed the table unless that was done. For whoever puts documents in.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        self._texts.learn([text for each in situations() for text in (*each.asks, *each.rules)])

    def _vectors(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        model_id = self._embedder.model_id
        with self._lock:
            if self._known is None or self._known[0] != model_id:
                table = situations()
                asks = self._texts.vectors([ask for each in table for ask in each.asks])
                starts = np.cumsum([0, *(len(each.asks) for each in table[:-1])])
                written = self._texts.vectors([rule for each in table for rule in each.rules])
                ends = np.cumsum([len(each.rules) for each in table])[:-1]
                middles = np.stack([part.mean(axis=0) for part in np.split(written, ends)])
                middles /= np.linalg.norm(middles, axis=1, keepdims=True)
                self._known = (model_id, asks, starts, middles)
            return self._known[1:]
