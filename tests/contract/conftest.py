"""The same Odoo three (and a half) ways: a recording, /jsonrpc, JSON-2, and /jsonrpc with reads composed as Odoo 16 needs them."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from erp_tools.odoo.connect import connect, connect_recording, probe_version
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.odoo.guard import GuardedServer
from erp_tools.odoo.odoorpc_gateway import OdooRpcServer

WAYS = [
    "recorded",
    pytest.param("jsonrpc", marks=pytest.mark.odoo),
    pytest.param("json2", marks=pytest.mark.odoo),
    pytest.param("composed", marks=pytest.mark.odoo),
]


class Way:
    """One way to the demo's Odoo. Sessions are kept: signing in costs a password hash each time."""

    def __init__(self, name: str, server: OdooServer, secrets_of: dict[str, str]) -> None:
        self.name = name
        self.server = server
        self._secrets = secrets_of
        self._sessions: dict[str, OdooSession] = {}

    def secret(self, login: str) -> str:
        return self._secrets[login]

    def as_(self, login: str) -> OdooSession:
        """This person's session."""
        if login not in self._sessions:
            self._sessions[login] = self.server.sign_in(login, self.secret(login))
        return self._sessions[login]

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()


def make_api_key(url: str, db: str, login: str, password: str) -> str:
    """A new API key, as a person makes one in their preferences (in the web client: Odoo asks for the password once more)."""
    with httpx.Client(base_url=url, timeout=60) as web:

        def call(path: str, params: dict[str, Any]) -> Any:
            reply = web.post(path, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()
            assert "error" not in reply, reply["error"]["data"]["message"]
            return reply["result"]

        def method(model: str, name: str, *args: Any, **kwargs: Any) -> Any:
            return call(
                f"/web/dataset/call_kw/{model}/{name}",
                {"model": model, "method": name, "args": list(args), "kwargs": kwargs},
            )

        call("/web/session/authenticate", {"db": db, "login": login, "password": password})
        wizard = method(
            "res.users.apikeys.description", "create", {"name": "contract tests", "duration": "1"}
        )
        check = method("res.users.apikeys.description", "make_key", [wizard])
        shown = method(
            "res.users.identitycheck", "run_check", [check["res_id"]], context={"password": password}
        )
        key: str = shown["context"]["default_key"]
        return key


@pytest.fixture(scope="session")
def contract_copy(real_odoo: Any) -> Iterator[Any]:
    """One copy of the seeded database for all contract tests, because making API keys writes."""
    name = f"demo_c{secrets.token_hex(4)}"
    tool = [sys.executable, str(Path(__file__).resolve().parents[2] / "deploy" / "dev_odoo.py")]
    subprocess.run([*tool, "copy", real_odoo.db, name], check=True, capture_output=True)
    yield type(real_odoo)(**{**vars(real_odoo), "db": name})
    subprocess.run([*tool, "drop", name], check=True, capture_output=True)


@pytest.fixture(scope="session")
def api_keys(contract_copy: Any) -> dict[str, str]:
    """login -> API key of the demo's people."""
    return {
        login: make_api_key(contract_copy.url, contract_copy.db, login, secret)
        for login, secret in contract_copy.logins.items()
    }


@pytest.fixture(scope="session", params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    """Each way in turn."""
    if request.param == "recorded":
        people = (
            "service",
            "supervisor",
            "purchasing",
            "sales",
            "finance",
            "compliance",
            "group_manager",
            "northgate",
        )
        made = Way("recorded", connect_recording(), dict.fromkeys(people, "demo"))
    else:
        copy = request.getfixturevalue("contract_copy")
        if request.param == "json2":
            made = Way(
                "json2",
                connect(copy.url, copy.db, "json2", read_deadline=30),
                request.getfixturevalue("api_keys"),
            )
        elif request.param == "jsonrpc":
            made = Way("jsonrpc", connect(copy.url, copy.db, "jsonrpc", read_deadline=30), copy.logins)
        else:
            raw = OdooRpcServer(
                copy.url, copy.db, version=probe_version(copy.url), nested_reads=False, read_deadline=30
            )
            made = Way("composed", GuardedServer(raw), copy.logins)
    yield made
    made.close()
