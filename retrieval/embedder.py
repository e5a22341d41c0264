"""The port to an embedding model: text in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


class Embedder(Protocol):
    """Turns text into vectors. May be called from several threads."""

    @property
    def model_id(self) -> str:
        """Name, weights and precision, e.g. ``all-MiniLM-L6-v2@53aa51172d14/fp32``; vectors of two ids never mix."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions). Text past the model's own limit is not read.

        Raises:
            EmbeddingUnavailable: the model cannot be loaded.
        """
        ...

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is one of the model's own: then it is no misspelling."""
        ...


@runtime_checkable
class LayeredEmbedder(Embedder, Protocol):
    """One that lets others put layers of their own on its lower half."""

    def with_halfway(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        """As `embed`, and what the lower half of its layers makes of each text, shape (tokens, width) each.

        Raises:
            EmbeddingUnavailable: the model cannot be loaded, or keeps this to itself.
        """
        ...
