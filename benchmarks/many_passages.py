"""100,000 passages in the embedded index, asked end to end: time, recall against comparing with all, memory, reopening.

The passages are put together from the contract benchmark's clauses; their vectors are those of the clauses, moved a
little, so that nothing but the embedding itself is left out (it would take half an hour). Questions are embedded.

Filling takes minutes, asking one. ``BENCH_FOLDER=FOLDER`` keeps the filled index there and asks the one that is there the next time.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from knowledge_ingest.contract_testing import CLAUSES, without_marks
from retrieval.indexing import Indexer
from retrieval.knowledge_base import IndexFilter, IndexQuery
from retrieval.library import open_library
from retrieval.passage import ROLES, Document, Passage, Reader
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.stored import Alias, StoredDocument, StoredPassage, passage_id
from retrieval.warming import warm_up

PASSAGES = int(os.environ.get("BENCH_PASSAGES", "100000"))
_A_DOCUMENT = 100
_READER = Reader(login="", roles=frozenset(ROLES), companies=frozenset())


def main() -> None:
    kept = os.environ.get("BENCH_FOLDER", "")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(kept) if kept else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        filled = folder / f"filled-{PASSAGES}.npy"
        library = open_library(folder)
        library.embedder.prepare()  # type: ignore[attr-defined]  # the export is not part of the figures
        if filled.is_file():
            vectors = np.load(filled)
            began = time.perf_counter()
            library.check()
            print(f"{len(vectors):,} passages opened in {time.perf_counter() - began:.2f} s")
        else:
            began = time.perf_counter()
            vectors = _fill(library, random.Random(3))
            np.save(filled, vectors)
            print(f"{len(vectors):,} passages put in {time.perf_counter() - began:.0f} s, vectors given")
        library.learn()
        _ask(library, random.Random(4))
        _recall(library, vectors, random.Random(5))
        print(
            f"memory of the process, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )
        library.close()
        began = time.perf_counter()
        again = open_library(folder)
        again.check()
        print(f"reopened in {time.perf_counter() - began:.2f} s")
        again.close()


def _fill(library: Library, chance: random.Random) -> npt.NDArray[np.float32]:
    listed = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))
    clauses = [
        without_marks(text)
        for text in [text for kind in listed["kinds"].values() for text in kind["clauses"]]
        + [text for filler in listed["fillers"] for text in filler["texts"]]
    ]
    known = library.embedder.embed(clauses)
    noise = np.random.default_rng(5)
    base = library.base_for_writing("default")
    indexer = Indexer(library.store, base, library.embedder)
    model_id = library.embedder.model_id
    everything: list[npt.NDArray[np.float32]] = []
    for number in range(PASSAGES // _A_DOCUMENT):
        document, stored, passages, picked = _document(number, clauses, chance)
        moved = known[picked] + 0.035 * noise.normal(size=(len(picked), known.shape[1])).astype(np.float32)
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        library.store.keep_vectors(
            model_id, {_key(document, each): moved[at] for at, each in enumerate(passages)}
        )
        indexer.put(stored, passages)
        everything.append(moved)
    base.settle()
    return np.concatenate(everything)


def _key(document: Document, passage: StoredPassage) -> bytes:
    from retrieval.indexing import with_key

    return with_key(document, passage).embed_key


def _document(
    number: int, clauses: Sequence[str], chance: random.Random
) -> tuple[Document, StoredDocument, list[StoredPassage], list[int]]:
    supplier, other = f"Maker {number} Inc.", f"Dealer {(number * 7) % 991} LLC"
    picked = [chance.randrange(len(clauses)) for _ in range(_A_DOCUMENT)]
    texts = [
        clauses[at].format(S=supplier, D=other, G="Products") + f" Reference {number}-{place}."
        for place, at in enumerate(picked)
    ]
    document_id = f"contract-{number}"
    text = "\n\n".join(texts)
    document = Document(
        document_id=document_id,
        title=f"Distributor Agreement {number}",
        path=f"{document_id}.txt",
        type="contract",
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        text_length=len(text),
    )
    passages, start = [], 0
    for place, each in enumerate(texts):
        passages.append(
            StoredPassage(
                passage=Passage(
                    passage_id=passage_id(document_id, place),
                    document_id=document_id,
                    text=each,
                    start=start,
                    end=start + len(each),
                    section=f"Section {place}",
                ),
                number=place,
            )
        )
        start += len(each) + 2
    stored = StoredDocument(
        document=document,
        revision="1",
        source="bench",
        inputs_hash="1",
        text=text,
        body_start=0,
        pages=(),
        aliases=(
            Alias(kind="title", name=document.title),
            Alias(kind="party", name=supplier),
            Alias(kind="party", name=other),
        ),
    )
    return document, stored, passages, picked


def _ask(library: Library, chance: random.Random) -> None:
    asks = [kind["ask"] for kind in yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))["kinds"].values()]
    count = PASSAGES // _A_DOCUMENT
    questions = {
        "contract named": [
            f"Consider the Distributor Agreement between Maker {number} Inc. and Dealer {(number * 7) % 991} LLC; {chance.choice(asks)}"
            for number in (chance.randrange(count) for _ in range(200))
        ],
        "only the clause": [chance.choice(asks) for _ in range(200)],
        "other words": [
            f"{word} {what}" for word in ("late", "broken", "cold", "cheap", "spare") for what in
            ("goods at the dock", "parts for dealers", "stock after the end", "freight per mile", "loads each week", "prices next year",
             "papers for export", "samples and catalogs", "drivers on the road", "orders by email")
        ] * 4,
    }  # fmt: skip
    began = time.perf_counter()
    asked = warm_up(library, threading.Event())  # as a service does when it starts
    print(f"warmed up with {asked} questions in {time.perf_counter() - began:.1f} s")
    for label, some in questions.items():
        times, work = [], []
        for text in some:
            began, used = time.perf_counter(), time.process_time()
            library.search(SearchRequest(text=text, reader=_READER, top=8))
            times.append((time.perf_counter() - began) * 1000)
            work.append((time.process_time() - used) * 1000)
        print(
            f"  {label:18} p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms a search, end to end; "
            f"processor time p50 {np.percentile(work, 50):.0f} ms, p95 {np.percentile(work, 95):.0f} ms"
        )


def _recall(library: Library, vectors: npt.NDArray[np.float32], chance: random.Random) -> None:
    base = library.base_for_writing("default")
    asks = [kind["ask"] for kind in yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))["kinds"].values()]
    queries = np.concatenate(
        [library.embedder.embed(asks), vectors[[chance.randrange(len(vectors)) for _ in range(100)]]]
    )
    shares, times = [], []
    for query in queries:
        began = time.perf_counter()
        hits = base.search([IndexQuery(filter=IndexFilter(), limit=10, dense=query)])[0]
        times.append((time.perf_counter() - began) * 1000)
        scores = vectors @ query
        # as near as the tenth is as good as the tenth
        floor = np.partition(scores, -10)[-10] - 1e-4
        places = [int(hit.document_id.rpartition("-")[2]) * _A_DOCUMENT + hit.number for hit in hits]
        shares.append(sum(scores[place] >= floor for place in places) / 10)
    print(
        f"  dense top 10 of the index: recall against comparing with all {np.mean(shares):.3f}, "
        f"p95 {np.percentile(times, 95):.1f} ms"
    )


if __name__ == "__main__":
    main()
