"""Orders and purchase orders called by their number alone: "where's 142", "s64", "eta for 188 pls", "po 48".

A number is an order's only where nothing says that it counts or measures something ("6 of 8", "24 hours", "USD 250", "at 11").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copilot.models.playbook.words import words


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
    r"(?<![\w.,/:<>$€£+*=%-])(?<![$€£] )(\d{2,3})(?P<owned>['’]s)?(?![\w/%°$€£+*=-]|[.,:]\d| ?[%€$°]| ?(?:x|by) ?\d)"
)

_CUSTOMERS_OWN = re.compile(
    r"(?<![\w.,/:<>$€£+*=%-])(?<![$€£] )(?P<number>(?!(?:19|20)\d\d\b|\d\d00\b)\d{4})(?P<owned>['’]s)?"
    r"(?![\w/%°$€£+*=-]|[.,:]\d| ?[%€$°]| ?(?:x|by) ?\d)"
)
"""Four digits are how people say a customer's reference ("4829" for PO-4829); a year or a round number is none."""
_STOCK_BEFORE = re.compile(
    r"\b(?:how (?:many|much)|stock|free|left|item|product|part|model|type|bearings?|any|ref(?:erence)? (?:number )?of)\b[^,.?!]*$",
    re.IGNORECASE,
)
_OWNED_BEFORE = re.compile(
    r"(?:['’]s?|\b(?:their|his|her|customer'?s?|client'?s?|cust'?s?))\s+(?:\w+\s+)?(?:ref\.?|reference|number|no\.?|po)?\s*$|\bref(?:erence)?\.?\s*(?:no\.?|number|nr\.?)?\s*$",
    re.IGNORECASE,
)

_COUNTS_BEFORE = re.compile(
    r"(?:\b(?:clauses?|sections?|articles?|paragraphs?|sops?(?: no)?|pol|policy|pages?|versions?|ver|doors?|docks?|bays?|gates?|lanes?"
    r"|bins?|racks?|shel(?:f|ves)|cells?|locations?|slots?|rooms?|aisles?|drafts?|top|first|within|than|least|most|up to|lines?|rows?"
    r"|windows?|class"
    r"|grade|zone|tier|usd|eur|dollars?|times|until"
    r"|max|min|maximum|minimum|roughly|approximately|approx|around|another|over|under|above|below|exceeds?|limit of|net|chapter|step"
    r"|level|rule|floor|room|terminal|pier|highway|route|size|next|past|every|each|worst|between|total(?: of)?|plus|minus|by)"
    r"|(?:packs?|cases?|box(?:es)?|cartons?|bags?|bundles?|pails?|sets?) of"
    r"|instead of|rather than|(?:po|purchase|quote|rfq) for|qty|quantity|(?<![a-z])[x@*])\s*$",
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
    r"|be|into|via|through|un\w+ed|unstuck|gone|done|ready|loose|moving|going|shipped|released|earlier|later|sooner|faster|today|tomorrow|now|yet|please|pls|asap|this|next|there|here|<day>|<name>)\b)",
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
    r"|[a-z]+ (?:drums|cans|bags|boxes|cases|crates|sacks|pails|rolls|pallets|cartons|packs|pieces|units|kits)"
    r"|times|min|mins|hrs?|h|year|case|drum|bag|box|cans|unit|mile|point|series|mm|bar|volt|ton|tons|tonnes?|people|percentage)\b)",
    re.IGNORECASE,
)
_GOODS_AFTER = re.compile(
    r"^\s+(?!(?:is|are|was|has|with|for|and|because|without|waits?|needs?)\b)([a-z]+)(?:\s+[a-z]+){0,2}?\s+[a-z]{3,}s\b",
    re.IGNORECASE,
)
"""A plural two or three words on."""
_NOT_COUNTED_LIST = """
is was has does ships goes leaves arrives comes makes gets gives needs sits stands hangs looks misses moves slips waits
stays turns this its always perhaps yes us as plus less thus versus vs status keeps costs lands runs says shows happens
reaches lacks stops belongs depends deserves address process progress express focus obviously means allows passes plans
pls thanks thx
"""
_NOT_COUNTED = frozenset(_NOT_COUNTED_LIST.split())
_ASKED_OF_AN_ORDER = frozenset(
    {"late", "stuck", "still", "what", "where", "when", "why", "who", "how", "eta", "status"}
)
_CHASES = re.compile(
    r"\bPOs\b|\b(?:press|chas\w+|remind\w*|nudge|push|urge|ping|follow\w*|confirm\w*)\b.*\b(?:vendors?|suppliers?)\b"
    r"|\b(?:vendors?|suppliers?)\b.*\b(?:remind\w*|confirm\w*|firm date)\b",
    re.IGNORECASE,
)
"""Then a bare number is a purchase order's."""
_TAKEN_BACK = (
    r"(?:no,? wait|wait,? no|no,? sorry|sorry,? no|i mean|i meant|sorry|scratch that|make that|correction|or rather|rather|oops|no)\b"
    r"[\s,.:]*(?:for |it's |it is |on |the |order )*"
)
_CORRECTED = re.compile(
    r"(?P<wrong>(?:\b[A-Z]{0,4}[-/ ]?\d[\w/-]*+[\s.,…-]*+)++)" + _TAKEN_BACK + r"(?=[A-Z]{0,4}[-/ ]?\d)",
    re.IGNORECASE,
)
_SECTION_OF = re.compile(r"\b([A-Z]{1,4}[-/]?)\d+[\s.,…-]*$", re.IGNORECASE)
_VAGUE = re.compile(r"\b(?:order |so |s)?\d+(?:-(?:something|odd|ish)|ish)\b", re.IGNORECASE)
_WRITTEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        # ord. 142, order nbr 142, order-142, s/o 142, o/142
        (
            r"\b(?:ord|ordr|oder|odrer|ordre|s/o)\b\.?\s*(?:nbr\.?|nr\.?|num\.?|no\.?|number)?\s*[#:]?\s*(?=\d)",
            "order ",
        ),
        (r"\b(orders?)(?:\s*[:/-]\s*|\s+(?:nbr\.?|num\.|id|ref\.?)\s*[#:]?\s*)(?=\d)", r"\1 "),
        (r"(?<![\w'’])o/(?=\d{2})", "order "),
        # SO# 142, so:142, SO no. 142, S#142
        (r"(?<![\w'’])(?:so|s)\s?(?:#|:|no\.?\s|nr\.?\s|num\.?\s|number\s)\s*(?=\d)", "order "),
        # orders 42/57, S00042/57
        (r"\b(orders?\s+\d+|SO?\d+)/(?=\d{2,5}\b)", r"\1 and "),
    )
)
_DELIVERY = re.compile(
    r"(?<![\w/'’-])(wh|east|west|south|north|main)[ -]+(out|pick|pack|int)[ /-]+0*(\d{1,5})(?![\w/-])",
    re.IGNORECASE,
)
"""A delivery as it is read out: "east out 72" for EAST/OUT/00072."""
_JOINS = re.compile(
    r"^\s*(?:,|and|or|&|/|\+|plus|vs\.?|versus|then|, and|,? ?and also|,? ?as well as|,? ?and then)?\s*$",
    re.IGNORECASE,
)
_GIVES_TO = re.compile(
    r"\b(?:it|them|those|these|that|the rest|stock|goods)\s+(?:to|for|on|onto)\s+(?:order\s+)?$",
    re.IGNORECASE,
)
"""Then what follows is another order: "unreserve it from 66 and give it to 46"."""
_BELONGS = re.compile(r"['’]s?\s+(?:order\s+)?$", re.IGNORECASE)
"""Somebody's: "when can Timberline's 107 leave"."""


def without_slips(text: str) -> str:
    """The text without a reference that is taken back in the same breath ("S00149... I mean 148"), and with orders called as Odoo's
    users do where they are written otherwise ("ord. 142", "S00042/57")."""

    def kept(match: re.Match[str]) -> str:
        # "PO-4561 or rather 4562" means PO-4562.
        section = _SECTION_OF.search(match["wrong"])
        follows = match.string[match.end() : match.end() + 1]
        return (
            f" {section[1]}"
            if section and section[1].casefold() not in {"s", "so"} and follows.isdigit()
            else " "
        )

    text = _VAGUE.sub(" ", _CORRECTED.sub(kept, text))
    for pattern, plain in _WRITTEN:
        text = pattern.sub(plain, text)
    return _DELIVERY.sub(lambda one: f"{one[1].upper()}/{one[2].upper()}/{int(one[3]):05d}", text)


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
        joins_a_purchase = False
        if taken:
            ends = [(one.end, one.is_purchase) for one in found if one.end <= match.start()]
            ends += [
                (before.rfind(mask) + len(mask), mask == "<po>")
                for mask in ("<order>", "<po>")
                if mask in before
            ]
            last, joins_a_purchase = max(ends, default=(0, False))
            first = after.find("<order>")
            follows = last and _JOINS.match(before[last:]) and before[last:].strip()
            leads = first >= 0 and _JOINS.match(after[:first]) and after[:first].strip()
            if not (follows or leads or _GIVES_TO.search(before) or _BELONGS.search(before)):
                continue
            joins_a_purchase = joins_a_purchase and bool(follows)
        if not match["owned"] and counts(before, match[1], after):
            continue
        is_purchase = is_chasing or joins_a_purchase
        found.append(
            Numbered(
                reference=f"P{int(match[1]):05d}" if is_purchase else f"order {match[1]}",
                is_purchase=is_purchase,
                start=match.start(),
                end=match.end(),
            )
        )
        taken = True
    if not taken:
        found += _customers_own(text)
    yield from sorted(found, key=lambda one: one.start)


def _customers_own(text: str) -> Iterator[Numbered]:
    for match in _CUSTOMERS_OWN.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        is_said = bool(match["owned"] or _OWNED_BEFORE.search(before))
        is_time = _TIME_BEFORE.search(before) and int(match["number"][:2]) < 25
        is_other = is_time or asks_for_goods(before) or counts(before, match["number"], after)
        if is_said or (_sentence_goes_on(after) and not is_other):
            yield Numbered(
                reference=f"order {match['number']}", is_purchase=False, start=match.start(), end=match.end()
            )


def _sentence_goes_on(after: str) -> bool:
    """What stands behind a number is nothing that is counted."""
    if _GOES_ON.match(after) or re.match(r"\s*[—–]", after):
        return True
    follows = re.match(r"\s+([a-z]+)", after, re.IGNORECASE)
    return follows is not None and follows[1].casefold() in _NOT_COUNTED | _ASKED_OF_AN_ORDER


def asks_for_goods(before: str) -> bool:
    """Whether what follows these words is a product: "how many", "stock of"."""
    return _STOCK_BEFORE.search(before) is not None


def counts(before: str, number: str, after: str) -> bool:
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
    if word.endswith("s") and not word.endswith("ss") and word not in _NOT_COUNTED:
        return True
    # "60 pillow block bearings": what is counted may stand a word or two later.
    goods = _GOODS_AFTER.match(after)
    if goods is None:
        return False
    *describing, last = goods[0].casefold().split()
    known = words()
    if describing[0] in known.goods:
        return True
    # "60 pillow block bearings", and not "42 waiting on bearings" or "42 awaiting bearings".
    others = [word for word in describing if word in known.plain - known.goods_go_on or word.endswith("ing")]
    return last in known.goods and not others
