"""Days and lengths of time as people write them, read only where there is one way to read them.

``03/04/2026`` is a day in March for one reader and in April for the next, and ``1 March 26`` may be anything: neither is a day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_YEARS = range(1950, 2100)
"""Of which a document of the trade may speak; others are misread or mistyped."""

_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_FORMS = (
    r"(?P<y>\d{4})(?P<sign>[-/.])(?P<m>\d{1,2})(?P=sign)(?P<d>\d{1,2})(?![-/.\d]*\d)",
    rf"{_WEEKDAY}(?:this |the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: day)?(?: of)?[ -](?P<month>{_MONTH})\b\.?,?[ -](?P<y>\d{{4}})\b",
    rf"{_WEEKDAY}(?P<month>{_MONTH})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b",
    r"(?P<a>\d{1,2})(?P<sign>[-/.])(?P<b>\d{1,2})(?P=sign)(?P<y>\d{4})(?![-/.\d]*\d)",
)
_READ = tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)

DAY = (
    "(?:"
    + "|".join(re.sub(r"\(\?P<\w+>", "(?:", form.replace("(?P=sign)", "[-/.]")) for form in _FORMS)
    + ")"
)
"""Pattern of a day, to be used without regard to capitals on text whose white space is single spaces."""
LIKE_A_DAY = re.compile(
    rf"\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}\b|(?:\d{{1,2}}(?:st|nd|rd|th)?[ -])?{_MONTH}\b\.?,?[ -](?:\d{{1,2}},? )?'?\d{{2,4}}\b",
    re.IGNORECASE,
)
"""Something meant as a day or a month, readable or not."""


def day(written: str) -> date | None:
    """The day that a text begins with; nothing where none stands there, there is none such, or it can be read in two ways."""
    for pattern in _READ:
        match = pattern.match(written)
        if not match:
            continue
        parts = match.groupdict()
        year = int(parts["y"])
        if parts.get("a"):
            first, second = int(parts["a"]), int(parts["b"])
            if first <= 12 and second <= 12 and first != second:
                return None
            month, of_month = (second, first) if first > 12 else (first, second)
        else:
            month = int(parts.get("m") or 0) or _MONTHS.index(parts["month"][:3].lower()) + 1
            of_month = int(parts["d"])
        if year not in _YEARS or not 1 <= month <= 12 or not 1 <= of_month <= monthrange(year, month)[1]:
            return None
        return date(year, month, of_month)
    return None


def last_day(first: date, months: int) -> date:
    """The last day of a term that begins with `first`: the day before its anniversary."""
    at = first.year * 12 + first.month - 1 + months
    year, month = at // 12, at % 12 + 1
    length = monthrange(year, month)[1]
    # a term from 29 February ends with the February of a year that has no such day
    return (
        date(year, month, first.day) - timedelta(days=1) if first.day <= length else date(year, month, length)
    )
