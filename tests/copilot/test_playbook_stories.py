"""Numbers, days and names as they stand in stories: which of them is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from time import perf_counter, process_time

import pytest

from copilot.models.playbook.answerable import answered_as, settled
from copilot.models.playbook.clauses import only_tells
from copilot.models.playbook.days import find_days
from copilot.models.playbook.goods_said import in_another_size
from copilot.models.playbook.meaning import Guess, Meaning
from copilot.models.playbook.parting import best_parting
from copilot.models.playbook.things import Things, find_things
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.weighing import Weighed, weighed

TODAY = date(2026, 11, 21)
"""A Saturday."""


@pytest.mark.parametrize(
    ("question", "orders", "purchases"),
    [
        # months, weekdays with their number
        ("may 173 leave before the rest of it", ("order 173",), ()),
        ("what ships on tue 24", (), ()),
        # what somebody counted, and quantities beside an order
        ("odoo says 45 on hand and the rack is empty", (), ()),
        ("the sheet said 38 this morning, what is right", (), ()),
        ("he would like to place 15 more of the hoses", (), ()),
        ("please put 12 more on 143", ("order 143",), ()),
        ("we sent 42 and they received 40", (), ()),
        ("need 50 by friday for 131", ("order 131",), ()),
        ("sold 30 to bayside, is 131 covered", ("order 131",), ()),
        ("20 now and 40 later on 77?", ("order 77",), ()),
        ("18 of the 24 for 131 are picked", ("order 131",), ()),
        ("the screen has 142 as late", ("order 142",), ()),
        ("has 42 shipped", ("order 42",), ()),
        # prices, telephones, vehicles, roads, kits
        ("it costs 45 each way", (), ()),
        ("call me on 212 555 0142", (), ()),
        ("our truck 12 broke down with 131 on it", ("order 131",), ()),
        ("any trouble on I-78 tonight", (), ()),
        ("can we still build kit 100", (), ()),
        ("back in 30, anything burning", (), ()),
        # who does something, and an order's own lines
        ("the buyer on 49 asks for a date", ("order 49",), ()),
        ("the client of the 131 owes us money", ("order 131",), ()),
        ("let the 155 lines that are complete go", ("order 155",), ()),
        ("is 4987 invoiced", ("order 4987",), ()),
        ("is the 6306 sealed in stock", (), ()),
        # lists
        ("orders 4 and 5, both gone?", ("order 4", "order 5"), ()),
        ("orders 3, 7 and 12 status", ("order 3", "order 7", "order 12"), ()),
        ("purchase orders 12, 14 and 9: which are late", (), ("P00012", "P00014", "P00009")),
        ("is order 42 late and 3 pallets short", ("order 42",), ()),
        # an order beside a purchase, and a second one
        ("P00055 came in, so when does 188 leave", ("order 188",), ("P00055",)),
        ("approve the draft on 129 and cancel 130", ("order 129", "order 130"), ()),
        ("P00033 had 200 on it last week", (), ("P00033",)),
        ("note on 98 that the vendor promised wednesday, remind them", ("order 98",), ()),
        # read out
        ("put a note on sixty eight", ("order 68",), ()),
        ("it weighs about forty five pounds", (), ()),
        ("did p o fifteen come in", (), ("P00015",)),
    ],
)
def test_which_number_is_a_record(question: str, orders: tuple[str, ...], purchases: tuple[str, ...]) -> None:
    things = find_things(question, TODAY)
    assert (things.orders, things.purchases) == (orders, purchases)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Did 88 leave on thursday? The dock lead is away until monday", "2026-11-26", "2026-11-26"),
        ("They receive on Wednesdays. Can it get there this coming week?", "2026-11-25", "2026-11-25"),
        ("anything on todays truck", "2026-11-21", "2026-11-21"),
        ("off the friday run, move it to monday", "2026-11-23", "2026-11-23"),
        ("does it come thursday or friday", "2026-11-26", "2026-11-27"),
        ("what came in overnight", "2026-11-20", "2026-11-21"),
        ("anything new since lunch", "2026-11-21", "2026-11-21"),
        ("what happened a week back", "2026-11-14", "2026-11-14"),
        ("what do they expect this month", "2026-11-01", "2026-11-30"),
        ("can they have it the week coming", "2026-11-23", "2026-11-29"),
        ("anything short until wed 25?", "2026-11-25", "2026-11-25"),
        ("they have a wedding on saturday", "2026-11-28", "2026-11-28"),
        ("it's saturday and nothing came", "2026-11-21", "2026-11-21"),
        ("pick up tuesday 8 am", "2026-11-24", "2026-11-24"),
    ],
)
def test_which_day_is_asked_for(question: str, first: str, last: str) -> None:
    days = find_days(question, TODAY, past=False)
    assert days is not None
    assert (days.first.isoformat(), days.last.isoformat()) == (first, last)


def test_the_other_day_of_a_story_is_nobodys_name() -> None:
    assert find_things("he is away till thursday. Did 88 leave on friday?", TODAY).names == ()


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("S00088: where is it, and why wasnt it there on wednesday?", date(2026, 11, 18)),
        ("why didn't 88 leave on friday", date(2026, 11, 20)),
    ],
)
def test_what_was_not_done_lies_behind_us(question: str, day: date) -> None:
    days = understand(question, today=TODAY).days
    assert days is not None
    assert days.last == day


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Visiting Granite Grocers on Tuesday. Which orders do they have running?", "Granite Grocers"),
        ("I'm seeing the granite people monday, anything late for them?", "granite"),
        ("how many of the light grease guns have we", "light grease guns"),
        ("what do i tell high plains, they want a date", "high plains"),
        ("Which orders need the Ball Valve 2 in Bronze?", "Ball Valve 2 in Bronze"),
        ("GRANITE WANT TO KNOW WHERE S00042 IS", "GRANITE"),
        ("the 25 kg bags, how many have we of the rye flour", "rye flour 25 kg"),
    ],
)
def test_a_name_in_a_story(question: str, name: str) -> None:
    assert name in find_things(question, TODAY).names


def test_the_same_goods_in_another_size() -> None:
    asked = understand("and the 5 kg case?", ["how many unsalted butter 10 kg cases do we have"], today=TODAY)
    assert asked.names == ("unsalted butter 5 kg",)
    assert in_another_size("and in Dallas?", ["butter 10 kg"]) == ()
    assert in_another_size("and the 5 kg case?", ["granite"]) == ()


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("Kodiak rang, their boiler is broken and P00011 will be late.", True),
        ("Just had Torrance on the line about 24, they are angry.", True),
        ("I need a mail for Torrance.", False),
        ("Where is 42. They called twice.", False),
        ("They called: what is the eta?", False),
        ("Ship 42 today.", False),
    ],
)
def test_a_story_asks_nothing(text: str, tells: bool) -> None:
    assert only_tells(text) is tells


def test_a_story_is_no_first_question() -> None:
    def weigh(text: str, is_first: bool) -> Weighed:
        intent = "purchase" if "late" in text else "waiting_for"
        return Weighed(intent=intent, chance=0.9, shares=((intent, 0.9),))  # type: ignore[arg-type]

    whole = {"purchase": 0.5, "waiting_for": 0.5}
    story = "Kodiak rang, and all of P00011 will be late. Who waits for it?"
    assert best_parting(story, (story, ""), two=0.9, whole=whole, weigh=weigh) is None
    asked = "is P00011 late? and who waits for it?"
    assert best_parting(asked, (asked, ""), two=0.9, whole=whole, weigh=weigh) is not None


def test_how_much_at_most_goes_on_with_the_question() -> None:
    def weigh(text: str, is_first: bool) -> Weighed:
        intent = "policy" if is_first else "credit"
        return Weighed(intent=intent, chance=0.9, shares=((intent, 0.9),))  # type: ignore[arg-type]

    asked = "who may approve air freight and up to how much?"
    assert (
        best_parting(asked, (asked, ""), two=0.9, whole={"policy": 0.5, "credit": 0.5}, weigh=weigh) is None
    )


def test_what_changed_on_a_purchase_is_understood_and_answered_by_how_it_stands() -> None:
    made = Understanding(intent="changes", question="what moved on P00055", purchases=("P00055",))
    assert settled(made).intent == "changes"
    assert answered_as(settled(made)).intent == "purchase"


def test_the_rule_and_the_options_of_a_split_are_two_questions() -> None:
    asked = "Do they take part shipments, and would you split S00042?"
    made = Understanding(intent="policy", also="split", question=asked, references=("S00042",))
    assert settled(made).intents == ("policy", "split")


def test_a_word_beside_an_order_may_be_what_is_asked() -> None:
    class Hears(Meaning):
        def guess(self, readings: Sequence[str], *, before: str = "", boost: float = 1.0) -> Guess:
            return Guess(intents=(("changes" if readings == ("<order> backstory",) else "where", 0.9),))

    with_order = Things(orders=("S00069",), masked="<order> <name>", unnamed="<order> backstory")
    assert weighed(with_order, Hears(), None).intent == "changes"
    assert weighed(Things(masked="<name>", unnamed="torrance"), Hears(), None).intent == "unclear"


@pytest.mark.parametrize(
    ("question", "intent"),
    [("18 or 81", "unclear"), ("S00042 or S00024?", "unclear"), ("18 and 81", "why_late")],
)
def test_one_order_or_another_asks_nothing(question: str, intent: str) -> None:
    assert understand(question, today=TODAY).intent == intent


def test_a_reference_is_no_word_of_a_language() -> None:
    assert understand("wanneer komt P00050 binnen", today=TODAY).intent == "other_language"


def test_a_pasted_mail_full_of_numbers_takes_no_time() -> None:
    text = "moved 42 and sent 60 to make it by friday, " * 400
    began = perf_counter()
    understand(text, today=TODAY)
    assert perf_counter() - began < 5.0


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("where is 42 now and when does 34 leave", (42, 34)),
        ("we have 42 and 34 late, why", (42, 34)),
        ("got 42, 34 and 33 late: why", (42, 34, 33)),
        ("he ordered 42 and 34 together, can we ship them together?", (42, 34)),
        ("we shipped 142 and 143 but 144 is stuck", (142, 143, 144)),
        ("booked 142 and 143 on the same truck?", (142, 143)),
        ("i've got 142 and 143 to ship, which one first", (142, 143)),
        ("customer asked for 142 and 143 in one mail", (142, 143)),
        ("why only 142 and 143", (142, 143)),
        ("ship 142 then 143", (142, 143)),
        ("142 then 143", (142, 143)),
        ("they got 142 but 143 never came", (142, 143)),
        ("142 came in late, what about 143", (142, 143)),
        ("customer wants 142 now and 143 later", (142, 143)),
        ("release 142 now but not 143", (142, 143)),
        ("they received 142 but not 143", (142, 143)),
        ("ship 142 now and hold 143", (142, 143)),
        ("sold 142 to Westgate, ship 143 first", (142, 143)),
        ("they paid for 142 but 143 is open", (142, 143)),
        ("we shipped 42 and booked 43", (42,)),
        ("shipped 42 today, what about 43", (42,)),
        ("are 42 and 43 in stock", (42, 43)),
        # by the word for something else
        ("pick ticket 42 status", (42,)),
        ("is there a truck 42 can go on", (42,)),
        ("which lot 142 got", (142,)),
        ("batch 142 and 143", (142, 143)),
        ("call in 142", (142,)),
        ("142 each line status", (142,)),
        ("status of 142 each line", (142,)),
        # by what shows it
        ("odoo says 42, is that right", (42,)),
        ("sheet shows 142 today, is it going", (142,)),
        ("scanner says 142 left, did it", (142,)),
        ("the list has 142", (142,)),
        # a year is no telephone number
        ("142 2026", (142,)),
        ("88 2026 plan", (88,)),
        ("call me on 212 555 2024", ()),
    ],
)
def test_an_order_beside_words_of_quantities(question: str, numbers: tuple[int, ...]) -> None:
    assert find_things(question, TODAY).orders == tuple(f"order {number}" for number in numbers)


@pytest.mark.parametrize(
    ("question", "orders", "purchases"),
    [
        # beside another one
        ("they need 150 by friday for 131", ("order 131",), ()),
        ("we shipped 60 and they got 55", (), ()),
        ("can we send 20 now and 40 later", (), ()),
        ("make it 50 on 142", ("order 142",), ()),
        ("change the quantity to 50", (), ()),
        # beside a purchase or an order
        ("P00031: why was 40 short", (), ("P00031",)),
        ("when will 50 arrive on P00031", (), ("P00031",)),
        ("why did 50 come in on P00031", (), ("P00031",)),
        ("when can 60 be in for P00031", (), ("P00031",)),
        ("when is 100 coming on P00044", (), ("P00044",)),
        ("S00042 make 50", ("S00042",), ()),
        ("142: cancel 20", ("order 142",), ()),
        ("how many on 142 and will 30 make it", ("order 142",), ()),
        # read out
        ("send fifty five and hold the rest", (), ()),
        ("ship thirty five and backorder the rest", (), ()),
        ("ship twenty four and the rest later", (), ()),
        ("with twenty five ready can we part ship", (), ()),
        ("cancel twenty five, they only want ten", (), ()),
        ("of forty eight, only twenty came", (), ()),
        ("about sixty five that are late", (), ()),
        ("for forty five and a half", (), ()),
        ("why is forty two late", ("order 42",), ()),
        # lines of several orders
        ("the 44 lines that are late", (), ()),
        ("the 60 lines at risk", (), ()),
        ("the 120 lines at risk", (), ()),
        ("the 60 items in stock", (), ()),
        ("the 50 items Juniper ordered", (), ()),
        ("the 150 lines Juniper ordered", (), ()),
        ("the 50 lines on 42", ("order 42",), ()),
        ("the 150 lines on 42", ("order 42",), ()),
        ("the 150 lines on S00042", ("S00042",), ()),
    ],
)
def test_a_quantity_is_no_order(question: str, orders: tuple[str, ...], purchases: tuple[str, ...]) -> None:
    things = find_things(question, TODAY)
    assert (things.orders, things.purchases) == (orders, purchases)


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("change it to 143", "order 143"),
        ("make it 142", "order 142"),
        ("i meant change it to 143", "order 143"),
    ],
)
def test_another_order_instead(question: str, order: str) -> None:
    assert understand(question, ["why is order 42 late"], today=TODAY).references == (order,)


@pytest.mark.parametrize("said", ["on forty two ", "one forty two ", "order forty two ", "have 42 now and "])
def test_numbers_read_out_many_times_take_no_time(said: str) -> None:
    began = process_time()
    understand(said * 600, today=TODAY)
    assert process_time() - began < 2.0
