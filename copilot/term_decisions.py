"""What people decide about contract terms, with its entry in the audit log.

A decision lies in a file beside the documents, the log in the copilot's database; one transaction cannot span both. So the entry is
written first, inside a change that stays open while the decision is made: no entry tells of a decision that was refused. Should the
process die between the two commits, the decision stands without its entry, and the next change of a term adds it, marked as late.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import sqlalchemy as sa

from copilot.audit import Audit
from copilot.audit_tables import entries
from copilot.identity import Person, owner_of
from retrieval.passage import DEFAULT_COLLECTION, Reader
from retrieval.search import Library
from retrieval.term_decisions import confirm_term, correct_term, undo_decision
from retrieval.term_store import Decision, term_store
from retrieval.terms import Term

_KINDS = {"confirm": "term.confirmed", "correct": "term.corrected", "undo": "term.undone"}
_SUBJECT = 80


class AuditedTerms:
    """Confirming, correcting and undoing, each on record.

    Args:
        audit: The log; asked for at the first decision.
    """

    def __init__(self, library: Library, audit: Callable[[], Audit]) -> None:
        self._library, self._audit = library, audit

    def confirm(self, person: Person, term_id: str, *, shown: str = "", note: str = "") -> Term:
        """As `retrieval.term_decisions.confirm_term`. Raises what it raises, and StateUnavailable."""
        found = self._on_record(
            person, lambda reader: confirm_term(self._library, term_id, reader, shown=shown, note=note)
        )
        assert found is not None
        return found

    def correct(self, person: Person, term_id: str, written: str, *, quote: str = "", note: str = "") -> Term:
        """As `retrieval.term_decisions.correct_term`. Raises what it raises, and StateUnavailable."""
        found = self._on_record(
            person,
            lambda reader: correct_term(self._library, term_id, written, reader, quote=quote, note=note),
        )
        assert found is not None
        return found

    def undo(self, person: Person, term_id: str, *, note: str = "") -> Term | None:
        """As `retrieval.term_decisions.undo_decision`. Raises what it raises, and StateUnavailable."""
        return self._on_record(
            person, lambda reader: undo_decision(self._library, term_id, reader, note=note)
        )

    def _on_record(self, person: Person, decide: Callable[[Reader], Term | None]) -> Term | None:
        audit = self._audit()
        reader = Reader(login=person.login, roles=person.roles, companies=person.companies)
        store = term_store(self._library)
        with audit.changing() as connection:
            known = _last_on_record(connection)
            for each in store.decisions(DEFAULT_COLLECTION):
                if each.number > known:
                    self._enter(audit, connection, each, actor=None)
                    known = each.number
            # nobody else decides while this change is open: the newest decision after it is this person's
            found = decide(reader)
            newest = store.decisions(DEFAULT_COLLECTION)[-1]
            actor = audit.actor_of(connection, owner_of(person), person.name)
            self._enter(audit, connection, newest, actor=actor)
        return found

    @staticmethod
    def _enter(audit: Audit, connection: sa.Connection, decision: Decision, *, actor: str | None) -> None:
        body = {
            "number": decision.number,
            "term": decision.term_id,
            "value": decision.value,
            "before": decision.before,
            "quote": decision.quote,
            "note": "",
            "undoes": decision.undoes,
            "decided_at": decision.at.isoformat(timespec="seconds"),
        }
        if actor is None:
            # who it was is known by login only: the same pseudonym whenever it is the same login
            actor = audit.actor_of(connection, f"login:{decision.login}", decision.login)
            body["late"] = True
        subject = f"document:{decision.document_id}"[:_SUBJECT]
        words = {"note": decision.note} if decision.note else {}
        audit.append(
            connection, _KINDS[decision.action], subject=subject, body=body, actor=actor, words=words
        )


def _last_on_record(connection: sa.Connection) -> int:
    """Number of the newest decision that the log tells of; 0 when it tells of none."""
    newest = connection.execute(
        sa.select(entries.c.body)
        .where(entries.c.kind.in_(_KINDS.values()))
        .order_by(entries.c.seq.desc())
        .limit(1)
    ).scalar()
    if newest is None:
        return 0
    return int(json.loads(newest)["number"])
