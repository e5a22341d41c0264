"""What the results of tools say beside their evidence ids: statements that code made, figures it computed, how many there are.

A result is JSON. Whatever object in it carries evidence ids (``evidence``, ``id`` or ``…_evidence``) is a finding: its strings and
numbers rest on those records. Findings within a finding keep what is above them as context: a purchase order that holds an order
up may be named together with that order, and with no other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from copilot.grounding.claims import REFERENCE, Claim, claims_of, names_in, plain, without_quotes
from copilot.grounding.concepts import NEGATOR, stances_of
from copilot.grounding.days import MONTHS
from copilot.grounding.deeds import facts_of_draft
from copilot.grounding.sources import Source
from copilot.grounding.text import blank, folded, sentences_of, stem

_ID = re.compile(r"[EK]\d+")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One object of a tool's result that rests on evidence."""

    ids: frozenset[str]
    own: Mapping[str, Any]
    """Its scalars and lists of scalars."""
    context: tuple[Mapping[str, Any], ...]
    """The same of the objects that it lies in, the nearest first."""
    counts: Mapping[str, int]
    """Name of a list in it -> how many it holds."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One sentence that code wrote, and the evidence it rests on."""

    text: str
    ids: frozenset[str]
    """Empty: code named none."""
    today: date
    owner: str = ""
    """Role that owns what it speaks of."""

    @cached_property
    def words(self) -> Counter[str]:
        return words_of(self.text)

    @cached_property
    def claims(self) -> list[Claim]:
        return claims_of(self.text, self.today)

    @cached_property
    def signs(self) -> set[tuple[str, bool]]:
        return signs_of(self.text)

    @cached_property
    def negators(self) -> list[str]:
        return negators_of(self.text)

    @cached_property
    def turns(self) -> Counter[str]:
        return turns_of(self.text)

    @cached_property
    def concepts(self) -> set[tuple[str, bool]]:
        return {(one.concept, one.holds) for one in stances_of(self.text, facts_only=False)}


def findings_of(results: Iterable[Any]) -> list[Finding]:
    """All findings of a turn's tool results."""
    found: list[Finding] = []
    for result in results:
        _walk(result, frozenset(), (), found)
    return found


def statements_of(findings: Iterable[Finding], said: Iterable[str], today: date) -> list[Statement]:
    """The sentences that code wrote into results, and those it noted without naming evidence."""
    texts: list[tuple[str, frozenset[str], str]] = []
    for finding in findings:
        for name, value in finding.own.items():
            if name in {"query", "asked_for"}:
                continue  # what was searched for is asked, not said
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and " " in text:
                    texts.append((text, finding.ids, str(finding.own.get("owner_role") or "")))
    known = {text for text, _, _ in texts}
    texts += [(text, frozenset(), "") for text in said if " " in text and text not in known]
    found: dict[tuple[str, frozenset[str]], Statement] = {}
    for text, ids, owner in texts:
        for line in text.splitlines():
            for sentence in sentences_of(line):
                found.setdefault(
                    (sentence.strip(), ids),
                    Statement(text=sentence.strip(), ids=ids, today=today, owner=owner),
                )
    return list(found.values())


def source_of(finding: Finding, zone: ZoneInfo) -> Source:
    facts = [("late", bool(finding.own["is_late"]))] if "is_late" in finding.own else []
    owner = finding.own.get("owner_role")
    facts += [(f"owner: {owner}", True)] if owner else []
    certainty = finding.own.get("certainty")
    if certainty:
        facts += [("certainty: proven", certainty == "proven"), (f"certainty: {certainty}", True)]
    facts += facts_of_draft(finding.own)
    return Source.of_values([finding.own], zone, facts=facts)


def words_of(text: str) -> Counter[str]:
    """The words of a sentence without its figures, months, names and marks: what stays the same when only facts are exchanged."""
    bare = blank(REFERENCE, plain(text))
    for at, name in names_in(bare):
        bare = bare[:at] + " " * len(name) + bare[at + len(name) :]
    words = re.findall(r"[^\W\d_]{2,}", folded(bare))
    return Counter(stem(word) for word in words if word[:3] not in MONTHS)


_TURNS = re.compile(
    r"\b(?:more|fewer|less|earlier|later|before|after|least|most|earliest|latest|first|last|all|some|only|every|everything|each|none|nothing|"
    r"any|enough|too|until|since|above|below|over|under|up to|must|may|can|cannot|will|within|between|same|other|another|worst|best)\b"
)


def turns_of(text: str) -> Counter[str]:
    """Small words that turn a sentence's meaning: comparisons, bounds, quantifiers, permissions."""
    return Counter(_TURNS.findall(folded(without_quotes(text))))


def negators_of(text: str) -> list[str]:
    """The denying words of a sentence, in order."""
    return NEGATOR.findall(folded(without_quotes(text)))


def signs_of(text: str) -> set[tuple[str, bool]]:
    """Each word with whether a negator stands within four words in front of it in its clause."""
    found: set[tuple[str, bool]] = set()
    for clause in re.split(r"[;:()]", folded(without_quotes(text))):
        words = clause.split()
        for at, word in enumerate(words):
            bare = word.strip(".,'")
            if len(bare) < 3 or not bare.isalpha() or NEGATOR.fullmatch(bare):
                continue
            in_front = " ".join(words[max(0, at - 4) : at])
            found.add((stem(bare), len(NEGATOR.findall(in_front)) % 2 == 1))
    return found


@dataclass
class _Own:
    scalars: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def _walk(
    node: Any, ids: frozenset[str], context: tuple[Mapping[str, Any], ...], found: list[Finding]
) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(item, ids, context, found)
        return
    if not isinstance(node, Mapping):
        return
    identity = node.get("id")
    if (
        isinstance(identity, str)
        and _ID.fullmatch(identity)
        and ("fields" in node or identity.startswith("K"))
    ):
        return  # a fact or a passage itself: it is evidence, not said of evidence
    place = node.get("evidence")
    if isinstance(place, str) and place.startswith("K") and _ID.fullmatch(place):
        return  # the words of one passage
    own = _Own()
    mine = set(ids) if not isinstance(identity, str) else set()
    named: set[str] = set()
    for name, value in node.items():
        if name == "quotes":
            continue  # the document's words, not code's
        if name == "id" and isinstance(value, str) and _ID.fullmatch(value):
            named.add(value)
        elif name == "evidence" or name.endswith("_evidence"):
            named |= {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
        elif isinstance(value, list) and all(not isinstance(one, (Mapping, list)) for one in value):
            own.scalars[name] = list(value)
            own.counts[name] = len(value)
        elif isinstance(value, list):
            own.counts[name] = len(value)
        elif not isinstance(value, Mapping):
            own.scalars[name] = value
    rests_on = frozenset(named or mine)
    found.append(Finding(ids=rests_on, own=own.scalars, context=context, counts=own.counts))
    for name, value in node.items():
        if name != "quotes" and isinstance(value, (list, Mapping)):
            _walk(value, rests_on, (own.scalars, *context), found)
