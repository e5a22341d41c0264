"""Everything that was decided or changed, in one append-only chain (RELIABILITY R5, T26).

Each entry carries an HMAC over its own content and the entry before it, so that nobody without the key can alter, remove, add or
swap one unnoticed; the head is signed on its own, so that cutting off the end shows, too. An entry is written in the transaction
of the change it tells of: no change commits without it, and no entry tells of a change that did not happen.

People stand in the chain under a pseudonym; who is behind it stands in a table of its own, from which somebody can be erased
without breaking the chain. Triggers refuse any change of an entry through SQL.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from copilot.database import Database, Migration
from copilot.errors import StateUnavailable

metadata = sa.MetaData()

entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("actor", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)

head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("signature", sa.String(64), nullable=False),
)

people = sa.Table(
    "audit_people",
    metadata,
    sa.Column("actor", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
)

_REFUSED = "the audit log is append-only"
_NO_DELETE = f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
MIGRATIONS = (
    Migration(
        version=1,
        tables=(entries, head, people),
        sqlite=(
            f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
            _NO_DELETE,
        ),
        postgresql=(
            f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
        ),
    ),
)

GENESIS = "0" * 64
SYSTEM = "system"
"""The actor where nobody in person acted: expiry, recovery after a restart."""
MAX_BODY_BYTES = 200_000

ProblemKind = Literal[
    "altered", "missing", "swapped", "copied", "added", "broken_link", "truncated", "head_altered"
]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it stands in the log."""

    seq: int
    at: str
    """ISO 8601, UTC."""
    kind: str
    """What happened, such as ``draft.approved``."""
    actor: str
    """Pseudonym of whoever did it, or ``system``."""
    subject: str
    """What it happened to, such as ``draft:3f2a``."""
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One place where the log is not what was written."""

    seq: int
    kind: ProblemKind
    text: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Outcome of `Audit.verify`."""

    entries: int
    problems: tuple[Problem, ...]
    head: str
    """Seal of the newest entry: what is anchored outside."""
    last: int = 0
    """Number of the newest entry."""

    @property
    def holds(self) -> bool:
        return not self.problems


class Audit:
    """The log. `append` wants the connection of the change it tells of.

    Args:
        key: at least 32 bytes that only the service knows.
        clock: now, with timezone.
    """

    def __init__(
        self, database: Database, key: bytes, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        if len(key) < 32:
            raise StateUnavailable("The audit key is too short: it needs 32 bytes at least.")
        self._database, self._key, self._clock = database, key, clock

    def prepare(self) -> None:
        """Make the tables. Raises StateUnavailable."""
        self._database.prepare("audit", MIGRATIONS)

    def changing(self) -> AbstractContextManager[sa.Connection]:
        """A change of the database that the log lies in (`Database.changing`)."""
        return self._database.changing()

    def append(
        self,
        connection: sa.Connection,
        kind: str,
        *,
        subject: str,
        body: Mapping[str, Any],
        actor: str = SYSTEM,
    ) -> Entry:
        """Add one entry inside a change (`Database.changing`); it is there if the change is, and only then.

        Raises:
            StateUnavailable: the body is too large, or the head of the log was tampered with: then nothing is changed any more.
        """
        text = _canonical(body)
        if len(text.encode()) > MAX_BODY_BYTES:
            raise StateUnavailable(
                f"An audit entry of {len(text):,} characters is too large; nothing was changed."
            )
        last = _head_row(connection)
        if last is not None and not self._head_is_ours(last):
            raise StateUnavailable(
                "The audit log's head does not carry our signature, so nothing may be changed. Run `copilot audit verify`."
            )
        seq, before = (last["seq"] + 1, last["seal"]) if last is not None else (1, GENESIS)
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        row = {
            "seq": seq,
            "at": at,
            "kind": kind,
            "actor": actor,
            "subject": subject,
            "body": text,
            "before": before,
        }
        row["seal"] = self._seal(row)
        connection.execute(entries.insert().values(row))
        first = last["first"] if last is not None else 1
        newest = {"one": 1, "seq": seq, "seal": row["seal"], "first": first}
        newest["signature"] = self._signature(newest)
        if last is None:
            connection.execute(head.insert().values(newest))
        else:
            connection.execute(head.update().values(newest))
        return Entry(seq=seq, at=at, kind=kind, actor=actor, subject=subject, body=dict(body))

    def actor_of(self, connection: sa.Connection, owner: str, name: str) -> str:
        """The pseudonym of a person, the same each time; who it is stands in a table that can be erased from."""
        actor = "p" + hmac.new(self._key, b"person\x1f" + owner.encode(), hashlib.sha256).hexdigest()[:24]
        known = connection.execute(sa.select(people.c.actor).where(people.c.actor == actor)).scalar()
        if known is None:
            connection.execute(people.insert().values(actor=actor, owner=owner, name=name))
        return actor

    def erase_person(self, connection: sa.Connection, owner: str, *, by: str) -> bool:
        """Forget who is behind a pseudonym; the entries stay, and so does this act. False if nobody was known."""
        actor = "p" + hmac.new(self._key, b"person\x1f" + owner.encode(), hashlib.sha256).hexdigest()[:24]
        gone = connection.execute(people.delete().where(people.c.actor == actor)).rowcount
        if gone:
            self.append(connection, "audit.person_erased", subject=f"person:{actor}", body={}, actor=by)
        return bool(gone)

    def retire(self, connection: sa.Connection, before: datetime, *, by: str = SYSTEM) -> int:
        """Take out the entries from before a moment (the newest always stays), inside a change; the log tells that it was done.

        The chain goes on: the head is signed anew for a log that begins later. Export what is taken out first (`audit_export`).

        Returns:
            How many were taken out.
        """
        last = _head_row(connection)
        if last is None or not self._head_is_ours(last):
            raise StateUnavailable(
                "The audit log's head does not carry our signature, so nothing is taken out of it."
            )
        moment = before.astimezone(UTC).isoformat(timespec="milliseconds")
        chosen = sa.select(sa.func.max(entries.c.seq)).where(
            entries.c.at < moment, entries.c.seq < last["seq"]
        )
        until = connection.execute(chosen).scalar()
        if until is None:
            return 0
        seal = connection.execute(sa.select(entries.c.seal).where(entries.c.seq == until)).scalar_one()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
            gone = connection.execute(entries.delete().where(entries.c.seq <= until)).rowcount
            connection.exec_driver_sql(_NO_DELETE)
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entries DISABLE TRIGGER audit_no_change")
            gone = connection.execute(entries.delete().where(entries.c.seq <= until)).rowcount
            connection.exec_driver_sql("ALTER TABLE audit_entries ENABLE TRIGGER audit_no_change")
        newest = {"one": 1, "seq": last["seq"], "seal": last["seal"], "first": until + 1}
        connection.execute(head.update().values(newest | {"signature": self._signature(newest)}))
        self.append(
            connection,
            "audit.retired",
            subject="audit",
            body={"until": until, "seal": seal, "before": moment},
            actor=by,
        )
        return int(gone)

    def read(self, *, subject: str = "", after: int = 0, limit: int = 500) -> list[Entry]:
        """Entries in order, of one subject or of all."""
        wanted = sa.select(entries).where(entries.c.seq > after).order_by(entries.c.seq).limit(limit)
        if subject:
            wanted = wanted.where(entries.c.subject == subject)
        with self._database.reading() as connection:
            return [_entry(dict(row)) for row in connection.execute(wanted).mappings()]

    def sealed(self, subject: str) -> list[Entry]:
        """Every entry of one subject that carries our seal, in order: what was put there by somebody else does not count."""
        wanted = sa.select(entries).where(entries.c.subject == subject).order_by(entries.c.seq)
        with self._database.reading() as connection:
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
        return [_entry(row) for row in rows if hmac.compare_digest(row["seal"], self._seal(row))]

    def owners_named(self, login: str) -> list[str]:
        """Whom this login stands for in the table of people, such as the same login in two Odoos."""
        with self._database.reading() as connection:
            known = connection.execute(sa.select(people.c.owner)).scalars()
            return [owner for owner in known if owner.rpartition(":")[2] == login]

    def first(self) -> int:
        """Number of the entry that the log begins with; those before it were retired."""
        with self._database.reading() as connection:
            last = _head_row(connection)
        return int(last["first"]) if last is not None else 1

    def seals(self, numbers: Iterable[int]) -> dict[int, str]:
        """Number -> seal, of these entries as far as they are there."""
        wanted = sa.select(entries.c.seq, entries.c.seal).where(entries.c.seq.in_(list(numbers)))
        with self._database.reading() as connection:
            return {int(row.seq): str(row.seal) for row in connection.execute(wanted)}

    def names(self) -> dict[str, str]:
        """Pseudonym -> name, of everybody who was not erased."""
        with self._database.reading() as connection:
            return {row.actor: row.name for row in connection.execute(sa.select(people))}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row as it is stored, oldest first, for an export."""
        with self._database.reading() as connection:
            for row in connection.execute(sa.select(entries).order_by(entries.c.seq)).mappings():
                yield dict(row)

    def verify(self) -> Verdict:
        """Walk the whole chain and name every place where it is not what was written."""
        with self._database.reading() as connection:
            rows = [
                dict(row) for row in connection.execute(sa.select(entries).order_by(entries.c.seq)).mappings()
            ]
            last = _head_row(connection)
        return self._judge(rows, last)

    def _judge(self, rows: list[dict[str, Any]], last: Mapping[str, Any] | None) -> Verdict:
        problems: list[Problem] = []
        head_holds = last is not None and self._head_is_ours(last)
        if (last is None and rows) or (last is not None and not head_holds):
            problems.append(
                Problem(
                    seq=0,
                    kind="head_altered",
                    text="the head of the log is gone or was not written by the copilot",
                )
            )
        seals = Counter(row["seal"] for row in rows)
        expected = int(last["first"]) if last is not None and head_holds else 1
        before = GENESIS if expected == 1 else None
        end = int(last["seq"]) if last is not None and head_holds else None
        for row in rows:
            seq = int(row["seq"])
            if end is not None and seq > end:
                problems.append(
                    Problem(seq=seq, kind="added", text=f"entry {seq} was added behind the end of the log")
                )
                continue
            for gone in range(expected, seq):
                problems.append(Problem(seq=gone, kind="missing", text=f"entry {gone} is missing"))
            jumped, expected = seq > expected, seq + 1
            if not hmac.compare_digest(row["seal"], self._seal(row)):
                problems.append(self._why_unsealed(row, rows, seals))
                before = None  # the next entry's link cannot be judged by this one
            else:
                if before is not None and not jumped and row["before"] != before:
                    problems.append(
                        Problem(
                            seq=seq, kind="broken_link", text=f"entry {seq} does not follow the one before it"
                        )
                    )
                before = row["seal"]
        if end is not None:
            if expected <= end:
                problems.append(
                    Problem(
                        seq=expected,
                        kind="truncated",
                        text=f"entries {expected} to {end} were cut off the end",
                    )
                )
            elif rows and before is not None and last is not None and before != last["seal"]:
                problems.append(
                    Problem(
                        seq=end,
                        kind="broken_link",
                        text=f"entry {end} is not the one that the head was signed for",
                    )
                )
        return Verdict(
            entries=len(rows),
            problems=tuple(problems),
            head=str(last["seal"]) if last is not None else GENESIS,
            last=int(last["seq"]) if last is not None else 0,
        )

    def _why_unsealed(self, row: dict[str, Any], rows: list[dict[str, Any]], seals: Counter[str]) -> Problem:
        """The most telling name for an entry whose seal does not fit: it may be another entry in this one's place."""
        seq = int(row["seq"])
        for other in rows:
            if other["seq"] != seq and hmac.compare_digest(
                row["seal"], self._seal({**row, "seq": other["seq"]})
            ):
                kind: ProblemKind = "copied" if seals[row["seal"]] > 1 else "swapped"
                told = "is a copy of" if kind == "copied" else "holds what belongs to"
                return Problem(seq=seq, kind=kind, text=f"entry {seq} {told} entry {other['seq']}")
        return Problem(seq=seq, kind="altered", text=f"entry {seq} was altered")

    def _seal(self, row: Mapping[str, Any]) -> str:
        content = [
            row["before"],
            row["seq"],
            row["at"],
            row["kind"],
            row["actor"],
            row["subject"],
            row["body"],
        ]
        return hmac.new(self._key, b"entry\x1f" + _canonical(content).encode(), hashlib.sha256).hexdigest()

    def _signature(self, newest: Mapping[str, Any]) -> str:
        content = [newest["seq"], newest["seal"], newest["first"]]
        return hmac.new(self._key, b"head\x1f" + _canonical(content).encode(), hashlib.sha256).hexdigest()

    def _head_is_ours(self, last: Mapping[str, Any]) -> bool:
        return hmac.compare_digest(str(last["signature"]), self._signature(last))


def audit_key(data_dir: Path) -> bytes:
    """The key of this data folder's log, made at the first use, readable by the service's own user only.

    Raises:
        StateUnavailable: it can be neither read nor made.
    """
    path = data_dir / "audit.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    except OSError as error:
        raise StateUnavailable(f"The audit key {path} cannot be made ({error.strerror}).") from None
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StateUnavailable(f"The audit key {path} cannot be read ({error.strerror}).") from None
    if len(key) < 32:
        raise StateUnavailable(f"The audit key {path} is damaged; restore it from your backup.")
    return key


def _head_row(connection: sa.Connection) -> dict[str, Any] | None:
    row = connection.execute(sa.select(head)).mappings().one_or_none()
    return dict(row) if row is not None else None


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        seq=row["seq"], at=row["at"], kind=row["kind"], actor=row["actor"], subject=row["subject"], body=json.loads(row["body"]),
    )  # fmt: skip
