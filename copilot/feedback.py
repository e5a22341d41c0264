"""A bad answer becomes a candidate case in one step: a file with what was asked and answered, ready for a person to finish.

A candidate is no case yet: somebody writes what should have been said, and moves it into the folder of cases.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from copilot.errors import NotFound
from copilot.identity import Person, owner_of
from copilot.store import Store

MOST_TURNS = 8


def report_bad_answer(
    store: Store,
    data_dir: Path,
    person: Person,
    answer_id: str,
    *,
    comment: str = "",
    now: datetime | None = None,
) -> Path:
    """Write the candidate case of an answer that this person was given; marked twice, it is written anew.

    Raises:
        NotFound: none of theirs has that id.
        StateUnavailable: the database does not work.
    """
    stored = store.answer(answer_id)
    if stored.owner != owner_of(person) or stored.deleted:
        raise NotFound("There is no such answer of yours.")
    turns = [body["question"] for body in store.bodies(stored.thread_id, stored.owner)]
    asked = str(stored.body["question"])
    until = turns.index(asked) + 1 if asked in turns else len(turns)
    folder = _folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{answer_id}.yaml"
    reported = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    unfinished = path.with_suffix(".part")
    unfinished.write_text(
        _as_text(stored.body, turns[:until][-MOST_TURNS:], person, comment, reported), encoding="utf-8"
    )
    os.replace(unfinished, path)
    return path


def candidates_in(data_dir: Path) -> list[Path]:
    """The candidates there are, the oldest first."""
    folder = _folder(data_dir)
    return sorted(folder.glob("*.yaml"), key=lambda one: one.stat().st_mtime) if folder.is_dir() else []


def _folder(data_dir: Path) -> Path:
    return data_dir / "evals" / "candidates"


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
