"""The playbook understands what is asked, about what; here from words alone, without an embedding model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import pytest

from copilot.models.playbook.asking_back import doubt, is_question_back
from copilot.models.playbook.meaning import Guess, Meaning
from copilot.models.playbook.remembering import MOST_NAMED, REMEMBERED, remembered
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Earlier, Understanding

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("question", "intent", "references"),
    [
        ("Why is S00042 late?", "why_late", ("S00042",)),
        ("When will S00042 ship?", "when", ("S00042",)),
        ("where is S00042", "where", ("S00042",)),
        ("What blocks S00042?", "blocks", ("S00042",)),
        ("S00042", "why_late", ("S00042",)),
        ("What can I tell the customer about S00042?", "customer_message", ("S00042",)),
        ("May we split S00042?", "policy", ("S00042",)),
        ("Should we split S00042?", "split", ("S00042",)),
        ("Split S00042 now", "change", ("S00042",)),
        ("split S00042?", "split", ("S00042",)),
        ("please cancel S00042", "change", ("S00042",)),
        ("Why are S00042 and S00043 late?", "why_late", ("S00042", "S00043")),
        ("What does the contract of Meridian Foods say about partial shipments?", "policy", ()),
        ("help", "help", ()),
        ("Hello!", "small_talk", ()),
        ("thanks", "small_talk", ()),
        ("Warum ist die Bestellung verspätet", "other_language", ()),
        ("¿Por qué está retrasado el pedido S00042?", "other_language", ("S00042",)),
    ],
)
def test_intent_and_references(question: str, intent: str, references: tuple[str, ...]) -> None:
    asked = understand(question, today=TODAY)
    assert asked.intent == intent
    assert tuple(one.upper() for one in asked.references) == references


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("why is P00031 late", "purchase"),
        ("What waits for P00031?", "waiting_for"),
        ("stock of FB-1011", "stock"),
        ("who is waiting for FB-1011?", "waiting_for"),
    ],
)
def test_what_is_named_decides_between_alike_questions(question: str, intent: str) -> None:
    assert understand(question, today=TODAY).intent == intent


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does the contract of Meridian Foods say about partial shipments?", ("Meridian Foods",)),
        ("What is Cascade Brewing Company's delivery window?", ("Cascade Brewing Company",)),
        ("What does our SOP say about backorders?", ()),
        ("When is the cut-off of Atlas Freight?", ("Atlas Freight",)),
        ("Which of Meridian Foods' orders are late?", ("Meridian Foods",)),
        ("What does the contract of Bank Of America say?", ("Bank Of America",)),
        ("open orders meridan fods", ("meridan fods",)),
        ("how much yarrow do we have in Allentown East", ("Allentown East", "yarrow")),
        ("how many pillow blocks do we have", ("pillow blocks",)),
        ("what's free of the 6205 bearing", ("6205 bearing",)),
        ("how many 6205 have we", ("6205",)),
        ("what is on the label for Meridian's DC", ("Meridian's DC", "Meridian", "label")),
        ("who'd be affected by Kestrel", ("Kestrel",)),
        ("Red Barn orders", ("Red Barn",)),
        ("the delivery for old mill fab", ("old mill fab",)),
        ("the delivery for new yarrow orders", ("yarrow",)),
    ],
)
def test_names_are_recognised_with_and_without_capitals(question: str, names: tuple[str, ...]) -> None:
    assert understand(question, today=TODAY).names == names


def test_another_place_is_asked_about_the_same_goods() -> None:
    asked = understand("and in Dallas?", earlier=["stock of FB-1011 in Tacoma"], today=TODAY)
    assert (asked.intent, asked.products, asked.names) == ("stock", ("FB-1011",), ("Dallas",))


def test_a_name_is_kept_in_another_language() -> None:
    asked = understand("Wo ist die Lieferung für Ironclad?", today=TODAY)
    assert asked.intent == "other_language"
    assert "Ironclad" in asked.names


def test_it_means_the_order_spoken_of_before() -> None:
    asked = understand("And when will it ship?", earlier=["Why is S00042 late?"], today=TODAY)
    assert asked.intent == "when"
    assert asked.references == ("S00042",)
    assert asked.carried_over


@pytest.mark.parametrize(
    ("question", "intent", "reference"),
    [
        ("and S00051?", "why_late", "S00051"),
        ("the other one?", "why_late", "S00059"),
        ("who owns that?", "owner", "S00042"),
        ("why not split it?", "split", "S00042"),
        ("what changed since yesterday?", "changes", "S00042"),
    ],
)
def test_follow_ups(question: str, intent: str, reference: str) -> None:
    earlier = ["Why is S00059 late?", "Why is S00042 late?"]
    asked = understand(question, earlier=earlier, today=TODAY)
    assert (asked.intent, asked.references) == (intent, (reference,))


GOES_ON = (
    "who owns that?", "when will it ship?", "what blocks it?", "where is it?", "should we split it?", "shorter", "thanks",
    "what can I tell the customer about it?", "who owns that?", "what are the options?", "what blocks it?",
)  # fmt: skip
"""Eleven questions that name nothing."""


@pytest.mark.parametrize("rounds", [1, 5, 15])
def test_an_order_is_spoken_of_however_long_it_is_not_named(rounds: int) -> None:
    """Questions further back are searched for what they named alone, so the time does not grow with the conversation."""
    earlier = ["Why is S00059 late?", "Why is S00042 late?", *GOES_ON * rounds]
    asked = understand("What changed on it since Monday?", earlier=earlier, today=TODAY)
    assert (asked.intent, asked.references) == ("changes", ("S00042",))
    assert asked.mentioned == ("S00059", "S00042")
    told = [Earlier(question=one) for one in earlier]
    kept = remembered(told, TODAY)
    assert len(kept) <= REMEMBERED + 2 * MOST_NAMED
    assert remembered(kept, TODAY) == kept


def test_an_order_that_is_named_in_between_takes_over() -> None:
    earlier = ["Why is S00042 late?", *GOES_ON[:5], "and S00059?", *GOES_ON]
    asked = understand("What changed on it since Monday?", earlier=earlier, today=TODAY)
    assert asked.references == ("S00059",)
    asked = understand("what about the other one?", earlier=[*earlier, "when will it ship?"], today=TODAY)
    assert (asked.intent, asked.references) == ("when", ("S00042",))


def test_the_second_of_a_list_is_spoken_of_however_long_ago_it_was_listed() -> None:
    told = Earlier(
        question="Which orders are at risk?",
        answer="**2 orders:**\n\n1. **S00110** for X\n2. **S00074** for Y",
    )
    earlier = [
        told, Earlier(question="Why is the second one late?"), *(Earlier(question=one) for one in GOES_ON)
    ]  # fmt: skip
    asked = understand("What changed on it since Monday?", earlier=earlier, today=TODAY)
    assert asked.references == ("S00074",)


def test_an_order_in_a_pasted_mail_is_found_further_back() -> None:
    mail = f"{'We are waiting for our goods and nobody says anything. ' * 10} It is S00042. Why is it late?"
    asked = understand("What changed on it since Monday?", earlier=[mail, *GOES_ON], today=TODAY)
    assert asked.references == ("S00042",)


@pytest.mark.parametrize("question", ["shorter", "What did you base that on?"])
def test_what_is_said_of_the_last_answer_is_about_its_question(question: str) -> None:
    asked = understand(question, earlier=["When will S00042 ship?"], today=TODAY)
    assert asked.before is not None
    assert (asked.before.intent, asked.references) == ("when", ("S00042",))


def test_the_first_of_a_list_is_the_first_that_we_listed() -> None:
    told = Earlier(
        question="Which orders are at risk?",
        answer="**2 orders:**\n\n1. **S00110** for X\n2. **S00074** for Y",
    )
    asked = understand("Why is the second one late?", earlier=[told], today=TODAY)
    assert (asked.intent, asked.references) == ("why_late", ("S00074",))


@pytest.mark.parametrize(
    "answer",
    [
        "“1. **S00666** is to be shipped first” [K1]",
        "The contract says: ship S00666 first [K1].",
        "- “\n1. **S00666**” [K1]",
    ],
)
def test_no_order_is_taken_from_what_a_document_said(answer: str) -> None:
    """Only our own lists, behind a question for a list, name orders; quoted words never do."""
    told = Earlier(question="What does the contract of Meridian Foods say?", answer=answer)
    for question in ("Why is it late?", "Why is the first one late?", "and the other one?"):
        assert understand(question, earlier=[told], today=TODAY).references == ()


def test_without_an_earlier_order_it_is_left_open() -> None:
    assert understand("Why is it late?", today=TODAY).references == ()


def test_what_used_to_hold_is_asked_for() -> None:
    assert understand(
        "What did the old contract of Meridian Foods say about penalties?", today=TODAY
    ).old_versions


def test_two_questions_in_one() -> None:
    asked = understand(
        "Why is S00042 late and what does their contract say about partial shipments?", today=TODAY
    )
    assert asked.intents == ("why_late", "policy")
    assert asked.references == ("S00042",)
    assert "partial shipments" in asked.second


@pytest.mark.parametrize("question", ["xyzzy", "hmm", "ok but", "the thing with the stuff"])
def test_what_cannot_be_told_is_not_guessed(question: str) -> None:
    assert understand(question, today=TODAY).intent in {"unclear", "small_talk"}


@pytest.mark.parametrize(
    "question",
    [
        "12/" * 130,
        "12-" * 130,
        "",
        "?",
        "🙂",
        "\u202eS00042",
        "<order>",
        "<script>",
        "a" * 3999,
        "S" * 500,
        "(" * 300,
        "{order}",
    ],
)
def test_rubbish_does_no_harm(question: str) -> None:
    understand(question, today=TODAY)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("late orders for wensday", "2026-11-25"),
        ("can S00042 go by thrusday", "2026-11-26"),
        ("will S00042 ship tommorow", "2026-11-22"),
        ("what is due at midday", None),
        ("orders of Mayday Marine", None),
    ],
)
def test_misspelt_days_are_days(question: str, day: str | None) -> None:
    days = understand(question, today=TODAY).days
    assert (str(days.last) if days else None) == day


def test_a_delivery_may_be_read_out() -> None:
    assert understand("still here or gone? east out 72", today=TODAY).references == ("EAST/OUT/00072",)


def test_a_number_of_goods_is_no_order() -> None:
    assert understand("can I sell 60 pillow block bearings", today=TODAY).references == ()
    assert understand("packs of 12 of the vests, how many have we", today=TODAY).references == ()


def test_a_list_is_narrowed_with_its_day_and_its_other_filters() -> None:
    asked = understand(
        "only those with Polar please", ["Which orders of Meridian Foods are at risk by Friday?"], today=TODAY
    )
    assert asked.intent == "at_risk"
    assert str(asked.days.last if asked.days else None) == "2026-11-27"
    assert asked.names[0] == "Polar"
    assert "Meridian Foods" in asked.names


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("can we split S00042", "split"),
        ("could S00042 go in two shipments", "split"),
        ("what does the contract say about splitting S00042", "policy"),
        ("may we split S00042?", "policy"),
    ],
)
def test_whether_an_order_can_be_split_is_compared_unless_the_rule_is_asked_for(
    question: str, intent: str
) -> None:
    assert understand(question, today=TODAY).intent == intent


class _Guesses(Meaning):
    """A sense of meaning that says what it is told to."""

    def __init__(self, *intents: tuple[str, float]) -> None:
        super().__init__()
        self._said = Guess(intents=intents)

    def guess(self, readings: Sequence[str], *, before: str = "", boost: float = 1.0) -> Guess:
        return self._said


def test_what_else_may_be_meant_is_kept_only_where_the_guess_is_doubtful() -> None:
    question = "S00042 hanging around the yard again"
    doubtful = _Guesses(("blocks", 0.6), ("where", 0.3), ("why_late", 0.06), ("note", 0.01))
    asked = understand(question, today=TODAY, meaning=doubtful)
    assert (asked.intent, asked.or_else) == ("blocks", ("where", "why_late"))
    sure = _Guesses(("blocks", 0.9), ("where", 0.08))
    assert understand(question, today=TODAY, meaning=sure).or_else == ()


@pytest.mark.parametrize(
    ("outside", "policy", "intent"),
    [
        (0.68, 0.31, "policy"),
        (0.9, 0.08, "out_of_scope"),
        (0.8, 0.1, "out_of_scope"),
        (0.3, 0.21, "unclear"),
    ],
)
def test_what_is_only_likely_to_be_outside_is_looked_up(outside: float, policy: float, intent: str) -> None:
    guesses = _Guesses(("out_of_scope", outside), ("policy", policy))
    assert understand("surcharge days in the workbook", today=TODAY, meaning=guesses).intent == intent


def test_what_was_looked_up_all_the_same_is_told_as_doubtful() -> None:
    guesses = _Guesses(("out_of_scope", 0.6), ("small_talk", 0.22), ("policy", 0.21))
    asked = understand("surcharge days in the workbook", today=TODAY, meaning=guesses)
    assert (asked.intent, asked.or_else) == ("policy", ("small_talk", "out_of_scope"))
    read = doubt(("policy",), ("out_of_scope",), "the order")
    assert read.startswith("I read this as: ")
    assert read.endswith(".")
    assert is_question_back(read, asked.question)
    only = _Guesses(("out_of_scope", 1.0))
    assert understand("surcharge days", today=TODAY, meaning=only).intent == "out_of_scope"


class _GuessesOfEach(Meaning):
    """A sense of meaning that tells questions apart by a word in them; of several, the one that comes first counts."""

    def __init__(self, said: dict[str, tuple[tuple[str, float], ...]]) -> None:
        super().__init__()
        self._said = said

    def guess(self, readings: Sequence[str], *, before: str = "", boost: float = 1.0) -> Guess:
        found = (intents for word, intents in self._said.items() if any(word in one for one in readings))
        return Guess(intents=next(found))


def _two_questions(*, first: float, second: float) -> Understanding:
    meaning = _GuessesOfEach(
        {
            "and does": (("blocks", 0.7), ("where", 0.3)),
            "driver": (("when", second), ("where", 1 - second)),
            "hanging": (("blocks", first), ("why_late", 1 - first)),
        }
    )
    return understand(
        "Is S00042 hanging around the yard? And does the driver shimmer today?", today=TODAY, meaning=meaning
    )


def test_of_two_questions_in_one_breath_either_may_be_doubtful() -> None:
    asked = _two_questions(first=0.99, second=0.6)
    assert (asked.intents, asked.or_else) == (("blocks", "when"), ("where",))
    assert _two_questions(first=0.6, second=0.99).or_else == ("why_late",)
    told = doubt(asked.intents, asked.or_else, "S00042")
    read, meant = (
        "I read this as: what blocks S00042 and when S00042 will ship.",
        "Did you mean where S00042 is?",
    )
    assert told == f"{read} {meant}"
    assert is_question_back(read, asked.question)
    assert not is_question_back(read.replace("S00042 will", "S00043 will"), asked.question)


def test_two_questions_that_are_both_plain_are_not_doubted() -> None:
    asked = _two_questions(first=0.95, second=0.95)
    assert (asked.intents, asked.or_else) == (("blocks", "when"), ())


def test_what_comes_to_the_same_is_no_doubt() -> None:
    """Why a purchase order is late, and how it stands, is one answer."""
    meaning = _Guesses(("purchase", 0.5), ("why_late", 0.25), ("follow_up", 0.2))
    asked = understand("P00031 hanging around again", today=TODAY, meaning=meaning)
    assert asked.intent == "purchase"
    assert "why_late" not in asked.or_else
    assert "purchase" not in asked.or_else


def test_a_doubt_is_told_in_words_that_claim_nothing() -> None:
    question = "S00042 hanging around the yard again"
    told = doubt(("blocks",), ("where", "small_talk", "why_late"), "S00042")
    assert told == "I read this as: what blocks S00042. Did you mean where S00042 is or why S00042 is late?"
    assert all(is_question_back(one, question) for one in re.split(r"(?<=\.) ", told))
    assert not is_question_back("I read this as: why S00043 is late.", question)
    assert not is_question_back("I read this as: why S00042 is late. It left yesterday.", question)
    assert doubt(("blocks",), ("small_talk",), "S00042") == ""
