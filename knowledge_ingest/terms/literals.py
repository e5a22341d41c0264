"""Which letters a pattern cannot match without, so that most sentences need no search at all.

A rule asks "does this sentence speak of carriers?" of every sentence of a contract, and most do not. Whether one of a few literal
words stands in a sentence is known in a fraction of the time that a pattern with alternatives takes to find out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from typing import Any

_MOST = 120
"""Literals; of more of them, looking for each costs as much as the search that it saves."""
_MOST_READINGS = 48
"""Ways in which a stretch of a pattern can be spelt before it is no longer written out."""
_COMMON = frozenset(
    ("the", "of", "to", "a", "an", "in", "by", "and", "or", "for", "on", "with", "be", "is", "are", "than", "more", "at", "as", "not")
)  # fmt: skip
_FOLDED = {0x130: "i", 0x131: "i", 0x17F: "s"}
"""Letters that match ``i`` and ``s`` whatever the case, and that `str.lower` leaves as something else."""
_ODD = tuple(map(chr, _FOLDED))


def folded(words: str) -> str:
    """The words as `literals_of` writes its literals."""
    if not words.isascii() and any(letter in words for letter in _ODD):
        words = words.translate(_FOLDED)
    return words.lower()


def literals_of(pattern: str, flags: int = re.IGNORECASE) -> tuple[str, ...]:
    """Literals of which at least one stands in the `folded` words wherever the pattern matches.

    Empty: none are known, and the pattern has to be searched for. It reads the tree that `re` compiles from; where a Python does
    not show that tree, nothing is known and everything is slower.
    """
    parser = getattr(re, "_parser", None)
    if parser is None:
        return ()
    found = _needed(parser.parse(pattern, flags)) or frozenset()
    literals = shortest(found)
    return literals if len(literals) <= _MOST else ()


def shortest(literals: Set[str]) -> tuple[str, ...]:
    """Without those that hold another one."""
    return tuple(
        sorted(each for each in literals if not any(other != each and other in each for other in literals))
    )


def _needed(items: Iterable[Any]) -> frozenset[str] | None:
    """Of a sequence: the set that is cheapest to look for; None when there is none."""
    candidates: list[frozenset[str]] = []
    run = plain = frozenset(
        {""}
    )  # a stretch in all its spellings; the same since the last piece that has several
    for item in items:
        spelt = _spelt([item])
        joined = _joined(run, spelt) if spelt is not None else None
        if spelt is not None and joined is not None:
            if len(spelt) > 1:
                candidates += [plain, spelt, _inside(item) or spelt]
            plain = frozenset({""}) if len(spelt) > 1 else _joined(plain, spelt) or plain
            run = joined
            continue
        inside = _inside(item)
        candidates += [run, plain] if inside is None else [run, plain, inside]
        run = plain = spelt if spelt is not None else frozenset({""})
    candidates += [run, plain]
    good = [each for each in candidates if all(_weight(one) > 1 for one in each)]
    return min(good, key=_cost) if good else None


def _inside(item: tuple[Any, Any]) -> frozenset[str] | None:
    """Of one piece that cannot be written out: what is needed in it."""
    name, value = str(item[0]), item[1]
    if name == "SUBPATTERN":
        return _needed(value[3])
    if name == "BRANCH":
        sides = [_needed(side) for side in value[1]]
        known = [side for side in sides if side is not None]
        return frozenset().union(*known) if len(known) == len(sides) else None
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] >= 1:
        return _needed(value[2])
    return None


def _spelt(items: Iterable[Any]) -> frozenset[str] | None:
    """All ways to spell a sequence; None when it has too many, or no end."""
    found = frozenset({""})
    for item in items:
        ways = _ways(item)
        joined = _joined(found, ways) if ways is not None else None
        if joined is None:
            return None
        found = joined
    return found


def _ways(item: tuple[Any, Any]) -> frozenset[str] | None:
    name, value = str(item[0]), item[1]
    if name == "LITERAL":
        return _letters([value])
    if name in ("AT", "ASSERT_NOT", "ASSERT"):
        return frozenset({""})  # they take no room; that they may forbid a match changes nothing
    if name == "IN":
        return _letters([each[1] if str(each[0]) == "LITERAL" else None for each in value])
    if name == "SUBPATTERN":
        return _spelt(value[3])
    if name == "BRANCH":
        sides = [_spelt(side) for side in value[1]]
        known = [side for side in sides if side is not None]
        union = frozenset().union(*known)
        return union if len(known) == len(sides) and len(union) <= _MOST_READINGS else None
    if name in ("MAX_REPEAT", "MIN_REPEAT") and (value[0], value[1]) == (0, 1):
        once = _spelt(value[2])
        return None if once is None else once | {""}
    return None


def _letters(codes: Sequence[int | None]) -> frozenset[str] | None:
    """Letters beyond ASCII have cases of their own: a pattern is not written out over them."""
    if any(each is None or each >= 128 for each in codes):
        return None
    return frozenset(chr(each).lower() for each in codes if each is not None)


def _joined(first: frozenset[str], second: frozenset[str]) -> frozenset[str] | None:
    if len(first) * len(second) > _MOST_READINGS:
        return None
    return frozenset(one + other for one in first for other in second)


def _weight(literal: str) -> int:
    """Letters of its longest word that is not in every other sentence; a question mark or a percent sign is as rare as a word."""
    if literal.strip() and not any(map(str.isalnum, literal)):
        return 4
    return max((len(word) for word in literal.split() if word not in _COMMON), default=0)


def _cost(literals: frozenset[str]) -> float:
    """Microseconds a sentence: looking for each, and the search where one is there; long words are rarely there by chance."""
    return 0.04 * len(literals) + 20 * max(0.02, 0.8 * 2.0 ** -min(map(_weight, literals)))
