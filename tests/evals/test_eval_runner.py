"""A run keeps what it has done, whatever happens to it; judging needs the folder alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.bundle import running_bundle
from copilot.settings import Settings
from evals.case import Case, load_cases
from evals.errors import RunError
from evals.inspect_log import inspect_log
from evals.judging import judge
from evals.junit import junit_xml
from evals.report import write_report
from evals.run_folder import RESULTS, Plan, RunFolder, find_run
from evals.runner import run

RunThem = Callable[..., RunFolder]
FEW = (
    "cause-warehouse-backlog-s00079",
    "search-closed-1-service",
    "unknown-no-order",
    "permission-purchase-service",
)


@pytest.fixture(scope="module")
def few(run_cases: RunThem) -> RunFolder:
    return run_cases(*FEW, repeats=8)


def test_the_same_outcome_eight_times_of_eight(few: RunFolder) -> None:
    judged = judge(few)
    assert judged.complete
    assert judged.agreeing().right == len(FEW)
    assert judged.pass_hat()[8] == 1.0, [one.failures for one in judged.verdicts]


def test_a_run_is_judged_again_from_its_folder(few: RunFolder, tmp_path: Path) -> None:
    moved = RunFolder(tmp_path / "elsewhere")
    moved.folder.mkdir()
    for one in few.folder.iterdir():
        (moved.folder / one.name).write_bytes(one.read_bytes())
    assert judge(moved).share == judge(few).share
    lines = (moved.folder / RESULTS).read_text("utf-8").splitlines()
    body = json.loads(lines[0])
    assert {"answers", "written", "trace", "seconds", "case_sha"} <= set(body)


def test_junit_and_inspect_name_every_case(few: RunFolder) -> None:
    judged = judge(few)
    suites = ElementTree.fromstring(junit_xml(judged))
    assert {one.get("name") for one in suites.iter("testcase")} >= set(FEW)
    log = json.loads(inspect_log(judged))
    assert log["version"] == 2
    assert len(log["samples"]) == len(FEW) * 8
    assert {one["id"] for one in log["samples"]} == set(FEW)
    assert {"eval", "plan", "results", "stats", "samples", "status"} <= set(log)


def test_the_report_needs_nothing_else_and_every_link_leads_somewhere(few: RunFolder, tmp_path: Path) -> None:
    import re

    html = write_report(judge(few), tmp_path, pdf=False).html.read_text("utf-8")
    assert not re.search(r"<script|src=|@import|url\(", html)
    ids = set(re.findall(r'id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", html)
    assert few.results_sha256 in html


def test_a_killed_run_goes_on_where_it_was(demo_settings: Settings, tmp_path: Path) -> None:
    """kill -9 in the middle: what was done is there, the workers are gone, and the rest is run."""
    cases = tuple(one for one in load_cases() if one.category == "retrieval")[:40]
    settings = {"data_dir": str(demo_settings.data_dir)}
    plan = Plan(run_id="killed", started_at="2026-11-21T12:00:00+00:00", bundle=running_bundle(demo_settings), cases=cases, repeats=1,
                settings=settings)  # fmt: skip
    folder = RunFolder.create(tmp_path, plan)
    code = "import sys; from pathlib import Path; from evals.run_folder import RunFolder; from evals.runner import run; run(RunFolder(Path(sys.argv[1])), workers=1)"
    process = subprocess.Popen([sys.executable, "-c", code, str(folder.folder)])
    until = time.monotonic() + 120
    while len(folder.results()) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with (folder.folder / RESULTS).open("ab") as file:
        file.write(b'{"case_id": "half a li')
    before = [one.case_id for one in folder.results()]
    assert 3 <= len(before) < len(cases)
    run(folder, workers=1)
    after = [one.case_id for one in folder.results()]
    assert after[: len(before)] == before
    assert sorted(after) == sorted(one.id for one in cases)
    assert judge(folder).complete


def test_a_damaged_line_in_the_middle_is_no_result(few: RunFolder, tmp_path: Path) -> None:
    damaged = RunFolder(tmp_path)
    for one in few.folder.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    content = (tmp_path / RESULTS).read_text("utf-8").splitlines()
    content[1] = content[1][: len(content[1]) // 2]
    (tmp_path / RESULTS).write_text("\n".join(content) + "\n", encoding="utf-8")
    with pytest.raises(RunError, match="Line 2 of"):
        damaged.results()


def test_what_cannot_be_found_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="There is no run yet"):
        find_run(tmp_path, "last")
    with pytest.raises(RunError, match="no run 'nothing'"):
        find_run(tmp_path, "nothing")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match="cannot be read"):
        find_run(tmp_path, "broken").plan()


def test_a_case_that_cannot_be_staged_fails_and_the_others_go_on(run_cases: RunThem) -> None:
    nowhere = Case.model_validate({
        "id": "no-such-record", "category": "faults", "turns": ["Why is S00042 late?"], "expect": {"status": ["answered"]},
        "situation": {"changes": [{"model": "sale.order", "find": {"name": "S77777"}, "values": {"note": "x"}}]},
    })  # fmt: skip
    judged = judge(run_cases(nowhere, "unknown-no-order", workers=1))
    assert [one.passed for one in judged.verdicts] == [False, True]
    assert "0 records of sale.order" in judged.verdicts[0].failures[0].why


def test_a_missing_recording_is_told(demo_settings: Settings, tmp_path: Path) -> None:
    plan = Plan(run_id="gone", started_at="2026-11-21T12:00:00+00:00", bundle=running_bundle(demo_settings),
                cases=tuple(one for one in load_cases() if one.id == "unknown-no-order"), repeats=1,
                settings={"data_dir": str(demo_settings.data_dir)}, recording=str(tmp_path / "nothing.json.gz"))  # fmt: skip
    folder = RunFolder.create(tmp_path, plan)
    run(folder, workers=1)
    assert "nothing.json.gz" in folder.results()[0].error


def test_a_worker_that_cannot_start_ends_the_run_with_its_reason(
    demo_settings: Settings, tmp_path: Path
) -> None:
    plan = Plan(run_id="bad", started_at="2026-11-21T12:00:00+00:00", bundle=running_bundle(demo_settings),
                cases=tuple(one for one in load_cases() if one.id == "unknown-no-order"), repeats=1,
                settings={"data_dir": str(demo_settings.data_dir)}, brain="nowhere:Nobody")  # fmt: skip
    with pytest.raises(RunError, match="nowhere"):
        run(RunFolder.create(tmp_path, plan), workers=1)
