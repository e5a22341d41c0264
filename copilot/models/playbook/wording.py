"""Small pieces of text that every answer is made of: evidence marks, dates, sentences of code with their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

ROLE_NAMES = {
    "service": "Customer service",
    "supervisor": "Warehouse supervisor",
    "purchasing": "Purchasing",
    "sales": "Sales",
    "finance": "Finance",
    "compliance": "Compliance",
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\d])")


def marks(ids: Sequence[str], most: int = 3) -> str:
    """``[E1][E4]``."""
    return "".join(f"[{one}]" for one in ids[:most])


def marked(text: str, ids: Sequence[str], *, most: int | None = None) -> str:
    """Each sentence of a text with the same marks before its full stop; only the first `most`."""
    sentences = _SENTENCE.split(text.strip()) if text.strip() else []
    shown = marks(ids)
    return " ".join(
        f"{without_stop(sentence)} {shown}." if shown else f"{without_stop(sentence)}."
        for sentence in sentences[:most]
    )


def without_stop(sentence: str) -> str:
    """The sentence without its full stop."""
    return " ".join(sentence.split()).rstrip(".")


def day(iso: str | None) -> str:
    """``16 Nov 2026``."""
    if not iso:
        return "no date"
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%b} {when.year}"


def dates(expected: dict[str, Any]) -> str:
    """``3 Dec 2026``, ``3 Dec 2026 to 5 Dec 2026``, ``from 3 Dec 2026 on``; empty without a date."""
    earliest, latest = expected["earliest"], expected["latest"]
    if not earliest:
        return ""
    if latest == earliest:
        return day(earliest)
    return f"from {day(earliest)} on" if latest is None else f"{day(earliest)} to {day(latest)}"


def span(expected: dict[str, Any]) -> str:
    """``on 3 Dec 2026``, ``between 3 Dec 2026 and 5 Dec 2026``, ``not before 3 Dec 2026``; empty without a date."""
    earliest, latest = expected["earliest"], expected["latest"]
    if not earliest:
        return ""
    if latest == earliest:
        return f"on {day(earliest)}"
    return f"not before {day(earliest)}" if latest is None else f"between {day(earliest)} and {day(latest)}"


def told(sentence: dict[str, Any]) -> str:
    """A sentence of a report with its marks."""
    return f"{without_stop(sentence['text'])} {marks(sentence['evidence'])}".rstrip() + "."


def unread(sentences: Iterable[str]) -> str:
    """What could not be read, each thing once, without the explanation in brackets."""
    told = list(dict.fromkeys(re.sub(r" \([^()]*\)", "", one) for one in sentences))
    return "What I could not read: " + " ".join(told) if told else ""


def blocks(parts: Iterable[str]) -> str:
    """Parts of an answer, an empty line between them."""
    return "\n\n".join(part for part in parts if part)
