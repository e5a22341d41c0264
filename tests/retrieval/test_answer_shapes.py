"""What shape of answer a question wants, whether a text has it, and which procedures name the customer of the question."""

from __future__ import annotations

import pytest

from retrieval.answer_types import (
    answer_types,
    asks_for_words,
    counted_noun,
    holds_answer,
    holds_count,
    holds_shape,
    holds_words,
)
from retrieval.passage import Passage
from retrieval.sparse import stem, terms
from retrieval.stored import StoredPassage
from retrieval.testing import make_document
from retrieval.wording import features, fit, wanted


def test_what_is_to_be_counted_is_found_beside_a_number() -> None:
    noun = counted_noun("How many partial shipments are allowed for this order?")
    assert noun == stem("shipments")
    assert holds_count("An order is delivered in three shipments at most.", noun)
    assert not holds_count("Shipments are allowed; the seller decides within 3 days.", noun)
    assert counted_noun("Who decides on shipments?") == ""


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("By when must it be booked?", "Book before 13:00.", "Bookings are made by the clerk."),
        ("How often may the date change?", "At most two changes are made.", "A change needs a basis."),
        ("Which items may not be replaced?", "Valves are never replaced.", "Packaging may be replaced."),
    ],
)
def test_the_shape_that_is_asked_for_tells_clauses_of_one_section_apart(
    question: str, holds: str, lacks: str
) -> None:
    assert holds_shape(holds, question)
    assert not holds_shape(lacks, question)
    assert not holds_shape(holds, "Who is in charge?")


def test_words_to_say_are_quoted_words() -> None:
    assert asks_for_words("What do we tell the customer?")
    assert holds_words('Say: "Your order is waiting for a review on our side."')
    assert not holds_words('The status is "On hold".')


def _fit(
    question: str, text: str, *, names: tuple[str, ...] = (), section: str = "", of_party: bool = False
) -> float:
    stored = StoredPassage(
        passage=Passage(
            passage_id="x#0", document_id="x", text=text, start=0, end=len(text), section=section
        ),
        number=0,
    )
    asked = wanted(question, {}, 100, names=names)
    document = make_document("x", "x")
    return fit(asked, document, stored, frozenset(terms(f"{section} {text}")), of_party=of_party)


def test_a_procedure_that_names_the_customer_comes_before_one_that_does_not() -> None:
    names = tuple(terms("Summit Kitchens"))
    named = _fit(
        "how much must be left", "Summit Kitchens take 70% of it and others take 40% of it.", names=names
    )
    other = _fit(
        "how much must be left", "Northern Bakeries take 70% of it, others take 40% of it.", names=names
    )
    assert named > other
    # every page of a customer's own contract bears the name: there it tells nothing
    own = _fit(
        "how much must be left",
        "Summit Kitchens take 70% of it and others take 40% of it.",
        names=names,
        of_party=True,
    )
    assert own < named


def test_purpose_and_scope_come_after_the_rules_unless_they_are_asked_for() -> None:
    text = "How goods come back, who pays, and what happens to them in the meantime in every case."
    assert _fit("who pays", text, section="1. Purpose > 1.1") < _fit(
        "who pays", text, section="4. Returns > 4.1"
    )
    asked = wanted("what is the purpose of it", {}, 100)
    stored = StoredPassage(
        passage=Passage(
            passage_id="x#0", document_id="x", text=text, start=0, end=len(text), section="1. Purpose"
        ),
        number=0,
    )
    assert features(asked, make_document("x", "x"), stored, frozenset())["around"] == 0.0


def test_whether_a_rule_applies_is_answered_by_what_applies_in_its_place() -> None:
    types = answer_types("Does the 50 percent rule apply to Meridian Foods?")
    assert holds_answer("The figures of the contract apply in place of these.", types) == 1.0
    assert holds_answer("The order value is the untaxed total.", types) == 0.0


def test_to_whom_rules_apply_stands_in_the_scope_and_not_among_the_general_provisions() -> None:
    def around(question: str, section: str) -> float:
        document = make_document("d", "x")
        passage = Passage(
            passage_id="d#0", document_id="d", text="x" * 200, start=0, end=200, section=section
        )
        stored = StoredPassage(passage=passage, number=0)
        return features(wanted(question, {}, 10), document, stored, frozenset())["around"]

    applies, cost = "Which rules apply to partial deliveries?", "What does a late delivery cost?"
    assert (around(applies, "1. Purpose and scope"), around(cost, "1. Purpose and scope")) == (0.0, 1.0)
    assert around(applies, "18. General provisions") == 1.0
    assert around("What does delivered mean?", "2. Definitions") == 0.0
    assert around("What is in the general provisions?", "18. General provisions") == 0.0
