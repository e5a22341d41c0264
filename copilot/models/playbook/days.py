"""Days as people say them ("yesterday", "next Friday", "23 Nov", "end of the month"), in the asking person's own calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from copilot.models.playbook import day_readings as readings


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


_WEEKDAY = (
    r"(mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|mon|tues?|weds?|thurs?|thu|fri)"
)
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_TO = re.compile(
    rf"{readings.MOVES}(?:[^.?!<]|<(?:order|po)>){{0,80}}\b(?:to|make it|over to)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""Before the day that something is moved to: "take it off Friday and move it to Monday"."""
_JOINED = re.compile(
    r"^\s*(?:or|and|to|till|until|through|[/–-])\s*(?:(?:even|maybe|perhaps|on|the)\s+)*$", re.IGNORECASE
)
"""Between two days of which either is meant: "Thursday or Friday"."""
_BY = re.compile(r"\b(?:by|before|until|till|no later than)\s+(?:the\s+)?$", re.IGNORECASE)
_DEADLINE = re.compile(
    r"\b(?:by|before)\s+(?:the\s+)?$|\b(?:needs?|wants?|due|promised)\b(?!\s+to (?:know|see|hear|talk))(?:[^.?!]|[.](?=\w))*$"
    r"|^(?!.*\b(?:off|away|out|back|closed|shut|leave|holiday|vacation)\b).*\b(?:until|till)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""Before a day of a story by which something has to be done: "they need it on Tuesday"; not "he is away until Tuesday"."""
_COUNT = r"(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|(?:a )?couple of|(?:a )?few)"
_UNIT = r"(days?|d|weeks?|wks?|fortnights?|hours?|hrs?|h)"
_WEEK = r"(?:week|wk)"
_CLOSE = r"(?:cob|eod|close of (?:business|play)|end of (?:the )?(?:business )?day)"
_NEXT = r"(this coming|this|last|past|previous|next|nxt|coming|following)"
_PREPOSITION = re.compile(rf"^(?:by|before|until)[ -]+(?={_MONTH}\b)", re.IGNORECASE)
"""Says how a month is meant, and stays in the question: "before <day>"."""
_Reader = Callable[[re.Match[str], date, bool], tuple[date, date] | None]


def find_days(text: str, today: date, *, past: bool) -> Days | None:
    """The first day or span that a text names.

    Args:
        today: the person's own day.
        past: the question looks back ("since Friday"): a bare weekday or day of a month lies behind today, else before us.
    """
    found: list[tuple[Days, bool]] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            try:
                span = read(match, today, past)
            except (ValueError, OverflowError):
                continue  # beyond the calendar
            if span is not None:
                said = _PREPOSITION.sub("", match[0])
                days = Days(
                    text=said, first=span[0], last=span[1], start=match.end() - len(said), end=match.end()
                )
                found.append((days, read in _VAGUE))
    found = [one for one in found if not any(_is_within(one[0], other) for other, _ in found)]
    # A day of the sentence that asks before those of a story; of several the day that something is to be done by, else the earliest;
    # of those that begin together the longest ("next Friday").
    if not found:
        return None
    told = [one for one in found if _only_told(text, one[0])]
    asked = [one for one in found if one not in told]
    if any(day.first <= other.first and other.last <= day.last for day, _ in asked for other, _ in told):
        asked = found  # "They receive on Wednesdays. Will it get there this coming week?"
    elif asked and not past and all(day.first == day.last == today for day, _ in asked):
        # "They need it by Tuesday. What can we do today?" is about Tuesday: today is only when it is to be done.
        asked = [one for one in told if _DEADLINE.search(_sentence_before(text, one[0]))] or asked
    best = min(
        asked or found,
        key=lambda one: (
            not _is_moved_to(text, one[0]),
            not (
                _BY.search(readings.near(text, one[0].start))
                or _LATEST.match(text[one[0].end : one[0].end + 20])
            ),
            one[1],
            one[0].start,
            one[0].start - one[0].end,
        ),
    )[0]
    return _with_next(text, best, [one for one, _ in found])


def _with_next(text: str, day: Days, found: list[Days]) -> Days:
    """The day, and the one that is joined to it as well: "Thursday or Friday" is from the one to the other."""
    for other in found:
        if other.last > day.first and day.end < other.start and _JOINED.match(text[day.end : other.start]):
            text_of_both = text[day.start : other.end]
            return Days(text=text_of_both, first=day.first, last=other.last, start=day.start, end=other.end)
    return day


_LATEST = re.compile(r"^\s*(?:at the )?latest\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.?!;\n]*(?:[.](?=\w)[^.?!;\n]*)*[.?!;\n]*")
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|ok|hi|hello|please|pls|then|now)\W+)*(?:what|why|when|where|who|which|how|is|are|was|were|will|would|has|have|had"
    r"|does|did|do|can|could|may|should|any|list|show|give|tell|draft|write)\b",
    re.IGNORECASE,
)


def _is_moved_to(text: str, days: Days) -> bool:
    before = readings.near(text, days.start)
    return _TO.search(before) is not None and readings.moves(before)


def _sentence_before(text: str, days: Days) -> str:
    """What stands before a day in its own sentence."""
    for sentence in _SENTENCE.finditer(text):
        if sentence.start() <= days.start < sentence.end():
            return readings.near(text[sentence.start() :], days.start - sentence.start())
    return ""


def _only_told(text: str, days: Days) -> bool:
    """Whether a day stands in a sentence that tells something beside another one that asks: "did it go out yesterday? The night lead is
    off until Monday"."""
    for sentence in _SENTENCE.finditer(text):
        if sentence.start() <= days.start < sentence.end():
            return not (sentence[0].rstrip().endswith("?") or _ASKS.match(sentence[0]))
    return False


def _is_within(one: Days, other: Days) -> bool:
    return other.start <= one.start and one.end <= other.end and one.end - one.start < other.end - other.start


_VAGUE: tuple[_Reader, ...] = (readings.weekend, readings.close_of_business)
"""Only where no other day is named."""
_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"\b(\d{4})-(\d{2})-(\d{2})\b", readings.iso),
        (
            r"\b(?:between|from)\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\s*(?:and|to|till|until|through|[–-])\s*(?:the\s+)?"
            rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b\.?(?:,?\s+(\d{{4}}))?",
            readings.days_of_month,
        ),
        (
            rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH}\b\.?(?:,?\s+(\d{{4}}))?",
            readings.day_month,
        ),
        (rf"\b{_MONTH}\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", readings.month_day),
        (rf"\b(?:the )?{readings.ORDINAL} of {_MONTH}\b", readings.ordinal_month),
        (rf"\b{_MONTH}\b\.?\s+(?:the )?{readings.ORDINAL}\b", readings.month_ordinal),
        (
            r"(?<![\w/.-])(?!24/7)(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\w/-]|\.\d| ?(?:in|inch|mm|cm|hp|of)\b)",
            readings.in_figures,
        ),
        (r"(?<![\w/.-])(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?(?![\w/-])", readings.in_figures),
        (
            rf"\b(end of|early|beginning of|start of|mid|middle of|before|by|until)[ -]+{_MONTH}\b(?:\s+(\d{{4}}))?"
            r"(?!\s+\d|\s+the\b|\s+(?:we|i|you|they|it|he|she)\b)",
            readings.part_of_month,
        ),
        (
            r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|floor|line|time|one|order|day))",
            readings.day_alone,
        ),
        (
            r"\b(?:on|by|before|until|since|for) the (\d{1,2})(?=\s*(?:$|[?.,!;]|(?:and|or|at|if|is|then|please|latest)\b))",
            readings.day_alone,
        ),
        (
            r"\b(?:(?:the )?day (?:after tomorrow|before yesterday)|today(?:'?s)?|tonight|last night|this (?:morning|afternoon|evening)"
            r"|right now"
            r"|yesterday|yday|tomorrow|tmrw|tmr|tomo|2moro)\b",
            readings.relative,
        ),
        (
            rf"\b(?:the\s+)?(end of|later|mid|middle of|early|beginning of|start of)(?: the)?[ -]+"
            rf"(?:(this|next|nxt|coming|last)\s+)?{_WEEK}\b",
            readings.part_of_week,
        ),
        (r"\b(eow|end of wk)\b()", readings.part_of_week),
        (
            rf"\b{_WEEKDAY}\s+(?:of\s+)?(this|next|nxt|coming|following|last)\s+{_WEEK}\b",
            readings.weekday_of_week,
        ),
        (
            rf"\b(this|next|nxt|coming|following|last)\s+{_WEEK}(?:'s)?,?\s+(?:on\s+)?{_WEEKDAY}\b",
            readings.weekday_of_week,
        ),
        (rf"\b(?:a|one) {_WEEK} (?:from|on|after) {_WEEKDAY}\b", readings.week_from_weekday),
        (
            r"\b(?:the\s+)?(?:end of (?:the |this )?month|(?:this )?month(?:['’]?s)?[ -]end|eom"
            r"|(?:before )?(?:the|this) month (?:is (?:over|out|up)|ends))\b",
            readings.end_of_month,
        ),
        (rf"\b{readings.HOLIDAY}\b", readings.holiday),
        (rf"\b{_WEEKDAY} (?:before|after) {readings.HOLIDAY}\b", readings.weekday_by_holiday),
        (r"\b(?:(before|by|until|till|this|next|last)\s+)(?:the\s+|this\s+)?weekend\b", readings.weekend),
        (
            rf"\b{_CLOSE}\b(?!\s+(?:on\s+|next\s+|this\s+)?(?:{_WEEKDAY}|tomorrow|today))",
            readings.close_of_business,
        ),
        (rf"\b{_NEXT}\s+{_WEEK}\b", readings.week),
        (rf"\b{_COUNT}\s+{_UNIT}\s+(?:ago|back)\b", readings.ago),
        (r"\bover ?night\b", readings.overnight),
        (
            r"\bsince (?:lunch(?:time)?|noon|midday|breakfast|midnight|\d{1,2}(?::\d\d)? ?(?:am|pm|o['’]?clock)\b)",
            readings.close_of_business,
        ),
        (r"\bthis month\b(?!['’]?s?[ -]end)", readings.this_month),
        (rf"\b()(?:this )?{_WEEK} coming\b", readings.coming_week),
        (rf"\b{_COUNT}\s+{_UNIT}\s+from (?:now|today)\b", readings.from_now),
        (rf"\b(?:in the |over the |the )?(?:last|past)\s+{_COUNT}\s+{_UNIT}\b", readings.last_days),
        (rf"\b(?:in|within|next|coming)\s+{_COUNT}\s*{_UNIT}\b(?:['’]s? time)?", readings.in_days),
        (r"\b(?:(next|last|this)\s+|(?:on|by|until|till|before|since)\s+)(sat|sun)\b", readings.weekday),
        (
            rf"\b(?:{_CLOSE}\s+(?:on\s+)?)?(?:{_NEXT}\s+)?{_WEEKDAY}\b(?:,? (?:the )?\d{{1,2}}(?:st|nd|rd|th)\b)?",
            readings.weekday,
        ),
        (
            rf"\b{_WEEKDAY},? (\d{{1,2}})(?![\w/%-]|[.,:]\d|\s*(?:am|pm|a\.m|p\.m|o['’]?clock)\b"
            r"|\s+(?:kg|lbs?|of the|more)\b"
            r"|\s+(?!(?:is|as|was|has|does|this|its|us|ships|leaves|goes|arrives|comes|works|suits)\b)[a-z]+s\b)",
            readings.weekday_of_month,
        ),
    )
)
