"""How near what people say is to the name of a record: by words, slips and short forms forgiven. The only home of rapidfuzz in this
package."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

NEAR_WORD = 82.0
"""From this likeness on one word is taken for another; a slip in a word of six letters costs some fifteen points."""
EXACT = 95.0
"""A word letter by letter, but for its plural."""
SHORTENED = 90.0
"""A word for the beginning of a longer one: "coop", "swift"."""
MOST_WORDS = 8
"""Of what was said; parts of longer texts are not tried."""

_FILLERS = frozenset(
    {"the", "of", "and", "a", "an", "for", "our", "inc", "ltd", "llc", "co", "company", "warehouse"}
)
_UNITS = {
    "liter": "l", "liters": "l", "litre": "l", "litres": "l", "kilo": "kg", "kilos": "kg", "kgs": "kg", "inch": "in", "inches": "in",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip
_WEAK_LIST = """
great old new big high first united american national general best super royal city valley lake lakes river hill hills
north south  east west red blue green black white silver golden gold star sun summit fresh foods food group services
service supply tool tools  works shop house store company standard heavy duty grade case box bag pack pail crate sack
drum drums cans can bags boxes cases kg  l mm cm in 2 5 10 20 25 kit set clear freight express parcel logistics air own
delivery chain
"""
_WEAK = frozenset(_WEAK_LIST.split())
"""Words that many names share: alone they name nobody."""
_CONTAINER_LIST = "tin can bottle bucket jug keg tub sack bag crate case drum pail"
_CONTAINERS = frozenset(f"{one}{ending}" for one in _CONTAINER_LIST.split() for ending in ("", "s"))
_CODE = re.compile(r"(?<![^\W_])([a-z]{2,4})[ -]?(\d{3,5})(?![^\W_])", re.IGNORECASE)


def likeness(said: str, name: str, ref: str) -> float:
    """Each word of what was said against the nearest word of the name, by length; the whole name said beats a part of it.

    Returns:
        Around 100 where it fits, 120 for the record's own reference.
    """
    if ref and (
        said.strip().casefold() == ref.casefold() or any(is_code(code, ref) for code in codes_of(said))
    ):
        return 120.0
    wanted, there = spoken(said), spoken(name)
    # "5 litre tins of olive oil": what it comes in is seldom part of its name
    wanted = [
        word for word in wanted if word not in _CONTAINERS or any(word.rstrip("s") in one for one in there)
    ]
    if not wanted or not there:
        return 0.0
    weight = sum(len(word) for word in wanted)
    has_a_word = any(len(word) > 3 for word in wanted)
    score = (
        sum(
            len(word) * _best(word, there, initials=has_a_word, follows=at > 0)
            for at, word in enumerate(wanted)
        )
        / weight
    )
    covered = sum(1 for other in there if max(likeness_of_words(other, word) for word in wanted) >= NEAR_WORD)
    begins = likeness_of_words(wanted[0], there[0]) >= NEAR_WORD
    return score + 8.0 * covered / len(there) + (3.0 if begins else 0.0) - 5.0


def _best(word: str, there: list[str], *, initials: bool, follows: bool) -> float:
    if follows and len(word) == 3 and word.isalpha() and any(other.startswith(word) for other in there):
        return SHORTENED  # "Millbrook fab"
    if initials and len(word) == 1 and word.isalpha() and any(other.startswith(word) for other in there):
        return SHORTENED  # "Valley T&D"
    return max(likeness_of_words(word, other) for other in there)


def likeness_of_words(one: str, other: str) -> float:
    """From 0 to 100."""
    if one == other:
        return 100.0
    if one.rstrip("s") == other.rstrip("s") and min(len(one), len(other)) > 2:
        return 98.0
    if len(one) == 3 and len(other) == 4 and one.isalpha() and other.startswith(one):
        return SHORTENED  # "golden mil"
    if len(one) < 4 or len(other) < 4 or one.isdigit() or other.isdigit():
        return 0.0
    if other.startswith(one):
        return max(SHORTENED, fuzz.ratio(one, other))
    return fuzz.ratio(one, other)


def spoken(said: str) -> list[str]:
    """The words of a name in small letters, without those that every name has; measures and small numbers written in one way."""
    split = re.sub(r"(\d)(kgs?|l|mm|cm|ml|g|lbs?)\b", r"\1 \2", said.casefold())
    found = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", split)
    found = [_UNITS.get(word, word.removesuffix("'s").removesuffix("’s")) for word in found]
    return [word for word in found if word not in _FILLERS] or found


def parts(said: str) -> Iterator[str]:
    """What may be left of a name when words that stand beside it are left out, the longest first. Words with a capital belong to the
    name."""
    pieces = said.split()
    if not 1 < len(pieces) <= MOST_WORDS:
        return
    for length in range(len(pieces) - 1, 0, -1):
        for begin in range(len(pieces) - length + 1):
            part, left = pieces[begin : begin + length], pieces[:begin] + pieces[begin + length :]
            if any(piece[0].isupper() and any(letter.islower() for letter in piece) for piece in left):
                continue
            yield " ".join(part)


def is_weak(part: str) -> bool:
    """Nothing but words and figures that many names share."""
    return not any(len(word) > 2 and word not in _WEAK and not word.isdigit() for word in spoken(part))


def may_be_left_out(part: str, said: str) -> bool:
    """Whether the words beside a part of what was said are no part of a company's name: neither figures nor words that names share
    ("great plains" is not High Plains)."""
    return not any(word in _WEAK or word[0].isdigit() for word in spoken(said) if word not in spoken(part))


def codes_of(said: str) -> list[str]:
    """What was said, and the internal references that it may hold ("fb 1010 east": ``FB-1010``, ``FB1010``, ``FB 1010``)."""
    found = [said.strip()]
    for match in _CODE.finditer(said):
        found += [f"{match[1]}-{match[2]}", f"{match[1]}{match[2]}", f"{match[1]} {match[2]}"]
    return list(dict.fromkeys(found))[:7]


def is_code(said: str, ref: str) -> bool:
    """Whether it is an internal reference, however it is spaced."""
    bare = re.sub(r"[\W_]", "", said.casefold())
    return (
        len(bare) > 3
        and any(character.isdigit() for character in bare)
        and bare == re.sub(r"[\W_]", "", ref.casefold())
    )
