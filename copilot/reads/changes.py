"""What happened on an order since a day."""

from __future__ import annotations

from datetime import date, timedelta

from copilot.models.playbook.days import find_days
from copilot.reads.orders import diagnosis_json
from copilot.reads.reports import order_of, report_json, zone_of
from copilot.reads.shared import as_json, day_text, from_odoo
from copilot.turn import Turn
from erp_tools.facts import FactKey
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.reading import find_order
from erp_tools.lateness.wording import day_text as in_words
from erp_tools.lateness.wording import local_day
from erp_tools.reads.report import Ambiguous, Report, Sentence

MOST_LINES = 8
USUAL_DAYS = 7
"""How far back a question without a day looks."""


def changes_since(turn: Turn, reference: str, since: str = "") -> str:
    """What happened on an order, step by step: transfers, receipts, messages, moved dates.

    Args:
        reference: the order's name (S00042), the customer's reference, a delivery's name or a tracking number.
        since: first day to tell, YYYY-MM-DD; empty: the last seven days.
    """

    def read() -> str:
        try:
            order = order_of(turn, reference, find_order(turn.person.session, reference))
        except Ambiguous as unclear:
            turn.outcomes.append("several" if unclear.candidates else "not_found")
            return as_json(
                {"status": "not_found", "asked_for": reference, "kind": "changes", "candidates": []}
            )
        diagnosis = diagnose(turn.person.session, order, now=turn.now, server=turn.server)
        turn.diagnoses.append(diagnosis)
        turn.outcomes.append("partial" if diagnosis.not_read else "found")
        usual = turn.today - timedelta(days=USUAL_DAYS)
        first = min(_day(since) or usual, turn.today)
        told = [
            entry
            for entry in diagnosis.timeline
            if not entry.planned and first <= local_day(entry.at, zone_of(turn)) <= turn.today
        ]
        key: tuple[FactKey, ...] = (("sale.order", diagnosis.order_id),)
        # A day that only a brain chose is not written into a sentence of ours: there it would prove itself.
        is_ours = first == usual or _is_named(first, turn)
        span = f"since {in_words(first)}" if is_ours else "in the time that was looked at"
        if told:
            headline = f"{span[0].upper()}{span[1:]} this happened on {diagnosis.order}"
        else:
            headline = f"Nothing is recorded on {diagnosis.order} {span}"
        lines = tuple(
            Sentence(
                text=f"{in_words(local_day(entry.at, zone_of(turn)))}: {' '.join(entry.text.split())}",
                evidence=entry.evidence or key,
            )
            for entry in told[-MOST_LINES:]
        )
        report = Report(
            headline=Sentence(text=headline, evidence=key),
            lines=lines,
            facts=diagnosis.facts,
            not_listed=max(0, len(told) - MOST_LINES),
            not_read=diagnosis.not_read,
            subject=diagnosis.order,
            orders=(diagnosis.order,),
        )
        return as_json(
            {
                **report_json(turn, "changes", reference, report),
                "since": day_text(first),
                "diagnosis": diagnosis_json(turn, diagnosis),
            }
        )

    return from_odoo(turn, reference, read)


def _is_named(day: date, turn: Turn) -> bool:
    """Whether the person's own words name a day or a span that holds it; outside of a conversation there is nobody else to name it."""
    if not turn.words:
        return True
    spans = (find_days(one, turn.today, past=past) for one in turn.words for past in (True, False))
    return any(one.first <= day <= one.last for one in spans if one)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
