"""Everything that was decided or changed, in one append-only chain (RELIABILITY R5, T26).

Each entry carries an HMAC over its own content and the entry before it, so that nobody without the key can alter, remove, add or
swap one unnoticed; the head is signed on its own, so that cutting off the end shows, too. An entry is written in the transaction
of the change it tells of: no change commits without it, and no entry tells of a change that did not happen.

People stand in the chain under a pseudonym; who is behind it stands in a table of its own, from which somebody can be erased
without breaking the chain. Triggers refuse any change of an entry through SQL.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from copilot.audit_chain import GENESIS, WORDS, Chain, Entry, Verdict, canonical, words_in
from copilot.audit_tables import MIGRATIONS, NO_DELETE, entries, head, people, texts
from copilot.database import Database
from copilot.errors import StateUnavailable

SYSTEM = "system"
"""The actor where nobody in person acted: expiry, recovery after a restart."""
MAX_BODY_BYTES = 200_000
ERASED = "[erased]"
"""What is read where somebody was forgotten."""


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
        self._database, self._chain, self._clock = database, Chain(key), clock

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
        words: Mapping[str, str] | None = None,
    ) -> Entry:
        """Add one entry inside a change (`Database.changing`); it is there if the change is, and only then.

        Args:
            words: parts of the body that somebody wrote: they stand outside the chain, by an id that is made of them, and are erased
                with whoever wrote them.

        Raises:
            StateUnavailable: the body is too large, or the head of the log was tampered with: then nothing is changed any more.
        """
        written = {name: (secrets.token_hex(8), said) for name, said in (words or {}).items()}
        ids = {name: self._chain.text_id(*one) for name, one in written.items()}
        text = canonical({**body, **{name: {WORDS: one} for name, one in ids.items()}})
        if len(text.encode()) > MAX_BODY_BYTES:
            raise StateUnavailable(
                f"An audit entry of {len(text):,} characters is too large; nothing was changed."
            )
        last = _head_row(connection)
        if last is not None and not self._chain.head_is_ours(last):
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
        row["seal"] = self._chain.seal(row)
        connection.execute(entries.insert().values(row))
        for name, (salt, said) in written.items():
            connection.execute(
                texts.insert().values(text_id=ids[name], seq=seq, actor=actor, salt=salt, text=said)
            )
        first = last["first"] if last is not None else 1
        newest = {"one": 1, "seq": seq, "seal": row["seal"], "first": first}
        newest["signature"] = self._chain.signature(newest)
        if last is None:
            connection.execute(head.insert().values(newest))
        else:
            connection.execute(head.update().values(newest))
        return Entry(seq=seq, at=at, kind=kind, actor=actor, subject=subject, body={**body, **(words or {})})

    def actor_of(self, connection: sa.Connection, owner: str, name: str) -> str:
        """The pseudonym of a person, the same each time; who it is stands in a table that can be erased from."""
        actor = self._chain.pseudonym(owner)
        known = connection.execute(sa.select(people.c.actor).where(people.c.actor == actor)).scalar()
        if known is None:
            connection.execute(people.insert().values(actor=actor, owner=owner, name=name))
        return actor

    def erase_person(self, connection: sa.Connection, owner: str, *, by: str) -> bool:
        """Forget who is behind a pseudonym and what they wrote; the entries stay, and so does this act. False if nobody was known."""
        actor = self._chain.pseudonym(owner)
        gone = connection.execute(people.delete().where(people.c.actor == actor)).rowcount
        said = connection.execute(texts.delete().where(texts.c.actor == actor)).rowcount
        if gone or said:
            body = {"words": said}
            self.append(connection, "audit.person_erased", subject=f"person:{actor}", body=body, actor=by)
        return bool(gone or said)

    def name_of(self, connection: sa.Connection, owner: str) -> str:
        """The name of a person as the log knows it; empty when it does not."""
        wanted = sa.select(people.c.name).where(people.c.actor == self._chain.pseudonym(owner))
        return str(connection.execute(wanted).scalar() or "")

    def words_of(self, connection: sa.Connection, owner: str) -> int:
        """How many reasons and notes of a person are kept."""
        wanted = sa.select(sa.func.count()).where(texts.c.actor == self._chain.pseudonym(owner))
        return int(connection.execute(wanted).scalar_one())

    def pseudonym(self, owner: str) -> str:
        """What a person is called in the log."""
        return self._chain.pseudonym(owner)

    def retire(self, connection: sa.Connection, before: datetime, *, by: str = SYSTEM) -> int:
        """Take out the entries from before a moment (the newest always stays), inside a change; the log tells that it was done.

        The chain goes on: the head is signed anew for a log that begins later. Export what is taken out first (`audit_export`).

        Returns:
            How many were taken out.
        """
        last = _head_row(connection)
        if last is None or not self._chain.head_is_ours(last):
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
            connection.exec_driver_sql(NO_DELETE)
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entries DISABLE TRIGGER audit_no_change")
            gone = connection.execute(entries.delete().where(entries.c.seq <= until)).rowcount
            connection.exec_driver_sql("ALTER TABLE audit_entries ENABLE TRIGGER audit_no_change")
        connection.execute(texts.delete().where(texts.c.seq <= until))
        newest = {"one": 1, "seq": last["seq"], "seal": last["seal"], "first": until + 1}
        connection.execute(head.update().values(newest | {"signature": self._chain.signature(newest)}))
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
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
            return _entries(connection, rows)

    def sealed(self, subject: str) -> list[Entry]:
        """Every entry of one subject that carries our seal, in order: what was put there by somebody else does not count."""
        wanted = sa.select(entries).where(entries.c.subject == subject).order_by(entries.c.seq)
        with self._database.reading() as connection:
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
            return _entries(
                connection, [row for row in rows if hmac.compare_digest(row["seal"], self._chain.seal(row))]
            )

    def newest(self, *kinds: str) -> Entry | None:
        """The newest entry of these kinds."""
        wanted = sa.select(entries).where(entries.c.kind.in_(kinds)).order_by(entries.c.seq.desc()).limit(1)
        with self._database.reading() as connection:
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
            return next(iter(_entries(connection, rows)), None)

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

    def words(self) -> dict[str, str]:
        """Id -> what somebody wrote, as far as it was not erased."""
        with self._database.reading() as connection:
            return {row.text_id: row.text for row in connection.execute(sa.select(texts))}

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
            said = [dict(row) for row in connection.execute(sa.select(texts)).mappings()]
        verdict = self._chain.judge(rows, last)
        return replace(verdict, problems=(*verdict.problems, *self._chain.judge_words(rows, said)))


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


def _entries(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Rows with the words that belong into them, as far as those were not erased."""
    ids = [one for row in rows for one in words_in(row["body"])]
    known: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        wanted = sa.select(texts.c.text_id, texts.c.text).where(texts.c.text_id.in_(ids[start : start + 500]))
        known |= {row.text_id: row.text for row in connection.execute(wanted)}
    return [
        Entry(
            seq=row["seq"], at=row["at"], kind=row["kind"], actor=row["actor"], subject=row["subject"], body=_read(row["body"], known)
        )
        for row in rows
    ]  # fmt: skip


def _read(body: str, known: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    for name, value in found.items():
        if isinstance(value, dict) and set(value) == {WORDS}:
            found[name] = known.get(value[WORDS], ERASED)
    return found
