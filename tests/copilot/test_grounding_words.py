"""What a sentence claims in plain words - today, hedges, causes, consents, rules, deeds, sums - is checked like its figures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.answer import Citation, Evidence
from copilot.grounding import Grounding
from copilot.grounding.concepts import stances_of
from copilot.models.playbook.drafting import HOW_TO_DECIDE, NO_DECISIONS
from copilot.models.playbook.phrasing import GREETING, HELP, NO_CHANGE, NO_CHANGE_ALONE, OUT_OF_SCOPE

TODAY = date(2026, 11, 22)


def fact(evidence_id: str, model: str, label: str, **fields: Any) -> Evidence:
    return Evidence(
        id=evidence_id, model=model, record_id=7, display_name=label, read_at="2026-11-22T09:00:00+00:00", url="", fields=fields
    )  # fmt: skip


def passage(name: str, quote: str) -> Citation:
    return Citation(
        id=name, document="agreement", title="Supply Agreement", path="a.md", page=1, section="5.1", start=0, end=60,
        type="contract", quote=quote, customer="Meridian Foods", valid_from="2026-01-01", valid_to=None, url="",
    )  # fmt: skip


def grounding(*drafts: dict[str, Any]) -> Grounding:
    return Grounding(
        [
            fact("E1", "sale.order", "S00042", commitment_date="2026-11-17T18:00:00+00:00", days_late=5),
            fact("E2", "sale.order.line", "S00042 Olive Oil", quantity_missing=12, quantity_reserved=4, product_uom_qty=16),
            fact(
                "E3", "stock.move", "P00031 WEST/IN/00010", state="Available", date_deadline="2026-11-14T16:00:00+00:00",
                reservation_date="2026-11-22", quantity_received=0,
            ),
            fact("E4", "product.product", "Olive Oil", free_in_EAST=30),
            fact("E5", "mail.message", "Message on P00031", body="Called twice, nobody answered. Nothing has arrived."),
        ],
        [
            passage("K1", "The Seller may make a partial shipment only if all conditions of clause 5.2 are met."),
            passage("K2", "Orders are delivered complete. The penalty is not waived for a Late Line."),
            passage("K3", "A substitute is sent only if the Buyer has agreed in writing."),
            passage("K4", "The Buyer accepts partial shipments of dry goods. The Seller must not ship before 08:00."),
        ],
        today=TODAY,
        question="Why is S00042 late?",
        results=[
            {"order": "S00042", "order_evidence": ["E1"], "causes": [{"code": "inbound_overdue", "summary": "The drums are on the road without a tracking number.", "evidence": ["E3"], "certainty": "proven"}]},
            *({"status": "drafted", "draft": draft} for draft in drafts),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        # today as the day of an event
        "P00031 arrives today [E3].",
        "S00042 ships today.",
        "Today S00042 ships [E1].",
        "S00042 was promised for 22 Nov 2026 [E1].",
        "P00031 is due today [E3].",
        # a hedge that governs nothing
        "P00031 has been received after inspection [E3].",
        "P00031 has been received once [E3].",
        "After inspection it has been received [E3].",
        "P00031 was received when the truck came [E3].",
        "P00031 has been received if you ask me [E3].",
        "P00031 must have been received [E3].",
        "You may know that P00031 has been received [E3].",
        "P00031 has been received.",
        # causes
        "S00042 is late because the vendor's owner is ill [E1].",
        "The delay was caused by a lack of staff [E1].",
        "S00042 waits because somebody forgot it [E1].",
        "S00042 is late since the driver quit [E1].",
        "S00042 is late owing to a flat tyre.",
        "The reason is that the boss is away.",
        "The factory burned down.",
        "The factory burned down [E3].",
        # consents and rules
        "The customer agreed to a partial shipment [K1].",
        "The customer agreed to a substitute [K3].",
        "The customer agreed to a partial shipment.",
        "We may split the order freely under the contract [K1].",
        "We may split the order freely under the contract.",
        "You are allowed to ship in parts [K1].",
        "The Seller may make a partial shipment [K1].",
        "The Seller must not make a partial shipment [K1].",
        "The Seller may ship before 08:00 [K4].",
        "The penalty is waived [K1].",
        "The customer agreed to a partial shipment of olive oil [K4].",
        "The penalty is waived [K2].",
        # deeds
        "I have split the order and informed the customer.",
        "I looked it up and informed the customer.",
        "I've changed the date.",
        "I will inform the customer.",
        "The split is done and approved by the supervisor.",
        "The customer has been informed [E1].",
        "I have drafted a split of S00042.",
        "I took care of it.",
        "Marcus Bell informed the customer on 19 Nov 2026 [E1].",
        # whose right it is
        "The Buyer may make a partial shipment only if all conditions are met [K1].",
        # what code lays down as a condition has not happened
        "The Buyer has approved a substitute in writing [K3].",
        "We have the Buyer's consent [K3].",
        # names of one word
        "Acme has the same problem.",
        "The same oil waits for Acme [E4].",
        # sums
        "12 are missing and 30 are free, together 100 [E2][E4].",
        "12 are missing and 4 are reserved, in all 30 [E2][E4].",
        "Of the 16, 12 are missing, so 9 remain [E2].",
    ],
)
def test_words_that_nothing_supports_are_taken_out(sentence: str) -> None:
    checked = grounding().check(f"Before.\n{sentence}\nAfter.")
    assert checked.text == "Before.\nAfter.", checked.failed


@pytest.mark.parametrize(
    "sentence",
    [
        "Today is 22 Nov 2026.",
        "Today is Sunday, 22 Nov 2026.",
        "As of today S00042 is 5 days late [E1].",
        "S00042 is 5 days late today [E1].",
        "I checked this today.",
        "30 are free today [E4].",
        "P00031 has not been received [E3].",
        "Once P00031 has been received, S00042 can ship [E1][E3].",
        "S00042 leaves when P00031 has arrived [E1][E3].",
        "Ask the vendor whether P00031 has arrived [E3].",
        "If P00031 is confirmed, book the carrier [E3].",
        "If the customer agrees, ship the 30 that are free [E4].",
        "If the customer agrees, we will ship the 30 that are free [E4].",
        "Before we split the order, ask the customer.",
        "P00031 should have arrived on 14 Nov 2026 [E3].",
        "It was promised for 17 Nov 2026 and today is 22 Nov 2026 [E1].",
        "S00042 is late because P00031 has not been received [E1][E3].",
        "It waits because the drums are on the road without a tracking number [E3].",
        "The Seller may make a partial shipment only if all conditions are met [K1].",
        "Orders must be delivered complete [K2].",
        "The penalty is not waived for a late line [K2].",
        "The Buyer accepts partial shipments of dry goods [K4].",
        "The Seller must not ship before 08:00 [K4].",
        "I looked at Odoo and found 30 that are free [E4].",
        "I cannot change anything in Odoo.",
        "I have not changed anything.",
        "You may want to call the vendor first.",
        "Purchasing has not entered a new date in Odoo.",
        "I suggest that you ask the vendor for a firm date and tell the customer.",
        "12 are missing and 30 are free, together 42 [E2][E4].",
        "12 are missing and 4 are reserved, in all 16 [E2].",
        "Of the 16, 12 are missing, so 4 remain [E2].",
    ],
)
def test_the_same_said_truly_stays(sentence: str) -> None:
    checked = grounding().check(sentence)
    assert checked.text == sentence, checked.failed


def test_a_sentence_that_nobody_would_read_is_not_checked_for_seconds() -> None:
    endless = "The order is late because the pump is late and the vendor did not deliver " * 60
    checked = grounding().check(f"Before.\n{endless}\nAfter.")
    assert checked.text == "Before.\nAfter."
    assert "too long" in checked.failed[0].reasons[0]


def draft(state: str) -> dict[str, Any]:
    return {
        "draft_id": "d1",
        "action": "split_delivery",
        "state": state,
        "order": "S00042",
        "summary": "Split S00042",
    }


@pytest.mark.parametrize(
    ("sentence", "state", "stays"),
    [
        ("I have drafted a split of S00042.", "drafted", True),
        ("S00042 has been split.", "drafted", False),
        ("The split of S00042 was approved.", "drafted", False),
        ("The split of S00042 was approved.", "approved", True),
        ("S00042 has been split.", "approved", False),
        ("S00042 has been split.", "executed", True),
        ("The customer was informed.", "executed", False),
    ],
)
def test_a_deed_is_what_a_draft_of_the_turn_shows(sentence: str, state: str, stays: bool) -> None:
    assert (grounding(draft(state)).check(sentence).text == sentence) is stays


@pytest.mark.parametrize(
    ("sentence", "facts"),
    [
        ("It has been received after inspection", {("arrived", True)}),
        ("It was shipped before the count", {("departed", True)}),
        ("After the goods have been received they ship", set()),
        ("The order is released only when paid", set()),
        ("Check that P00031 has been received", set()),
        ("It will be received", set()),
        ("Nobody answered. Nothing has arrived.", {("arrived", False)}),
    ],
)
def test_only_what_governs_a_verb_makes_it_hypothetical(sentence: str, facts: set[tuple[str, bool]]) -> None:
    assert {(one.concept, one.holds) for one in stances_of(sentence)} == facts


@pytest.mark.parametrize(
    "text", [HELP, GREETING, OUT_OF_SCOPE, NO_CHANGE, NO_CHANGE_ALONE, NO_DECISIONS, HOW_TO_DECIDE]
)
def test_what_the_playbook_says_without_reading_anything_stays(text: str) -> None:
    assert Grounding([], [], today=TODAY, question="help").check(text).failed == ()
