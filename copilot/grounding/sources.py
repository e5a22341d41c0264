"""Evidence as something that can be looked up: numbers with the field or the words they belong to, days, durations, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from copilot.grounding.claims import (
    DAYS_OF,
    DURATION,
    NUMBER,
    PERCENT,
    SPELLED_NUMBER,
    WORD_NUMBERS,
    Claim,
    Words,
    duration,
    number_of,
)
from copilot.grounding.concepts import BY_PEOPLE, Stance, of_fields, stances_of
from copilot.grounding.days import ISO_DATE, WEEKDAYS, days_in, days_of_value
from copilot.grounding.text import blank, folded, stem

_ROLES: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = tuple(
    (frozenset(stem(word) for word in words.split()), re.compile(keys))
    for words, keys in (
        ("free available", r"free|available"),
        ("reserved", r"reserved"),
        ("delivered", r"delivered"),
        ("received arrived", r"received"),
        ("invoiced", r"invoiced"),
        ("worth total", r"total|amount"),
        ("missing", r"missing|for_this_order|short"),
    )
)
"""Stems of words beside a number -> the fields it may come from, where the evidence has such fields."""

_DATE_ROLES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(words), re.compile(keys))
    for words, keys in (
        (r"promised?\b(?! by\b)", r"^promised|commitment_date"),
        (r"promised?\b(?! by\b)", r"^expected_date$"),
        (r"\bdue\b", r"due|planned|deadline|^date$|follow"),
        (r"\b(?:entered|created)\b", r"date_order|create|order_date"),
        (r"\bexpected to ship:", r"earliest|latest|expected"),
    )
)
"""Words in front of a date -> the fields it may come from, where the evidence has such fields."""


_CLERICAL = re.compile(r"^(?:reservation|in|create|write|read)_(?:date|at)$")
"""Fields that Odoo fills with the day on which something was entered or read: by chance often today, the day of no event."""

_EVENTS_TODAY: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(words), re.compile(keys))
    for words, keys in (
        (
            r"\b(?:arriv\w+|comes?|received|receipt)\b",
            r"arriv|planned|due|deadline|^date$|scheduled|done|earliest|latest|expected|comes",
        ),
        (
            r"\b(?:ships?|shipped|shipping|leav\w+|left|dispatch\w*|departs?|delivered|goes)\b",
            r"leaves|arriv|ship|planned|deadline|^date$|scheduled|done|earliest|latest|expected|commitment|promised",
        ),
    )
)
"""Words in front of today's date -> the fields it may come from, where the evidence has such fields."""


@dataclass(frozen=True, kw_only=True)
class _Number:
    value: float
    key: str
    """Name of the field; empty for a number in a text."""
    near: frozenset[str]
    """For a number in a text: stems of the words around it."""


@dataclass(frozen=True, kw_only=True)
class _Dated:
    day: date
    key: str
    before: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One piece of evidence: an Odoo fact, a passage, or what a tool's result says beside its evidence ids."""

    numbers: tuple[_Number, ...]
    percents: frozenset[float]
    durations: frozenset[tuple[str, float, str]]
    """(``day`` or ``hour`` or ``month`` ..., how many, ``business`` or nothing), as written."""
    dated: tuple[_Dated, ...]
    words: str
    """All text, folded: what quotes, names and references are looked up in."""
    facts: frozenset[tuple[str, bool]]
    """What its fields mean as concepts."""
    texts: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    """(field, its text folded): which field a name comes from."""
    is_passage: bool = False

    @classmethod
    def of_values(
        cls,
        values: Iterable[Any],
        zone: ZoneInfo,
        *,
        model: str = "",
        is_passage: bool = False,
        facts: Iterable[tuple[str, bool]] = (),
    ) -> Source:
        """A source that holds these values: scalars, lists, or mappings of field names to values."""
        values = list(values)
        numbers: list[_Number] = []
        percents: set[float] = set()
        durations: set[tuple[str, float, str]] = set()
        dated: list[_Dated] = []
        words: list[str] = []
        known: set[tuple[str, bool]] = set(facts)
        for value in values:
            if isinstance(value, Mapping):
                known |= of_fields(model, value)
        for key, value in _leaves("", values):
            if isinstance(value, bool) or value is None:
                continue
            if isinstance(value, (int, float)):
                numbers.append(_Number(value=round(float(value), 6), key=key or "value", near=frozenset()))
                if re.search(r"percent|rate|margin|discount", key):
                    percents.add(round(float(value), 6))
                if re.search(r"days|overdue|lead", key):
                    durations.add(("day", float(value), ""))
                words.append(f"{value:g}")
                continue
            text = str(value)
            words.append(text)
            dated += [_Dated(day=day, key=key, before="") for day in days_of_value(text, zone)]
            rest = blank(ISO_DATE, text)
            for day in days_in(rest):
                before = folded(rest[max(0, day.begin - 60) : day.begin])
                dated += [_Dated(day=one, key="", before=before) for one in day.either]
                rest = rest[: day.begin] + " " * (day.end - day.begin) + rest[day.end :]
            percents.update(float(match[1]) for match in PERCENT.finditer(rest))
            rest = blank(PERCENT, rest)
            durations.update(duration(match) for match in DURATION.finditer(rest))
            rest = blank(DURATION, rest)
            if not re.search(r"\d", rest) and SPELLED_NUMBER.search(rest) is None:
                continue
            around = Words(rest).around
            alone = re.fullmatch(r"\s*[-+]?[\d,.]+\s*", rest) is not None
            for match in NUMBER.finditer(rest):
                near = around(*match.span())
                numbers.append(
                    _Number(value=abs(number_of(match[0])), key="value" if alone else "", near=near)
                )
            for match in SPELLED_NUMBER.finditer(rest):
                near = around(*match.span())
                numbers.append(_Number(value=float(WORD_NUMBERS[match[1].lower()]), key="", near=near))
        return cls(
            numbers=tuple(numbers), percents=frozenset(percents), durations=frozenset(durations), dated=tuple(dated),
            words=folded(" | ".join(words)), facts=frozenset(known), is_passage=is_passage,
            named=tuple((key, folded(value)) for key, value in _leaves("", values) if isinstance(value, str) and key),
            texts=tuple(str(value) for _, value in _leaves("", values) if isinstance(value, str) and " " in value),
        )  # fmt: skip

    @cached_property
    def stances(self) -> frozenset[Stance]:
        """What its words and its fields say, as concepts with a sign."""
        found = {Stance(concept=concept, holds=holds) for concept, holds in self.facts}
        for text in self.texts:
            found.update(stances_of(text))
            if self.is_passage:
                whole = stances_of(text, facts_only=False)
                found.update(one for one in whole if one.concept not in BY_PEOPLE)
        return frozenset(found)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in re.findall(r"[^\W\d_]+", self.words))

    @property
    def days(self) -> frozenset[date]:
        return frozenset(one.day for one in self.dated)

    def says(self, words: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(folded(words))}(?!\w)", self.words) is not None


def supported(
    claim: Claim, sources: Iterable[Source], *, today: date, sentence_days: frozenset[date]
) -> bool:
    """Whether these sources hold a figure, a date, a unit, quoted words, a name or a reference.

    Args:
        sentence_days: the other days that the sentence names: a duration may be the time between two of them.
    """
    sources = list(sources)
    value = claim.value
    match claim.kind:
        case "date":
            return _date_supported(claim, sources, today)
        case "weekday":
            if sentence_days:
                return any(WEEKDAYS[day.weekday()] == value for day in sentence_days)
            return any(
                source.says(str(value)) or any(WEEKDAYS[day.weekday()] == value for day in source.days)
                for source in sources
            )
        case "number" if isinstance(value, float):
            return _number_supported(claim, value, sources)
        case "percent" if isinstance(value, float):
            return any(same_number(value, one, claim.text) for source in sources for one in source.percents)
        case "days" if isinstance(value, float):
            return _duration_supported(claim, value, sources, today, sentence_days)
        case "hours":
            return any(
                f"{number:g} {unit}" == value for source in sources for unit, number, _ in source.durations
            )
        case "unit":
            return any(value in source.stems for source in sources)
        case "currency":
            return any(
                source.says(str(value)) or _SYMBOL.get(str(value), "\0") in source.words for source in sources
            )
        case _:
            return any(source.says(str(value)) for source in sources)


_SYMBOL = {"usd": "$", "eur": "€", "gbp": "£"}


_NAME_ROLES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(words), re.compile(keys))
    for words, keys in (
        (r"(?:\bgoes|\bships?|\bshipped|\bbooked|\bsent|\bcarrier|\bleft\b.*) (?:with|is|by)\|", r"carrier"),
        (
            r"\b[a-z]*\d{4,} for\||\bcustomer(?: is)?\||\b(?:ordered by|promised to)\||\|[^.]{0,8}(?:was|is) promised\b",
            r"partner|customer",
        ),
        (r"\b(?:free|held|stock|available) in\|", r"warehouse|location"),
    )
)
"""Words in front of a name, a bar, words behind it -> the fields it may come from, where the evidence has such fields."""


def name_in_its_role(claim: Claim, sources: Iterable[Source]) -> bool:
    """False where the evidence has such fields and the name is in none of them: a salesperson is no carrier."""
    around = f"{claim.before}|{claim.after}"
    wanted = next((keys for words, keys in _NAME_ROLES if words.search(around)), None)
    if wanted is None:
        return True
    name = folded(str(claim.value))
    fields = [text for source in sources for key, text in source.named if wanted.search(key)]
    return not fields or any(name in text or text in name for text in fields)


def _date_supported(claim: Claim, sources: list[Source], today: date) -> bool:
    def fits(day: date) -> bool:
        if claim.year_given:
            return day in claim.either
        return any((day.month, day.day) == (one.month, one.day) for one in claim.either)

    if fits(today) and claim.year_given and claim.of_asking:
        return True
    for words, keys in _DATE_ROLES:
        spoken = list(words.finditer(claim.before))
        if not spoken or len(claim.before) - spoken[-1].end() > 25:
            continue
        fields = [one for source in sources for one in source.dated if keys.search(one.key)]
        fields = [one for one in fields if "basis" not in one.key]
        if fields:
            texts = [
                one for source in sources for one in source.dated if not one.key and words.search(one.before)
            ]
            return any(fits(one.day) for one in [*fields, *texts])
    dated = [one for source in sources for one in source.dated]
    if fits(today):
        dated = [one for one in dated if not _CLERICAL.search(one.key)]
        for words, keys in _EVENTS_TODAY:
            fields = [one for one in dated if keys.search(one.key)]
            if fields and words.search(claim.before[-40:]):
                dated = [*fields, *(one for one in dated if not one.key and words.search(one.before))]
    return any(fits(one.day) for one in dated)


def _number_supported(claim: Claim, value: float, sources: list[Source]) -> bool:
    """In a field, or in a text beside the same words; a count of records in a field or text that speaks of such records."""
    same = [one for source in sources for one in source.numbers if same_number(value, one.value, claim.text)]
    if any(not one.key and one.near & claim.near for one in same):
        return True
    if re.search(r"\d[^,;]* of (?:the )?$", claim.before):
        return any(
            one.key for one in same
        )  # "12 of the 16 are missing": what is said of the part is not said of the whole
    if claim.counts:
        return any(one.key and claim.counts in one.key for one in same)
    wanted = [keys for words, keys in _ROLES if words & claim.near]
    keys_known = [
        keys
        for keys in wanted
        if any(one.key and keys.search(one.key) for source in sources for one in source.numbers)
    ]
    if keys_known:
        return any(one.key and any(keys.search(one.key) for keys in keys_known) for one in same)
    return any(one.key for one in same)


def _duration_supported(
    claim: Claim, value: float, sources: list[Source], today: date, sentence_days: frozenset[date]
) -> bool:
    for word in ("late", "overdue"):
        if stem(word) in claim.near and not claim.qualifier:
            known = [one.value for source in sources for one in source.numbers if one.key == f"days_{word}"]
            if known:
                return value in known
    for source in sources:
        for unit, number, qualifier in source.durations:
            if DAYS_OF.get(unit, 0) * number == value and (
                not claim.qualifier or qualifier == claim.qualifier
            ):
                return True
    if claim.qualifier:
        return False
    if sentence_days:
        # recomputed from the days that the sentence itself names (each of them is checked for itself)
        return any(
            abs((one - other).days) == value for one in sentence_days for other in sentence_days | {today}
        )
    if "late" in claim.text.casefold() or {stem("late"), stem("overdue")} & claim.near:
        due = re.compile(r"^promised|commitment_date|due|planned|deadline")
        return any(
            abs((today - one.day).days) == value
            for source in sources
            for one in source.dated
            if due.search(one.key)
        )
    return False


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


def same_number(said: float, read: float, text: str) -> bool:
    """Equal as far as the text's own decimals go: 12.5 supports ``12.5`` and ``12.50``, and 1234.567 supports ``1,234.57``."""
    decimals = len(text.partition(".")[2].rstrip("%")) if "." in text else 0
    return abs(abs(read) - said) < 1e-9 or (decimals > 0 and abs(round(abs(read), decimals) - said) < 1e-9)
