"""Re-ranking: through the port, with a real (untrained) cross-encoder, and when it fails."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.errors import EmbeddingModelMissing, EmbeddingUnavailable
from retrieval.request import SearchRequest
from retrieval.reranker import PAIRS, CrossEncoderReranker
from retrieval.search import Library
from retrieval.testing import everyone, make_document, make_library

TEXTS = {
    make_document(
        f"rule-{number}", f"split {number}"
    ): f"Partial shipments are split with consent, rule {number}."
    for number in range(PAIRS + 5)
}


class ByNumber:
    """Prefers the rule with the highest number."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[int] = []
        self.error = error

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked.append(len(passages))
        if self.error:
            raise self.error
        return [float(each.rstrip(".").rpartition(" ")[2]) for each in passages]


def with_reranker(folder: Path, reranker: object) -> Library:
    library = make_library(folder, TEXTS)
    library._reranker = reranker  # type: ignore[assignment]  # the double stands where the model would
    return library


def test_the_model_decides_the_order_of_the_first_and_nothing_else(tmp_path: Path) -> None:
    plain = make_library(tmp_path / "plain", TEXTS)
    model = ByNumber()
    ranked = with_reranker(tmp_path / "ranked", model)
    request = SearchRequest(text="partial shipments consent", reader=everyone(), top=PAIRS + 5)
    before = [hit.document.document_id for hit in plain.search(request).passages]
    result = ranked.search(request)
    after = [hit.document.document_id for hit in result.passages]
    numbers = [int(each.rpartition("-")[2]) for each in after[:PAIRS]]
    assert model.asked == [PAIRS]
    assert numbers == sorted(numbers, reverse=True)
    assert set(after[:PAIRS]) == set(before[:PAIRS])
    assert after[PAIRS:] == before[PAIRS:]
    scores = [hit.score for hit in result.passages]
    assert scores == sorted(scores, reverse=True)
    plain.close()
    ranked.close()


def test_a_model_that_fails_leaves_the_order_and_is_told(tmp_path: Path) -> None:
    library = with_reranker(tmp_path, ByNumber(EmbeddingUnavailable("no memory")))
    result = library.search(SearchRequest(text="partial shipments consent", reader=everyone()))
    assert result.passages
    assert any("not re-ranked" in each for each in result.degraded)
    library.close()


def test_a_folder_without_a_model_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelMissing, match="COPILOT_RERANK_MODEL"):
        CrossEncoderReranker(str(tmp_path))


def test_a_real_cross_encoder_reads_pairs_from_a_local_folder(tmp_path: Path) -> None:
    """A tiny one with random weights: what it says is worthless, but it is the real thing, and always says the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries of the model announce deprecations of their own
        from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

        words = [
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            "split",
            "consent",
            "salmon",
            "warm",
            "is",
            "?",
        ]
        (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
        BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
        BertForSequenceClassification(
            BertConfig(
                vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                intermediate_size=16, num_labels=1,
            )
        ).save_pretrained(tmp_path)  # fmt: skip
        model = CrossEncoderReranker(str(tmp_path))
        first = model.scores("split consent ?", ["split is consent", "salmon is warm"])
        again = model.scores("split consent ?", ["split is consent", "salmon is warm"])
    assert len(first) == 2
    assert first == pytest.approx(again)
    assert model.scores("anything", []) == []


def test_a_broken_model_folder_is_an_outage_with_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(EmbeddingUnavailable, match="COPILOT_RERANK_MODEL"):
            CrossEncoderReranker(str(tmp_path)).scores("a", ["b"])
