"""What every read shares: how a result is written, and what is said when Odoo did not give it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from copilot.grounding import Grounding
from copilot.grounding.asked import is_name, named_in, names_of
from copilot.turn import Outcome, Turn
from erp_tools.errors import OdooError, OdooRefused, OdooUnavailable, SessionEnded
from erp_tools.facts import Fact
from retrieval.passage import Reader

log = logging.getLogger(__name__)


def from_odoo(turn: Turn, asked_for: str, read: Callable[[], str]) -> str:
    """What was read, or why it was not. One person's session serves one thread at a time."""
    begun = time.perf_counter()
    with turn.person.lock:  # nobody else uses the session meanwhile, so its count is this turn's
        calls = turn.person.session.log.calls
        try:
            return read()
        except SessionEnded:
            raise  # the person has to sign in again: no answer can be given
        except OdooUnavailable as error:
            turn.note_degraded(str(error))
            return problem(turn, "unavailable", asked_for, error)
        except OdooRefused as error:
            return problem(turn, "not_permitted", asked_for, error)
        except OdooError as error:
            return problem(turn, "unavailable", asked_for, error)
        finally:
            turn.odoo_seconds += time.perf_counter() - begun
            turn.odoo_calls += turn.person.session.log.calls - calls


def problem(turn: Turn, outcome: Outcome, asked_for: str, error: OdooError) -> str:
    turn.outcomes.append(outcome)
    turn.said.append(str(error))
    return as_json({"status": outcome, "message": str(error), "asked_for": asked_for})


def note_fault(turn: Turn, error: Exception) -> str:
    """A read that breaks is one missing part of an answer, not the end of the turn; its kind goes to the log, not to a brain."""
    log.error("a read failed", exc_info=error)
    turn.note_failure(error)
    turn.outcomes.append("unavailable")
    turn.note_degraded(
        "One part of the question could not be read because of a fault on our side; it has been logged."
    )
    return as_json({"status": "unavailable", "message": "That part could not be read just now."})


def reader_of(turn: Turn) -> Reader:
    """The asking person as the documents' access rules see them."""
    return Reader(login=turn.person.login, roles=turn.person.roles, companies=turn.person.companies)


def grounding_of(turn: Turn, question: str) -> Grounding:
    """What was read in a turn so far, to check a text against.

    Args:
        question: the person's words that the text answers; empty: none of them count as what is asked now.
    """
    return Grounding(
        turn.book.evidence(),
        turn.book.citations(),
        today=turn.today,
        timezone=turn.timezone,
        question=question,
        said=turn.said,
        results=turn.results,
        asked_for=turn.asked_for,
        words=turn.words,
    )


def may_be_shown(turn: Turn, value: str) -> bool:
    """Whether an argument may stand on a screen as it is: a reference or short name that the person wrote in this conversation, or
    that a record bears which was read."""
    return is_name(value) and (named_in(value, turn.words) or names_of(turn.book.evidence())(value))


def fact_json(turn: Turn, fact: Fact) -> dict[str, Any]:
    return {
        "id": turn.book.add_fact(fact),
        "model": fact.model,
        "display_name": fact.display_name,
        "fields": dict(fact.fields),
    }


def day_text(value: date | None) -> str | None:
    return value.isoformat() if value else None


def as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
