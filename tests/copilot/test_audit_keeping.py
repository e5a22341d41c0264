"""Keeping the audit log: old entries taken out, people forgotten, and its head anchored in Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from copilot.audit import MIGRATIONS, Audit, entries
from copilot.audit_anchor import anchor, anchors, disagreements
from copilot.cli import app
from copilot.database import Database
from copilot.errors import StateUnavailable
from copilot.identity import Identity, Person
from erp_tools.demo.rpc import AdminSession
from erp_tools.odoo.connect import connect, connect_recording

KEY = bytes(range(32))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.odoo)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'state.db'}")
    else:
        made = Database(request.getfixturevalue("postgresql_url"))
    yield made
    made.close()


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def filled(database: Database, days: int) -> tuple[Audit, Clock]:
    clock = Clock()
    audit = Audit(database, KEY, clock=clock)
    audit.prepare()
    for number in range(days):
        with database.changing() as connection:
            audit.append(connection, "draft.changed", subject="draft:1", body={"n": number})
        clock.now += timedelta(days=1)
    return audit, clock


def test_old_entries_are_taken_out_and_the_chain_goes_on(database: Database) -> None:
    audit, clock = filled(database, 30)
    with database.changing() as connection:
        assert audit.retire(connection, datetime(2026, 1, 11, tzinfo=UTC)) == 10
    verdict = audit.verify()
    assert (verdict.holds, verdict.entries, audit.first()) == (True, 21, 11)
    (told,) = [one for one in audit.read(limit=100) if one.kind == "audit.retired"]
    assert told.body["until"] == 10
    with database.changing() as connection:
        audit.append(connection, "draft.changed", subject="draft:1", body={"n": 99})
        assert audit.retire(connection, datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert audit.verify().holds
    with pytest.raises(StateUnavailable), database.changing() as connection:
        connection.execute(entries.delete().where(entries.c.seq == 11))
    assert audit.verify().holds, "the guard is back"
    assert clock.now


def test_the_newest_entry_always_stays(database: Database) -> None:
    audit, clock = filled(database, 3)
    with database.changing() as connection:
        assert audit.retire(connection, clock.now + timedelta(days=1000)) == 2
    verdict = audit.verify()
    assert (verdict.holds, verdict.entries) == (True, 2)


def test_what_is_taken_out_by_somebody_else_is_found(database: Database) -> None:
    audit, _ = filled(database, 10)
    with database.changing() as connection:
        audit.retire(connection, datetime(2026, 1, 4, tzinfo=UTC))
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entries DISABLE TRIGGER audit_no_change")
        connection.execute(entries.delete().where(entries.c.seq == 4))
    assert [(one.seq, one.kind) for one in audit.verify().problems] == [(4, "missing")]
    assert MIGRATIONS


@pytest.fixture(params=["recorded", pytest.param("real", marks=pytest.mark.odoo)])
def compliance(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    if request.param == "recorded":
        server = connect_recording(local_copy=tmp_path / "odoo.json")
    else:
        copy = request.getfixturevalue("odoo_copy")()
        server = connect(copy.url, copy.db, "jsonrpc")
        audit, _ = filled(Database(f"sqlite:///{tmp_path / 'refused.db'}"), 1)
        with pytest.raises(StateUnavailable, match="group_partner_manager"):
            anchor(audit, Identity(server, lifetime_seconds=3600).sign_in("compliance", "demo"))
        admin = AdminSession(url=copy.url, database=copy.db, login="admin", password=copy.admin_password)
        group = admin.find(
            "ir.model.data", [("module", "=", "base"), ("name", "=", "group_partner_manager")], ["res_id"]
        )
        users = admin.ids("res.users", [("login", "=", "compliance")])
        admin.write("res.users", users, {"group_ids": [(4, group[0]["res_id"])]})
    return Identity(server, lifetime_seconds=3600).sign_in("compliance", "demo")


def test_the_head_is_anchored_in_odoo_and_a_rewritten_log_disagrees(
    compliance: Person, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'one.db'}")
    audit, _ = filled(database, 5)
    first = anchor(audit, compliance)
    assert (first.seq, anchor(audit, compliance)) == (5, first), "once for one head"
    with database.changing() as connection:
        audit.append(connection, "draft.changed", subject="draft:1", body={"n": 6})
    anchor(audit, compliance)
    known = anchors(compliance)
    assert [one.seq for one in known] == [5, 6]
    assert disagreements(audit, known) == []

    # Whoever holds the key writes the whole log anew, with one thing left out: the chain holds, the notes do not agree.
    forged = Database(f"sqlite:///{tmp_path / 'two.db'}")
    other, _ = filled(forged, 4)
    assert other.verify().holds
    assert [(one.seq, one.kind) for one in disagreements(other, known)] == [
        (5, "truncated"),
        (6, "truncated"),
    ]
    with forged.changing() as connection:
        other.append(connection, "draft.changed", subject="draft:1", body={"n": "another"})
    assert [one.kind for one in disagreements(other, known)] == ["altered", "truncated"]
    for one in (database, forged):
        one.close()


def test_a_log_that_does_not_hold_is_not_anchored(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    audit, _ = filled(database, 3)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.execute(sa.update(entries).where(entries.c.seq == 2).values(body="{}"))
    server = connect_recording(local_copy=tmp_path / "odoo.json")
    person = Identity(server, lifetime_seconds=3600).sign_in("compliance", "demo")
    with pytest.raises(StateUnavailable, match="not anchored"):
        anchor(audit, person)
    database.close()


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "data"))
    run = CliRunner()

    def said(*words: str, fails: bool = False) -> str:
        done = run.invoke(app, [*words])
        assert (done.exit_code != 0) == fails, done.output
        return done.output

    said("drafts", "new", "log_note", "S00042", "--with", "text=They called", "--user", "service")
    assert "anchored" in said("audit", "anchor", "--user", "compliance")
    assert "unbroken" in said("audit", "verify", "--anchors", "--user", "compliance")
    assert "Only compliance" in said("audit", "erase", "service", "--user", "sales", fails=True)
    assert "does not say any more" in said("audit", "erase", "service", "--user", "compliance")
    assert "knows nobody" in said("audit", "erase", "service", "--user", "compliance", fails=True)
    out = tmp_path / "log.jsonl"
    assert "taken out" in said("audit", "retire", str(out), "--before", "2100-01-01", "--user", "compliance")
    assert out.exists()
    assert "unbroken" in said("audit", "verify")
