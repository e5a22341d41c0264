"""A copilot on the recorded demo with the demo documents, built once for these tests."""

from __future__ import annotations

import configparser
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.settings import Settings


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
    folder = Path(real_odoo.postgres_settings)
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(folder, encoding="utf-8")
    odoo = settings["options"]

    def address(database: str) -> sa.URL:
        return sa.URL.create(
            "postgresql+psycopg",
            odoo["db_user"],
            odoo["db_password"],
            odoo["db_host"],
            int(odoo["db_port"]),
            database,
        )

    name = f"copilot_t{secrets.token_hex(4)}"
    engine = sa.create_engine(address("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield address(name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()
