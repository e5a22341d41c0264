"""Fits the playbook's sense of meaning to its examples and writes the weights: `python -m copilot.models.playbook.training`.

To be run after a change of examples.yaml; a test fails until it was.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from copilot.models.playbook.meaning import WEIGHTS, fit
from copilot.models.playbook.words import examples, fingerprint
from retrieval.minilm_embedder import MiniLmEmbedder


def write_weights(embedder: MiniLmEmbedder, to: Path) -> None:
    """Fit and write; half precision is enough and keeps the file small."""
    intents, by_meaning = fit(examples(), embedder)
    _, by_words = fit(examples(), None)
    with to.open("wb") as file:
        np.savez_compressed(
            file,
            intents=np.array(intents),
            by_meaning=by_meaning.astype(np.float16),
            by_words=by_words.astype(np.float16),
            model_id=np.array(embedder.model_id),
            fitted_to=np.array(fingerprint()),
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        model = MiniLmEmbedder(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder))
        model.prepare()
        write_weights(model, Path(__file__).with_name(WEIGHTS))
