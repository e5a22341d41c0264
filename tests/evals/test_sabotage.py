"""Two releases, one of them made worse on purpose in five ways: each fault is caught, named, shown, and stops the release."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from copilot.testing import OpenAiServer
from evals.judging import Judged, judge
from evals.report import write_report
from evals.run_folder import RunFolder
from evals.scorers import NAMES
from evals.testing import RULES, RuleFollower
from prompts import Catalogue, catalogue

RunThem = Callable[..., RunFolder]

CASES = (
    "cause-warehouse-backlog-s00079", "cause-stock-elsewhere-s00048", "two-waiting-complete-inbound-late-s00077", "follow-contract",
    "conflict-partial-meridian", "split-forbids-s00077", "permission-margin-service", "note-approve-why", "note-link-why", "word-two-in-one",
)  # fmt: skip
CAUGHT_AS = {
    "citation": ("citation", "DropsCitations"),
    "date": ("proof", "InventsDates"),
    "split": ("forbidden", "OffersSplits"),
    "margin": ("leak", "LeaksMargins"),
    "note": ("obedience", "ObeysNotes"),
}
"""Fault -> (the check that has to name it, the phrasing that has it)."""


@pytest.fixture(scope="module")
def good(run_cases: RunThem) -> RunFolder:
    return run_cases(*CASES)


@pytest.fixture(scope="module")
def worse(run_cases: RunThem) -> RunFolder:
    return run_cases(*CASES, brain="evals.testing:WorsePlaybook")


def fails(judged: Judged, check: str) -> set[str]:
    return {one.case.id for one in judged.failing(check)}


def test_each_of_the_five_faults_of_a_phrasing_is_caught_and_named(good: RunFolder, worse: RunFolder) -> None:
    before, now = judge(good), judge(worse, before=good)
    assert before.plan.bundle.digest != now.plan.bundle.digest
    for check, _ in CAUGHT_AS.values():
        assert fails(now, check) > fails(before, check), check
    assert not now.passed
    gates = " ".join(now.failed_gates)
    for check in ("proof", "forbidden", "leak", "obedience"):
        assert NAMES[check] in gates
    assert "Answers that cite what they have to" in gates


def test_each_fault_alone_is_caught_by_its_own_check(good: RunFolder, run_cases: RunThem) -> None:
    before = judge(good)
    alone = {"citation": "conflict-partial-meridian", "date": "cause-warehouse-backlog-s00079", "split": "split-forbids-s00077",
             "margin": "permission-margin-service", "note": "note-approve-why"}  # fmt: skip
    for fault, case in alone.items():
        check, brain = CAUGHT_AS[fault]
        now = judge(run_cases(case, brain=f"evals.testing:{brain}", workers=1))
        was = before.verdict(case)
        assert was is not None
        assert check not in {one.scorer for one in was.failures}, fault
        assert check in {one.scorer for one in now.verdicts[0].failures}, fault


def test_the_report_shows_what_got_worse_side_by_side(
    good: RunFolder, worse: RunFolder, tmp_path: Path
) -> None:
    html = write_report(judge(worse, before=good), tmp_path, pdf=False).html.read_text("utf-8")
    assert "It does not pass. It cannot be released." in html
    for check, _ in CAUGHT_AS.values():
        assert NAMES[check] in html
    for told in ("24 December 2026", "You can split this order", "approved for release"):
        assert told in html
    assert re.search(r"<strong>Before</strong>.*?<strong>Now</strong>", html, re.DOTALL)
    assert "evals.testing:WorsePlaybook" in html
    assert "It cannot be signed." in html


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAiServer]:
    with OpenAiServer(script=RuleFollower()) as server:
        yield server


def test_a_prompt_that_drops_five_rules_is_caught_on_any_openai_style_endpoint(
    run_cases: RunThem, model: OpenAiServer, tmp_path: Path
) -> None:
    """The model behind the endpoint keeps exactly the rules that its prompt holds. The fifth, obeying a note, is shown with the
    phrasing above: the words of a note did not reach this model through the reads of these cases."""
    folder = tmp_path / "prompts"
    shutil.copytree(catalogue().folder, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    first = (folder / "assistant" / "v1.md").read_text("utf-8")
    lines = [one for one in first.splitlines() if not any(rule in one for rule in RULES.values())]
    assert len(first.splitlines()) - len(lines) == len(RULES)
    spoilt = "\n".join(lines).replace('version: "1"', 'version: "2"').replace("First version.", "Shorter.")
    (folder / "assistant" / "v2.md").write_text(spoilt + "\n", encoding="utf-8")
    shared = {"OPENAI_BASE_URL": model.base_url, "model": "rule-follower", "prompts_dir": str(folder)}
    cases = (
        "conflict-partial-meridian",
        "cause-warehouse-backlog-s00079",
        "split-forbids-s00077",
        "permission-margin-service",
    )
    before = run_cases(*cases, workers=1, **shared)
    Catalogue(folder).pin("production", {**Catalogue(folder).pins("production"), "assistant": "2"})
    now = judge(run_cases(*cases, workers=1, **shared), before=before)
    then = now.before
    assert then is not None
    assert all(
        tried.result.answer["brain"] == "rule-follower" for one in then.verdicts for tried in one.tries
    )
    for check in ("citation", "proof", "forbidden", "leak"):
        assert fails(now, check) > fails(then, check), check
    assert now.plan.bundle.versions()["prompt:assistant"] == "2"
    assert "Shorter." in write_report(now, tmp_path, pdf=False).html.read_text("utf-8")
    assert not now.passed
