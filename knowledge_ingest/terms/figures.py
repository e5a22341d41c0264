"""Figures in contract language: percent, money, durations and windows, in digits, in words, or in both.

Where words and digits of one figure disagree (``ten (12) days``), it is no figure: a wrong value is worse than none.
"""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

from retrieval.term_values import WEEKDAYS, Duration, Unit, Window

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = {
    word: 10 * (at + 2)
    for at, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "tenth": 10,
}
_WORD = "(?:" + "|".join(sorted([*_ONES, *_TENS, "hundred"], key=len, reverse=True)) + ")"
_WORDS = rf"{_WORD}(?:[ -](?:and )?{_WORD})*"
_NUMBER = rf"(?:(?P<words>{_WORDS})(?:\s*\((?P<inwords>\d{{1,4}})\))?|(?P<digits>\d{{1,4}}))"
_UNITS: tuple[tuple[str, str], ...] = (
    (r"(?:business|working|banking|week)[ -]?days?", "business_day"),
    (r"(?:calendar|consecutive|running) days?", "calendar_day"),
    (r"days?", "day"),
    (r"hours?|hrs?", "hour"),
    (r"minutes?", "minute"),
    (r"(?:calendar )?weeks?", "week"),
    (r"(?:calendar )?months?", "month"),
)
_UNIT = "(?:" + "|".join(pattern for pattern, _ in _UNITS) + ")"
DURATION = re.compile(rf"\b{_NUMBER}\s+(?:full |clear |complete )?(?P<unit>{_UNIT})\b['’]?s?", re.IGNORECASE)
_ORDINAL_DAY = re.compile(rf"\b(?P<ordinal>{'|'.join(_ORDINALS)})\s+(?P<unit>{_UNIT})\b", re.IGNORECASE)
PERCENT = re.compile(
    rf"(?:(?P<words>one half of one|half a|half|{_WORDS})\s*(?:per ?cent|percent)\s*(?:\((?P<inwords>\d+(?:[.,]\d+)?)\s*%?\))?"
    rf"|(?:(?P<spelt>{_WORDS})\s*\()?(?P<digits>\d+(?:[.,]\d+)?)\s*(?:%|per ?cent\b|percent\b)\)?(?:\s*(?:per ?cent|percent))?)",
    re.IGNORECASE,
)
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "C$": "CAD", "CA$": "CAD", "A$": "AUD"}
_CODES = "USD|EUR|GBP|CAD|AUD|CHF|JPY|SEK|NOK|DKK|PLN|MXN"
MONEY = re.compile(
    rf"(?:(?P<code>\b(?:{_CODES})|US\$|CA\$|C\$|A\$|[$€£])\s?(?P<before>\d[\d.,]*\d|\d)|(?P<after>\b\d[\d.,]*\d|\b\d)\s?(?P<code2>(?:{_CODES})\b|dollars\b|euros?\b|€))"
)
_NAMED_DAYS = {
    "mon": "mon",
    "tue": "tue",
    "wed": "wed",
    "thu": "thu",
    "fri": "fri",
    "sat": "sat",
    "sun": "sun",
}
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\b\.?"
_DAY_RANGE = re.compile(
    rf"\b(?P<first>{_DAY})\s*(?:to|through|thru|until|till|-|–)\s*(?P<last>{_DAY})", re.IGNORECASE
)
_ONE_DAY = re.compile(rf"\b{_DAY}", re.IGNORECASE)
_CLOCK = r"(?:\d{1,2}[:.]\d{2}\s*(?:[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?|[0-2]\d(?:00|15|30|45)\b)"
_TIMES = re.compile(
    rf"(?P<opens>{_CLOCK})\s*(?:hours|hrs)?\s*(?:to|and|until|till|-|–)\s*(?P<closes>{_CLOCK})", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class At:
    """Where in the looked-at words a figure stands."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Percent(At):
    """A share, 0 to 100 and above."""

    value: Decimal


@dataclass(frozen=True, kw_only=True)
class Money(At):
    """An amount."""

    value: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Length(At):
    """A duration."""

    value: Duration


def number_in_words(words: str) -> int | None:
    """``twenty-one`` -> 21; None when it is no number."""
    total = 0
    for word in re.split(r"[ -]+", words.casefold()):
        if word == "and":
            continue
        if word in _ONES:
            total += _ONES.index(word)
        elif word in _TENS:
            total += _TENS[word]
        elif word == "hundred":
            total = (total or 1) * 100
        else:
            return None
    return total


def percents(words: str) -> list[Percent]:
    """Every share in the words; those whose words and digits disagree are left out."""
    if "%" not in words and "cent" not in words.casefold():
        return []
    found = []
    for match in PERCENT.finditer(words):
        digits, spelt = match["digits"] or match["inwords"], match["words"] or match["spelt"]
        value = _decimal(digits) if digits else None
        said = _percent_words(spelt) if spelt else None
        if value is not None and said is not None and value != said:
            continue
        value = value if value is not None else said
        if value is not None:
            found.append(Percent(start=match.start(), end=match.end(), value=value))
    return found


def moneys(words: str) -> list[Money]:
    """Every amount with a currency; ambiguous ones (``EUR 1.250``) and other dollars than ours are left out."""
    found = []
    for match in MONEY.finditer(words):
        code = match["code"] or match["code2"]
        currency = _SIGNS.get(code, {"dollars": "USD", "euro": "EUR", "euros": "EUR"}.get(code, code))
        if code in ("$", "dollars") and re.search(r"\b(?:Canadian|Australian|Singapore|Hong Kong)\b", words):
            continue
        value = amount(match["before"] or match["after"])
        if value is not None:
            found.append(Money(start=match.start(), end=match.end(), value=value, currency=currency))
    return found


def amount(written: str) -> Decimal | None:
    """``1,200`` ``1.250,00`` ``250.00``; None where the separators can be read two ways."""
    written = written.rstrip(".,")
    dots, commas = written.count("."), written.count(",")
    if dots and commas:
        decimal = max(written.rfind("."), written.rfind(","))
        whole, rest = re.sub(r"[.,]", "", written[:decimal]), written[decimal + 1 :]
        return Decimal(f"{whole}.{rest}") if len(rest) <= 2 else None
    if commas:
        groups = written.split(",")
        if all(len(group) == 3 for group in groups[1:]):
            return Decimal("".join(groups))
        return Decimal(written.replace(",", ".")) if len(groups) == 2 and len(groups[1]) == 2 else None
    if dots:
        groups = written.split(".")
        if len(groups) > 2:
            return Decimal("".join(groups)) if all(len(group) == 3 for group in groups[1:]) else None
        return None if len(groups[1]) == 3 else Decimal(written)
    return Decimal(written)


def durations(words: str, days: Mapping[str, Unit] | None = None) -> list[Length]:
    """Every duration in the words.

    Args:
        days: What the contract's own definition makes of a capital ``Day``: ``{"Day": "calendar_day"}``.
    """
    found = []
    for match in DURATION.finditer(words):
        digits, spelt = match["digits"] or match["inwords"], match["words"]
        count = int(digits) if digits else None
        said = number_in_words(spelt) if spelt else None
        if count is not None and said is not None and count != said:
            continue
        count = count if count is not None else said
        if count is not None:
            unit = unit_of(match["unit"], days)
            found.append(Length(start=match.start(), end=match.end(), value=Duration(count=count, unit=unit)))
    return found


def ordinal_days(words: str, days: Mapping[str, Unit] | None = None) -> list[Length]:
    """``the third working day`` as three of them."""
    return [
        Length(
            start=match.start(), end=match.end(),
            value=Duration(count=_ORDINALS[match["ordinal"].casefold()], unit=unit_of(match["unit"], days)),
        )
        for match in _ORDINAL_DAY.finditer(words)
    ]  # fmt: skip


def unit_of(written: str, days: Mapping[str, Unit] | None = None) -> Unit:
    """The unit a word stands for; a defined ``Day`` only when it is written with a capital, as definitions are."""
    if days and re.fullmatch(r"Days?", written):
        return days.get("Day", "day")
    lower = written.casefold()
    for pattern, unit in _UNITS:
        if re.fullmatch(pattern, lower):
            return cast(Unit, unit)
    return "day"


PER = re.compile(
    rf"\b(?:per|(?:for |in )?each|(?:for )?every|a|/)\s*(?:full |complete |commenced |started |late )?(?P<unit>{_UNIT})\b(?! (?:before|prior))",
    re.IGNORECASE,
)


def windows(words: str, defined: Mapping[str, str] | None = None) -> tuple[Window, ...]:
    """Receiving times in the words.

    Args:
        defined: Times that the contract gives a name: ``{"Service Hour": "06:00 to 10:00"}``.
    """
    for name, times in (defined or {}).items():
        if not _TIMES.search(words):
            words = re.sub(rf"\b{re.escape(name)}s?\b", times, words)
    times_at = list(_TIMES.finditer(words))
    found: list[Window] = []
    at = 0
    for number, match in enumerate(times_at):
        opens, closes = _clock(match["opens"]), _clock(match["closes"])
        before = _days(words[at : match.start()])
        if not before and number == 0:
            stop = times_at[1].start() if len(times_at) > 1 else len(words)
            before = _days(words[match.end() : stop])
        if not opens or not closes or not before or opens >= closes:
            return ()
        found.append(Window(days=before, opens=opens, closes=closes))
        at = match.end()
    return tuple(found)


def times_named(words: str) -> str:
    """The first time range in the words, as written."""
    match = _TIMES.search(words)
    return match.group() if match else ""


def _days(words: str) -> tuple[str, ...]:
    days: set[str] = set()
    for match in _DAY_RANGE.finditer(words):
        first, last = WEEKDAYS.index(_day(match["first"])), WEEKDAYS.index(_day(match["last"]))
        if first <= last:
            days.update(WEEKDAYS[first : last + 1])
        else:
            days.update(WEEKDAYS[first:], WEEKDAYS[: last + 1])
    days.update(_day(match.group()) for match in _ONE_DAY.finditer(_DAY_RANGE.sub(" ", words)))
    if not days and re.search(r"\b(?:business|working) days\b", words, re.IGNORECASE):
        return ("business_days",)
    if not days and re.search(r"\bweekdays\b", words, re.IGNORECASE):
        return WEEKDAYS[:5]
    return tuple(day for day in WEEKDAYS if day in days)


def _day(written: str) -> str:
    return _NAMED_DAYS[written.casefold()[:3]]


def _clock(written: str) -> str:
    match = re.match(
        r"(?P<hour>\d{1,2}?)[:.]?(?P<minute>\d{2})?\s*(?P<half>[ap])?", written.strip(), re.IGNORECASE
    )
    if match is None:
        return ""
    digits = re.match(r"\d+", written.strip())
    if digits and len(digits.group()) in (1, 2):
        hour, minute = (
            int(digits.group()),
            int((re.match(r"\d{1,2}[:.](\d{2})", written.strip()) or ["", "0"])[1]),
        )
    else:
        hour, minute = int(written.strip()[:2]), int(written.strip()[2:4])
    half = re.search(r"([ap])\.?m", written, re.IGNORECASE)
    if half:
        hour = hour % 12 + (12 if half[1].casefold() == "p" else 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""


def _percent_words(words: str) -> Decimal | None:
    lower = words.casefold()
    if "half" in lower:
        return Decimal("0.5")
    number = number_in_words(words)
    return Decimal(number) if number is not None else None


def _decimal(written: str) -> Decimal | None:
    try:
        return Decimal(written.replace(",", "."))
    except InvalidOperation:
        return None
