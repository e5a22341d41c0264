"""How fast documents get in, beside what the embedding model alone does on this machine.

Two kinds: the demo's documents, short ones in eight formats, and contracts of ordinary length. Model and ingest are measured in one run, the
model before and after, because other work on the machine moves both.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from knowledge_ingest.contract_testing import make_contracts
from knowledge_ingest.pipeline import ingest
from retrieval.indexing import text_to_embed
from retrieval.library import open_library
from retrieval.minilm_embedder import model_folder
from retrieval.search import Library

DEMO = Path(__file__).resolve().parent.parent / "knowledge_ingest" / "demo"
COPIES = int(os.environ.get("BENCH_COPIES", "4"))
"""How often the documents are taken, each time under other titles, so that no vector is known already: a minute of each kind, beside
which the second that the parsers take to start says little."""
SCANS = ("im-2026-008-amendment-1.pdf",)
"""Recognising text takes two seconds a page, whatever the embedding model: measured apart."""
SAMPLE = 800
"""Texts that sentence-transformers is timed with."""


def main() -> None:
    _measure("demo documents", _copies)
    _measure("contracts", _contracts)


def _measure(label: str, make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "documents"
        make(folder)
        library = open_library(Path(name) / "data")
        library.embedder.prepare()  # type: ignore[attr-defined]  # the export is not part of the figures
        began = time.perf_counter()
        library.learn()  # nor are the tables, which are embedded once in the life of an installation
        print(f"{label}; tables of kinds and situations, once: {time.perf_counter() - began:.1f} s")
        before, before_cpu = _alone(_texts_of_demo(Path(name)), library)
        began = _cpu()
        report = ingest([folder], library)
        spent = _cpu() - began
        assert report.ok, [each for each in report.documents if each.status == "quarantined"]
        texts = [
            text_to_embed(row.document, stored)
            for row in library.store.rows("default")
            for stored in library.store.passages("default", row.document.document_id)
        ]
        after, after_cpu = _alone(texts, library)
        characters = sum(each.text_length for each in report.documents)
        rate = report.passages / report.seconds
        alone = (before + after) / 2
        print(
            f"  {len(report.documents)} documents, about {characters // 3000} pages, {report.passages} passages in "
            f"{report.seconds:.1f} s, {rate:.1f} passages/s; the model alone: {alone:.1f}/s "
            f"({before:.1f} before, {after:.1f} after); ratio {rate / alone:.2f}"
        )
        # on a machine that others use, too, processor time says more than the clock
        print(
            f"  processor time a passage: {spent / report.passages * 1000:.1f} ms, of which the model takes "
            f"{after_cpu * 1000:.1f} ms ({before_cpu * 1000:.1f} ms before); ratio {after_cpu * report.passages / spent:.2f}"
        )
        sample = texts[:: max(1, len(texts) // SAMPLE)]
        theirs = _by_sentence_transformers(sample)
        print(
            f"  sentence-transformers alone, the same model: {theirs:.1f}/s; ingest against that {rate / theirs:.2f}"
        )
        plain = _by_onnx_runtime(sample, Path(name) / "data")
        print(
            f"  ONNX Runtime alone, in its own settings: {plain:.1f}/s; ingest against that {rate / plain:.2f}"
        )
        again = ingest([folder], library)
        print(
            f"  again, nothing changed: {again.seconds:.2f} s, {again.seconds / len(again.documents) * 1000:.1f} ms a document"
        )
        library.close()


def _copies(folder: Path) -> None:
    entries = yaml.safe_load((DEMO / "documents.yaml").read_text(encoding="utf-8"))["documents"]
    listed = entries.items() if isinstance(entries, dict) else ((each["path"], each) for each in entries)
    told = {path.removeprefix("documents/"): properties for path, properties in listed}
    for copy in range(COPIES):
        described = {}
        for file in sorted(each for each in (DEMO / "documents").rglob("*") if each.is_file()):
            path = file.relative_to(DEMO / "documents")
            if file.name in SCANS:
                continue
            target = folder / f"copy{copy}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            own = {
                key: value
                for key, value in told.get(str(path), {}).items()
                if key not in ("path", "supersedes", "amends")
            }
            described[str(path)] = own | {
                "id": f"c{copy}-{path.stem}",
                "title": f"{own.get('title', path.stem)} {copy}",
            }
        (folder / f"copy{copy}" / "documents.yaml").write_text(
            yaml.safe_dump({"documents": described}), encoding="utf-8"
        )


def _contracts(folder: Path) -> None:
    made = folder.with_name("made")
    make_contracts(made)
    for copy in range(COPIES):
        its_folder = folder / f"copy{copy}"
        shutil.copytree(made / "corpus", its_folder)
        told = {
            file.name: {
                "id": f"contract-{copy}-{at}",
                "title": f"{file.stem} {copy}",
                "type": "contract",
                "owner": "Legal",
            }
            for at, file in enumerate(sorted(its_folder.iterdir()))
        }
        (its_folder / "documents.yaml").write_text(yaml.safe_dump({"documents": told}), encoding="utf-8")


def _texts_of_demo(scratch: Path) -> list[str]:
    """Texts like those to come, for the measurement before."""
    from retrieval.testing import make_library

    library: Library = make_library(scratch / "words")
    ingest([DEMO / "documents" / part for part in ("sops", "products", "notes")], library)
    texts = [
        text_to_embed(row.document, stored)
        for row in library.store.rows("default")
        for stored in library.store.passages("default", row.document.document_id)
    ]
    library.close()
    return texts


def _alone(texts: list[str], library: Library) -> tuple[float, float]:
    """Texts a second, and seconds of processor time a text."""
    began, cpu = time.perf_counter(), _cpu()
    library.embedder.embed(texts)
    return len(texts) / (time.perf_counter() - began), (_cpu() - cpu) / len(texts)


def _by_sentence_transformers(texts: list[str]) -> float:
    """Texts a second as the model's own library runs it on this machine, in its own batches; it sorts them by length, too."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder(None)), device="cpu")
    model.encode(texts[:32])
    began = time.perf_counter()
    model.encode(texts)
    return len(texts) / (time.perf_counter() - began)


def _by_onnx_runtime(texts: list[str], data_dir: Path) -> float:
    """Texts a second of the exported model as its runtime sets itself up: all cores to one batch of 32, of texts of nearly the same length."""
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    home = next((data_dir / "models").glob("*/model.onnx")).parent
    session = onnxruntime.InferenceSession(str(home / "model.onnx"), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(home / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((home / "model.json").read_text(encoding="utf-8"))["max_tokens"])
    tokenizer.enable_padding()

    def run(some: list[str]) -> None:
        encoded = tokenizer.encode_batch(some)
        ids = np.array([each.ids for each in encoded], dtype=np.int64)
        mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
        session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})

    run(texts[:32])
    began = time.perf_counter()
    by_length = sorted(texts, key=len)
    for at in range(0, len(by_length), 32):
        run(by_length[at : at + 32])
    return len(texts) / (time.perf_counter() - began)


def _cpu() -> float:
    """Seconds of processor time, of the reading process, too."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
