"""The copilot's own tables: conversations and answers. SQLite by default, PostgreSQL by URL.

`MIGRATIONS` are applied in order, each once, in one transaction each; `schema_version` says how far a database is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from copilot.errors import NotFound, StateUnavailable

metadata = sa.MetaData()

schema_version = sa.Table("schema_version", metadata, sa.Column("version", sa.Integer, primary_key=True))

threads = sa.Table(
    "threads",
    metadata,
    sa.Column("thread_id", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False, index=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("begun_at", sa.String(40), nullable=False),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("answer_id", sa.String(40), primary_key=True),
    sa.Column("thread_id", sa.String(40), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("answered_at", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.UniqueConstraint("thread_id", "position"),
)

SAVE_ATTEMPTS = 4

MIGRATIONS: tuple[tuple[int, tuple[sa.Table, ...]], ...] = ((1, (threads, answers)),)


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer as it was given, with whose it is."""

    answer_id: str
    thread_id: str
    owner: str
    answered_at: str
    """ISO 8601, UTC."""
    body: dict[str, Any]
    """The answer's contract JSON plus what its receipt needs (`receipt`)."""


class Store:
    """Reads and writes conversations. Every method raises StateUnavailable when the database does not work.

    Args:
        url: an SQLAlchemy URL.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = sa.create_engine(url)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            raise StateUnavailable(
                f"DATABASE_URL cannot be used ({type(error).__name__}): write it as postgresql+psycopg://user:password@host/name, "
                "or remove it to use SQLite in the data folder."
            ) from None
        self._prepared = False
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _sqlite_settings)

    def prepare(self) -> None:
        """Bring the tables up to date; done by itself before the first use."""
        with self._engine_transaction() as connection:
            schema_version.create(connection, checkfirst=True)
            done = connection.execute(sa.select(sa.func.max(schema_version.c.version))).scalar() or 0
            for version, tables in MIGRATIONS:
                if version > done:
                    for table in tables:
                        table.create(connection, checkfirst=True)
                    connection.execute(schema_version.insert().values(version=version))

    def check(self) -> None:
        """Prove that the tables can be read."""
        with self._transaction() as connection:
            connection.execute(sa.select(sa.func.max(schema_version.c.version)))

    def history(self, thread_id: str, owner: str, *, last: int = 6) -> list[tuple[str, str]]:
        """The last questions and answer texts of a conversation, oldest first; empty for a new one.

        Raises:
            NotFound: the conversation is somebody else's.
        """
        with self._transaction() as connection:
            whose = connection.execute(
                sa.select(threads.c.owner).where(threads.c.thread_id == thread_id)
            ).scalar()
            if whose is None:
                return []
            if whose != owner:
                raise NotFound(
                    "There is no such conversation of yours. Begin a new one by leaving the thread out."
                )
            rows = (
                connection.execute(
                    sa.select(answers.c.body)
                    .where(answers.c.thread_id == thread_id)
                    .order_by(answers.c.position.desc())
                    .limit(last)
                )
                .scalars()
                .all()
            )
        bodies = [json.loads(body) for body in reversed(rows)]
        return [(body["question"], body["text"]) for body in bodies]

    def save(self, owner: str, body: dict[str, Any]) -> None:
        """Append an answer to its conversation, beginning the conversation if it is new.

        Raises:
            NotFound: the conversation is somebody else's.
        """
        for attempt in range(SAVE_ATTEMPTS):
            try:
                self._save(owner, body)
                return
            except StateUnavailable as error:
                # Two answers of one conversation at the same moment want the same place: the later one takes the next.
                if not isinstance(error.__cause__, IntegrityError) or attempt == SAVE_ATTEMPTS - 1:
                    raise

    def _save(self, owner: str, body: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._transaction() as connection:
            whose = connection.execute(
                sa.select(threads.c.owner).where(threads.c.thread_id == body["thread_id"])
            ).scalar()
            if whose is None:
                connection.execute(
                    threads.insert().values(
                        thread_id=body["thread_id"], owner=owner, title=body["question"][:200], begun_at=now
                    )
                )
            elif whose != owner:
                raise NotFound(
                    "There is no such conversation of yours. Begin a new one by leaving the thread out."
                )
            position = connection.execute(
                sa.select(sa.func.coalesce(sa.func.max(answers.c.position), 0) + 1).where(
                    answers.c.thread_id == body["thread_id"]
                )
            ).scalar_one()
            connection.execute(
                answers.insert().values(
                    answer_id=body["answer_id"],
                    thread_id=body["thread_id"],
                    position=position,
                    owner=owner,
                    answered_at=now,
                    body=json.dumps(body, ensure_ascii=False),
                )
            )

    def answer(self, answer_id: str) -> StoredAnswer:
        """One answer.

        Raises:
            NotFound: there is none with that id.
        """
        with self._transaction() as connection:
            row = (
                connection.execute(sa.select(answers).where(answers.c.answer_id == answer_id))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise NotFound("There is no such answer of yours.")
        return StoredAnswer(
            answer_id=row["answer_id"],
            thread_id=row["thread_id"],
            owner=row["owner"],
            answered_at=row["answered_at"],
            body=json.loads(row["body"]),
        )

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        if not self._prepared:
            self.prepare()
            self._prepared = True
        with self._engine_transaction() as connection:
            yield connection

    @contextmanager
    def _engine_transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StateUnavailable(
                f"The copilot's database cannot be used ({type(error.__cause__ or error).__name__}). Check DATABASE_URL, the disk and "
                "the rights on the data folder; `copilot doctor` tells more."
            ) from error


def _sqlite_settings(connection: Any, _record: Any) -> None:
    """Acknowledged means durable across process death (RELIABILITY R6), and readers do not wait for writers."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
