"""One question, fully: from the person's words to a checked answer, on the recorded demo."""

from __future__ import annotations

import re
from typing import Any

import pytest

from copilot.agent import Agent
from copilot.answer import Done, Progress, Question, TextPart
from copilot.conversation import IN_FLIGHT_PER_PERSON, NOTHING_LEFT, Copilot
from copilot.errors import NotFound, QuestionError, TooMany
from copilot.evidence_book import MARK
from copilot.identity import Person
from copilot.models.playbook.meaning import meaning_of
from copilot.models.playbook.phrasing import WHICH_ORDER
from copilot.receipts import rebuild
from copilot.store import Store
from copilot.turn import PLAYBOOK_SECONDS, TURN_SECONDS

KEYS = {
    "answer_id",
    "thread_id",
    "question",
    "text",
    "status",
    "diagnosis",
    "options",
    "evidence",
    "citations",
    "drafts",
    "checks",
    "brain",
    "prompts",
    "degraded",
    "odoo_calls",
    "timings_ms",
}


@pytest.fixture(autouse=True)
def _no_brake(demo: Copilot) -> None:
    demo._limits._asked.clear()


@pytest.fixture
def answer(demo: Copilot, service: Person) -> dict[str, Any]:
    return demo.ask(service, Question(text="Why is S00042 late?")).to_json()


def test_the_answer_has_the_contracts_shape(answer: dict[str, Any]) -> None:
    assert answer.keys() >= KEYS
    assert answer["status"] in {"answered", "partial"}
    assert answer["brain"] == "playbook"
    assert answer["diagnosis"].keys() >= {"order", "promised", "expected", "days_late", "causes", "timeline"}
    cause_keys = {"code", "certainty", "summary", "lines", "evidence", "owner_role", "since", "next_steps"}
    assert all(cause.keys() >= cause_keys for cause in answer["diagnosis"]["causes"])
    assert 1 <= answer["odoo_calls"] <= 4, "finding the order included"


def test_it_names_the_seeded_cause_first_with_evidence(answer: dict[str, Any]) -> None:
    causes = answer["diagnosis"]["causes"]
    assert causes[0]["code"] == "inbound_overdue"
    assert "stock_elsewhere" in {cause["code"] for cause in causes}
    given = {one["id"] for one in answer["evidence"]}
    assert all(cause["evidence"] and set(cause["evidence"]) <= given for cause in causes)


def test_every_id_in_the_text_was_given_and_nothing_was_left_out(answer: dict[str, Any]) -> None:
    given = {one["id"] for one in (*answer["evidence"], *answer["citations"])}
    assert set(MARK.findall(answer["text"])) <= given
    assert answer["checks"]["claims"] == answer["checks"]["supported"] > 5
    assert answer["checks"]["removed"] == 0


def test_it_cites_the_customers_contract_and_a_procedure(
    demo: Copilot, service: Person, answer: dict[str, Any]
) -> None:
    cited = {one["type"] for one in answer["citations"]}
    assert {"contract", "sop"} <= cited
    contract = next(one for one in answer["citations"] if one["type"] == "contract")
    assert contract["customer"] == "C-1001"
    for one in answer["citations"]:
        opened = demo.open_document(service, one["document"])
        assert opened.text[one["start"] : one["end"]] == one["quote"]


def test_it_says_when_it_ships_and_what_is_next(answer: dict[str, Any]) -> None:
    assert "Expected" in answer["text"]
    assert "**Next:**" in answer["text"]


def test_the_same_question_gets_the_same_answer(demo: Copilot, service: Person) -> None:
    texts = {demo.ask(service, Question(text="Why is S00042 late?")).text for _ in range(8)}
    assert len(texts) == 1


def test_a_follow_up_means_the_same_order(demo: Copilot, service: Person, answer: dict[str, Any]) -> None:
    follow_up = demo.ask(service, Question(text="And when will it ship?", thread_id=answer["thread_id"]))
    assert follow_up.diagnosis is not None
    assert follow_up.diagnosis["order"] == "S00042"
    assert follow_up.thread_id == answer["thread_id"]


def test_an_unknown_order_is_plainly_not_found(demo: Copilot, service: Person) -> None:
    answer = demo.ask(service, Question(text="Why is S99999 late?"))
    assert answer.status == "not_found"
    assert "S99999" in answer.text
    assert not answer.evidence


@pytest.mark.parametrize("text", ["", "   \n", "x" * 50_000, "é" * 5_000])
def test_an_empty_or_huge_question_is_refused_in_words(demo: Copilot, service: Person, text: str) -> None:
    with pytest.raises(QuestionError, match=r"\.$"):
        demo.ask(service, Question(text=text))


def test_lone_surrogates_and_control_characters_do_no_harm(demo: Copilot, service: Person) -> None:
    assert demo.ask(service, Question(text="Why is S00042 late?\ud800\x00")).status in {"answered", "partial"}


def test_the_stream_ends_in_the_answer_and_its_parts_are_its_text(demo: Copilot, service: Person) -> None:
    events = list(demo.stream(service, Question(text="Why is S00042 late?")))
    assert isinstance(events[0], Progress)
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events if isinstance(event, TextPart)) == events[-1].answer.text


def test_a_stored_answer_opens_for_its_owner_only(
    demo: Copilot, service: Person, answer: dict[str, Any]
) -> None:
    assert demo.answer(service, answer["answer_id"])["text"] == answer["text"]
    receipt = demo.receipt(service, answer["answer_id"])
    assert receipt["asked_by"] == "service"
    other = demo.identity.sign_in("finance", "demo")
    with pytest.raises(NotFound):
        demo.answer(other, answer["answer_id"])
    with pytest.raises(NotFound):
        demo.ask(other, Question(text="And now?", thread_id=answer["thread_id"]))


def test_twenty_questions_a_minute_is_the_most(demo: Copilot) -> None:
    person = demo.identity.sign_in("sales", "demo")
    for _ in range(20):
        demo.ask(person, Question(text="help"))
    with pytest.raises(TooMany, match="Ask again in"):
        demo.ask(person, Question(text="help"))


@pytest.mark.parametrize(
    "question",
    [
        "What does the contract of Meridian Foods say about partial shipments?",
        "What is the cut-off of Atlas Freight?",
        "How do we handle backorders?",
        "May we split S00042?",
    ],
)
def test_policy_questions_are_answered_with_a_quote(demo: Copilot, service: Person, question: str) -> None:
    answer = demo.ask(service, Question(text=question))
    assert answer.status in {"answered", "partial"}
    assert re.search(r"“[^”]+” \[K\d+\]", answer.text), answer.text
    assert answer.text != NOTHING_LEFT


def test_asking_for_a_change_changes_nothing_and_says_so(demo: Copilot, service: Person) -> None:
    answer = demo.ask(service, Question(text="Split S00042 now"))
    assert answer.text.startswith("**Drafted, not done**")
    assert [(one["action"], one["state"]) for one in answer.drafts] == [("split_delivery", "drafted")]
    answer = demo.ask(service, Question(text="Cancel S00042 now"))
    assert answer.text.startswith("I cannot change anything in Odoo")
    assert answer.drafts == ()


@pytest.mark.parametrize("question", ["help", "hello", "Warum ist die Bestellung verspätet", "xyzzy"])
def test_questions_without_an_order_get_a_next_step(demo: Copilot, service: Person, question: str) -> None:
    answer = demo.ask(service, Question(text=question))
    assert answer.text
    assert answer.odoo_calls == 0


LONG = (
    "Why is S00042 late?", "who owns that?", "when will it ship?", "what blocks it?", "where is it?", "should we split it?", "shorter",
    "who owns that?", "when will it ship?", "what blocks it?", "where is it?",
)  # fmt: skip


def test_the_twelfth_question_is_about_the_order_of_the_first_after_a_restart_too(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_limits", type(demo._limits)(None))
    for question in LONG:
        demo.ask(service, Question(text=question, thread_id="long-talk"))
    answer = demo.ask(service, Question(text="What changed on it since Monday?", thread_id="long-talk"))
    assert "S00042" in answer.text
    assert WHICH_ORDER not in answer.text
    receipt = demo.receipt(service, answer.answer_id)
    assert ["Why is S00042 late?", ""] in receipt["further_back"]
    assert rebuild(receipt, meaning_of(demo.library.embedder)).same_text

    # A restart: the conversation is read from the database by a copilot that has answered nothing yet.
    store = Store(demo.settings.sqlalchemy_url)
    again = Copilot(
        settings=demo.settings, server=demo.server, identity=demo.identity, library=demo.library, store=store
    )
    try:
        resumed = again.ask(service, Question(text="What changed on it since Monday?", thread_id="long-talk"))
        assert "S00042" in resumed.text
        with_a_loop = Agent()  # the playbook as it stands behind a language model
        again._brain = with_a_loop
        resumed = again.ask(service, Question(text="What changed on it since Monday?", thread_id="long-talk"))
        assert "S00042" in resumed.text
        again.ask(service, Question(text="Why is S00059 late?", thread_id="long-talk"))
        for question in LONG[1:]:
            again.ask(service, Question(text=question, thread_id="long-talk"))
        taken = again.ask(service, Question(text="What changed on it since Monday?", thread_id="long-talk"))
        assert "S00059" in taken.text
        assert "S00042" not in taken.text
    finally:
        store.close()


def test_searches_and_diagnoses_are_turns_in_flight(demo: Copilot, service: Person) -> None:
    streams = [
        demo.stream(service, Question(text="Why is S00042 late?")) for _ in range(IN_FLIGHT_PER_PERSON)
    ]
    for one in streams:
        next(one)
    for asked in (
        lambda: demo.search(service, "partial shipments"),
        lambda: demo.diagnosis(service, "S00042"),
    ):
        with pytest.raises(TooMany, match="Wait for one of them, then ask again"):
            asked()
    for one in streams:
        assert isinstance(list(one)[-1], Done)
    for _ in range(25):  # a search is in flight like a question, and is none of the questions of a minute
        assert demo.search(service, "partial shipments", top=1)["passages"]
    assert demo.diagnosis(service, "S00042")["diagnosis"]
    assert not demo._limits._in_flight


def test_a_second_brain_has_what_the_first_left_of_the_turn(demo: Copilot, service: Person) -> None:
    """The limit is the turn's: a language model whose text held nothing does not double it."""
    first = demo._new_turn(service)
    first.begun -= TURN_SECONDS - PLAYBOOK_SECONDS
    first.further_back = (("Why is S00042 late?", ""),)
    second = demo._second_turn(service, first)
    assert 0 < second.seconds_left() <= PLAYBOOK_SECONDS
    assert second.further_back == first.further_back
