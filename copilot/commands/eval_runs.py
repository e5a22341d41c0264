"""The eval runs of an installation: where they lie, what they leave behind, and what they prove to a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.releases import Proof
    from evals.judging import Judged
    from evals.run_folder import RunFolder


def runs_root(settings: Settings) -> Path:
    """Where runs are kept."""
    return settings.data_dir / "evals" / "runs"


def proof_of(settings: Settings, name: str) -> Proof:
    """A run as the proof of a release: judged anew from its results, against the suite of now.

    Raises:
        RunError: there is no such run, or it is damaged.
    """
    from copilot.releases import Proof
    from evals.case import load_cases, suite_digest
    from evals.judging import judge
    from evals.run_folder import find_run

    root = runs_root(settings)
    folder = find_run(root, name)
    judged = judge(folder, before=released_run(settings, root, folder))
    whole = judged.complete and judged.plan.suite == suite_digest(load_cases())
    return Proof(
        run_id=judged.plan.run_id, bundle=judged.plan.bundle, results_sha256=judged.results_sha256, complete=whole,
        failed_gates=judged.failed_gates,
    )  # fmt: skip


def write_outputs(folder: RunFolder, judged: Judged) -> None:
    """The verdict, JUnit for CI, and the log that other people's viewers read."""
    from evals.inspect_log import inspect_log
    from evals.junit import junit_xml
    from evals.summary import summary_json

    folder.write("verdict.json", summary_json(judged))
    folder.write("junit.xml", junit_xml(judged))
    folder.write("inspect.json", inspect_log(judged))


def released_run(settings: Settings, root: Path, folder: RunFolder) -> RunFolder | None:
    """The run that the release in force rests on, if it is here; else the whole run before this one."""
    from copilot.bootstrap import open_releases
    from evals.run_folder import PLAN, RunFolder, all_runs

    current = open_releases(settings).current()
    if current is not None and current.run_id and current.run_id != folder.folder.name:
        found = RunFolder(root / current.run_id)
        if (found.folder / PLAN).is_file() and _is_readable(found):
            return found
    selection = folder.plan().selection
    for one in reversed(all_runs(root)):
        if one.folder.name >= folder.folder.name:
            continue
        if _is_readable(one) and one.plan().selection == selection:
            return one
    return None


def _is_readable(folder: RunFolder) -> bool:
    """A damaged run, or one of an older version, is no reason to have no report of this one."""
    from evals.errors import RunError

    try:
        folder.plan()
    except RunError:
        return False
    return True
