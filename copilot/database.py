"""The copilot's own database: SQLite by default, PostgreSQL by URL. Changes are serial, so that what was checked still holds when
it is written, and a change that was acknowledged survives the death of the process (RELIABILITY R6).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from copilot.errors import StateUnavailable

metadata = sa.MetaData()

migrated = sa.Table(
    "migrated",
    metadata,
    sa.Column("part", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)

CHANGES_LOCK = 7_301_955_413
"""PostgreSQL advisory lock that one change holds at a time; any number will do, as long as nobody else uses it."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One step of a part's tables: made once, in one transaction, in order."""

    version: int
    tables: Sequence[sa.Table] = ()
    statements: Sequence[str] = ()
    """For any database."""
    sqlite: Sequence[str] = ()
    postgresql: Sequence[str] = ()


class Database:
    """Reads and changes in transactions. Everything raises StateUnavailable when the database does not work.

    Args:
        url: an SQLAlchemy URL.

    Raises:
        StateUnavailable: the URL is no database address.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine = sa.create_engine(url)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            raise StateUnavailable(
                f"DATABASE_URL cannot be used ({type(error).__name__}): write it as postgresql+psycopg://user:password@host/name, "
                "or remove it to use SQLite in the data folder."
            ) from None
        self._prepared: set[str] = set()
        self._preparing = threading.Lock()
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _sqlite_settings)
            sa.event.listen(self.engine, "begin", _sqlite_begin)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def prepare(self, part: str, migrations: Sequence[Migration]) -> None:
        """Bring one part's tables up to date; cheap when they are."""
        with self._preparing:
            if part in self._prepared:
                return
            with self.changing() as connection:
                migrated.create(connection, checkfirst=True)
                done = connection.execute(
                    sa.select(migrated.c.version).where(migrated.c.part == part)
                ).scalar_one_or_none()
                for step in migrations:
                    if step.version <= (done or 0):
                        continue
                    for table in step.tables:
                        table.create(connection, checkfirst=True)
                    own = step.sqlite if self.is_sqlite else step.postgresql
                    for statement in (*step.statements, *own):
                        connection.exec_driver_sql(statement)
                    row = {"part": part, "version": step.version}
                    if done is None:
                        connection.execute(migrated.insert().values(row))
                    else:
                        connection.execute(migrated.update().where(migrated.c.part == part).values(row))
                    done = step.version
            self._prepared.add(part)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with _as_state_error(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[sa.Connection]:
        """The one transaction that may change something now; others wait for it (5 s at most on SQLite)."""
        with _as_state_error(), self.engine.connect() as connection:
            connection = connection.execution_options(changing=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CHANGES_LOCK)))
                yield connection

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _as_state_error() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StateUnavailable(
            f"The copilot's database cannot be used ({type(error.__cause__ or error).__name__}). Check DATABASE_URL, the disk and "
            "the rights on the data folder; `copilot doctor` tells more."
        ) from error


def _sqlite_settings(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None  # transactions begin where `_sqlite_begin` says
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _sqlite_begin(connection: sa.Connection) -> None:
    # IMMEDIATE takes the write lock before anything is read: two changes can never both act on the same state.
    changing = connection.get_execution_options().get("changing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if changing else "BEGIN")
