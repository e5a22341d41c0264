"""The names a question may use for a document: its title, its references, the parties it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.passage import Document
from retrieval.stored import Alias

_REFERENCE = re.compile(r"\b[A-Z]{2,}[A-Z0-9]*-\d[\dA-Z-]*\b")
"""Such as SOP-104 or MF-2026-014."""

_COMPANY = re.compile(
    r"(?:[A-Z][\w&.'-]*,?\s+(?:(?:of|the|and|&|de|for)\s+)?){1,6}"
    r"(?:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Company|Co|LP|L\.P|LLP|PLC|plc|GmbH|AG|B\.?V|N\.?V|S\.?A|"
    r"Holdings|Group|Cooperative|District)\b\.?"
)
"""A name with a legal form, as it stands at the head of a contract."""

_SENTENCE_END = re.compile(r"(?<=[a-z]{3})\.\s+(?=[A-Z])")

_SMALL_WORDS = (
    "this",
    "the",
    "and",
    "between",
    "by",
    "each",
    "as",
    "of",
    "for",
    "a",
    "an",
    "dated",
    "agreement",
    "or",
    "whereas",
    "therefore",
)
_HEAD = 4000
"""Characters in which a contract names its parties."""
_MOST_PARTIES = 8


def aliases_of(document: Document, names: Sequence[str] = (), *, text: str = "") -> tuple[Alias, ...]:
    """Names of a document, its parties' included, each once.

    Args:
        names: What its description calls its customer or vendor.
        text: Of a contract that no description says the parties of: they are read from its head.
    """
    found = [Alias(kind="title", name=document.title)]
    found += [Alias(kind="reference", name=name) for name in _REFERENCE.findall(document.title)]
    found += [Alias(kind="reference", name=name) for name in (document.customer, document.vendor) if name]
    found += [Alias(kind="party", name=name) for name in (*names, document.carrier) if name]
    if document.type == "contract" and not (
        names or document.customer or document.carrier or document.vendor
    ):
        found += [Alias(kind="party", name=name) for name in parties_in(text[:_HEAD])]
    return tuple(dict.fromkeys(each for each in found if each.name))


def parties_in(head: str) -> list[str]:
    """Company names at the head of a contract, in order, each once."""
    names: list[str] = []
    for match in _COMPANY.finditer(" ".join(head.split())):
        # a name does not run on over the end of a sentence: "... of First Refusal. The Company"
        words = _SENTENCE_END.split(match.group())[-1].replace(",", " ").split()
        while words and words[0].lower().strip(".") in _SMALL_WORDS:
            words.pop(0)
        if len(words) >= 2:
            names.append(" ".join(words))
    return list(dict.fromkeys(names))[:_MOST_PARTIES]
