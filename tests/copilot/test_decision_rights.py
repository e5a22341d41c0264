"""Decision rights: the shipped table, what makes a table unusable, and the words for people."""

from __future__ import annotations

import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.drafts.decision_rights import Situation, load_decision_rights
from copilot.errors import SettingsError
from erp_tools.actions.types import ACTION_TYPES


def situation(action: Any, **facts: Any) -> Situation:
    given = {
        "amount": Decimal(5000),
        "tier": "B",
        "margin_loss": Decimal(1),
        "certainty": "proven",
        "contract": "allows",
    }
    return Situation(action=action, **{**given, **facts})


def test_only_a_note_happens_without_a_person() -> None:
    rights = load_decision_rights()
    amounts = [Decimal(1), Decimal(10000), Decimal(10**9)]
    for action, amount, tier, loss, certainty, contract in itertools.product(
        ACTION_TYPES, amounts, ("A", "B", "C", "none"), (None, Decimal(0), Decimal(50)), ("proven", "likely", "unknown"),
        ("allows", "conditional", "forbids", "silent", "unknown", "not_relevant"),
    ):  # fmt: skip
        verdict = rights.verdict(
            situation(
                action, amount=amount, tier=tier, margin_loss=loss, certainty=certainty, contract=contract
            )
        )
        assert (verdict.kind == "automatic") == (action == "log_note")
        assert verdict.kind != "approval" or (verdict.roles and verdict.approvers and verdict.expires_hours)
        assert verdict.text.endswith(".")
        assert verdict.policy_hash == rights.hash


def test_every_action_has_a_rule() -> None:
    assert load_decision_rights().unmatched == ()


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"contract": "forbids"}, "split-against-contract"),
        ({"contract": "unknown"}, "split-unknown-contract"),
        ({"amount": Decimal(10000), "tier": "A"}, "split-large-tier-a"),
        ({"amount": Decimal("9999.99"), "tier": "A"}, "split"),
        ({"amount": Decimal(10000), "tier": "B"}, "split"),
        ({"certainty": "unknown"}, ""),
    ],
)
def test_a_split_is_decided_by_contract_then_amount_and_tier(facts: dict[str, Any], rule: str) -> None:
    verdict = load_decision_rights().verdict(situation("split_delivery", **facts))
    assert verdict.rule == rule
    assert (verdict.kind == "refused") == (rule == "")


def test_a_cost_that_nobody_knows_counts_as_a_high_one() -> None:
    rights = load_decision_rights()
    assert rights.verdict(situation("change_carrier", margin_loss=None)).rule == "carrier-costly"
    assert rights.verdict(situation("change_carrier", margin_loss=Decimal("4.9"))).rule == "carrier"


def test_the_reason_is_said_in_words() -> None:
    verdict = load_decision_rights().verdict(situation("split_delivery", amount=Decimal(12000), tier="A"))
    assert verdict.text == (
        "Split the delivery: needs a supervisor other than who asks for it, because a large order of an A customer is split by "
        "somebody else than who asks for it: the order is at or above 10,000 USD and the customer is tier A."
    )
    refused = load_decision_rights().verdict(situation("reallocate_stock", certainty="likely"))
    assert refused.kind == "refused"
    assert "no decision right covers this (the cause behind it is likely" in refused.text


RULE = "{id: a, action: split_delivery, verdict: approval, approval: {roles: [supervisor], approvers: 1, four_eyes: true, expires_hours: 4}, because: because I say so}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1", "currency"),
        ("a: [", "no YAML"),
        ("\xff", "cannot be used"),
        (f"{{version: 1, currency: USD, rules: [{RULE}, {RULE}]}}", "two rules are called a"),
        (f"{{version: 1, currency: USD, rules: [{RULE}, {RULE.replace('id: a', 'id: b')}]}}", "never reached"),
        (f"{{version: 1, currency: USD, rules: [{RULE.replace('supervisor', 'boss')}]}}", "roles"),
        (f"{{version: 1, currency: USD, rules: [{RULE.replace('split_delivery', 'format_disk')}]}}", "action"),
        (f"{{version: 1, currency: USD, rules: [{RULE.replace('approvers: 1', 'approvers: 0')}]}}", "approvers"),
        (f"{{version: 1, currency: USD, rules: [{RULE.replace('because: ', 'surprise: 1, because: ')}]}}", "surprise"),
        ("{version: 1, currency: USD, rules: [{id: a, action: split_delivery, verdict: automatic, because: quick as that}]}", "automatic"),
        ("{version: 1, currency: USD, rules: [{id: a, action: log_note, verdict: approval, because: quick as that}]}", "approval"),
        ("{version: 1, currency: USD, rules: [{id: a, action: log_note, verdict: human_only, when: {amount_from: 9, amount_below: 3}, because: never}]}", "never hold"),
    ],
)  # fmt: skip
def test_a_table_that_makes_no_sense_stops_the_start(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rights.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load_decision_rights(path)


def test_a_missing_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_decision_rights(tmp_path / "none.yaml")
