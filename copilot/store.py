"""The copilot's own tables: conversations, their answers, and what the language model used up. SQLite by default, PostgreSQL by URL.

`MIGRATIONS` are applied in order, each once (`copilot.database`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from copilot.database import Database, Migration
from copilot.errors import NotFound

metadata = sa.MetaData()

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

thread_state = sa.Table(
    "thread_state",
    metadata,
    sa.Column("thread_id", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("last_at", sa.String(40), nullable=False),
    sa.Column("deleted_at", sa.String(40), nullable=False, server_default=""),
    sa.Index("thread_state_by_owner", "owner", "deleted_at", "last_at"),
)
"""When a conversation was last used, and whether it was deleted: its id is never given to another one then."""

model_use = sa.Table(
    "model_use",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("tokens", sa.BigInteger, nullable=False),
)

PART = "conversations"
MIGRATIONS: tuple[Migration, ...] = (
    Migration(version=1, tables=(threads, answers)),
    Migration(
        version=2,
        tables=(thread_state, model_use),
        statements=(
            "INSERT INTO thread_state (thread_id, owner, last_at, deleted_at) SELECT t.thread_id, t.owner, "
            "COALESCE((SELECT MAX(a.answered_at) FROM answers a WHERE a.thread_id = t.thread_id), t.begun_at), '' FROM threads t",
        ),
    ),
)

MAX_PAGE = 100
MAX_TITLE = 200
EMPTY_SECONDS = 900
"""A conversation without an answer is listed so long: its first question is under way, or went wrong."""
_NOT_YOURS = "There is no such conversation of yours. Begin a new one by leaving the thread out."


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
    deleted: bool = False
    """Its conversation was deleted by the owner: it is on record for audits only."""


@dataclass(frozen=True, kw_only=True)
class StoredThread:
    """A conversation without its answers."""

    thread_id: str
    owner: str
    title: str
    begun_at: str
    """ISO 8601, UTC."""
    last_at: str
    """When its last answer was given."""

    def to_json(self) -> dict[str, Any]:
        return {
            "thread_id": self.thread_id,
            "title": self.title,
            "begun_at": self.begun_at,
            "last_at": self.last_at,
        }


class Store:
    """Reads and writes conversations. Every method raises StateUnavailable when the database does not work.

    Args:
        url: an SQLAlchemy URL, or a database that is open already.
    """

    def __init__(self, url: str | Database) -> None:
        self.database = url if isinstance(url, Database) else Database(url)

    def prepare(self) -> None:
        """Bring the tables up to date; done by itself before the first use."""
        self.database.prepare(PART, MIGRATIONS)

    def check(self) -> None:
        """Prove that the tables can be read."""
        with self._reading() as connection:
            connection.execute(sa.select(sa.func.count()).select_from(model_use))

    # Answers

    def history(self, thread_id: str, owner: str, *, last: int = 6) -> list[tuple[str, str]]:
        """The last questions and answer texts of a conversation, oldest first; empty for a new one.

        Raises:
            NotFound: the conversation is somebody else's, or was deleted.
        """
        return [(body["question"], body["text"]) for body in self.bodies(thread_id, owner, last=last)]

    def bodies(self, thread_id: str, owner: str, *, last: int | None = None) -> list[dict[str, Any]]:
        """The answers of a conversation, oldest first; empty for a new one. Raises as `history`."""
        with self._reading() as connection:
            if _whose(connection, thread_id, owner) is None:
                return []
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
        return [json.loads(body) for body in reversed(rows)]

    def begin(self, owner: str, thread_id: str, question: str) -> None:
        """A conversation whose first question is being answered; nothing when it has begun already.

        It is listed for `EMPTY_SECONDS`, and longer only with an answer.

        Raises:
            NotFound: the conversation is somebody else's, or was deleted.
        """
        with self._changing() as connection:
            if _whose(connection, thread_id, owner) is None:
                _begin(
                    connection,
                    thread_id,
                    owner,
                    question,
                    datetime.now(UTC).isoformat(timespec="microseconds"),
                )

    def save(self, owner: str, body: dict[str, Any]) -> None:
        """Append an answer to its conversation, beginning the conversation if it is new. The same answer twice is kept once.

        Raises:
            NotFound: the conversation is somebody else's, or was deleted.
            ValueError: an answer of this id is kept in another conversation.
        """
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        thread_id = body["thread_id"]
        with self._changing() as connection:
            whose = _whose(connection, thread_id, owner)
            kept_in = connection.execute(
                sa.select(answers.c.thread_id).where(answers.c.answer_id == body["answer_id"])
            ).scalar()
            if kept_in is not None:
                if (
                    kept_in != thread_id
                ):  # begun here, it would be a conversation that nothing was ever said in
                    raise ValueError("An answer of this id is kept in another conversation.")
                return
            if whose is None:
                _begin(connection, thread_id, owner, str(body["question"]), now)
            position = connection.execute(
                sa.select(sa.func.coalesce(sa.func.max(answers.c.position), 0) + 1).where(
                    answers.c.thread_id == thread_id
                )
            ).scalar_one()
            connection.execute(
                answers.insert().values(
                    answer_id=body["answer_id"],
                    thread_id=thread_id,
                    position=position,
                    owner=owner,
                    answered_at=now,
                    body=json.dumps(body, ensure_ascii=False),
                )
            )
            connection.execute(
                thread_state.update().where(thread_state.c.thread_id == thread_id).values(last_at=now)
            )

    def answer(self, answer_id: str) -> StoredAnswer:
        """One answer.

        Raises:
            NotFound: there is none with that id.
        """
        with self._reading() as connection:
            row = (
                connection.execute(
                    sa.select(answers, thread_state.c.deleted_at)
                    .join(thread_state, thread_state.c.thread_id == answers.c.thread_id)
                    .where(answers.c.answer_id == answer_id)
                )
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
            deleted=bool(row["deleted_at"]),
        )

    def answers_of(self, thread_id: str, owner: str) -> list[StoredAnswer]:
        """All answers of a conversation, oldest first.

        Raises:
            NotFound: there is no such conversation of this owner.
        """
        with self._reading() as connection:
            if _whose(connection, thread_id, owner) is None:
                raise NotFound(_NOT_YOURS)
            rows = (
                connection.execute(
                    sa.select(answers).where(answers.c.thread_id == thread_id).order_by(answers.c.position)
                )
                .mappings()
                .all()
            )
        return [
            StoredAnswer(
                answer_id=row["answer_id"],
                thread_id=thread_id,
                owner=row["owner"],
                answered_at=row["answered_at"],
                body=json.loads(row["body"]),
            )
            for row in rows
        ]

    def cited_documents(self) -> dict[str, int]:
        """Document id -> in how many answers it was cited, over all conversations."""
        counted: dict[str, int] = {}
        with self._reading() as connection:
            for body in (
                connection.execution_options(yield_per=200).execute(sa.select(answers.c.body)).scalars()
            ):
                for document in {one["document"] for one in json.loads(body).get("citations", ())}:
                    counted[document] = counted.get(document, 0) + 1
        return counted

    # Conversations

    def threads(
        self, owner: str, *, limit: int = 20, before: str | None = None, search: str = ""
    ) -> list[StoredThread]:
        """A page of somebody's conversations, the last used first.

        Args:
            before: id of the last conversation of the page before; an unknown one begins anew.
            search: words that the title holds.
        """
        lately = (datetime.now(UTC) - timedelta(seconds=EMPTY_SECONDS)).isoformat(timespec="microseconds")
        answered = sa.exists().where(answers.c.thread_id == threads.c.thread_id)
        wanted = (
            sa.select(threads, thread_state.c.last_at)
            .join(thread_state, thread_state.c.thread_id == threads.c.thread_id)
            .where(thread_state.c.owner == owner, thread_state.c.deleted_at == "")
            .where(answered | (threads.c.begun_at > lately))
            .order_by(thread_state.c.last_at.desc(), thread_state.c.thread_id.desc())
            .limit(max(1, min(limit, MAX_PAGE)))
        )
        if search.strip():
            wanted = wanted.where(
                sa.func.lower(threads.c.title).contains(search.strip().lower(), autoescape=True)
            )
        with self._reading() as connection:
            if before is not None:
                at = connection.execute(
                    sa.select(thread_state.c.last_at).where(
                        thread_state.c.thread_id == before, thread_state.c.owner == owner
                    )
                ).scalar()
                if at is not None:
                    place = sa.tuple_(thread_state.c.last_at, thread_state.c.thread_id)
                    wanted = wanted.where(place < sa.tuple_(sa.literal(at), sa.literal(before)))
            rows = connection.execute(wanted).mappings().all()
        return [_thread(row) for row in rows]

    def thread(self, thread_id: str, owner: str) -> StoredThread:
        """One conversation.

        Raises:
            NotFound: there is none of that id for this owner.
        """
        found = self.find_thread(thread_id)
        if found is None or found.owner != owner:
            raise NotFound(_NOT_YOURS)
        return found

    def find_thread(self, thread_id: str) -> StoredThread | None:
        """A conversation, whoever's it is: the caller checks the owner."""
        with self._reading() as connection:
            row = (
                connection.execute(
                    sa.select(threads, thread_state.c.last_at)
                    .join(thread_state, thread_state.c.thread_id == threads.c.thread_id)
                    .where(threads.c.thread_id == thread_id, thread_state.c.deleted_at == "")
                )
                .mappings()
                .one_or_none()
            )
        return _thread(row) if row is not None else None

    def rename_thread(self, thread_id: str, owner: str, title: str) -> None:
        """Give a conversation another title. Raises as `thread`."""
        with self._changing() as connection:
            if _whose(connection, thread_id, owner) is None:
                raise NotFound(_NOT_YOURS)
            connection.execute(
                threads.update().where(threads.c.thread_id == thread_id).values(title=title[:MAX_TITLE])
            )

    def delete_thread(self, thread_id: str, owner: str) -> None:
        """Take a conversation away from its owner for good. Its answers stay on record for audits; nobody but them sees it any more.
        Raises as `thread`."""
        with self._changing() as connection:
            if _whose(connection, thread_id, owner) is None:
                raise NotFound(_NOT_YOURS)
            connection.execute(
                thread_state.update()
                .where(thread_state.c.thread_id == thread_id)
                .values(deleted_at=datetime.now(UTC).isoformat(timespec="seconds"))
            )

    # The language model's use

    def model_tokens(self, day: date) -> int:
        """Tokens used up on a day."""
        with self._reading() as connection:
            used = connection.execute(
                sa.select(model_use.c.tokens).where(model_use.c.day == day.isoformat())
            ).scalar()
        return int(used or 0)

    def add_model_tokens(self, day: date, tokens: int) -> None:
        with self._changing() as connection:
            done = connection.execute(
                model_use.update()
                .where(model_use.c.day == day.isoformat())
                .values(tokens=model_use.c.tokens + tokens)
            )
            if not done.rowcount:
                connection.execute(model_use.insert().values(day=day.isoformat(), tokens=tokens))

    def close(self) -> None:
        self.database.close()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        self.prepare()
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        self.prepare()
        with self.database.changing() as connection:
            yield connection


def _begin(connection: sa.Connection, thread_id: str, owner: str, question: str, now: str) -> None:
    title = " ".join(question.split())[:MAX_TITLE]
    connection.execute(threads.insert().values(thread_id=thread_id, owner=owner, title=title, begun_at=now))
    connection.execute(thread_state.insert().values(thread_id=thread_id, owner=owner, last_at=now))


def _whose(connection: sa.Connection, thread_id: str, owner: str) -> str | None:
    """The owner, or None for a conversation that does not exist yet.

    Raises:
        NotFound: it is somebody else's, or was deleted.
    """
    row = connection.execute(
        sa.select(thread_state.c.owner, thread_state.c.deleted_at).where(
            thread_state.c.thread_id == thread_id
        )
    ).one_or_none()
    if row is None:
        return None
    if row.owner != owner or row.deleted_at:
        raise NotFound(_NOT_YOURS)
    return str(row.owner)


def _thread(row: Any) -> StoredThread:
    return StoredThread(
        thread_id=row["thread_id"],
        owner=row["owner"],
        title=row["title"],
        begun_at=row["begun_at"],
        last_at=row["last_at"],
    )
