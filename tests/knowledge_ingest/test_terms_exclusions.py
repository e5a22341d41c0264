"""When a late penalty is not due: the sentences that say so are quoted with it, wherever they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_ingest.terms.extract import extract
from retrieval.terms import Term

DATA = Path(__file__).parent / "terms_data"


def cases(file: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((DATA / file).read_text(encoding="utf-8"))["cases"])


def rates(text: str) -> list[Term]:
    return [term for term in extract(text, document_id="d").terms if term.kind == "late_rate"]


def quoted(text: str) -> list[str]:
    """The words of the conditions, each from where it stands."""
    spans = [span for term in rates(text) for span in term.conditions]
    assert all(text[span.start : span.end] == span.quote for span in spans)
    return [span.quote for span in spans]


@pytest.mark.parametrize("case", cases("exclusions.yaml"), ids=lambda case: case["id"])
def test_what_is_excluded_from_the_penalty_is_quoted_with_it_and_nothing_else(case: dict[str, Any]) -> None:
    assert rates(case["text"])
    assert quoted(case["text"]) == case["excluded"]


def test_in_other_words_an_exclusion_is_missed_rather_than_misread() -> None:
    right = wrong = missed = 0
    for case in cases("exclusions_held_out.yaml"):
        found = set(quoted(case["text"]))
        right += len(found & set(case["excluded"]))
        wrong += len(found - set(case["excluded"]))
        missed += len(set(case["excluded"]) - found)
    assert wrong == 0
    assert right / (right + missed) >= 0.75


def test_an_exclusion_belongs_to_the_penalty_whose_clause_it_names() -> None:
    text = (
        "8.1 For late delivery the Seller pays 1% of the order value per day.\n\n"
        "8.2 For late delivery of Kit Orders the Seller pays 2% of the order value per day.\n\n"
        "14.3 Clause 8.2 does not apply in December."
    )
    told = {term.proof[0].clause: [span.clause for span in term.conditions] for term in rates(text)}
    assert told == {"8.1": [], "8.2": ["14.3"]}


def test_a_contract_without_a_penalty_excludes_none() -> None:
    text = "4.1 No penalty is due for late delivery.\n\n9.1 Neither party is liable for delay caused by events beyond its control."
    assert [(term.value and term.value.text(), term.conditions) for term in rates(text)] == [("none", ())]


def test_free_days_are_a_grace_period_and_no_exclusion() -> None:
    text = (
        "8.1 The Seller credits 1% of the order value for each day of delay.\n\n"
        "8.2 No penalty accrues during the first five calendar days of delay."
    )
    assert quoted(text) == []
    assert "late_grace" in {term.kind for term in extract(text, document_id="d").terms}
