"""The gate of CI: the whole suite on the playbook. Red: a change made the copilot worse; `copilot eval run` names the cases."""

from __future__ import annotations

from collections.abc import Callable

from evals.case import load_cases
from evals.judging import judge
from evals.run_folder import RunFolder


def test_the_playbook_holds_every_gate(run_cases: Callable[..., RunFolder]) -> None:
    judged = judge(run_cases(*load_cases()))
    worse = {
        one.case.id: [each.why for each in one.failures]
        for one in judged.verdicts
        if not one.passed and one.stops
    }
    # How long answers take is the machine's affair; everything else is ours.
    broken = [
        f"{gate.name}: {gate.says}"
        for gate in judged.gates
        if not gate.holds and not gate.name.startswith("Time")
    ]
    assert not broken, worse
    assert judged.complete
