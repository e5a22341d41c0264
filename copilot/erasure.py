"""A person's right to be forgotten: who they are, and what they wrote, in everything the copilot keeps.

What happened stays on record under a pseudonym, and the audit chain still verifies: their name stands outside it, and so do their
words. Their conversations keep the copilot's answers and lose the questions; a receipt of such an answer says that it was erased
instead of rebuilding it. What they put into Odoo is Odoo's to erase, and files that were exported are beyond us.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from copilot import feedback, store
from copilot.audit import ERASED, Audit
from copilot.database import Database
from copilot.drafts import store as drafts_store
from copilot.drafts.draft import UNDECIDED, Draft
from copilot.drafts.tables import MIGRATIONS, asks, decisions, drafts, nonces, openings, switches
from copilot.errors import CopilotError
from erp_tools.actions.types import ACTION_NAMES

NOBODY = "Somebody who was erased"
WORDS = frozenset({"text", "subject", "summary", "note"})
"""Parts of a draft's payload that a person wrote."""
IN_WORDS = frozenset(
    {"log_note", "message_customer", "assign_activity", "request_credit_review", "expedite_purchase"}
)
"""Kinds of action that consist of what somebody wrote: their preview repeats it."""
_RUNNING = ("approved", "claimed", "executing", "uncertain")


class StillRunning(CopilotError):
    """A draft of theirs may still change something in Odoo."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was touched."""

    people: int
    """Sign-ins (one for each Odoo) that are not known by name any more."""
    conversations: int
    answers: int
    drafts: int
    decisions: int
    """About drafts of others; they stay, under the pseudonym."""
    words: int
    """Reasons and notes that the audit log told of."""
    opinions: int
    """About answers, with the candidate cases that were made of them."""
    cancelled: int
    """Of the drafts: undecided ones, taken back."""

    def to_json(self) -> dict[str, int]:
        return dict(vars(self))

    @property
    def anything(self) -> bool:
        return any(self.to_json().values())


def erase(database: Database, audit: Audit, data_dir: Path, login: str, *, by: str, by_name: str) -> Erased:
    """Forget everybody who signs in as this, in one transaction; the files of their feedback right after it.

    Args:
        by: `owner_of` whoever does it, who is not the one to be forgotten.

    Raises:
        StillRunning: a draft of theirs is approved or under way; nothing was erased.
        StateUnavailable: the database does not work; nothing was erased.
    """
    audit.prepare()
    database.prepare("drafts", MIGRATIONS)
    database.prepare(store.PART, store.MIGRATIONS)
    database.prepare(feedback.PART, feedback.MIGRATIONS)
    told: list[Erased] = []
    candidates: list[str] = []
    with database.changing() as connection:
        doer = audit.actor_of(connection, by, by_name)
        for owner in _owners(connection, audit, login):
            done, files = _erase_owner(connection, audit, owner, doer)
            told.append(done)
            candidates += files
    for answer_id in candidates:
        (data_dir / "evals" / "candidates" / f"{answer_id}.yaml").unlink(missing_ok=True)
    return Erased(**{name: sum(getattr(one, name) for one in told) for name in Erased.__dataclass_fields__})


def _owners(connection: sa.Connection, audit: Audit, login: str) -> list[str]:
    """Everybody who signs in as this, wherever they stand."""
    found = set(audit.owners_named(login))
    for column in (
        store.threads.c.owner, store.answers.c.owner, drafts.c.requester, drafts.c.runner, decisions.c.person, switches.c.stopped_by,
        feedback.votes.c.owner,
    ):  # fmt: skip
        found |= {str(one) for one in connection.execute(sa.select(column).distinct()).scalars()}
    return sorted(
        one for one in found if (one.rpartition(":")[2] == login and "#" in one) or one == f"login:{login}"
    )


def _erase_owner(
    connection: sa.Connection, audit: Audit, owner: str, doer: str
) -> tuple[Erased, Sequence[str]]:
    alias = _alias(audit, owner)
    name = audit.name_of(connection, owner)
    touched, cancelled = _drafts(connection, audit, owner, alias, name, doer)
    conversations, answers = _conversations(connection, owner, alias, name)
    theirs = sa.select(feedback.votes.c.answer_id).where(feedback.votes.c.owner == owner)
    voted = [str(one) for one in connection.execute(theirs).scalars()]
    connection.execute(
        feedback.votes.update().where(feedback.votes.c.owner == owner).values(owner=alias, comment="")
    )
    words = audit.words_of(connection, owner)
    decided = 0
    for table, column in ((decisions, decisions.c.person), (nonces, nonces.c.person), (openings, openings.c.person)):  # fmt: skip
        changed = connection.execute(
            table.update().where(column == owner).values({column.name: alias})
        ).rowcount
        decided += changed if table is decisions else 0
    connection.execute(
        switches.update().where(switches.c.stopped_by == owner).values(stopped_by=alias, reason=ERASED)
    )
    _questions(connection, owner)
    done = audit.erase_person(connection, owner, by=doer)
    return Erased(
        people=int(done), conversations=conversations, answers=len(answers), drafts=touched, decisions=decided, words=words,
        opinions=len(voted), cancelled=cancelled,
    ), sorted({*voted, *answers})  # fmt: skip


def _alias(audit: Audit, owner: str) -> str:
    """Their pseudonym in the form of an owner, so that what is theirs stays in its Odoo and opens for nobody."""
    odoo, sign, _ = owner.rpartition("#")
    return f"{odoo}{sign}0:{audit.pseudonym(owner)}"


# Drafts


def _drafts(
    connection: sa.Connection, audit: Audit, owner: str, alias: str, name: str, doer: str
) -> tuple[int, int]:
    """Their drafts lose name and words; in those of others their name is replaced, and a no of theirs loses its reason."""
    running = connection.execute(
        sa.select(drafts.c.draft_id).where(
            drafts.c.state.in_(_RUNNING), sa.or_(drafts.c.requester == owner, drafts.c.runner == owner)
        )
    ).scalars().all()  # fmt: skip
    if running:
        raise StillRunning(
            f"Nothing was erased: draft {running[0]} of theirs is approved or under way. "
            "Let it end, or say what became of it, and erase then."
        )
    rows = [dict(row) for row in connection.execute(sa.select(drafts)).mappings()]
    said_no = {
        (row.draft_id, row.version)
        for row in connection.execute(
            sa.select(decisions).where(decisions.c.person == owner, decisions.c.decision == "reject")
        )
    }
    touched = cancelled = 0
    for row in rows:
        theirs = row["requester"] == owner
        values: dict[str, Any] = {}
        if theirs and row["state"] in UNDECIDED:
            _cancel(connection, audit, drafts_store.version_of(connection, row["draft_id"], row["version"]), doer)  # fmt: skip
            cancelled += 1
        body = json.loads(row["body"])
        before = json.dumps(body, ensure_ascii=False)
        if theirs:
            body = _without_words(row["action"], row["order_name"], body)
            values |= {"requester": alias}
        after = json.dumps(_unnamed(body, name), ensure_ascii=False)
        if after != before:
            values["body"] = after
        if row["runner"] == owner:
            values["runner"] = alias
        if row["reason"] and (theirs or (row["draft_id"], row["version"]) in said_no):
            values["reason"] = ERASED
        if values:
            at = drafts.c.draft_id == row["draft_id"], drafts.c.version == row["version"]
            connection.execute(drafts.update().where(*at).values(values))
            touched += 1
    return touched, cancelled


def _cancel(connection: sa.Connection, audit: Audit, draft: Draft, doer: str) -> None:
    drafts_store.move(connection, draft, "cancelled")
    body = {"action": draft.action, "version": draft.version, "digest": draft.digest, "erased": True}
    audit.append(connection, "draft.cancelled", subject=f"draft:{draft.draft_id}", body=body, actor=doer)


def _without_words(action: str, order: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's body without who asked and what they wrote. Its digest stays the one that was approved: it cannot be checked any more."""
    payload = {name: ERASED if name in WORDS else value for name, value in body["payload"].items()}
    kept = {**body, "requester_name": NOBODY, "payload": payload, "warnings": []}
    if action in IN_WORDS:
        kept["summary"] = f"{ACTION_NAMES[action]}: {order}"  # type: ignore[index]
        kept["changes"] = [{**one, "before": "", "after": ERASED} for one in body["changes"]]
        kept["effects"] = []
    return kept


def _unnamed(value: Any, name: str) -> Any:
    """The same with their full name replaced; a name of one word could be anything's and stays."""
    if isinstance(value, str):
        return value.replace(name, NOBODY) if " " in name.strip() else value
    if isinstance(value, list):
        return [_unnamed(one, name) for one in value]
    if isinstance(value, dict):
        return {key: _unnamed(one, name) for key, one in value.items()}
    return value


def _questions(connection: sa.Connection, owner: str) -> None:
    """Whom an activity asks stands there by their number in Odoo."""
    number = owner.rpartition("#")[2].partition(":")[0]
    if number.isdigit():
        connection.execute(asks.delete().where(asks.c.user_id == int(number), asks.c.state != "asked"))


# Conversations


def _conversations(connection: sa.Connection, owner: str, alias: str, name: str) -> tuple[int, list[str]]:
    """(how many conversations, ids of their answers)."""
    rows = connection.execute(
        sa.select(store.answers.c.answer_id, store.answers.c.body).where(store.answers.c.owner == owner)
    ).all()
    for row in rows:
        body = json.dumps(_unnamed(_unsaid(json.loads(row.body)), name), ensure_ascii=False)
        connection.execute(
            store.answers.update()
            .where(store.answers.c.answer_id == row.answer_id)
            .values(owner=alias, body=body)
        )
    count = connection.execute(
        store.threads.update().where(store.threads.c.owner == owner).values(owner=alias, title=ERASED)
    ).rowcount
    connection.execute(
        store.thread_state.update().where(store.thread_state.c.owner == owner).values(owner=alias)
    )
    return count, [str(row.answer_id) for row in rows]


def _unsaid(body: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without what the person said, quoted in it or not, and its receipt without what it could be rebuilt from."""
    asked = str(body.get("question", ""))
    text = _QUOTED.sub(
        lambda one: f"“{ERASED}”" if one[1] in asked and not _REFERENCE.fullmatch(one[1]) else one[0],
        str(body.get("text", "")),
    )
    kept = {**body, "question": ERASED, "text": text}
    if isinstance(kept.get("receipt"), dict):
        receipt = {name: value for name, value in kept["receipt"].items() if name not in _OF_THE_PERSON}
        kept["receipt"] = {**receipt, "erased": True}
    if isinstance(kept.get("drafts"), list):  # their summaries repeat what was to be written
        kept["drafts"] = [{**one, "summary": ERASED} for one in kept["drafts"]]
    return kept


_QUOTED = re.compile(r"“([^”]+)”")
_REFERENCE = re.compile(r"[A-Z][A-Z/-]*\d+")
"""Of a record, such as S00042: nobody's own words."""
_OF_THE_PERSON = frozenset(
    {"earlier", "further_back", "said", "summary", "reads", "asked_by", "person", "login"}
)


def told(erased: Erased, login: str) -> Iterable[str]:
    """For the command line."""
    yield f"{login}: the log does not say any more who that was."
    parts = (
        (erased.conversations, "conversations", f"{erased.answers} answers without their questions"),
        (erased.drafts, "drafts", f"{erased.cancelled} of them undecided and taken back"),
        (erased.decisions, "decisions on drafts", "under the pseudonym"),
        (erased.words, "reasons and notes of the audit log", "gone"),
        (erased.opinions, "opinions about answers", "without their words"),
    )
    yield from (f"  {count} {what} ({how})" for count, what, how in parts if count)
