"""Orders and purchases that people call by their number alone; figures that only count are left alone."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.models.playbook.answerable import answered_as
from copilot.models.playbook.clauses import clauses
from copilot.models.playbook.things import find_things
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Understanding

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
        ("why is ord. 142 late", ("order 142",), ()),
        ("order nbr 142 eta", ("order 142",), ()),
        ("SO# 142 where is it", ("order 142",), ()),
        ("so:142 status", ("order 142",), ()),
        ("s/o 142 status", ("order 142",), ()),
        ("orders 42/57", ("order 42", "order 57"), ()),
        ("S00042/57 why late", ("S00042", "order 57"), ()),
        ("unreserve it from 66 and give it to 46", ("order 66", "order 46"), ()),
        ("what does Atlas say about 74's whereabouts", ("order 74",), ()),
        ("226... no sorry 126 to tuesday", ("order 126",), ()),
        ("PO-4561 or rather 4562: what's it lacking", ("PO-4562",), ()),
        ("anything holding order 60-something, I mean 63", ("order 63",), ()),
        ("is S00167 something you'd split", ("S00167",), ()),
        ("why was 4987 late", ("order 4987",), ()),
        ("is 42 waiting on bearings", ("order 42",), ()),
        ("is 42 awaiting bearings", ("order 42",), ()),
        ("Redwood's 4829 on hold?", ("order 4829",), ()),
        ("chase p.o. 48 and 49", (), ("P00048", "P00049")),
        ("4903 should have been there wednesday", ("order 4903",), ()),
        ("4790 running behind? reason pls", ("order 4790",), ()),
        ("part ship High Plains 4628?", ("order 4628",), ()),
        ("any way to get 4709 there in time", ("order 4709",), ()),
        ("granite needs 4618 wed latest, we ok?", ("order 4618",), ()),
        ("did 3 ship like they said", ("order 3",), ()),
        ("put 4829 on hold", ("order 4829",), ()),
        ("if 4829 is late tell them", ("order 4829",), ()),
        ("we've 4829 stuck in dallas", ("order 4829",), ()),
        ("may 4829 leave today", ("order 4829",), ()),
        ("4790 returning today?", ("order 4790",), ()),
        ("is 3 late?", ("order 3",), ()),
        ("status of 8?", ("order 8",), ()),
        ("is 8 with nitro now", ("order 8",), ()),
        ("12 n 13, same day?", ("order 12", "order 13"), ()),
        ("has 70 actually left the yard", ("order 70",), ()),
        ("po 14 may slip, who waits", (), ("P00014",)),
        ("whats coming on 70? the purchase order not the sales one", (), ("P00070",)),
        ("26 from the vendor, has it slipped", (), ("P00026",)),
        ("which purchase order holds up 142?", ("order 142",), ()),
        ("chase the vendor on p61 and put a note on 120 that we did", ("order 120",), ("P00061",)),
        ("write the customer on 62, and chase the vendor on po 44", ("order 62",), ("P00044",)),
        ("when is P00053 landing and when can Timberline's 107 leave", ("order 107",), ("P00053",)),
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
        "fix the zip: it's 97214",
        "recounted bin C-14, 30 pieces instead of 42",
        "create a PO for 200 stretch wrap",
        "give me 12 olive drums today",
        "did they order 16 drums",
        "a walk-in asking for 60 pillow block bearings this week",
        "how many 6205 have we",
        "pick-ups at 1630",
        "in 2026 we had 3 late",
        "is 24/12/2026 a working day",
        "orders for 4500 and more",
        "they paid 4180 last week",
        "the balance is 3250 now, are they on hold",
        "do we have 3 left",
        "3 late orders from acme?",
        "why 3 late orders at Acme",
        "5 stuck orders in dallas",
        "is 1 late line enough to hold the rest",
        "will 2 delivered pallets be invoiced",
        "what is the earliest day for 5?",
        "is 6205 available in dallas",
        "6205 availability in Dallas?",
        "is 1250 enough for them",
        "we shipped 1250 last week",
        "we invoiced 4180 too much",
        "we have 12 loaded trucks",
        "fb 1010 east",
        "check 6204 sealed at south",
        "how many more days until then, 4 or 5",
    ],
)
def test_a_number_that_counts_or_measures_is_no_order(question: str) -> None:
    assert find_things(question, TODAY).orders == ()


def test_a_number_behind_a_purchase_is_a_purchase_too() -> None:
    asked = understand("And 50?", ["status of P00048"], today=TODAY)
    assert (asked.purchases, asked.references) == (("P00050",), ())


def test_a_slip_behind_a_number_is_put_right_before_the_number_is_read() -> None:
    """ "102 arives" would be so many of something that is called arives."""
    right = {"arives": "arrives"}
    found = find_things("when 102 arives", TODAY, put_right=lambda word: right.get(word, word))
    assert found.orders == ("order 102",)


def test_the_date_of_orders_is_nobodys() -> None:
    before = ["which orders are late out of Dallas South"]
    assert understand("which orders will miss their promised date?", before, today=TODAY).names == ()


def test_a_list_goes_on_from_before() -> None:
    narrowed = understand(
        "same thing, just the atlas ones", ["which orders are late out of Dallas South"], today=TODAY
    )
    assert narrowed.intent == "at_risk"
    assert {"atlas", "dallas south"} <= {name.casefold() for name in narrowed.names}


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
        ("will it get there before the month is over", date(2026, 11, 30)),
        ("anything new by thursdy", date(2026, 11, 26)),
        ("by fridy please", date(2026, 11, 27)),
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
        ("chase P00031 and send Meridian an interim update", "send Meridian an interim update"),
        ("P00044 status, and chase them if it's overdue", "chase them if it's overdue"),
        ("S00080 — cause of the delay, and whose desk is it on?", "whose desk is it on?"),
        ("How many IN-2001 do we have, and is a purchase on the way?", "is a purchase on the way?"),
        ("tell me what is missing on S00084, if nothing then ship it", "if nothing then ship it"),
        ("Where is S00042? Draft a note for it", "Draft a note for it"),
    ],
)
def test_two_questions_are_cut_apart(question: str, second: str) -> None:
    assert clauses(question)[1] == second


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The vendor is late with P00031. Which orders wait for it?", "Which orders wait for it?"),
        ("The customer called, she's angry. Why is it late and when does it ship?", "Why is it late"),
        ("Atlas lost two pallets. How long do we have to file?", "How long do we have to file?"),
    ],
)
def test_a_story_before_a_question_is_none(text: str, question: str) -> None:
    assert clauses(text)[0] == question


@pytest.mark.parametrize(
    "question",
    [
        "could we get penalised for S00042 and by how much",
        "show me the orders of Meridian and Westgate",
        "put Atlas on 37 and book it",
        "can you also look into purchases",
        "who entered S00090 and on what date",
    ],
)
def test_what_hangs_on_a_question_is_no_second_one(question: str) -> None:
    assert clauses(question) == (question, "")


def test_the_same_question_twice_is_one() -> None:
    asked = understand("status of P00047, and when does P00047 come in?", today=TODAY)
    assert asked.intents == ("purchase",)


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


@pytest.mark.parametrize(
    ("question", "orders", "purchases"),
    [
        ("uh order one forty four is there a new date on it", ("order 144",), ()),
        ("what's new on order one oh six since lunch", ("order 106",), ()),
        ("is order one hundred and forty two still here", ("order 142",), ()),
        ("read me what is on order eighty seven", ("order 87",), ()),
        ("order three is frozen, by what", ("order 3",), ()),
        ("okay send one seventy six out with atlas", ("order 176",), ()),
        ("did they give a date on po fifty eight", (), ("P00058",)),
        ("they order two drums of it every week", (), ()),
        ("do they want order forty boxes", (), ()),
        ("one twenty boxes of gloves, any left", (), ()),
        ("on order one of the lines is open", (), ()),
        ("which order is two days late", (), ()),
        ("order forty two two cases missing", ("order 42",), ()),
        ("order forty two and forty three, which is first", ("order 42", "order 43"), ()),
        ("meet at nine fifteen, what ships before that?", (), ()),
        ("price is one ninety nine a case, is that right?", (), ()),
        ("their number is two one two five five five oh one four two", (), ()),
        ("is there one fifty pound bag of flour left", (), ()),
        ("purchase order five thousand dollars needs whose approval", (), ()),
        ("do orders one thousand and over need approval", (), ()),
        ("please handle these in order one by one", (), ()),
        ("so two trucks came", (), ()),
    ],
)
def test_numbers_said_in_words(question: str, orders: tuple[str, ...], purchases: tuple[str, ...]) -> None:
    things = find_things(question, TODAY)
    assert (things.orders, things.purchases) == (orders, purchases)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("any yogurt in the 10 kilo cases", "yogurt 10 kg"),
        ("lemons, 10 kilo, what's free", "lemons 10 kg"),
        ("lentils in 25s, what have we", "lentils 25"),
        ("30 hard hats in packs of 12, covered?", "hats pack of 12"),
        ("Is there a substitute for Nitrile Gloves Box of 100?", "Nitrile Gloves Box of 100"),
        ("Any Hard Hat Box of 50 in Dallas?", "Hard Hat Box of 50"),
        ("where are the 6205s", "6205"),
        ("N95 box of 100, qty free", "N95 box of 100"),
        ("can i sell 12 light maintenance kits", "light maintenance kits"),
        ("old mill refused the pallet", "old mill"),
        # a quantity is no size, and of two sizes none is guessed
        ("can we reserve 50 kg of sea salt", "50 kg of sea salt"),
        ("granite wants 5 kg sea salt in place of 10 kg", "granite"),
    ],
)
def test_goods_are_looked_up_with_the_size_that_is_said(question: str, first: str) -> None:
    assert find_things(question, TODAY).names[0] == first


def test_our_own_trucks_are_a_carrier() -> None:
    assert "own fleet" in find_things("anything overdue on our own trucks", TODAY).names
    assert "own fleet" not in find_things("is our own order late", TODAY).names
    assert "own fleet" not in find_things("is our driver delivering S00042 tomorrow?", TODAY).names


def test_the_day_of_a_second_question_looks_back_too() -> None:
    days = understand(
        "Who has to act on S00104, and what has changed on it since Wednesday?", today=TODAY
    ).days
    assert days is not None
    assert days.first == date(2026, 11, 18)
