"""Labelled questions over a set of documents, and how well a library answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from retrieval.passage import Reader, ScoredPassage
from retrieval.request import Scope, SearchRequest
from retrieval.search import Library


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A passage that answers a question."""

    document_id: str
    quote: str
    """Stands in it word for word, white space folded."""


@dataclass(frozen=True, kw_only=True)
class LabelledQuestion:
    """A question with what a search has to find."""

    question_id: str
    kind: str
    text: str
    answers: tuple[Expected, ...]
    """Empty: the documents that this role may read do not say; nothing should be found."""
    customer: str = ""
    carrier: str = ""
    role: str = "service"
    history: bool = False
    """The old version is what is asked for."""
    held_out: bool = False
    """Made and set aside before the ranking was worked on; reported apart."""
    series: int = 1
    """Questions that were written at one time; those of a later series have not been seen by earlier work on the ranking."""


def load_questions(file: Path) -> list[LabelledQuestion]:
    """Read a ``questions.yaml``."""
    listed: Iterable[Mapping[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["questions"]
    return [
        LabelledQuestion(
            question_id=each["id"],
            kind=each["kind"],
            text=each["question"],
            answers=tuple(
                Expected(document_id=answer["document"], quote=folded(answer["quote"]))
                for answer in each.get("answers") or ()
            ),
            customer=each.get("customer", ""),
            carrier=each.get("carrier", ""),
            role=each.get("role", "service"),
            history=bool(each.get("history")),
            held_out=bool(each.get("held_out")),
            series=int(each.get("series", 1)),
        )
        for each in listed
    ]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a search made of a question."""

    question: LabelledQuestion
    found: tuple[ScoredPassage, ...]
    nothing_relevant: bool

    @property
    def ranks(self) -> tuple[int | None, ...]:
        """Place of each expected passage, from 1; None when it is not among those found."""
        return tuple(
            next((place for place, hit in enumerate(self.found, start=1) if _is(hit, answer)), None)
            for answer in self.question.answers
        )

    def recall(self, top: int) -> float:
        """Share of the expected passages among the first `top`."""
        ranks = self.ranks
        return sum(1 for rank in ranks if rank is not None and rank <= top) / len(ranks)

    @property
    def reciprocal_rank(self) -> float:
        """1 over the place of the first expected passage; 0 when none was found."""
        places = [rank for rank in self.ranks if rank is not None]
        return 1 / min(places) if places else 0.0


def ask_all(
    library: Library,
    questions: Sequence[LabelledQuestion],
    *,
    company: str,
    on_date: date,
    top: int = 10,
    with_scope: bool = True,
    collection: str = "default",
) -> list[Outcome]:
    """Search for every question, as the role that asks it.

    Args:
        with_scope: Whether the order's customer and carrier are known, as they are when an order is asked about.
    """
    outcomes = []
    for each in questions:
        reader = Reader(login="", roles=frozenset({each.role}), companies=frozenset({company}))
        scope = Scope(customer=each.customer, carrier=each.carrier) if with_scope else Scope()
        result = library.search(
            SearchRequest(
                text=each.text,
                reader=reader,
                top=top,
                collection=collection,
                scope=scope,
                include_superseded=each.history,
                on_date=on_date,
            )
        )
        outcomes.append(
            Outcome(question=each, found=result.passages, nothing_relevant=result.nothing_relevant)
        )
    return outcomes


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Figures over many questions."""

    answerable: int
    recall_at_5: float
    mrr: float
    absent: int
    absent_recognised: float
    """Share of the questions without an answer for which nothing was found."""
    answerable_refused: float
    """Share of the questions with an answer for which nothing was found."""

    @property
    def abstention_right(self) -> float:
        """Share of all questions whose having an answer or not was told rightly."""
        total = self.answerable + self.absent
        right = self.absent * self.absent_recognised + self.answerable * (1 - self.answerable_refused)
        return right / total if total else 0.0


def quality(outcomes: Sequence[Outcome]) -> Quality:
    """The figures of some outcomes; a share over no questions is 1 (or 0 for refusals)."""
    answerable = [each for each in outcomes if each.question.answers]
    absent = [each for each in outcomes if not each.question.answers]
    return Quality(
        answerable=len(answerable),
        recall_at_5=_mean([each.recall(5) for each in answerable], 1.0),
        mrr=_mean([each.reciprocal_rank for each in answerable], 1.0),
        absent=len(absent),
        absent_recognised=_mean([float(each.nothing_relevant) for each in absent], 1.0),
        answerable_refused=_mean([float(each.nothing_relevant) for each in answerable], 0.0),
    )


def folded(text: str) -> str:
    """White space made single, for comparing quotes."""
    return " ".join(text.split())


def _is(hit: ScoredPassage, answer: Expected) -> bool:
    return hit.document.document_id == answer.document_id and answer.quote in folded(hit.passage.text)


def _mean(values: Sequence[float], empty: float) -> float:
    return sum(values) / len(values) if values else empty
