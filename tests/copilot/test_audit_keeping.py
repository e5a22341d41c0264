"""Keeping the audit log: old entries taken out, people forgotten, and its head anchored in Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from copilot.audit import Audit
from copilot.audit_anchor import DailyAnchor, anchor, anchoring, anchors, disagreements
from copilot.audit_tables import MIGRATIONS, entries
from copilot.cli import app
from copilot.database import Database
from copilot.errors import StateUnavailable
from copilot.identity import Identity, Person
from erp_tools.errors import SignInRefused
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
def compliance(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Person, str]:
    """Somebody without Odoo's right to edit contacts, and where such a person can anchor."""
    if request.param == "recorded":
        server, place = connect_recording(local_copy=tmp_path / "odoo.json"), "a note on their own contact"
    else:
        copy = request.getfixturevalue("odoo_copy")()
        server, place = connect(copy.url, copy.db, "jsonrpc"), "a private conversation"
    return Identity(server, lifetime_seconds=3600).sign_in("compliance", "demo"), place


def test_the_head_is_anchored_in_odoo_and_a_rewritten_log_disagrees(
    compliance: tuple[Person, str], tmp_path: Path
) -> None:
    person, place = compliance
    database = Database(f"sqlite:///{tmp_path / 'one.db'}")
    audit, _ = filled(database, 5)
    first = anchor(audit, person)
    assert (first.seq, first.place) == (5, place)
    assert anchor(audit, person) == first, "once for one head: its own entry is nothing new"
    with database.changing() as connection:
        audit.append(connection, "draft.changed", subject="draft:1", body={"n": 6})
    anchor(audit, person)
    known = anchors(person)
    assert [one.seq for one in known] == [5, 7]
    assert disagreements(audit, known) == []
    assert audit.verify().holds
    assert place in anchoring(audit, by_itself=False, now=datetime.now(UTC)).text

    # Whoever holds the key writes the whole log anew, with one thing left out: the chain holds, the anchors do not agree.
    forged = Database(f"sqlite:///{tmp_path / 'two.db'}")
    other, _ = filled(forged, 4)
    assert other.verify().holds
    assert [(one.seq, one.kind) for one in disagreements(other, known)] == [
        (5, "truncated"),
        (7, "truncated"),
    ]
    with forged.changing() as connection:
        other.append(connection, "draft.changed", subject="draft:1", body={"n": "another"})
    assert [one.kind for one in disagreements(other, known)] == ["altered", "truncated"]
    for one in (database, forged):
        one.close()


def test_the_service_anchors_once_a_day_and_says_when_it_cannot(tmp_path: Path) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    audit = Audit(database, KEY, clock=lambda: now)
    audit.prepare()
    server = connect_recording(local_copy=tmp_path / "odoo.json")
    identity, refused = Identity(server, lifetime_seconds=360_000), [False]
    tries: list[datetime] = []

    @contextmanager
    def account() -> Iterator[Person]:
        tries.append(now)
        if refused[0]:
            raise SignInRefused("Odoo does not know 'anchor' with this password or key.")
        yield identity.sign_in("compliance", "demo")

    def stands() -> str:
        return anchoring(audit, by_itself=True, now=now).state

    daily = DailyAnchor(audit, account, clock=lambda: now)
    assert (daily.round(), tries) == (False, []), "an empty log has no head"
    with database.changing() as connection:
        audit.append(connection, "draft.changed", subject="draft:1", body={"n": 1})
    assert stands() == "off"
    now += timedelta(hours=1)
    assert [daily.round() for _ in range(5)] == [True, False, False, False, False]
    assert (len(tries), stands()) == (1, "ok")

    refused[0] = True
    for _ in range(3 * 24 * 6):  # three days, every ten minutes
        now += timedelta(minutes=10)
        daily.round()
    assert 40 <= len(tries) <= 60, "again every hour, not every round"
    assert stands() == "failed"
    told = anchoring(audit, by_itself=True, now=now).text
    assert "does not know 'anchor'" in told
    assert "Last: entry 1" in told
    failures = [one for one in audit.read(limit=500) if one.kind == "audit.anchor_failed"]
    assert 1 <= len(failures) <= 3, "a failure that goes on does not fill the log"

    refused[0] = False
    now += timedelta(hours=2)
    assert daily.round()
    assert stands() == "ok"
    now += timedelta(hours=30)
    assert stands() == "late"
    assert audit.verify().holds

    again = DailyAnchor(
        audit, account, clock=lambda: now - timedelta(hours=25)
    )  # a restart does not anchor anew before it is time
    assert not again.round()
    database.close()


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
    assert "stands in anything" in said("audit", "erase", "service", "--user", "compliance", fails=True)
    out = tmp_path / "log.jsonl"
    assert "taken out" in said("audit", "retire", str(out), "--before", "2100-01-01", "--user", "compliance")
    assert out.exists()
    assert "unbroken" in said("audit", "verify")
