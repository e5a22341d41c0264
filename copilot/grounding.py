"""No unsupported fact gets out: finds the claims of a text and looks each one up in the evidence.

A claim is a number, money, percentage, date, duration in days, record reference, quoted words, e-mail address or web address.
It is looked up first in the evidence that its own sentence cites, then in all evidence of the turn. A duration in days is
recomputed from the dates in evidence. A sentence with a claim that nothing supports is removed and counted; a mark with an id
that code never gave is an error, not a footnote.

Source: DESIGN promise 3; RELIABILITY R7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from copilot.answer import Checks, Citation, Evidence
from copilot.evidence_book import MARK

ClaimKind = Literal["number", "percent", "date", "days", "reference", "quote", "address"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One checkable thing that a sentence says."""

    kind: ClaimKind
    text: str
    """As it stands in the sentence."""
    value: str | float | date
    """What is looked up: a normalised reference or quote, a number, or a day."""
    year_given: bool = True
    """False for a date without a year (``12 Nov``): any year of the evidence supports it."""


@dataclass(frozen=True, kw_only=True)
class Grounded:
    """A text after the check."""

    text: str
    checks: Checks
    removed: tuple[str, ...]
    """The sentences that were taken out, for the log and the receipt; never shown as fact."""


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?")
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\.?(?:,?\s+(\d{{4}}))?", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_SLASH_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_REFERENCE = re.compile(
    r"\b(?:[A-Z]{1,6}(?:/[A-Z0-9]+)+|[A-Z]{1,5}-?\d[\w-]*(?:/[A-Z0-9-]+)*|[A-Z]{2,}(?:-[A-Z0-9]+)+)\b"
)
_ADDRESS = re.compile(r"https?://[^\s)>\]]+|\bwww\.[^\s)>\]]+|[\w.+-]+@[\w-]+\.[\w.-]*\w")
_QUOTE = re.compile(r"“([^”]{3,})”|\"([^\"]{3,})\"")
_DAYS = re.compile(
    r"\b(\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[ -](days?|weeks?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.,/-])[-+−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w-]|[.,/]\d)|(?<![\w.,/-])[-+−]?\d+(?:\.\d+)?(?![\w-]|[.,/]\d)|(?<![\w.,/-])\d+(?:\.\d+)?(?=(?:k|kg|lb|x|h|am|pm|st|nd|rd|th)\b)"
)
_LIST_NUMBER = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)")
_SENTENCE_END = re.compile(r"(?<=[.!?])((?:\s*\[[EK]\d+\])*)\s+(?=[\"“(*]*[A-Z0-9])")
_WORD_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}


class Grounding:
    """The evidence of one turn, made ready for looking things up.

    Args:
        evidence, citations: all evidence of the turn.
        today: the asking person's day; a duration may be counted to it.
        timezone: IANA name; a day in a text may be the person's local day of a UTC instant.
        question: the person's own words may be repeated without proof.
    """

    def __init__(
        self,
        evidence: Sequence[Evidence],
        citations: Sequence[Citation],
        *,
        today: date,
        timezone: str = "UTC",
        question: str = "",
    ) -> None:
        zone = ZoneInfo(timezone)
        self._today = today
        self._sources: dict[str, _Source] = {}
        for one in evidence:
            self._sources[one.id] = _Source.of_values([one.display_name, one.fields], zone)
        for citation in citations:
            self._sources[citation.id] = _Source.of_values(
                [
                    citation.quote,
                    citation.title,
                    citation.section,
                    citation.valid_from,
                    citation.valid_to,
                    citation.page,
                ],
                zone,
            )
        self._question = _Source.of_values([question], zone)

    def unknown_ids(self, text: str) -> list[str]:
        """Marks in a text whose id was never given."""
        return [mark for mark in MARK.findall(text) if mark not in self._sources]

    def check(self, text: str) -> Grounded:
        """Keep the sentences whose every claim is supported and whose marks are known; count what was found."""
        claims = supported = 0
        removed: list[str] = []
        lines: list[str] = []
        for line in text.splitlines():
            kept: list[str] = []
            had = sentences_of(line)
            for sentence in had:
                found = claims_of(sentence)
                cited = [self._sources[mark] for mark in MARK.findall(sentence) if mark in self._sources]
                good = [claim for claim in found if self._supports(claim, cited)]
                claims += len(found)
                supported += len(good)
                if len(good) == len(found) and not self.unknown_ids(sentence):
                    kept.append(sentence)
                else:
                    removed.append(sentence.strip())
            if kept or not had:
                lines.append(
                    " ".join(part.strip() if index else part.rstrip() for index, part in enumerate(kept))
                )
        return Grounded(
            text=re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(),
            checks=Checks(claims=claims, supported=supported, removed=len(removed)),
            removed=tuple(removed),
        )

    def _supports(self, claim: Claim, cited: Sequence[_Source]) -> bool:
        if claim.kind == "date" and isinstance(claim.value, date) and claim.value == self._today:
            return True
        everything = [*cited, *self._sources.values(), self._question]
        if any(source.supports(claim) for source in everything):
            return True
        if claim.kind == "days" and isinstance(claim.value, float):
            days = {day for source in (cited or self._sources.values()) for day in source.days} | {
                self._today
            }
            return any(abs((one - other).days) == claim.value for one in days for other in days)
        return False


@dataclass(frozen=True, kw_only=True)
class _Source:
    """One piece of evidence as sets that can be looked up."""

    numbers: frozenset[float]
    days: frozenset[date]
    words: str
    """All text, folded: what quotes and references are looked up in."""

    @classmethod
    def of_values(cls, values: Iterable[Any], zone: ZoneInfo) -> _Source:
        numbers: set[float] = set()
        days: set[date] = set()
        words: list[str] = []
        for value in _leaves(values):
            if isinstance(value, bool) or value is None:
                continue
            if isinstance(value, (int, float)):
                numbers.add(round(float(value), 6))
                continue
            text = str(value)
            words.append(text)
            days.update(_days_of(text, zone))
            without_dates = _blank(_ISO_DATE, text)
            numbers.update(abs(_number(match[0])) for match in _NUMBER.finditer(without_dates))
            numbers.update(
                float(number)
                for match in _DAYS.finditer(text)
                if (number := _word_number(match[1])) is not None
            )
        return cls(numbers=frozenset(numbers), days=frozenset(days), words=_folded(" | ".join(words)))

    def supports(self, claim: Claim) -> bool:
        value = claim.value
        match claim.kind:
            case "date" if isinstance(value, date):
                return value in self.days or (
                    not claim.year_given
                    and any((day.month, day.day) == (value.month, value.day) for day in self.days)
                )
            case "number" | "percent" | "days" if isinstance(value, float):
                return any(_same_number(value, number, claim.text) for number in self.numbers)
            case "reference" | "address" | "quote":
                return re.search(rf"(?<!\w){re.escape(_folded(str(value)))}(?!\w)", self.words) is not None
            case _:
                return False


def claims_of(sentence: str) -> list[Claim]:
    """The checkable claims of one sentence, each character counted once, the most specific kind first."""
    text = MARK.sub(lambda match: " " * len(match[0]), sentence)
    text = _LIST_NUMBER.sub(lambda match: " " * len(match[0]), text)
    claims: list[Claim] = []
    for match in _QUOTE.finditer(text):
        claims.append(Claim(kind="quote", text=match[0], value=(match[1] or match[2]).strip().rstrip(".,;…")))
    text = _blank(_QUOTE, text)
    for match in _ADDRESS.finditer(text):
        claims.append(Claim(kind="address", text=match[0], value=match[0].rstrip(".,;")))
    text = _blank(_ADDRESS, text)
    text = _take_dates(text, claims)
    for match in _DAYS.finditer(text):
        number = _word_number(match[1])
        if number is not None and match[1].lower() not in {"a", "an"}:
            weeks = match[2].lower().startswith("week")
            claims.append(Claim(kind="days", text=match[0], value=float(number * 7 if weeks else number)))
    text = _blank(_DAYS, text)
    for match in _REFERENCE.finditer(text):
        if any(character.isdigit() for character in match[0]):
            claims.append(Claim(kind="reference", text=match[0], value=match[0]))
    text = _blank(_REFERENCE, text)
    for match in _NUMBER.finditer(text):
        kind: ClaimKind = (
            "percent" if text[match.end() : match.end() + 2].strip().startswith("%") else "number"
        )
        claims.append(Claim(kind=kind, text=match[0], value=abs(_number(match[0]))))
    return claims


def sentences_of(line: str) -> list[str]:
    """The sentences of one line; marks behind the full stop stay with their sentence."""
    if not line.strip():
        return []
    cuts = [0]
    quoted = 0
    for match in _SENTENCE_END.finditer(line):
        quoted = line.count("“", 0, match.start()) - line.count("”", 0, match.start())
        head = line[cuts[-1] : match.start()]
        if quoted <= 0 and not re.search(
            r"(?:\b(?:No|no|approx|e\.g|i\.e|Inc|Co|Ltd|St|vs|art|sec)|^\s*\d+)\.$", head
        ):
            cuts.append(match.end())
    return [line[start:end] for start, end in pairwise([*cuts, len(line)]) if line[start:end].strip()]


def _take_dates(text: str, claims: list[Claim]) -> str:
    """Add the dates of a text to the claims and return the text with them blanked."""
    for pattern in (_ISO_DATE, _DAY_MONTH, _MONTH_DAY, _SLASH_DATE):
        for match in pattern.finditer(text):
            for day, year_given in _read_date(pattern, match):
                claims.append(Claim(kind="date", text=match[0], value=day, year_given=year_given))
        text = _blank(pattern, text)
    return text


def _read_date(pattern: re.Pattern[str], match: re.Match[str]) -> list[tuple[date, bool]]:
    try:
        if pattern is _ISO_DATE:
            return [(date(int(match[1]), int(match[2]), int(match[3])), True)]
        if pattern is _SLASH_DATE:
            return [(date(int(match[3]), int(match[1]), int(match[2])), True)]
        day, month = (match[1], match[2]) if pattern is _DAY_MONTH else (match[2], match[1])
        return [(date(int(match[3] or 2000), _MONTHS[month[:3].lower()], int(day)), match[3] is not None)]
    except ValueError:
        return []


def _days_of(text: str, zone: ZoneInfo) -> set[date]:
    days: set[date] = set()
    for match in _ISO_DATE.finditer(text):
        try:
            days.add(date(int(match[1]), int(match[2]), int(match[3])))
            instant = datetime.fromisoformat(match[0])
        except ValueError:
            continue
        if instant.tzinfo is not None:
            days.add(instant.astimezone(zone).date())
    rest = _blank(_ISO_DATE, text)
    for pattern in (_DAY_MONTH, _MONTH_DAY, _SLASH_DATE):
        for match in pattern.finditer(rest):
            days.update(day for day, _ in _read_date(pattern, match))
    return days


def _leaves(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, Mapping):
            yield from _leaves(value.values())
        elif isinstance(value, (list, tuple, set, frozenset)):
            yield from _leaves(value)
        else:
            yield value


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _folded(text: str) -> str:
    text = text.replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-").replace("‑", "-")
    return re.sub(r"\s+", " ", text).strip().casefold()


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _word_number(text: str) -> int | None:
    return int(text) if text.isdigit() else _WORD_NUMBERS.get(text.lower())


def _same_number(said: float, read: float, text: str) -> bool:
    """Equal as far as the text's own decimals go: 12.5 supports ``12.5`` and ``12.50``, and 1234.567 supports ``1,234.57``."""
    decimals = len(text.partition(".")[2].rstrip("%")) if "." in text else 0
    return abs(abs(read) - said) < 1e-9 or (decimals > 0 and abs(round(abs(read), decimals) - said) < 1e-9)
