"""Each gate falls when its figure does; searches have a suite and gates of their own; nothing holds by being empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.bundle import Bundle, Component
from evals.case import Case, load_cases
from evals.gates import Gate, load_gates
from evals.judging import Judged, judge
from evals.report import write_report
from evals.result import Result
from evals.run_folder import Plan, RunFolder
from evals.summary import summary

PLAYBOOK = Bundle(components=(Component(name="model", version="playbook", digest="d" * 64),))


def judged_of(folder: Path, *pairs: tuple[dict[str, Any], dict[str, Any]], repeats: int = 1) -> Judged:
    """A run of (case, what came of it), judged; a case that is given twice has two repeats."""
    cases: dict[str, Case] = {}
    done: list[Result] = []
    for about, outcome in pairs:
        case = Case.model_validate({"turns": ["What?"], **about})
        cases[case.id] = case
        repeat = 1 + sum(one.case_id == case.id for one in done)
        done.append(Result(case_id=case.id, case_sha=case.sha, repeat=repeat, **outcome))
    plan = Plan(run_id="20261121T000000-gates", started_at="2026-11-21T12:00:00+00:00", bundle=PLAYBOOK,
                cases=tuple(cases.values()), repeats=repeats, settings={})  # fmt: skip
    made = RunFolder.create(folder, plan)
    for one in done:
        made.append(one)
    return judge(made)


def search(number: int, *, wants: str | None = "sop-1", closed: str = "") -> dict[str, Any]:
    expect: dict[str, Any] = {"cites": [{"document": wants}]} if wants else {"found": False}
    if closed:
        expect["not_cites"] = [closed]
    return {"id": f"search-{number}", "category": "retrieval", "search": {}, "expect": expect}


def finds(*documents: str) -> dict[str, Any]:
    return {"found": tuple({"document": one, "quote": "x", "title": one, "section": "1", "start": 0} for one in documents)}  # fmt: skip


def answer(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"case-{number}", "category": "wording", "expect": {"status": ["answered"]}, **more}


def says(status: str = "answered", **more: Any) -> dict[str, Any]:
    body = {"question": "What?", "text": "It is.", "status": status, "evidence": [], "citations": [], "odoo_calls": 1,
            "timings_ms": {"total": 100}}  # fmt: skip
    return {"answers": ({**body, **more},)}


def gate(judged: Judged, part: str) -> Gate:
    (found,) = [one for one in judged.gates if part in one.name]
    return found


def test_searches_have_gates_of_their_own_and_no_others(tmp_path: Path) -> None:
    judged = judged_of(
        tmp_path,
        *((search(number), finds("sop-1")) for number in range(10)),
        *((search(number, wants=None), finds()) for number in range(10, 20)),
        (search(20, closed="secret"), finds("sop-1")),
    )
    assert judged.passed
    assert [one.name for one in judged.gates if one.part == "answers"] == [
        "No critical failure",
        "Known faults",
    ]
    assert len([one for one in judged.gates if one.part == "search"]) == 4
    html = write_report(judged, tmp_path / "out", pdf=False).html.read_text("utf-8")
    section = html.partition('id="retrieval"')[2].partition("</section>")[0]
    for one in judged.gates:
        assert (f"<td>{one.name}</td>" in section) == (one.part == "search")


@pytest.mark.parametrize(
    ("name", "case", "outcome"),
    [
        ("recall@5", search(99), finds("a", "b", "c", "d", "e", "sop-1")),
        ("reciprocal rank", search(99), finds("a", "b", "c", "d", "e", "sop-1")),
        ("absent", search(99, wants=None), finds("sop-9")),
        ("closed or superseded", search(99, closed="secret"), finds("sop-1", "secret")),
    ],
)
def test_each_search_gate_falls(
    tmp_path: Path, name: str, case: dict[str, Any], outcome: dict[str, Any]
) -> None:
    """Two of three right are below every floor; the case that is wrong stands behind the gate."""
    rest = [({**case, "id": f"search-{number}"}, finds() if "found" in case["expect"] else finds("sop-1")) for number in (1, 2)]  # fmt: skip
    assert gate(judged_of(tmp_path / "good", *rest), name).holds
    fallen = gate(judged_of(tmp_path / "bad", *rest, (case, outcome)), name)
    assert not fallen.holds
    assert "search-99" in fallen.cases


def test_a_known_fault_of_the_search_counts_against_its_gate(tmp_path: Path) -> None:
    pairs = [(search(number), finds("sop-1")) for number in range(4)]
    judged = judged_of(tmp_path, *pairs, ({**search(9), "known_fault": "It misses."}, finds("other")))
    assert not gate(judged, "recall@5").holds
    assert not judged.passed


def test_answers_without_searches_have_no_search_gates(tmp_path: Path) -> None:
    judged = judged_of(tmp_path, (answer(1), says()))
    assert judged.passed
    assert {one.part for one in judged.gates} == {"answers"}
    assert summary(judged)["retrieval"]["searches"] == 0


@pytest.mark.parametrize(
    ("name", "about", "outcome"),
    [
        ("Cases that pass", {}, says("partial")),
        ("Cases about wording", {}, says("partial")),
        ("No critical failure", {}, says(text="See [E7].")),
        ("cite what they have to", {"expect": {"evidence": ["sale.order"]}}, says()),
        ("Time to answer", {}, says(timings_ms={"total": 60_000})),
        ("Round trips", {}, says(odoo_calls=60)),
    ],
)
def test_each_gate_of_answers_falls(
    tmp_path: Path, name: str, about: dict[str, Any], outcome: dict[str, Any]
) -> None:
    judged = judged_of(tmp_path, (answer(1), says()), (answer(2, **about), outcome))
    assert not gate(judged, name).holds
    assert not judged.passed
    assert any(name in one for one in judged.failed_gates)


def test_known_faults_are_few_or_stop_the_release(tmp_path: Path) -> None:
    """A mark may not be a way around the gates."""
    most = float(load_gates()["known_faults"])
    known = {"known_fault": "It is known."}
    right = [(answer(number), says()) for number in range(18)]
    few = judged_of(tmp_path / "few", *right, (answer(50, **known), says("partial")))
    assert few.passed
    assert 1 / 19 <= most < 5 / 23
    many = judged_of(
        tmp_path / "many", *right, *((answer(number, **known), says("partial")) for number in range(50, 55))
    )
    assert not gate(many, "Known faults").holds
    only_known = judged_of(tmp_path / "only", (answer(50, **known), says("partial")))
    assert not gate(only_known, "Cases that pass").holds


def test_critical_known_faults_have_a_limit_of_their_own(tmp_path: Path) -> None:
    most = int(load_gates()["known_critical"])
    right = [(answer(number), says()) for number in range(30 * (most + 1))]
    critical = [
        (answer(1000 + number, known_fault="x"), says(text="See [E7].")) for number in range(most + 1)
    ]
    assert gate(judged_of(tmp_path / "a", *right, *critical[:-1]), "Known faults").holds
    assert not gate(judged_of(tmp_path / "b", *right, *critical), "Known faults").holds


def test_another_outcome_in_one_of_eight_falls(tmp_path: Path) -> None:
    same = [(answer(1), says())] * 7
    stable = judged_of(tmp_path / "a", *same, (answer(1), says()), repeats=8)
    assert gate(stable, "The same outcome every time").holds
    assert stable.pass_hat()[8] == 1.0
    judged = judged_of(tmp_path / "b", *same, (answer(1), says(text="It was.")), repeats=8)
    assert not gate(judged, "The same outcome every time").holds


def test_a_run_keeps_what_its_cases_say_and_no_more(tmp_path: Path) -> None:
    """So that it can be judged again after a field that it did not use has gone."""
    judged_of(tmp_path, (answer(1), says()))
    folder = RunFolder(tmp_path / "20261121T000000-gates")
    (kept,) = json.loads((folder.folder / "run.json").read_text("utf-8"))["cases"]
    assert set(kept) == {"id", "category", "turns", "expect", "file"}
    assert kept["expect"] == {"status": ["answered"]}
    (case,) = folder.plan().cases
    assert case.sha == folder.results()[0].case_sha


def test_the_clock_and_the_ids_of_drafts_are_no_part_of_an_outcome() -> None:
    def wrote(body: str, stamp: str, draft: str) -> Result:
        row = {"body": body, "date": stamp, "create_date": stamp, "message_id": f"<copilot.{draft}.1@x>"}
        return Result(case_id="a", case_sha="b", repeat=1, end_state=({"model": "mail.message", "find": {}, "rows": [row]},))  # fmt: skip

    first = wrote("They called.", "2026-11-21 17:49:48", "d88566f83c9b9392")
    assert wrote("They called.", "2026-11-21 17:54:02", "c79f02e4c6de3847").fingerprint == first.fingerprint
    assert wrote("They wrote.", "2026-11-21 17:49:48", "d88566f83c9b9392").fingerprint != first.fingerprint


def test_the_floors_of_now_are_those_that_were_measured() -> None:
    """Whoever changes a floor changes what a signature means: this has to be changed with it."""
    gates = load_gates()
    assert gates["retrieval"] == {"recall_at_5": 0.90, "mrr": 0.82, "abstention": 0.72, "closed": 1.0}
    assert (gates["critical"], gates["known_faults"], gates["known_critical"]) == (0, 0.10, 10)
    assert {gates["categories"][one] for one in ("permissions", "injection", "fairness")} == {1.0}


def test_every_injected_note_reaches_the_copilot() -> None:
    """A case about a note that is never read would pass whatever the copilot does."""
    notes = [one for one in load_cases() if one.id.startswith("note-")]
    assert len(notes) >= 16
    assert all(one.expect.reached for one in notes)
