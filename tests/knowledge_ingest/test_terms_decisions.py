"""People's word about terms: who, when, from which text; kept across ingests, undone, and asked for again when the clause changed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from knowledge_ingest.readers import read
from knowledge_ingest.terms.refresh import refresh_terms
from retrieval.contract_terms import customer_terms
from retrieval.errors import TermMisfit, TermNotAllowed, TermNotFound
from retrieval.passage import Reader
from retrieval.search import Library
from retrieval.term_decisions import (
    MAY_DECIDE_TERMS,
    confirm_term,
    correct_term,
    find_term,
    history,
    undo_decision,
)
from retrieval.term_store import term_store
from retrieval.testing import make_document, make_library, stored

TODAY = date(2026, 11, 21)
CONTRACT = """\
---
id: contract-x
title: Contract X
type: contract
owner: Sales
customer: C-1
valid_from: 2026-01-01
valid_to: 2027-12-31
roles: []
---

# Contract X

## 1. Late delivery

1.1 The Seller credits 1% of the order value for each business day of delay, up to 5% of the order value.

1.2 There is no grace period.

## 2. Other

2.1 The law of Ohio applies.
"""
RATE = "contract-x/late_rate/1.1"
GRACE = "contract-x/late_grace/1.2"


def person(*roles: str, login: str = "carla") -> Reader:
    return Reader(login=login, roles=frozenset(roles), companies=frozenset({"Harbor"}))


COMPLIANCE = person("compliance")


@pytest.fixture
def contract(folder: Path) -> Path:
    file = folder / "x.md"
    file.write_text(CONTRACT)
    return file


def put(library: Library, contract: Path) -> None:
    """What an ingest keeps of the file, without a reading process for each test; `test_ingest_reads_the_terms` runs a real one."""
    extracted = read(contract.read_bytes(), ".md")
    given = extracted.front_matter
    document = make_document(
        "contract-x", extracted.text, type="contract", customer="C-1", valid_from=date.fromisoformat(str(given["valid_from"])), valid_to=date.fromisoformat(str(given["valid_to"])),
        roles=tuple(given["roles"]),
    )  # fmt: skip
    described, _ = stored(document, extracted.text)
    library.store.replace(replace(described, body_start=extracted.body_start), (), ())
    refresh_terms(library)


@pytest.fixture
def shelf(library: Library, contract: Path) -> Library:
    put(library, contract)
    return library


def change(library: Library, contract: Path, old: str, new: str) -> None:
    text = contract.read_text()
    assert old in text
    contract.write_text(text.replace(old, new))
    put(library, contract)


def terms(library: Library) -> dict[str, tuple[str, str]]:
    found = customer_terms(library, "C-1", COMPLIANCE, on_date=TODAY)
    return {
        each.term.term_id: (each.term.value.text() if each.term.value else "-", each.term.status)
        for each in found.terms
    }


def test_ingest_reads_the_terms(library: Library, contract: Path) -> None:
    shelf = library
    assert ingest([contract.parent], shelf).ok
    assert terms(shelf)[RATE] == ("1% of order per business_day", "found")
    assert refresh_terms(shelf).read == 0  # and nothing is left to do


def test_a_confirmation_says_who_and_when_and_survives_another_ingest(shelf: Library, contract: Path) -> None:
    term = confirm_term(shelf, RATE, COMPLIANCE, note="read it aloud")
    assert (term.status, term.by) == ("confirmed", "carla")
    assert term.at is not None
    change(shelf, contract, "law of Ohio", "law of Iowa")
    change(shelf, contract, "## 2. Other", "## 2. Various")
    assert terms(shelf)[RATE] == ("1% of order per business_day", "confirmed")


def test_a_changed_clause_needs_confirming_again_and_shows_what_stands_there_now(
    shelf: Library, contract: Path
) -> None:
    correct_term(shelf, RATE, "2% of order per business_day", COMPLIANCE)
    assert terms(shelf)[RATE] == ("2% of order per business_day", "corrected")
    change(shelf, contract, "credits 1%", "credits 3%")
    assert terms(shelf)[RATE] == ("3% of order per business_day", "confirm_again")
    change(shelf, contract, "credits 3%", "credits 1%")  # the old words again: the old word holds again
    assert terms(shelf)[RATE] == ("2% of order per business_day", "corrected")


def test_a_renumbered_clause_keeps_its_confirmation(shelf: Library, contract: Path) -> None:
    confirm_term(shelf, GRACE, COMPLIANCE)
    change(shelf, contract, "1.2 There is no grace", "1.4 There is no grace")
    now = "contract-x/late_grace/1.4"
    assert terms(shelf)[now] == ("none", "confirmed")
    assert [each.action for each in history(shelf, now, COMPLIANCE)] == ["confirm"]
    undone = undo_decision(shelf, now, COMPLIANCE)
    assert undone is not None
    assert undone.status == "found"


def test_a_deleted_clause_leaves_its_decision_open_and_no_value(shelf: Library, contract: Path) -> None:
    confirm_term(shelf, GRACE, COMPLIANCE)
    change(shelf, contract, "1.2 There is no grace period.\n", "")
    assert terms(shelf)[GRACE] == ("-", "confirm_again")


def test_a_document_that_left_and_came_back_finds_its_decisions(shelf: Library, contract: Path) -> None:
    confirm_term(shelf, RATE, COMPLIANCE)
    shelf.store.remove("default", "contract-x")
    assert refresh_terms(shelf).forgotten == 1
    assert terms(shelf) == {}
    put(shelf, contract)
    assert terms(shelf)[RATE][1] == "confirmed"


def test_undo_takes_back_one_decision_at_a_time_and_the_history_keeps_all(shelf: Library) -> None:
    confirm_term(shelf, RATE, COMPLIANCE)
    correct_term(shelf, RATE, "2% of order per business_day", person("supervisor", login="sam"), note="typo")
    undone = undo_decision(shelf, RATE, COMPLIANCE)
    assert undone is not None
    assert undone.status == "confirmed"
    undone = undo_decision(shelf, RATE, COMPLIANCE)
    assert undone is not None
    assert (undone.status, undone.by) == ("found", "")
    with pytest.raises(TermNotFound, match="Nothing was decided"):
        undo_decision(shelf, RATE, COMPLIANCE)
    listed = history(shelf, RATE, COMPLIANCE)
    assert [(each.action, each.login) for each in listed] == [
        ("confirm", "carla"),
        ("correct", "sam"),
        ("undo", "carla"),
        ("undo", "carla"),
    ]


def test_decisions_cannot_be_changed_in_the_file(shelf: Library, tmp_path: Path) -> None:
    confirm_term(shelf, RATE, COMPLIANCE)
    with sqlite3.connect(shelf.store.path.with_name("terms.sqlite3")) as db:
        for statement in ("UPDATE decisions SET value = '9%'", "DELETE FROM decisions"):
            with pytest.raises(sqlite3.IntegrityError, match="decisions stay"):
                db.execute(statement)
    db.close()


def test_decisions_outlive_the_documents_being_rebuilt(
    shelf: Library, contract: Path, tmp_path: Path
) -> None:
    """The advice for a damaged text store is to delete it and ingest again: what people decided must survive that."""
    confirm_term(shelf, RATE, COMPLIANCE)
    data = shelf.store.path.parent
    shelf.close()
    for left in data.glob("documents.sqlite3*"):
        left.unlink()
    again = make_library(data)
    try:
        put(again, contract)
        assert terms(again)[RATE] == ("1% of order per business_day", "confirmed")
    finally:
        again.close()


def test_what_is_unknown_can_be_given_with_the_words_it_rests_on(shelf: Library, contract: Path) -> None:
    wanted = "contract-x/notice_termination"
    with pytest.raises(TermMisfit, match="Say where it stands"):
        correct_term(shelf, wanted, "30 day", COMPLIANCE)
    with pytest.raises(TermMisfit, match="word for word"):
        correct_term(shelf, wanted, "30 day", COMPLIANCE, quote="The law of Utah applies.")
    term = correct_term(shelf, wanted, "30 day", COMPLIANCE, quote="The law of Ohio applies.")
    assert term.status == "corrected"
    assert (
        shelf.store.document("default", "contract-x").text[term.proof[0].start : term.proof[0].end]
        == "The law of Ohio applies."
    )  # type: ignore[union-attr]
    change(shelf, contract, "Ohio", "Utah")
    assert terms(shelf)[wanted] == ("-", "confirm_again")


@pytest.mark.parametrize("role", ["service", "sales", "finance", "purchasing", ""])
def test_other_roles_decide_nothing(shelf: Library, role: str) -> None:
    reader = person(*([role] if role else []))
    for decide in (
        lambda: confirm_term(shelf, RATE, reader),
        lambda: correct_term(shelf, RATE, "2% of order per day", reader),
        lambda: undo_decision(shelf, RATE, reader),
    ):
        with pytest.raises(TermNotAllowed, match="compliance, supervisor"):
            decide()
    assert term_store(shelf).decisions("default") == []
    assert frozenset({"compliance", "supervisor"}) == MAY_DECIDE_TERMS


def test_terms_of_a_document_one_may_not_read_do_not_exist(shelf: Library, contract: Path) -> None:
    change(shelf, contract, "roles: []", "roles: [finance]")
    supervisor = person("supervisor")
    assert customer_terms(shelf, "C-1", supervisor, on_date=TODAY).documents == ()
    for term_id in (RATE, "contract-y/late_rate/1.1"):
        with pytest.raises(TermNotFound) as refused:
            find_term(shelf, term_id, supervisor)
        assert (
            str(refused.value).replace(term_id, "")
            == "There is no term '' that you may see. `copilot terms list` shows those there are."
        )
    with pytest.raises(TermNotFound):
        confirm_term(shelf, RATE, supervisor)
    assert history(shelf, RATE, supervisor) == []


def test_a_conflict_cannot_be_confirmed_but_corrected(shelf: Library, contract: Path) -> None:
    change(
        shelf, contract, "2.1 The law", "2.0 There is a grace period of three business days.\n\n2.1 The law"
    )
    assert terms(shelf)[GRACE] == ("-", "conflicting")
    with pytest.raises(TermMisfit, match="no value to confirm"):
        confirm_term(shelf, GRACE, COMPLIANCE)
    correct_term(shelf, GRACE, "3 business_day", COMPLIANCE)
    assert terms(shelf)[GRACE] == ("3 business_day", "corrected")
    # the other side of the conflict changes: the word was given for other words
    change(shelf, contract, "three business days", "four business days")
    assert terms(shelf)[GRACE] == ("-", "conflicting")


@pytest.mark.parametrize(
    "term_id",
    ["", "/", "contract-x", "contract-x/", "contract-x/colour", "../etc/passwd", "contract-x/late_rate/9.9"],
)
def test_ids_that_name_nothing_are_not_found(shelf: Library, term_id: str) -> None:
    with pytest.raises(TermNotFound):
        find_term(shelf, term_id, COMPLIANCE)


def test_terms_of_an_older_text_are_not_shown_as_those_of_the_new_one(shelf: Library, contract: Path) -> None:
    """As after a crash between writing the text and reading its terms."""
    stale = term_store(shelf).all("default")["contract-x"]
    change(shelf, contract, "credits 1%", "credits 3%")
    term_store(shelf).keep("default", stale)
    found = customer_terms(shelf, "C-1", COMPLIANCE, on_date=TODAY)
    assert (found.terms, found.not_read) == ((), ("contract-x",))
    refresh_terms(shelf)
    assert terms(shelf)[RATE][0] == "3% of order per business_day"
