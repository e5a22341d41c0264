"""The audit log: appended with the change, refused to everybody else, and every tampering found and named."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from copilot.audit import Audit, audit_key
from copilot.audit_export import ExportError, check_export, export
from copilot.audit_tables import entries
from copilot.database import Database
from copilot.errors import StateUnavailable

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'state.db'}")


@pytest.fixture
def audit(database: Database) -> Audit:
    log = Audit(database, KEY)
    log.prepare()
    return log


def fill(database: Database, audit: Audit, count: int) -> None:
    with database.changing() as connection:
        for number in range(count):
            audit.append(
                connection,
                "draft.changed",
                subject=f"draft:{number % 7}",
                body={"n": number, "to": "approved"},
            )


def test_an_entry_commits_with_its_change_and_not_without(database: Database, audit: Audit) -> None:
    fill(database, audit, 3)
    with contextlib.suppress(ZeroDivisionError), database.changing() as connection:
        audit.append(connection, "draft.approved", subject="draft:1", body={})
        1 // 0  # noqa: B018
    assert [entry.seq for entry in audit.read()] == [1, 2, 3]
    assert audit.verify().holds
    assert [entry.body["n"] for entry in audit.read(subject="draft:1")] == [1]


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET body = '{}'", "DELETE FROM audit_entries"])
def test_sql_may_not_change_an_entry(database: Database, audit: Audit, statement: str) -> None:
    fill(database, audit, 2)
    with pytest.raises(StateUnavailable), database.changing() as connection:
        connection.exec_driver_sql(statement)
    assert audit.verify().holds


def test_entries_of_many_writers_stay_one_chain(database: Database, audit: Audit) -> None:
    def write() -> None:
        for number in range(20):
            with database.changing() as connection:
                audit.append(connection, "draft.changed", subject="draft:x", body={"n": number})

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verdict = audit.verify()
    assert verdict.holds
    assert verdict.entries == 120


def test_a_forged_head_stops_all_changes(database: Database, audit: Audit, tmp_path: Path) -> None:
    fill(database, audit, 2)
    with sqlite3.connect(tmp_path / "state.db") as raw:
        raw.execute("UPDATE audit_head SET seq = 1")
    with pytest.raises(StateUnavailable, match="audit verify"), database.changing() as connection:
        audit.append(connection, "draft.approved", subject="draft:1", body={})
    assert audit.verify().problems[0].kind == "head_altered"


def test_people_stand_under_a_pseudonym_and_can_be_erased(database: Database, audit: Audit) -> None:
    with database.changing() as connection:
        actor = audit.actor_of(connection, "odoo#7:maria", "Maria Lopez")
        audit.append(connection, "draft.approved", subject="draft:1", body={}, actor=actor)
        assert audit.actor_of(connection, "odoo#7:maria", "Maria Lopez") == actor
    assert audit.names() == {actor: "Maria Lopez"}
    with database.changing() as connection:
        assert audit.erase_person(connection, "odoo#7:maria", by="system")
    assert audit.names() == {}
    assert audit.verify().holds
    assert not any("maria" in str(row).casefold() for row in audit.rows())


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    key = audit_key(tmp_path)
    assert audit_key(tmp_path) == key
    assert len(key) == 32
    assert (tmp_path / "audit.key").stat().st_mode & 0o077 == 0
    (tmp_path / "audit.key").write_bytes(b"short")
    with pytest.raises(StateUnavailable, match="backup"):
        audit_key(tmp_path)


# --- tampering -------------------------------------------------------------------------------------------------------------
# Each spoils a list of rows as somebody with full access to the file but not to the key could, and says what must be named.

Rows = list[dict[str, Any]]
Tampering = Callable[[random.Random, Rows, dict[str, Any]], tuple[int, set[str]]]


def alter(dice: random.Random, rows: Rows, _head: dict[str, Any]) -> tuple[int, set[str]]:
    row = dice.choice(rows)
    column = dice.choice(["at", "kind", "actor", "subject", "body", "seal", "before"])
    spoiled = list(row[column])
    place = dice.randrange(len(spoiled))
    spoiled[place] = dice.choice([char for char in "0123456789abcdef" if char != spoiled[place]])
    row[column] = "".join(spoiled)
    return row["seq"], {"altered"}


def delete(dice: random.Random, rows: Rows, _head: dict[str, Any]) -> tuple[int, set[str]]:
    gone = rows.pop(dice.randrange(len(rows) - 1))
    return gone["seq"], {"missing"}


def truncate(dice: random.Random, rows: Rows, _head: dict[str, Any]) -> tuple[int, set[str]]:
    cut = dice.randrange(1, len(rows))
    del rows[cut:]
    return cut + 1, {"truncated"}


def swap(dice: random.Random, rows: Rows, _head: dict[str, Any]) -> tuple[int, set[str]]:
    first, second = dice.sample(range(len(rows)), 2)
    for column in ("at", "kind", "actor", "subject", "body", "before", "seal"):
        rows[first][column], rows[second][column] = rows[second][column], rows[first][column]
    return rows[first]["seq"], {"swapped"}


def copy(dice: random.Random, rows: Rows, _head: dict[str, Any]) -> tuple[int, set[str]]:
    first, second = dice.sample(range(len(rows)), 2)
    seq = rows[first]["seq"]
    rows[first] = {**rows[second], "seq": seq}
    return seq, {"copied"}


def add(dice: random.Random, rows: Rows, _head: dict[str, Any]) -> tuple[int, set[str]]:
    rows.append({**dice.choice(rows), "seq": rows[-1]["seq"] + 1})
    return rows[-1]["seq"], {"added"}


def cut_and_forge_head(dice: random.Random, rows: Rows, head: dict[str, Any]) -> tuple[int, set[str]]:
    cut = dice.randrange(1, len(rows))
    del rows[cut:]
    head.update(seq=cut, seal=rows[-1]["seal"])
    return 0, {"head_altered"}


TAMPERINGS: list[Tampering] = [alter, alter, alter, delete, truncate, swap, copy, add, cut_and_forge_head]


def test_a_thousand_tamperings_are_all_found_and_named(database: Database, audit: Audit) -> None:
    fill(database, audit, 40)
    with database.reading() as connection:
        rows = [
            dict(row) for row in connection.execute(sa.select(entries).order_by(entries.c.seq)).mappings()
        ]
        head = dict(connection.exec_driver_sql("SELECT * FROM audit_head").mappings().one())
    dice = random.Random(20)
    missed = []
    for number in range(1000):
        spoiled, spoiled_head = [dict(row) for row in rows], dict(head)
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        seq, kinds = tamper(dice, spoiled, spoiled_head)
        found = audit._chain.judge(spoiled, spoiled_head).problems
        if not any(problem.kind in kinds and problem.seq == seq for problem in found):
            missed.append((tamper.__name__, seq, [(problem.kind, problem.seq) for problem in found]))
    assert missed == []


def test_an_untouched_chain_raises_no_alarm_however_long(database: Database, audit: Audit) -> None:
    fill(database, audit, 3000)
    verdict = audit.verify()
    assert verdict.holds
    assert verdict.entries == 3000


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_an_export_can_be_checked_by_somebody_else(
    database: Database, audit: Audit, tmp_path: Path, ending: str
) -> None:
    with database.changing() as connection:
        actor = audit.actor_of(connection, "odoo#1:eve", "=HYPERLINK(1)")
        audit.append(connection, "draft.approved", subject="draft:1", body={"n": 1}, actor=actor)
    out = tmp_path / f"log{ending}"
    done = export(audit, out, key_folder=tmp_path)
    assert (done.entries, done.holds) == (1, True)
    statement = check_export(out)
    assert statement["entries"] == 1
    assert statement["chain_holds"] is True
    assert (ending != ".csv") or ",'=HYPERLINK" in out.read_text("utf-8")
    for path, said in ((out, "its hash"), (done.statement, "signature")):
        raw = path.read_bytes()
        path.write_bytes(
            raw.replace(b"1", b"2", 1) if path == out else raw.replace(b'"entries": 1', b'"entries": 2')
        )
        with pytest.raises(ExportError, match=said):
            check_export(out)
        path.write_bytes(raw)
    assert check_export(out)["entries"] == 1


def test_an_export_to_nowhere_or_of_another_kind_is_said(audit: Audit, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="jsonl"):
        export(audit, tmp_path / "log.xml", key_folder=tmp_path)
    with pytest.raises(ExportError, match="cannot be written"):
        export(audit, tmp_path / "none" / "log.csv", key_folder=tmp_path)
    with pytest.raises(ExportError, match="cannot be read"):
        check_export(tmp_path / "log.csv")
