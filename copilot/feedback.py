"""What people think of their answers. A good vote is kept; a bad one becomes a candidate case in one step: a file with what was asked
and answered, ready for a person to finish.

A candidate is no case yet: somebody writes what should have been said, and moves it into the folder of cases.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import sqlalchemy as sa
import yaml

from copilot.database import Migration
from copilot.errors import NotFound, StateUnavailable
from copilot.identity import Person, owner_of
from copilot.store import Store, StoredAnswer

Opinion = Literal["good", "bad"]

MOST_TURNS = 8
MOST_COMMENT = 2_000
"""Characters of what somebody says about an answer."""

metadata = sa.MetaData()

votes = sa.Table(
    "votes",
    metadata,
    sa.Column("answer_id", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("opinion", sa.String(8), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("voted_at", sa.String(40), nullable=False),
    sa.Column("candidate_sha256", sa.String(64), nullable=False),
)
PART = "feedback"
MIGRATIONS = (Migration(version=1, tables=(votes,)),)


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What the person who was given an answer thinks of it."""

    answer_id: str
    opinion: Opinion
    comment: str
    """Their words; may be empty."""
    voted_at: str
    """ISO 8601, UTC."""


class Feedback:
    """Votes on answers, each by whoever was given the answer and nobody else.

    Args:
        store: where the answers are kept.
        data_dir: candidates are written to ``evals/candidates`` in it.
    """

    def __init__(self, store: Store, data_dir: Path) -> None:
        self._store, self._folder = store, data_dir / "evals" / "candidates"

    def good(self, person: Person, answer_id: str, *, comment: str = "", now: datetime | None = None) -> None:
        """Keep that an answer was good; a candidate that was made of it before is withdrawn.

        Raises:
            NotFound: none of theirs has that id.
            StateUnavailable: the database does not work.
        """
        self._theirs(person, answer_id)
        self._withdraw_candidate(answer_id)
        self._keep(person, answer_id, "good", comment, now, candidate_sha256="")

    def bad(self, person: Person, answer_id: str, *, comment: str = "", now: datetime | None = None) -> Path:
        """Keep that an answer was bad, and write its candidate case. Marked twice, it is written anew, unless somebody has worked on it.

        Raises:
            NotFound: none of theirs has that id.
            StateUnavailable: the database does not work, or the candidate cannot be written.
        """
        stored = self._theirs(person, answer_id)
        path = self._folder / f"{answer_id}.yaml"
        if path.exists() and not self._is_as_written(path, answer_id):
            self._keep(person, answer_id, "bad", comment, now, candidate_sha256="")
            return path
        turns = [body["question"] for body in self._store.bodies(stored.thread_id, stored.owner)]
        asked = str(stored.body["question"])
        until = turns.index(asked) + 1 if asked in turns else len(turns)
        reported = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        content = _as_text(stored.body, turns[:until][-MOST_TURNS:], person, comment, reported).encode()
        unfinished = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
        except OSError as error:
            raise StateUnavailable(
                f"The candidate {path} cannot be written ({error.strerror}), so nothing was kept. Make room and mark the answer again."
            ) from None
        self._keep(
            person, answer_id, "bad", comment, now, candidate_sha256=hashlib.sha256(content).hexdigest()
        )
        return path

    def withdraw(self, person: Person, answer_id: str) -> None:
        """Take a vote back, with its candidate unless somebody has worked on it. Raises as `good`."""
        self._theirs(person, answer_id)
        self._withdraw_candidate(answer_id)
        self._prepare()
        with self._store.database.changing() as connection:
            connection.execute(votes.delete().where(votes.c.answer_id == answer_id))

    def of(self, answer_ids: Iterable[str]) -> dict[str, Vote]:
        """Answer -> the vote on it, where there is one. Raises StateUnavailable."""
        self._prepare()
        with self._store.database.reading() as connection:
            rows = (
                connection.execute(sa.select(votes).where(votes.c.answer_id.in_(list(answer_ids))))
                .mappings()
                .all()
            )
        return {row["answer_id"]: _vote(dict(row)) for row in rows}

    def counted(self) -> dict[Opinion, int]:
        """How many answers were found good and bad. Raises StateUnavailable."""
        self._prepare()
        with self._store.database.reading() as connection:
            rows = connection.execute(
                sa.select(votes.c.opinion, sa.func.count()).group_by(votes.c.opinion)
            ).all()
        found = {str(opinion): int(count) for opinion, count in rows}
        return {opinion: found.get(opinion, 0) for opinion in get_args(Opinion)}

    def candidates(self) -> list[Path]:
        """The candidates there are, the oldest first."""
        return (
            sorted(self._folder.glob("*.yaml"), key=lambda one: one.stat().st_mtime)
            if self._folder.is_dir()
            else []
        )

    def _theirs(self, person: Person, answer_id: str) -> StoredAnswer:
        stored = self._store.answer(answer_id)
        if stored.owner != owner_of(person) or stored.deleted:
            raise NotFound("There is no such answer of yours.")
        return stored

    def _keep(
        self,
        person: Person,
        answer_id: str,
        opinion: Opinion,
        comment: str,
        now: datetime | None,
        *,
        candidate_sha256: str,
    ) -> None:
        self._prepare()
        row = {
            "answer_id": answer_id, "owner": owner_of(person), "opinion": opinion, "comment": comment[:MOST_COMMENT],
            "voted_at": (now or datetime.now(UTC)).isoformat(timespec="seconds"), "candidate_sha256": candidate_sha256,
        }  # fmt: skip
        with self._store.database.changing() as connection:
            connection.execute(votes.delete().where(votes.c.answer_id == answer_id))
            connection.execute(votes.insert().values(row))

    def _withdraw_candidate(self, answer_id: str) -> None:
        path = self._folder / f"{answer_id}.yaml"
        if path.exists() and self._is_as_written(path, answer_id):
            path.unlink(missing_ok=True)

    def _is_as_written(self, path: Path, answer_id: str) -> bool:
        """Whether nobody has worked on a candidate since it was written."""
        self._prepare()
        with self._store.database.reading() as connection:
            written = connection.execute(
                sa.select(votes.c.candidate_sha256).where(votes.c.answer_id == answer_id)
            ).scalar()
        return bool(written) and hashlib.sha256(path.read_bytes()).hexdigest() == written

    def _prepare(self) -> None:
        self._store.database.prepare(PART, MIGRATIONS)


def _vote(row: Mapping[str, Any]) -> Vote:
    return Vote(
        answer_id=row["answer_id"],
        opinion="good" if row["opinion"] == "good" else "bad",
        comment=row["comment"],
        voted_at=row["voted_at"],
    )


def _as_text(body: dict[str, Any], turns: Sequence[str], person: Person, comment: str, reported: str) -> str:
    diagnosis = body.get("diagnosis") or {}
    role = next(iter(sorted(person.roles)), "service")
    case = {
        "id": f"reported-{body['answer_id'][:12]}",
        "category": "wording",
        "asks": role,
        "turns": list(turns),
        "expect": {"status": ["answered"]},
        "note": f"Reported on {reported}. {comment}".strip(),
    }
    told = {
        "status": body.get("status"),
        "causes": [one["code"] for one in diagnosis.get("causes", ())],
        "cited": [one["document"] for one in body.get("citations", ())],
        "brain": body.get("brain"),
        "running": (body.get("receipt") or {}).get("running", {}),
        "text": body.get("text"),
    }
    comments = "\n".join(
        f"# {line}"
        for line in yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120).splitlines()
    )
    return (
        "# A candidate case, made from an answer that somebody marked as bad. Write under `expect` what should have been said\n"
        "# (docs/reference/evals.md), give it a name and a category, and move it into the folder of cases.\n"
        f"# What was answered:\n{comments}\n"
        + yaml.safe_dump({"cases": [case]}, allow_unicode=True, sort_keys=False, width=120)
    )
