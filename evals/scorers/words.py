"""How the checks compare texts: without regard to case, emphasis, marks and white space."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.evidence_book import MARK
from evals.result import Result


def plain(text: str) -> str:
    """A text without marks, emphasis and case, white space folded: what phrases are looked for in."""
    text = MARK.sub("", text).replace("**", "").replace("’", "'")
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split())).casefold()


def folded(text: str) -> str:
    """Without regard to white space, and to how JSON writes quotes."""
    return " ".join(str(text).replace('\\"', '"').replace("\\n", " ").split())


def stands(phrase: str, text: str) -> bool:
    """Whether a phrase of a case stands in a plain text: ``a | b`` is either, ``re:…`` a pattern."""
    if phrase.startswith("re:"):
        return re.search(phrase[3:], text, re.IGNORECASE) is not None
    return any(plain(one) in text for one in phrase.split(" | "))


def missing_in(phrases: Sequence[str], text: str) -> list[str]:
    """The phrases that a plain text lacks."""
    return [one for one in phrases if not stands(one, text)]


def standing_in(phrases: Sequence[str], text: str) -> list[str]:
    """The phrases that a plain text holds."""
    return [one for one in phrases if stands(one, text)]


def shown_and_written(result: Result) -> str:
    """The answer, and what the brain wrote before anything was taken out, as plain text."""
    return f"{plain(result.text)}\n{plain(result.written)}"


def listed(texts: Sequence[str]) -> str:
    """Texts for people, the first few, cut."""
    return "; ".join(f"“{' '.join(one.split())[:160]}”" for one in texts[:4])
