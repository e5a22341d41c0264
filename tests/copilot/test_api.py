"""The HTTP door: the contract's routes, and a sentence with the right status for everything that goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient

from copilot.api.routes import answer_error, answer_wrong_request, build_router
from copilot.conversation import Copilot
from copilot.errors import CopilotError
from erp_tools.errors import OdooError
from retrieval.errors import RetrievalError


@pytest.fixture(scope="module")
def client(demo: Copilot) -> Iterator[TestClient]:
    application = FastAPI()
    for kind in (CopilotError, OdooError, RetrievalError):
        application.add_exception_handler(kind, answer_error)
    application.add_exception_handler(RequestValidationError, answer_wrong_request)
    application.include_router(build_router(demo))
    with TestClient(application) as client:
        yield client


@pytest.fixture(scope="module")
def token(client: TestClient) -> dict[str, str]:
    reply = client.post("/api/v1/session", json={"login": "service", "password": "demo"})
    assert reply.status_code == 200
    assert reply.json()["roles"] == ["service"]
    return {"Authorization": f"Bearer {reply.json()['token']}"}


@pytest.fixture(autouse=True)
def _no_brake(demo: Copilot) -> None:
    demo._limits._asked.clear()


def test_ask_answers_in_the_contracts_json(client: TestClient, token: dict[str, str]) -> None:
    answer = client.post("/api/v1/ask", json={"text": "Why is S00042 late?"}, headers=token).json()
    assert answer["diagnosis"]["order"] == "S00042"
    opened = client.get(f"/api/v1/answers/{answer['answer_id']}/receipt", headers=token).json()
    assert opened["answer"]["text"] == answer["text"]


def test_the_stream_sends_progress_text_and_the_answer(client: TestClient, token: dict[str, str]) -> None:
    body = client.post("/api/v1/ask/stream", json={"text": "Why is S00042 late?"}, headers=token).text
    events = [block.split("\n", 1) for block in body.strip().split("\n\n")]
    names = [head.removeprefix("event: ") for head, _ in events]
    assert names[0] == "progress"
    assert names[-1] == "answer"
    assert "text" in names
    assert json.loads(events[-1][1].removeprefix("data: "))["diagnosis"]["order"] == "S00042"


def test_search_and_diagnosis(client: TestClient, token: dict[str, str]) -> None:
    found = client.get("/api/v1/search", params={"text": "partial shipments", "top": 3}, headers=token).json()
    assert 1 <= len(found["passages"]) <= 3
    keys = {
        "id",
        "document",
        "title",
        "path",
        "page",
        "section",
        "start",
        "end",
        "text",
        "score",
        "type",
        "customer",
        "valid_from",
        "valid_to",
    }
    assert found["passages"][0].keys() >= keys | {"page_of", "page_confidence"}
    diagnosis = client.get("/api/v1/orders/S00042/diagnosis", headers=token).json()
    assert diagnosis["diagnosis"]["order"] == "S00042"
    assert diagnosis["odoo_calls"] <= 4


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/ask", {"text": ""}, 422),
        ("POST", "/api/v1/ask", {"text": "x" * 50_000}, 422),
        ("POST", "/api/v1/ask/stream", {"text": ""}, 422),
        ("POST", "/api/v1/ask", {"text": "hi", "thread_id": "../x"}, 422),
        ("GET", "/api/v1/answers/nothing/receipt", None, 404),
        ("GET", "/api/v1/orders/S99999/diagnosis", None, 404),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    client: TestClient,
    token: dict[str, str],
    method: str,
    path: str,
    body: dict[str, str] | None,
    status: int,
) -> None:
    reply = client.request(method, path, json=body, headers=token)
    assert reply.status_code == status
    assert "Traceback" not in reply.text
    assert isinstance(reply.json()["message"], str)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/ask"),
        ("POST", "/api/v1/ask/stream"),
        ("GET", "/api/v1/search?text=x"),
        ("GET", "/api/v1/orders/S00042/diagnosis"),
        ("GET", "/api/v1/answers/x"),
        ("GET", "/api/v1/answers/x/receipt"),
        ("DELETE", "/api/v1/session"),
    ],
)
def test_nothing_opens_without_a_sign_in(
    client: TestClient, method: str, path: str, headers: dict[str, str]
) -> None:
    reply = client.request(method, path, json={"text": "hi"} if method == "POST" else None, headers=headers)
    assert reply.status_code == 401


def test_a_wrong_password_is_a_plain_no(client: TestClient) -> None:
    reply = client.post("/api/v1/session", json={"login": "compliance", "password": "wrong-secret"})
    assert reply.status_code == 401
    assert "wrong-secret" not in reply.text
    assert reply.json()["message"].endswith(".")


def test_health_and_metrics_need_no_sign_in(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert {part["name"] for part in ready.json()["parts"]} == {
        "Odoo",
        "Documents",
        "Brain",
        "Release",
        "State",
        "Disk",
        "Audit",
    }
    assert "copilot_answers_total" in client.get("/metrics").text


def test_signing_out_ends_the_token(client: TestClient) -> None:
    reply = client.post("/api/v1/session", json={"login": "finance", "password": "demo"})
    mine = {"Authorization": f"Bearer {reply.json()['token']}"}
    assert client.delete("/api/v1/session", headers=mine).status_code == 204
    assert client.post("/api/v1/ask", json={"text": "help"}, headers=mine).status_code == 401
