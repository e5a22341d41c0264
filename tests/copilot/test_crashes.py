"""A sample of the crash trials: a real process, killed for real at each of the twelve points, over an Odoo that outlives it.

The whole of it (12 points x 6 actions x 5 repeats, and 72 on a real Odoo) is `python -m benchmarks crashes`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.drafts.crashes.lives import Spec
from copilot.drafts.crashes.odoo_double import OdooDouble
from copilot.drafts.crashes.trial import ACTIONS, POINTS, prepared, run


@pytest.fixture(scope="module")
def odoo() -> Iterator[OdooDouble]:
    prepared()
    with OdooDouble() as double:
        yield double


SAMPLE = [(point, [*ACTIONS][number % len(ACTIONS)], number) for number, point in enumerate(POINTS)]


@pytest.mark.parametrize(("point", "action", "repeat"), SAMPLE, ids=[f"{one[0]}, {one[1]}" for one in SAMPLE])
def test_killed_it_is_done_once_and_never_lost(
    odoo: OdooDouble, tmp_path: Path, point: str, action: str, repeat: int
) -> None:
    wishes, requester, approvers = ACTIONS[action]
    spec = Spec(folder=str(tmp_path), action=action, order="S00042", wishes=wishes, requester=requester, approvers=approvers,
                address=odoo.address, world=uuid.uuid4().hex)  # fmt: skip
    trial = run(spec, point, repeat)
    assert trial.killed, "the process has to have died"
    assert trial.problems == []


def test_a_note_that_odoo_refuses_after_a_restart_is_told_and_the_change_stands(
    odoo: OdooDouble, tmp_path: Path
) -> None:
    wishes, requester, approvers = ACTIONS["change_promise_date"]
    spec = Spec(folder=str(tmp_path), action="change_promise_date", order="S00042", wishes=wishes, requester=requester,
                approvers=approvers, address=odoo.address, world=uuid.uuid4().hex)  # fmt: skip
    trial = run(spec, "K9 between steps", 4)
    assert (trial.fault, trial.state, trial.missing) == ("error_inside", "executed", ("note it on S00042",))
    assert trial.missing[0] in trial.reason
    assert trial.problems == []
    assert replace(trial, reason="").problems, "a missing note that is told to nobody is a problem"
    assert replace(trial, fault="delay").problems, "nothing took the note away"
