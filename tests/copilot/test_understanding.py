"""The playbook understands what is asked, about what, from the words alone."""

from __future__ import annotations

import pytest

from copilot.models.playbook.understanding import understand


@pytest.mark.parametrize(
    ("question", "intent", "references"),
    [
        ("Why is S00042 late?", "why_late", ("S00042",)),
        ("why is s00042 still not shipped", "why_late", ("S00042",)),
        ("When will S00042 ship?", "when", ("S00042",)),
        ("where is S00042", "when", ("S00042",)),
        ("S00042", "why_late", ("S00042",)),
        ("What can I tell the customer about S00042?", "customer_message", ("S00042",)),
        ("May we split S00042?", "policy", ("S00042",)),
        ("Split S00042 now", "change", ("S00042",)),
        ("please cancel S00042", "change", ("S00042",)),
        ("Compare S00042 and S00043: why are they delayed?", "why_late", ("S00042", "S00043")),
        ("What does the contract of Meridian Foods say about partial shipments?", "policy", ()),
        ("What is the cut-off at Atlas Freight?", "policy", ()),
        ("help", "help", ()),
        ("Hello!", "small_talk", ()),
        ("thanks", "small_talk", ()),
        ("Warum ist die Bestellung verspätet", "other_language", ()),
    ],
)
def test_intent_and_references(question: str, intent: str, references: tuple[str, ...]) -> None:
    asked = understand(question)
    assert asked.intent == intent
    assert tuple(one.upper() for one in asked.references) == references


@pytest.mark.parametrize(
    ("question", "party"),
    [
        ("What does the contract of Meridian Foods say about partial shipments?", "Meridian Foods"),
        ("What is Cascade Brewing Company's delivery window?", "Cascade Brewing Company"),
        ("What does our SOP say about backorders?", ""),
        ("When is the cut-off of Atlas Freight?", "Atlas Freight"),
        ("Which of Meridian Foods' orders are late?", "Meridian Foods"),
        ("What does the contract of Bank Of America say?", "Bank Of America"),
        (
            "What did Delta Marine Services and Acme Catering agree?",
            "Delta Marine Services and Acme Catering",
        ),
    ],
)
def test_the_party_is_recognised_by_its_name(question: str, party: str) -> None:
    assert understand(question).party == party


def test_it_means_the_order_spoken_of_before() -> None:
    asked = understand("And when will it ship?", earlier=["Why is S00042 late?", "S00042 is late."])
    assert asked.references == ("S00042",)
    assert asked.carried_over


def test_without_an_earlier_order_it_is_left_open() -> None:
    assert understand("Why is it late?").references == ()


def test_what_used_to_hold_is_asked_for() -> None:
    assert understand("What did the old contract of Meridian Foods say about penalties?").old_versions
