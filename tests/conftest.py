"""Fixtures that several folders need: the real Odoo of this machine, started when a test asks for it."""

from __future__ import annotations

import configparser
import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa

from copilot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DEV_ODOO = [sys.executable, str(ROOT / "deploy" / "dev_odoo.py")]
PEOPLE = (
    "service",
    "supervisor",
    "purchasing",
    "sales",
    "finance",
    "compliance",
    "group_manager",
    "northgate",
)


@dataclass(frozen=True, kw_only=True)
class RealOdoo:
    """A seeded Odoo 19 on this machine. Tests that write take a copy (`odoo_copy`)."""

    url: str
    db: str
    admin_login: str
    admin_password: str
    logins: dict[str, str]
    """The demo's people and their passwords."""
    postgres_settings: Path = Path()
    """Odoo's own settings file, which says how its PostgreSQL is reached."""

    def postgresql(self, database: str) -> sa.URL:
        """Where a database of Odoo's own PostgreSQL is reached."""
        settings = configparser.ConfigParser(interpolation=None)
        settings.read(self.postgres_settings, encoding="utf-8")
        odoo = settings["options"]
        return sa.URL.create(
            "postgresql+psycopg",
            odoo["db_user"],
            odoo["db_password"],
            odoo["db_host"],
            int(odoo["db_port"]),
            database,
        )


def _dev_odoo(*words: str) -> str:
    done = subprocess.run([*DEV_ODOO, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        _give_up(f"dev_odoo.py {words[0]}: {last}")
    return done.stdout


def _give_up(reason: str) -> NoReturn:
    """A lane that cannot start: one line here, a failure in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"no real Odoo: {reason}", pytrace=False)
    pytest.skip(f"no real Odoo: {reason}")


@pytest.fixture(scope="session")
def real_odoo() -> RealOdoo:
    """The seeded Odoo; started first unless COPILOT_TEST_ODOO says ``running`` (use what runs) or ``off``."""
    wish = os.environ.get("COPILOT_TEST_ODOO", "auto")
    if wish == "off":
        _give_up("COPILOT_TEST_ODOO is off")
    status: dict[str, Any] = json.loads(_dev_odoo("status", "--json"))
    if not (status["running"] and status["db"]):
        if wish != "auto":
            _give_up("it does not run; `make odoo` starts it")
        for word in ("provision", "up", "seed"):
            _dev_odoo(word)
        status = json.loads(_dev_odoo("status", "--json"))
    return RealOdoo(
        url=status["url"],
        db=status["db"],
        admin_login=status["admin_login"],
        admin_password=Path(status["admin_password_file"]).read_text(encoding="utf-8").strip(),
        logins=dict.fromkeys(PEOPLE, "demo"),
        postgres_settings=Path(status["odoo_log"]).with_name("odoo.conf"),
    )


def _warm(url: str, db: str) -> None:
    """Each of Odoo's workers loads a database it has not seen, which takes longer than a person's read may."""
    body = {"service": "common", "method": "login", "args": [db, "nobody", "nothing"]}
    call = json.dumps({"jsonrpc": "2.0", "method": "call", "params": body}).encode()
    for _ in range(4):
        request = urllib.request.Request(f"{url}/jsonrpc", call, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=120).read()


@pytest.fixture(scope="module")
def odoo_copy(real_odoo: RealOdoo) -> Iterator[Callable[[], RealOdoo]]:
    """Makes copies of the seeded database that a test module may change; dropped after it."""
    copies: list[str] = []

    def copy() -> RealOdoo:
        name = f"demo_t{secrets.token_hex(4)}"
        _dev_odoo("copy", real_odoo.db, name)
        copies.append(name)
        _warm(real_odoo.url, name)
        return replace(real_odoo, db=name)

    yield copy
    for name in copies:
        _dev_odoo("drop", name)


@pytest.fixture(scope="session")
def demo_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the recorded demo in a data folder whose documents are ingested. The embedded index belongs to one process:
    a test that starts another one copies the folder."""
    from copilot.commands.ingesting import demo_documents, ingest_here

    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data"))  # type: ignore[call-arg]
    ingest_here(settings, [demo_documents()], collection=None, progress=lambda done, total, name: None)
    return settings
