"""Where the wishes behind a draft come from (RELIABILITY T2): what the asking person did not write themselves is said on the draft.

A brain has read documents, Odoo's free text and other people's messages, and any of them may tell it what to do. So nothing that it
passes on is believed to be the person's wish unless it stands in the person's own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from copilot.addresses import ADDRESS
from copilot.grounding.asked import is_name

TARGETS: Mapping[str, str] = {
    "order": "order", "delivery": "delivery", "from_delivery": "delivery that loses its stock", "purchase": "purchase order",
    "warehouse": "warehouse", "carrier": "carrier", "product": "product", "substitute": "substitute", "to": "colleague",
}  # fmt: skip
"""Wishes that name a record, as a person reads them."""
WORDS: frozenset[str] = frozenset({"text", "summary", "subject"})
DAYS: frozenset[str] = frozenset({"date", "until"})
_LINK = re.compile(r"https?:|\bwww\.|[\w.]+@\w|\]\s*\(", re.IGNORECASE)
"""The beginning of one; `ADDRESS` knows whole ones, with and without a scheme."""
_MARKS = re.compile(r"[ \t]*[\[(]\s*[EK]\d+(?:\s*[,;&]?\s*[EK]\d+)*\s*[\])]")
"""Evidence marks as models write them: ``[E1]``, ``[E1, K2]``, ``(E1)``."""
MOST_UNPROVEN = 5
"""Sentences of a text that are named one by one."""
_LONGEST_QUOTE = 200
"""Characters of such a sentence that are shown."""
BY_A_MODEL = "was written by a language model, not by a person. Read it word by word."


def warnings_of(
    wanted: Mapping[str, str],
    words: Sequence[str],
    *,
    order_reference: str,
    said_days: Sequence[tuple[date, date]] = (),
    ours: frozenset[str] = frozenset(),
) -> list[str]:
    """What an approver has to know of the wishes: each that does not come from the person's own words.

    Args:
        wanted: the wishes as they will be planned; ``order`` is the name that `order_reference` turned out to be.
        words: what the person wrote in this conversation.
        order_reference: what the order was asked for by: its name, or the customer's reference, a delivery, a tracking number.
        said_days: first and last day of each span of days in those words.
        ours: names of wishes that our own code filled in.
    """
    told: list[str] = []
    for name, value in wanted.items():
        if not value or name in ours:
            continue
        if name in TARGETS:
            known = stands_in(value, words) or (name == "order" and _stands_for_it(order_reference, words))
            if not known:
                told.append(
                    f"Whoever asked did not name the {TARGETS[name]} {_named(value)} themselves. Make sure that it is the one they mean."
                )
        elif name in DAYS:
            if not _is_said_day(value, words, said_days):
                told.append(f"Whoever asked did not name the day {_named(value)} themselves.")
        elif name in WORDS and not stands_in(value, words):
            told.append(f"The {name} {BY_A_MODEL}")
    return told


def stands_in(value: str, words: Sequence[str]) -> bool:
    """Whether a name, code or sentence stands whole in somebody's words, whatever its case and spacing."""
    wanted = _plain(value)
    return bool(wanted) and any(
        re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", _plain(one)) is not None for one in words
    )


def _stands_for_it(reference: str, words: Sequence[str]) -> bool:
    """A customer's reference, a delivery or a purchase that the person named; a plain word is none, whoever uses it as a reference."""
    return any(letter.isdigit() for letter in reference) and stands_in(reference, words)


def has_address(text: str) -> bool:
    """A link, a mail address or Markdown for one."""
    return ADDRESS.search(text) is not None or _LINK.search(text) is not None


def without_marks(text: str) -> str:
    """A text as somebody outside may read it: evidence marks mean something in an answer only."""
    return _MARKS.sub("", text).strip()


def unproven(name: str, sentences: Sequence[str]) -> list[str]:
    """What an approver has to know of the sentences of a text that nothing supports.

    Args:
        name: the wish that holds the text: ``text``, ``summary``, ``subject``.
        sentences: as a language model wrote them.
    """
    told = [
        f"Nothing that was read proves this of the {name}: “{_short(without_marks(one))}”"
        for one in sentences[:MOST_UNPROVEN]
    ]
    more = len(sentences) - MOST_UNPROVEN
    return [*told, *([f"{more} more sentences of the {name} are not proven either."] if more > 0 else [])]


def is_a_models(name: str, warnings: Sequence[str]) -> bool:
    """Whether the warnings of a draft say that a language model wrote this part of it."""
    return f"The {name} {BY_A_MODEL}" in warnings


def _named(value: str) -> str:
    """A wish in a warning: a wish that its action has no use for may be any text."""
    return value if is_name(value) else "(a text that is no name)"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _is_said_day(value: str, words: Sequence[str], said: Sequence[tuple[date, date]]) -> bool:
    if stands_in(value, words):
        return True
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return False
    return any(first <= day <= last for first, last in said)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
