"""Questions about contracts: taken apart, told by kind, and answered from wording no question uses."""

from __future__ import annotations

import pytest

from retrieval.answer_types import answer_types, holds_answer
from retrieval.clause_kinds import PLAINEST, clause_kinds, heading_fits, kind_asked_for, sign_score
from retrieval.framing import asks_for_history, framed, paper_that_may_apply, without_this_contract
from retrieval.relevance import CLAUSE_SURE, clause_presence


@pytest.mark.parametrize(
    ("question", "frame", "core"),
    [
        (
            "Consider the Distributor Agreement between Acme, Inc. and Birch LLC; What is the renewal term for this contract?",
            "Consider the Distributor Agreement between Acme, Inc. and Birch LLC",
            "What is the renewal term for this contract?",
        ),
        (
            "Under the Acme supply agreement, who pays the freight?",
            "Under the Acme supply agreement",
            "who pays the freight?",
        ),
        (
            "What share of the order value must the first shipment carry under the split shipments SOP?",
            "under the split shipments SOP",
            "What share of the order value must the first shipment carry",
        ),
        ("In stock or not?", "", "In stock or not?"),
        ("Which contract applies?", "", "Which contract applies?"),
        ("", "", ""),
    ],
)
def test_what_names_a_document_is_told_from_what_is_asked(question: str, frame: str, core: str) -> None:
    parts = framed(question)
    assert (parts.frame, parts.core) == (frame, core)


def test_a_question_keeps_its_words_when_nothing_else_would_be_left() -> None:
    assert framed("Consider the agreement;").core == "Consider the agreement;"
    assert without_this_contract("in this contract") == "in this contract"
    assert (
        without_this_contract("What is the governing law for this contract?") == "What is the governing law ?"
    )


@pytest.mark.parametrize(
    ("question", "history"),
    [
        ("What did the old Meridian contract say?", True),
        ("Were parts allowed under the expired Redwood Roasters agreement?", True),
        ("What did version 2 of the SOP ask?", True),
        ("Which rules apply now that the agreement has ended?", True),
        ("How old may the fish be?", False),
        ("What happens when the contract ends?", False),
    ],
)
def test_questions_about_what_held_before_are_told(question: str, history: bool) -> None:
    assert asks_for_history(question) is history


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Is there an anti-assignment clause?", "assignment"),
        ("How is intellectual property ownership assigned?", "ownership of intellectual property"),
        ("What is the renewal term?", "renewal term"),
        ("What is the notice period required to terminate the renewal?", "notice to terminate renewal"),
        ("What is the duration of any warranties provided?", "warranty duration"),
        ("Can we walk away without cause?", "termination for convenience"),
        ("Is there uncapped liability?", "uncapped liability"),
        ("Is there a cap on liability?", "cap on liability"),
        ("Are the licenses granted non-transferable?", "non-transferable license"),
        ("temperature of fish on arrival", None),
        ("May unsold goods be returned?", None),
        ("Which handling amount per late delivery applies after the renewal?", None),
        ("", None),
    ],
)
def test_the_kind_of_clause_is_told_from_the_question(question: str, kind: str | None) -> None:
    found = kind_asked_for(question)
    assert (found.name if found else None) == kind


def test_every_kind_knows_its_own_examples_and_is_found_by_its_name() -> None:
    for kind in clause_kinds():
        for example in kind.examples:
            assert 0.3 <= sign_score(kind, example) <= PLAINEST, (kind.name, example)


@pytest.mark.parametrize(
    ("kind", "clause", "other"),
    [
        (
            "most favored nation",
            "The buyer will not be charged a higher fee than other customers for similar services.",
            "Prices do not include taxes.",
        ),
        (
            "assignment",
            "No right under this Agreement shall be assigned without prior written permission.",
            "A party that makes an assignment for the benefit of creditors may be terminated.",
        ),
        (
            "third-party beneficiary",
            "The lenders shall be third party beneficiaries of Section 4.",
            "No third-party beneficiaries: this Agreement shall not confer any rights on others.",
        ),
        (
            "governing law",
            "This Agreement is construed under the laws of the State of Ohio.",
            "The Company is duly organized under the laws of the State of Ohio.",
        ),
    ],
)
def test_wording_gives_a_clause_away_and_not_its_neighbour(kind: str, clause: str, other: str) -> None:
    wanted = next(each for each in clause_kinds() if each.name == kind)
    assert sign_score(wanted, clause) >= 1.0
    assert sign_score(wanted, other) < sign_score(wanted, clause) - 0.5


def test_what_a_change_of_control_counts_as_is_no_sure_sign_that_nobody_may_assign() -> None:
    kind = next(each for each in clause_kinds() if each.name == "assignment")
    said = "A Change of Control of a party shall be deemed an assignment requiring the consent of the other party."
    alone = clause_presence(signs=sign_score(kind, said), like=0.6, heading=True, nearness=0.5)
    assert 0 <= alone < CLAUSE_SURE
    both = f"Neither party may assign this Agreement without consent. {said}"
    assert clause_presence(signs=sign_score(kind, both), like=0.6, heading=False, nearness=0.5) >= CLAUSE_SURE


def test_a_contract_without_any_sign_lacks_the_clause() -> None:
    assert clause_presence(signs=0.0, like=0.6, heading=True, nearness=0.6) < 0
    assert 0 < clause_presence(signs=1.2, like=0.4, heading=False, nearness=0.3) < CLAUSE_SURE


def test_headings_are_read_without_regard_to_case() -> None:
    law = next(each for each in clause_kinds() if each.name == "governing law")
    assert heading_fits(law, "14 GOVERNING LAW")
    assert not heading_fits(law, "9 Warranty")


def test_patterns_stay_quick_on_long_and_hostile_text() -> None:
    """A passage has 500 characters at most, and no pattern may run away on one."""
    hostile = ("not less than the minimum of any price " * 20)[:500]
    for kind in clause_kinds():
        assert sign_score(kind, hostile) <= PLAINEST


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("By when must a pick-up be booked?", "A pick-up is booked before 13:00.", 1.0),
        ("By when must a pick-up be booked?", "A pick-up is booked by the shipper.", 0.0),
        ("What does a liftgate cost?", "Liftgate at delivery | USD 42.00", 1.0),
        ("Who decides?", "The Warehouse Supervisor decides.", 1.0),
        ("liftgate", "Liftgate at delivery", 0.0),
    ],
)
def test_an_answer_of_the_wanted_type_is_told(question: str, text: str, held: float) -> None:
    assert holds_answer(text, answer_types(question)) == held


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("Does the Acme agreement apply to Acme Catering?", "the Acme agreement"),
        ("Is the supply contract of Acme Industrial also valid for Acme Catering?", "the supply contract of Acme Industrial"),
        ("Can the Acme contract cover Acme Catering?", "the Acme contract"),
        ("What does the Acme agreement say about late delivery?", ""),
        ("Does the 50 percent rule apply to Meridian Foods?", ""),
        ("Which rules apply now that the agreement has ended?", ""),
    ],
)  # fmt: skip
def test_it_is_told_when_somebody_asks_whom_an_agreement_binds(question: str, paper: str) -> None:
    assert paper_that_may_apply(question) == paper
