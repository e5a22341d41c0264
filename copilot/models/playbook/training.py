"""Fits the playbook's sense of meaning to its examples and writes the weights: `python -m copilot.models.playbook.training`.

To be run after a change of examples.yaml, asked.yaml, cues.yaml or words.yaml; a test fails until it was. With ``--check`` nothing is
written: every fifth of the questions in asked.yaml is left out, and what the rest makes of it is printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from copilot.models.playbook.features import FLOATS, features, spoken
from copilot.models.playbook.fitting import fit, fit_listener, fit_wholes, rows, wholes
from copilot.models.playbook.layers import packed
from copilot.models.playbook.meaning import WEIGHTS, together
from copilot.models.playbook.network import PARTS, Networks, chances
from copilot.models.playbook.words import fingerprint
from retrieval.minilm_embedder import MiniLmEmbedder

EVERY = 5
"""One run of questions in so many is left out by ``--check``."""
RUN = 10


def write_weights(embedder: MiniLmEmbedder, to: Path) -> None:
    """Fit and write; half precision is enough and keeps the file small."""
    learned = rows(embedder)
    intents, by_meaning = fit(learned, embedder)
    listener = fit_listener(learned, intents, embedder)
    intents_by_words, by_words = fit(rows(None), None)
    assert intents == intents_by_words
    whole, two = fit_wholes(wholes(embedder), intents, embedder)
    with to.open("wb") as file:
        np.savez_compressed(
            file,
            intents=np.array(intents),
            **_by_name("by_meaning", by_meaning),
            **_by_name("by_words", by_words),
            **_by_name("whole", whole),
            **_by_name("two", two),
            **{f"listener.{name}": part for name, part in packed(listener).items()},
            model_id=np.array(embedder.model_id),
            fitted_to=np.array(fingerprint()),
        )


def _by_name(name: str, networks: Networks) -> dict[str, Any]:
    """Each part of each network, as `meaning.read_weights` finds it again."""
    return {
        f"{name}.{at}.{part}": getattr(one, part).astype(np.float16)
        for at, one in enumerate(networks.members)
        for part in PARTS
    }


def check(embedder: MiniLmEmbedder) -> None:
    """Print how sure and how right the classifier is on questions it was not fitted to, and which temperature fits best."""
    learned = rows(embedder)
    # Readings of one question stand side by side: left out in runs, so that few of them are split.
    asked = [at for at, row in enumerate(learned) if at // RUN % EVERY == 0 and row.weight > 1.0]
    left_out = set(asked)
    intents, networks = fit([row for at, row in enumerate(learned) if at not in left_out], embedder)
    listener = fit_listener([row for at, row in enumerate(learned) if at not in left_out], intents, embedder)
    masked = [learned[at].masked for at in asked]
    scores = together(
        networks.scores(features(masked, embedder)), listener.scores(embedder.with_halfway(spoken(masked))[1])
    )
    wanted = np.array([[learned[at].intents.get(one, 0.0) > 0 for one in intents] for at in asked])
    for temperature in (0.55, 0.7, 0.85, 1.0, 1.15, 1.3):
        likely = (chances((scores / temperature).astype(np.float32)) * wanted).sum(axis=1)
        sys.stdout.write(f"temperature {temperature}: {-np.log(likely + 1e-9).mean():.3f} nats a question\n")
    _tell_thresholds(chances(scores.astype(np.float32)), wanted)


def _tell_thresholds(sure: FLOATS, wanted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
    best = sure.argmax(axis=1)
    right = wanted[np.arange(len(best)), best]
    for least in (0.35, 0.5, 0.6, 0.7, 0.8, 0.9):
        taken = sure.max(axis=1) >= least
        sys.stdout.write(
            f"sure from {least}: {(right & taken).mean():.1%} right, {(~taken).mean():.1%} asked back,"
            f" {(~right & taken).mean():.1%} wrong\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where the exported embedding model is kept; none: a new one"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; print figures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = MiniLmEmbedder(given.folder or Path(folder))
        model.prepare()
        if given.check:
            check(model)
        else:
            write_weights(model, Path(__file__).with_name(WEIGHTS))


if __name__ == "__main__":
    main()
