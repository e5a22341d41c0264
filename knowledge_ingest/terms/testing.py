"""Labelled contracts and clauses, and how well the rules read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from retrieval.terms import Term


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a person read in a text."""

    kind: str
    value: str
    """As `TermValue.text` writes it, or ``conflicting``."""
    clause: str | None = None
    """Number of the clause; None: not compared."""
    applies_to: str = ""
    """Stands in the term's own `applies_to`; empty: not compared."""


@dataclass(kw_only=True)
class Score:
    """Counted by kind of term."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    """A line for each wrong or missed one."""

    def precision(self, kind: str = "") -> float:
        """Share of what was found that is right; 1 when nothing was found."""
        right, wrong = _of(self.right, kind), _of(self.wrong, kind)
        return right / (right + wrong) if right + wrong else 1.0

    def recall(self, kind: str = "") -> float:
        """Share of what is there that was found; 1 when nothing is there."""
        right, missed = _of(self.right, kind), _of(self.missed, kind)
        return right / (right + missed) if right + missed else 1.0

    def compare(self, name: str, found: Iterable[Term], labels: Sequence[Label]) -> None:
        """Count the terms of one text against its labels."""
        left = list(labels)
        for term in found:
            label = next((each for each in left if _fits(term, each)), None)
            if label is not None:
                left.remove(label)
                self.right[term.kind] += 1
            else:
                self.wrong[term.kind] += 1
                self.details.append(
                    f"{name}: wrong {term.kind} {_value(term)!r} from {term.proof[0].quote[:80]!r}"
                )
        for label in left:
            self.missed[label.kind] += 1
            self.details.append(f"{name}: missed {label.kind} {label.value!r}")


def load_documents(file: Path) -> dict[str, list[Label]]:
    """Labels of whole documents, by file name."""
    listed: Mapping[str, Sequence[Sequence[Any]]] = yaml.safe_load(file.read_text("utf-8"))["documents"]
    return {
        name: [
            Label(kind=kind, value=str(value), clause=str(clause), applies_to=str(rest[0]) if rest else "")
            for kind, value, clause, *rest in labels
        ]
        for name, labels in listed.items()
    }


def load_clauses(file: Path) -> list[tuple[str, str, list[Label]]]:
    """Single clauses: id, text, labels."""
    listed: Sequence[Mapping[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["clauses"]
    return [
        (
            each["id"],
            each["text"],
            [
                Label(kind=kind, value=str(value))
                for kind, values in each["terms"].items()
                for value in (values if isinstance(values, list) else [values])
            ],
        )
        for each in listed
    ]


def _fits(term: Term, label: Label) -> bool:
    return (
        term.kind == label.kind
        and _set(_value(term)) == _set(label.value)
        and (label.clause is None or label.clause in {span.clause for span in term.proof})
        and label.applies_to.casefold() in term.applies_to.casefold()
    )


def _value(term: Term) -> str:
    return term.value.text() if term.value else "conflicting"


def _set(value: str) -> frozenset[str]:
    """Lists of names compare without their order."""
    return frozenset(part.strip() for part in value.replace(",", ";").split(";"))


def _of(counted: Counter[str], kind: str) -> int:
    return counted[kind] if kind else sum(counted.values())
