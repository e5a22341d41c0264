"""What a question is about, by pattern: orders, purchases, products, days, and words that may be somebody's or something's name.

Whether a name is a customer, a warehouse or a product is for Odoo to say (`copilot.reads.names`, `copilot.reads.stock`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from copilot.models.playbook.counting import asks_for_goods, counts
from copilot.models.playbook.days import Days, find_days
from copilot.models.playbook.goods_said import CODE, UNITS, our_own, with_sizes
from copilot.models.playbook.numbers import numbered, without_slips
from copilot.models.playbook.spelling import days_put_right
from copilot.models.playbook.spoken import in_figures
from copilot.models.playbook.words import words
from erp_tools.orders import extract_references

MAX_NAMES = 6


@dataclass(frozen=True, kw_only=True)
class Things:
    """What was recognised in one question, and the question without it."""

    orders: tuple[str, ...] = ()
    """Orders, deliveries, tracking numbers or customer references, as they were written."""
    purchases: tuple[str, ...] = ()
    """Purchase orders, as they were written."""
    products: tuple[str, ...] = ()
    """Internal references that look like a product's, and what stands in quotation marks."""
    names: tuple[str, ...] = ()
    """Words that may name a customer, vendor, carrier, warehouse or product, the likeliest first."""
    written_like_names: bool = False
    """The names begin with capitals, or are references; else they are words that the playbook does not know."""
    days: Days | None = None
    unnamed: str = ""
    """`masked` with the words of the names left in: they may be ordinary words that the playbook does not know. Empty where they
    are written like names."""
    masked: str = ""
    """The question in small letters with ``<order>``, ``<po>``, ``<product>``, ``<name>`` and ``<day>`` in place of what was
    recognised: what is asked, without about what."""

    @property
    def readings(self) -> tuple[str, ...]:
        """The question in each way that its names may be read."""
        return tuple(dict.fromkeys(one for one in (self.masked, self.unnamed) if one))


_PURCHASE = re.compile(r"P\s?\d{4,9}|PO\s?\d{5,9}", re.IGNORECASE)
_SAID_PURCHASE = re.compile(r"\bpurchase orders?\s*(?:no\.?|number|#)?\s*(\d{1,6})\b", re.IGNORECASE)
_PARTNER = re.compile(r"[CVK]-\d{3,6}", re.IGNORECASE)
_DOCUMENT = re.compile(r"(?:SOP|POL|WI|QP)-\d+|[A-Z]{2,4}-\d{4}-\d{2,4}", re.IGNORECASE)
_PRODUCT = re.compile(r"(?!PO-|SO-|RO-)[A-Z]{2,4}-\d{3,5}", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{3,60})[\"”“»]")
_CAPITAL = re.compile(
    r"\b[A-Z][\w&'’-]*(?:\s+(?:(?:and|&|of|the)\s+)?(?:[A-Z][\w&'’-]*|\d+\s?(?:kg|L|l|mm|in(?!\s+[A-Z])|cm)\b)|(?<=Box|ack|ase|ton|ail)\s+of\s+\d+\b)*"
)
_WORD = re.compile(r"<\w+>|[a-z0-9][\w&'’.-]*", re.IGNORECASE)
_BEGINS_A_NAME = frozenset(
    {"high", "silver", "golden", "great", "lone", "quad", "blue", "green", "black", "white"}
)
"""Ordinary words that stand before the word a company is known by: "high plains"."""
_INCHES = re.compile(r"\s\d+(?:[/.]\d+)?\s?(?:in|inch|\")\s")
_CONNECTORS = frozenset({"of", "and", "the", "&"})
_NO_BEGINNING = frozenset({"in", "x", "l", "of", "and", "the", "&"})
_ONLY_IN_NAMES = frozenset(
    {
        "own",
        "red",
        "paper",
        "works",
        "machine",
        "tool",
        "house",
        "store",
        "great",
        "chain",
        "fresh",
        "cold",
        "food",
    }
)
"""Common words that are names only together with others or with a capital ("Rainier Paper Goods", "Own Fleet")."""
_MEASURE = re.compile(r"\d+(?:[.,]\d+)?|kg|l|mm|cm|in|ml|x|2rs", re.IGNORECASE)


def find_things(
    text: str, today: date, *, past: bool = False, put_right: Callable[[str], str] | None = None
) -> Things:
    """Recognise what a question is about.

    Args:
        text: the question, with single spaces.
        today: the asking person's day.
        past: the question looks back, see `find_days`.
        put_right: a word that nobody uses -> the nearest word of the trade, or itself.
    """
    orders: list[str] = []
    purchases: list[str] = []
    products: list[str] = []
    names: list[str] = []
    text = without_slips(in_figures(text))
    left = text
    for reference in extract_references(text):
        said = _SAID_PURCHASE.search(left) if reference.startswith("order ") else None
        if said and said[1] == reference.removeprefix("order "):
            purchases.append(f"P{int(said[1]):05d}")
            left = f"{left[: said.start()]} <po> {left[said.end() :]}"
            continue
        if _DOCUMENT.fullmatch(reference) or _is_no_reference(reference, left):
            continue
        if _PURCHASE.fullmatch(reference):
            kind, place = purchases, "<po>"
        elif _PARTNER.fullmatch(reference):
            kind, place = names, "<name>"
        elif _PRODUCT.fullmatch(reference):
            kind, place = products, "<product>"
        else:
            kind, place = orders, "<order>"
        kind.append(reference)
        left = _place_of(reference).sub(f" {place} ", left)
    for match in _QUOTED.finditer(left):
        if "<" not in match[0]:
            products.append(match[1].strip())
            left = left.replace(match[0], " <product> ")
    left = days_put_right(left)
    days = find_days(left, today, past=past)
    if days:
        left = f"{left[: days.start]} <day> {left[days.end :]}"
    # first: "when 102 arives" asks for an order, and does not count arives
    left = _in_full(left, put_right)
    by_number = list(numbered(left, taken=bool(orders or purchases)))
    for one in reversed(by_number):
        left = f"{left[: one.start]} {'<po>' if one.is_purchase else '<order>'} {left[one.end :]}"
    orders += [one.reference for one in by_number if not one.is_purchase]
    purchases += [one.reference for one in by_number if one.is_purchase]
    found, without_names, are_written_so = _names(left)
    # "N95 box of 100": what is known by a code has a size, too
    small = [one for one in found if one == one.casefold() or CODE.fullmatch(one)]
    names += [one for one in found if one not in small]
    names += with_sizes(left, [re.sub(r"^(\d{4})s$", r"\1", one) for one in small])
    names += our_own(left) if not (orders or purchases) else ()
    return Things(
        orders=tuple(orders),
        purchases=tuple(purchases),
        products=tuple(products),
        names=tuple(dict.fromkeys(names))[:MAX_NAMES],
        written_like_names=are_written_so or len(names) > len(found),
        days=days,
        masked=_tidy(without_names),
        unnamed="" if are_written_so or not found else _tidy(left),
    )


_IS_A_PLACE = re.compile(
    r"\b(?:bin|rack|shelf|cell|slot|location|bay|dock|aisle|door|gate)\s*$", re.IGNORECASE
)
_IS_A_ROAD = re.compile(r"I-\d{1,3}")
_IN_FIGURES = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
"""A day."""
_ORDERS_IT = re.compile(r"\b(?:they|we|i|you|he|she|customers?|to|not)\s*$", re.IGNORECASE)


def _is_no_reference(reference: str, text: str) -> bool:
    """A place in a warehouse ("bin C-14"), a road ("I-78"), or a quantity that somebody orders ("did they order 16 or 60 drums")."""
    place = _place_of(reference).search(text)
    if place is None:
        return False
    before, after = text[: place.start()], text[place.end() :]
    if _IS_A_PLACE.search(before) or _IN_FIGURES.fullmatch(reference) or _IS_A_ROAD.fullmatch(reference):
        return True
    return (
        reference.startswith("order ")
        and bool(_ORDERS_IT.search(before))
        and counts("", reference[6:], after)
    )


def _tidy(left: str) -> str:
    masked = re.sub(r"\s+", " ", left.casefold()).strip()
    masked = re.sub(r"(<(?:order|po|product)>)(?:(?:\s*(?:,|and|&|or|und))+\s*\1)+", r"\1", masked)
    # The word that introduces a reference is not said twice: "purchase order <po>".
    masked = re.sub(r"\b(?:purchase order|purchase|po|p\.o\.)\s+<po>", "<po>", masked)
    return re.sub(r"\b(?:sales order|order|so|shipment|delivery|parcel)\s+<order>", "<order>", masked)


def _in_full(text: str, put_right: Callable[[str], str] | None) -> str:
    """The text with hurried spellings written out and slips put right; what is written like a name is left alone."""
    known = words()

    def full(match: re.Match[str]) -> str:
        word = match[0]
        if word in known.hurried:
            return known.hurried[word]
        if (
            put_right is None
            or len(word) < 4
            or word in known.plain
            or word in known.goods_go_on
            or word in UNITS
            or not word.isalpha()
        ):
            return word
        return put_right(word)

    return re.sub(r"(?<![<\w/'’-])[a-z]+(?:['’][a-z]+)?(?![\w>/-])", full, text)


def _place_of(reference: str) -> re.Pattern[str]:
    """Where a reference stands in the text it was taken from."""
    number = re.fullmatch(r"order (\d+)", reference)
    if number:
        said = (
            r"(?:(?:sales?\s+orders?|orders?|quotations?|quotes?)[\s.:]*(?:(?:number|num|no|nr)\b[\s.:]*)?)?"
        )
        return re.compile(rf"(?:{said}#?\s?)\b{number[1]}\b", re.IGNORECASE)
    return re.compile(r"\s+".join(map(re.escape, reference.split())) + r"(?!\w)", re.IGNORECASE)


def _names(text: str) -> tuple[list[str], str, bool]:
    """Runs of capitalised words, else runs of words that nobody needs for asking; longest first. The text without them, and
    whether they are written like names."""
    known = words()
    found: list[tuple[str, int, int]] = []
    bare = re.sub(r"<\w+>", "", text)  # without what was recognised, which stands there in small letters
    shouted = bare.upper() == bare
    for match in _CAPITAL.finditer("" if shouted else text):
        # The first word of a question has its capital anyway.
        begins = not text[: match.start()].strip()
        name, start, end = _trimmed(match, known.no_names, known.plain if begins else frozenset())
        inside = text[max(0, start - 1) : start] == "<"
        if len(name) > 2 and not inside:
            found.append((name, start, end))
    are_written_so = bool(found)
    beside: list[str] = []
    joined: list[str] = []
    inches: list[str] = []
    if found:
        # "How much olive oil do we have in Allentown": the other thing may stand in small letters beside it.
        covered = "".join(
            " " if any(start <= at < end for _, start, end in found) else letter
            for at, letter in enumerate(text)
        )
        unusual = _unusual(covered, known.plain)
        beside = [name for name, _, _ in unusual]
        # "Check Valve 1 in Brass": a size in inches stands in the midst of the name.
        runs = sorted(found, key=lambda one: one[1])
        inches = [
            text[one[1] : other[2]]
            for one, other in pairwise(runs)
            if _INCHES.fullmatch(text[one[2] : other[1]])
        ]
        # "Acme catering": its second word in small letters.
        joined = [
            text[one[1] : other[2]] for one in found for other in unusual if text[one[2] : other[1]] == " "
        ]
    else:
        found = _unusual(text, known.plain)
    left = text
    for _, start, end in sorted(found, key=lambda one: -one[1]):
        left = f"{left[:start]} <name> {left[end:]}"
    # Figures ("700 bucks") name somebody least of all.
    found.sort(key=lambda one: (one[0][0].isdigit() and not are_written_so, -len(one[0])))
    # "Frank Dole of Keystone": who, and of which company. "Meridian's DC": of whom, what.
    # "Lone Star and Meridian" may be one company or two.
    parts = [re.split(r"(?:['’]s)? (?:of(?! \d)|and|&) |['’]s ", name) for name, _, _ in found]
    split = [part for each in parts if len(each) > 1 for part in reversed(each) if len(part) > 2]
    return [*inches, *(name for name, _, _ in found), *joined, *split, *beside], left, are_written_so


def _trimmed(
    match: re.Match[str], no_names: frozenset[str], no_beginning: frozenset[str]
) -> tuple[str, int, int]:
    """A run of capitalised words without question words and terms of the trade at its ends; a run of nothing but ordinary words
    is no name."""
    pieces = [(one[0], one.start(), one.end()) for one in re.finditer(r"\S+", match[0])]

    def is_common(word: str) -> bool:
        bare = re.sub(r"['’](?:s|d|ll|ve|re|m)?$", "", word)
        return bare.casefold() in no_names or word in _CONNECTORS

    begins = bool(no_beginning)

    def is_said_first(word: str) -> bool:
        # "Visiting Copper Canyon on Tuesday": what we do, before who it is.
        return word in no_beginning or (word.endswith("ing") and _is_plain(word, no_beginning))

    while pieces and (is_common(pieces[0][0]) or (begins and is_said_first(pieces[0][0].casefold()))):
        if not is_common(pieces[0][0]) and len(pieces) > 1 and pieces[0][0].casefold() in words().names_begin:
            break  # "Red Barn 177, ..."
        begins = False  # only the first word has its capital anyway
        pieces.pop(0)
    while pieces and is_common(pieces[-1][0]):
        pieces.pop()
    if not pieces or all(piece.casefold() in words().plain for piece, _, _ in pieces):
        return "", match.start(), match.start()
    start, end = match.start() + pieces[0][1], match.start() + pieces[-1][2]
    name = re.sub(r"['’]s?$", "", match.string[start:end]).strip(" .,-")
    return name, start, end


_BEFORE_A_NAME = re.compile(
    r"(?:^|[,;:.?!]\s*|\b(?:for|at|to|from|with|of|is|does|did|has|have|will|can|and|that)\s+"
    r"|(?:\b(?:the|any|many|much|more|our|some)|\d)\s+(?=light|heavy))(old|red|light|heavy)\s$",
    re.IGNORECASE,
)
"""An ordinary word that begins the name ("for old mill fab"). Others may as well say which ones are meant ("for new Prairie orders")."""

_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er")
_DAY_NAMES = """
monday tuesday wednesday thursday friday saturday sunday weekend noon midnight
"""
_DAY_WORDS = frozenset(_DAY_NAMES.split())
"""Of two days one is asked for; the other one is nobody's name."""


def _is_plain(word: str, plain: frozenset[str]) -> bool:
    """A word the playbook knows, in whatever form."""
    if word in words().goods:
        return False
    whole = re.sub(r"['’](?:d|ll|ve|re|m)$", "", word)
    if word in plain or whole in plain or word in _DAY_WORDS:
        return True
    if word.endswith("ing") and len(word) > 5 and word[:-3] in plain:  # "seeing"
        return True
    stems = [word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending)]
    return any(len(stem) > 3 and (stem in plain or f"{stem}e" in plain) for stem in stems)


def _unusual(text: str, plain: frozenset[str]) -> list[tuple[str, int, int]]:
    """Runs of words outside the playbook's own vocabulary: how a name looks where nothing is capitalised."""
    known = words()
    last: tuple[str, int, int] | None = None
    runs: list[list[tuple[str, int, int]]] = [[]]
    for match in _WORD.finditer(text):
        word = re.sub(r"['’]s?$", "", match[0]).strip(".'’-")
        token = (word, match.start(), match.start() + len(word))
        is_name = (
            not match[0].startswith("<") and not word.isdigit() and not _is_plain(word.casefold(), plain)
        )
        gap = text[runs[-1][-1][2] : match.start()] if runs[-1] else ""
        if re.search(r"[,;:?!]", gap):
            runs.append([])
        before = runs[-1][-1][0] if runs[-1] else ""
        is_measure = (
            word[0].isdigit()
            if _MEASURE.fullmatch(word) and not before[:1].isdigit()
            else bool(_MEASURE.fullmatch(word))
        )
        goes_on = bool(before) and word.casefold() in _CONNECTORS | known.goods_go_on
        if (
            last
            and last[0] in _BEGINS_A_NAME
            and not is_name
            and len(word) > 4
            and word.casefold() not in plain
        ):
            # "high plains": no word that the playbook knows in this form.
            runs.append([last])
            is_name = word.isalpha()
        last = token
        if is_measure or (is_name and len(word) > 1) or goes_on:
            runs[-1].append(token)
        else:
            runs.append([])
        if match[0] != word and runs[-1] and match[0][len(word) : len(word) + 1] in {"'", "’"}:
            runs.append([])  # "the school district's masks"
    found: list[tuple[str, int, int]] = []
    for run in runs:
        while run and run[-1][0].casefold() in _CONNECTORS:
            run.pop()
        while run and run[0][0].casefold() in _NO_BEGINNING:
            run.pop(0)  # "in tacoma": inches come behind a figure
        if len(run) == 1 and run[0][0] in _ONLY_IN_NAMES:
            continue
        is_type = len(run) == 1 and re.fullmatch(r"\d{4}", run[0][0]) and asks_for_goods(text[: run[0][1]])
        if all(_MEASURE.fullmatch(word) for word, _, _ in run) and not is_type:
            continue  # a number alone is no name, but "how many 6205 have we"
        if run and (begins := _BEFORE_A_NAME.search(text[: run[0][1]])):
            run.insert(0, (begins[1], begins.start(1), begins.end(1)))
        if run and len(text[run[0][1] : run[-1][2]]) > 2:
            found.append((text[run[0][1] : run[-1][2]], run[0][1], run[-1][2]))
    return found
