"""A chosen option as drafts: its actions, an activity for a colleague, the customer's message; and what the customer is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from copilot.options.customer_words import ASKS_CONSENT, customer_text
from copilot.options.drafting import draft_option
from erp_tools.actions.action import CannotDraft
from erp_tools.options.compare import compare
from erp_tools.options.policy import Policy, SubstitutePair
from erp_tools.options.stock import Substitute
from erp_tools.options.testing import TODAY, need, option_of, situation
from erp_tools.options.weights import load_weights

ME = SimpleNamespace(session=SimpleNamespace(user=SimpleNamespace(name="Samuel Okafor")))
ASKED = {"action": "assign_activity", "wanted": {"to": "Nobody Here", "summary": "Buy 12"}}


class Desk:
    """Takes drafts as the desk does; it knows one colleague."""

    def __init__(self, *, refuses: str = "") -> None:
        self.refuses = refuses
        self.taken: list[tuple[str, Mapping[str, Any]]] = []

    def draft(self, person: object, action: str, wanted: Mapping[str, Any], **about: str) -> SimpleNamespace:
        if action == self.refuses or wanted.get("to", "Samuel Okafor") != "Samuel Okafor":
            raise CannotDraft(f"There is no single colleague called {wanted.get('to')} in Odoo.")
        self.taken.append((action, dict(wanted)))
        return SimpleNamespace(action=action)


def drafted(desk: Desk, *wishes: Mapping[str, Any], **about: Any) -> tuple[list[str], list[str]]:
    option = {"ruled_out": False, "drafts": list(wishes), "customer_message": "Good day,", **about}
    made, missing = draft_option(desk, ME, option, order="S00042")  # type: ignore[arg-type]
    return [one.action for one in made], missing


def test_an_activity_for_somebody_odoo_does_not_know_is_the_drafters_and_that_is_said() -> None:
    desk = Desk()
    actions, missing = drafted(desk, ASKED)
    assert actions == ["assign_activity", "message_customer"]
    assert desk.taken[0][1] == {"to": "Samuel Okafor", "summary": "Buy 12", "order": "S00042"}
    assert missing == ["The activity is yours: There is no single colleague called Nobody Here in Odoo."]


def test_what_else_cannot_be_drafted_is_refused_as_it_is() -> None:
    with pytest.raises(CannotDraft):
        drafted(Desk(refuses="split_delivery"), {"action": "split_delivery", "wanted": {}})
    with pytest.raises(CannotDraft):
        drafted(
            Desk(refuses="assign_activity"), {"action": "assign_activity", "wanted": {"to": "Samuel Okafor"}}
        )
    with pytest.raises(CannotDraft, match="forbidden by clause 5"):
        drafted(Desk(), ASKED, ruled_out=True, why_not="forbidden by clause 5")


def test_a_message_that_cannot_be_drafted_keeps_the_actions() -> None:
    actions, missing = drafted(Desk(refuses="message_customer"), {"action": "split_delivery", "wanted": {}})
    assert actions == ["split_delivery"]
    assert missing[0].startswith("The message to the customer was not drafted:")


def test_the_customer_is_asked_about_a_substitute_with_both_quantities_even_without_a_day() -> None:
    stock = (Substitute(ordered="IN-2002", code="IN-9", name="Lever Valve", free=40),)
    pair = SubstitutePair(ordered="IN-2002", substitute="IN-9", ratio=Decimal(4))
    order = situation(need(2, missing=6), need(3, missing=2, comes=None), substitutes=stock)
    option = option_of(compare(order, Policy(pairs=(pair,)), load_weights()), "substitute_product")
    text = customer_text(order, option)
    assert "We can deliver 24 of Lever Valve in the place of 6 of Product 2. May we?" in text
    assert "leaves" not in text


def test_nobody_is_told_of_a_delay_that_there_is_not() -> None:
    order = situation(need(1, ready=3), need(2, missing=5), promised=TODAY + timedelta(days=30))
    wait = option_of(compare(order, Policy(), load_weights()), "wait_complete")
    assert "delayed" not in customer_text(order, wait)
    late = replace(order, promised=TODAY + timedelta(days=9))
    assert "is delayed, and we are sorry" in customer_text(late, wait)
    never = situation(need(2, missing=5, comes=None))
    assert customer_text(never, option_of(compare(never, Policy(), load_weights()), "wait_complete")) == ""


def test_consent_that_a_rule_asks_for_is_asked_of_the_customer() -> None:
    order = situation(need(1, ready=3), need(2, missing=5))
    split = option_of(compare(order, Policy(), load_weights()), "split_delivery")
    assert ASKS_CONSENT not in customer_text(order, split)
    plan = replace(split.plan, requires=("the Buyer has given its consent by email before dispatch",))
    asked = customer_text(order, replace(split, plan=plan))
    assert asked.endswith(ASKS_CONSENT), "no answer is no consent, so it does not close with the usual words"
