"""What a name is decides what is asked: a vendor's open orders are ours with it, a product's next arrival is on its purchase order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copilot.answer import Answer, Question
from copilot.conversation import Copilot
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.whose import as_answered, as_its_names_say, is_decided_by_its_names

Ask = Callable[..., Answer]


@pytest.fixture
def ask(demo: Copilot) -> Ask:
    def asking(*questions: str, login: str = "purchasing") -> Answer:
        person = demo.identity.sign_in(login, "demo")
        thread = None
        for question in questions:
            demo._limits._asked.clear()
            answer = demo.ask(person, Question(text=question, thread_id=thread))
            thread = answer.thread_id
        return answer

    return asking


def asked_of(intent: str, **more: object) -> Understanding:
    return Understanding(intent=intent, question="?", names=("Kestrel",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "question",
    [
        "What do we have open with Kestrel and when is the next delivery from them?",
        "what's outstanding at kestrel",
        "when does Kestrel deliver",
        "open orders of kestrel valves",
        "does Kestrel Valvs have anything on the way to us?",
    ],
)
def test_of_a_vendor_its_purchase_orders_are_told(ask: Ask, question: str) -> None:
    text = ask(question).text
    assert text.startswith("**Kestrel Valves and Fittings has "), text
    assert "open purchase order" in text
    assert "P00048" in text


@pytest.mark.parametrize(
    "question",
    ["what do we have open for westgate", "when does westgate get its stuff", "westgate bakery open orders"],
)
def test_of_a_customer_its_orders_are_told(ask: Ask, question: str) -> None:
    text = ask(question, login="service").text
    assert text.startswith("**Westgate Bakery has "), text
    assert "purchase order" not in text


@pytest.mark.parametrize("question", ["gala apples back in when?", "when does caustic cleaner come in"])
def test_of_a_product_the_stock_is_told_and_what_is_on_its_way(ask: Ask, question: str) -> None:
    assert "free to use" in ask(question).text


def test_a_follow_up_to_a_vendor_shows_its_orders_to_choose_from(ask: Ask) -> None:
    text = ask("pls write nordic bearings, they owe me a delivery date since 2 weeks").text
    assert text.startswith("**Nordic Bearings has ")
    assert "Which purchase order do you mean?" in text


def test_another_warehouse_is_of_the_same_product(ask: Ask) -> None:
    text = ask("how many FB-1011 in Allentown?", "and tacoma?").text
    assert text.startswith(
        "**0 of [FB-1011] Extra Virgin Olive Oil 20 L Drum are free to use in Tacoma West"
    ), text


def test_another_product_is_not_the_one_before(ask: Ask) -> None:
    text = ask("stock of FB-1011", "and caustic cleaner?").text
    assert text.startswith("**106 of [CH-3001] Caustic Cleaner"), text


def test_one_order_after_another(ask: Ask) -> None:
    text = ask("when will S00042 ship?", "ok", "same for 57 please", login="service").text
    assert "S00057" in text
    assert "S00042" not in text


def test_words_that_leave_no_doubt_are_not_turned() -> None:
    risk = asked_of("at_risk", shares=(("at_risk", 0.9), ("purchase", 0.1)))
    assert as_its_names_say(risk, {"vendor"}) is risk
    assert not is_decided_by_its_names(risk)
    credit = asked_of("credit")
    assert as_answered(credit, {"vendor"}).intent == "credit"


def test_chances_that_come_to_the_same_count_together() -> None:
    unclear = asked_of("unclear", shares=(("when", 0.3), ("purchase", 0.3), ("credit", 0.3), ("policy", 0.1)))
    assert as_its_names_say(unclear, {"vendor"}).intent == "purchase"
    assert as_its_names_say(unclear, {"vendor", "customer"}) is unclear
    assert as_its_names_say(unclear, set()) is unclear
    open_question = asked_of("unclear", shares=(("policy", 0.4), ("credit", 0.3), ("when", 0.3)))
    assert as_its_names_say(open_question, {"customer"}).intent == "unclear"


def test_two_questions_that_come_to_the_same_are_one() -> None:
    both = asked_of("customer_orders", also="when", second="when is it landing")
    turned = as_answered(both, {"vendor"})
    assert (turned.intent, turned.also) == ("purchase", None)
    of_a_record = Understanding(intent="when", question="?", names=("Kestrel",), references=("S00042",))
    assert not is_decided_by_its_names(of_a_record)


def test_that_no_order_waits_for_a_vendor_is_told(ask: Ask) -> None:
    answer = ask("which orders are at risk because of Bayline")
    assert answer.text.startswith("**No order at risk with goods of Bayline Seafood Importers"), answer.text
    assert answer.checks.removed == 0
