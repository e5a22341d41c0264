"""How well the rules read contracts: the demo company's, clauses that were written before the rules, and clauses written after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_ingest.extracted import Extracted
from knowledge_ingest.limits import ReadingProcess
from knowledge_ingest.terms.extract import extract
from knowledge_ingest.terms.testing import Label, Score, load_clauses, load_documents
from retrieval.term_values import parse_value
from retrieval.terms import DocumentTerms

DATA = Path(__file__).parent / "terms_data"
CONTRACTS = Path(__file__).resolve().parents[2] / "knowledge_ingest/demo/documents/contracts"
AMENDMENT, AMENDED = "im-2026-008-amendment-1.pdf", "im-2026-008.pdf"


@pytest.fixture(scope="module")
def texts(reading: ReadingProcess) -> dict[str, Extracted]:
    return {
        name: reading.read((CONTRACTS / name).read_bytes(), Path(name).suffix)
        for name in load_documents(DATA / "demo.yaml")
    }


@pytest.fixture(scope="module")
def found(texts: dict[str, Extracted]) -> dict[str, DocumentTerms]:
    return {
        name: extract(
            text.text,
            document_id=name,
            start=text.body_start,
            defined_by=texts[AMENDED].text if name == AMENDMENT else "",
        )
        for name, text in texts.items()
    }


def _report(score: Score) -> str:
    return "\n".join(score.details)


def test_every_contract_of_the_demo_is_labelled() -> None:
    assert set(load_documents(DATA / "demo.yaml")) == {path.name for path in CONTRACTS.iterdir()}


def test_the_demo_contracts_are_read_rightly(found: dict[str, DocumentTerms]) -> None:
    score = Score()
    for name, labels in load_documents(DATA / "demo.yaml").items():
        score.compare(name, found[name].terms, labels)
    assert sum(score.right.values()) >= 200
    assert score.precision() >= 0.97, _report(score)
    assert score.recall() >= 0.9, _report(score)
    for kind in {*score.right, *score.missed}:
        assert score.recall(kind) >= 0.75, (kind, _report(score))


@pytest.mark.parametrize(
    "file",
    [
        "held_out.yaml",
        "later.yaml",
        "fresh.yaml",
        "wider.yaml",
        "shelf_life.yaml",
        "drafting.yaml",
        "routing.yaml",
        "routing_held_out.yaml",
    ],
)
def test_clauses_in_other_words_are_read_rightly(file: str) -> None:
    score = Score()
    for name, text, labels in load_clauses(DATA / file):
        score.compare(name, extract(text, document_id=name).terms, labels)
    assert score.precision() >= 0.97, _report(score)
    assert score.recall() >= 0.9, _report(score)


def test_unusual_wording_is_missed_rather_than_misread() -> None:
    score = Score()
    for name, text, labels in load_clauses(DATA / "unusual.yaml"):
        score.compare(name, extract(text, document_id=name).terms, labels)
    assert score.precision() >= 0.97, _report(score)
    assert score.recall() >= 0.9, _report(score)


def test_clauses_that_nobody_tuned_the_rules_to_are_missed_rather_than_misread() -> None:
    """A floor, not an aim: the rules know many ways of saying things, and miss others. What they do say has to be right."""
    score = Score()
    for name, text, labels in load_clauses(DATA / "unseen.yaml"):
        score.compare(name, extract(text, document_id=name).terms, labels)
    assert score.precision() >= 0.95, _report(score)
    assert score.recall() >= 0.5, _report(score)


def _spans(found: DocumentTerms) -> Iterator[tuple[int, int, str]]:
    for term in (*found.terms, *found.gone):
        assert term.proof, term
        for span in (*term.proof, *term.conditions):
            yield span.start, span.end, span.quote


def test_every_quote_stands_where_it_says(
    found: dict[str, DocumentTerms], texts: dict[str, Extracted]
) -> None:
    counted = 0
    for name, terms in found.items():
        for start, end, quote in _spans(terms):
            assert texts[name].text[start:end] == quote
            assert quote.strip()
            counted += 1
    assert counted > 300


def test_the_written_form_of_every_value_can_be_typed_back(found: dict[str, DocumentTerms]) -> None:
    for terms in found.values():
        for term in terms.terms:
            if term.value is not None:
                assert parse_value(term.kind, term.value.text()).text() == term.value.text()


def test_the_scorer_counts_a_wrong_value_as_wrong_and_as_missed() -> None:
    score = Score()
    terms = extract("3.1 The minimum order value is USD 500.", document_id="x").terms
    score.compare("x", terms, [Label(kind="minimum_order", value="USD 800")])
    assert (score.precision(), score.recall()) == (0.0, 0.0)
    assert len(score.details) == 2
