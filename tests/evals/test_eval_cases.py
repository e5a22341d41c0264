"""The cases that ship, and what a malformed one is told."""

from __future__ import annotations

import re
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest

from copilot.answer import Status
from erp_tools.actions.types import ACTION_TYPES
from erp_tools.demo.truth import expected
from erp_tools.lateness.taxonomy import CAUSES
from evals.case import (
    CATEGORIES,
    Cited,
    DraftExpected,
    EndState,
    Expected,
    FaultKind,
    OptionExpected,
    load_cases,
    suite_digest,
)
from evals.errors import CaseError

READ_WHEN_PERFORMED = {(EndState, "find")}
GOOD = "cases:\n- {id: one-two, category: causes, turns: [Why?], expect: {status: [answered]}}\n"


def test_the_suite_is_broad_enough() -> None:
    cases = load_cases()
    assert len(cases) >= 250
    counts = Counter(one.category for one in cases)
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) >= 6
    assert {one.asks for one in cases} >= {
        "service",
        "supervisor",
        "purchasing",
        "sales",
        "finance",
        "compliance",
        "northgate",
    }


def test_every_cause_of_the_demo_has_a_case_and_agrees_with_the_truth() -> None:
    truth = expected()
    covered = set()
    for one in load_cases():
        order = one.expect.order
        if one.expect.causes and order in truth and one.situation.is_plain:
            assert set(one.expect.causes) == set(truth[order].causes), one.id
            covered |= set(one.expect.causes)
    in_the_demo = {code for order in truth.values() for code in order.causes}
    assert covered >= in_the_demo
    assert set(CAUSES) <= {code for one in load_cases() for code in one.expect.causes}


def test_a_case_that_is_judged_otherwise_is_another_suite(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    before = suite_digest(load_cases(tmp_path))
    (tmp_path / "a.yaml").write_text(GOOD.replace("answered", "partial"), encoding="utf-8")
    assert suite_digest(load_cases(tmp_path)) != before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cases: [", "no YAML"),
        ("rows: []", "no list called `cases`"),
        ("cases: [7]", "Case 1"),
        (GOOD.replace("answered", "anwsered"), "one-two"),
        (GOOD.replace("category", "categroy"), "category"),
        (GOOD.replace("{status: [answered]}", "{}"), "could not fail"),
        (GOOD.replace("{status: [answered]}", "{causes: [bad_luck]}"), "bad_luck"),
        (GOOD.replace("{status: [answered]}", "{says: ['re:(']}"), "no pattern"),
        (GOOD.replace("turns: [Why?]", "turns: []"), "turns"),
        (GOOD + GOOD.partition("\n")[2], "Two cases are called one-two"),
        (GOOD.replace("category: causes", "category: retrieval"), "search"),
        (GOOD.replace("expect", "situation: {changes: [{model: ir.config_parameter, values: {}}]}, expect"), "ir.config_parameter"),
        (GOOD.replace("expect", "situation: {add_ons: {sale.order: [secret]}}, expect"), "sale.order.secret"),
    ],
)  # fmt: skip
def test_a_malformed_case_is_named_with_its_fault(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as problem:
        load_cases(tmp_path)
    assert says in str(problem.value)
    assert "bad.yaml" in str(problem.value)


def test_a_folder_without_cases_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no cases"):
        load_cases(tmp_path)


def test_whatever_a_case_may_expect_is_looked_at() -> None:
    """An expectation that no check reads would be kept by every answer."""
    scorers = Path(str(resources.files("evals").joinpath("scorers")))
    source = "\n".join(one.read_text("utf-8") for one in scorers.glob("*.py"))
    for model in (Expected, DraftExpected, EndState, OptionExpected, Cited):
        for name in model.model_fields:
            if (model, name) not in READ_WHEN_PERFORMED:
                assert re.search(rf'\.{name}\b|"{name}"', source), f"{model.__name__}.{name}"


def test_every_kind_of_answer_action_and_refusal_has_cases() -> None:
    cases = load_cases()
    statuses = {status for one in cases for status in one.expect.status}
    assert statuses == set(get_args(Status))
    drafts = [one for one in cases if one.expect.draft is not None]
    tried = {one.draft.action for one in drafts if one.draft} | {
        one.expect.draft.action for one in drafts if one.expect.draft
    }
    assert tried >= set(ACTION_TYPES)
    states = {one.expect.draft.state for one in drafts if one.expect.draft}
    assert states >= {"drafted", "executed", "uncertain", "rejected", "stale", None}
    assert {fault.kind for one in cases for fault in one.situation.faults} == set(get_args(FaultKind))
