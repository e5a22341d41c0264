"""What a sentence claims: each figure, date, duration, unit, reference, name, quotation and address in it, once.

What a sentence claims beyond figures (states, negations, causes) is in `concepts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from copilot.addresses import ADDRESS
from copilot.evidence_book import MARK
from copilot.grounding.days import WEEKDAYS, days_in, is_called_today, is_day_of_asking
from copilot.grounding.text import blank, folded, stem

ClaimKind = Literal[
    "number", "percent", "date", "weekday", "days", "hours", "reference", "name", "quote", "address", "unit", "currency",
    "state", "comparison", "citation",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One checkable thing that a sentence says."""

    kind: ClaimKind
    text: str
    """As it stands in the sentence."""
    value: str | float | date
    """What is looked up: a normalised reference or quote, a number, or a day."""
    at: int = 0
    """Where it begins in the sentence."""
    year_given: bool = True
    """False for a date without a year (``12 Nov``): any year of the evidence supports it."""
    either: frozenset[date] = frozenset()
    """For a date: every day its words may mean."""
    near: frozenset[str] = frozenset()
    """For a figure: stems of the words around it."""
    counts: str = ""
    """For a number: stem of what it counts (``cause``, ``order`` ...), if it counts records."""
    relative: bool = False
    """For a date: counted from today."""
    before: str = ""
    """For a date, a name or a number: the words in front of it."""
    after: str = ""
    """For a name or a number: the words behind it, folded."""
    of_asking: bool = False
    """For a date: the sentence speaks of it as the day of the question; true of today only."""
    is_today: bool = False
    """For a date in figures or words: the sentence says that it is today's ("as of today, 21 Nov 2026")."""
    qualifier: str = ""
    """For a duration: ``business`` where the sentence says so."""


REFERENCE = re.compile(
    r"\b(?:[A-Z]{1,6}(?:/[A-Z0-9]+)+|[A-Z]{1,5}-?\d[\w-]*(?:/[A-Z0-9-]+)*|[A-Z]{2,}(?:-[A-Z0-9]+)+)\b"
)
_QUOTE = re.compile(
    r"“([^”]{3,})”|\"([^\"]{3,})\"|«([^»]{3,})»|‘([^’]{12,})’(?!\w)|(?<!\w)'([^']{12,})'(?!\w)|^\s*>\s*(.{3,})$"
)
_OPEN_QUOTE = re.compile(r"[“«”»]")
_UNITS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORD_NUMBERS = (
    {word: number for number, word in enumerate(_UNITS, start=1)}
    | {word: 10 * number for number, word in enumerate(_TENS, start=2)}
    | {
        f"{ten}-{unit}": 10 * tens + units
        for tens, ten in enumerate(_TENS, start=2)
        for units, unit in enumerate(_UNITS[:9], start=1)
    }
    | {"dozen": 12, "hundred": 100, "thousand": 1000}
)
_SPELLED = "|".join(sorted(WORD_NUMBERS, key=len, reverse=True))
DURATION = re.compile(
    rf"\b(?<!promised )(\d+(?:\.\d+)?|an?|{_SPELLED})[ -](?:(business|working|calendar) )?(hours?|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
DAYS_OF = {"day": 1, "week": 7}
_WEEKDAY = re.compile(rf"\b({'|'.join(day.title() for day in WEEKDAYS)})s?\b")
SPELLED_NUMBER = re.compile(rf"\b(?!one\b)({_SPELLED})\b", re.IGNORECASE)
"""``one`` is left out: it is more often a pronoun than a number."""
NUMBER = re.compile(
    r"(?<![\w.,/:-])[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-]|[.,/:]\d)"
    r"|(?<![\w.,/:-])\d+(?:\.\d+)?(?=(?:st|nd|rd|th)\b)"
)
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)")
_ANY_DIGIT = re.compile(r"[\w+#][\w./:+#&×-]*")
"""A word; if it holds a digit and nothing else has claimed it, it is looked up letter by letter."""
_NAME = re.compile(r"\b[A-Z][\w&'’.-]*(?: (?:of |and |& |the )?[A-Z][\w&'’.-]*)+")
LIST_NUMBER = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)")

_UNIT_WORDS = (
    "kg|kilos?|kilograms?|g|grams?|lbs?|pounds?|oz|ounces?|tons?|tonnes?|l|litres?|liters?|ml|gal|gallons?|mm|cm|m|km|metres?|meters?"
    "|inch(?:es)?|ft|feet|pallets?|drums?|cases?|boxes|box|cartons?|crates?|bags?|rolls?|packs?|packages?|pails?|trays?|bottles?|cans?|bundles?"
    "|sets?|sheets?|barrels?|containers?|truckloads?|parcels?"
)
_COUNTED = re.compile(
    rf"(?<![\w.])\d[\d,]*(?:\.\d+)? ?({_UNIT_WORDS})\b|\b({_UNIT_WORDS})(?= of \d)", re.IGNORECASE
)
"""A quantity's unit. ``units``, ``pieces`` and the like say nothing and are left out."""
_CURRENCIES = {
    "$": "usd",
    "€": "eur",
    "£": "gbp",
    "dollars": "usd",
    "dollar": "usd",
    "euros": "eur",
    "euro": "eur",
}
_CURRENCY = re.compile(
    r"\b(USD|EUR|GBP|CHF|CAD|AUD|MXN|JPY|CNY|INR|SEK|NOK|DKK|PLN|dollars?|euros?)\b|[$€£](?=\d)"
)
_STOP = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "for", "from", "has", "have", "had", "in", "is", "it",
    "its", "not", "of", "on", "or", "our", "than", "that", "the", "their", "then", "there", "they", "this", "to",
    "was", "were", "which", "will", "with", "you", "your", "we", "more", "order", "orders", "only", "still", "no",
})  # fmt: skip


def claims_of(sentence: str, today: date | None = None) -> list[Claim]:
    """The checkable claims of one sentence in the order in which they stand there, each character counted once, the most
    specific kind first.

    Args:
        today: needed to read ``tomorrow`` and its like; without it they are no claims.
    """
    text = plain(sentence)
    claims: list[Claim] = []
    for match in _QUOTE.finditer(text):
        words = next(group for group in match.groups() if group)
        claims.append(
            Claim(kind="quote", text=match[0], value=words.strip().rstrip(".,;…"), at=match.start())
        )
    text = blank(_QUOTE, text)
    for match in ADDRESS.finditer(text):
        claims.append(Claim(kind="address", text=match[0], value=match[0].rstrip(".,;"), at=match.start()))
    text = blank(ADDRESS, text)
    words, whole = Words(text), text
    for day in days_in(text, today):
        value = min(day.either, default=date.min)
        claims.append(
            Claim(
                kind="date",
                text=day.text,
                value=value,
                either=day.either,
                year_given=day.year_given,
                at=day.begin,
                near=words.around(day.begin, day.end),
                relative=day.relative,
                before=folded(text[max(0, day.begin - 60) : day.begin]),
                is_today=not day.relative and is_called_today(folded(whole[: day.begin])),
                of_asking=is_day_of_asking(
                    day.text, folded(whole[: day.begin]), folded(whole[day.end : day.end + 60])
                ),
            )
        )
        text = text[: day.begin] + " " * (day.end - day.begin) + text[day.end :]
    for match in DURATION.finditer(text):
        unit, number, qualifier = duration(match)
        near = words.around(*match.span())
        value_in_days = DAYS_OF.get(unit)
        claims.append(
            Claim(kind="days", text=match[0], value=value_in_days * number, at=match.start(), near=near, qualifier=qualifier)
            if value_in_days
            else Claim(kind="hours", text=match[0], value=f"{number:g} {unit}", at=match.start(), near=near)
        )  # fmt: skip
    text = blank(DURATION, text)
    for match in PERCENT.finditer(text):
        claims.append(
            Claim(
                kind="percent",
                text=match[1],
                value=float(match[1]),
                at=match.start(),
                near=words.around(*match.span()),
            )
        )
    text = blank(PERCENT, text)
    for match in _WEEKDAY.finditer(text):
        claims.append(Claim(kind="weekday", text=match[0], value=match[1].lower(), at=match.start()))
    for match in _CURRENCY.finditer(text):
        code = _CURRENCIES.get(match[0].lower(), match[0].lower())
        claims.append(Claim(kind="currency", text=match[0], value=code, at=match.start()))
    text = re.sub(r"[$€£](?=\d)|\b(?:USD|EUR|GBP)(?=\d)", lambda match: " " * len(match[0]), text)
    for match in _COUNTED.finditer(text):
        unit_word = match[1] or match[2]
        claims.append(Claim(kind="unit", text=match[0], value=stem(unit_word), at=match.start()))
    for match in REFERENCE.finditer(text):
        if any(character.isdigit() for character in match[0]):
            claims.append(Claim(kind="reference", text=match[0], value=match[0], at=match.start()))
    text = re.sub(
        REFERENCE, lambda match: " " * len(match[0]) if re.search(r"\d", match[0]) else match[0], text
    )
    for match in NUMBER.finditer(text):
        near = words.around(*match.span())
        claims.append(
            Claim(
                kind="number",
                text=match[0],
                value=abs(number_of(match[0])),
                at=match.start(),
                near=near,
                counts=_counted(text, match.end()),
                before=whole[max(0, match.start() - 30) : match.start()],
                after=folded(whole[match.end() : match.end() + 30]),
            )
        )
    text = blank(NUMBER, text)
    for match in SPELLED_NUMBER.finditer(text):
        near = words.around(*match.span())
        value_said = float(WORD_NUMBERS[match[1].lower()])
        counts = _counted(text, match.end())
        claims.append(
            Claim(kind="number", text=match[0], value=value_said, at=match.start(), near=near, counts=counts)
        )
    for match in _ANY_DIGIT.finditer(text):
        if any(character.isdigit() for character in match[0]):
            claims.append(
                Claim(kind="reference", text=match[0], value=match[0].rstrip(".:-/"), at=match.start())
            )
    claims += [
        Claim(
            kind="name",
            text=name,
            value=name,
            at=at,
            before=folded(whole[max(0, at - 40) : at]),
            after=folded(whole[at + len(name) : at + len(name) + 30]),
        )
        for at, name in names_in(text)
    ]
    return sorted(claims, key=lambda claim: claim.at)


_COUNT_NOUN = re.compile(
    r"(?: (?:\w+ )?)(causes?|reasons?|orders?|lines?|options?|deliver(?:y|ies)|shipments|transfers|warehouses|documents|passages|"
    r"customers|vendors|contracts|purchases|steps)\b",
    re.IGNORECASE,
)


def _counted(text: str, end: int) -> str:
    """Stem of the kind of record that a number counts: ``two causes``, ``3 late orders``."""
    match = _COUNT_NOUN.match(text, end)
    return {"reason": "caus"}.get(stem(match[1]), stem(match[1])) if match else ""


def plain(sentence: str) -> str:
    """The sentence with its marks, its place in a list and its bold type blanked; positions stay."""
    return blank(LIST_NUMBER, blank(MARK, sentence)).replace("*", " ")


def without_quotes(sentence: str) -> str:
    """The sentence's own words: what it quotes is blanked."""
    return blank(_QUOTE, plain(sentence))


def has_open_quote(sentence: str) -> bool:
    """A quotation that does not end in its sentence cannot be looked up."""
    return _OPEN_QUOTE.search(blank(_QUOTE, sentence)) is not None


def duration(match: re.Match[str]) -> tuple[str, float, str]:
    """(unit, how many, ``business`` or nothing) of a match of `DURATION`."""
    amount, qualifier, unit = match[1].lower(), (match[2] or "").lower(), match[3].lower().rstrip("s")
    number = 1.0 if amount in {"a", "an"} else float(WORD_NUMBERS.get(amount, 0) or amount)
    return unit, number, "business" if qualifier in {"business", "working"} else ""


def number_of(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


class Words:
    """The words of a text with where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        words = [(match.start(), match.end(), stem(match[0])) for match in re.finditer(r"[^\W\d_]{2,}", text)]
        self._words = [word for word in words if word[2] not in _STOP]

    def around(self, begin: int, end: int) -> frozenset[str]:
        """Stems of the words around a place of the text: two before it, four behind it, none beyond a comma or stronger."""
        back = max((self._text.rfind(sign, 0, begin) for sign in (", ", "; ", ": ", ". ")), default=-1)
        stops = [at for sign in (", ", "; ", ": ", ". ") if (at := self._text.find(sign, end)) >= 0]
        number = re.compile(r"\d").search(self._text, end)
        ahead = min([*stops, *([number.start()] if number else [])], default=len(self._text))
        before = [
            word for start, stop, word in self._words if back <= start and stop <= begin and begin - stop < 30
        ][-2:]
        behind = [
            word for start, stop, word in self._words if end <= start and stop <= ahead and start - end < 40
        ][:4]
        return frozenset([*before, *behind])


def names_in(text: str) -> Iterable[tuple[int, str]]:
    """Runs of capitalised words; the first word of a sentence counts only together with what follows it inside a name."""
    for match in _NAME.finditer(text):
        words = match[0].rstrip(".'’").split()
        begins = not text[: match.start()].strip(" -(")
        if begins and (len(words) == 2 or words[0].lower() in OPENERS):
            words = words[1:] if words[0].lower() in OPENERS else words
        if len(words) > 1:
            yield match.start(), re.sub(r"['’]s$", "", " ".join(words))


ODOO_TERMS = frozenset({
    "Delivery Date", "Sales Order", "Purchase Order", "Odoo", "Inventory", "Purchase", "Invoicing", "Sales", "Contacts",
    "Quality Hold", "Ship Complete", "Customer Reference", "Customer", "Vendor", "Quotation", "Pricelist", "Quantity On Hand",
    "Free To Use", "Forecast", "Delivery", "Receipt", "Invoice",
})  # fmt: skip
"""What things are called in Odoo's own screens: no name of a record."""

OPENERS = frozenset({
    "the", "a", "an", "in", "on", "for", "of", "at", "by", "to", "from", "with", "when", "while", "if", "but",
    "and", "or", "so", "as", "it", "its", "this", "that", "these", "those", "there", "their", "our", "your",
    "customer", "order", "delivery", "contract", "purchase", "vendor", "carrier", "ship", "ask", "check",
    "call", "get", "compare", "source", "expected", "since", "after", "before", "because", "according", "name",
    "read", "proven", "likely", "unknown", "no", "not", "i", "we", "you", "they", "he", "she", "po", "sourced",
})  # fmt: skip
"""Words that begin a sentence in front of a name and are no part of it."""
