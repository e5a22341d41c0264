"""Contracts: how well a clause is found in a contract nobody has prepared, in the terms of LegalBench-RAG.

On contracts put together from clauses of our own, and on whole ones by hands that had not seen the search
(``benchmarks/whole_contracts``); with BENCH_CONTRACTS set to a folder, on what lies there (see
``knowledge_ingest/contract_testing.py``).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from knowledge_ingest.contract_testing import (
    ContractQuestion,
    ask,
    figures,
    load_benchmark,
    make_contracts,
    write_marked,
)
from knowledge_ingest.pipeline import ingest
from retrieval import ranking, search
from retrieval.catalogue import Eligible
from retrieval.library import open_library
from retrieval.naming import Routing
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.weighing import Weigher


def line(label: str, values: dict[str, float]) -> str:
    """One row of the table."""
    return (
        f"{label:34}{values['n']:5.0f} {values['P@1']:6.1f} {values['R@8']:6.1f} {values['P@500']:7.1f} {values['R@4000']:7.1f} "
        f"{values['document']:6.1f} {values['refused']:8.1f} {values['absent']:7.0f} {values['told']:6.1f} {values['invented']:9.1f} {values['mistaken']:9.1f} "
        f"{values['uncertain']:10.1f}"
    )


HEADER = f"{'':34}{'n':>5} {'P@1':>6} {'R@8':>6} {'P@500':>7} {'R@4000':>7} {'doc':>6} {'refused':>8} {'absent':>7} {'told':>6} {'invented':>9} {'mistaken':>9} {'uncertain':>10}"


WHOLE = Path(__file__).parent / "whole_contracts"


def whole_contracts(folder: Path) -> list[ContractQuestion]:
    """Those that were held out when the sense of clauses was fitted."""
    return write_marked(WHOLE / "held_out", folder, held_out=True)


@contextlib.contextmanager
def prepared(
    data: Path | None = None,
    *,
    made: Callable[[Path], list[ContractQuestion]] = make_contracts,
) -> Iterator[tuple[Library, list[ContractQuestion], dict[str, str], int]]:
    """The contracts, ingested: library, questions, document id by file, and how many spans were not exact."""
    with tempfile.TemporaryDirectory() as scratch:
        outside = os.environ.get("BENCH_CONTRACTS")
        folder = Path(outside) if outside else Path(scratch) / "contracts"
        questions = load_benchmark(folder) if outside else made(folder)
        library = open_library(data or Path(scratch) / "data")
        report = ingest([folder / "corpus"], library, collection="default")
        ids = {each.path: each.document_id for each in report.documents if each.document_id}
        wrong = 0
        for document_id in ids.values():
            stored = library.store.document("default", document_id)
            assert stored is not None
            for each in library.store.passages("default", document_id):
                wrong += stored.text[each.passage.start : each.passage.end] != each.passage.text
        try:
            yield library, [each for each in questions if each.file in ids], ids, wrong
        finally:
            library.close()


def main() -> None:
    with prepared() as (library, questions, ids, wrong):
        print(f"{len(ids)} contracts, {len(questions)} questions, {wrong} passages whose span is not exact")
        print(HEADER)
        for label, known in (("routed by the question", False), ("document known", True)):
            found = ask(library, questions, ids, known=known)
            for name, some in (
                (f"{label}, tuning", [each for each in found if not each.question.held_out]),
                (f"{label}, held out", [each for each in found if each.question.held_out]),
            ):
                if some:
                    print(line(name, figures(some)))
            took = [each.seconds * 1000 for each in found]
            print(
                f"{'':34}p50 {np.percentile(took, 50):.0f} ms, p95 {np.percentile(took, 95):.0f} ms a search"
            )
            if not known:
                for kind in sorted({each.question.kind for each in found}):
                    print(
                        line(
                            f"  {kind[:30]}", figures([each for each in found if each.question.kind == kind])
                        )
                    )
        ablation(library, questions, ids)
    if not os.environ.get("BENCH_CONTRACTS"):
        with prepared(made=whole_contracts) as (library, questions, ids, wrong):
            print(
                f"\n{len(ids)} whole contracts by others, {len(questions)} questions, {wrong} spans not exact"
            )
            print(HEADER)
            for label, known in (("routed by the question", False), ("document known", True)):
                print(line(label, figures(ask(library, questions, ids, known=known))))


def ablation(library: Library, questions: Sequence[ContractQuestion], ids: dict[str, str]) -> None:
    """The search with some parts and without others, on every third question."""
    some = list(questions)[::3]
    no_kinds = mock.patch.object(search, "kind_asked_for", return_value=None)
    no_refusal = mock.patch.object(Weigher, "nothing_there", return_value=(False, False))
    no_sparse = mock.patch.object(ranking, "_SPARSE_WEIGHT", 0.0)
    no_neighbours = mock.patch.object(ranking, "_NEIGHBOUR_WEIGHT", 0.0)
    no_wording = mock.patch.object(search, "reranked", lambda routing, order, fits: list(order))
    unrouted = mock.patch.object(Library, "_routed", _unrouted)
    rows: dict[str, list[Any]] = {
        "all passages, dense": [unrouted, no_kinds, no_refusal, no_sparse, no_neighbours, no_wording],
        "routed, dense": [no_kinds, no_refusal, no_sparse, no_neighbours, no_wording],
        "routed, + BM25": [no_kinds, no_refusal, no_neighbours, no_wording],
        "routed, + neighbours": [no_kinds, no_refusal, no_wording],
        "routed, + wording": [no_kinds, no_refusal],
        "routed, + kinds of clauses": [no_refusal],
        "and told when absent (the product)": [],
        **{
            f"the product, kinds without {part}": [mock.patch.dict(ranking._KIND_WEIGHTS, {part: 0.0})]
            for part in ranking._KIND_WEIGHTS
        },
    }
    print(f"\nablation on {len(some)} questions\n{HEADER}")
    for name, patches in rows.items():
        with contextlib.ExitStack() as stack:
            for patch in patches:
                stack.enter_context(patch)
            print(line(name, figures(ask(library, some, ids, known=False))), flush=True)


def _unrouted(library: Library, question: str, eligible: Eligible, request: SearchRequest) -> Routing:
    nothing: frozenset[str] = frozenset()
    return Routing(question=question, bare=question, named=nothing, preferred=nothing, excluded=nothing)


if __name__ == "__main__":
    main()
