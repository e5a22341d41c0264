"""The playbook understands what is asked, about what; here from words alone, without an embedding model."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.models.playbook.understanding import Earlier, understand

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
    ],
)
def test_names_are_recognised_with_and_without_capitals(question: str, names: tuple[str, ...]) -> None:
    assert understand(question, today=TODAY).names == names


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
    ["", "?", "🙂", "\u202eS00042", "<order>", "<script>", "a" * 3999, "S" * 500, "(" * 300, "{order}"],
)
def test_rubbish_does_no_harm(question: str) -> None:
    understand(question, today=TODAY)
