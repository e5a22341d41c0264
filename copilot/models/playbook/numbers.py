"""Orders and purchase orders called by their number alone: "where's 142", "s64", "eta for 188 pls", "po 48".

A number is an order's only where nothing says that it counts or measures something ("6 of 8", "24 hours", "USD 250", "at 11").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """One number that names a record."""

    reference: str
    """As `erp_tools.orders` reads it: ``order 142``, ``P00048``."""
    is_purchase: bool
    start: int
    end: int


_SHORT_ORDER = re.compile(r"(?<![\w/'’-])s[ .-]?0*(\d{1,5})(?![\w/-]|[.,]\d)", re.IGNORECASE)
"""s64; longer ones are found by `extract_references`."""
_SHORT_PURCHASE = re.compile(
    r"(?<![\w/-])(?:(?:the |our )?(?:purchase order|purchase|p\.?o\.?)s?"
    r"[ #]*(?:no\.?|number|nr\.?)?[ #.:]*p?|p)0*(\d{1,4})(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![\w.,/:<>$€£+*=%-])(?<![$€£] )(\d{2,3})(?:['’]s)?(?![\w/%°$€£+*=-]|[.,:]\d| ?[%€$°]| ?(?:x|by) ?\d)"
)

_COUNTS_BEFORE = re.compile(
    r"(?:\b(?:clauses?|sections?|articles?|paragraphs?|sops?(?: no)?|pol|policy|pages?|versions?|ver|doors?|docks?|bays?|gates?|lanes?"
    r"|aisles?|drafts?|top|first|within|than|least|most|up to|lines?|rows?|windows?|class|grade|zone|tier|usd|eur|dollars?|times|until"
    r"|max|min|maximum|minimum|roughly|approximately|approx|around|another|over|under|above|below|exceeds?|limit of|net|chapter|step"
    r"|level|rule|floor|room|terminal|pier|highway|route|size|next|past|every|each|worst|between|total(?: of)?|plus|minus|by)"
    r"|qty|quantity|(?<![a-z])[x@*])\s*$",
    re.IGNORECASE,
)
"""What stands before a figure or the name of something else."""
_HAS_BEFORE = re.compile(
    r"\b(?:a|an|all|some|these|those|only|just|needs?|needing|wants?|wanted|ordered|have|has|had|got|gets?|send|sent|sell|sold|receive[ds]?"
    r"|buy|bought|deliver(?:ed)?|take|give|move|reserve|use)\s*$",
    re.IGNORECASE,
)
"""What may stand before a quantity: then what follows has to be no thing that is counted."""
_GOES_ON = re.compile(
    r"^\s*(?:$|[?!.,;:)-]|(?:in|on|at|to|for|from|with|without|by|before|after|been|gone|left|shipped|delivered|and|or|but|out|off|up|as|is|was"
    r"|be|into|via|through|earlier|later|sooner|faster|today|tomorrow|now|yet|please|pls|asap|this|next|there|here|<day>|<name>)\b)",
    re.IGNORECASE,
)
_TIME_BEFORE = re.compile(r"\b(?:at|before|by|till|after|from|to)\s*$", re.IGNORECASE)
_MONTH = r"jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
_MONTH_BEFORE = re.compile(rf"\b(?:{_MONTH})\.?\s*$", re.IGNORECASE)
_COUNTED_AFTER = re.compile(
    r"^\s*(?:times\b|plus \d|minus \d|of\b|out of\b|per\b|percent\b|pct\b|or \d+\b(?= \w+s\b)|o'?clock\b|am\b|pm\b"
    r"|grand\b|bucks\b|dollars\b|usd\b|eur\b|business\b|working\b|calendar\b"
    r"|(?:more|extra|other|missing|late|open|full|short|big|small|ready|remaining|last|additional)\s+[a-z]{3,}s\b"
    rf"|(?:{_MONTH})\b"
    r"|(?:kg|kilos?|g|l|lt|lbs?|liters?|litres?|ml|mm|cm|m|inch|inches|in\.|ft|oz|gal|gallons?|pcs?|pieces?|ea|pallets?|day|week|hour|minute|month"
    r"|times|min|mins|hrs?|h|year|case|drum|bag|box|cans|unit|mile|point|series|mm|bar|volt|ton|tons|tonnes?|people|percentage)\b)",
    re.IGNORECASE,
)
_NOT_COUNTED_LIST = """
is was has does ships goes leaves arrives comes makes gets gives needs sits stands hangs looks misses moves slips waits
stays turns this its always perhaps yes us as plus less thus versus vs status keeps costs lands runs says shows happens
reaches lacks stops belongs depends deserves address process progress express focus obviously means allows passes plans
pls thanks thx
"""
_NOT_COUNTED = frozenset(_NOT_COUNTED_LIST.split())
_CHASES = re.compile(
    r"\bPOs\b|\b(?:press|chas\w+|remind\w*|nudge|push|urge|ping|follow\w*|confirm\w*)\b.*\b(?:vendors?|suppliers?)\b"
    r"|\b(?:vendors?|suppliers?)\b.*\b(?:remind\w*|confirm\w*|firm date)\b",
    re.IGNORECASE,
)
"""Then a bare number is a purchase order's."""
_CORRECTED = re.compile(
    r"(?P<wrong>(?:\b[A-Z]{0,4}[-/ ]?\d[\w/-]*[\s.,…-]*)+)(?:no,? wait|i mean|i meant|sorry|scratch that|make that|correction|rather|no)\b"
    r"[\s,.:]*(?=(?:for |it's |it is |on |the |order )*[A-Z]{0,4}[-/ ]?\d)",
    re.IGNORECASE,
)
_JOINS = re.compile(r"^\s*(?:,|and|or|&|/|\+|vs\.?|versus|then|, and|,? ?and also)?\s*$", re.IGNORECASE)


def without_slips(text: str) -> str:
    """The text without a reference that is taken back in the same breath ("S00149... I mean 148")."""
    return _CORRECTED.sub(" ", text)


def numbered(text: str, *, taken: bool) -> Iterator[Numbered]:
    """The records that a text calls by their number alone, in the order in which they stand.

    Args:
        text: the question; what was recognised before stands in it as ``<order>`` and such.
        taken: an order or a purchase was recognised already: then a bare number names another one only where it is joined to it
            ("S00042 and 57").
    """
    found = [
        Numbered(reference=f"order {match[1]}", is_purchase=False, start=match.start(), end=match.end())
        for match in _SHORT_ORDER.finditer(text)
    ]
    found += [
        Numbered(reference=f"P{int(match[1]):05d}", is_purchase=True, start=match.start(), end=match.end())
        for match in _SHORT_PURCHASE.finditer(text)
    ]
    taken = taken or bool(found)
    covered = list(found)
    is_chasing = bool(_CHASES.search(text))
    for match in _BARE.finditer(text):
        if any(one.start <= match.start() < one.end for one in covered):
            continue
        before, after = text[: match.start()], text[match.end() :]
        if taken:
            ends = [one.end for one in found if one.end <= match.start()]
            last = max([*ends, before.rfind("<order>") + 7 if "<order>" in before else 0], default=0)
            first = after.find("<order>")
            is_joined = (last and _JOINS.match(before[last:]) and before[last:].strip()) or (
                first >= 0 and _JOINS.match(after[:first]) and after[:first].strip()
            )
            if not is_joined:
                continue
        if _counts(before, match[1], after):
            continue
        found.append(
            Numbered(
                reference=f"P{int(match[1]):05d}" if is_chasing else f"order {match[1]}",
                is_purchase=is_chasing,
                start=match.start(),
                end=match.end(),
            )
        )
        taken = True
    yield from sorted(found, key=lambda one: one.start)


def _counts(before: str, number: str, after: str) -> bool:
    """Whether a number counts or measures something, or is a time of day."""
    if _COUNTS_BEFORE.search(before) or _MONTH_BEFORE.search(before) or _COUNTED_AFTER.match(after):
        return True
    if int(number) <= 24 and _TIME_BEFORE.search(before):
        return True
    if _HAS_BEFORE.search(before) and not _GOES_ON.match(after):
        return True
    following = re.match(r"\s+([a-z]+)", after, re.IGNORECASE)
    if following is None:
        return False
    word = following[1].casefold()
    return word.endswith("s") and not word.endswith("ss") and word not in _NOT_COUNTED
