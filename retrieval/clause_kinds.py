"""Kinds of clauses that contracts have, and how lawyers word them: the reviewed table behind questions about contracts.

People ask for a clause by what it is for ("Is there a most favored nation clause?"); contracts hardly ever use that word.
Each kind tells by which words it is asked for, under which headings it stands, which wording gives it away, and how it
may read as a whole; the last is compared in meaning, so that other wordings are found too. The table is about contracts
in general: nothing in it comes from a document of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from retrieval.sparse import terms
from retrieval.tables import read_table

PLAINEST = 1.6
"""Highest score of signs: more of them say nothing more."""
ENOUGH = 0.5
"""Share of a question's telling words that must belong to a kind, so that the question is about it."""


@dataclass(frozen=True, kw_only=True)
class ClauseKind:
    """One kind of clause."""

    name: str
    asked: str
    """Pattern of a question for it, in lower case."""
    headings: str
    """Pattern of its headings, in lower case."""
    signs: tuple[tuple[float, str], ...]
    """(weight, pattern in lower case with single spaces): what gives it away; below 0: what speaks against it."""
    examples: tuple[str, ...]
    """How it may read."""


def kind_asked_for(question: str) -> ClauseKind | None:
    """The kind of clause that a question is about; None when it is about something else.

    Args:
        question: In search form, names of parties left out.
    """
    folded = " ".join(question.lower().split())
    kind = next((kind for kind, asked in _asked() if asked.search(folded)), None)
    return kind if kind is not None and strength(kind, question) >= ENOUGH else None


def sign_score(kind: ClauseKind, text: str) -> float:
    """How plainly a text gives itself away as such a clause: 0 not at all, 1 plainly, at most `PLAINEST`; may be below 0."""
    return _sign_score(kind.name, text)


def heading_fits(kind: ClauseKind, section: str) -> bool:
    """Whether the nearest heading is one under which such a clause stands."""
    return _heading_fits(kind.name, section)


def strength(kind: ClauseKind, question: str) -> float:
    """How much of a question is about the kind: the share of its telling words that belong to the kind's, 0..1."""
    telling = [term for term in dict.fromkeys(terms(question)) if term not in _FRAME]
    if not telling:
        return 1.0
    return sum(term in _vocabulary(kind.name) for term in telling) / len(telling)


def make_ready() -> None:
    """Compile all patterns, half a second, so that no question waits for its own."""
    for kind, _ in _asked():
        _signs(kind.name)
        _heading(kind.name)


@lru_cache(maxsize=1)
def clause_kinds() -> tuple[ClauseKind, ...]:
    """The table (clause_kinds.yaml); a question is for the first whose pattern fits."""
    table = read_table("clause_kinds.yaml")

    def pattern(text: str) -> str:
        for name, meant in table["words"].items():
            text = text.replace(f"<{name}>", meant)
        return text

    return tuple(
        ClauseKind(
            name=each["name"],
            asked=pattern(each["asked"]),
            headings=pattern(each["headings"]),
            signs=tuple((float(weight), pattern(sign)) for weight, sign in each["signs"]),
            examples=tuple(each["examples"]),
        )
        for each in table["kinds"]
    )


@lru_cache(maxsize=16384)
def _sign_score(name: str, text: str) -> float:
    """Of passages that were weighed lately; questions for one kind mostly come upon the same."""
    folded = _folded(text)
    return min(PLAINEST, sum(weight for weight, pattern in _signs(name) if pattern.search(folded)))


@lru_cache(maxsize=4096)
def _heading_fits(name: str, section: str) -> bool:
    return bool(_heading(name).search(_folded(section)))


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    """In lower case with single spaces; the first passage is compared with every kind."""
    return " ".join(text.lower().split())


@lru_cache(maxsize=1)
def _asked() -> tuple[tuple[ClauseKind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(kind.asked)) for kind in clause_kinds())


@lru_cache(maxsize=128)
def _vocabulary(name: str) -> frozenset[str]:
    kind = next(each for each in clause_kinds() if each.name == name)
    return frozenset(
        terms(" ".join((kind.name, *kind.examples, re.sub(r"\\[a-z]|[^a-z]+", " ", kind.asked))))
    )


@lru_cache(maxsize=128)
def _signs(name: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    kind = next(each for each in clause_kinds() if each.name == name)
    return tuple((weight, re.compile(pattern)) for weight, pattern in kind.signs)


@lru_cache(maxsize=128)
def _heading(name: str) -> re.Pattern[str]:
    return re.compile(next(each for each in clause_kinds() if each.name == name).headings)


_FRAME = frozenset(
    terms(
        """agreement contract clause provision article section paragraph term terms condition conditions include included
        contain specify specified provide provided apply applies state stated say says mention exist consider regard
        regarding respect party parties side event happen happens long much many what which right rights requirement
        requirements require required restriction restrictions arrangement arrangements designated one prevent
        preventing under between allow allowed any"""
    )
)
"""Words in which a question about a contract is framed."""
