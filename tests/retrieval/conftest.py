"""The real embedding model, exported once per checkout and kept in pytest's cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.minilm_embedder import MiniLmEmbedder


@pytest.fixture(scope="session")
def model_dir(request: pytest.FixtureRequest) -> Path:
    """A data folder that holds the exported model."""
    folder = Path(request.config.cache.mkdir("copilot-data"))  # type: ignore[union-attr]
    MiniLmEmbedder(folder).prepare()
    return folder
