"""Orders and purchases that people call by their number alone; figures that only count are left alone."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.models.playbook.clauses import clauses
from copilot.models.playbook.things import find_things
from copilot.models.playbook.understanding import Understanding, answered_as, understand

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("question", "orders", "purchases"),
    [
        ("where's 142", ("order 142",), ()),
        ("eta for 188 pls", ("order 188",), ()),
        ("tell me what delayed s64", ("order 64",), ()),
        ("42 and 57, why late?", ("order 42", "order 57"), ()),
        ("status of po 48", (), ("P00048",)),
        ("status of purchase order 48", (), ("P00048",)),
        ("press the vendor on 52", (), ("P00052",)),
        ("S00149... I mean 148: why is it late", ("order 148",), ()),
        ("I have 143 on my board in red", ("order 143",), ()),
    ],
)
def test_a_number_that_names_a_record(
    question: str, orders: tuple[str, ...], purchases: tuple[str, ...]
) -> None:
    found = find_things(question, TODAY)
    assert (found.orders, found.purchases) == (orders, purchases)


@pytest.mark.parametrize(
    "question",
    [
        "what happened in the last 24 hours",
        "is a split above 500 dollars allowed",
        "send 6 of 8 first",
        "up to 30 % of the limit",
        "what does clause 14 say",
        "pick-ups before 11:30",
        "the truck leaves at 14",
        "can I sell 10 IN-2031 today",
        "what's 17 times 23",
        "top 10 late orders",
        "approve draft 12",
        "a wedding with 400 guests",
    ],
)
def test_a_number_that_counts_or_measures_is_no_order(question: str) -> None:
    assert find_things(question, TODAY).orders == ()


def test_a_number_behind_a_purchase_is_a_purchase_too() -> None:
    asked = understand("And 50?", ["status of P00048"], today=TODAY)
    assert (asked.purchases, asked.references) == (("P00050",), ())


def test_a_tracking_number_alone_asks_where_it_is() -> None:
    assert understand("ATL790037", today=TODAY).intent == "where"
    assert understand("S00042", today=TODAY).intent == "why_late"


@pytest.mark.parametrize(
    ("question", "last"),
    [
        ("any trouble ahead on the 27th", date(2026, 11, 27)),
        ("everything due on the 5th", date(2026, 12, 5)),
        ("who needs CH-3002 before the first of December", date(2026, 12, 1)),
        ("It's Saturday and his line stands still unless it is there by Tuesday", date(2026, 11, 24)),
    ],
)
def test_days(question: str, last: date) -> None:
    days = find_things(question, TODAY).days
    assert days is not None
    assert days.last == last


def test_what_was_spoken_of_is_kept_over_a_question_about_nothing() -> None:
    asked = understand("why not split it", ["what are the options for 42", "hm ok"], today=TODAY)
    assert asked.references == ("order 42",)


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("where is S00042 and write the customer a line", "write the customer a line"),
        ("Cancel S00132 and note that they phoned", "note that they phoned"),
        ("who waits for P00046, and then nudge the vendor", "nudge the vendor"),
    ],
)
def test_two_questions_are_cut_apart(question: str, second: str) -> None:
    assert clauses(question)[1] == second


def test_a_question_about_a_customer_is_answered_by_that_customers_orders() -> None:
    asked = Understanding(intent="why_late", question="Westgate late again, why", names=("Westgate",))
    assert answered_as(asked).intent == "at_risk"
    rule = Understanding(
        intent="purchase",
        question="In how many shipments may an order of Westgate arrive?",
        names=("Westgate",),
    )
    assert answered_as(rule).intent == "policy"
    with_order = Understanding(intent="why_late", question="why is S00042 late", references=("S00042",))
    assert answered_as(with_order) is not None
    assert answered_as(with_order).intent == "why_late"
