"""Conversations are kept, survive a restart and a dropped connection, and open for nobody but their owner."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app import create_app
from copilot.answer import Answer, Progress, Question
from copilot.conversation import Copilot
from copilot.errors import NotFound, StateUnavailable
from copilot.identity import Person
from copilot.store import Store
from copilot.threads import LAST_TURNS, MAX_SUMMARY, summary_of
from copilot.ui.streaming import from_thread

ROOT = Path(__file__).resolve().parents[2]


# The store, on SQLite and on PostgreSQL


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.odoo)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'copilot.db'}"
    else:
        url = request.getfixturevalue("postgresql_url")
    store = Store(url)
    yield store
    store.close()


def body(
    answer_id: str, thread_id: str = "t1", question: str = "Why?", text: str = "Because."
) -> dict[str, Any]:
    return {"answer_id": answer_id, "thread_id": thread_id, "question": question, "text": text}


def test_conversations_are_listed_last_used_first_page_by_page(store: Store) -> None:
    for number in range(7):
        store.save("1:ann", body(f"a{number}", f"t{number}", question=f"question {number}"))
    store.save("1:ann", body("a9", "t2"))
    store.save("2:bob", body("b1", "tb"))
    first = store.threads("1:ann", limit=3)
    assert [one.thread_id for one in first] == ["t2", "t6", "t5"]
    rest = store.threads("1:ann", limit=9, before=first[-1].thread_id)
    assert [one.thread_id for one in rest] == ["t4", "t3", "t1", "t0"]
    assert [one.thread_id for one in store.threads("1:ann", search="question 4")] == ["t4"]
    assert store.threads("1:ann", search="100%") == []
    assert store.threads("1:ann", before="tb", limit=1)[0].thread_id == "t2", (
        "somebody else's place is no place"
    )


def test_rename_and_delete_are_the_owners_alone(store: Store) -> None:
    store.save("1:ann", body("a1"))
    for refused in (
        lambda: store.rename_thread("t1", "2:bob", "mine"),
        lambda: store.delete_thread("t1", "2:bob"),
        lambda: store.answers_of("t1", "2:bob"),
        lambda: store.thread("t1", "2:bob"),
        lambda: store.rename_thread("nothing", "1:ann", "x"),
    ):
        with pytest.raises(NotFound):
            refused()
    store.rename_thread("t1", "1:ann", "The late olive oil")
    assert store.thread("t1", "1:ann").title == "The late olive oil"
    store.delete_thread("t1", "1:ann")
    assert store.threads("1:ann") == []
    for gone in (
        lambda: store.thread("t1", "1:ann"),
        lambda: store.history("t1", "1:ann"),
        lambda: store.save("1:ann", body("a2")),
        lambda: store.save("2:bob", body("a3")),
    ):
        with pytest.raises(NotFound):
            gone()
    assert store.answer("a1").deleted, "on record for audits"


def test_the_same_answer_is_kept_once_and_two_at_once_both_find_a_place(store: Store) -> None:
    store.save("1:ann", body("a0"))
    store.save("1:ann", body("a0"))
    failed: list[Exception] = []

    def save(number: int) -> None:
        try:
            store.save("1:ann", body(f"b{number}"))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed
    assert len(store.answers_of("t1", "1:ann")) == 9


def test_tokens_of_a_day_are_added_up(store: Store) -> None:
    from datetime import date

    day = date(2026, 11, 21)
    assert store.model_tokens(day) == 0
    store.add_model_tokens(day, 5)
    store.add_model_tokens(day, 6)
    assert store.model_tokens(day) == 11
    assert store.model_tokens(date(2026, 11, 22)) == 0


def test_a_database_of_an_earlier_version_keeps_its_conversations(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE schema_version (version INTEGER PRIMARY KEY)",
            "INSERT INTO schema_version VALUES (1)",
            "CREATE TABLE threads (thread_id VARCHAR(40) PRIMARY KEY, owner VARCHAR(200) NOT NULL, title VARCHAR(200) NOT NULL, begun_at VARCHAR(40) NOT NULL)",
            "CREATE TABLE answers (answer_id VARCHAR(40) PRIMARY KEY, thread_id VARCHAR(40) NOT NULL, position INTEGER NOT NULL, owner VARCHAR(200) NOT NULL, "
            "answered_at VARCHAR(40) NOT NULL, body TEXT NOT NULL, UNIQUE (thread_id, position))",
            "INSERT INTO threads VALUES ('t1', '1:ann', 'Why?', '2026-11-01T00:00:00+00:00')",
        ):
            connection.exec_driver_sql(statement)
        connection.execute(
            sa.text(
                "INSERT INTO answers VALUES ('a1', 't1', 1, '1:ann', '2026-11-02T00:00:00+00:00', :body)"
            ),
            {"body": json.dumps(body("a1"))},
        )
    engine.dispose()
    store = Store(url)
    try:
        [thread] = store.threads("1:ann")
        assert (thread.thread_id, thread.last_at) == ("t1", "2026-11-02T00:00:00+00:00")
        assert store.history("t1", "1:ann") == [("Why?", "Because.")]
    finally:
        store.close()


def test_what_was_acknowledged_survives_a_killed_process(tmp_path: Path) -> None:
    """The writer is killed in mid-work; every answer it said it had saved is there."""
    url = f"sqlite:///{tmp_path / 'copilot.db'}"
    script = (
        "import sys\nfrom copilot.store import Store\nstore = Store(sys.argv[1])\n"
        "for n in range(10000):\n"
        "    store.save('1:ann', {'answer_id': f'a{n}', 'thread_id': f't{n % 5}', 'question': 'q', 'text': 't'})\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(40)]
    process.kill()
    said += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    store = Store(url)
    try:
        for number in {one for one in said if one.isdigit()}:
            assert store.answer(f"a{number}").owner == "1:ann"
    finally:
        store.close()


def test_a_long_conversation_is_summarised_with_its_evidence() -> None:
    turns = [
        {
            "question": f"Why is S000{number:02d} late?",
            "status": "answered",
            "diagnosis": {
                "order": f"S000{number:02d}",
                "causes": [{"code": "inbound_overdue", "certainty": "proven"}],
            },
            "evidence": [
                {"id": "E1", "display_name": f"S000{number:02d}"},
                {"id": "E4", "display_name": "P00031"},
            ],
            "citations": [{"id": "K2", "title": "Supply Agreement"}],
        }
        for number in range(12)
    ]
    summary = summary_of(turns)
    assert summary == summary_of(turns)
    assert len(summary.splitlines()) == 12
    assert (
        "Turn 3: asked “Why is S00002 late?”; answered; order S00002: inbound_overdue (proven); evidence of turn 3: E1 S00002, E4 P00031, K2 Supply Agreement"
        in summary
    )
    assert not re.search(r"\[[EK]\d", summary), "an old id must not look like one of this turn"
    assert summary_of([]) == ""


def turns_with(evidence: int, turns: int = 60) -> list[dict[str, Any]]:
    return [
        {
            "question": f"Why is S{number:05d} late?",
            "text": "Because.",
            "status": "answered",
            "diagnosis": {
                "order": f"S{number:05d}",
                "causes": [{"code": "inbound_overdue", "certainty": "proven"}],
            },
            "evidence": [
                {"id": f"E{at}", "display_name": f"WH/OUT/{number:03d}{at:02d} of a long name"}
                for at in range(1, evidence + 1)
            ],
            "citations": [
                {"id": "K1", "title": "Supply Agreement"},
                {"id": "K2", "title": "Overdue purchases"},
            ],
        }
        for number in range(1, turns + 1)
    ]


@pytest.mark.parametrize("evidence", [1, 9, 24, 50])
def test_sixty_turns_keep_every_id_of_their_evidence(evidence: int) -> None:
    """Those of the turns that stand word for word beside it, too, for there the marks are taken out."""
    bodies = turns_with(evidence)
    summary = summary_of(bodies, word_for_word=LAST_TURNS)
    lines = {int(match[1]): line for line in summary.splitlines() if (match := re.match(r"Turn (\d+)", line))}
    for number, body in enumerate(bodies, start=1):
        ranges = re.findall(r"E(\d+) to E(\d+)", lines[number])
        told = set(re.findall(r"\b[EK]\d+\b", lines[number]))
        told |= {f"E{at}" for first, last in ranges for at in range(int(first), int(last))}
        assert told == {one["id"] for one in (*body["evidence"], *body["citations"])}, number
    assert len(summary) <= MAX_SUMMARY
    assert "asked “Why is S00054 late?”" in lines[54]
    assert "asked" not in lines[55], "its words are beside it"
    assert "asked" not in lines[14], "more than 40 before those"
    assert not re.search(r"\[[EK]\d", summary)


@pytest.mark.parametrize(("evidence", "turns"), [(500, 60), (9, 2_000), (500, 3_000), (0, 100)])
def test_a_summary_has_its_size_whatever_was_said(evidence: int, turns: int) -> None:
    bodies = turns_with(evidence, turns)
    summary = summary_of(bodies, word_for_word=LAST_TURNS)
    assert len(summary) <= MAX_SUMMARY
    assert f"Turn {turns}," in summary
    if evidence == 500:
        assert "E500, K1, K2" in summary
    if turns > 1_000:
        assert summary.startswith("Turns 1 to ")


# A conversation of the product


@pytest.fixture
def thread(demo: Copilot, service: Person) -> Answer:
    demo._limits._asked.clear()
    return demo.ask(service, Question(text="Why is S00042 late?"))


def test_a_conversation_is_exported_with_its_sources(demo: Copilot, service: Person, thread: Answer) -> None:
    text = demo.threads.as_markdown(service, thread.thread_id)
    assert text.startswith("# Why is S00042 late?")
    assert thread.text in text
    assert "- E1: S00042, read " in text
    assert all(f"- {one.id}: {one.title}" in text for one in thread.citations)
    opened = demo.threads.open(service, thread.thread_id)
    assert opened["answers"][0]["text"] == thread.text
    assert "receipt" not in opened["answers"][0]


def test_an_answer_reads_back_as_it_was_given(demo: Copilot, service: Person, thread: Answer) -> None:
    assert Answer.from_json(demo.answer(service, thread.answer_id)).to_json() == thread.to_json()


def test_the_model_gets_a_summary_and_the_last_turns(demo: Copilot, service: Person) -> None:
    for number in range(LAST_TURNS + 2):
        demo._limits._asked.clear()
        answer = demo.ask(service, Question(text=f"help {number}", thread_id="long-one"))
    turn = demo._new_turn(service)
    summary, earlier, words = demo._history(turn, answer.thread_id, service)
    assert len(earlier) == LAST_TURNS
    assert words[-1] == f"help {LAST_TURNS + 1}"
    assert [line.split(":")[0] for line in summary.splitlines()] == ["Turn 1", "Turn 2"]


def test_fifty_dropped_connections_lose_no_answer(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RELIABILITY R12: whoever listens goes away after the first event; the turn ends all the same, once."""
    import asyncio

    monkeypatch.setattr(demo, "_limits", type(demo._limits)(None))

    async def drop(number: int) -> None:
        question = Question(text="help", thread_id=f"dropped-{number}")
        events = from_thread(lambda: demo.stream(service, question))
        async for _ in events:
            break
        await events.aclose()  # type: ignore[attr-defined]

    for number in range(50):
        asyncio.run(drop(number))
    until = time.monotonic() + 60
    missing = set(range(50))
    while missing and time.monotonic() < until:
        missing = {
            number for number in missing if not demo.store.history(f"dropped-{number}", demo_owner(service))
        }
        time.sleep(0.05)
    assert not missing
    for number in range(50):
        assert len(demo.threads.open(service, f"dropped-{number}")["answers"]) == 1


def demo_owner(person: Person) -> str:
    from copilot.identity import owner_of

    return owner_of(person)


# Its doors


@pytest.fixture(scope="module")
def application(demo: Copilot) -> FastAPI:
    return create_app(demo)


@pytest.fixture
def client(application: FastAPI, demo: Copilot) -> TestClient:
    demo._limits._asked.clear()
    return TestClient(application, follow_redirects=False)


def token(client: TestClient, login: str) -> dict[str, str]:
    reply = client.post("/api/v1/session", json={"login": login, "password": "demo"})
    return {"Authorization": f"Bearer {reply.json()['token']}"}


def test_the_routes_of_a_conversation(client: TestClient) -> None:
    mine, other = token(client, "service"), token(client, "finance")
    asked = client.post("/api/v1/ask", json={"text": "help", "thread_id": "http-1"}, headers=mine).json()
    listed = client.get("/api/v1/threads?limit=1", headers=mine).json()
    assert listed["threads"][0]["thread_id"] == "http-1"
    assert listed["next"] in {"http-1", None}
    assert (
        client.get("/api/v1/threads/http-1", headers=mine).json()["answers"][0]["answer_id"]
        == asked["answer_id"]
    )
    assert (
        client.patch("/api/v1/threads/http-1", json={"title": " Help  me "}, headers=mine).json()["title"]
        == "Help me"
    )
    assert client.patch("/api/v1/threads/http-1", json={"title": ""}, headers=mine).status_code == 422
    exported = client.get("/api/v1/threads/http-1/export", headers=mine)
    assert exported.headers["content-type"].startswith("text/markdown")
    assert "attachment" in exported.headers["content-disposition"]
    assert exported.text.startswith("# Help me")
    assert client.get("/api/v1/threads/http-1/export?format=json", headers=mine).json()["title"] == "Help me"
    for method, path in (
        ("GET", "/api/v1/threads/http-1"), ("PATCH", "/api/v1/threads/http-1"), ("DELETE", "/api/v1/threads/http-1"),
        ("GET", "/api/v1/threads/http-1/export"), ("GET", f"/api/v1/answers/{asked['answer_id']}"),
    ):  # fmt: skip
        sent = {"json": {"title": "x"}} if method == "PATCH" else {}
        assert client.request(method, path, headers=other, **sent).status_code == 404, path
    assert (
        client.post("/api/v1/ask", json={"text": "help", "thread_id": "http-1"}, headers=other).status_code
        == 404
    )
    assert client.delete("/api/v1/threads/http-1", headers=mine).status_code == 204
    assert client.get("/api/v1/threads/http-1", headers=mine).status_code == 404
    assert client.get(f"/api/v1/answers/{asked['answer_id']}", headers=mine).status_code == 404
    assert client.get("/api/v1/threads/..%2f..%2fx", headers=mine).status_code in {404, 422}


def test_the_sidebar_of_the_chat(client: TestClient) -> None:
    assert client.post("/project/threads", json={}).status_code == 401
    assert client.get("/thread/side-1").headers["location"] == "/login"
    client.post("/login", data={"username": "service", "password": "demo"})
    client.post(
        "/api/v1/ask",
        json={"text": "Why is S00042 late?", "thread_id": "side-1"},
        headers=token(client, "service"),
    )
    listed = client.post("/project/threads", json={"pagination": {"first": 5}, "filter": {}}).json()
    assert listed["data"][0]["id"] == "side-1"
    opened = client.get("/project/thread/side-1").json()
    assert [step["type"] for step in opened["steps"]] == ["user_message", "run", "assistant_message"]
    assert opened["steps"][0]["output"] == "Why is S00042 late?"
    assert {one["name"] for one in opened["elements"]} == {"AnswerCard"}
    assert all(isinstance(one["props"], dict) for one in opened["elements"])
    assert client.get("/project/thread/side-1").json() == opened, (
        "the same messages with the same ids each time"
    )
    assert client.put("/project/thread", json={"threadId": "side-1", "name": "Olive oil"}).json() == {
        "success": True
    }
    other = TestClient(client.app, follow_redirects=False)
    other.post("/login", data={"username": "finance", "password": "demo"})
    assert other.get("/project/thread/side-1").status_code == 404
    assert other.put("/project/thread", json={"threadId": "side-1", "name": "x"}).status_code == 404
    assert other.request("DELETE", "/project/thread", json={"threadId": "side-1"}).status_code == 404
    assert "side-1" not in other.post("/project/threads", json={}).text
    assert client.request("DELETE", "/project/thread", json={"threadId": "side-1"}).status_code == 200
    assert "side-1" not in client.post("/project/threads", json={}).text


def test_the_chat_resumes_a_conversation_for_its_owner_only(client: TestClient, demo: Copilot) -> None:
    import asyncio

    from copilot.ui.context import current
    from copilot.ui.threads import ThreadLayer

    layer = ThreadLayer()
    client.post(
        "/api/v1/ask", json={"text": "help", "thread_id": "resume-1"}, headers=token(client, "purchasing")
    )
    assert asyncio.run(layer.get_thread("resume-1")) is None, "the owner is not signed in at a browser"
    client.post("/login", data={"username": "purchasing", "password": "demo"})
    thread = asyncio.run(layer.get_thread("resume-1"))
    assert thread is not None
    assert thread["userIdentifier"] == "purchasing"
    assert asyncio.run(layer.get_thread_author("resume-1")) == "purchasing"
    assert asyncio.run(layer.get_thread("nothing")) is None
    demo.store.save("another Odoo#1:purchasing", body("foreign", "foreign-1"))
    assert asyncio.run(layer.get_thread("foreign-1")) is None, (
        "the same login in another Odoo is somebody else"
    )
    assert current().sign_ins.signed_in_as("another Odoo#1:purchasing") is None


OPEN = re.compile(
    r"/healthz|/readyz|/metrics|/login|/logout|/user|/docs.*|/openapi\.json|/redoc|/favicon.*|/assets/.*|/static/.*|/public/.*|/ui/.*|/api/v1/session|/set-session-cookie|/|/logo|/icon.*|/packed.*|/(?:css|js)/.*"
)
"""Doors that show nothing of anybody: health, signing in, pictures and scripts."""


def routes(application: FastAPI) -> list[tuple[str, str]]:
    found = []
    for route in all_routes(application.routes):
        found += [(method, route.path) for method in sorted(route.methods - {"HEAD", "OPTIONS"})]
    return found


def all_routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None and not isinstance(route, APIRoute):
            yield from all_routes(inner.routes)


CALLERS = ("nobody", "wrong token", "empty token", "cookie of nobody", "signed out")


@pytest.mark.parametrize("caller", CALLERS)
def test_every_door_that_is_not_open_is_shut_to(
    client: TestClient, application: FastAPI, caller: str
) -> None:
    """RELIABILITY T8: generated from the route table, so a new route is shut unless it is listed as open."""
    headers: dict[str, str] = {}
    if caller == "wrong token":
        headers = {"Authorization": "Bearer wrong"}
    elif caller == "empty token":
        headers = {"Authorization": "Bearer "}
    elif caller == "cookie of nobody":
        client.cookies.set("access_token", "a.b.c")
    elif caller == "signed out":
        headers = token(client, "supervisor")
        client.delete("/api/v1/session", headers=headers)
    table = routes(application)
    assert len(table) >= 20
    wrong = []
    for method, path in table:
        if OPEN.fullmatch(path) and (method, path) != ("DELETE", "/api/v1/session"):
            continue
        address = re.sub(r"\{[^}]+\}", "x", path)
        sent: dict[str, Any] = {"json": {}} if method in {"POST", "PUT", "PATCH", "DELETE"} else {}
        reply = client.request(method, address, headers=headers, **sent)
        leaves = reply.status_code == 303 and reply.headers["location"].startswith("/login")
        # 422: the form of the request is looked at first, and says nothing of anybody.
        if not leaves and reply.status_code not in {401, 403, 404, 405, 422}:
            wrong.append((method, path, reply.status_code))
    assert not wrong


def test_a_person_reaches_nothing_of_another(client: TestClient, application: FastAPI) -> None:
    """Every route that takes an id of something owned, as everybody but the owner: as if it did not exist."""
    mine = token(client, "service")
    answer = client.post(
        "/api/v1/ask", json={"text": "Why is S00042 late?", "thread_id": "owned-1"}, headers=mine
    ).json()
    owned = {"answer_id": answer["answer_id"], "thread_id": "owned-1"}
    tried = 0
    for login in ("supervisor", "purchasing", "sales", "finance"):
        headers = token(client, login)
        for method, path in routes(application):
            names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
            if not any(name in owned for name in names) or path.startswith(("/project", "/thread")):
                continue
            address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: owned.get(match[1], "E1"), path)
            sent: dict[str, Any] = {"json": {"title": "x"}} if method in {"PATCH", "POST", "PUT"} else {}
            reply = client.request(method, address, headers=headers, **sent)
            assert reply.status_code == 404, (login, method, path, reply.status_code)
            tried += 1
    assert tried >= 20


def test_a_database_that_is_down_is_said_so_and_questions_go_on(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> Any:
        raise StateUnavailable("The copilot's database cannot be used (x).")

    for name in ("bodies", "save"):
        monkeypatch.setattr(demo.store, name, down)
    demo._limits._asked.clear()
    answer = demo.ask(service, Question(text="Why is S00042 late?", thread_id="down-1"))
    assert answer.diagnosis is not None
    assert any("could not be saved" in one for one in answer.degraded)
    events = list(demo.stream(service, Question(text="help")))
    assert not isinstance(events[-1], Progress)
