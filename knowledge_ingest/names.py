"""The names a question may use for a document: its title, its references, the parties it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.passage import Document
from retrieval.stored import Alias

_REFERENCE = re.compile(r"\b[A-Z]{2,}[A-Z0-9]*-\d[\dA-Z-]*\b")
"""Such as SOP-104 or MF-2026-014."""

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁĻŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽ"
_NAME = rf"[{_CAPITAL}][\w&.'’/-]*"
_FORMS = (
    r"Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Company|Co|LP|L\.P|LLP|PLC|plc|GmbH|AG|KG|OHG|e\.K|B\.?V|N\.?V|S\.?A|SAS|S\.A\.S|SARL"
    r"|S\.A\.R\.L|S\.?p\.?A|S\.?r\.?l|S\.?L|Lda|Ltda|AB|A/S|ApS|Oyj?|Pty|Pte|Pvt|Bhd|W\.?L\.?L|K\.?K|Kft|d\.o\.o|Holdings|Group"
    r"|Cooperative|District"
)
_COMPANY = re.compile(
    rf"(?:{_NAME},?\s+(?:(?:of|the|and|&|de|da|do|del|et|und|for)\s+)?){{1,6}}(?:{_FORMS}|{_FORMS.upper()})(?!\w)\.?"
)
"""A name with a legal form, as it stands at the head of a contract, in capitals or not."""
_DESCRIBED = re.compile(
    rf"((?:{_NAME}\s+(?:(?:of|and|&|de|da|do|del|et|und)\s+)?){{0,5}}{_NAME}),\s+(?:(?:a|an)\s+(?:[\w-]+\s+){{0,6}}?"
    r"(?:company|corporation|partnership|cooperative|association|firm|society|undertaking|proprietorship)\b"
    r"|(?:having|with) its (?:registered|principal|head)\b)"
)
"""A name that is told to be a company's: "Ateliers Roncevaux, a simplified joint stock company"."""

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
_NO_NAMES = frozenset({"agreement", "contract", "undersigned", "between"})
"""What stands before is a title: "RESELLER AGREEMENT Quaymark LLC"."""
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
    text = " ".join(head.split())
    found = [(match.start(), match.group()) for match in _COMPANY.finditer(text)]
    found += [(match.start(), match[1]) for match in _DESCRIBED.finditer(text)]
    for _, name in sorted(found):
        # a name does not run on over the end of a sentence: "... of First Refusal. The Company"
        words = _SENTENCE_END.split(name)[-1].replace(",", " ").split()
        if papers := [at for at, word in enumerate(words) if word.lower() in _NO_NAMES]:
            words = words[papers[-1] + 1 :]
        while words and words[0].lower().strip(".") in _SMALL_WORDS:
            words.pop(0)
        if len(words) >= 2:
            names.append(" ".join(words))
    return list(dict.fromkeys(names))[:_MOST_PARTIES]
