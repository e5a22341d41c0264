"""A language model may propose; it cannot decide, override, or invent words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from knowledge_ingest.readers import read
from knowledge_ingest.terms.proposing import propose_terms
from knowledge_ingest.terms.refresh import refresh_terms
from retrieval.contract_terms import customer_terms
from retrieval.errors import TermNotFound
from retrieval.passage import Reader
from retrieval.search import Library
from retrieval.term_decisions import confirm_term
from retrieval.terms import Proposal
from retrieval.testing import make_document, stored

COMPLIANCE = Reader(login="carla", roles=frozenset({"compliance"}), companies=frozenset())
TEXT = """\
---
id: c
title: C
type: contract
customer: C-1
---

1.1 The minimum order value is USD 500.

1.2 Goods leave us whole, always.
"""


class Says:
    name = "some-model"

    def __init__(self, *proposals: Proposal) -> None:
        self._proposals = proposals
        self.kinds: Sequence[str] = ()
        self.text = ""

    def propose(self, text: str, kinds: Sequence[str]) -> tuple[Proposal, ...]:
        self.text, self.kinds = text, kinds
        return self._proposals


@pytest.fixture
def shelf(library: Library) -> Library:
    extracted = read(TEXT.encode(), ".md")
    document = make_document("c", extracted.text, type="contract", customer="C-1")
    described, _ = stored(document, extracted.text)
    library.store.replace(replace(described, body_start=extracted.body_start), (), ())
    refresh_terms(library)
    return library


def found(library: Library) -> tuple[dict[str, str], list[str]]:
    terms = customer_terms(library, "C-1", COMPLIANCE, on_date=date(2026, 11, 21))
    return {each.term.kind: each.term.status for each in terms.terms}, [term.kind for term in terms.proposed]


GOOD = Proposal(kind="partial_shipments", value="forbidden", quote="Goods leave us whole, always.")


def test_a_proposal_stands_apart_until_a_person_confirms_it(shelf: Library) -> None:
    outcome = propose_terms(shelf, "c", COMPLIANCE, Says(GOOD))
    assert [(term.kind, term.status, term.by) for term in outcome.kept] == [
        ("partial_shipments", "proposed", "some-model")
    ]
    assert found(shelf) == ({"minimum_order": "found"}, ["partial_shipments"])
    term = confirm_term(shelf, "c/partial_shipments/proposed", COMPLIANCE)
    assert (term.status, term.by) == ("confirmed", "carla")
    assert found(shelf) == ({"partial_shipments": "confirmed", "minimum_order": "found"}, [])


@pytest.mark.parametrize(
    "lie",
    [
        Proposal(
            kind="minimum_order", value="USD 1", quote="The minimum order value is USD 500."
        ),  # a rule has spoken
        Proposal(
            kind="partial_shipments", value="allowed", quote="Partial shipments are allowed."
        ),  # words that are not there
        Proposal(kind="partial_shipments", value="allowed", quote=""),
        Proposal(kind="late_rate", value="loads", quote="Goods leave us whole, always."),
        Proposal(kind="delete_everything", value="x", quote="Goods leave us whole, always."),
        Proposal(kind="partial_shipments", value="forbidden", quote="GOODS leave us whole, always."),
    ],
)
def test_what_cannot_be_proven_is_refused(shelf: Library, lie: Proposal) -> None:
    outcome = propose_terms(shelf, "c", COMPLIANCE, Says(lie))
    assert outcome.kept == ()
    assert len(outcome.refused) == 1
    assert found(shelf) == ({"minimum_order": "found"}, [])


def test_the_model_is_asked_only_for_what_is_open_and_sees_no_front_matter(shelf: Library) -> None:
    model = Says()
    propose_terms(shelf, "c", COMPLIANCE, model)
    assert "minimum_order" not in model.kinds
    assert "partial_shipments" in model.kinds
    assert "customer: C-1" not in model.text


def test_nobody_proposes_about_a_document_they_may_not_read(shelf: Library) -> None:
    with pytest.raises(TermNotFound):
        propose_terms(shelf, "other", COMPLIANCE, Says(GOOD))


def test_an_endless_list_is_cut(shelf: Library) -> None:
    outcome = propose_terms(shelf, "c", COMPLIANCE, Says(*[GOOD] * 1000))
    assert len(outcome.kept) == 1
    assert len(outcome.refused) < 100
