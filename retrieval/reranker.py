"""Re-ranking by a cross-encoder, for people who have one: it reads question and passage together. Off by default.

Twenty pairs cost a small model about 0.6 s on two cores, so it suits a machine with more of them, or a GPU.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from retrieval.errors import EmbeddingModelMissing, EmbeddingUnavailable

PAIRS = 20
"""Best passages that are read again."""


class Reranker(Protocol):
    """Tells how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score per passage; higher is better, comparable within one call.

        Raises:
            EmbeddingUnavailable: it cannot run; the order stays as it was.
        """
        ...


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder from a local folder, loaded at first use. May be called from several threads.

    Raises:
        EmbeddingModelMissing: the folder holds no model.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder).expanduser()
        if not (self._folder / "config.json").is_file():
            raise EmbeddingModelMissing(
                f"COPILOT_RERANK_MODEL is {folder!r}, which is not a folder with a cross-encoder (no config.json). "
                "Name such a folder, or leave the setting empty."
            )
        self._model: Any = None
        self._lock = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        try:
            with self._lock:
                if self._model is None:
                    from retrieval.sentence_transformers_export import load_cross_encoder

                    self._model = load_cross_encoder(self._folder)
                found = self._model.predict(
                    [(question, each) for each in passages], show_progress_bar=False, convert_to_numpy=True
                )
            return [float(each) for each in found]
        except (ImportError, OSError, RuntimeError, ValueError, TypeError) as error:
            raise EmbeddingUnavailable(
                f"The re-ranking model in {self._folder.name!r} does not run ({type(error).__name__}). "
                "Check COPILOT_RERANK_MODEL, or leave it empty."
            ) from error
