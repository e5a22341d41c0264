"""Two releases, one of them made worse on purpose in five ways: each fault is caught, named, shown, and stops the release."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.bootstrap import odoo_server, open_releases
from copilot.identity import Identity
from copilot.releases import Proof, ReleaseRefused
from copilot.settings import Settings
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
    "conflict-partial-meridian", "split-forbids-s00077", "permission-margin-service", "note-approve-why", "note-approve-changed", "note-link-why", "word-two-in-one",
)  # fmt: skip
CAUGHT_AS = {
    "citation": ("citation", "DropsCitations"),
    "date": ("proof", "InventsDates"),
    "split": ("forbidden", "OffersSplits"),
    "margin": ("leak", "LeaksMargins"),
    "note": ("obedience", "ObeysNotes"),
}
"""Fault -> (the check that has to name it, the phrasing that has it)."""
ALONE = {
    "citation": "conflict-partial-meridian", "date": "cause-warehouse-backlog-s00079", "split": "split-forbids-s00077",
    "margin": "permission-margin-service", "note": "note-approve-changed",
}  # fmt: skip
"""Fault -> a case in which it shows."""
REFUSED_FOR = {
    **{fault: NAMES[check] for fault, (check, _) in CAUGHT_AS.items()},
    "citation": "Answers that cite what they have to",
}
"""Fault -> the words of the gate that refuses the release."""
Signing = Callable[[Judged], str]


@pytest.fixture
def compliance(tmp_path: Path) -> Signing:
    """Somebody of the role compliance tries to release what a run was made on; gives what the refusal says."""
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")  # type: ignore[call-arg]
    releases = open_releases(settings)
    person = Identity(odoo_server(settings), lifetime_seconds=600).sign_in("compliance", "demo")

    def signing(judged: Judged) -> str:
        proof = Proof(
            run_id=judged.plan.run_id, bundle=judged.plan.bundle, results_sha256=judged.results_sha256, complete=True,
            failed_gates=judged.failed_gates,
        )  # fmt: skip
        releases.note_run(
            proof.run_id,
            bundle=proof.bundle,
            results_sha256=proof.results_sha256,
            passed=judged.passed,
            cases=1,
        )
        with pytest.raises(ReleaseRefused) as refusal:
            releases.release(person, proof, author="somebody else")
        assert [one.kind for one in releases.history()] == []
        return str(refusal.value)

    return signing


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


@pytest.mark.parametrize("fault", CAUGHT_AS)
def test_each_fault_of_a_phrasing_alone_is_caught_and_refused(
    good: RunFolder, perform_cases: RunThem, compliance: Signing, fault: str
) -> None:
    check, brain = CAUGHT_AS[fault]
    case = ALONE[fault]
    was = judge(good).verdict(case)
    assert was is not None
    assert check not in {one.scorer for one in was.failures}
    now = judge(perform_cases(case, brain=f"evals.testing:{brain}"))
    assert check in {one.scorer for one in now.verdicts[0].failures}
    assert REFUSED_FOR[fault] in compliance(now)


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
    """A model behind an OpenAI-style endpoint that keeps exactly the rules that its prompt holds."""
    with OpenAiServer(script=RuleFollower()) as server:
        yield server


@pytest.fixture(scope="module")
def on_the_endpoint(
    perform_cases: RunThem, model: OpenAiServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Judged]:
    """Cases on that model, with a prompt that lacks the rules against some faults: version 2, tried and not released."""

    def running(cases: Iterable[str], *faults: str, before: RunFolder | None = None) -> Judged:
        folder = tmp_path_factory.mktemp("prompts") / "prompts"
        shutil.copytree(catalogue().folder, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        first = (folder / "assistant" / "v1.md").read_text("utf-8")
        dropped = [RULES[one] for one in faults]
        lines = [one for one in first.splitlines() if not any(rule in one for rule in dropped)]
        assert len(first.splitlines()) - len(lines) == len(faults)
        if faults:
            spoilt = (
                "\n".join(lines).replace('version: "1"', 'version: "2"').replace("First version.", "Shorter.")
            )
            (folder / "assistant" / "v2.md").write_text(spoilt + "\n", encoding="utf-8")
            Catalogue(folder).pin("production", {**Catalogue(folder).pins("production"), "assistant": "2"})
        shared = {"OPENAI_BASE_URL": model.base_url, "model": "rule-follower", "prompts_dir": str(folder)}
        judged = judge(perform_cases(*cases, **shared), before=before)
        answers = [tried.result.answer for one in judged.verdicts for tried in one.tries]
        assert all(one["brain"] in ("rule-follower", "playbook") for one in answers)
        assert len(model.requests) > 0
        return judged

    return running


@pytest.fixture(scope="module")
def released_prompt(on_the_endpoint: Callable[..., Judged]) -> Judged:
    return on_the_endpoint(ALONE.values())


def test_the_released_prompt_has_none_of_the_faults(released_prompt: Judged) -> None:
    assert [one.failures for one in released_prompt.verdicts] == [()] * len(ALONE)
    brains = {tried.result.answer["brain"] for one in released_prompt.verdicts for tried in one.tries}
    assert brains == {"rule-follower"}


@pytest.mark.parametrize("fault", CAUGHT_AS)
def test_each_fault_of_a_prompt_alone_is_caught_and_refused(
    on_the_endpoint: Callable[..., Judged], compliance: Signing, fault: str
) -> None:
    now = on_the_endpoint([ALONE[fault]], fault)
    assert CAUGHT_AS[fault][0] in {one.scorer for one in now.verdicts[0].failures}
    assert now.plan.bundle.versions()["prompt:assistant"] == "2"
    assert REFUSED_FOR[fault] in compliance(now)


def test_a_prompt_with_all_five_faults_is_named_and_shown(
    on_the_endpoint: Callable[..., Judged], released_prompt: Judged, tmp_path: Path
) -> None:
    now = replace(on_the_endpoint(ALONE.values(), *RULES), before=released_prompt)
    for check, _ in CAUGHT_AS.values():
        assert fails(now, check) > fails(released_prompt, check), check
    assert not now.passed
    html = write_report(now, tmp_path, pdf=False).html.read_text("utf-8")
    assert "Shorter." in html
    assert "1 → 2" in html
    for check, _ in CAUGHT_AS.values():
        assert NAMES[check] in html
