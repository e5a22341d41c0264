"""Whether a question asks two things, and where the second begins.

Rules find where one sentence ends and another asks (`clauses`); people put two questions in a breath in more ways than rules know ("ping
Baltic & log it on 77", "169 missing? enough to send part"). So every place where a question could be cut is weighed: what each part
asks, what the whole asks, and how much the whole sounds like two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import log
from typing import Final, cast

from copilot.models.playbook.clauses import only_tells
from copilot.models.playbook.intents import Intent
from copilot.models.playbook.weighing import Weighed

AS_TWO, AS_FIRST, AS_SECOND, AS_RULED, ALL_ALONE = 0.55, 2.5, 1.5, 1.3, 0.0
"""What speaks for two, in nats: that the whole sounds like two, how sure the parts are, that the rules cut there. Fitted by logistic
regression to the questions of asked.yaml that were left out, with two in one as rare as people ask them (8 in 100)."""
AS_NAMED = 0.8
"""The same where the rules cut and only the second names a record by number. Chosen, not fitted: such a part hardly ends a story."""
LEAST = 0.08
"""How much a question has to sound like two before its parts are weighed: below it no part can be sure enough."""
MOST_PLACES = 12
"""Places that are weighed; a pasted mail has hundreds of commas."""
_NEVER_A_PART: Final = frozenset({"unclear", "small_talk", "help", "other_language"})
_NO_BEGINNING: Final = re.compile(
    r"whether\b|that\b|why\W*$|(?:up to|by|for|at|under|to|within|in|on|from|with|until) (?:how|what|which)\b(?:\W+\w+){0,2}\W*$"
    r"|(?:does|do|is|are) (?:it|that|this|they) (?:also )?(?:apply|valid|hold|true|mean)\b",
    re.IGNORECASE,
)
"""Goes on with the part before: "asking when it arrives and whether they can part ship", "and up to how much?", "and why"."""
_IS_WRITTEN: Final = frozenset({"note", "customer_message", "follow_up"})
"""What stands behind their colon is what shall be written, and asks nothing: "note on 42: they asked when it comes"."""
_NUMBER: Final = re.compile(r"\d{2}")
_UNHEARD = 1e-4
"""Share of an intent that the whole does not speak of."""

_ENDS: Final = re.compile(r"[.!?;]\s+\S")
"""One sentence, and another."""
_PLACE = re.compile(
    r"\s?[,;:.?!]+\s(?:(?:and|plus|or|then|also|but|so|please|pls)\s+)*|\s[–—-]+\s|\s?[–—]\s?|\s?[+&]\s?"
    r"|,?\s(?:and|plus|or|then|also|n|btw|but|so|if)\s(?:then\s+|also\s+|please\s+|pls\s+)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Parted:
    """Two questions in one breath, as they are best told apart."""

    first: str
    second: str
    one: Weighed
    other: Weighed
    odds: float
    """Above nought there are two, in nats."""


def best_parting(
    text: str,
    ruled: tuple[str, str],
    *,
    two: float,
    whole: Mapping[str, float],
    weigh: Callable[[str, bool], Weighed],
) -> Parted | None:
    """Where a text is best cut in two; None where it does not sound like two at all, or no part asks anything.

    Args:
        ruled: where the rules cut it; the second is empty where they do not.
        two: how much the whole sounds like two, 0 to 1.
        whole: intent -> its share in the whole.
        weigh: what a part asks; the second argument tells whether it is the first.
    """
    if two < LEAST:
        return None
    best: tuple[float, Parted] | None = None
    head, colon, _ = text.partition(": ")
    written = bool(colon) and weigh(head, True).intent in _IS_WRITTEN
    for at, (first, second) in enumerate(_places(text, ruled)):
        if written and len(first) >= len(head):
            continue
        is_ruled = at == 0 and bool(ruled[1])
        found = _told(weigh(first, True), weigh(second, False), whole)
        if found is None:
            continue
        fits, one, other = found
        fits += 0.5 * is_ruled
        if best is None or fits > best[0]:
            odds = AS_TWO * log(two / max(1.0 - two, 1e-6)) + AS_FIRST * _log(one.chance)
            odds += AS_SECOND * _log(other.chance) + AS_RULED * is_ruled + ALL_ALONE
            odds += AS_NAMED * (is_ruled and _NUMBER.search(second) is not None and not _NUMBER.search(first))
            best = fits, Parted(first=first, second=second, one=one, other=other, odds=odds)
    return best[1] if best else None


def _places(text: str, ruled: tuple[str, str]) -> Iterator[tuple[str, str]]:
    seen = {ruled} if ruled[1] else set()
    yield from seen
    for match in _PLACE.finditer(text):
        cut = text[: match.start()].strip(), text[match.end() :].strip()
        if (
            cut in seen
            or _NO_BEGINNING.match(cut[1])
            or not all(re.search(r"[^\W\d_]", part) for part in cut)
            or (_ENDS.search(f"{match[0]}{cut[1]}") and only_tells(cut[0]))
        ):
            continue  # a story before the sentence that asks is no question
        if len(seen) == MOST_PLACES:
            return
        seen.add(cut)
        yield cut


def _told(
    first: Weighed, second: Weighed, whole: Mapping[str, float]
) -> tuple[float, Weighed, Weighed] | None:
    """How well the two likeliest different intents of two parts fit what the whole speaks of; None where a part asks nothing."""
    pairs = [
        (
            _log(at)
            + _log(other)
            + log(whole.get(one, 0.0) + _UNHEARD)
            + log(whole.get(two, 0.0) + _UNHEARD),
            one,
            at,
            two,
            other,
        )
        for one, at in _asked(first)
        for two, other in _asked(second)
        if one != two
    ]
    if not pairs:
        return None
    fits, one, at, two, other = max(pairs)
    return fits, _taken(first, one, at), _taken(second, two, other)


def _asked(part: Weighed) -> Iterable[tuple[str, float]]:
    return [(intent, share) for intent, share in part.shares if intent not in _NEVER_A_PART]


def _taken(part: Weighed, intent: str, chance: float) -> Weighed:
    if intent == part.intent:
        return part
    return replace(part, intent=cast(Intent, intent), chance=chance, or_else=())


def _log(share: float) -> float:
    return log(share + 1e-6)
