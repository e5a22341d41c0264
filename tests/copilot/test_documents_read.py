"""What a brain is told about a passage that another one led to."""

from __future__ import annotations

from copilot.reads.documents import _passage_json
from retrieval.passage import Passage, ScoredPassage
from retrieval.testing import make_document


def scored(number: int, referred_by: str = "") -> ScoredPassage:
    passage = Passage(passage_id=f"acme#{number}", document_id="acme", text="Half of it.", start=0, end=11)
    return ScoredPassage(
        passage=passage, document=make_document("acme", "Half of it."), score=0.5, referred_by=referred_by
    )


def test_a_passage_says_by_its_evidence_id_which_other_referred_to_it() -> None:
    ids = {"acme#1": "K1", "acme#7": "K2"}
    assert _passage_json(ids, scored(7, "acme#1"))["referred_to_by"] == "K1"
    assert "referred_to_by" not in _passage_json(ids, scored(1))


def test_a_passage_whose_better_one_was_cut_off_says_nothing_of_it() -> None:
    assert "referred_to_by" not in _passage_json({"acme#7": "K1"}, scored(7, "acme#1"))
