"""Orders and purchase orders called by their number alone: "where's 142", "s64", "eta for 188 pls", "po 48".

A number is an order's only where nothing says that it counts or measures something (`counting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copilot.models.playbook.counting import (
    BARE,
    HAS_BEFORE,
    MOST,
    NEAR,
    TIME_BEFORE,
    asks_for_goods,
    counts,
    quantities_told,
    sentence_goes_on,
)
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
_OF_AN_ORDER = re.compile(
    r"\b(?:note|comment|remark|log|customer|client|write)(?: it| this| that| them)? (?:on|to|in|about|for)\s+$",
    re.IGNORECASE,
)
_CUSTOMERS_OWN = re.compile(
    r"(?<![\w.,/:<>$€£+*=%-])(?<![$€£] )(?<!\d\d\d )(?P<number>(?!(?:19|20)\d\d\b|\d\d00\b)\d{4})(?P<owned>['’]s)?"
    r"(?![\w/%°$€£+*=-]|[.,:]\d| ?[%€$°]| ?(?:x|by) ?\d)"
)
"""Four digits are how people say a customer's reference ("4829" for PO-4829); a year or a round number is none."""
_OWNED_BEFORE = re.compile(
    r"(?:['’]s?|\b(?:their|his|her|customer'?s?|client'?s?|cust'?s?))\s+(?:\w+\s+)?(?:ref\.?|reference|number|no\.?|po)?\s*$|\bref(?:erence)?\.?\s*(?:no\.?|number|nr\.?)?\s*$",
    re.IGNORECASE,
)

_A_CODE_BEFORE = re.compile(r"(?<![\w'’])(?P<letters>in|[a-z]{2,3})[ -]$", re.IGNORECASE)
"""The letters of a product's code: "fb 1010 east", "in 4010"."""
_AN_AMOUNT_BEFORE = re.compile(
    r"\b(?:paid|invoiced|shipped|budget|hotline|pays?|paying|owes?|owed|owing|billed|worth|costs?|costing|limit|balance|total|amount|sum|price|fee|quoted?|invoices?|zip|pin"
    r"|dial|phone|roughly|around|some|over|under|than|another|spent|spend|sells?|sold|charge[ds]?)\s+(?:(?:of|is|was|at|out|in|us|them)\s+)*$",
    re.IGNORECASE,
)
"""Money is seldom told with its currency: "they paid 4180 last week"."""
_CHASES = re.compile(
    r"\bPOs\b|\b(?:press|chas\w+|remind\w*|nudge|push|urge|ping|follow\w*|confirm\w*)\b.*\b(?:vendors?|suppliers?)\b"
    r"|\b(?:vendors?|suppliers?)\b.*\b(?:remind\w*|confirm\w*|firm date)\b",
    re.IGNORECASE,
)
"""Then a bare number is a purchase order's."""
_OF_A_VENDOR = re.compile(
    r"\bpurchase (?:order|one),? (?:not\b|i mean|i meant)|[,;?.] *the purchase (?:one|order)\W*$|\bwhose po is \d"
    r"|^\W*\d+ from the (?:vendor|supplier)\b",
    re.IGNORECASE,
)
"""The same, said beside it: "what's coming on 70? the purchase order, not the sales one"."""
_NOTES = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you)\W+)*(?:note|log|comment|write in|record|leave word|put (?:a note )?on|add a note|jot)\b",
    re.IGNORECASE,
)
"""But on an order it is noted what the vendor said."""
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
        # for no 7
        (
            r"\b(for|on|with|about|of|is|and|has|why is|where is) (?:no|nr|nbr)\.? ?(?=\d{1,3}\b)",
            r"\1 order ",
        ),
        # 58 (purchase order)
        (r"(?<![\w'’-])(\d{1,5})\s*\((?:purchase order|purchase|po)\)", r"purchase order \1"),
        (r"\b(orders?)(?:\s*[:/-]\s*|\s+(?:nbr\.?|num\.|id|ref\.?)\s*[#:]?\s*)(?=\d)", r"\1 "),
        (r"(?<![\w'’])o/(?=\d{2})", "order "),
        # SO# 142, so:142, SO no. 142, S#142
        (r"(?<![\w'’])(?:so|s)\s?(?:#|:|no\.?\s|nr\.?\s|num\.?\s|number\s)\s*(?=\d)", "order "),
        # po 14 may slip, which is no day in May
        (r"\b(?:purchase order|p\.o\.|po)\s*#?\s*0*(\d{1,4})(?=\s+may\b)", r"purchase order \1"),
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
    r"^\s*(?:,|and|or|n|&|/|\+|plus|vs\.?|versus|then|, and|,? ?and also|,? ?as well as|,? ?and then)?\s*$",
    re.IGNORECASE,
)
_ASKED_TOO = re.compile(
    r"\b(?:why(?:['’]s| is| was| did)|(?:when|where)(?:['’]s| is| does| will| can| did)|(?:and|then|so|but) (?:has|is|can|could|may|will"
    r"|does|did|would)|made|hold(?:s|ing)? up|block(?:s|ing)|stopp?(?:s|ing)|shift|bump|(?P<done>mak(?:e|es|ing)|cancel)"
    r"|(?:and|then|so) (?:move|ship|split|release|make|cancel)"
    r"|(?:note|comment|remark|put|log)(?: it| this| that)? (?:on|to|in)|(?:customer|client) (?:on|about|for|of)"
    r"|(?:stock|goods|drums|it|them|one) (?:from|off|of)|(?:drafts? (?:on|for)))\s+$",
    re.IGNORECASE,
)
"""Then what follows is asked about as well: "P00055 came in, so when does 188 leave"."""
_OF_WHAT_IS_NAMED = re.compile(
    r"^\s*(?:short|missing)\b|^[^.?!]{0,40}\b(?:on|of|for|from)\s+(?:<(?:po|order)>|[ps]\d)", re.IGNORECASE
)
"""Then so many of its goods are meant: "when will 50 arrive on P00031"."""
_ANOTHER = re.compile(
    r"\b(?:but|but not|what about|how about|and hold|(?:now|today) and|(?:their|his|her))\s+$|,\s+ship\s+$",
    re.IGNORECASE,
)
_IS_TOLD_OF = re.compile(
    r"^\s+(?:is|was|has|isn['’]t|hasn['’]t|wasn['’]t|will|won['’]t|can)\b(?! (?:of|the)\b)", re.IGNORECASE
)
"""The same: "how come 109 is late? and get after P00030"."""
"""Then a number too high for a quantity is another order: "they got 142 but 143 never came"."""
_HOW_MANY = re.compile(r"\bhow (?:many|much)\b[^.?!]*$", re.IGNORECASE)
_ENDS = re.compile(r"^\s*(?:$|[.?!;])")
_GIVES_TO = re.compile(
    r"\b(?:it|them|those|these|that|the rest|stock|goods)\s+(?:to|for|on|onto)\s+(?:order\s+)?$",
    re.IGNORECASE,
)
"""Then what follows is another order: "unreserve it from 66 and give it to 46"."""
_BELONGS = re.compile(r"['’]s?\s+(?:order\s+)?$", re.IGNORECASE)
"""Somebody's: "when can Timberline's 107 leave"."""


_LISTED = re.compile(
    r"(?<!they )(?<!we )(?<!i )(?<!you )(?<!to )(?<!not )\b(?P<called>(?:purchase )?order)s?\s+(?P<first>\d{1,5})"
    r"(?P<more>(?:\s*(?:,\s*(?:and\s+)?|and\s+|&\s*|or\s+|\+\s*)\d{1,5}(?![\w/%°$€£-]|[.,:]\d))+)",
    re.IGNORECASE,
)
"""orders 4 and 5; orders 3, 7 and 12"""


_SINGLE = (
    re.compile(
        r"\b(?:why is|why was|why['’]s|is|was|where['’]s|when['’]s|did|will|has|does|can) (?P<number>\d)"
        r"(?= (?:(?:late|shipped|stuck|gone|overdue|blocked|leaving|arriving|on time|on hold|held up|still (?:late|stuck|here|open)"
        r"|delivered)\s*(?:$|[?!.,;]"
        r"|(?:today|yet|again|and|because|or|if|in|at|from|now)\b)"
        r"|ship\b|leave\b|arrive\b|make it\b|go(?:ing)? out\b|on (?:the|its) truck\b"
        r"|with (?:the )?[a-z]+(?: now| already| yet| today)?\W*$))",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:customer (?:re|about|on)|(?:eta|date|pickup day) for|(?:eta|news|update|status) on|status of"
        r"|(?:up|wrong) with) (?P<number>\d)(?=\s*(?:$|[?!.,;](?!\d)))",
        re.IGNORECASE,
    ),
)
"""One figure is an order's only where nothing else is asked so: "did 3 ship", "status of 8?"."""


def _each_named(match: re.Match[str]) -> str:
    """Each number of a list of orders with the word before it: one of a single figure would be a quantity elsewhere."""
    last = match["more"].split()[-1].lstrip(",&+")
    if counts("", last, match.string[match.end() :]):
        return match[0]  # "order 42 and 3 pallets"
    called = match["called"].casefold()
    return f"{called} {match['first']}" + re.sub(r"(\d{1,5})", rf"{called} \1", match["more"])


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
    text = _LISTED.sub(_each_named, text)
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
    if not taken and not found:
        found += [
            Numbered(
                reference=f"order {one['number']}",
                is_purchase=False,
                start=one.start("number"),
                end=one.end("number"),
            )
            for pattern in _SINGLE
            for one in pattern.finditer(text)
        ]
    taken = taken or bool(found)
    covered = list(found)
    names_a_purchase = "<po>" in text or any(one.is_purchase for one in found)
    is_chasing = bool(_OF_A_VENDOR.search(text) or _CHASES.search(text)) and not _NOTES.search(text)
    quantities = quantities_told(text)
    for match in BARE.finditer(text):
        if any(one.start <= match.start() < one.end for one in covered):
            continue
        before, after = text[: match.start()], text[match.end() :]
        near = before[-NEAR:]
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
            another = _ANOTHER.search(near) or _IS_TOLD_OF.match(after)
            asked_too = _is_asked_too(near, after) or (int(match[1]) >= MOST and another)
            if not (follows or leads or asked_too or _GIVES_TO.search(near) or _BELONGS.search(near)):
                continue
            joins_a_purchase = joins_a_purchase and bool(follows)
        if not match["owned"] and (match.start() in quantities or counts(near, match[1], after)):
            continue
        of_an_order = names_a_purchase and _OF_AN_ORDER.search(
            near
        )  # "chase them on P61 and put a note on 120"
        is_purchase = (is_chasing and not of_an_order) or joins_a_purchase
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


def _is_asked_too(near: str, after: str) -> bool:
    """Whether a number beside a record is an order that is asked about as well, and no quantity of the record's."""
    asked = _ASKED_TOO.search(near)
    if asked is None or HAS_BEFORE.search(near):
        return False
    if _OF_WHAT_IS_NAMED.match(after) or _HOW_MANY.search(near):
        return False
    return not (asked["done"] and _ENDS.match(after))  # "S00042 make 50"


def _is_a_code(before: str) -> bool:
    """Whether letters that are no word stand before a number."""
    letters = _A_CODE_BEFORE.search(before)
    if letters is None:
        return False
    word, known = letters["letters"].casefold(), words()
    return word == "in" or not (word in known.plain or word in known.english or word in known.hurried)


def _customers_own(text: str) -> Iterator[Numbered]:
    for match in _CUSTOMERS_OWN.finditer(text):
        before, after = text[max(0, match.start() - NEAR) : match.start()], text[match.end() :]
        is_said = bool(match["owned"] or _OWNED_BEFORE.search(before))
        is_time = TIME_BEFORE.search(before) and int(match["number"][:2]) < 25
        is_other = (
            is_time
            or asks_for_goods(before)
            or counts(before, match["number"], after)
            or _is_a_code(before)
            or _AN_AMOUNT_BEFORE.search(before)
        )
        if is_said or (sentence_goes_on(after) and not is_other):
            yield Numbered(
                reference=f"order {match['number']}", is_purchase=False, start=match.start(), end=match.end()
            )
