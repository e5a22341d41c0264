"""A copilot on the recorded demo with the demo documents, built once for these tests."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from copilot.api.drafts_routes import build_router as drafts_routes
from copilot.api.routes import answer_error, build_router
from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.errors import CopilotError
from copilot.identity import Person
from copilot.settings import Settings
from erp_tools.actions.action import CannotDraft
from erp_tools.errors import OdooError

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="session")
def demo(demo_settings: Settings) -> Iterator[Copilot]:
    copilot = build(demo_settings)
    yield copilot
    copilot.close()


@pytest.fixture(scope="session")
def service(demo: Copilot) -> Person:
    return demo.identity.sign_in("service", "demo")


@pytest.fixture
def postgresql_url(real_odoo: Any) -> Iterator[str]:
    """A new database in the PostgreSQL that the real Odoo of this machine uses; dropped afterwards."""
    name = f"copilot_t{secrets.token_hex(4)}"
    engine = sa.create_engine(real_odoo.postgresql("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield real_odoo.postgresql(name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


@pytest.fixture(scope="session")
def drafts_door() -> Callable[[Copilot], AbstractContextManager[Ask]]:
    """Calls the routes of a copilot as somebody: ``ask("supervisor", "GET", "/drafts") -> (status, body)``."""

    @contextmanager
    def door(copilot: Copilot) -> Iterator[Ask]:
        application = FastAPI()
        for kind in (CopilotError, CannotDraft, OdooError):
            application.add_exception_handler(kind, answer_error)
        application.include_router(build_router(copilot))
        application.include_router(drafts_routes(copilot))
        tokens: dict[str, str] = {}
        with TestClient(application) as client:

            def call(login: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
                if login not in tokens:
                    signed = client.post("/api/v1/session", json={"login": login, "password": "demo"})
                    tokens[login] = signed.json()["token"]
                headers = {"Authorization": f"Bearer {tokens[login]}"}
                reply = client.request(method, f"/api/v1{path}", json=body, headers=headers)
                return reply.status_code, reply.json()

            yield call

    return door


@pytest.fixture(scope="session")
def new() -> Callable[..., Any]:
    """A draft by the route that makes one: ``new(ask, "service", "log_note", "S00042", text="…")``."""

    def draft(ask: Ask, login: str, action: str, order: str, **wanted: str) -> Any:
        status, made = ask(login, "POST", "/drafts", {"action": action, "order": order, "wanted": wanted})
        assert status == 201, made
        return made

    return draft
