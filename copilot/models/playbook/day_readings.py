"""What words for a day mean, one function a pattern of `days`: from the match, the person's own day and whether the question looks back
to the first and the last day that are meant."""

from __future__ import annotations

import re
from datetime import date, timedelta
from math import ceil

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
_NUMBERS = {
    name: number
    for number, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        start=1,
    )
} | {"a": 1, "an": 1}
HOLIDAY = (
    r"(thanksgiving|black friday|christmas(?: eve)?|xmas(?: eve)?|new year'?s?(?: eve| day)?|(?:end of (?:the |this )?)?year[ -]?end"
    r"|end of (?:the |this )?year|eoy)"
)

MOVES = (
    r"\b(?:(?:push|mov|shift|slid|set|chang|switch|postpon|bump|pass|hold|re-?schedul|delay|extend)\w*"
    r"|(?:mak|bring|pull)\w*(?!\s+(?:up|me|us)\b|[^.?!]{0,40}\b(?:lists?|reports?|tables?|overview|everything|all|orders|lines"
    r"|deliveries|shipments|figures|numbers)\b))\b"
)
"""What is said of an order that gets another day; "pull all orders from Monday to Friday" only asks for them."""
_WHAT_MOVED = re.compile(
    r"\b(?:what(?:['’]?s| has| have)?|anything|everything|which orders?)\s+(?:chang|mov|shift|slid|slipp|push)",
    re.IGNORECASE,
)

_NEAR = 120
"""Letters about a day that are looked at."""


def near(text: str, end: int) -> str:
    """The letters before a place; no more than can tell anything, or a long text takes the square of its length."""
    return text[max(0, end - _NEAR) : end]


def _same(day: date) -> tuple[date, date]:
    return day, day


def iso(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _made(int(match[1]), int(match[2]), int(match[3]))


def day_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(int(match[1]), _MONTHS[match[2][:3].lower()], match[3], today, past)


def month_day(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(int(match[2]), _MONTHS[match[1][:3].lower()], match[3], today, past)


ORDINALS = {
    name: number
    for number, name in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
        start=1,
    )
}
ORDINAL = "(" + "|".join(ORDINALS) + ")"


def month_ordinal(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(ORDINALS[match[2].lower()], _MONTHS[match[1][:3].lower()], None, today, past)


def in_figures(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """27/11 and 11/27; where it may be either (3/12), the day that is nearest."""
    one, other, year = int(match[1]), int(match[2]), match[3]
    if year:
        year = str(int(year) + (2000 if int(year) < 100 else 0))
    found = [
        made
        for day, month in ((one, other), (other, one))
        if (made := _of_year(day, month, year, today, past))
    ]
    return min(found, key=lambda made: abs((made[0] - today).days), default=None)


def days_of_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """ "Between 20 and 30 November", "from 28 to 3 December"; "move it from 20 to 30 November" is only the day that it is moved to."""
    number, month = int(match[2]), _MONTHS[match[3][:3].lower()]
    if match[0].lower().startswith("from") and moves(near(match.string, match.start())):
        return None
    earlier = int(match[1]) > number
    first = _of_year(int(match[1]), (month - 2) % 12 + 1 if earlier else month, None, today, past)
    if match[4]:
        first = (
            _made(int(match[4]) - (earlier and month == 1), first[0].month, first[0].day) if first else None
        )
    last = _made(first[0].year + (earlier and month == 1), month, number) if first else None
    return (first[0], last[0]) if first and last else None


def moves(before: str) -> bool:
    """Whether something gets another day, by what stands before it: "push 142 ..."; not "what moved ..."."""
    return bool(re.search(rf"{MOVES}[^.?!]{{0,80}}$", before, re.IGNORECASE)) and not _WHAT_MOVED.search(
        before
    )


def part_of_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """ "End of November", "mid December", "before December": the day by which, or the span."""
    first = _of_year(1, _MONTHS[match[2][:3].lower()], match[3], today, past)
    if first is None:
        return None
    begin = first[0]
    if not match[3] and not past and (_next_month(begin) - today).days <= 0:
        begin = date(begin.year + 1, begin.month, 1)
    last = _next_month(begin) - timedelta(days=1)
    match match[1].split()[0].lower():
        case "before":
            return _same(begin - timedelta(days=1))
        case "end":
            return _same(last)
        case "early" | "beginning" | "start":
            return begin, begin + timedelta(days=9)
        case "mid" | "middle":
            return begin + timedelta(days=9), begin + timedelta(days=19)
        case _:
            return begin, last


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def holiday(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """Days that people count by; the next one, or the last one."""
    name = match[1].lower()
    for year in (today.year, today.year - 1) if past else (today.year, today.year + 1):
        first = date(year, 11, 1)
        thanksgiving = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
        if name.startswith("thanks"):
            day = thanksgiving
        elif name.startswith("black"):
            day = thanksgiving + timedelta(days=1)
        elif name.startswith(("christmas", "xmas")):
            day = date(year, 12, 24 if "eve" in name else 25)
        else:
            day = date(year, 12, 31) if "eve" in name or "end" in name or name == "eoy" else date(year, 1, 1)
        if day <= today if past else day >= today:
            return _same(day)
    return None


def weekday_by_holiday(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """ "Wednesday before Thanksgiving"."""
    named = re.search(HOLIDAY, match[0], re.IGNORECASE)
    span = holiday(named, today, past) if named else None
    if span is None:
        return None
    apart = (_weekday_number(match[1]) - span[0].weekday()) % 7 or 7
    return _same(
        span[0] + timedelta(days=apart if " after " in match[0].lower() else apart - 7 if apart < 7 else -7)
    )


def weekend(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    """Work is done by the Friday before it."""
    said = (match[1] or "").lower()
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    if said.startswith(("before", "by", "until", "till")):
        return _same(friday)
    saturday = (
        today + timedelta(days=(5 - today.weekday()) % 7)
        if today.weekday() < 6
        else today - timedelta(days=1)
    )
    if said.startswith(("last", "past")) or past:
        saturday -= timedelta(days=7)
    elif said.startswith("next"):
        saturday += timedelta(days=7)
    return saturday, saturday + timedelta(days=1)


def weekday_of_week(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    """ "Tuesday next week", "next week Tuesday"."""
    groups = [one.lower() for one in match.groups() if one]
    which = next(one for one in groups if one in {"this", "next", "nxt", "coming", "following", "last"})
    day = next(one for one in groups if one != which)
    monday = today - timedelta(days=today.weekday()) + timedelta(days=_weeks_away(which))
    return _same(monday + timedelta(days=_weekday_number(day)))


def _weeks_away(which: str) -> int:
    """Days."""
    return {"last": -7, "past": -7, "previous": -7, "next": 7, "nxt": 7, "coming": 7, "following": 7}.get(
        which, 0
    )


def part_of_week(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    """ "Early next week", "end of next wk"."""
    monday = (
        today - timedelta(days=today.weekday()) + timedelta(days=_weeks_away((match[2] or "this").lower()))
    )
    part = match[1].lower()
    if part.startswith(("end", "later", "eow")):
        friday = monday + timedelta(days=4)
        return _same(friday if friday >= today or past else friday + timedelta(days=7))
    if part.startswith("mid"):
        return _same(monday + timedelta(days=2))
    return monday, monday + timedelta(days=1)


def week_from_weekday(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    """ "A week from Monday"."""
    ahead = (_weekday_number(match[1]) - today.weekday()) % 7
    return _same(today + timedelta(days=ahead + 7))


def close_of_business(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return _same(today)


def from_now(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return _same(today + _span(match))


def ordinal_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _of_year(ORDINALS[match[1].lower()], _MONTHS[match[2][:3].lower()], None, today, past)


def day_alone(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
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


def weekday(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    of_month = re.search(r"(\d{1,2})(?:st|nd|rd|th)$", match[0])
    if of_month and (told := day_alone(of_month, today, past)):
        return told  # "Saturday the 28th", said a week before it
    which, number = (match[1] or "").lower(), _weekday_number(match[2])
    ahead = (number - today.weekday()) % 7
    if which.startswith(("last", "past")) or (past and not which.startswith(("next", "coming"))):
        return _same(today - timedelta(days=(today.weekday() - number) % 7 or 7))
    is_today = (
        which in {"", "this"} and not ahead and _SAID_OF_TODAY.search(near(match.string, match.start(2)))
    )
    return _same(today + timedelta(days=ahead or (0 if is_today else 7)))


_SAID_OF_TODAY = re.compile(
    r"\b(?:this|it['’]?s|it is|every|open|even)\s+$|^\W*(?:on|by|this)?\s*$"
    r"|\b(?:by|cob|eod|close of (?:business|play)|end of)\s+(?:(?:the|end of|day|on|this)\s+)*$"
    r"|\b(?:due|ship|ships|shipping|go|goes|going|leave|leaves|leaving)\b(?:\s+(?:out|off|on|by|for|there|it|this|them|all|everything"
    r"|the rest|part|to (?!an?\b|the\b)\w+|<\w+>|\d+))*\s+$"
    r"|\bmust\b[^.?!]{0,60}(?<!\ba)(?<!\bbefore)\s$",
    re.IGNORECASE,
)
"""Before the name of the day that it is: "what is due by Saturday", asked on one. "A wedding on Saturday" is the next one."""


def weekday_of_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """ "Wed 25", where the 25th is a Wednesday; else the number is none of a day."""
    number = re.fullmatch(r"(\d+)", match[2])
    told = day_alone(number, today, past) if number else None
    return told if told and told[0].weekday() == _weekday_number(match[1]) else None


def _weekday_number(word: str) -> int:
    word = word.lower().rstrip("s")
    return next(
        (number for number, name in enumerate(_WEEKDAYS) if name == word), _SHORT.get(word, _SHORT[word[:3]])
    )


def relative(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    word = match[0].lower()
    step = {
        "yesterday": -1,
        "yday": -1,
        "last night": -1,
        "tomorrow": 1,
        "tmrw": 1,
        "tmr": 1,
        "tomo": 1,
        "2moro": 1,
    }.get(word)
    if "after tomorrow" in word:
        step = 2
    elif "before yesterday" in word:
        step = -2
    return _same(today + timedelta(days=step or 0))


def week(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    shift = _weeks_away(match[1].lower().removeprefix("this "))
    monday += timedelta(days=shift)
    return monday, monday + timedelta(days=6)


def end_of_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return _same(following - timedelta(days=1))


_AIR = re.compile(
    r"^[ -]+(?:air|couriers?|carriers?|costs?|deliver(?:y|ies)|express|freight|options?|parcels?|people|price|rates?|services?"
    r"|shipping|shipments?|it|them)\b",
    re.IGNORECASE,
)
_TO_OVERNIGHT = re.compile(
    r"\b(?:(?:can|could|should|shall|would|will|may|might|must)(?: (?:you|they))?|we|i|to|please|pls|let['’]?s|for|via|an?|pay)\s+$",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|would|can|could|may|might|shall|should|must)\b[^.?!]*\b(?:ship|go|arrive|leave|deliver|come|get|make it|be there)\b[^.?!]*$"
    r"|\b(?:ships|goes|arrives|leaves|delivers|going to|(?:be|get|being) (?:shipped|delivered|sent))\b[^.?!]*$",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"\b(?:what|anything|any|changed|changes|new|news|updates?|came|come in|happen(?:ed|s)?|ha(?:s|ve|d)|turned|moved|shifted|slipped"
    r"|shipped|arrived|left|went|delivered)\b",
    re.IGNORECASE,
)
_GOES = re.compile(r"\b(?:ship|go|arrive|leave|deliver|get (?:here|there|it|them))\b[^.?!]*$", re.IGNORECASE)


def overnight(match: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """ "What came in overnight" is last night, "will it arrive overnight" is tomorrow; "can we overnight it" and "overnight freight" are a
    way to ship and no day."""
    before, behind = near(match.string, match.start()), match.string[match.end() : match.end() + _NEAR]
    if _AIR.match(behind) or _TO_OVERNIGHT.search(before):
        return None
    if past:
        return today - timedelta(days=1), today
    if _AHEAD.search(before):
        return _same(today + timedelta(days=1))
    if _NEWS.search(before) or _NEWS.match(behind.lstrip()):
        return today - timedelta(days=1), today
    return _same(today + timedelta(days=1)) if _GOES.search(before) else None


def this_month(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, _next_month(first) - timedelta(days=1)


def coming_week(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    monday = today + timedelta(days=7 - today.weekday())
    return monday, monday + timedelta(days=6)


def ago(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return _same(today - _span(match))


def last_days(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    return today - _span(match), today


def in_days(match: re.Match[str], today: date, past: bool) -> tuple[date, date]:
    last = today + _span(match)
    return (today, last) if match[0].lower().startswith(("next", "within", "coming")) else _same(last)


def _span(match: re.Match[str]) -> timedelta:
    return timedelta(days=ceil(_count(match[1]) * _unit(match[2])))


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    return {"couple of": 2, "few": 3}.get(word.lower().removeprefix("a "), _NUMBERS.get(word.lower(), 1))


def _unit(word: str) -> float:
    """Days."""
    word = word.lower()
    return (
        7 if word.startswith("w") else 14 if word.startswith("f") else 1 / 24 if word.startswith("h") else 1
    )
