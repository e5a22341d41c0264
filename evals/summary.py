"""A run's verdict as data: what scripts and CI read."""

from __future__ import annotations

import json
from typing import Any

from evals.judging import Judged, SearchFigures
from evals.scorers import NAMES
from evals.statistics import Share


def summary(judged: Judged) -> dict[str, Any]:
    """Verdict, gates, shares, figures, and every failed case with its reasons."""
    compared = judged.compared()
    return {
        "run_id": judged.plan.run_id, "started_at": judged.plan.started_at, "bundle": judged.plan.bundle.digest,
        "versions": judged.plan.bundle.versions(), "suite": judged.plan.suite, "results_sha256": judged.results_sha256,
        "passed": judged.passed, "complete": judged.complete, "repeats": judged.plan.repeats, "share": _share(judged.share),
        "pass_hat": {f"pass^{k}": value for k, value in judged.pass_hat().items()},
        "gates": [
            {"name": one.name, "part": one.part, "holds": one.holds, "says": one.says, "cases": list(one.cases)}
            for one in judged.gates
        ],
        "categories": {
            one.name: {**_share(one.share), "failed": list(one.failed)} for one in judged.slices(lambda case: case.category)
        },
        "critical": len(judged.critical), "retrieval": _search(judged.search_figures()),
        "compared": None if compared is None else {
            "worse": [one.case.id for one in compared[1]], "better": [one.case.id for one in compared[2]],
            "p": compared[0].p, "verdict": compared[0].verdict,
        },
        "failed": [
            {"case": one.case.id, "category": one.case.category, "known_fault": one.case.known_fault,
             "failures": [{"check": each.scorer, "name": NAMES[each.scorer], "why": each.why} for each in one.failures]}
            for one in judged.verdicts if not one.passed
        ],
    }  # fmt: skip


def _search(figures: SearchFigures) -> dict[str, Any]:
    return {
        "searches": len(figures.searches), "recall_at_5": figures.recall_at_5, "mrr": figures.mrr, "abstention": _share(figures.told),
        "closed": _share(figures.kept),
    }  # fmt: skip


def summary_json(judged: Judged) -> str:
    return json.dumps(summary(judged), ensure_ascii=False, indent=1)


def _share(share: Share) -> dict[str, float]:
    return {"right": share.right, "of": share.of, "value": share.value, "low": share.low, "high": share.high}
