"""A settings folder whose documents are ingested, and runs over a few cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from copilot.bundle import running_bundle
from copilot.settings import Settings
from evals.case import Case, load_cases
from evals.performing import perform
from evals.run_folder import Plan, RunFolder
from evals.runner import run
from evals.stage import Theatre, settings_from

RunThem = Callable[..., RunFolder]
KNOWN = {one.id: one for one in load_cases()}


@pytest.fixture(scope="session")
def run_cases(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> RunThem:
    """Runs cases (ids or cases) with the demo's documents; more is passed on to the plan or the settings."""
    root = tmp_path_factory.mktemp("runs")
    count = iter(range(1_000))

    def running(
        *cases: str | Case,
        repeats: int = 1,
        brain: str = "",
        workers: int = 2,
        folder: Path | None = None,
        **settings: Any,
    ) -> RunFolder:
        values = {"data_dir": str(demo_settings.data_dir), **settings}
        number = next(count)
        plan = Plan(
            run_id=f"20261121T{number:06d}-test",
            started_at=datetime(2026, 11, 21, 12, 0, number % 60, tzinfo=UTC).isoformat(),
            bundle=running_bundle(settings_from(values), brain=brain),
            cases=tuple(KNOWN[one] if isinstance(one, str) else one for one in cases),
            repeats=repeats,
            settings=values,
            brain=brain,
        )
        made = RunFolder.create(folder or root, plan)
        run(made, workers=workers)
        return made

    return running


@pytest.fixture(scope="session")
def perform_cases(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> RunThem:
    """The same in this process, for a few cases on something of their own: no worker has to start."""

    def performing(*cases: str, brain: str = "", **settings: Any) -> RunFolder:
        folder = tmp_path_factory.mktemp("performed")
        values = {"data_dir": str(demo_settings.data_dir), **settings}
        plan = Plan(
            run_id="20261121T120000-alone",
            started_at="2026-11-21T12:00:00+00:00",
            bundle=running_bundle(settings_from(values), brain=brain),
            cases=tuple(KNOWN[one] for one in cases),
            repeats=1,
            settings=values,
            brain=brain,
        )
        made = RunFolder.create(folder, plan)
        theatre = Theatre(settings_from(values), brain=brain, folder=folder)
        for case in plan.cases:
            made.append(perform(theatre, case, 1))
        theatre.close()
        return made

    return performing
