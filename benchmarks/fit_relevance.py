"""Fit the weights of retrieval/relevance.py on benchmarks/relevance_questions.yaml, and show what they do.

Run after the demo documents were ingested: ``python benchmarks/fit_relevance.py DATA_DIR``.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import yaml

from retrieval import search as search_module
from retrieval.library import open_library
from retrieval.passage import ROLES, Reader
from retrieval.relevance import Signs
from retrieval.search import SearchRequest

HERE = Path(__file__).parent


def main() -> None:
    library = open_library(Path(sys.argv[1]), read_only=True)
    reader = Reader(
        login="",
        roles=frozenset(ROLES) - {"finance", "compliance"},
        companies=frozenset({"Harbor & Pine Supply"}),
    )
    questions = yaml.safe_load((HERE / "relevance_questions.yaml").read_text(encoding="utf-8"))
    seen: list[Signs] = []

    def watch(signs: Signs) -> bool:
        seen.append(signs)
        return False

    search_module.nothing_relevant = watch  # the signs are of interest, not the verdict
    rows, labels, texts = [], [], []
    for label, kind in ((1, "answered"), (0, "absent")):
        for text in questions[kind]:
            library.search(SearchRequest(text=text, reader=reader, top=5, on_date=date(2026, 11, 21)))
            signs = seen[-1]
            rows.append([1.0, signs.nearness, signs.coverage, signs.unheard])
            labels.append(label)
            texts.append(text)
    library.close()
    x, y = np.array(rows), np.array(labels)
    weights = fit(x, y)
    print("bias, nearness, coverage, unheard:", weights.round(2))
    verdicts = x @ weights
    print(
        "right on all:",
        ((verdicts >= 0) == y).mean().round(3),
        "| left out one by one:",
        leave_one_out(x, y).round(3),
    )
    for shift in (-1.0, -0.5, 0.0, 0.5, 1.0):
        said = verdicts >= shift
        print(
            f"threshold {shift:+.1f}: absent recognised {(~said[y == 0]).mean():.3f}, answered refused {(~said[y == 1]).mean():.3f}"
        )
    for verdict, label, text in sorted(zip(verdicts, y, texts, strict=True)):
        if (verdict >= 0) != label:
            print(f"  wrong: {verdict:+.2f} {'answered' if label else 'absent'}: {text}")


def fit(x: np.ndarray, y: np.ndarray, *, decay: float = 0.02, steps: int = 4000) -> np.ndarray:
    """Logistic regression with a little weight decay."""
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        gradient = x.T @ (y - 1 / (1 + np.exp(-x @ weights))) / len(y)
        gradient[1:] -= decay * weights[1:] / 10
        weights += 2.0 * gradient
    return weights


def leave_one_out(x: np.ndarray, y: np.ndarray) -> np.floating:
    right = []
    for at in range(len(y)):
        keep = np.arange(len(y)) != at
        right.append((x[at] @ fit(x[keep], y[keep], steps=1500) >= 0) == y[at])
    return np.mean(right)


if __name__ == "__main__":
    main()
