"""The small network of the playbook: it learns what can be learned, the same each time, and counts rows as it is told."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.models.playbook import meaning
from copilot.models.playbook.features import features
from copilot.models.playbook.fitting import MEMBERS
from copilot.models.playbook.meaning import Meaning, read_weights
from copilot.models.playbook.network import FLOATS, Networks, chances, learn
from retrieval.errors import EmbeddingUnavailable


def _rows(seed: int, count: int = 400) -> tuple[FLOATS, FLOATS]:
    """Which of two signs differ: no straight line tells it."""
    chance = np.random.default_rng(seed)
    signs = chance.integers(0, 2, (count, 2))
    x = np.hstack([signs, chance.standard_normal((count, 3)) * 0.1]).astype(np.float32)
    y = np.zeros((count, 2), dtype=np.float32)
    y[np.arange(count), signs[:, 0] ^ signs[:, 1]] = 1.0
    return x, y


def test_it_learns_what_a_straight_line_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.models.playbook.network.UNSEEN_FEATURES", 0.0)
    x, y = _rows(1)
    made = learn(x, y, np.ones(len(x), dtype=np.float32), hidden=32, rounds=150)
    x, y = _rows(2)
    assert (made.scores(x).argmax(axis=1) == y.argmax(axis=1)).mean() > 0.97


def test_the_same_rows_give_the_same_weights() -> None:
    x, y = _rows(1)
    ones = np.ones(len(x), dtype=np.float32)
    first, second = learn(x, y, ones, hidden=8, rounds=2), learn(x, y, ones, hidden=8, rounds=2)
    assert np.array_equal(first.inner, second.inner)
    assert np.array_equal(first.outer, second.outer)


def test_a_row_counts_as_much_as_it_weighs() -> None:
    """Two labels for the same row: the heavier one wins."""
    x = np.ones((200, 1), dtype=np.float32)
    y = np.zeros((200, 2), dtype=np.float32)
    y[:100, 0] = y[100:, 1] = 1.0
    weigh = np.where(np.arange(200) < 100, 1.0, 9.0).astype(np.float32)
    made = learn(x, y, weigh, hidden=8, rounds=300)
    assert chances(made.scores(x[:1]))[0, 1] == pytest.approx(0.9, abs=0.08)


def test_the_weights_fit_the_features() -> None:
    file = read_weights()
    assert len(file.by_meaning.members) == MEMBERS
    for networks, width in (
        (file.by_words, features(["why is <order> late"], None).shape[1]),
        (file.by_meaning, features(["why is <order> late"], None).shape[1] + 384),
    ):
        for network in networks.members:
            assert network.inner.shape[0] == width
            assert network.outer.shape[1] == len(file.intents)


def test_several_say_what_they_say_in_the_mean() -> None:
    x, y = _rows(1)
    ones = np.ones(len(x), dtype=np.float32)
    first, second = (learn(x, y, ones, hidden=8, rounds=2, beginning=one) for one in (0, 1))
    assert not np.array_equal(first.inner, second.inner)
    both = Networks(members=(first, second)).scores(x)
    assert np.allclose(both, (first.scores(x) + second.scores(x)) / 2, atol=1e-5)


class _OfAnotherModel:
    model_id = "another-model"
    dimensions = 3

    def embed(self, texts: list[str]) -> FLOATS:
        raise AssertionError("the weights were not fitted to it")

    def knows(self, word: str) -> bool:
        return True


class _Broken(_OfAnotherModel):
    @property
    def model_id(self) -> str:  # type: ignore[override]
        raise EmbeddingUnavailable("no model there")


@pytest.mark.parametrize("embedder", [_OfAnotherModel(), _Broken()])
def test_with_another_embedding_model_or_none_words_carry(
    embedder: object, caplog: pytest.LogCaptureFixture
) -> None:
    guess = Meaning(embedder).guess(["why is <order> late"])  # type: ignore[arg-type]
    assert guess.best == "why_late"
    assert guess == meaning.by_words().guess(["why is <order> late"])
    assert "by words only" in caplog.text
