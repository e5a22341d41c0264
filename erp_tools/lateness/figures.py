"""Are the figures of a sentence in the facts it cites? Used by the tests of every cause, and wherever a sentence is checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from erp_tools.facts import Fact
from erp_tools.lateness.taxonomy import Diagnosis

_DATE = re.compile(r"\b(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})\b")
_REFERENCE = re.compile(r"\b(?=[A-Z0-9/-]*[A-Z])(?=[A-Z0-9/-]*\d)[A-Z0-9]+(?:[/-][A-Z0-9]+)*\b")
_NUMBER = re.compile(r"(?<![\w.,])-?\d+(?:[.,]\d+)*(?![\w])")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def figures_without_source(text: str, facts: Iterable[Fact]) -> list[str]:
    """Dates, references and numbers of a text that stand in none of the facts' fields. Empty is good."""
    values: list[Any] = []
    for fact in facts:
        values.append(fact.display_name)
        for value in fact.fields.values():
            values.extend(value if isinstance(value, list) else [value])
    words = [value for value in values if isinstance(value, str)]
    numbers = {
        float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    }
    unsourced = []
    for match in _DATE.finditer(text):
        iso = f"{match[3]}-{_MONTHS.index(match[2]) + 1:02}-{int(match[1]):02}"
        if not any(word.startswith(iso) for word in words) and not any(match[0] in word for word in words):
            unsourced.append(match[0])
    rest = _DATE.sub(" ", text)
    for match in _REFERENCE.finditer(rest):
        if not any(match[0] in word for word in words):
            unsourced.append(match[0])
    rest = _REFERENCE.sub(" ", rest)
    for match in _NUMBER.finditer(rest):
        as_number = float(match[0].replace(",", ""))
        in_words = any(re.search(rf"(?<!\d){re.escape(match[0])}(?!\d)", word) for word in words)
        if as_number not in numbers and not in_words:
            unsourced.append(match[0])
    return unsourced


def cause_figures_without_source(diagnosis: Diagnosis) -> dict[str, list[str]]:
    """Per cause code (and ``expected``), the figures whose cited facts do not hold them."""
    book = {fact.key: fact for fact in diagnosis.facts}
    found: dict[str, list[str]] = {}
    texts = [(cause.code, cause.summary, cause.evidence) for cause in diagnosis.causes]
    texts.append(("expected", diagnosis.expected.reasoning, diagnosis.expected.evidence))
    for code, text, evidence in texts:
        if unsourced := figures_without_source(text, [book[key] for key in evidence if key in book]):
            found[code] = unsourced
    return found
