"""Which earlier questions a question is understood with: the last ones, and of those further back what they named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from copilot.models.playbook.follow_ups import listed_in
from copilot.models.playbook.things import Things, find_things
from copilot.models.playbook.understood import Earlier

LONGEST = 400
"""Characters of a question whose meaning is weighed; what comes behind is only searched for references."""
REMEMBERED = 8
"""Earlier questions that are all looked at."""
FARTHEST = 200
"""Earlier questions that are searched for what they named."""
MOST_NAMED = 4
"""Of those, the latest that named an order, a purchase order or a product, and as many that named somebody."""

_A_PLACE = re.compile(r"\b(?:first|second|third|last|next|other)\b", re.IGNORECASE)


def remembered(earlier: Sequence[Earlier], today: date) -> list[Earlier]:
    """What a question is understood with, oldest first; the same again when it is asked of its own result.

    A conversation goes on about an order long after it was named: only the latest questions that named something are taken from
    further back, so that the time it takes does not grow with the conversation.
    """
    near, far = earlier[-REMEMBERED:], earlier[:-REMEMBERED][-FARTHEST:]
    kept: set[int] = set()
    records = people = 0
    for at in range(len(far) - 1, -1, -1):
        if records >= MOST_NAMED and people >= MOST_NAMED:
            break
        text = " ".join(far[at].question.split())
        things = find_things(text[:LONGEST], today)
        if not _named(things) and len(text) > LONGEST:
            things = find_things(text, today)  # a pasted mail may name the order far below
        listed = at > 0 and _A_PLACE.search(text) is not None and bool(listed_in(far[at - 1].answer))
        if (things.orders or things.purchases or things.products or listed) and records < MOST_NAMED:
            records += 1
            kept |= {at, at - 1} if listed else {at}  # "the second one" is nothing without its list
        elif things.names and things.written_like_names and people < MOST_NAMED:
            people += 1
            kept.add(at)
    return [*(far[at] for at in sorted(kept)), *near]


def _named(things: Things) -> bool:
    return bool(things.orders or things.purchases or things.products)


def list_alone(answer: str) -> str:
    """Of an answer, the lines of a list of ours: all that a later question takes from it."""
    return "\n".join(line for line in answer.splitlines() if listed_in(line))
