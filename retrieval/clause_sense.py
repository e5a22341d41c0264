"""How clauses of a kind are worded, learned from clauses and contracts that many hands wrote for it (`clauses_learned.yaml`).

Lawyers word a kind of clause in more ways than a table of signs holds (`clause_kinds`): a logistic regression for each kind over the
words and pairs of words of a passage tells more of them. It reads the passage only, needs no embedding model, and its weights come
with the package; `python -m retrieval.clause_training` fits them again.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO
from itertools import pairwise

import numpy as np
import numpy.typing as npt

WEIGHTS = "clause_sense.npz"
PLACES = 16_384
"""Places that words and pairs of words are hashed into."""
_STEM = 7
"""Letters of a word that count: its ending does not."""
_SHARE = 3.0
"""Length of a passage's features."""
_WORD = re.compile(r"[a-z]+")

FLOATS = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _Learned:
    kinds: dict[str, int]
    weights: FLOATS
    """Shape (places, kinds)."""
    bias: FLOATS
    fitted_to: str


def knows(kind: str) -> bool:
    """Whether clauses of a kind (`ClauseKind.name`) were learned."""
    return kind in _learned().kinds


def sense(kind: str, text: str) -> float:
    """Log-odds that a passage is such a clause, in nats, as if every second one were: above 0 it reads like one.

    Raises:
        KeyError: the kind was not learned.
    """
    return float(_senses(text)[_learned().kinds[kind]])


def strongest_other(kind: str, text: str) -> float:
    """The same for the likeliest of the other kinds."""
    own = _learned().kinds[kind]
    return max(float(each) for at, each in enumerate(_senses(text)) if at != own)


def features_of(text: str) -> npt.NDArray[np.int64]:
    """The places of a passage's words and pairs of words, each once, in order."""
    words = [word[:_STEM] for word in _WORD.findall(text.lower())]
    said = {*words, *(f"{one} {other}" for one, other in pairwise(words))}
    return np.array(sorted({zlib.crc32(each.encode()) % PLACES for each in said}), dtype=np.int64)


def weight_of_each(count: int) -> float:
    """What each of so many features counts: a long passage says no more than a short one."""
    return float(_SHARE / max(1, count) ** 0.5)


def fitted_to() -> str:
    """Fingerprint of the clauses that the weights were fitted to."""
    return _learned().fitted_to


@lru_cache(maxsize=16_384)
def _senses(text: str) -> FLOATS:
    """Of passages that were weighed lately, for every kind."""
    learned, places = _learned(), features_of(text)
    told: FLOATS = (
        learned.weights[places].sum(axis=0) * np.float32(weight_of_each(len(places))) + learned.bias
    )
    return told


@lru_cache(maxsize=1)
def _learned() -> _Learned:
    raw = resources.files(__package__).joinpath(WEIGHTS).read_bytes()
    with np.load(BytesIO(raw), allow_pickle=False) as file:
        return _Learned(
            kinds={str(name): at for at, name in enumerate(file["kinds"])},
            weights=file["weights"].astype(np.float32),
            bias=file["bias"].astype(np.float32),
            fitted_to=str(file["fitted_to"]),
        )
