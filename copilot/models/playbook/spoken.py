"""Numbers of orders as people say them: "order one thirty nine", "PO forty seven thirty three", "one oh six".

How a number is read out is no cardinal number ("one thirty nine" is 139), so a library for those does not read it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.models.playbook.numbers import counts

_SMALL_NAMES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_SMALL = {name: at for at, name in enumerate(_SMALL_NAMES.split())}
_TENS_NAMES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {name: at * 10 for at, name in enumerate(_TENS_NAMES.split(), start=2)} | {"fourty": 40}
_OH = {"oh": 0, "o": 0}
_ANY = "|".join((*_SMALL, *_TENS, *_OH, "hundred"))
_SEQUENCE = rf"(?:{_ANY})(?:(?:\s+and\s+|[\s-]+)(?:{_ANY}))*"
_CALLED = re.compile(
    r"\b(?P<called>(?:sales |purchase )?orders?|p\.?o\.?|s\.?o\.?|delivery|shipment)"
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


def in_figures(text: str) -> str:
    """The text with the numbers of records that are written in words put into figures; other numbers stay words."""

    def called(match: re.Match[str]) -> str:
        words = re.findall(r"[a-z]+", match["number"].casefold())
        taken = _longest(words)
        if taken is None:
            return match[0]
        figures, used = taken
        rest = "".join(f" {one}" for one in words[used:])
        after = rest + match.string[match.end() :]
        is_short = len(figures) < 2 and match["called"].casefold() == "so"  # "so two days late"
        if is_short or counts(match.string[: match.start()], figures, after):
            return match[0]
        return f"{match['called']}{match['between']}{figures}{rest}"

    def bare(match: re.Match[str]) -> str:
        taken = _longest([one for one in re.findall(r"[a-z]+", match["number"].casefold()) if one != "and"])
        if taken is None or len(taken[0]) != 3:
            return match[0]
        is_counted = counts(match.string[: match.start()], taken[0], match.string[match.end() :])
        return match[0] if is_counted else taken[0]

    return _BARE.sub(bare, _CALLED.sub(called, text))


def _longest(words: Sequence[str]) -> tuple[str, int] | None:
    """Figures, and of how many words they are made; None where the first word makes none."""
    figures, at = "", 0
    while at < len(words) and len(figures) < 5:
        made, used = _group(words[at:], is_first=not figures)
        if not used:
            break
        figures, at = figures + made, at + used
    return (figures, at) if figures else None


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
