"""Runs over time: one point a run, from the verdict that each run left behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from evals.errors import RunError
from evals.judging import Judged
from evals.run_folder import RunFolder
from evals.statistics import Share, drifts

MOST = 12


@dataclass(frozen=True, kw_only=True)
class Point:
    """One run."""

    run_id: str
    bundle: str
    share: Share
    passed: bool
    critical: int


def points(earlier: Sequence[RunFolder], judged: Judged) -> tuple[Point, ...]:
    """The last whole runs, the oldest first, this one last. A run without a verdict is left out."""
    found = []
    for folder in earlier:
        try:
            body = json.loads((folder.folder / "verdict.json").read_text(encoding="utf-8"))
            plan_selection = folder.plan().selection
            point = Point(
                run_id=body["run_id"],
                bundle=body["bundle"],
                share=Share(right=body["share"]["right"], of=body["share"]["of"]),
                passed=body["passed"],
                critical=body["critical"],
            )
        except (OSError, ValueError, KeyError, TypeError, RunError):
            continue
        if plan_selection == judged.plan.selection and point.run_id < judged.plan.run_id:
            found.append(point)
    own = Point(
        run_id=judged.plan.run_id,
        bundle=judged.plan.bundle.digest,
        share=judged.share,
        passed=judged.passed,
        critical=len(judged.critical),
    )
    return (*found[-MOST + 1 :], own)


def drift(of: Sequence[Point]) -> str:
    """In words, whether the last run lies outside of what the earlier ones allow."""
    way = drifts([one.share for one in of])
    if not way:
        return "No drift is shown." if len(of) >= 3 else "Three runs are needed to speak of drift."
    return f"The share that passes has gone {way}, outside of what the runs before allow."
