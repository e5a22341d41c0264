"""No unsupported fact gets out: finds the claims of a text and looks each one up in the evidence.

A claim is a number, money, percentage, date, weekday, duration, record reference, name, quoted words, e-mail or web address, and
anything else that holds a digit. A sentence that cites evidence is looked up in what it cites, a sentence without a mark in all
evidence of the turn. Names and references may also be the person's own words; figures may not. A duration in days is recomputed
from the dates in evidence. A sentence with a claim that nothing supports is removed and counted; a mark with an id that code
never gave is an error, not a footnote.

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

ClaimKind = Literal[
    "number", "percent", "date", "weekday", "days", "hours", "reference", "name", "quote", "address"
]


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
_QUOTE = re.compile(
    r"“([^”]{3,})”|\"([^\"]{3,})\"|«([^»]{3,})»|‘([^’]{12,})’(?!\w)|(?<!\w)'([^']{12,})'(?!\w)|^\s*>\s*(.{3,})$"
)
_OPEN_QUOTE = re.compile(r"[“«”»]")
_UNITS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORD_NUMBERS = (
    {word: number for number, word in enumerate(_UNITS, start=1)}
    | {word: 10 * number for number, word in enumerate(_TENS, start=2)}
    | {
        f"{ten}-{unit}": 10 * tens + units
        for tens, ten in enumerate(_TENS, start=2)
        for units, unit in enumerate(_UNITS[:9], start=1)
    }
    | {"hundred": 100, "thousand": 1000}
)
_SPELLED = "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True))
_DURATION = re.compile(
    rf"\b(\d+(?:\.\d+)?|an?|{_SPELLED})[ -](?:business |working |calendar )?(hours?|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
_DAYS_OF = {"day": 1, "week": 7}
_WEEKDAY = re.compile(r"\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)s?\b")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPELLED_NUMBER = re.compile(rf"\b(?!one\b)({_SPELLED})\b", re.IGNORECASE)
"""``one`` is left out: it is more often a pronoun than a number."""
_NUMBER = re.compile(
    r"(?<![\w.,/:-])[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-]|[.,/:]\d)"
    r"|(?<![\w.,/:-])\d+(?:\.\d+)?(?=(?:st|nd|rd|th)\b)"
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)")
_ANY_DIGIT = re.compile(r"[\w+#][\w./:+#&×-]*")
"""A word; if it holds a digit and nothing else has claimed it, it is looked up letter by letter."""
_NAME = re.compile(r"\b[A-Z][\w&'’.-]*(?: (?:of |and |& |the )?[A-Z][\w&'’.-]*)+")
_LIST_NUMBER = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)")
_SENTENCE_END = re.compile(r"(?<=[.!?])((?:\s*\[[EK]\d+\])*)\s+(?=[\"“(*]*[A-Z0-9])")


class Grounding:
    """The evidence of one turn, made ready for looking things up.

    Args:
        evidence, citations: all evidence of the turn.
        today: the asking person's day; a duration may be counted to it.
        timezone: IANA name; a day in a text may be the person's local day of a UTC instant.
        question: names and references in the person's own words may be repeated without proof.
        said: sentences and names that code put into tool results (what was not found, why something is unavailable).
    """

    def __init__(
        self,
        evidence: Sequence[Evidence],
        citations: Sequence[Citation],
        *,
        today: date,
        timezone: str = "UTC",
        question: str = "",
        said: Sequence[str] = (),
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
        self._said = _Source.of_values(said, zone)
        self._made_by_code = _folded(" | ".join(said))

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
                marks = MARK.findall(sentence)
                cited = [self._sources[mark] for mark in marks if mark in self._sources]
                by_code = self._is_made_by_code(sentence)
                good = [
                    claim for claim in found if by_code or self._supports(claim, cited if marks else None)
                ]
                claims += len(found)
                supported += len(good)
                if (
                    len(good) == len(found)
                    and not self.unknown_ids(sentence)
                    and not _has_open_quote(sentence)
                ):
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

    def _is_made_by_code(self, sentence: str) -> bool:
        """Word for word what code put into a tool's result (perhaps behind who it is for): not a brain's own claim."""
        bare = _folded(_LIST_NUMBER.sub("", MARK.sub("", sentence)).replace("*", "")).rstrip(" .")
        words = [bare, bare.partition(": ")[2]]
        return any(len(one) > 20 and one in self._made_by_code for one in words)

    def _supports(self, claim: Claim, cited: Sequence[_Source] | None) -> bool:
        """Whether the cited evidence (None: the sentence cites nothing) holds the claim."""
        sources = list(self._sources.values() if cited is None else cited)
        if claim.kind in {"reference", "name"}:
            # What a record is called is no figure: it may come from any evidence of the turn, or be what the person wrote.
            sources += [*self._sources.values(), self._question, self._said]
        if claim.kind == "date" and claim.value == self._today:
            return True
        if any(source.supports(claim) for source in sources):
            return True
        if claim.kind == "quote" and (self._question.supports(claim) or self._said.supports(claim)):
            return True
        if claim.kind == "name":
            parts = [
                part
                for part in re.split(r" (?:of|and|&|the) (?:the )?", str(claim.value))
                if part not in _ODOO_TERMS
            ]
            return all(any(source.says(part) for source in sources) for part in parts)
        if claim.kind == "days" and isinstance(claim.value, float):
            days = {day for source in sources for day in source.days}
            return any(
                abs((one - other).days) == claim.value for one in days for other in days | {self._today}
            )
        return False


@dataclass(frozen=True, kw_only=True)
class _Source:
    """One piece of evidence as sets that can be looked up."""

    numbers: frozenset[float]
    percents: frozenset[float]
    durations: frozenset[tuple[str, float]]
    """(``days`` or ``hours`` or ``months`` ..., how many), as written."""
    days: frozenset[date]
    words: str
    """All text, folded: what quotes, names and references are looked up in."""

    @classmethod
    def of_values(cls, values: Iterable[Any], zone: ZoneInfo) -> _Source:
        numbers: set[float] = set()
        percents: set[float] = set()
        durations: set[tuple[str, float]] = set()
        days: set[date] = set()
        words: list[str] = []
        for key, value in _leaves("", values):
            if isinstance(value, bool) or value is None:
                continue
            if isinstance(value, (int, float)):
                numbers.add(round(float(value), 6))
                if re.search(r"percent|rate|margin|discount", key):
                    percents.add(round(float(value), 6))
                if re.search(r"days|overdue|lead", key):
                    durations.add(("day", float(value)))
                words.append(f"{value:g}")
                continue
            text = str(value)
            words.append(text)
            days.update(_days_of(text, zone))
            percents.update(float(match[1]) for match in _PERCENT.finditer(text))
            durations.update(_duration(match) for match in _DURATION.finditer(text))
            rest = _blank(_DURATION, _blank(_PERCENT, _blank(_ISO_DATE, text)))
            numbers.update(abs(_number(match[0])) for match in _NUMBER.finditer(rest))
            numbers.update(float(_WORD_NUMBERS[match[1].lower()]) for match in _SPELLED_NUMBER.finditer(rest))
        return cls(
            numbers=frozenset(numbers), percents=frozenset(percents), durations=frozenset(durations), days=frozenset(days),
            words=_folded(" | ".join(words)),
        )  # fmt: skip

    def supports(self, claim: Claim) -> bool:
        value = claim.value
        match claim.kind:
            case "date" if isinstance(value, date):
                return value in self.days or (
                    not claim.year_given
                    and any((day.month, day.day) == (value.month, value.day) for day in self.days)
                )
            case "weekday":
                return self.says(str(value)) or any(_WEEKDAYS[day.weekday()] == value for day in self.days)
            case "number" if isinstance(value, float):
                return any(_same_number(value, number, claim.text) for number in self.numbers)
            case "percent" if isinstance(value, float):
                return any(_same_number(value, number, claim.text) for number in self.percents)
            case "days" if isinstance(value, float):
                return any(_DAYS_OF.get(unit, 0) * number == value for unit, number in self.durations)
            case "hours":
                return any(f"{number:g} {unit}" == value for unit, number in self.durations)
            case _:
                return self.says(str(value))

    def says(self, words: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(_folded(words))}(?!\w)", self.words) is not None


def claims_of(sentence: str) -> list[Claim]:
    """The checkable claims of one sentence, each character counted once, the most specific kind first."""
    text = MARK.sub(lambda match: " " * len(match[0]), sentence)
    text = _LIST_NUMBER.sub(lambda match: " " * len(match[0]), text)
    claims: list[Claim] = []
    for match in _QUOTE.finditer(text):
        words = next(group for group in match.groups() if group)
        claims.append(Claim(kind="quote", text=match[0], value=words.strip().rstrip(".,;…")))
    text = _blank(_QUOTE, text)
    for match in _ADDRESS.finditer(text):
        claims.append(Claim(kind="address", text=match[0], value=match[0].rstrip(".,;")))
    text = _blank(_ADDRESS, text)
    text = _take_dates(text, claims)
    for match in _DURATION.finditer(text):
        unit, number = _duration(match)
        if unit in _DAYS_OF:
            claims.append(Claim(kind="days", text=match[0], value=_DAYS_OF[unit] * number))
        else:
            claims.append(Claim(kind="hours", text=match[0], value=f"{number:g} {unit}"))
    text = _blank(_DURATION, text)
    for match in _PERCENT.finditer(text):
        claims.append(Claim(kind="percent", text=match[1], value=float(match[1])))
    text = _blank(_PERCENT, text)
    for match in _WEEKDAY.finditer(text):
        claims.append(Claim(kind="weekday", text=match[0], value=match[1].lower()))
    for match in _REFERENCE.finditer(text):
        if any(character.isdigit() for character in match[0]):
            claims.append(Claim(kind="reference", text=match[0], value=match[0]))
    text = re.sub(
        _REFERENCE, lambda match: " " * len(match[0]) if re.search(r"\d", match[0]) else match[0], text
    )
    for match in _NUMBER.finditer(text):
        claims.append(Claim(kind="number", text=match[0], value=abs(_number(match[0]))))
    text = _blank(_NUMBER, text)
    for match in _SPELLED_NUMBER.finditer(text):
        claims.append(Claim(kind="number", text=match[0], value=float(_WORD_NUMBERS[match[1].lower()])))
    for match in _ANY_DIGIT.finditer(text):
        if any(character.isdigit() for character in match[0]):
            claims.append(Claim(kind="reference", text=match[0], value=match[0].rstrip(".:-/")))
    claims += [Claim(kind="name", text=name, value=name) for name in _names(text)]
    return claims


def _names(text: str) -> Iterable[str]:
    """Runs of capitalised words; the first word of a sentence counts only together with what follows it inside a name."""
    bare = text.replace("*", " ")
    for match in _NAME.finditer(bare):
        words = match[0].rstrip(".'’").split()
        begins = not bare[: match.start()].strip(" -(")
        if begins and (len(words) == 2 or words[0].lower() in _OPENERS):
            words = words[1:] if words[0].lower() in _OPENERS else words
        if len(words) > 1:
            yield re.sub(r"['’]s$", "", " ".join(words))


_ODOO_TERMS = frozenset({
    "Delivery Date", "Sales Order", "Purchase Order", "Odoo", "Inventory", "Purchase", "Invoicing", "Sales", "Contacts",
    "Quality Hold", "Ship Complete",
})  # fmt: skip
"""What things are called in Odoo's own screens: no name of a record."""

_OPENERS = frozenset({
    "the", "a", "an", "in", "on", "for", "of", "at", "by", "to", "from", "with", "when", "while", "if", "but",
    "and", "or", "so", "as", "it", "its", "this", "that", "these", "those", "there", "their", "our", "your",
    "customer", "order", "delivery", "contract", "purchase", "vendor", "carrier", "ship", "ask", "check",
    "call", "get", "compare", "source", "expected", "since", "after", "before", "because", "according", "name",
    "read", "proven", "likely", "unknown", "no", "not", "i", "we", "you", "they", "he", "she", "po",
})  # fmt: skip
"""Words that begin a sentence in front of a name and are no part of it."""


def _has_open_quote(sentence: str) -> bool:
    """A quotation that does not end in its sentence cannot be looked up."""
    return _OPEN_QUOTE.search(_blank(_QUOTE, sentence)) is not None


def _duration(match: re.Match[str]) -> tuple[str, float]:
    amount, unit = match[1].lower(), match[2].lower().rstrip("s")
    number = 1.0 if amount in {"a", "an"} else float(_WORD_NUMBERS.get(amount, 0) or amount)
    return unit, number


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


def _leaves(key: str, values: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    """Every value with the name of its field."""
    for value in values:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                yield from _leaves(str(name), [inner])
        elif isinstance(value, (list, tuple, set, frozenset)):
            yield from _leaves(key, value)
        else:
            yield key, value


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _folded(text: str) -> str:
    text = text.replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-").replace("‑", "-")
    return re.sub(r"\s+", " ", text).strip().casefold()


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _same_number(said: float, read: float, text: str) -> bool:
    """Equal as far as the text's own decimals go: 12.5 supports ``12.5`` and ``12.50``, and 1234.567 supports ``1,234.57``."""
    decimals = len(text.partition(".")[2].rstrip("%")) if "." in text else 0
    return abs(abs(read) - said) < 1e-9 or (decimals > 0 and abs(round(abs(read), decimals) - said) < 1e-9)
