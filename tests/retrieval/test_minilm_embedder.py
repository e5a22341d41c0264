"""The embedding model: exported once, the same vectors as the original, no torch when asking."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval import minilm_embedder
from retrieval.embedder import LayeredEmbedder
from retrieval.errors import EmbeddingModelMismatch, EmbeddingModelMissing
from retrieval.minilm_embedder import (
    PINNED_WEIGHTS_SHA256,
    MiniLmEmbedder,
    OnnxModel,
    RoomForQuestions,
    _batches,
)


@pytest.fixture(scope="module")
def embedder(model_dir: Path) -> MiniLmEmbedder:
    return MiniLmEmbedder(model_dir)


def test_vectors_are_unit_length_and_of_the_models_size(embedder: MiniLmEmbedder) -> None:
    vectors = embedder.embed(["Why is S00042 late?", "", "x" * 50_000])
    assert vectors.shape == (3, embedder.dimensions) == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_text_gives_no_vectors(embedder: MiniLmEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_a_text_has_the_same_vector_alone_and_in_company(embedder: MiniLmEmbedder) -> None:
    texts = [f"Clause {number}: " + "deliveries are late. " * number for number in range(1, 30)]
    together = embedder.embed(texts)
    for at in (0, 7, 28):
        assert np.allclose(embedder.embed([texts[at]])[0], together[at], atol=1e-5)


def test_many_texts_of_all_lengths_have_the_vectors_they_have_alone(embedder: MiniLmEmbedder) -> None:
    """They go through in several batches at a time, and come back in their order; whoever asked keeps their priority."""
    texts = [" ".join(["pallet", "late", "carrier"] * (1 + number * 7 % 60)) for number in range(60)]
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    together = embedder.embed(texts)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
    assert len({tuple(row) for row in together}) > 50
    for at in (0, 1, 30, 59):
        assert np.allclose(embedder.embed([texts[at]])[0], together[at], atol=1e-5)


class Watched:
    """A session that notes how many batches go through it at a time; the first waits for company, as long as it may come."""

    def __init__(self, session: Any, *, patience: float) -> None:
        self._session, self._patience = session, patience
        self._lock, self.company = threading.Lock(), threading.Event()
        self.now = self.most = 0

    def run(self, names: list[str], batch: dict[str, Any]) -> Any:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            if self.now > 1:
                self.company.set()
        self.company.wait(self._patience)
        try:
            return self._session.run(names, batch)
        finally:
            with self._lock:
                self.now -= 1


@pytest.mark.parametrize("people_ask", [False, True])
def test_while_people_ask_one_core_is_left_to_them(
    embedder: MiniLmEmbedder, model_dir: Path, monkeypatch: pytest.MonkeyPatch, people_ask: bool
) -> None:
    """Whichever model they ask: here another one than the documents are embedded by."""
    embedder.prepare()
    monkeypatch.setattr(minilm_embedder, "_cores", lambda: 2)
    monkeypatch.setattr(minilm_embedder, "_LATELY", 120.0)
    monkeypatch.setattr(minilm_embedder, "_room", RoomForQuestions())
    home = model_dir / "models" / embedder.kept_as
    of_documents = OnnxModel(home / "model.onnx", home / "tokenizer.json", max_tokens=256)
    watched = Watched(of_documents._session, patience=0.2 if people_ask else 60.0)
    of_documents._session = watched
    if people_ask:
        embedder.embed(["Why is S00042 late?"])
    many = of_documents.run(["late pallet " * 120] * 12)
    assert many.shape == (12, 384)
    assert watched.most == (1 if people_ask else 2)


def test_when_nobody_asks_any_more_all_cores_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_embedder, "_cores", lambda: 2)
    monkeypatch.setattr(minilm_embedder, "_LATELY", 0.3)
    room = RoomForQuestions()
    room.asked()
    begun, release = threading.Event(), threading.Event()
    first = threading.Thread(target=lambda: room.beside(lambda: (begun.set(), release.wait(60))))
    first.start()
    assert begun.wait(30)
    assert room.beside(lambda: "beside the first") == "beside the first"
    assert first.is_alive()
    release.set()
    first.join()


def test_batches_hold_every_text_once_and_little_padding() -> None:
    lengths = [3 + number * 37 % 254 for number in range(500)]
    batches = _batches(lengths)
    assert sorted(at for batch in batches for at in batch) == list(range(500))
    assert all(max(lengths[at] for at in batch) * len(batch) <= 1024 for batch in batches)
    computed = sum(max(lengths[at] for at in batch) * len(batch) for batch in batches)
    assert computed < 1.03 * sum(lengths)
    assert [len(batch) for batch in _batches([4] * 130)] == [64, 64, 2]
    assert _batches([5_000, 1]) == [[0], [1]]


def test_meaning_counts_more_than_words(embedder: MiniLmEmbedder) -> None:
    question, near, far = embedder.embed(
        ["Can we deliver in two parts?", "Partial shipments are permitted.", "The canteen opens at noon."]
    )
    assert question @ near > question @ far + 0.1


def test_model_and_precision_are_on_record(embedder: MiniLmEmbedder) -> None:
    assert embedder.model_id == f"all-MiniLM-L6-v2@{PINNED_WEIGHTS_SHA256[:12]}/fp32"


def test_ordinary_words_are_known_and_misspelt_ones_are_not(embedder: MiniLmEmbedder) -> None:
    assert embedder.knows("drone")
    assert not embedder.knows("shipmnet")


def test_what_the_lower_half_says_has_a_row_for_each_token(embedder: MiniLmEmbedder) -> None:
    texts = ["Why is S00042 late, and who has to act?", "late"]
    vectors, (long, short) = embedder.with_halfway(texts)
    assert np.allclose(vectors, embedder.embed(texts), atol=1e-5)
    assert short.shape == (3, 384)  # with the tokens that begin and end a text
    assert long.shape[0] > 10
    assert long.dtype == np.float32
    assert isinstance(embedder, LayeredEmbedder)


def test_an_export_of_before_that_keeps_its_layers_to_itself_is_made_anew(
    model_dir: Path, tmp_path: Path
) -> None:
    home = next((model_dir / "models").iterdir())
    copy = tmp_path / "models" / home.name
    shutil.copytree(home, copy)
    assert MiniLmEmbedder(tmp_path).is_prepared
    described = json.loads((copy / "model.json").read_text())
    del described["export"]
    (copy / "model.json").write_text(json.dumps(described))
    assert not MiniLmEmbedder(tmp_path).is_prepared


def test_an_export_of_before_does_where_no_new_one_can_be_made(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A data folder that cannot be written to, or no torch: the search goes on, and questions are understood by the networks alone."""
    home = next((model_dir / "models").iterdir())
    copy = tmp_path / "models" / home.name
    shutil.copytree(home, copy)
    described = json.loads((copy / "model.json").read_text())
    del described["export"]
    (copy / "model.json").write_text(json.dumps(described))

    def no_room(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("retrieval.sentence_transformers_export.export_onnx", no_room)
    assert MiniLmEmbedder(tmp_path).embed(["late"]).shape == (1, 384)
    assert "model_not_exported_again" in caplog.text


def test_asking_loads_no_torch(model_dir: Path) -> None:
    check = (
        "import sys; from pathlib import Path; from retrieval.minilm_embedder import MiniLmEmbedder;"
        "MiniLmEmbedder(Path(sys.argv[1])).embed(['late']);"
        "sys.exit('torch was loaded' if 'torch' in sys.modules else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", check, str(model_dir)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_exported_model_agrees_with_sentence_transformers(model_dir: Path) -> None:
    """In a process of its own, because torch takes long to load and stays."""
    check = """
import sys
from pathlib import Path
import numpy as np
from retrieval.minilm_embedder import MiniLmEmbedder, model_folder
from retrieval.sentence_transformers_export import SentenceTransformersEmbedder
texts = ["Partial shipments are not permitted.", "late", "", "2% per day, capped at 10%. " * 80, "Überlänge – «x»"]
original = SentenceTransformersEmbedder(model_folder(None), model_id="original")
difference = np.abs(original.embed(texts) - MiniLmEmbedder(Path(sys.argv[1])).embed(texts)).max()
assert original.dimensions == 384 and original.knows("late")
sys.exit(0 if difference < 1e-4 else f"differs by {difference}")
"""
    done = subprocess.run(
        [sys.executable, "-c", check, str(model_dir)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_folder_without_a_model_is_refused_with_the_settings_name(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelMissing, match="COPILOT_EMBEDDING_MODEL"):
        MiniLmEmbedder(tmp_path, str(tmp_path / "nothing"))


def test_packaged_weights_with_another_hash_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "modules.json").write_text("[]")
    (folder / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr("retrieval.minilm_embedder.model_folder", lambda _: folder)
    with pytest.raises(EmbeddingModelMismatch, match="Reinstall"):
        MiniLmEmbedder(tmp_path).prepare()


def test_an_export_that_was_cut_short_is_not_used(model_dir: Path, tmp_path: Path) -> None:
    home = next((model_dir / "models").iterdir())
    copy = tmp_path / "models" / home.name
    copy.mkdir(parents=True)
    for name in ("model.json", "tokenizer.json"):
        (copy / name).write_bytes((home / name).read_bytes())
    assert not MiniLmEmbedder(tmp_path).is_prepared, "the model file is missing"
    (copy / "model.onnx").write_bytes(b"half")
    assert not MiniLmEmbedder(tmp_path).is_prepared, "the model file is too short"
    described = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps(described | {"onnx_size": 4}))
    assert MiniLmEmbedder(tmp_path).is_prepared


def test_a_damaged_export_says_how_to_make_it_again(model_dir: Path, tmp_path: Path) -> None:
    home = next((model_dir / "models").iterdir())
    copy = tmp_path / "models" / home.name
    copy.mkdir(parents=True)
    described = json.loads((home / "model.json").read_text())
    (copy / "tokenizer.json").write_bytes((home / "tokenizer.json").read_bytes())
    (copy / "model.onnx").write_bytes(b"x" * 100)
    (copy / "model.json").write_text(json.dumps(described | {"onnx_size": 100}))
    with pytest.raises(EmbeddingModelMissing, match="copilot prepare"):
        MiniLmEmbedder(tmp_path).embed(["late"])
