"""A bad answer becomes a candidate case in one step, a good one a vote, for whoever was given it and nobody else."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.answer import Answer, Question
from copilot.conversation import Copilot
from copilot.errors import NotFound, StateUnavailable
from copilot.feedback import Feedback
from copilot.identity import Person
from evals.case import load_cases


@pytest.fixture
def feedback(demo: Copilot, tmp_path: Path) -> Feedback:
    return Feedback(demo.store, tmp_path)


@pytest.fixture
def answer(demo: Copilot, service: Person) -> Answer:
    return demo.ask(service, Question(text="help"))


def test_a_bad_answer_is_a_case_that_loads(demo: Copilot, service: Person, feedback: Feedback) -> None:
    first = demo.ask(service, Question(text="Why is S00042 late?"))
    second = demo.ask(service, Question(text="shorter", thread_id=first.thread_id))
    demo.ask(service, Question(text="and S00059?", thread_id=first.thread_id))
    path = feedback.bad(service, second.answer_id, comment="Too short: 'no' cause")
    assert feedback.candidates() == [path]
    (case,) = load_cases(path.parent)
    assert case.turns == ("Why is S00042 late?", "shorter")
    assert case.asks == "service"
    assert "Too short: 'no' cause" in case.note
    assert "S00042" in path.read_text("utf-8").partition("cases:")[0]
    feedback.bad(service, second.answer_id, comment="It names no cause.")
    assert feedback.candidates() == [path]
    assert "It names no cause." in path.read_text("utf-8")
    vote = feedback.of([second.answer_id, first.answer_id])
    assert {name: (one.opinion, one.comment) for name, one in vote.items()} == {
        second.answer_id: ("bad", "It names no cause.")
    }


def test_a_good_answer_is_kept_as_a_vote_and_makes_no_case(
    service: Person, feedback: Feedback, answer: Answer
) -> None:
    before = feedback.counted()
    feedback.good(service, answer.answer_id, comment="clear")
    assert feedback.of([answer.answer_id])[answer.answer_id].opinion == "good"
    assert feedback.candidates() == []
    assert feedback.counted() == {**before, "good": before["good"] + 1}


@pytest.mark.parametrize("way", ["good", "withdraw"])
def test_who_changes_their_mind_takes_the_candidate_back(
    service: Person, feedback: Feedback, answer: Answer, way: str
) -> None:
    feedback.bad(service, answer.answer_id)
    change: Callable[[Person, str], None] = getattr(feedback, way)
    change(service, answer.answer_id)
    assert feedback.candidates() == []
    left = feedback.of([answer.answer_id])
    assert [one.opinion for one in left.values()] == (["good"] if way == "good" else [])


@pytest.mark.parametrize("way", ["good", "withdraw", "bad"])
def test_a_candidate_that_somebody_works_on_is_left_alone(
    service: Person, feedback: Feedback, answer: Answer, way: str
) -> None:
    path = feedback.bad(service, answer.answer_id)
    path.write_text(path.read_text("utf-8").replace("answered", "partial"), encoding="utf-8")
    worked_on = path.read_bytes()
    change: Callable[[Person, str], object] = getattr(feedback, way)
    change(service, answer.answer_id)
    assert path.read_bytes() == worked_on
    feedback.bad(service, answer.answer_id)
    assert path.read_bytes() == worked_on


def test_nobody_votes_on_somebody_else_s_answer(demo: Copilot, feedback: Feedback, answer: Answer) -> None:
    other = demo.identity.sign_in("sales", "demo")
    for vote in (feedback.bad, feedback.good, feedback.withdraw):
        for answer_id in (answer.answer_id, "../../etc/passwd", uuid.uuid4().hex):
            with pytest.raises(NotFound):
                vote(other, answer_id)
    assert feedback.candidates() == []
    assert feedback.of([answer.answer_id]) == {}


def test_a_full_disk_is_told_and_keeps_no_half_candidate(
    service: Person, feedback: Feedback, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("copilot.feedback.os.replace", full)
    with pytest.raises(StateUnavailable, match="No space left on device"):
        feedback.bad(service, answer.answer_id)
    assert feedback.candidates() == []
    assert feedback.of([answer.answer_id]) == {}
