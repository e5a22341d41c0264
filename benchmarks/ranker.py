"""Fits the weights of `retrieval/wording.py` on the demo's tuning questions, and reports what they do on the held-out ones.

A softmax over the candidates of each question, kept near the present weights; six-fold cross-validation by question. It is the first
series of questions that is fitted; what that does to the second, hard on purpose, is told beside it. Each question is asked as a whole, and
what is refused is ranked as well, so the figures are a little beside those of `python -m benchmarks documents`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from benchmarks.documents import DEMO, ask
from knowledge_ingest.pipeline import ingest
from knowledge_ingest.testing import LabelledQuestion, folded, load_questions
from retrieval import ranking, search, weighing, wording
from retrieval.library import open_library
from retrieval.naming import Routing
from retrieval.ranking import Ranked
from retrieval.search import Library

NAMES = ("first", *wording.WEIGHTS)
"""The score of the first ranking, and each sign of wording."""
_SHARPNESS = 12.0


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A question with its candidates: features by `NAMES`, and which answer each holds (-1: none)."""

    question: LabelledQuestion
    features: npt.NDArray[np.float64]
    answers: tuple[int, ...]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder))
        ingest([DEMO / "documents"], library)
        judged = judge(library, load_questions(DEMO / "questions.yaml"))
        library.close()
    first = [each for each in judged if each.question.series == 1]
    second = [each for each in judged if each.question.series == 2]
    tuning = [each for each in first if not each.question.held_out]
    held_out = [each for each in first if each.question.held_out]
    present = np.array([1.0, *wording.WEIGHTS.values()])
    for label, weights in (
        ("without", np.eye(len(NAMES))[0]),
        ("present", present),
        ("fitted", fit(tuning, present)),
    ):
        print(
            f"{label:10} recall@5 and MRR: tuning {measured(tuning, weights)}, held out {measured(held_out, weights)}, "
            f"second series {measured(second, weights)}; {dict(zip(NAMES, weights.round(2).tolist(), strict=True))}"
        )
    folds = [tuning[at::6] for at in range(6)]
    across = [
        (measured(fold, fit([each for each in tuning if each not in fold], present)), len(fold))
        for fold in folds
    ]
    means = [sum(values[at] * count for values, count in across) / len(tuning) for at in (0, 1)]
    print(f"cross-validated on the tuning questions: recall@5 {means[0]:.3f}, MRR {means[1]:.3f}")


def judge(library: Library, questions: Sequence[LabelledQuestion]) -> list[Judged]:
    """The candidates of each question as the first ranking leaves them."""
    seen: list[tuple[Routing, Sequence[Ranked], wording.Wanted | None]] = []
    read: list[wording.Wanted] = []
    fits, wanted = weighing.Weigher.fits, wording.wanted

    def reading(*given: Any) -> wording.Wanted:
        read.append(wanted(*given))
        return read[-1]

    def watch(weigher: weighing.Weigher, collection: str, routing: Routing, *given: Any) -> Any:
        read.clear()
        found = fits(weigher, collection, routing, *given)
        seen.append((routing, given[1], read[-1] if read else None))
        return found

    judged = []
    for question in questions:
        if not question.answers:
            continue
        seen.clear()
        with (
            mock.patch.object(weighing.Weigher, "fits", watch),
            mock.patch.object(weighing, "wanted", reading),
            mock.patch.object(search, "parts", return_value=()),  # the question as a whole
        ):
            ask(library, [question], with_scope=True)
        if not seen or seen[-1][2] is None:
            continue  # a kind of clause, or nothing at all
        routing, order, asked = seen[-1]
        assert asked is not None
        first = order[:60]
        places = [(each.candidate.document.document_id, each.candidate.number) for each in first]
        texts = library.store.passages_at("default", places)
        held = library.store.terms_at("default", places)
        rows, answers = [], []
        for each in first:
            document = each.candidate.document
            stored = texts[document.document_id, each.candidate.number]
            place = document.document_id, each.candidate.number
            signs = wording.features(
                asked, document, stored, held[place], of_party=document.document_id in routing.preferred
            )
            rows.append([each.score * ranking._BEST, *signs.values()])
            answers.append(
                next(
                    (
                        at
                        for at, answer in enumerate(question.answers)
                        if answer.document_id == document.document_id
                        and answer.quote in folded(stored.passage.text)
                    ),
                    -1,
                )
            )
        judged.append(Judged(question=question, features=np.array(rows), answers=tuple(answers)))
    return judged


def measured(some: Sequence[Judged], weights: npt.NDArray[np.float64]) -> tuple[float, float]:
    """(recall@5, MRR)."""
    recalls, places = [], []
    for each in some:
        order = np.argsort(-(each.features @ weights), kind="stable")
        ranks = [
            next((place for place, at in enumerate(order, start=1) if each.answers[at] == answer), 10**9)
            for answer in range(len(each.question.answers))
        ]
        recalls.append(np.mean([rank <= 5 for rank in ranks]))
        places.append(1 / min(ranks))
    return round(float(np.mean(recalls)), 3), round(float(np.mean(places)), 3)


def fit(some: Sequence[Judged], start: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weights under which the right candidates are likely, not far from `start`; the first ranking keeps its 1."""
    weights = start.copy()
    moment, spread = np.zeros_like(weights), np.zeros_like(weights)
    usable = [(each.features, np.array(each.answers) >= 0) for each in some if max(each.answers) >= 0]
    for step in range(1, 301):
        gradient = -(weights - start)
        for features, right in usable:
            likely = np.exp(_SHARPNESS * (features @ weights - (features @ weights).max()))
            likely /= likely.sum()
            wanted = np.where(right, likely, 0) / (likely[right].sum() + 1e-12)
            gradient += features.T @ (wanted - likely) * _SHARPNESS / len(usable)
        gradient[0] = 0.0
        moment, spread = 0.9 * moment + 0.1 * gradient, 0.99 * spread + 0.01 * gradient**2
        weights = weights + 0.02 * (moment / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
    return weights


if __name__ == "__main__":
    main()
