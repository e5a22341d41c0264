"""The upper half of the embedding model, fitted to what questions ask: how it hears a question, in numpy.

A transformer's layers as in BERT (Devlin et al., 2018), on what the model's lower half says of each token. torch, which fits them
(`tuning`), takes ten seconds to import, and nobody should wait for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FLOATS = npt.NDArray[np.float32]

HEADS: Final = 12
"""Of all-MiniLM-L6-v2."""
_NEARLY_NOTHING: Final = 1e-12
_OF_A_BELL: Final = float(np.sqrt(2.0 / np.pi))


@dataclass(frozen=True, kw_only=True)
class Linear:
    """A step x -> x @ weight + bias."""

    weight: FLOATS
    """Shape (in, out)."""
    bias: FLOATS

    def __call__(self, x: FLOATS) -> FLOATS:
        made: FLOATS = x @ self.weight + self.bias
        return made


@dataclass(frozen=True, kw_only=True)
class Norm:
    """Each token's numbers brought to one scale."""

    weight: FLOATS
    bias: FLOATS

    def __call__(self, x: FLOATS) -> FLOATS:
        x = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((x * x).mean(axis=-1, keepdims=True) + _NEARLY_NOTHING)
        made: FLOATS = x / spread * self.weight + self.bias
        return made


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: tokens look at each other, then each is thought over by itself."""

    query: Linear
    key: Linear
    value: Linear
    attended: Linear
    attended_norm: Norm
    wide: Linear
    narrow: Linear
    narrow_norm: Norm

    def __call__(self, x: FLOATS) -> FLOATS:
        """Of one text, shape (tokens, width), to the same shape."""
        tokens, width = x.shape
        each = width // HEADS
        query, key, value = (
            part(x).reshape(tokens, HEADS, each).transpose(1, 0, 2)
            for part in (self.query, self.key, self.value)
        )
        looks = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(each))
        looks = np.exp(looks - looks.max(axis=-1, keepdims=True))
        looks /= looks.sum(axis=-1, keepdims=True)
        seen = (looks @ value).transpose(1, 0, 2).reshape(tokens, width)
        x = self.attended_norm(x + self.attended(seen))
        return self.narrow_norm(x + self.narrow(_bell(self.wide(x))))


STEPS: Final = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "narrow_norm": "output.LayerNorm",
}
"""Our names of a layer's steps, and BERT's."""
NORMS: Final = ("attended_norm", "narrow_norm")


@dataclass(frozen=True, kw_only=True)
class Listener:
    """The layers, and what they make of a question."""

    layers: tuple[Layer, ...]
    told: Linear
    """From the mean of all tokens and the first one, side by side, to a score for each label."""

    def scores(self, halfway: Sequence[FLOATS]) -> FLOATS:
        """What `LayeredEmbedder.with_halfway` says of each text -> a score for each label, shape (texts, labels)."""
        return np.vstack([self._of_one(x) for x in halfway])

    def _of_one(self, x: FLOATS) -> FLOATS:
        for layer in self.layers:
            x = layer(x)
        return self.told(np.concatenate([x.mean(axis=0), x[0]])[None, :])


def layer_of(weights: Mapping[str, FLOATS]) -> Layer:
    """A layer from weights under BERT's names, as `sentence_transformers_export.upper_layers` gives them (matrices of shape (out, in))."""
    steps: dict[str, Any] = {}
    for ours, berts in STEPS.items():
        weight, bias = weights[f"{berts}.weight"], weights[f"{berts}.bias"]
        steps[ours] = (
            Norm(weight=weight, bias=bias)
            if ours in NORMS
            else Linear(weight=np.ascontiguousarray(weight.T), bias=bias)
        )
    return Layer(**steps)


def packed(listener: Listener) -> dict[str, Any]:
    """What is to be written of it: matrices as whole numbers of eight bits with a scale for each column, the rest in half precision."""
    made: dict[str, Any] = {}
    for name, step in _steps(listener):
        if isinstance(step, Linear):
            scale = np.maximum(np.abs(step.weight).max(axis=0), 1e-8) / 127.0
            made[f"{name}.whole"] = np.rint(step.weight / scale).astype(np.int8)
            made[f"{name}.scale"] = scale.astype(np.float32)
        else:
            made[f"{name}.weight"] = step.weight.astype(np.float16)
        made[f"{name}.bias"] = step.bias.astype(np.float16)
    return made


def unpacked(written: Mapping[str, npt.NDArray[Any]]) -> Listener:
    """What `packed` made."""
    count = len({key.split(".")[0] for key in written if not key.startswith("told.")})
    layers = tuple(
        Layer(**{step: _read(written, f"{at}.{step}", norm=step in NORMS) for step in STEPS})
        for at in range(count)
    )
    return Listener(layers=layers, told=_read(written, "told", norm=False))


def _steps(listener: Listener) -> list[tuple[str, Linear | Norm]]:
    return [
        *(
            (f"{at}.{step}", getattr(layer, step))
            for at, layer in enumerate(listener.layers)
            for step in STEPS
        ),
        ("told", listener.told),
    ]


def _read(written: Mapping[str, npt.NDArray[Any]], name: str, *, norm: bool) -> Any:
    bias = written[f"{name}.bias"].astype(np.float32)
    if norm:
        return Norm(weight=written[f"{name}.weight"].astype(np.float32), bias=bias)
    weight = written[f"{name}.whole"].astype(np.float32) * written[f"{name}.scale"]
    return Linear(weight=weight.astype(np.float32), bias=bias)


def _bell(x: FLOATS) -> FLOATS:
    """GELU by tanh: within 0.001 of the one the model was made with."""
    made: FLOATS = (0.5 * x * (1.0 + np.tanh(_OF_A_BELL * (x + 0.044715 * x * x * x)))).astype(np.float32)
    return made
