"""Documents: how fast they get in, how well they are found, what each part of the search brings, what the index carries."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import yaml

from knowledge_ingest.pipeline import ingest
from knowledge_ingest.testing import LabelledQuestion, Outcome, ask_all, load_questions, quality
from retrieval import companions, gathering, ranking, relevance, search, weighing
from retrieval.indexing import text_to_embed
from retrieval.knowledge_base import AnyOf, IndexEntry, IndexFilter, IndexQuery
from retrieval.library import open_library
from retrieval.naming import Routing
from retrieval.passage import ROLES, Reader
from retrieval.qdrant_edge_base import QdrantEdgeBase
from retrieval.relevance import Signs
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.sparse import document_vector, query_vector

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "knowledge_ingest" / "demo"
COMPANY = "Harbor & Pine Supply"
DAY = date(2026, 11, 21)
PASSAGES = int(os.environ.get("BENCH_PASSAGES", "20000"))
"""Passages in the embedded index; 100000 takes some minutes."""


def main() -> None:
    questions = load_questions(DEMO / "questions.yaml")
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder))
        library.embedder.prepare()  # type: ignore[attr-defined]  # the export is not part of the figures
        speed_of_ingest(library)
        for label, some in (
            ("tuning", [each for each in questions if not each.held_out]),
            ("held out", [each for each in questions if each.held_out]),
        ):
            print(f"\n--- {label}: {len(some)} questions")
            quality_by_kind(library, some)
        ablation(library, questions)
        relevance_weights(library)
        library.close()
    embedded_index(PASSAGES)


def speed_of_ingest(library: Library) -> None:
    report = ingest([DEMO / "documents"], library)
    texts = [
        text_to_embed(row.document, stored)
        for row in library.store.rows("default")
        for stored in library.store.passages("default", row.document.document_id)
    ]
    began = time.perf_counter()
    library.embedder.embed(texts)
    alone = time.perf_counter() - began
    print(
        f"ingest of {len(report.documents)} documents: {report.seconds:.1f} s, {report.passages / report.seconds:.0f} passages/s; "
        f"the model alone: {report.passages / alone:.0f}/s"
    )
    began = time.perf_counter()
    ingest([DEMO / "documents"], library)
    print(f"again, nothing changed: {time.perf_counter() - began:.2f} s")


def quality_by_kind(library: Library, questions: list[LabelledQuestion]) -> None:
    for label, with_scope in (("the order is known", True), ("only the question is known", False)):
        began = time.perf_counter()
        outcomes = ask(library, questions, with_scope=with_scope)
        each = (time.perf_counter() - began) / len(questions)
        print(
            f"\n{label} ({each * 1000:.0f} ms a search)\n{'':16}{'n':>4} recall@5   MRR  absent told  refused"
        )
        by_kind: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            by_kind[outcome.question.kind].append(outcome)
        for kind, some in [*sorted(by_kind.items()), ("all", outcomes)]:
            figures = quality(some)
            print(
                f"{kind:16}{len(some):4} {figures.recall_at_5:8.2f} {figures.mrr:5.2f} {figures.absent_recognised:12.2f} "
                f"{figures.answerable_refused:8.2f}"
            )
        print(f"having an answer or not was told rightly: {quality(outcomes).abstention_right:.3f}")


def ablation(library: Library, questions: list[LabelledQuestion]) -> None:
    """The search without one part at a time; every part has to earn its place."""
    parts: dict[str, list[Any]] = {
        "everything": [],
        "no dense vectors": [_no_dense()],
        "no sparse vectors": [mock.patch.object(ranking, "_SPARSE_WEIGHT", 0.0)],
        "no trade words": [mock.patch.object(gathering, "related_terms", return_value={})],
        "no spelling": [mock.patch.object(search, "corrected", lambda question, store, knows: question)],
        "no names": [mock.patch.object(Library, "_routed", _unrouted)],
        "no wording": [mock.patch.object(search, "reranked", lambda routing, order, fits: list(order))],
        "no kinds of clauses": [mock.patch.object(search, "kind_asked_for", return_value=None)],
        "no neighbours": [mock.patch.object(ranking, "_NEIGHBOUR_WEIGHT", 0.0)],
        "no cap per document": [
            mock.patch.object(search, "best_of", lambda routing, order, top: order[:top])
        ],
        "no companions": [
            mock.patch.object(companions.Companions, "beside", lambda self, collection, routing, found: found)
        ],
        "no abstention": [mock.patch.object(weighing, "nothing_relevant", return_value=False)],
    }
    print(f"\n{'':24}recall@5   MRR   without the order: recall@5   MRR")
    for name, patches in parts.items():
        with contextlib.ExitStack() as stack:
            for patch in patches:
                stack.enter_context(patch)
            known, bare = (quality(ask(library, questions, with_scope=scope)) for scope in (True, False))
        print(f"{name:24}{known.recall_at_5:8.3f} {known.mrr:5.3f} {bare.recall_at_5:28.3f} {bare.mrr:5.3f}")


@contextlib.contextmanager
def _no_dense() -> Iterator[None]:
    original = ranking._scores

    def sparse_only(routing: Routing, candidates: Any) -> list[float]:
        return original(routing, [replace(each, dense=None) for each in candidates])

    with mock.patch.object(ranking, "_scores", sparse_only):
        yield


def _unrouted(library: Library, question: str, eligible: Any, request: Any) -> Routing:
    nothing: frozenset[str] = frozenset()
    return Routing(question=question, bare=question, named=nothing, preferred=nothing, excluded=nothing)


def relevance_weights(library: Library) -> None:
    """Fit the weights of retrieval/relevance.py anew on questions of our own, and show what the present ones do."""
    asked = yaml.safe_load((Path(__file__).parent / "relevance_questions.yaml").read_text(encoding="utf-8"))
    reader = Reader(
        login="",
        roles=frozenset(ROLES) - {"finance", "compliance"},
        companies=frozenset({COMPANY}),
    )
    seen: list[Signs] = []

    def watch(signs: Signs) -> bool:
        seen.append(signs)
        return relevance.nothing_relevant(signs)

    rows, labels, refused = [], [], []
    with mock.patch.object(weighing, "nothing_relevant", watch):
        for label, kind in ((1, "answered"), (0, "absent")):
            for text in asked[kind]:
                result = library.search(SearchRequest(text=text, reader=reader, top=5, on_date=DAY))
                if not seen:
                    continue  # a kind of clause was asked for: another rule decides
                last = seen.pop()
                rows.append([1.0, last.nearness, last.coverage, last.unheard])
                labels.append(label)
                refused.append(result.nothing_relevant)
    x, y, said = np.array(rows), np.array(labels), ~np.array(refused)
    print(f"\nrelevance: present weights right on {(said == y).mean():.3f} of {len(y)} fitting questions")
    right = [
        (x[at] @ _fitted(x[np.arange(len(y)) != at], y[np.arange(len(y)) != at]) >= 0) == y[at]
        for at in range(len(y))
    ]
    print(
        f"fitted anew, left out one by one: {np.mean(right):.3f}; "
        f"bias, nearness, coverage, unheard: {_fitted(x, y).round(2)}"
    )


def _fitted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Logistic regression with a little weight decay."""
    weights = np.zeros(x.shape[1])
    for _ in range(1500):
        gradient = x.T @ (y - 1 / (1 + np.exp(-x @ weights))) / len(y)
        gradient[1:] -= 0.002 * weights[1:]
        weights += 2.0 * gradient
    return weights


def embedded_index(count: int) -> None:
    """The embedded index with many passages in 400 documents: speed, and recall against comparing with all."""
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(400, 384)).astype(np.float32)
    dense = centres[chance.integers(0, 400, count)] + 1.2 * chance.normal(size=(count, 384)).astype(
        np.float32
    )
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    words = [f"w{number}" for number in range(5000)]
    shares = 1 / np.arange(1, 5001)
    shares /= shares.sum()
    with tempfile.TemporaryDirectory() as folder:
        base = QdrantEdgeBase(Path(folder) / "index", dimensions=384)
        began = time.perf_counter()
        per_document = count // 400
        for number in range(400):
            entries = [
                IndexEntry(
                    document_id=f"d{number}",
                    revision="1",
                    number=at,
                    dense=dense[number * per_document + at],
                    sparse=document_vector(" ".join(chance.choice(words, 40, p=shares))),
                    payload={
                        "document_id": f"d{number}", "audience": ("*",), "company": f"c{number % 4}", "customer": "",
                        "carrier": "", "vendor": "", "type": "sop", "valid_from": 0, "valid_to": 99999999,
                        "superseded_from": 99999999,
                    },
                )
                for at in range(per_document)
            ]  # fmt: skip
            base.replace_document(f"d{number}", "1", entries, commit=lambda: None)
        put = time.perf_counter() - began
        began = time.perf_counter()
        base.settle()
        settled = time.perf_counter() - began
        print(
            f"\nembedded index, {per_document * 400:,} passages: {per_document * 400 / put:,.0f}/s in, optimised in {settled:.1f} s"
        )
        queries = centres[chance.integers(0, 400, 200)] + 1.2 * chance.normal(size=(200, 384)).astype(
            np.float32
        )
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        company = IndexFilter(all_of=(AnyOf(field="company", values=("", "c1")),))
        mask = np.array([(at // per_document) % 4 == 1 for at in range(per_document * 400)])
        for label, where, allowed in (
            ("all", IndexFilter(), np.ones_like(mask)),
            ("one company of four", company, mask),
        ):
            times, recalls = [], []
            for query in queries:
                took, hits = timed(
                    lambda query=query, where=where: base.search(
                        [
                            IndexQuery(filter=where, limit=100, dense=query),
                            IndexQuery(
                                filter=where,
                                limit=100,
                                sparse=query_vector(list(chance.choice(words, 6, p=shares))),
                            ),
                        ]
                    )
                )
                times.append(took)
                scores = np.where(allowed, dense[: per_document * 400] @ query, -2)
                expected = {(f"d{at // per_document}", at % per_document) for at in np.argsort(-scores)[:10]}
                found = {(hit.document_id, hit.number) for hit in hits[0][:10]}
                recalls.append(len(expected & found) / 10)
            print(
                f"  {label:22} dense and sparse together: p50 {np.percentile(times, 50) * 1000:.1f} ms, "
                f"p95 {np.percentile(times, 95) * 1000:.1f} ms; recall@10 of dense {np.mean(recalls):.3f}"
            )
        base.close()


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = run()
    return time.perf_counter() - began, result


def ask(library: Library, questions: list[LabelledQuestion], *, with_scope: bool) -> list[Outcome]:
    return ask_all(library, questions, company=COMPANY, on_date=DAY, with_scope=with_scope)


if __name__ == "__main__":
    main()
