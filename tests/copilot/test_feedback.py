"""A bad answer becomes a candidate case in one step, for whoever was given it and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.answer import Question
from copilot.conversation import Copilot
from copilot.errors import NotFound
from copilot.feedback import candidates_in, report_bad_answer
from copilot.identity import Person
from evals.case import load_cases


def test_a_bad_answer_is_a_case_that_loads(demo: Copilot, service: Person, tmp_path: Path) -> None:
    first = demo.ask(service, Question(text="Why is S00042 late?"))
    second = demo.ask(service, Question(text="shorter", thread_id=first.thread_id))
    demo.ask(service, Question(text="and S00059?", thread_id=first.thread_id))
    path = report_bad_answer(demo.store, tmp_path, service, second.answer_id, comment="Too short: 'no' cause")
    assert candidates_in(tmp_path) == [path]
    (case,) = load_cases(path.parent)
    assert case.turns == ("Why is S00042 late?", "shorter")
    assert case.asks == "service"
    assert "Too short: 'no' cause" in case.note
    assert "S00042" in path.read_text("utf-8").partition("cases:")[0]
    report_bad_answer(demo.store, tmp_path, service, second.answer_id)
    assert len(candidates_in(tmp_path)) == 1


def test_nobody_reports_somebody_else_s_answer(demo: Copilot, service: Person, tmp_path: Path) -> None:
    answer = demo.ask(service, Question(text="help"))
    other = demo.identity.sign_in("sales", "demo")
    with pytest.raises(NotFound):
        report_bad_answer(demo.store, tmp_path, other, answer.answer_id)
    with pytest.raises(NotFound):
        report_bad_answer(demo.store, tmp_path, service, "../../etc/passwd")
    assert candidates_in(tmp_path) == []
