"""RELIABILITY R7 in figures: true answers stay whole, and one false fact in a true answer does not get out."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from copilot.conversation import Copilot
from copilot.grounding.testing import KINDS, Written, demo_answers, falsified

FALSIFIED = 500
CAUGHT, FALSE_ALARMS = 0.99, 0.02


@pytest.fixture(scope="module")
def answers(demo: Copilot) -> list[Written]:
    return demo_answers(demo)


def test_true_answers_stay_whole(answers: list[Written]) -> None:
    assert len(answers) >= 500
    assert {one.source for one in answers} == {"playbook", "prose"}
    alarmed = [one for one in answers if one.grounding.check(one.text).removed]
    assert len(alarmed) / len(answers) <= FALSE_ALARMS, [
        one.grounding.check(one.text).failed for one in alarmed
    ][:3]


def test_one_false_fact_does_not_get_out(answers: list[Written]) -> None:
    source = random.Random(2026)
    made: Counter[str] = Counter()
    missed: list[tuple[str, str]] = []
    for attempt in range(FALSIFIED * 20):
        if made.total() >= FALSIFIED:
            break
        kind = KINDS[attempt % len(KINDS)]
        if made[kind] > FALSIFIED // len(KINDS) + 2:
            continue
        one = falsified(source.choice(answers), kind, source, source.sample(answers, 6))
        if one is None:
            continue
        made[kind] += 1
        if not one.caught():
            missed.append((kind, one.after))
    assert made.total() == FALSIFIED
    assert set(made) == set(KINDS), "every kind of false fact was tried"
    assert len(missed) / FALSIFIED <= 1 - CAUGHT, missed
