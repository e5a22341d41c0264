"""Contract terms and coverage over HTTP and on the command line: the same rights at each door."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient

from copilot.api.documents_routes import build_router as documents_routes
from copilot.api.routes import answer_error, answer_wrong_request, build_router, signed_in_at
from copilot.audit import Audit
from copilot.bootstrap import build
from copilot.commands.coverage import coverage_for
from copilot.conversation import Copilot
from copilot.errors import CopilotError
from copilot.identity import Person
from copilot.models.term_proposer import TermProposer
from copilot.running import find
from copilot.settings import Settings
from copilot.term_decisions import AuditedTerms
from copilot.testing import OpenAiServer, Reply
from erp_tools.errors import OdooError
from knowledge_ingest.terms.refresh import refresh_terms
from retrieval.errors import RetrievalError

RATE = "contract-mf-2026-014/late_rate/8.1"


@pytest.fixture(scope="module")
def data_dir(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the prepared data folder: these tests decide about terms."""
    target = tmp_path_factory.mktemp("terms") / "data"
    shutil.copytree(demo_settings.data_dir, target, ignore=shutil.ignore_patterns("*.lock", "copilot.db*"))
    return target


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Iterator[TestClient]:
    copilot = build(Settings(_env_file=None, data_dir=data_dir))  # type: ignore[call-arg]
    application = FastAPI()
    for kind in (CopilotError, OdooError, RetrievalError):
        application.add_exception_handler(kind, answer_error)
    application.add_exception_handler(RequestValidationError, answer_wrong_request)
    application.include_router(build_router(copilot))
    application.include_router(documents_routes(copilot, signed_in_at(copilot), coverage_for(copilot)))
    with TestClient(application) as client:
        yield client
    copilot.close()


@pytest.fixture(scope="module")
def tokens(client: TestClient) -> dict[str, dict[str, str]]:
    return {
        login: {
            "Authorization": f"Bearer {client.post('/api/v1/session', json={'login': login, 'password': 'demo'}).json()['token']}"
        }
        for login in ("service", "compliance", "northgate")
    }


def test_nobody_reads_without_signing_in(client: TestClient) -> None:
    for path in (
        "/api/v1/documents",
        "/api/v1/documents/coverage",
        "/api/v1/contracts/C-1001/terms",
        f"/api/v1/contracts/terms?term_id={RATE}",
    ):
        assert client.get(path).status_code == 401
    for name in ("confirm", "correct", "undo"):
        assert (
            client.post(f"/api/v1/contracts/terms/{name}", json={"term_id": RATE, "value": "1"}).status_code
            == 401
        )


def test_terms_of_a_customer_on_a_day(client: TestClient, tokens: dict[str, dict[str, str]]) -> None:
    today = client.get("/api/v1/contracts/C-1001/terms?on_date=2026-11-21", headers=tokens["service"]).json()
    assert today["documents"][0]["document"] == "contract-mf-2026-014"
    before = client.get("/api/v1/contracts/C-1001/terms?on_date=2025-11-21", headers=tokens["service"]).json()
    assert before["documents"][0]["document"] == "contract-mf-2025-014"
    gone = client.get("/api/v1/contracts/C-1008/terms?on_date=2026-11-21", headers=tokens["service"]).json()
    assert gone["terms"] == []
    assert any(
        one["subject"] == "partial_shipments" and "sop" in one["document"] for one in gone["procedures"]
    )
    assert (
        client.get("/api/v1/contracts/C-1001/terms?on_date=soon", headers=tokens["service"]).status_code
        == 422
    )


def test_a_decision_needs_the_role_and_is_seen_by_all(
    client: TestClient, tokens: dict[str, dict[str, str]]
) -> None:
    def post(name: str, who: str, **body: str) -> tuple[int, dict[str, object]]:
        reply = client.post(
            f"/api/v1/contracts/terms/{name}", json={"term_id": RATE, **body}, headers=tokens[who]
        )
        return reply.status_code, reply.json()

    assert post("confirm", "service")[0] == 403
    assert post("correct", "compliance", value="a lot")[0] == 422
    assert post("confirm", "compliance", surprise="x")[0] == 422
    status, term = post("correct", "compliance", value="2% of line per business_day", note="letter of May")
    assert (status, term["status"], term["by"]) == (200, "corrected", "compliance")
    seen = client.get(f"/api/v1/contracts/terms?term_id={RATE}", headers=tokens["service"]).json()
    assert seen["value"]["text"] == "2% of line per business_day"
    assert [one["note"] for one in seen["history"]] == ["letter of May"]
    status, undone = post("undo", "compliance")
    assert (status, undone["term"]["value"]["text"]) == (200, "1.5% of line per business_day")  # type: ignore[index]
    assert post("undo", "compliance")[0] == 404


def test_another_companys_people_find_nothing(client: TestClient, tokens: dict[str, dict[str, str]]) -> None:
    other = tokens["northgate"]
    found = client.get("/api/v1/contracts/C-1001/terms", headers=other).json()
    assert (found["documents"], found["terms"], found["set_aside"]) == ([], [], [])
    assert client.get(f"/api/v1/contracts/terms?term_id={RATE}", headers=other).status_code == 404
    listed = client.get("/api/v1/documents", headers=other).json()["documents"]
    assert all(one["company"] in ("", "Northgate Chemicals") for one in listed)
    report = client.get("/api/v1/documents/coverage", headers=other).json()
    assert "contract-mf" not in json.dumps(report)


def test_coverage_with_the_customers_of_the_person_who_asks(
    client: TestClient, tokens: dict[str, dict[str, str]]
) -> None:
    plain = client.get("/api/v1/documents/coverage", headers=tokens["compliance"]).json()
    assert (plain["customers"], plain["without_contract"]) == (None, [])
    assert [one["document"] for one in plain["expired"]] == ["contract-rr-2024-090"]
    full = client.get("/api/v1/documents/coverage?customers=true", headers=tokens["compliance"]).json()
    reasons = {one["ref"]: one["reason"] for one in full["without_contract"]}
    assert full["customers"] > len(reasons)
    assert reasons["C-1008"] == "contract-rr-2024-090 ended on 2025-12-31"
    assert "C-1014" in reasons
    assert "C-1001" not in reasons


def run(*arguments: str, data_dir: Path, login: str = "compliance") -> subprocess.CompletedProcess[str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COPILOT_", "OPENAI_", "QDRANT_"))
    }
    env |= {"COPILOT_DATA_DIR": str(data_dir), "COPILOT_ODOO_USER": login}
    return subprocess.run([sys.executable, "-m", "copilot.cli", *arguments], capture_output=True, text=True, env=env, timeout=120, check=False)  # fmt: skip


def test_the_command_line_beside_a_copilot_that_holds_the_index(client: TestClient, data_dir: Path) -> None:
    listed = run("terms", "list", "C-1001", "--json", data_dir=data_dir)
    assert listed.returncode == 0, listed.stderr
    assert RATE in {one["term_id"] for one in json.loads(listed.stdout)["terms"]}
    confirmed = run("terms", "confirm", RATE, "--note", "checked", data_dir=data_dir)
    assert confirmed.returncode == 0, confirmed.stderr
    assert "confirmed" in confirmed.stdout
    assert "compliance: confirm 1.5% of line per business_day - checked" in confirmed.stdout
    refused = run("terms", "confirm", RATE, data_dir=data_dir, login="service")
    assert refused.returncode == 1
    assert (
        refused.stderr.strip()
        == "Deciding about contract terms needs one of the roles compliance, supervisor. Ask one of them."
    )
    report = run("documents", "coverage", "--json", data_dir=data_dir)
    assert json.loads(report.stdout)["without_owner"] == []


def test_a_model_proposes_over_the_real_protocol_and_rubbish_is_no_proposal() -> None:
    from copilot.models.openai_model import build_openai_model

    said = [
        'Sure! [{"kind": "late_rate", "value": "1% of order per day", "quote": "We pay 1%."}, 7, {"kind": 3}]'
    ]
    with OpenAiServer(script=lambda messages: Reply(text=said[0])) as server:
        proposer = TermProposer(build_openai_model(model="m", base_url=server.base_url, api_key=None), "m")
        found = list(proposer.propose("We pay 1%.", ["late_rate"]))
        assert [(one.kind, one.quote) for one in found] == [("late_rate", "We pay 1%."), ("3", "")]
        for said[0] in ("I cannot do that.", "[", "[}", '{"kind": 1}', ""):
            assert list(proposer.propose("We pay 1%.", ["late_rate"])) == []
        system, user = server.requests[0]["messages"]
        assert "late_rate" in system["content"]
        assert user["content"] == "We pay 1%."


def audited(copilot: Copilot) -> list[tuple[str, str, dict[str, object], str]]:
    """Entries about terms: kind, subject, body, name of the person."""
    audit = copilot.desk.audit
    names = audit.names()
    return [
        (each.kind, each.subject, dict(each.body), names.get(each.actor, ""))
        for each in audit.read(limit=5000)
        if each.kind.startswith("term.")
    ]


@pytest.fixture
def alone(demo_settings: Settings, tmp_path: Path) -> Iterator[tuple[Copilot, Person]]:
    """A copilot of its own with nothing decided, and a person of Compliance."""
    target = tmp_path / "data"
    shutil.copytree(demo_settings.data_dir, target, ignore=shutil.ignore_patterns("*.lock", "copilot.db*", "terms.sqlite3*"))  # fmt: skip
    copilot = build(Settings(_env_file=None, data_dir=target))  # type: ignore[call-arg]
    refresh_terms(copilot.library)
    yield copilot, copilot.identity.sign_in("compliance", "demo")
    copilot.close()


def test_every_decision_is_on_record_and_a_refused_one_is_not(alone: tuple[Copilot, Person]) -> None:
    copilot, compliance = alone
    desk = AuditedTerms(copilot.library, lambda: copilot.desk.audit)
    service = copilot.identity.sign_in("service", "demo")
    for refused in (
        lambda: desk.confirm(service, RATE),
        lambda: desk.correct(compliance, RATE, "a lot"),
        lambda: desk.undo(compliance, RATE),
        lambda: desk.confirm(compliance, RATE, shown="9% of line per day"),
    ):
        with pytest.raises(RetrievalError):
            refused()
    assert audited(copilot) == []
    desk.confirm(compliance, RATE, note="read aloud")
    desk.correct(compliance, RATE, "2% of line per business_day")
    desk.undo(compliance, RATE)
    found = audited(copilot)
    assert [kind for kind, _, _, _ in found] == ["term.confirmed", "term.corrected", "term.undone"]
    assert {subject for _, subject, _, _ in found} == {"document:contract-mf-2026-014"}
    assert [body["number"] for _, _, body, _ in found] == [1, 2, 3]
    assert found[0][2]["note"] == "read aloud"
    assert found[1][2]["value"] == "2% of line per business_day"
    assert {name for _, _, _, name in found} == {compliance.name}
    assert copilot.desk.audit.verify().holds


def test_a_decision_that_lost_its_entry_in_a_crash_gets_it_with_the_next_one(
    alone: tuple[Copilot, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    copilot, compliance = alone
    desk = AuditedTerms(copilot.library, lambda: copilot.desk.audit)
    # killed after the decision was kept and before its entry was
    monkeypatch.setattr(Audit, "append", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        desk.confirm(compliance, RATE, note="before the crash")
    monkeypatch.undo()
    assert audited(copilot) == []
    desk.confirm(compliance, RATE, note="after it")
    found = audited(copilot)
    assert [(body["number"], body["note"], body.get("late", False)) for _, _, body, _ in found] == [
        (1, "before the crash", True),
        (2, "after it", False),
    ]
    assert copilot.desk.audit.verify().holds


def test_the_command_line_decides_through_the_running_copilot(
    demo_settings: Settings, tmp_path: Path
) -> None:
    """A real service in a process of its own; the command's decision shows in its audit, not in one of the command's own."""
    data = tmp_path / "data"
    shutil.copytree(demo_settings.data_dir, data, ignore=shutil.ignore_patterns("*.lock", "copilot.db*"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COPILOT_", "OPENAI_", "QDRANT_"))}  # fmt: skip
    env |= {"COPILOT_DATA_DIR": str(data)}
    with (tmp_path / "log").open("w") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "copilot.cli", "serve", "--port", str(port)],
            env=env,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 100
        while find(data) is None and time.monotonic() < deadline:
            assert service.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.2)
        running = find(data)
        assert running is not None
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{running.url}/api/v1/health", timeout=5, trust_env=False)
                break
            time.sleep(0.2)
        confirmed = run("terms", "confirm", RATE, "--note", "by the service", data_dir=data)
        assert confirmed.returncode == 0, confirmed.stderr
        assert "compliance: confirm 1.5% of line per business_day - by the service" in confirmed.stdout
        refused = run("terms", "correct", RATE, "--value", "2% of line per business_day", data_dir=data, login="service")  # fmt: skip
        assert refused.returncode == 1
        assert "needs one of the roles compliance, supervisor" in refused.stderr
        undone = run("terms", "undo", RATE, "--json", data_dir=data)
        assert json.loads(undone.stdout)["status"] == "found"
        with contextlib.closing(sqlite3.connect(data / "copilot.db")) as db:
            kinds = [kind for (kind,) in db.execute("SELECT kind FROM audit_entries ORDER BY seq")]
        assert [kind for kind in kinds if kind.startswith("term.")] == ["term.confirmed", "term.undone"]
    finally:
        service.terminate()
        service.wait(30)
