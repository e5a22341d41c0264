"""The model judge: tracked, measured against people, and never able to move a score or a gate, whatever it says or does not say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.bundle import Bundle, Component
from copilot.models.openai_model import build_openai_model
from copilot.testing import OpenAiServer, Reply, refused_address
from evals.case import Case
from evals.errors import CaseError, RunError
from evals.judging import Judged, judge
from evals.model_judge import PATIENCE, PROMPT, ModelJudge, ask_about, load_labelled
from evals.opinions import JUDGE, OPINIONS
from evals.report import write_report
from evals.result import Result
from evals.run_folder import Plan, RunFolder
from evals.statistics import agreement
from evals.summary import summary
from prompts import load, parse

LABELLED = load_labelled()
BY_QUESTION = {(one.question, one.answer): one.label for one in LABELLED}
Script = Callable[[list[dict[str, Any]]], Reply]


def said(verdict: str, reason: str = "It is.") -> Reply:
    return Reply(text=json.dumps({"verdict": verdict, "reason": reason}))


def as_people(messages: list[dict[str, Any]]) -> Reply:
    """Says what people said; of other answers, that those with a question mark in them are bad."""
    asked = json.loads(messages[-1]["content"])
    known = BY_QUESTION.get((asked["question"], asked["answer"]))
    return said(known or ("bad" if "wrong" in asked["answer"] else "good"), "Seen.")


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer(script=as_people) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run of four cases: two pass, one fails, one is right and reads badly."""
    texts = {"one": "It is fine.", "two": "It is wrong.", "three": "It is fine.", "four": "It is fine, too."}
    cases = tuple(
        Case.model_validate(
            {
                "id": f"case-{name}",
                "category": "wording",
                "turns": [f"Question {name}?"],
                "expect": {"status": ["partial" if name == "three" else "answered"]},
            }
        )
        for name in texts
    )
    bundle = Bundle(components=(Component(name="model", version="playbook", digest="d" * 64),))
    plan = Plan(run_id="20261121T000000-judged", started_at="2026-11-21T12:00:00+00:00", bundle=bundle, cases=cases,
                repeats=1, settings={})  # fmt: skip
    made = RunFolder.create(tmp_path, plan)
    for case in cases:
        answer = {
            "question": case.turns[0], "text": texts[case.id.removeprefix("case-")], "status": "answered", "evidence": [],
            "citations": [], "odoo_calls": 1, "timings_ms": {"total": 10},
        }  # fmt: skip
        made.append(Result(case_id=case.id, case_sha=case.sha, repeat=1, answers=(answer,)))
    return made


def model_judge(address: str) -> ModelJudge:
    model = build_openai_model(model="judge-1", base_url=address, api_key=None)
    return ModelJudge(model, "judge-1", load(PROMPT))


def scores(judged: Judged) -> Any:
    """Everything that a release rests on."""
    found = summary(judged)
    return {
        name: found[name] for name in ("passed", "share", "gates", "failed", "results_sha256", "categories")
    }


def test_its_verdicts_and_its_agreement_stand_in_the_report_and_move_nothing(
    folder: RunFolder, server: OpenAiServer, tmp_path: Path
) -> None:
    before = judge(folder)
    assert ask_about(before, folder.folder, model_judge(server.base_url), LABELLED) == ""
    after = judge(folder)
    assert scores(after) == scores(before)
    assert after.opinions is not None
    assert {name: one.verdict for name, one in after.opinions.of.items()} == {
        "case-one": "good", "case-two": "bad", "case-three": "good", "case-four": "good",
    }  # fmt: skip
    agreed = after.opinions.agreement
    assert (agreed.n, agreed.agreed, agreed.kappa) == (len(LABELLED), len(LABELLED), pytest.approx(1.0))
    assert before.opinions is None
    html = write_report(after, tmp_path / "out", pdf=False).html.read_text("utf-8")
    assert "judge-1" in html
    assert "It is no gate" in html
    assert "kappa" in html
    plain = write_report(before, tmp_path / "plain", pdf=False).html.read_text("utf-8")
    assert "No model was asked" in plain
    system = server.requests[0]["messages"][0]
    assert (system["role"], system["content"]) == ("system", load(PROMPT).text)


def test_agreement_is_measured_not_assumed(server: OpenAiServer, folder: RunFolder) -> None:
    """A judge that finds everything good agrees with people no better than chance."""
    server.script = lambda messages: said("good")
    ask_about(judge(folder), folder.folder, model_judge(server.base_url), LABELLED)
    found = judge(folder).opinions
    assert found is not None
    assert found.agreement.agreed == sum(one.label == "good" for one in LABELLED)
    assert found.agreement.kappa == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('```json\n{"verdict": "bad", "reason": "No date."}\n```', "bad"),
        ('Here it is: {"verdict": "good"}', "good"),
        ("I cannot help with that request.", ""),
        ('{"verdict": "excellent"}', ""),
        ('{"verdict": "good"', ""),
        ('[1, 2, {"a": {}}]', ""),
        ("", ""),
        ("good " * 5_000, ""),
    ],
)
def test_what_is_no_verdict_is_none_and_says_what_came(server: OpenAiServer, text: str, verdict: str) -> None:
    server.script = lambda messages: Reply(text=text)
    found = model_judge(server.base_url).look_at("Why?", "Because.", [])
    assert found.verdict == verdict
    if not verdict:
        assert "judge-1" in found.problem
        assert len(found.problem) < 300


def test_nonsense_and_refusals_count_as_disagreement_and_lose_nothing(
    folder: RunFolder, server: OpenAiServer, tmp_path: Path
) -> None:
    before = scores(judge(folder))
    server.script = lambda messages: Reply(text="As an AI, I would rather not.")
    assert ask_about(judge(folder), folder.folder, model_judge(server.base_url), LABELLED) == ""
    judged = judge(folder)
    assert scores(judged) == before
    assert judged.opinions is not None
    assert judged.opinions.agreement.none == len(LABELLED)
    assert judged.opinions.agreement.agreed == 0
    assert {one.verdict for one in judged.opinions.of.values()} == {""}
    html = write_report(judged, tmp_path / "out", pdf=False).html.read_text("utf-8")
    assert "no verdict" in html
    server.script = as_people
    assert ask_about(judge(folder), folder.folder, model_judge(server.base_url), LABELLED) == ""
    again = judge(folder).opinions
    assert again is not None
    assert {one.verdict for one in again.of.values()} == {"good", "bad"}


@pytest.mark.parametrize("fault", ["hang", "429", "500", "bad_json", "refuse"])
def test_a_judge_that_is_down_ends_in_a_sentence(
    folder: RunFolder, server: OpenAiServer, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.models.openai_model.READ_SECONDS", 0.3)
    before = scores(judge(folder))
    address = refused_address() if fault == "refuse" else server.base_url
    if fault != "refuse":
        server.fault = fault
    with pytest.raises(RunError, match=f"judge-1 did not answer .* {PATIENCE} times in a row"):
        ask_about(judge(folder), folder.folder, model_judge(address), LABELLED)
    assert scores(judge(folder)) == before
    assert len(server.requests) <= PATIENCE, "it is not asked for ever"


def test_a_judge_that_goes_down_half_way_is_gone_on_with(folder: RunFolder, server: OpenAiServer) -> None:
    asked = iter(range(10_000))

    def stops(messages: list[dict[str, Any]]) -> Reply:
        if next(asked) == len(LABELLED):  # the first answer of the run is the last one
            server.fault = "500"
        return as_people(messages)

    server.script = stops
    stopped = ask_about(judge(folder), folder.folder, model_judge(server.base_url), LABELLED)
    assert "did not answer" in stopped
    assert "Run the same command again" in stopped
    found = judge(folder).opinions
    assert found is not None
    assert found.of["case-one"].verdict == "good"
    server.fault, server.script = "none", as_people
    before = len(server.requests)
    assert ask_about(judge(folder), folder.folder, model_judge(server.base_url), LABELLED) == ""
    assert len(server.requests) - before == 3, "what was said, and the agreement, are not asked for again"


def test_opinions_of_another_answer_or_judge_are_not_shown(folder: RunFolder, server: OpenAiServer) -> None:
    ask_about(judge(folder), folder.folder, model_judge(server.base_url), LABELLED)
    kept = (folder.folder / OPINIONS).read_text("utf-8")
    (folder.folder / OPINIONS).write_text(kept[: len(kept) // 2] + "\n{}\nrubbish\n", encoding="utf-8")
    half = judge(folder).opinions
    assert half is not None
    assert 0 < len(half.of) < 4
    (folder.folder / JUDGE).write_text("{", encoding="utf-8")
    assert judge(folder).opinions is None


def test_a_prompt_that_does_not_allow_the_model_is_refused() -> None:
    prompt = load(PROMPT)
    raw = (
        "---\nid: answer_judge\nversion: '1'\nowner: a\nauthor: b\npurpose: c\nvariables: []\nallowed_models: [small]\n"
        f"changed: d\nwhy: e\nexpected_effect: f\n---\n{prompt.text}"
    )
    model = build_openai_model(model="large", base_url="http://127.0.0.1:9/v1", api_key=None)
    with pytest.raises(RunError, match="may not be given to large"):
        ModelJudge(model, "large", parse(PROMPT, "1", raw.encode()))


def test_the_labelled_answers_hold_both_kinds() -> None:
    labels = [one.label for one in LABELLED]
    assert len(labels) >= 40
    assert min(labels.count("good"), labels.count("bad")) >= 15
    assert len({one.id for one in LABELLED}) == len(LABELLED)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("answers: 7", "no list"),
        ("- [", "no list"),
        ("answers:\n- {id: a, label: fine, why: b, question: c, answer: d}", "malformed"),
        ("answers:\n- {id: a, label: good, why: b, question: c, answer: d}", "labelled bad"),
    ],
)
def test_labels_that_make_no_sense_are_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=says):
        load_labelled(tmp_path / "mine.yaml")
    with pytest.raises(CaseError, match="cannot be read"):
        load_labelled(tmp_path / "nowhere.yaml")


def test_the_interval_of_kappa() -> None:
    """20/5/10/15 is Wikipedia's worked example (kappa 0.40); the interval agrees with 4,000 resamples to two places."""
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = agreement(pairs)
    assert found.kappa == pytest.approx(0.4)
    assert (found.low, found.high) == (pytest.approx(0.14, abs=0.02), pytest.approx(0.64, abs=0.02))
    sure = agreement([(True, True), (False, False)] * 20)
    assert (sure.kappa, sure.low, sure.high) == (1.0, 1.0, 1.0)
    assert agreement([(True, True)]).kappa is None
    assert agreement([]).kappa is None
