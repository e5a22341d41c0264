"""What hears questions by the embedding model's own upper layers: the same layers as the model's, packed small, fitted by torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from copilot.models.playbook import tuning
from copilot.models.playbook.layers import (
    FLOATS,
    HEADS,
    NORMS,
    STEPS,
    Linear,
    Listener,
    layer_of,
    packed,
    unpacked,
)
from copilot.models.playbook.meaning import Meaning, read_weights, together
from copilot.models.playbook.network import chances
from retrieval.errors import EmbeddingUnavailable
from retrieval.minilm_embedder import MiniLmEmbedder
from retrieval.sentence_transformers_export import upper_layers

WIDTH = 2 * HEADS


@pytest.fixture(scope="module")
def embedder(request: pytest.FixtureRequest) -> MiniLmEmbedder:
    folder = Path(request.config.cache.mkdir("copilot-data"))  # type: ignore[union-attr]
    made = MiniLmEmbedder(folder)
    made.prepare()
    return made


def test_with_the_models_own_weights_it_gives_the_models_own_vectors(embedder: MiniLmEmbedder) -> None:
    """Two who compute the same by different means: ONNX Runtime from end to end, and numpy from the middle on."""
    texts = ["Why is S00042 late?", "late", "Partial shipments need the customer's consent. " * 6]
    layers = [layer_of(weights) for weights in upper_layers(embedder.folder)]
    assert len(layers) == 3
    for text, x in zip(texts, embedder.with_halfway(texts)[1], strict=True):
        for layer in layers:
            x = layer(x)
        mean = x.mean(axis=0)
        assert np.allclose(mean / np.linalg.norm(mean), embedder.embed([text])[0], atol=3e-4)


def _untaught(seed: int) -> dict[str, FLOATS]:
    chance = np.random.default_rng(seed)
    shapes = {"wide": (4 * WIDTH, WIDTH), "narrow": (WIDTH, 4 * WIDTH)}
    made: dict[str, FLOATS] = {}
    for ours, berts in STEPS.items():
        shape = shapes.get(ours, (WIDTH, WIDTH))
        made[f"{berts}.weight"] = (
            np.ones(WIDTH, dtype=np.float32)
            if ours in NORMS
            else (chance.standard_normal(shape) * 0.2).astype(np.float32)
        )
        made[f"{berts}.bias"] = np.zeros(WIDTH if ours in NORMS else shape[0], dtype=np.float32)
    return made


def _rows(seed: int, count: int) -> tuple[list[FLOATS], FLOATS]:
    """Which of two signs comes first, among other tokens: the mean of a text does not tell it."""
    chance = np.random.default_rng(seed)
    texts, y = [], np.zeros((count, 2), dtype=np.float32)
    for row in range(count):
        x = (chance.standard_normal((int(chance.integers(3, 9)), WIDTH)) * 0.1).astype(np.float32)
        x[:, 4:6] = 0.0
        first = int(chance.integers(0, 2))
        x[1, 4 + first] = 3.0
        x[2, 5 - first] = 3.0
        x[:, 0] = np.arange(len(x)) * 0.5  # where a token stands
        texts.append(x)
        y[row, first] = 1.0
    return texts, y


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small task learns by larger steps."""
    monkeypatch.setattr(tuning, "PACE", 3e-3)
    monkeypatch.setattr(tuning, "WARMING", 10)
    monkeypatch.setattr(tuning, "ROUNDS", 12)


@pytest.mark.usefixtures("hurried")
def test_it_learns_in_which_order_words_stand() -> None:
    texts, y = _rows(1, 900)
    made = tuning.tune(texts, y, np.ones(len(y), dtype=np.float32), [_untaught(3)])
    texts, y = _rows(2, 300)
    right = (made.scores(texts).argmax(axis=1) == y.argmax(axis=1)).mean()
    assert right > 0.95
    alone = Listener(layers=(), told=Linear(weight=made.told.weight, bias=made.told.bias))
    assert (alone.scores(texts).argmax(axis=1) == y.argmax(axis=1)).mean() < 0.8, (
        "the layers are needed for it"
    )


@pytest.mark.usefixtures("hurried")
def test_the_same_rows_give_the_same_layers_and_a_row_counts_as_it_weighs() -> None:
    texts = [np.ones((3, WIDTH), dtype=np.float32)] * 200
    y = np.zeros((200, 2), dtype=np.float32)
    y[:100, 0] = y[100:, 1] = 1.0
    weigh = np.where(np.arange(200) < 100, 1.0, 9.0).astype(np.float32)
    first, second = (tuning.tune(texts, y, weigh, [_untaught(3)]) for _ in range(2))
    assert np.array_equal(first.scores(texts[:1]), second.scores(texts[:1]))
    assert chances(first.scores(texts[:1]))[0, 1] == pytest.approx(0.9, abs=0.1)


def test_packed_small_it_says_nearly_the_same() -> None:
    texts, _ = _rows(4, 50)
    chance = np.random.default_rng(5)
    listener = Listener(
        layers=(layer_of(_untaught(1)), layer_of(_untaught(2))),
        told=Linear(
            weight=chance.standard_normal((2 * WIDTH, 7)).astype(np.float32),
            bias=np.ones(7, dtype=np.float32),
        ),
    )
    written = packed(listener)
    assert {one.dtype.itemsize for name, one in written.items() if name.endswith("whole")} == {1}
    before, after = listener.scores(texts), unpacked(written).scores(texts)
    assert np.abs(before - after).max() < 0.05 * np.abs(before).max()
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() > 0.95


def test_the_packaged_one_fits_the_model_and_the_labels(embedder: MiniLmEmbedder) -> None:
    file = read_weights()
    scores = file.listener.scores(embedder.with_halfway(["why is this order late", "thanks a lot"])[1])
    assert scores.shape == (2, len(file.intents))
    assert [file.intents[at] for at in scores.argmax(axis=1)] == ["why_late", "small_talk"]


def test_where_two_who_listen_differ_neither_is_sure() -> None:
    one = np.array([[4.0, 0.0, 0.0]], dtype=np.float32)
    other = np.array([[0.0, 4.0, 0.0]], dtype=np.float32)
    assert chances(together(one, one)).max() == pytest.approx(chances(one).max(), abs=1e-4)
    assert chances(together(one, other)).max() < 0.55


class _Silent:
    """Says nothing of its layers, as an export of before does."""

    def __init__(self, embedder: MiniLmEmbedder) -> None:
        self.model_id, self.dimensions = embedder.model_id, embedder.dimensions
        self.embed: Callable[[list[str]], FLOATS] = embedder.embed
        self.knows = embedder.knows

    def with_halfway(self, texts: list[str]) -> tuple[FLOATS, list[FLOATS]]:
        raise EmbeddingUnavailable("exported without")


def test_an_export_that_says_nothing_of_its_layers_leaves_the_networks(
    embedder: MiniLmEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    meaning = Meaning(_Silent(embedder))
    assert meaning.guess(["why is <order> late"]).best == "why_late"
    assert meaning.guess(["thanks a lot"]).best == "small_talk"
    assert caplog.text.count("by the networks alone") == 1
