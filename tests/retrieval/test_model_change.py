"""COPILOT_EMBEDDING_MODEL names another model: it is exported or run as it is, and takes over without a gap."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from retrieval.errors import EmbeddingUnavailable
from retrieval.library import open_library
from retrieval.model_change import EmbedderInUse
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import everyone

MAKE = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
import numpy as np, torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from sentence_transformers import SentenceTransformer
from sentence_transformers import models as parts
out, data = Path(sys.argv[1]), Path(sys.argv[2])
words = "[PAD] [UNK] [CLS] [SEP] the is kept cold dry dark salmon flour oil truffle rule number ##s a of . , : # - 0 1 2 3 4 5 6 7 8 9".split()
words += [chr(97 + n) for n in range(26) if chr(97 + n) not in words] + ["##" + chr(97 + n) for n in range(26) if "##" + chr(97 + n) not in words]
def tokenizer():
    made = Tokenizer(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(); made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return made
for name, seed, size in (("tiny-a", 1, 32), ("tiny-b", 2, 32), ("tiny-wide", 3, 48)):
    torch.manual_seed(seed)
    plain = out / ("plain-" + name)
    BertModel(BertConfig(vocab_size=len(words), hidden_size=size, num_hidden_layers=1, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=128)).save_pretrained(plain)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer(), pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64).save_pretrained(plain)
    body = parts.Transformer(str(plain), max_seq_length=64)
    SentenceTransformer(modules=[body, parts.Pooling(size)], device="cpu").save(str(out / name))
torch.manual_seed(4)
SentenceTransformer(modules=[parts.StaticEmbedding(tokenizer(), embedding_dim=16)], device="cpu").save(str(out / "static"))
from retrieval.minilm_embedder import MiniLmEmbedder
from retrieval.sentence_transformers_export import SentenceTransformersEmbedder
texts = ["salmon is kept cold", "a", "", "flour rule number 3 " * 40]
for name in ("tiny-a", "tiny-b", "tiny-wide", "static"):
    ours = MiniLmEmbedder(data, str(out / name))
    theirs = SentenceTransformersEmbedder(out / name, model_id="x").embed(texts)
    # (texts without a known word have no direction in a bag of words)
    rows = [0, 3] if name == "static" else [0, 1, 2, 3]
    difference = float(np.abs(ours.embed(texts)[rows] - theirs[rows]).max())
    print(name, ours.model_id.rsplit("/", 1)[1], ours.dimensions, difference < 1e-4, ours.is_prepared, flush=True)
"""


@dataclass(frozen=True, kw_only=True)
class Models:
    folder: Path
    exported: Path
    said: list[str]

    def named(self, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Small models with random weights, made and exported in a process of its own: torch takes long to load and stays."""
    folder, exported = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("exported")
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(folder), str(exported)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Models(folder=folder, exported=exported, said=done.stdout.splitlines())


@pytest.fixture
def data(models: Models, tmp_path: Path) -> Path:
    """A data folder in which the models are exported already."""
    shutil.copytree(models.exported, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    for number in range(12):
        (made / f"{number}.md").write_text(
            f"---\ntype: sop\nowner: A\nid: d{number}\n---\n\nSalmon rule number {number} is kept cold.\n"
        )
    return made


def found(library: Library, text: str = "salmon rule kept cold") -> set[str]:
    result = library.search(SearchRequest(text=text, reader=everyone(), top=50))
    assert result.degraded == ()
    return {hit.document.document_id for hit in result.passages}


ALL = {f"d{number}" for number in range(12)}


def used(library: Library) -> str:
    return library.embedder.model_id.split("@")[0]


def test_a_folder_of_a_model_is_exported_with_the_same_vectors_or_run_as_it_is(models: Models) -> None:
    assert models.said == [
        "tiny-a fp32 32 True True",
        "tiny-b fp32 32 True True",
        "tiny-wide fp32 48 True True",
        "static torch 16 True True",
    ]


@pytest.mark.parametrize("second", ["tiny-b", "tiny-wide"])
def test_the_new_model_takes_over_at_the_ingest_and_not_before(
    models: Models, data: Path, folder: Path, second: str
) -> None:
    first = open_library(data, embedding_model=models.named("tiny-a"))
    ingest([folder], first)
    assert found(first) == ALL
    first.close()
    changed = open_library(data, embedding_model=models.named(second))
    assert found(changed) == ALL, "the old index answers, nothing is degraded"
    assert used(changed) == "tiny-a"
    assert ingest([folder], changed).count("unchanged") == 12
    assert used(changed) == second
    assert found(changed) == ALL
    changed.close()
    again = open_library(data, embedding_model=models.named(second))
    assert found(again) == ALL
    assert used(again) == second
    again.close()


def test_questions_are_answered_all_the_while(models: Models, data: Path, folder: Path) -> None:
    """Searches in four threads from before the change until after it: each finds everything, none is degraded."""
    first = open_library(data, embedding_model=models.named("tiny-a"))
    ingest([folder], first)
    first.close()
    library = open_library(data, embedding_model=models.named("tiny-wide"))
    stop, wrong, asked = threading.Event(), [], []

    def ask() -> None:
        while not stop.is_set():
            result = library.search(SearchRequest(text="salmon rule kept cold", reader=everyone(), top=50))
            asked.append(used(library))
            if result.degraded or {hit.document.document_id for hit in result.passages} != ALL:
                wrong.append(result)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(asked) < 20:
        threading.Event().wait(0.01)
    ingest([folder], library)
    before = len(asked)
    while len(asked) < before + 20:
        threading.Event().wait(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert {"tiny-a", "tiny-wide"} <= set(asked)
    library.close()


def test_killed_while_the_new_index_is_built_the_old_one_stays(
    models: Models, data: Path, folder: Path
) -> None:
    first = open_library(data, embedding_model=models.named("tiny-a"))
    ingest([folder], first)
    first.close()
    script = """
import sys
from pathlib import Path
from knowledge_ingest.pipeline import ingest
from retrieval.library import open_library
import retrieval.model_change as change
change._AT_ONCE = 1
library = open_library(Path(sys.argv[1]), embedding_model=sys.argv[2])
ingest([Path(sys.argv[3])], library, progress=lambda done, total, name: (print(done, flush=True), sys.stdin.readline()))
"""
    for stop_after in (1, 5, 12):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(data), models.named("tiny-b"), str(folder)],
            stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        for step in range(1, stop_after + 1):
            assert process.stdout.readline()
            if step < stop_after:
                process.stdin.write("\n")
                process.stdin.flush()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()
        library = open_library(data, embedding_model=models.named("tiny-b"))
        assert used(library) == "tiny-a"
        assert found(library) == ALL
        library.close()
    library = open_library(data, embedding_model=models.named("tiny-b"))
    ingest([folder], library)
    assert used(library) == "tiny-b"
    assert found(library) == ALL
    library.close()


def test_when_the_new_model_fails_the_old_one_goes_on(
    models: Models, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_library(data, embedding_model=models.named("tiny-a"))
    ingest([folder], first)
    first.close()
    library = open_library(data, embedding_model=models.named("tiny-b"))
    in_use = library.embedder
    assert isinstance(in_use, EmbedderInUse)
    assert found(library) == ALL

    def fail(texts: list[str]) -> None:
        raise EmbeddingUnavailable("The model cannot be run.")

    monkeypatch.setattr(in_use._wanted, "embed", fail)
    with pytest.raises(EmbeddingUnavailable):
        ingest([folder], library)
    assert used(library) == "tiny-a"
    assert found(library) == ALL
    library.close()


def test_the_former_models_folder_may_be_gone(
    models: Models, data: Path, folder: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved-model"
    shutil.copytree(models.named("tiny-a"), moved)
    # as `copilot prepare` would have exported it from there
    stat = (moved / "model.safetensors").stat()
    former = open_library(data, embedding_model=str(moved))
    home = data / "models" / former.embedder._wanted.kept_as  # type: ignore[attr-defined]
    source = next((data / "models").glob("tiny-a-*"))
    shutil.copytree(source, home)
    described = json.loads((home / "model.json").read_text())
    described["weights_stat"] = [stat.st_size, stat.st_mtime_ns]
    (home / "model.json").write_text(json.dumps(described))
    ingest([folder], former)
    former.close()
    shutil.rmtree(moved)
    library = open_library(data, embedding_model=models.named("tiny-b"))
    assert found(library) == ALL
    assert used(library) == "tiny-a"
    library.close()


def test_the_same_weights_in_another_folder_change_nothing(
    models: Models, data: Path, folder: Path, tmp_path: Path
) -> None:
    first = open_library(data, embedding_model=models.named("tiny-a"))
    ingest([folder], first)
    first.close()
    copy = tmp_path / "copy" / "tiny-a"
    shutil.copytree(models.named("tiny-a"), copy)
    moved = open_library(data, embedding_model=str(copy))
    home = data / "models" / moved.embedder._wanted.kept_as  # type: ignore[attr-defined]
    shutil.copytree(next(each for each in (data / "models").glob("tiny-a-*") if each != home), home)
    assert ingest([folder], moved).count("unchanged") == 12
    assert found(moved) == ALL
    moved.close()
