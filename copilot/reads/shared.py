"""What every read shares: how a result is written, and what is said when Odoo did not give it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import date
from typing import Any

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
    turn.said += [str(error), asked_for]
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
