"""What a brain is told of a customer's contract: values with passages that can be opened, and silence as silence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.reads import READS
from copilot.tools import TOOLS
from copilot.turn import Turn
from retrieval.errors import StoreUnavailable
from retrieval.general_rules import SUBJECTS
from retrieval.terms import TERM_KINDS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def turn(demo: Copilot, service: Person) -> Turn:
    return Turn(person=service, server=demo.server, library=demo.library, now=NOW)


def read(turn: Turn, customer_ref: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(READS["contract_terms"](turn, customer_ref))
    return found


def values(found: dict[str, Any]) -> dict[str, str]:
    return {each["kind"]: each["value"] for each in found["terms"] if not each["applies_to"]}


def test_the_terms_of_a_contract_with_evidence_that_opens(turn: Turn, demo: Copilot, service: Person) -> None:
    found = read(turn, "C-1001")
    assert found["status"] == "found"
    said = values(found)
    assert said["late_rate"] == "1.5% of line per business_day"
    assert said["split_first_minimum"] == "60% of order"
    assert said["partial_shipments"] == "conditional"
    cited = {each.id: each for each in turn.book.citations()}
    for term in found["terms"]:
        for evidence in [*term["evidence"], *(each["evidence"] for each in term["conditions"])]:
            citation = cited[evidence]
            opened = demo.open_document(service, citation.document)
            assert opened.text[citation.start : citation.end] == citation.quote
    assert {
        "document": "contract-mf-2025-014",
        "reason": "replaced by contract-mf-2026-014 from 2026-01-01",
    }.items() <= found["set_aside"][0].items()


def test_an_amendments_value_names_what_it_replaced(turn: Turn) -> None:
    rate = next(each for each in read(turn, "C-1005")["terms"] if each["kind"] == "late_rate")
    assert (rate["value"], rate["document"]) == (
        "0.75% of late_goods per calendar_day",
        "contract-im-2026-008-amendment-1",
    )
    assert rate["instead_of"] == [
        {"value": "0.5% of late_goods per calendar_day", "document": "contract-im-2026-008", "clause": "E.1"}
    ]


def test_an_expired_contract_gives_no_term_and_general_rules_stand_apart(turn: Turn) -> None:
    found = read(turn, "C-1008")
    assert (found["status"], found["terms"], set(found["unknown"])) == ("no_contract", [], set(TERM_KINDS))
    assert found["set_aside"][0]["reason"] == "expired on 2025-12-31"
    types = {each["type"] for each in found["general"]}
    assert types == {"contract", "sop"}
    assert all(each["value"] is None for each in found["general"] if each["type"] == "sop")
    assert {each["subject"] for each in found["general"] if "subject" in each} <= set(SUBJECTS)
    assert {each.document for each in turn.book.citations()} >= {"terms-of-sale-2026"}


@pytest.mark.parametrize("customer_ref", ["C-9999", "", "C-1001' OR 1=1 --", "%"])
def test_a_reference_that_is_nobodys_has_no_contract(turn: Turn, customer_ref: str) -> None:
    found = read(turn, customer_ref)
    assert (found["status"], found["terms"], found["contracts"]) == ("no_contract", [], [])


def test_terms_that_cannot_be_read_are_said_to_be_unavailable(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise StoreUnavailable("The disk is gone. Check it.")

    monkeypatch.setattr("retrieval.term_store.TermStore.all", broken)
    assert read(turn, "C-1001")["status"] == "unavailable"
    assert turn.outcomes == ["documents_unavailable"]
    assert any("The disk is gone" in sentence for sentence in turn.degraded)


def test_a_language_model_has_the_same_read() -> None:
    tool = next(each for each in TOOLS if each.name == "contract_terms")
    assert set(tool.tool_call_schema.model_json_schema()["properties"]) == {"customer_ref"}
    assert "never guess" in tool.description
