"""What the sense of meaning learns from: the example sentences, and questions as people asked them.

Deterministic: the same examples give the same weights, whatever the order in which they were written down inside one intent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from copilot.models.playbook.clauses import clauses
from copilot.models.playbook.features import FLOATS, features, spoken
from copilot.models.playbook.layers import Listener
from copilot.models.playbook.network import HIDDEN, Networks, learn
from copilot.models.playbook.spelling import put_right
from copilot.models.playbook.things import find_things
from copilot.models.playbook.tuning import tune
from copilot.models.playbook.words import Asked, asked, examples, words
from retrieval.embedder import Embedder
from retrieval.minilm_embedder import MiniLmEmbedder
from retrieval.sentence_transformers_export import upper_layers

OF_A_LINE = 4
"""Sentences written out of one example line with ``(a|b)``."""
ASKED_COUNTS = 4.0
"""Weight of a question as somebody asked it; an example sentence weighs 1."""
MEMBERS = 3
"""Networks that are fitted from different beginnings: what is right depends less on it."""
WHOLE_HIDDEN, TWO_HIDDEN = 128, 48
"""Width of the two networks that hear whole questions; less than of those that tell intents apart."""
IN_ORDER = 0.9
"""Share of the first label in the first of two clauses."""
_AT_ONCE = 1024
ANY_DAY = date(2026, 11, 21)
"""Which day it is does not change where a day stands in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One sentence to learn from."""

    masked: str
    intents: Mapping[str, float]
    """Shares that add up to one: of several right readings each has its part."""
    weight: float


def rows(embedder: Embedder | None) -> list[Row]:
    """Everything there is to learn from."""
    return [*_of_examples(examples(most=OF_A_LINE)), *_of_asked(lambda word: put_right(word, embedder))]


def fit(learned: Sequence[Row], embedder: Embedder | None) -> tuple[tuple[str, ...], Networks]:
    """Intents, and the networks that score them; takes some minutes. By words alone there is less to tell apart, so one of half the
    width does."""
    intents = tuple(dict.fromkeys(intent for row in learned for intent in row.intents))
    x = features([row.masked for row in learned], embedder)
    y, weigh = _wanted(learned, intents)
    if embedder is None:
        return intents, Networks(members=(learn(x, y, weigh, hidden=HIDDEN // 2),))
    return intents, Networks(members=tuple(learn(x, y, weigh, beginning=one) for one in range(MEMBERS)))


def fit_listener(learned: Sequence[Row], intents: Sequence[str], embedder: MiniLmEmbedder) -> Listener:
    """What hears a question by the embedding model's own layers; takes a quarter of an hour."""
    y, weigh = _wanted(learned, intents)
    said = spoken([row.masked for row in learned])
    halfway = [
        x.astype(np.float16)  # of fifty thousand, half a gigabyte
        for at in range(0, len(said), _AT_ONCE)
        for x in embedder.with_halfway(said[at : at + _AT_ONCE])[1]
    ]
    return tune(halfway, y, weigh, upper_layers(embedder.folder))


def _wanted(learned: Sequence[Row], intents: Sequence[str]) -> tuple[FLOATS, FLOATS]:
    """Each row's share of each intent, shape (rows, intents), and how much each row counts."""
    y = _shares([row.intents for row in learned], intents)
    weigh = np.array([row.weight for row in learned], dtype=np.float32)
    # A rare intent's examples count as much as a frequent one's, within reason.
    counts = (y * weigh[:, None]).sum(axis=0)
    weigh *= y @ np.sqrt(counts.mean() / counts)
    return y, weigh


@dataclass(frozen=True, kw_only=True)
class Whole:
    """One question as it was asked, whatever number of things it asks."""

    masked: str
    intents: Mapping[str, float]
    """Shares that add up to one; of two things each has a half."""
    asks_two: bool
    weight: float


def wholes(embedder: Embedder | None) -> list[Whole]:
    """The questions people asked, uncut."""
    return [one for asked_so in asked() for one in _whole(asked_so, lambda word: put_right(word, embedder))]


def _whole(one: Asked, speller: Callable[[str], str]) -> Iterator[Whole]:
    shares: dict[str, float] = {}
    for accepted in one.intents:
        for intent in accepted:
            shares[intent] = shares.get(intent, 0.0) + 1.0 / len(accepted)
    shares.pop("other_language", None)
    total = sum(shares.values())
    things = find_things(" ".join(one.text.split()), ANY_DAY, put_right=speller)
    readings = things.readings if shares else ()
    for reading in readings:
        yield Whole(
            masked=reading,
            intents={intent: share / total for intent, share in sorted(shares.items())},
            asks_two=len(one.intents) > 1,
            weight=1.0 / len(readings),
        )


def fit_wholes(
    learned: Sequence[Whole], intents: Sequence[str], embedder: Embedder | None
) -> tuple[Networks, Networks]:
    """What whole questions ask, in the order of `intents`, and whether it is one thing (the first label) or two."""
    x = features([row.masked for row in learned], embedder)
    y = _shares([row.intents for row in learned], intents)
    two = np.array([[not row.asks_two, row.asks_two] for row in learned], dtype=np.float32)
    weigh = np.array([row.weight for row in learned], dtype=np.float32)
    return (
        Networks(members=(learn(x, y, weigh, hidden=WHOLE_HIDDEN),)),
        Networks(members=(learn(x, two, weigh, hidden=TWO_HIDDEN),)),
    )


def _shares(asked_for: Sequence[Mapping[str, float]], intents: Sequence[str]) -> FLOATS:
    """Each row's share of each intent, shape (rows, intents)."""
    y = np.zeros((len(asked_for), len(intents)), dtype=np.float32)
    for at, shares in enumerate(asked_for):
        for intent, share in shares.items():
            y[at, intents.index(intent)] = share
    return y


def _of_examples(by_intent: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """All example sentences: as they are, with a product taken for a name (which is how both look in small letters), and with words
    around them as people begin and end a question."""
    openers, closers = words().openers, words().closers
    for intent, lines in by_intent.items():
        for at, line in enumerate(lines):
            texts = [line, line.replace("<product>", "<name>")]
            if intent not in {"small_talk", "unclear"} and at % 3 < 2:
                texts.append(
                    f"{openers[at % len(openers)]} {line}"
                    if at % 3 == 0
                    else f"{line} {closers[at % len(closers)]}"
                )
            for text in dict.fromkeys(texts):
                yield Row(masked=text, intents={intent: 1.0}, weight=1.0)


def _of_asked(speller: Callable[[str], str]) -> Iterator[Row]:
    """Questions as people asked them, recognised by the product's own code; of two questions in one, each on its own."""
    for one in asked():
        text = " ".join(one.text.split())
        parts = clauses(text) if len(one.intents) == 2 else (text, "")
        if len(one.intents) == 2 and not parts[1]:
            continue
        for place, part in enumerate(parts[: len(one.intents)]):
            shares: dict[str, float] = {}
            for at, accepted in enumerate(one.intents):
                # Two are written down in the order in which they were asked, mostly.
                share = 1.0 if len(one.intents) == 1 else IN_ORDER if at == place else 1.0 - IN_ORDER
                for intent in accepted:
                    shares[intent] = shares.get(intent, 0.0) + share / len(accepted)
            shares.pop("other_language", None)
            if shares:
                total = sum(shares.values())
                yield from _readings(
                    part, {one: share / total for one, share in sorted(shares.items())}, speller
                )


def _readings(text: str, shares: Mapping[str, float], speller: Callable[[str], str]) -> Iterator[Row]:
    readings = find_things(text, ANY_DAY, put_right=speller).readings
    for reading in readings:
        yield Row(masked=reading, intents=shares, weight=ASKED_COUNTS / len(readings))
