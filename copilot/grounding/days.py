"""Dates as people write them: in figures, in words, without a year, and counted from today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?")
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\.?(?:,?\s+(\d{{4}}))?\b", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_SLASH_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_DOT_DATE = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_ABSOLUTE = (ISO_DATE, _DAY_MONTH, _MONTH_DAY, _SLASH_DATE, _DOT_DATE)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_NAMES = "|".join(WEEKDAYS)
_COUNTS = "a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
_COUNT_OF = {word: max(1, at - 1) for at, word in enumerate(_COUNTS.split("|"), start=1)}
_NAMED = re.compile(
    r"\b(the day after tomorrow|the day before yesterday|tomorrow|yesterday|today)\b", re.IGNORECASE
)
_FROM_NOW = re.compile(
    rf"\bin (\d+|{_COUNTS}) (days?|weeks?)(?: from (?:now|today))?\b(?! of\b)"
    rf"|\b(\d+|{_COUNTS}) (days?|weeks?) (from now|from today|ago)\b",
    re.IGNORECASE,
)
_NAMED_WEEKDAY = re.compile(rf"\b(last|next|this|coming|past) ({_WEEKDAY_NAMES})\b", re.IGNORECASE)
_NAMED_OFFSET = {
    "today": 0, "tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2, "the day before yesterday": -2,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day that a text names, with every day its words may mean."""

    text: str
    begin: int
    end: int
    either: frozenset[date]
    """More than one where words are ambiguous: ``3/4/2026``, ``next Friday``. Empty: no such day (30 February)."""
    year_given: bool = True
    relative: bool = False
    """Counted from today: ``tomorrow``, ``in 3 days``, ``last Friday``."""


_ASKED_ON = re.compile(
    r"(?:\b(?:today(?:'s date)? is(?: \w+day)?,?|as of|as at|checked|looked up|(?:as )?read|asked|counted (?:from|to|until)"
    r"|compared (?:with|to))(?: in odoo)?(?: on)?(?: today,)?|^\W*today,|\b(?:i|we)(?: have|'ve)? (?:checked|read|looked)\b[^.;:,]*)\s*$"
)
"""In front of today's date: it is the day of the question."""
_STATE = re.compile(
    r"\b(?:is|are|stands?|remains?|has|have)\b.*\b(?:late|overdue|behind|free|available|in stock|on hand|reserved|missing|open"
    r"|on hold|held|waiting|at risk)\b"
)
_EVENT = re.compile(
    r"\b(?:was|were|been|will|would|can|could|may|should|must|arriv\w*|ship(?:s|ped|ping)?|leav\w+|left|deliver(?:s|ed|ing)?|receiv\w+|due"
    r"|promis\w+|plan\w+|expect\w+|schedul\w+|depart\w*|dispatch\w*|pick\w*|pack\w*|invoic\w+|confirm\w*|cancel\w*|releas\w+"
    r"|sign\w*|paid|pays?|com(?:e|es|ing)|goes|going|sent|sends?|expir\w+|starts?|ends?|becom\w+|became|until|by|since|before|after)\b"
)
_PART = re.compile(r"[;:,.()]|\b(?:and|but|because|which|so)\b")


_TODAY_IS = re.compile(r"\btoday(?:'s date)?(?: is)?(?: \w+day)?,? ?$")


def is_called_today(before: str) -> bool:
    """Whether the folded words in front of a date say that it is today's: "as of today, 21 Nov 2026"."""
    return _TODAY_IS.search(before) is not None


def is_day_of_asking(said: str, before: str, after: str) -> bool:
    """Whether a sentence speaks of today as the day on which it was asked (``as of today``, ``is 3 days late today``): that needs no
    evidence. As the day of an event (``ships today``) it needs evidence that holds it.

    Args:
        said: the date's own words, in any case.
        before: the folded words in front of it.
        after: the folded words behind it.
    """
    if _ASKED_ON.search(f"{before} ") is not None:
        return True
    if said.casefold() != "today":
        return False
    if not before.strip(" -*") and re.match(
        r" ?(?:'s date)? is (?:the )?(?:\w+day\b|\d|\w{3,9} \d)", f" {after}"
    ):
        return True
    if re.match(r" ?(?:'s date)? is (?:the )?(?:\w+day\b|\d)", f" {after}"):
        return True  # "... and today is 22 Nov 2026"
    clause = f"{_PART.split(before)[-1]} {_PART.split(after)[0]}"
    return _STATE.search(clause) is not None and _EVENT.search(clause) is None


def days_in(text: str, today: date | None = None) -> list[Day]:
    """The days a text names, in the order in which they stand there; relative ones only where `today` is given."""
    found: list[Day] = []
    taken: list[tuple[int, int]] = []
    patterns: list[tuple[re.Pattern[str], bool]] = [(pattern, False) for pattern in _ABSOLUTE]
    if today is not None:
        patterns += [(_NAMED, True), (_FROM_NOW, True), (_NAMED_WEEKDAY, True)]
    for pattern, relative in patterns:
        for match in pattern.finditer(text):
            if any(match.start() < end and begin < match.end() for begin, end in taken):
                continue
            taken.append(match.span())
            if relative and today is not None:
                found.append(_day(match, _relative(pattern, match, today), relative=True))
            else:
                either, year_given = _absolute(pattern, match)
                found.append(_day(match, either, year_given=year_given))
    return sorted(found, key=lambda day: day.begin)


def days_of_value(text: str, zone: ZoneInfo) -> set[date]:
    """The days that a field's text names: as written, and as its instant falls in the reader's timezone."""
    days: set[date] = set()
    for match in ISO_DATE.finditer(text):
        try:
            instant = datetime.fromisoformat(match[0])
        except ValueError:
            continue
        days.add(instant.date())
        if instant.tzinfo is not None:
            days.add(instant.astimezone(zone).date())
    for day in days_in(ISO_DATE.sub(" ", text)):
        days |= day.either
    return days


def _day(
    match: re.Match[str], either: frozenset[date], *, year_given: bool = True, relative: bool = False
) -> Day:
    return Day(
        text=match[0],
        begin=match.start(),
        end=match.end(),
        either=either,
        year_given=year_given,
        relative=relative,
    )


def _absolute(pattern: re.Pattern[str], match: re.Match[str]) -> tuple[frozenset[date], bool]:
    if pattern is ISO_DATE:
        return _valid([(match[1], match[2], match[3])]), True
    if pattern is _SLASH_DATE:
        return _valid([(match[3], match[1], match[2]), (match[3], match[2], match[1])]), True
    if pattern is _DOT_DATE:
        return _valid([(match[3], match[2], match[1])]), True
    day, month = (match[1], match[2]) if pattern is _DAY_MONTH else (match[2], match[1])
    return _valid([(match[3] or "2000", str(MONTHS[month[:3].lower()]), day)]), match[3] is not None


def _valid(parts: list[tuple[str, str, str]]) -> frozenset[date]:
    days = set()
    for year, month, day in parts:
        try:
            days.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return frozenset(days)


def _relative(pattern: re.Pattern[str], match: re.Match[str], today: date) -> frozenset[date]:
    if pattern is _NAMED:
        return frozenset({today + timedelta(days=_NAMED_OFFSET[match[1].lower()])})
    if pattern is _NAMED_WEEKDAY:
        ahead = (WEEKDAYS.index(match[2].lower()) - today.weekday()) % 7
        if match[1].lower() in {"last", "past"}:
            return frozenset({today - timedelta(days=(7 - ahead) % 7 or 7)})
        this = today + timedelta(days=ahead)
        # People disagree whether "next Friday" is the coming one or the one of next week.
        return (
            frozenset({this, this + timedelta(days=7)}) if match[1].lower() == "next" else frozenset({this})
        )
    count, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
    number = int(count) if count.isdigit() else _COUNT_OF[count.lower()]
    if number > 3_650:
        return frozenset()
    offset = timedelta(days=number * (7 if unit.lower().startswith("week") else 1))
    return frozenset({today - offset if (match[5] or "").lower() == "ago" else today + offset})
