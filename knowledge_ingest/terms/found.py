"""What a rule hands on, and the looks at a sentence that several rules share."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from knowledge_ingest.terms.clauses import Sentence
from knowledge_ingest.terms.literals import folded, literals_of, shortest
from retrieval.term_values import TermValue, Unit
from retrieval.terms import TermKind

_NEAR = 60
"""Sentences before and after that may belong to the same section."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A value that a rule read from a sentence."""

    kind: TermKind
    value: TermValue
    at: Sentence
    applies_to: str = ""
    slot: str = ""
    """Values of one kind in different slots stand side by side (a fixed amount and a rate) and do not contradict."""
    adds: bool = False
    conditions: tuple[Sentence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What the rules may know of the whole text."""

    sentences: tuple[Sentence, ...]
    days: Mapping[str, Unit]
    """What ``Day`` with a capital is, where the text defines it."""
    times: Mapping[str, str]
    """Names of receiving times (``Service Hour``) and what they are."""

    def section_of(self, sentence: Sentence) -> list[Sentence]:
        """The sentences under the same heading, or of the same clause where there is no heading."""
        return self._around(sentence, "section")

    def clause_of(self, sentence: Sentence) -> list[Sentence]:
        """The sentences of the same clause."""
        return self._around(sentence, "clause_start")

    def _around(self, sentence: Sentence, shared: str) -> list[Sentence]:
        """The neighbours that share a section or a clause; they stand together, so the text is read as far as they go, and no
        further than `_NEAR`, however long a section may be."""
        at = bisect_left(self._starts, sentence.start)
        first, last, wanted = at, at, getattr(sentence, shared)
        lowest, highest = max(0, at - _NEAR), min(len(self.sentences), at + _NEAR)
        while first > lowest and getattr(self.sentences[first - 1], shared) == wanted:
            first -= 1
        while last < highest and getattr(self.sentences[last], shared) == wanted:
            last += 1
        return list(self.sentences[first:last])

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(each.start for each in self.sentences)


def matches(pattern: str, words: str) -> re.Match[str] | None:
    """The first place, whatever the case."""
    literals, compiled = _compiled(pattern)
    if literals:
        letters = folded(words)
        for each in literals:
            if each in letters:
                break
        else:
            return None
    return compiled.search(words)


def may_match(patterns: tuple[str, ...], words: str) -> bool:
    """Whether one of the patterns can match, by their literals: False is certain, True is a reason to look."""
    literals, letters = _literals(patterns), folded(words)
    for each in literals:  # a generator costs twice as much, and this is asked of every sentence
        if each in letters:
            return True
    return not literals


@cache
def _literals(patterns: tuple[str, ...]) -> tuple[str, ...]:
    found = [literals_of(pattern) for pattern in patterns]
    return shortest({each for literals in found for each in literals}) if all(found) else ()


_looks_for_literals = True


def reads_one_document() -> None:
    """From now on this process reads one document: what literals a pattern needs takes longer to find than they save there. Those that
    are known stay known."""
    global _looks_for_literals  # of a process that was forked for the document
    _looks_for_literals = False


@cache
def _compiled(pattern: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Only patterns of our own come here; looking one up costs a tenth of what `re` takes for it."""
    return literals_of(pattern) if _looks_for_literals else (), re.compile(pattern, re.IGNORECASE)


NEGATION = r"\b(?:not|refrains? from|no|never|cannot|neither|nor|without|excluded|prohibited|forbidden|refused?|rejected|void|unacceptable|turned away|rejection|rejected|returned|inadmissible|impermissible|sen[dt] (?:them|it) back)\b"
EXCEPTION = r"\b(?:unless|to the extent|insofar|as far as|provided|save (?:as|where|that|with)|except(?:ing)?|only (?:if|when|where|after|with|by|upon|once)|provided (?:that|always)?|subject to|as long as|if|where|in case)\b"
CONSENT = r"\b(?:consents?|approv\w+|agree(?:s|d|ment)?|permission|authori[sz]\w+|change order|asks? for|prior notice|after telling|after notice|released)\b"

_DEFINITION = re.compile(
    r"^\s*[\"“][^\"”]{2,60}[\"”]\s*(?:\([^)]*\)\s*)?(?:means|shall mean|is\b|:|=|refers to)", re.IGNORECASE
)
_ORDER_TYPE = re.compile(
    r"\b(?P<type>(?:[A-Z][\w-]+ )?(?:[A-Z][\w]*(?:-[A-Z]\w+)?|[Oo]ther) (?P<noun>Order|PO|Shipment))s?\b"
)
_NO_TYPE = {
    "purchase", "an", "a", "the", "each", "every", "all", "no", "this", "that", "any", "smaller", "such", "these", "those", "orders",
    "late", "if", "our", "your", "where", "partial", "when", "change", "one", "for", "on", "in", "of", "minimum", "split", "part",
}  # fmt: skip


def is_definition(sentence: Sentence) -> bool:
    """Whether the sentence says what a word means and agrees on nothing by itself."""
    return bool(_DEFINITION.match(sentence.text))


def scope_of(words: str) -> str:
    """The kind of order a sentence is limited to (``Kit Order``), in the contract's words; empty: every order."""
    for match in _ORDER_TYPE.finditer(words):
        name = match["type"].split()
        while name and name[0].casefold() in _NO_TYPE:
            name = name[1:]
        if len(name) >= 2:
            return " ".join(name)
    return ""


def for_goods(words: str) -> str:
    """The goods a sentence is limited to: ``For CH-3001 and CH-3002: ...``; empty: all."""
    match = re.match(r"(?:For|With|On) (?P<goods>[^:,.]{3,90}?)(?::|,? (?:a|the|it|no|any)\b)", words)
    return match["goods"].strip() if match else ""


@lru_cache(maxsize=8192)
def limits(sentence: Sentence) -> bool:
    """Whether it attaches a condition, a limit or an exception."""
    return bool(
        matches(EXCEPTION, sentence.text)
        or matches(CONSENT, sentence.text)
        or matches(r"\b(?:at least|at most|no more than|not more than|maximum|minimum|each worth|within|not (?:be )?divided|silence|whole)\b", sentence.text)
    )  # fmt: skip
