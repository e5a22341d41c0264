"""Move the dates of a recording by whole days, so that the day it was made becomes today.

Dates in fields are moved exactly. Dates that people wrote into free text (chatter, notes) are moved where they stand in one of the
usual forms: 2026-11-21, 11/21/2026, 21 Nov 2026, November 21, 2026. Weekdays are not kept: a Friday may become a Tuesday.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + "|sept)"
_DATES = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)|(?P<us>\d{{1,2}}/\d{{1,2}}/\d{{4}})\b"
    rf"|(?P<d>\d{{1,2}}) (?P<m>{_MONTH})\.? (?P<y>\d{{4}})\b|(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}}), (?P<y2>\d{{4}})\b)",
    re.IGNORECASE,
)


class DayShift:
    """Moves days and moments, as texts.

    Args:
        days: how far; negative goes back.
    """

    def __init__(self, days: int) -> None:
        self.days = days
        self._delta = timedelta(days=days)
        self._moved: dict[str, str] = {}

    def day(self, text: str) -> str:
        """``YYYY-MM-DD``, or anything that begins so (a moment keeps its time of day)."""
        head = text[:10]
        moved = self._moved.get(head)
        if moved is None:
            try:
                moved = (date.fromisoformat(head) + self._delta).isoformat()
            except (ValueError, OverflowError):
                moved = head  # not a date after all
            self._moved[head] = moved
        return moved + text[10:]

    def prose(self, text: str) -> str:
        """Free text with the dates in it moved, each in the form it was written."""
        return _DATES.sub(self._one, text) if self.days else text

    def _one(self, found: re.Match[str]) -> str:
        try:
            if found["iso"]:
                return (date.fromisoformat(found["iso"]) + self._delta).isoformat()
            if found["us"]:
                month, day, year = map(int, found["us"].split("/"))
                moved = date(year, month, day) + self._delta
                width = 2 if found["us"][1] != "/" else 1
                return f"{moved.month:0{width}d}/{moved.day:0{width}d}/{moved.year}"
            word = found["m"] or found["m2"]
            month = next(
                number for number, name in enumerate(_MONTHS, 1) if name.startswith(word.lower()[:3])
            )
            moved = date(int(found["y"] or found["y2"]), month, int(found["d"] or found["d2"])) + self._delta
        except (ValueError, OverflowError):
            return found[0]  # such as 31 February
        name = _MONTHS[moved.month - 1]
        written_out = (
            word.lower() in _MONTHS and len(word) > 3
        )  # "May" may be either; short is the safer guess
        name = name if written_out else name[:3]
        name = name.upper() if word.isupper() else name.capitalize()
        dot = "." if word + "." in found[0] and name.lower() not in _MONTHS else ""
        return (
            f"{moved.day} {name}{dot} {moved.year}"
            if found["m"]
            else f"{name}{dot} {moved.day}, {moved.year}"
        )
