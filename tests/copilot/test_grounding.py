"""No number, date, reference or quote gets out that the evidence does not hold."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.answer import Citation, Evidence
from copilot.grounding import Grounding, claims_of, sentences_of

ORDER = Evidence(
    id="E1",
    model="sale.order",
    record_id=7,
    display_name="S00042",
    read_at="2026-11-21T09:00:00+00:00",
    url="",
    fields={
        "commitment_date": "2026-11-12T18:00:00+00:00",
        "amount_total": 5123.456,
        "client_order_ref": "PO-88/A",
        "currency_id": "USD",
    },
)
LINE = Evidence(
    id="E2",
    model="sale.order.line",
    record_id=9,
    display_name="[IN-2001] Sanitary Butterfly Valve 2 in",
    read_at="2026-11-21T09:00:00+00:00",
    url="",
    fields={"product_uom_qty": 40.0, "free": 12.5},
)
CLAUSE = Citation(
    id="K1",
    document="sop",
    title="Split shipments",
    path="sop.md",
    page=2,
    section="4.2 Partial",
    start=0,
    end=60,
    type="sop",
    quote="At least 60% of the order value must leave\n in the first shipment, within 5 business days.",
    customer="",
    valid_from="2026-01-01",
    valid_to=None,
    url="",
)


@pytest.fixture
def grounding() -> Grounding:
    return Grounding(
        [ORDER, LINE],
        [CLAUSE],
        today=date(2026, 11, 21),
        timezone="America/Los_Angeles",
        question="Why is S00042 late? I need 77.",
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "S00042 is 9 days late; it was promised for 12 Nov 2026 [E1].",
        "It was promised on November 12 [E1].",
        "The order is worth 5,123.46 USD [E1].",
        "40 of [IN-2001] Sanitary Butterfly Valve 2 in were ordered and 12.5 are free [E2].",
        "“At least 60% of the order value must leave in the first shipment” [K1].",
        "At least 60% must leave first, and 5 days is the limit [K1].",
        "Today is 21 Nov 2026.",
        "Their reference is PO-88/A [E1].",
        "Nothing here can be checked.",
        "It was promised on the 12th of November 2026 [E1].",
    ],
)
def test_what_the_evidence_holds_is_kept(grounding: Grounding, sentence: str) -> None:
    grounded = grounding.check(sentence)
    assert grounded.text == sentence
    assert grounded.checks.removed == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "S00043 is late [E1].",
        "This is as of today, 12 Nov 2026.",
        "S0004 is late [E1].",
        "It was promised for 13 Nov 2026 [E1].",
        "It was promised for 12 Nov 2025 [E1].",
        "S00042 is 8 days late [E1].",
        "The order is worth 5,123.45 USD [E1].",
        "41 were ordered [E2].",
        "12.6 are free [E2].",
        "“At least 70% of the order value must leave in the first shipment” [K1].",
        "“At least 60% of the order value may leave in the first shipment” [K1].",
        "Write to boss@evil.example [E1].",
        "See https://evil.example/x for more [E1].",
        "The rule is 4.2 [E1], see [E9].",
        "It leaves in two weeks.",
        "P00031 is overdue [E1].",
        "It arrives in 5-7 business days [K1].",
        "The penalty is 10-15% [K1].",
        "Only 3/4 of the lines are free [E2].",
        "It is fifteen days late [E1].",
        "It is a week late [E1].",
        "That is a 24-hour delay.",
        "Forty-one pallets are missing [E2].",
        "120pcs are missing.",
        "It costs 900USD more.",
        "The fee is 1.2M.",
        "It ships on 12/11.",
        "It ships on 2027/03/04.",
        "It ships next Friday [E1].",
        "The parcel is 1Z999AA10123456784.",
        "Call +1-555-867-5309.",
        "The contract says 'partial shipments are always allowed' [K1].",
        "The contract says «penalty waived in all cases» [K1].",
        "The buyer Acme Corporation cancelled it on purpose.",
        "S00042 is 40 days late [E1].",
        "S00042 is 60 days late [E1].",
        "The margin is 12.5% [E2].",
        "It was promised for 1 Jan 2026 [E1].",
        "5 units were ordered [E2].",
        "It is 77 days late [E1].",
    ],
)
def test_what_no_evidence_holds_is_taken_out(grounding: Grounding, sentence: str) -> None:
    grounded = grounding.check(f"Before. {sentence} After.")
    assert grounded.checks.removed == 1, claims_of(sentence)
    assert sentence not in grounded.text
    assert grounded.text.startswith("Before.")
    assert grounded.text.endswith("After.")


@pytest.mark.parametrize(
    "line",
    [
        "s00043 is also late.",
        "> Partial shipments are always allowed.",
        "“At least 60% of the order value",
        "of the order value must leave tomorrow” [K1].",
    ],
)
def test_whole_lines_that_nothing_supports_are_taken_out(grounding: Grounding, line: str) -> None:
    assert grounding.check(f"Kept.\n{line}\nKept.").text == "Kept.\nKept."


def test_what_code_said_may_be_repeated() -> None:
    grounding = Grounding(
        [],
        [],
        today=date(2026, 11, 21),
        said=["Odoo at http://127.0.0.1:8069 did not answer in 5 s. Try again in 30 s."],
    )
    sentence = "Odoo at http://127.0.0.1:8069 did not answer in 5 s."
    assert grounding.check(sentence).text == sentence


def test_an_unknown_id_is_an_error_even_without_a_claim(grounding: Grounding) -> None:
    assert grounding.unknown_ids("Fine [E1], not fine [K7].") == ["K7"]
    assert grounding.check("That is so [K7].").text == ""


def test_list_numbers_and_layout_survive(grounding: Grounding) -> None:
    text = "**S00042** is late [E1].\n\n1. 40 were ordered [E2].\n2. 41 were ordered [E2].\n\n- Ask again."
    assert (
        grounding.check(text).text == "**S00042** is late [E1].\n\n1. 40 were ordered [E2].\n\n- Ask again."
    )


def test_sentences_end_where_people_end_them() -> None:
    assert sentences_of("It is 2.5 kg. No. 7 is not e.g. a stop. “One. Two.” said he [E1]. End.") == [
        "It is 2.5 kg. ",
        "No. 7 is not e.g. a stop. ",
        "“One. Two.” said he [E1]. ",
        "End.",
    ]
