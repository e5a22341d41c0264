"""Grounding: how many false facts are caught, kind by kind, how many true answers are spoiled, and what a check costs."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from copilot.bootstrap import build
from copilot.commands.ingesting import demo_documents, ingest_here
from copilot.grounding.testing import KINDS, demo_answers, falsified
from copilot.settings import Settings

SEED = 11
PER_KIND = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
        ingest_here(settings, [demo_documents()], collection=None, progress=lambda done, total, name: None)
        copilot = build(settings, questions_per_minute=None)
        try:
            answers = demo_answers(copilot)
        finally:
            copilot.close()
    begun = time.perf_counter()
    alarms = Counter(one.source for one in answers if one.grounding.check(one.text).removed)
    cost = (time.perf_counter() - begun) / len(answers) * 1000
    of = Counter(one.source for one in answers)
    print(
        f"true answers: {len(answers)}, of them spoiled {alarms.total()} ({alarms.total() / len(answers):.1%}); "
        + ", ".join(f"{source} {alarms[source]} of {of[source]}" for source in sorted(of))
        + f"; {cost:.0f} ms a check"
    )
    source = random.Random(SEED)
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for kind in KINDS:
        for _ in range(PER_KIND * 30):
            if made[kind] == PER_KIND:
                break
            one = falsified(source.choice(answers), kind, source, source.sample(answers, 6))
            if one is not None:
                made[kind] += 1
                caught[kind] += one.caught()
        print(f"  {kind}: {caught[kind]} of {made[kind]}")
    print(
        f"false facts caught: {caught.total()} of {made.total()} ({caught.total() / made.total():.2%}), seed {SEED}"
    )
