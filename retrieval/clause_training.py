"""Fits the sense of how clauses are worded to its clauses and writes the weights: `python -m retrieval.clause_training`.

To be run after a change of clauses_learned.yaml or of `clause_sense.features_of`; a test fails until it was. With ``--check`` nothing
is written: the clauses of each hand are left out in turn, and what the others make of them is printed. scikit-learn, which fits it,
comes with sentence-transformers.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_matrix

from retrieval.clause_kinds import clause_kinds
from retrieval.clause_sense import PLACES, WEIGHTS, features_of, weight_of_each

FLOATS = npt.NDArray[np.float64]
CLAUSES = "clauses_learned.yaml"
_SOFTNESS = 3.0
"""Inverse strength of the regularisation; between 1 and 10 it makes no difference."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """One clause, or one passage of a contract."""

    text: str
    kinds: frozenset[str]
    """Names of `ClauseKind`; empty: none of them."""
    hand: str
    """Who wrote it."""


def clauses() -> list[Learned]:
    """Everything there is to learn from: the file, and how the table of kinds says that they read."""
    raw = resources.files(__package__).joinpath(CLAUSES).read_text(encoding="utf-8")
    listed = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["hands"]  # noqa: S506 - a safe one, in C
    found = [
        Learned(text=each["t"], kinds=frozenset(each.get("k") or ()), hand=hand)
        for hand, some in listed.items()
        for each in some
    ]
    known = kinds_of(found)
    found += [
        Learned(text=example, kinds=frozenset({kind.name} & known), hand="table")
        for kind in clause_kinds()
        for example in kind.examples
    ]
    return found


def kinds_of(learned: Sequence[Learned]) -> frozenset[str]:
    """The kinds that some clause is of."""
    return frozenset().union(*(each.kinds for each in learned))


def fingerprint() -> str:
    """Changes whenever the weights no longer fit what they were learned from."""
    digest = hashlib.blake2b(resources.files(__package__).joinpath(CLAUSES).read_bytes(), digest_size=8)
    for kind in clause_kinds():
        digest.update("\n".join((kind.name, *kind.examples)).encode())
    return digest.hexdigest()


def rows(texts: Sequence[str]) -> csr_matrix:
    """One row a text, shape (texts, `PLACES`)."""
    made = [features_of(text) for text in texts]
    columns = np.concatenate(made) if made else np.zeros(0, dtype=np.int64)
    values = np.concatenate([np.full(len(one), weight_of_each(len(one))) for one in made] or [np.zeros(0)])
    ends = np.cumsum([0, *(len(one) for one in made)])
    return csr_matrix((values, columns, ends), shape=(len(texts), PLACES))


def fit(learned: Sequence[Learned], kinds: Sequence[str]) -> tuple[FLOATS, FLOATS]:
    """Weights of shape (places, kinds), and biases: one regression a kind, its clauses counting as much as all others."""
    from sklearn.linear_model import LogisticRegression  # a second to import, for whoever fits

    x = rows([each.text for each in learned])
    weights, bias = np.zeros((PLACES, len(kinds))), np.zeros(len(kinds))
    for at, kind in enumerate(kinds):
        y = np.array([kind in each.kinds for each in learned])
        model = LogisticRegression(
            C=_SOFTNESS, class_weight="balanced", solver="liblinear", max_iter=300, random_state=0
        )
        model.fit(x, y)
        weights[:, at], bias[at] = model.coef_[0], model.intercept_[0]
    return weights, bias


def check(learned: Sequence[Learned]) -> None:
    """Print how well each hand's clauses are told by what the other hands wrote."""
    kinds = sorted(kinds_of(learned))
    for hand in sorted({each.hand for each in learned} - {"table"}):
        others = [each for each in learned if each.hand != hand]
        some = [each for each in learned if each.hand == hand]
        weights, bias = fit(others, kinds)
        odds = rows([each.text for each in some]) @ weights + bias
        wanted = np.array([[kind in each.kinds for kind in kinds] for each in some])
        likeliest = wanted[np.arange(len(some)), odds.argmax(axis=1)]
        clause = wanted.any(axis=1)
        sys.stdout.write(
            f"{hand}: {likeliest[clause].mean():.1%} of {clause.sum()} clauses have their likeliest kind, "
            f"{(odds[wanted] > 0).mean():.1%} read like each of theirs, {(odds[~wanted] > 0).mean():.2%} like another\n"
        )


def write(learned: Sequence[Learned], to: Path) -> None:
    """Fit and write; half precision is enough."""
    kinds = sorted(kinds_of(learned))
    weights, bias = fit(learned, kinds)
    with to.open("wb") as file:
        np.savez_compressed(
            file,
            kinds=np.array(kinds),
            weights=weights.astype(np.float16),
            bias=bias.astype(np.float32),
            fitted_to=np.array(fingerprint()),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print figures")
    given = parser.parse_args()
    learned = clauses()
    if given.check:
        check(learned)
    else:
        write(learned, Path(__file__).with_name(WEIGHTS))


if __name__ == "__main__":
    main()
