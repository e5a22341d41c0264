"""Numbers of orders as people say them: "order one thirty nine", "PO forty seven thirty three", "one oh six".

How a number is read out is no cardinal number ("one thirty nine" is 139), so a library for those does not read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.models.playbook.counting import NEAR, counts

_SMALL_NAMES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_SMALL = {name: at for at, name in enumerate(_SMALL_NAMES.split())}
_TENS_NAMES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {name: at * 10 for at, name in enumerate(_TENS_NAMES.split(), start=2)} | {"fourty": 40}
LONGEST = 5
"""Figures of an order's number at most."""
_OH = frozenset({"oh", "o"})
_ANY = "|".join((*_SMALL, *_TENS, *sorted(_OH), "hundred"))
_SEQUENCE = rf"(?:{_ANY})(?:(?:\s+and\s+|[\s-]+)(?:{_ANY}))*"
_CALLED = re.compile(
    r"\b(?P<called>(?:sales |purchase )?orders?|p\.? ?o\.?|s\.?o\.?|delivery|shipment)"
    rf"(?P<between>\s+(?:number\s+|no\.?\s+|#\s*)?)(?P<number>{_SEQUENCE})\b",
    re.IGNORECASE,
)
"""Behind the word for a record any number is its number."""
_BARE = re.compile(
    r"(?<![\w-])(?P<number>(?:one|two|three|four|five|six|seven|eight|nine)[\s-]+"
    rf"(?:(?:oh|o)[\s-]+(?:one|two|three|four|five|six|seven|eight|nine)"
    rf"|(?:{'|'.join(_TENS)})(?:[\s-]+(?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    rf"|hundred(?:\s+and)?\s+(?:{_ANY})(?:[\s-]+(?:{_ANY}))?))(?![\w-])",
    re.IGNORECASE,
)
"""Three digits read out: "one seventy six"."""


_MONEY_OR_MORE = re.compile(
    r"^\s*(?:to\s+\w+\s+)?(?:thousand|million|grand|k|dollars?|cents?|pounds?|foot|feet|ounces?|and (?:over|above|more|under))\b",
    re.IGNORECASE,
)
_A_PIECE = re.compile(r"^\s+(?:an?|per|each)\s+\w", re.IGNORECASE)
"""A price: "two fifty a bottle"."""
_TIME_OR_PRICE = re.compile(
    r"\b(?:at|to|till|until|before|after|around|about|price is|prices? of|costs?|only|call|phone|number is)\s+$",
    re.IGNORECASE,
)
"""What follows is a time, a price or a telephone number."""
_ENDS = re.compile(r"^\s*(?:$|[,;:?!.]|(?:is|has|was|does|did|will|since|yet|now)\b)", re.IGNORECASE)


def in_figures(text: str) -> str:
    """The text with the numbers of records that are written in words put into figures; other numbers stay words."""

    def called(match: re.Match[str]) -> str:
        taken = _number(match, match["called"].casefold())
        if taken is None:
            return match[0]
        figures, rest = taken
        # "order forty two and forty three"
        joined = re.match(rf" and (?P<more>{_SEQUENCE})$", rest)
        if joined and (more := _longest(joined["more"].split())) and len(more[0]) > 1:
            rest = f" and {more[0]}"
        plain = re.sub(r"^p\.? o", "po", match["called"], flags=re.IGNORECASE)
        return f"{plain}{match['between']}{figures}{rest}"

    def two_digits(match: re.Match[str]) -> str:
        before, after = _beside(match.string, match.start("number"), match.end())
        taken = _longest(re.findall(r"[a-z]+", match["number"].casefold()))
        is_other = _AMONG_AHEAD.match(after) or _MONEY_OR_MORE.match(after) or _A_PIECE.match(after)
        is_part = _AND_THE_REST.match(after) or (
            _OF_GOODS_TOO.match(match["called"]) and not _SENTENCE_ENDS.match(after)
        )
        if (
            taken is None
            or is_other
            or is_part
            or counts(before, taken[0], after)
            or not _ENDS_TOO.match(after)
        ):
            return match[0]
        return f"{match['called']}{taken[0]}"

    def bare(match: re.Match[str]) -> str:
        before, after = _beside(match.string, match.start(), match.end())
        taken = _longest([one for one in re.findall(r"[a-z]+", match["number"].casefold()) if one != "and"])
        if taken is None or len(taken[0]) != 3 or _AMONG.search(before) or _AMONG_AHEAD.match(after):
            return match[0]
        is_other = _MONEY_OR_MORE.match(after) or _A_PIECE.match(after) or _TIME_OR_PRICE.search(before)
        return match[0] if is_other or counts(before, taken[0], after) else taken[0]

    return _TWO_DIGITS.sub(two_digits, _BARE.sub(bare, _CALLED.sub(called, text)))


_TWO_DIGITS = re.compile(
    rf"\b(?P<called>(?:on|for|split|about|of|behind|is|has|why is|where is|when does|note on|cancel|ship|send|chase|with)\s+)"
    rf"(?P<number>(?:{'|'.join(_TENS)})[\s-](?:one|two|three|four|five|six|seven|eight|nine))(?![\w-])",
    re.IGNORECASE,
)
"""Two digits read out, behind a word that asks for an order: "note on sixty eight"."""
_ENDS_TOO = re.compile(
    r"^\s*(?:$|[,;:?!.]|(?:is|has|was|does|did|will|since|yet|now|and|that|about|came|never|stuck|late|going|ready|customer|leave|ship|go|out)\b)",
    re.IGNORECASE,
)
_OF_GOODS_TOO = re.compile(r"(?:of|with|ship|send|cancel)\s", re.IGNORECASE)
"""Said of so many of them as well: "cancel twenty five, they only want ten"."""
_SENTENCE_ENDS = re.compile(r"^\s*(?:$|[;?!.])")
_AND_THE_REST = re.compile(
    r"^\s*,?\s*(?:and\b[^.?!]{0,30}\b(?:the )?(?:rest|remain\w*|half)\b|ready\b|that (?:are|were)\b|(?:they )?only\b)",
    re.IGNORECASE,
)
"""A part of an order: "send fifty five and hold the rest"."""
_AMONG = re.compile(rf"\b(?:{_ANY})[\s-]+$", re.IGNORECASE)
_AMONG_AHEAD = re.compile(rf"^[\s-]+(?:{_ANY})\b", re.IGNORECASE)
"""More digits beside it: a telephone number."""


def _beside(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands beside a number; no more than can tell anything, or a long text takes the square of its length."""
    return text[max(0, start - NEAR) : start], text[end : end + NEAR]


def _number(match: re.Match[str], called: str) -> tuple[str, str] | None:
    """Figures behind the word for a record, and what is left of the words; None where they count something."""
    words = re.findall(r"[a-z]+", match["number"].casefold())
    before, behind = _beside(match.string, match.start(), match.end())
    # "order forty two two cases missing": the last group may count what follows, as soon as it is put into figures.
    for figures, used in reversed(list(_groups(words))):
        rest = "".join(f" {one}" for one in words[used:])
        after = rest + behind
        if len(figures) < 2 and (
            called in {"so", "orders"} or re.search(r"\bin\s+$", before) or not _ENDS.match(after)
        ):
            return None  # "so two days late", "in order one by one"
        if _MONEY_OR_MORE.match(after):
            return None
        if rest or not counts(before, figures, after):
            return figures, rest
    return None


def _longest(words: Sequence[str]) -> tuple[str, int] | None:
    """Figures, and of how many words they are made; None where the first word makes none."""
    return max(_groups(words), key=lambda one: one[1], default=None)


def _groups(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The figures so far, and of how many words they are made, after each group ("one", "one thirty nine")."""
    figures, at = "", 0
    while at < len(words) and len(figures) < LONGEST:
        made, used = _group(words[at:], is_first=not figures)
        if not used:
            return
        figures, at = figures + made, at + used
        yield figures, at


def _group(words: Sequence[str], *, is_first: bool) -> tuple[str, int]:
    """One group as it is said: "thirty nine", "twelve", "one hundred and forty two", "oh"."""
    first = words[0]
    if first in _OH:
        return ("", 0) if is_first else ("0", 1)
    if first == "and":
        return "", 0
    if first in _TENS:
        unit = _SMALL.get(words[1], 0) if len(words) > 1 else 0
        return (str(_TENS[first] + unit), 2) if 0 < unit < 10 else (str(_TENS[first]), 1)
    if first not in _SMALL:
        return "", 0
    if len(words) > 1 and words[1] == "hundred":
        rest = 3 if len(words) > 2 and words[2] == "and" else 2
        made, used = _group(words[rest:], is_first=True) if len(words) > rest else ("", 0)
        value = _SMALL[first] * 100
        return (str(value + int(made)), rest + used) if used and int(made) < 100 else (str(value), 2)
    return str(_SMALL[first]), 1
