"""What a chosen option asks of colleagues, where no action of ours carries it out in Odoo. Pure.

Who the colleague is is settled when it is drafted: ``@purchasing`` and ``@warehouse`` stand for a name.
"""

from __future__ import annotations

from datetime import date

from erp_tools.options.option import DraftWish
from erp_tools.options.situation import Situation

PURCHASING, WAREHOUSE = "@purchasing", "@warehouse"
LONGEST_SUMMARY = 150
"""Of an activity (`assign_activity`)."""


def ask_colleague(
    situation: Situation, who: str, *, summary: str, text: str, until: date | None = None
) -> DraftWish:
    """An activity on the order.

    Args:
        who: `PURCHASING`, `WAREHOUSE`, or a name as in Odoo.
        until: a day; None or a past one: the next working day.
    """
    due = situation.calendar.working_day_from(situation.today)
    if until is not None and until > due:
        due = until
    wanted = {
        "order": situation.order,
        "to": who,
        "summary": summary[:LONGEST_SUMMARY],
        "text": text,
        "until": due.isoformat(),
    }
    return DraftWish(action="assign_activity", wanted=wanted)


def note(situation: Situation, text: str) -> DraftWish:
    """A note on the order that tells what was decided."""
    return DraftWish(action="log_note", wanted={"order": situation.order, "text": text})
