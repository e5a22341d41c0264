"""Days as people say them ("yesterday", "next Friday", "23 Nov", "end of the month"), in the asking person's own calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class Days:
    """A day or a span of days that a question names."""

    text: str
    """As it was written."""
    first: date
    last: date
    start: int
    end: int
    """Where it stands in the question."""


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {name[:3]: number for number, name in enumerate(_WEEKDAYS)} | {
    "tues": 1, "weds": 2, "thur": 3, "thurs": 3,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_WEEKDAY = (
    r"(mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|mon|tues?|weds?|thurs?|thu|fri)"
)
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_BY = re.compile(r"\b(?:by|before|until|till|no later than)\s+(?:the\s+)?$", re.IGNORECASE)
_COUNT = r"(\d{1,3}|a|one|two|three|four|five|six|seven|ten|couple of|few)"
_Reader = Callable[[re.Match[str], date, bool], tuple[date, date] | None]


def find_days(text: str, today: date, *, past: bool) -> Days | None:
    """The first day or span that a text names.

    Args:
        today: the person's own day.
        past: the question looks back ("since Friday"): a bare weekday or day of a month lies behind today, else before us.
    """
    found: list[Days] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            span = read(match, today, past)
            if span is not None:
                found.append(
                    Days(text=match[0], first=span[0], last=span[1], start=match.start(), end=match.end())
                )
    # The day that something is to be done by, else the earliest; of those that begin together the longest ("next Friday").
    return min(
        found,
        key=lambda one: (not _BY.search(text[: one.start]), one.start, one.start - one.end),
        default=None,
    )


def _same(day: date) -> tuple[date, date]:
    return day, day


def _iso(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _made(int(match[1]), int(match[2]), int(match[3]))


def _day_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(int(match[1]), _MONTHS[match[2][:3].lower()], match[3], today, past)


def _month_day(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(int(match[2]), _MONTHS[match[1][:3].lower()], match[3], today, past)


_ORDINALS = {"first": 1, "second": 2, "third": 3}


def _ordinal_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(_ORDINALS[match[1].lower()], _MONTHS[match[2][:3].lower()], None, today, past)


def _day_alone(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """ "The 27th": of this month, or of the next one (the last one) where that is behind (ahead of) us."""
    number = int(match[1])
    for months in (0, -1) if past else (0, 1):
        month = today.month + months
        made = _made(today.year + (month - 1) // 12, (month - 1) % 12 + 1, number)
        if made is not None and (made[0] <= today if past else made[0] >= today):
            return made
    return None


def _of_year(day: int, month: int, year: str | None, today: date, past: bool) -> tuple[date, date] | None:
    if year:
        return _made(int(year), month, day)
    made = _made(today.year, month, day)
    if made is None:
        return None
    # Half a year away the other way round: "3 Jan", said in December, is next month.
    away = (made[0] - today).days
    if past and away > 0:
        return _made(today.year - 1, month, day) or made
    if not past and away < -180:
        return _made(today.year + 1, month, day) or made
    return made


def _made(year: int, month: int, day: int) -> tuple[date, date] | None:
    try:
        return _same(date(year, month, day))
    except ValueError:
        return None


def _weekday(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    which, number = (match[1] or "").lower(), _weekday_number(match[2])
    ahead = (number - today.weekday()) % 7
    if which.startswith(("last", "past")) or (past and not which.startswith(("next", "coming"))):
        return _same(today - timedelta(days=(today.weekday() - number) % 7 or 7))
    return _same(today + timedelta(days=ahead or (7 if which.startswith("next") else 0)))


def _weekday_number(word: str) -> int:
    word = word.lower().rstrip("s")
    return next(
        (number for number, name in enumerate(_WEEKDAYS) if name == word), _SHORT.get(word, _SHORT[word[:3]])
    )


def _relative(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    word = match[0].lower()
    step = {"yesterday": -1, "yday": -1, "tomorrow": 1, "tmrw": 1, "tmr": 1}.get(word)
    if "after tomorrow" in word:
        step = 2
    elif "before yesterday" in word:
        step = -2
    return _same(today + timedelta(days=step or 0))


def _week(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    shift = {"last": -7, "past": -7, "previous": -7, "next": 7, "coming": 7}.get(match[1].lower(), 0)
    monday += timedelta(days=shift)
    return monday, monday + timedelta(days=6)


def _end_of_week(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return _same(today + timedelta(days=(4 - today.weekday()) % 7))


def _end_of_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return _same(following - timedelta(days=1))


def _ago(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return _same(today - timedelta(days=_count(match[1]) * _unit(match[2])))


def _last_days(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return today - timedelta(days=_count(match[1]) * _unit(match[2])), today


def _in_days(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    last = today + timedelta(days=_count(match[1]) * _unit(match[2]))
    return (today, last) if match[0].lower().startswith(("next", "within", "coming")) else _same(last)


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    return {"couple of": 2, "few": 3}.get(word.lower(), _NUMBERS.get(word.lower(), 1))


def _unit(word: str) -> int:
    return 7 if word.lower().startswith("week") else 1


_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"\b(\d{4})-(\d{2})-(\d{2})\b", _iso),
        (rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH}\b\.?(?:,?\s+(\d{{4}}))?", _day_month),
        (rf"\b{_MONTH}\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", _month_day),
        (rf"\b(?:the )?(first|second|third) of {_MONTH}\b", _ordinal_month),
        (r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|floor|line|time|one|order|day))", _day_alone),
        (
            r"\b(?:the day (?:after tomorrow|before yesterday)|today|tonight|this (?:morning|afternoon|evening)|right now"
            r"|yesterday|yday|tomorrow|tmrw|tmr)\b",
            _relative,
        ),
        (r"\b(?:the\s+)?end of (?:the |this )?week\b", _end_of_week),
        (r"\b(?:the\s+)?(?:end of (?:the |this )?month|month[ -]end|eom)\b", _end_of_month),
        (r"\b(this|last|past|previous|next|coming)\s+week\b", _week),
        (rf"\b{_COUNT}\s+(days?|weeks?)\s+ago\b", _ago),
        (rf"\b(?:in the |over the |the )?(?:last|past)\s+{_COUNT}\s+(days?|weeks?)\b", _last_days),
        (rf"\b(?:in|within|next|coming)\s+{_COUNT}\s+(days?|weeks?)\b", _in_days),
        (rf"\b(?:(next|last|past|this|coming)\s+)?{_WEEKDAY}\b", _weekday),
    )
)
