"""What the answer card draws, and how values and sources are worded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from copilot.answer import Answer, Checks, Citation
from copilot.identity import Identity
from copilot.ui.card import answer_cards
from copilot.ui.labels import CAUSES as CAUSE_NAMES
from copilot.ui.labels import day_text, field_label, moment_text, value_text
from copilot.ui.links import allowed_url
from copilot.ui.sources import validity
from copilot.ui.starters import starters_for
from copilot.ui.testing import FakeOdoo, example_answer
from erp_tools.lateness.taxonomy import CAUSES
from retrieval.passage import ROLES


def card(**changes: Any) -> dict[str, Any]:
    return drawn_of(replace(example_answer("Why?"), **changes), UTC)


def drawn_of(answer: Answer, zone: tzinfo) -> dict[str, Any]:
    """Both parts of the card as one."""
    *top, end = answer_cards(answer, zone=zone)
    return {**end, "diagnosis": top[0]["diagnosis"] if top else None}


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({}, "Customer contract, page 1"),
        ({"page": None}, "Customer contract"),
        (
            {"page": 2, "page_of": "offer.pdf", "page_confidence": 0.9},
            "Customer contract, page 2 of offer.pdf",
        ),
        (
            {"page": 2, "page_of": "offer.pdf", "page_confidence": 0.5},
            "Customer contract, page 2 of offer.pdf, poor scan",
        ),
    ],
)
def test_a_cited_page_is_named_with_its_attachment_and_a_poor_scan_with_a_word(
    about: dict[str, Any], said: str
) -> None:
    passage, *others = example_answer("Why?").citations
    drawn = card(citations=(replace(passage, **about), *others))
    assert {one["type"] for one in drawn["sources"] if one["id"] == "K1"} == {said}


def test_an_answer_stored_before_pages_had_names_still_opens() -> None:
    stored = example_answer("Why?").citations[0].to_json()
    del stored["page_of"], stored["page_confidence"]
    assert Citation(**stored) == example_answer("Why?").citations[0]


def test_the_card_is_plain_json() -> None:
    drawn = card()
    assert json.loads(json.dumps(drawn)) == drawn


def test_causes_have_names_certainty_owner_and_next_steps() -> None:
    first, second = card()["diagnosis"]["causes"]
    assert (first["name"], first["certainty_label"], first["owner"]) == (
        "Inbound purchase overdue",
        "Proven",
        "Purchasing",
    )
    assert first["next_steps"][0] == "Ask Valvetec GmbH for a binding date for P00031."
    assert first["lines"] == [{"product": "[IN-2001] Sanitary Butterfly Valve 2 in", "quantity": "24 Units"}]
    assert second["certainty_label"] == "Likely"
    assert second["missing"]


@pytest.mark.parametrize(
    ("changes", "folded"),
    [({}, False), ({"options": ({"kind": "wait"},)}, True), ({"drafts": ({"draft_id": "d"},)}, True)],
)
def test_what_was_asked_comes_first_and_the_lateness_is_a_line_of_it(
    changes: dict[str, Any], folded: bool
) -> None:
    top, end = answer_cards(replace(example_answer("Why?"), **changes), zone=UTC)
    assert (top["folded"], end["folded"]) == (folded, folded)


def test_every_cause_has_a_name() -> None:
    assert set(CAUSE_NAMES) == set(CAUSES)


def test_dates_are_told_as_people_read_them() -> None:
    diagnosis = card()["diagnosis"]
    assert diagnosis["late"] == "5 days late"
    assert " – " in diagnosis["expected"]
    assert diagnosis["bar"] == {"today": 45, "days": 11}


@pytest.mark.parametrize(
    ("days", "late", "words"),
    [
        (1, True, "1 day late"),
        (0, True, "Will be late"),
        (0, False, "On time"),
        (None, False, "No promise to compare with"),
    ],
)
def test_lateness_in_words(days: int | None, late: bool, words: str) -> None:
    diagnosis = {**(example_answer("").diagnosis or {}), "days_late": days, "is_late": late}
    assert card(diagnosis=diagnosis)["diagnosis"]["late"] == words


@pytest.mark.parametrize(
    ("earliest", "latest", "words"),
    [
        (None, None, "Not known"),
        ("2026-11-24", None, "not before 24 Nov 2026"),
        (None, "2026-11-24", "24 Nov 2026"),
        ("2026-11-24", "2026-11-24", "24 Nov 2026"),
        ("2026-11-24", "2026-11-27", "24 Nov 2026 – 27 Nov 2026"),
    ],
)
def test_the_expected_date_is_never_more_exact_than_the_records(
    earliest: str | None, latest: str | None, words: str
) -> None:
    diagnosis = {
        **(example_answer("").diagnosis or {}),
        "expected_range": {"earliest": earliest, "latest": latest},
        "expected": latest,
    }
    assert card(diagnosis=diagnosis)["diagnosis"]["expected"] == words


def test_a_diagnosis_with_the_contracts_fields_only_is_drawn() -> None:
    diagnosis = {
        "order": "S1",
        "promised": None,
        "expected": None,
        "days_late": None,
        "causes": [],
        "timeline": [],
    }
    drawn = card(diagnosis=diagnosis, evidence=())["diagnosis"]
    assert (drawn["promised"], drawn["expected"], drawn["bar"]) == ("—", "Not known", None)


def test_only_what_the_answer_points_at_is_listed_documents_first() -> None:
    ids = [source["id"] for source in card()["sources"]]
    assert ids[:2] == ["K1", "K2"]
    assert "E6" not in ids
    assert [one["id"] for one in card(text="no marks", diagnosis=None)["sources"]] == [
        "K1",
        "K2",
        *(f"E{n}" for n in range(1, 7)),
    ]


def test_the_foot_says_who_wrote_and_what_was_checked() -> None:
    assert card()["brain"] == "Playbook"
    assert card()["checks"] == "23 facts checked, 0 removed"
    assert card()["took"] == "3 Odoo reads · 0.4 s"
    model = card(
        brain="some-model",
        checks=Checks(claims=1, supported=0, removed=1),
        degraded=("Documents are unavailable.",),
    )
    assert (model["brain"], model["checks"]) == ("some-model", "1 fact checked, 1 removed")
    assert model["notes"] == ["Documents are unavailable."]
    assert card(checks=Checks())["checks"] == "No facts to check"
    put_right = Checks(claims=2, supported=2, repaired=1)
    assert card(checks=put_right)["checks"] == "2 facts checked, 1 put right, 0 removed"


def test_hidden_characters_do_not_reach_the_screen() -> None:
    answer: Answer = example_answer("")
    evidence = (replace(answer.evidence[0], display_name="S0\u200b0042\u202e"), *answer.evidence[1:])
    assert "\u200b" not in json.dumps(card(evidence=evidence), ensure_ascii=False)


@pytest.mark.parametrize(
    ("model", "field", "value", "words"),
    [
        ("sale.order", "state", "sale", "Sales Order"),
        ("stock.picking", "state", "assigned", "Ready"),
        ("sale.order", "commitment_date", "2026-11-12T14:30:00+01:00", "12 Nov 2026, 14:30 (UTC+01:00)"),
        ("sale.order", "date_order", "2026-11-02", "2 Nov 2026"),
        ("product.product", "qty_available", 1250.0, "1,250"),
        ("product.product", "free_qty", 0.5, "0.5"),
        ("sale.order", "amount_total", 6450.5, "6,450.50"),
        ("sale.order", "promise_basis", "commitment_date", "Delivery Date on the order"),
        ("stock.picking", "has_deadline_issue", True, "Yes"),
        ("stock.picking", "has_deadline_issue", False, "No"),
        ("sale.order", "client_order_ref", False, "—"),
        ("sale.order", "client_order_ref", None, "—"),
        ("sale.order", "tag_ids", ["Rush", "Food"], "Rush; Food"),
        ("sale.order", "partner_id", {"name": "Meridian"}, "Meridian"),
    ],
)
def test_values_are_worded_as_in_odoo(model: str, field: str, value: Any, words: str) -> None:
    assert value_text(model, field, value) == words


def test_fields_have_odoos_names_and_unknown_ones_are_readable() -> None:
    assert field_label("sale.order", "picking_policy") == "Shipping Policy"
    assert field_label("purchase.order", "partner_id") == "Vendor"
    assert field_label("x.y", "some_odd_field_id") == "Some odd field"


@pytest.mark.parametrize("value", ["", None, "not a date", "2026-13-45"])
def test_odd_dates_do_no_harm(value: str | None) -> None:
    assert day_text(value)
    assert moment_text(value or "x")


def test_moments_are_told_in_the_readers_timezone() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    assert (
        value_text("sale.order", "commitment_date", "2026-11-18T02:00:00+00:00", zone=zone)
        == "17 Nov 2026, 18:00 (PST)"
    )
    moment = {"at": "2026-11-18T02:00+00:00", "kind": "promised", "text": "Promised"}
    diagnosis = {"order": "S1", "timeline": [moment]}
    drawn = drawn_of(replace(example_answer(""), diagnosis=diagnosis), zone)
    assert drawn["timeline"][0]["day"] == "17 Nov 2026"


TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "superseded", "state"),
    [
        (date(2026, 1, 1), None, False, "in_force"),
        (date(2026, 1, 1), TODAY, False, "in_force"),
        (None, date(2026, 11, 20), False, "expired"),
        (date(2026, 11, 22), None, False, "not_yet"),
        (date(2026, 1, 1), None, True, "superseded"),
        (None, None, False, "open"),
    ],
)
def test_validity_is_judged_on_the_readers_day(
    valid_from: Any, valid_to: Any, superseded: bool, state: str
) -> None:
    judged = validity(valid_from=valid_from, valid_to=valid_to, superseded=superseded, today=TODAY)
    assert judged.state == state
    assert judged.is_warning is (state in ("expired", "not_yet", "superseded"))


@pytest.mark.parametrize(
    "url", ["/documents/a?start=1&end=2#cited", "/records/sale.order/42", "/answers/a/sources/K1"]
)
def test_own_pages_may_be_linked(url: str) -> None:
    assert allowed_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example/odoo/sales/42",
        "//sink.example",
        "/documents/../login",
        "/login",
        "/api/v1/ask",
        "javascript:alert(1)",
        "/documents/a b",
        "/documents/a\n",
        "/records/x?next=//sink.example/%2e",
        "",
        "/documents/",
    ],
)
def test_nothing_else_may_be_linked_without_an_odoo(url: str) -> None:
    assert allowed_url(url) is None


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_offered_questions_and_real_companies_none_of_the_demos(role: str) -> None:
    person = Identity(FakeOdoo(), lifetime_seconds=60).sign_in(role, "demo")
    assert 2 <= len(starters_for(person, is_demo=True)) <= 4
    assert all(
        "S00042" not in question and "Meridian" not in question
        for _, question in starters_for(person, is_demo=False)
    )
