"""The only home of sentence-transformers and torch: export a model once, or run it where export is not possible.

Importing torch takes ten seconds on two cores, so nobody waits for it when asking a question: the model is written
once as an ONNX file (transformer, pooling and normalisation in one graph), compared with what sentence-transformers
itself answers, and from then on read by `minilm_embedder` alone.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingModelMissing, EmbeddingUnavailable

_OPSET = 17
_USUAL_TOKENS = 256
_MOST_TOKENS = 8192
_LARGEST_DIFFERENCE = 1e-4
"""Between a vector's components from ONNX Runtime and from sentence-transformers; measured: 2e-7."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What is to be known of a model that was written as an ONNX file."""

    dimensions: int
    max_tokens: int
    """Text past so many tokens is not read."""


class NoExportedForm(Exception):
    """The model works, but no ONNX file gives the same vectors. Says why."""


CHECK_SENTENCES = (
    "Partial shipments are not permitted without the Customer's prior written consent.",
    "late",
    "The carrier shall deliver by 14:00 on the Delivery Date; a credit of 2% per day applies, capped at 10%.",
    "Why is S00042 late?",
    "Orders on credit hold are released by Finance only. " * 30,
    "",
)


def _load(folder: Path) -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()

            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError) as error:
        raise EmbeddingModelMissing(
            f"{folder} holds no sentence-transformers model that can be loaded ({error}). "
            "Point COPILOT_EMBEDDING_MODEL at a folder with modules.json and the weights."
        ) from error


def export_onnx(folder: Path, target: Path, *, halfway: bool = False) -> Exported:
    """Write the model in `folder` as one ONNX file and check that both give the same vectors.

    Args:
        folder: A sentence-transformers model.
        target: The file to write; appears only when the check has passed.
        halfway: Whether it is to tell what the lower half of its layers says, too, see `LayeredEmbedder`; a model of another kind
            than BERT does not.

    Raises:
        EmbeddingModelMissing: the folder holds no such model.
        NoExportedForm: it cannot be exported, or the exported model answers differently.
    """
    model = _load(folder)
    partial = target.with_name(
        f"{target.name}.{os.getpid()}.partial"
    )  # two processes may export at the same time
    try:
        return _export_checked(model, folder, partial, target, halfway=halfway)
    except (NoExportedForm, EmbeddingModelMissing, OSError, ImportError):
        partial.unlink(missing_ok=True)
        raise
    except Exception as error:  # the exporter and the runtime raise whatever they like about an unusual model
        partial.unlink(missing_ok=True)
        raise NoExportedForm(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from error


def dimensions_of(folder: Path) -> int:
    """Length of a model's vectors, asked of sentence-transformers.

    Raises:
        EmbeddingModelMissing: the folder holds no such model.
    """
    return SentenceTransformersEmbedder(folder, model_id="").dimensions


def _export_checked(model: Any, folder: Path, partial: Path, target: Path, *, halfway: bool) -> Exported:
    import torch

    from retrieval.minilm_embedder import HALFWAY

    layers = _tell_halfway(model) if halfway else 0

    class Graph(torch.nn.Module):  # type: ignore[misc]  # torch is not typed for us
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(list(model))

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {
                "input_ids": input_ids,
                "attention_mask": attention_mask,
                "token_type_ids": torch.zeros_like(input_ids),
            }
            for step in self.steps:
                features = step(features)
            # many models leave the length to whoever encodes; once more changes nothing for the others
            vector = torch.nn.functional.normalize(features["sentence_embedding"], p=2.0, dim=1)
            return (vector, features["all_layer_embeddings"][layers // 2]) if layers else vector

    model.eval()
    sample = model.tokenizer(list(CHECK_SENTENCES[:2]), padding=True, return_tensors="pt")
    partial.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer warns about shapes that do not change here
        torch.onnx.export(
            Graph().eval(),
            (sample["input_ids"], sample["attention_mask"]),
            str(partial),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding", HALFWAY] if layers else ["embedding"],
            dynamic_axes={
                "input_ids": {0: "batch", 1: "tokens"},
                "attention_mask": {0: "batch", 1: "tokens"},
                "embedding": {0: "batch"},
                **({HALFWAY: {0: "batch", 1: "tokens"}} if layers else {}),
            },
            opset_version=_OPSET,
            dynamo=False,
        )
        expected = model.encode(list(CHECK_SENTENCES), normalize_embeddings=True, convert_to_numpy=True)
    # a model that names no limit of its own still has one
    max_tokens = min(int(model.max_seq_length or _USUAL_TOKENS), _MOST_TOKENS)
    got = _run_exported(partial, folder, max_tokens)
    difference = float(np.abs(got - expected).max())
    if not difference <= _LARGEST_DIFFERENCE:
        raise NoExportedForm(
            f"its exported form differs by {difference:.2g}, more than {_LARGEST_DIFFERENCE}"
        )
    partial.replace(target)
    return Exported(dimensions=int(expected.shape[1]), max_tokens=max_tokens)


def _tell_halfway(model: Any) -> int:
    """Have a transformer tell what each of its layers says; how many it has, 0 where it is of another kind."""
    network: Any = getattr(model[0], "auto_model", None)
    layers = getattr(getattr(network, "encoder", None), "layer", None)
    if layers is None:
        return 0
    network.config.output_hidden_states = True
    return len(layers)


def upper_layers(folder: Path) -> list[dict[str, npt.NDArray[np.float32]]]:
    """The weights of the upper half of a BERT's layers, by their names there; matrices have shape (out, in).

    Raises:
        EmbeddingModelMissing: the folder holds no such model.
    """
    layers = _load(folder)[0].auto_model.encoder.layer
    return [
        {
            name: np.asarray(weights.detach().numpy(), dtype=np.float32)
            for name, weights in layer.named_parameters()
        }
        for layer in layers[len(layers) // 2 :]
    ]


def _run_exported(onnx_file: Path, folder: Path, max_tokens: int) -> npt.NDArray[np.float32]:
    from retrieval.minilm_embedder import OnnxModel

    return OnnxModel(onnx_file, folder / "tokenizer.json", max_tokens=max_tokens).run(list(CHECK_SENTENCES))


class SentenceTransformersEmbedder:
    """Runs a model inside sentence-transformers: for models that have no ONNX form. Slow to start."""

    def __init__(self, folder: Path, *, model_id: str) -> None:
        self._folder = folder
        self._model_id = model_id
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return self._model_id

    @property
    def dimensions(self) -> int:
        return int(self._loaded().get_embedding_dimension())

    def run(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """As `embed`."""
        return self.embed(texts)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        model = self._loaded()
        vectors = model.encode(list(texts), normalize_embeddings=True, convert_to_numpy=True)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)

    def with_halfway(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        """Nothing: what is not exported is not looked into.

        Raises:
            EmbeddingUnavailable: always.
        """
        raise EmbeddingUnavailable("This embedding model does not tell what its layers say halfway.")

    def knows(self, word: str) -> bool:
        return word in self._loaded().tokenizer.get_vocab()

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = _load(self._folder)
            return self._model


def load_cross_encoder(folder: Path) -> Any:
    """A cross-encoder for re-ranking, from a local folder; nothing is ever fetched.

    Raises:
        ImportError, OSError, ValueError: sentence-transformers is missing, or the folder holds no such model.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder

    return CrossEncoder(str(folder), local_files_only=True)
