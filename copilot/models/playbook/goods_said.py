"""Goods as people say them apart: "any lemons, in the 10 kilo cases?" asks for lemons of 10 kg, "lentils in 25s" for those in packs of 25.

Odoo's names hold both ("Lemons 10 kg Case"); the words that name the goods and the size of the pack are put together here, as words that
may be looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

UNITS = dict.fromkeys(("kilo", "kilos", "kgs", "kg"), "kg") | dict.fromkeys(
    ("liter", "liters", "litre", "litres", "lt", "l"), "L"
)
"""As people say them: as Odoo's names have them."""
_PACK = r"cases?|bags?|sacks?|crates?|packs?|cans?|drums?|jugs?|bottles?|tubs?|pails?|boxes|box|cartons?|bundles?|ones?|pkts?|packets?"
_PACK_ALONE = re.compile(
    rf"(?:\d+(?:[.,]\d+)?(?:\s?\w{{1,6}})?['’]?s?\s*)?(?:{_PACK})?(?: of \d+)?", re.IGNORECASE
)
"""A size or a pack, and no goods: "5 kg cases", "25s"."""
NEAR = 60
"""Letters between goods and the size that is theirs, at most."""
_SIZE = re.compile(
    rf"(?<![\w.,/x-])(?P<number>\d+(?:[.,]\d+)?)[\s-]?(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})\b(?!\s+of\b)",
    re.IGNORECASE,
)
_PACK_OF = re.compile(
    r"\b(?P<pack>box|case|pack|carton|pail|bale|bundle)(?:s|es)? of (?P<number>\d{1,4})\b", re.IGNORECASE
)
CODE = re.compile(r"[A-Z]{1,4}\d{2,4}")
"""What goods are known by: "N95 box of 100"."""
_IN_PACKS = re.compile(r"\b(?:in (?:the )?|the )(?P<number>\d{1,4})['’]?s\b", re.IGNORECASE)
"""lentils in 25s, the 50s"""
_OUR_OWN = re.compile(
    r"\b(?:our|in-?house)(?: own)? (?:trucks?|vans?|fleet|lorr(?:y|ies)|drivers?|vehicles?)\b|\b(?:drivers?|trucks?|vans?) of ours\b",
    re.IGNORECASE,
)


def with_sizes(text: str, names: Sequence[str]) -> list[str]:
    """The names, each that may be goods with the size that stands apart from it; those first.

    Args:
        text: what is left of the question.
        names: words in small letters that may name something, the likeliest first.
    """
    sizes = list(_sizes(text))
    if len({size for _, size in sizes}) != 1 or any(_holds(name, sizes[0][0]) for name in names):
        return list(names)  # which size is meant of which goods is not told: "5 kg sea salt in place of 10"
    place, size = sizes[0]
    goods = [
        one
        for one in names
        if CODE.fullmatch(one) or not (re.search(r"\d", one) or _PACK_ALONE.fullmatch(one))
    ]
    nearest = min(goods, key=lambda one: abs(text.find(one) - place.start()), default="")
    if not nearest or abs(text.find(nearest) - place.start()) > NEAR:
        return list(names)
    return [
        f"{nearest} {size}",
        *(one for one in names if one != nearest and not _PACK_ALONE.fullmatch(one)),
        nearest,
    ]


def _sizes(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for one in _SIZE.finditer(text):
        yield one, f"{one['number']} {UNITS[one['unit'].casefold()]}"
    for one in _PACK_OF.finditer(text):
        yield one, f"{one['pack'].casefold()} of {one['number']}"
    for one in _IN_PACKS.finditer(text):
        yield one, one["number"]


def in_another_size(text: str, before: Sequence[str]) -> tuple[str, ...]:
    """ "And the 5 kg case?": the goods spoken of before, in the size that is asked for now; empty where either is not told.

    Args:
        text: a question that names no goods itself.
        before: the names of the question before.
    """
    asked_for = {size for _, size in _sizes(text)}
    of_a_size = [(name, place) for name in before for place, _ in _sizes(name)]
    if len(asked_for) != 1 or not of_a_size:
        return ()
    name, place = of_a_size[0]
    goods = re.sub(
        rf"\b(?:{_PACK})\b", " ", f"{name[: place.start()]} {name[place.end() :]}", flags=re.IGNORECASE
    )
    goods = " ".join(goods.split())
    return (f"{goods} {asked_for.pop()}",) if goods else ()


def is_a_pack(name: str) -> bool:
    """A size or a pack, and no goods."""
    return _PACK_ALONE.fullmatch(name) is not None


def _holds(name: str, size: re.Match[str]) -> bool:
    """Whether a name has the size in it already, beside other words ("5 kg sea salt")."""
    return size[0].casefold() in name.casefold() and not _PACK_ALONE.fullmatch(name)


def our_own(text: str) -> tuple[str, ...]:
    """What stands for the distributor's own vehicles, which Odoo keeps as a carrier: "own fleet"."""
    return ("own fleet",) if _OUR_OWN.search(text) else ()
