"""Drafts in the database: rows in, drafts out. Every function works inside the caller's transaction; whoever changes, audits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from copilot.drafts.draft import NEXT, OPEN, Draft, State
from copilot.drafts.errors import WrongState
from copilot.drafts.tables import claims, decisions, drafts, nonces, openings, steps, switches
from copilot.errors import NotFound

_COLUMNS = {
    "draft_id",
    "version",
    "action",
    "state",
    "requester",
    "digest",
    "runner",
    "thread_id",
    "created_at",
    "expires_at",
    "reason",
}
_IN_BODY = [field.name for field in fields(Draft) if field.name not in _COLUMNS]


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One step of a run: its intent, and what came of it."""

    position: int
    name: str
    state: str
    """``begun`` (intent is durable, outcome not known), ``done``, ``refused`` or ``unclear`` (a person has to look)."""
    begun_at: float
    """Seconds since the epoch."""
    attempts: int
    text: str


def insert(connection: sa.Connection, draft: Draft) -> None:
    """Store a new version."""
    body = {name: getattr(draft, name) for name in _IN_BODY}
    connection.execute(
        drafts.insert().values(
            **{name: getattr(draft, name) for name in _COLUMNS},
            order_name=draft.order,
            body=json.dumps(body, ensure_ascii=False, default=_plain),
        )
    )


def newest(connection: sa.Connection, draft_id: str) -> Draft:
    """The newest version. Raises NotFound."""
    wanted = sa.select(drafts).where(drafts.c.draft_id == draft_id).order_by(drafts.c.version.desc()).limit(1)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such draft that you may see.")
    return _draft(dict(row))


def version_of(connection: sa.Connection, draft_id: str, version: int) -> Draft:
    """One version. Raises NotFound."""
    wanted = sa.select(drafts).where(drafts.c.draft_id == draft_id, drafts.c.version == version)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such version of this draft.")
    return _draft(dict(row))


def find(
    connection: sa.Connection,
    *,
    states: Sequence[State] = (),
    requester: str = "",
    thread_id: str = "",
    order: str = "",
    limit: int = 200,
) -> list[Draft]:
    """Drafts, the newest first; superseded versions only when asked for by state."""
    wanted = sa.select(drafts).order_by(drafts.c.created_at.desc()).limit(limit)
    wanted = (
        wanted.where(drafts.c.state.in_(states)) if states else wanted.where(drafts.c.state != "superseded")
    )
    for column, value in (
        (drafts.c.requester, requester),
        (drafts.c.thread_id, thread_id),
        (drafts.c.order_name, order),
    ):
        if value:
            wanted = wanted.where(column == value)
    return [_draft(dict(row)) for row in connection.execute(wanted).mappings()]


def count_open(connection: sa.Connection, requester: str) -> int:
    """How many drafts of this person are neither ended nor done."""
    wanted = sa.select(sa.func.count()).where(drafts.c.requester == requester, drafts.c.state.in_(OPEN))
    return int(connection.execute(wanted).scalar_one())


def move(
    connection: sa.Connection, draft: Draft, to: State, *, reason: str = "", runner: str | None = None
) -> Draft:
    """Put a draft into another state, if it still is in the one we know.

    Raises:
        WrongState: it is not, or this state cannot follow.
    """
    if to not in NEXT[draft.state]:
        raise WrongState(f"This draft is {draft.state}; it cannot become {to}.")
    values: dict[str, Any] = {"state": to, "reason": reason}
    if runner is not None:
        values["runner"] = runner
    moved = connection.execute(
        drafts.update()
        .where(
            drafts.c.draft_id == draft.draft_id,
            drafts.c.version == draft.version,
            drafts.c.state == draft.state,
        )
        .values(values)
    ).rowcount
    if moved != 1:
        raise WrongState("Somebody else decided or changed this draft a moment ago. Load it again.")
    return newest(connection, draft.draft_id)


def add_decision(connection: sa.Connection, draft: Draft, **row: str) -> None:
    connection.execute(decisions.insert().values(draft_id=draft.draft_id, version=draft.version, **row))


def approvals(connection: sa.Connection, draft: Draft) -> list[Mapping[str, str]]:
    """Who approved exactly this version and digest."""
    wanted = sa.select(decisions).where(
        decisions.c.draft_id == draft.draft_id,
        decisions.c.version == draft.version,
        decisions.c.digest == draft.digest,
        decisions.c.decision == "approve",
    )
    return [dict(row) for row in connection.execute(wanted.order_by(decisions.c.decided_at)).mappings()]


def decisions_since(connection: sa.Connection, person: str, since: str) -> int:
    wanted = sa.select(sa.func.count()).where(decisions.c.person == person, decisions.c.decided_at >= since)
    return int(connection.execute(wanted).scalar_one())


def give_nonce(connection: sa.Connection, nonce: str, draft: Draft, person: str, at: str) -> None:
    row = {"nonce": nonce, "draft_id": draft.draft_id, "version": draft.version, "person": person}
    connection.execute(nonces.insert().values(**row, given_at=at, used_at=""))


def use_nonce(connection: sa.Connection, nonce: str, draft: Draft, person: str, at: str) -> bool:
    """Whether this token was given to this person for this version and not used before; it is used now."""
    used = connection.execute(
        nonces.update()
        .where(
            nonces.c.nonce == nonce,
            nonces.c.draft_id == draft.draft_id,
            nonces.c.version == draft.version,
            nonces.c.person == person,
            nonces.c.used_at == "",
        )
        .values(used_at=at)
    ).rowcount
    return used == 1


def note_opened(connection: sa.Connection, draft: Draft, person: str, at: str) -> None:
    """This version was shown in full to this person; the first time counts."""
    if opened_at(connection, draft, person) is None:
        row = {"draft_id": draft.draft_id, "version": draft.version, "person": person}
        connection.execute(openings.insert().values(**row, opened_at=at))


def opened_at(connection: sa.Connection, draft: Draft, person: str) -> str | None:
    """When this version was first shown in full to this person, ISO 8601 in UTC; None: never."""
    wanted = sa.select(openings.c.opened_at).where(
        openings.c.draft_id == draft.draft_id,
        openings.c.version == draft.version,
        openings.c.person == person,
    )
    return connection.execute(wanted).scalar_one_or_none()


def claim(connection: sa.Connection, draft: Draft, worker: str, *, now: float, until: float) -> bool:
    """Take the draft for one worker, unless another one's lease holds."""
    held = (
        connection.execute(sa.select(claims).where(claims.c.draft_id == draft.draft_id))
        .mappings()
        .one_or_none()
    )
    if held is not None and held["lease_until"] > now and held["worker"] != worker:
        return False
    row = {"version": draft.version, "worker": worker, "lease_until": until}
    if held is None:
        connection.execute(claims.insert().values(draft_id=draft.draft_id, **row))
    else:
        connection.execute(claims.update().where(claims.c.draft_id == draft.draft_id).values(row))
    return True


def release(connection: sa.Connection, draft: Draft, worker: str) -> None:
    connection.execute(claims.delete().where(claims.c.draft_id == draft.draft_id, claims.c.worker == worker))


def lease_of(connection: sa.Connection, draft: Draft) -> tuple[str, float] | None:
    """Worker and until when, in seconds since the epoch."""
    row = (
        connection.execute(sa.select(claims).where(claims.c.draft_id == draft.draft_id))
        .mappings()
        .one_or_none()
    )
    return (str(row["worker"]), float(row["lease_until"])) if row is not None else None


def steps_of(connection: sa.Connection, draft_id: str) -> list[StepRow]:
    wanted = sa.select(steps).where(steps.c.draft_id == draft_id).order_by(steps.c.position)
    return [
        StepRow(
            position=row["position"], name=row["name"], state=row["state"], begun_at=row["begun_at"],
            attempts=row["attempts"], text=row["text"]
        )
        for row in connection.execute(wanted).mappings()
    ]  # fmt: skip


def begin_step(connection: sa.Connection, draft_id: str, position: int, name: str, at: float) -> None:
    """The intent; committed before Odoo is called. A repetition renews its time."""
    there = steps.c.draft_id == draft_id, steps.c.position == position
    row = {"name": name, "state": "begun", "begun_at": at, "text": ""}
    again = steps.update().where(*there).values(**row, attempts=steps.c.attempts + 1)
    if connection.execute(again).rowcount == 0:
        connection.execute(steps.insert().values(draft_id=draft_id, position=position, attempts=1, **row))


def end_step(connection: sa.Connection, draft_id: str, position: int, state: str, text: str) -> None:
    there = steps.c.draft_id == draft_id, steps.c.position == position
    connection.execute(steps.update().where(*there).values(state=state, text=text))


def stopped(connection: sa.Connection, action: str) -> str:
    """Why this kind of action is stopped; empty when it is not."""
    wanted = sa.select(switches).where(switches.c.scope.in_(("all", action)))
    rows = connection.execute(wanted).mappings().all()
    return str(rows[0]["reason"]) or "no reason given" if rows else ""


def switches_on(connection: sa.Connection) -> list[dict[str, str]]:
    """What is stopped: scope, stopped_by, stopped_at, reason."""
    rows = connection.execute(sa.select(switches).order_by(switches.c.stopped_at)).mappings()
    return [{name: str(value) for name, value in row.items()} for row in rows]


def set_switch(connection: sa.Connection, scope: str, *, by: str, at: str, reason: str) -> None:
    connection.execute(switches.delete().where(switches.c.scope == scope))
    connection.execute(switches.insert().values(scope=scope, stopped_by=by, stopped_at=at, reason=reason))


def clear_switch(connection: sa.Connection, scope: str) -> bool:
    return connection.execute(switches.delete().where(switches.c.scope == scope)).rowcount > 0


def _draft(row: dict[str, Any]) -> Draft:
    body = json.loads(row["body"])
    for name in ("changes", "effects", "evidence", "warnings"):
        body[name] = tuple(body[name])
    return Draft(**{name: row[name] for name in _COLUMNS}, **body)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} does not belong into a draft")
