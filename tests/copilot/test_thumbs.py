"""The thumbs of the chat at its own doors: each finds its answer, is its owner's alone, and comes back with the conversation."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from copilot.answer import Question
from copilot.errors import NotFound
from copilot.feedback import Feedback
from copilot.ui.testing import ShownCopilot
from copilot.ui.votes import answer_of_run, run_of_answer

OWN = {"origin": "http://testserver"}


@pytest.fixture
def shown(tmp_path: Path) -> ShownCopilot:
    return ShownCopilot(data_dir=tmp_path)


@pytest.fixture
def browser(shown: ShownCopilot) -> TestClient:
    from app import create_app

    client = TestClient(create_app(shown))  # type: ignore[arg-type]
    client.post("/login", data={"username": "service", "password": "demo"}, headers=OWN)
    return client


@pytest.fixture
def run_id(shown: ShownCopilot) -> str:
    """A run of the chat of somebody of the service, with its answer."""
    run_id = str(uuid.uuid4())
    person = shown.identity.sign_in("service", "demo")
    shown.ask(
        person,
        Question(text="Why is S00042 late?", thread_id="a-thread", answer_id=answer_of_run(run_id)),
    )
    return run_id


def votes(shown: ShownCopilot, run_id: str) -> list[tuple[str, str]]:
    found = Feedback(shown.store, shown.data_dir).of([answer_of_run(run_id)])
    return [(one.opinion, one.comment) for one in found.values()]


def thumb(run_id: str, value: Any, comment: Any = None) -> dict[str, Any]:
    """What Chainlit's page sends."""
    about = {"forId": run_id, "threadId": "a-thread", "value": value, "comment": comment}
    return {"feedback": about, "sessionId": "any"}


def test_a_thumb_down_is_a_candidate_case_and_a_thumb_up_takes_it_back(
    browser: TestClient, shown: ShownCopilot, run_id: str
) -> None:
    feedback = Feedback(shown.store, shown.data_dir)
    reply = browser.put("/feedback", json=thumb(run_id, 0, "The date is wrong."), headers=OWN)
    assert reply.json() == {"success": True, "feedbackId": run_id}
    assert votes(shown, run_id) == [("bad", "The date is wrong.")]
    (path,) = feedback.candidates()
    assert "The date is wrong." in path.read_text("utf-8")
    assert browser.put("/feedback", json=thumb(run_id, 1), headers=OWN).status_code == 200
    assert (votes(shown, run_id), feedback.candidates()) == ([("good", "")], [])
    reply = browser.request("DELETE", "/feedback", json={"feedbackId": run_id}, headers=OWN)
    assert (reply.status_code, votes(shown, run_id)) == (200, [])


def test_a_thumb_comes_back_with_the_conversation(
    browser: TestClient, shown: ShownCopilot, run_id: str
) -> None:
    browser.put("/feedback", json=thumb(run_id, 0, "No."), headers=OWN)
    steps = browser.get("/project/thread/a-thread").json()["steps"]
    (run,) = [one for one in steps if one["type"] == "run"]
    assert run["feedback"] == {"id": run_id, "forId": run_id, "value": 0, "comment": "No."}
    assert [one["parentId"] for one in steps if one["type"] == "assistant_message"] == [run_id]


def test_a_thumb_is_its_owner_s_alone(shown: ShownCopilot, browser: TestClient, run_id: str) -> None:
    other = TestClient(browser.app)
    assert other.put("/feedback", json=thumb(run_id, 0), headers=OWN).status_code == 401
    other.post("/login", data={"username": "finance", "password": "demo"}, headers=OWN)
    refused = other.put("/feedback", json=thumb(run_id, 0), headers=OWN)
    assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such answer of yours.")
    gone = other.request("DELETE", "/feedback", json={"feedbackId": run_id}, headers=OWN)
    assert gone.status_code == 404
    assert votes(shown, run_id) == []
    foreign = browser.put("/feedback", json=thumb(run_id, 0), headers={"origin": "http://elsewhere.example"})
    assert (foreign.status_code, votes(shown, run_id)) == (403, [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        (thumb("x" * 41, 0), 422),
        (thumb("no-run", 0), 404),
        (thumb(str(uuid.UUID(int=7)), 1), 404),
        (thumb(str(uuid.UUID(int=7)), 2), 422),
        (thumb(str(uuid.UUID(int=7)), 0, "x" * 2_001), 422),
    ],
)
def test_a_thumb_that_makes_no_sense_is_refused(browser: TestClient, body: Any, status: int) -> None:
    assert browser.put("/feedback", json=body, headers=OWN).status_code == status


def test_an_answer_is_called_like_its_run() -> None:
    run_id = str(uuid.uuid4())
    assert run_of_answer(answer_of_run(run_id)) == run_id
    assert run_of_answer("an-old-one") == "an-old-one"
    with pytest.raises(NotFound):
        answer_of_run("an-old-one")
