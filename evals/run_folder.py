"""A run on disk: ``run.json`` (what was run, on what) and ``results.jsonl`` (one line a result), enough to judge it again."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.bundle import Bundle
from evals.case import Case, suite_digest
from evals.errors import RunError
from evals.result import Result

PLAN, RESULTS = "run.json", "results.jsonl"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run runs."""

    run_id: str
    started_at: str
    """ISO 8601, UTC."""
    bundle: Bundle
    cases: tuple[Case, ...]
    repeats: int
    settings: Mapping[str, Any]
    """Of the copilot, without secrets: enough to run it again."""
    brain: str = ""
    recording: str = ""
    documents: str = ""
    """Hash of the documents that were searched, and the model that searched them."""
    selection: str = ""
    """What was picked out of the suite; empty: all of it."""

    @property
    def suite(self) -> str:
        return suite_digest(self.cases)

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id, "started_at": self.started_at, "bundle": self.bundle.to_json(), "suite": self.suite,
            "repeats": self.repeats, "settings": dict(self.settings), "brain": self.brain, "recording": self.recording,
            "documents": self.documents, "selection": self.selection,
            # without defaults: a run stays readable when a field that it did not use goes away
            "cases": [
                {**one.model_dump(mode="json", by_alias=True, exclude_defaults=True), "file": one.file} for one in self.cases
            ],
        }  # fmt: skip

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Plan:
        return cls(
            run_id=str(body["run_id"]), started_at=str(body["started_at"]), bundle=Bundle.from_json(body["bundle"]),
            cases=tuple(Case.model_validate(one) for one in body["cases"]), repeats=int(body["repeats"]),
            settings=body["settings"], brain=str(body["brain"]), recording=str(body["recording"]),
            documents=str(body["documents"]), selection=str(body["selection"]),
        )  # fmt: skip


class RunFolder:
    """One run's folder. Results are appended one by one, each on disk before the next: a kill loses what was under way, nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, root: Path, plan: Plan) -> RunFolder:
        """Begin a run. Raises RunError: it is there already, or cannot be written."""
        found = cls(root / plan.run_id)
        try:
            found.folder.mkdir(parents=True, exist_ok=False, mode=0o700)
            _write(found.folder / PLAN, json.dumps(plan.to_json(), ensure_ascii=False, indent=1))
        except FileExistsError:
            raise RunError(
                f"There is a run {plan.run_id} already. Go on with it: `copilot eval run --resume {plan.run_id}`."
            ) from None
        except OSError as error:
            raise RunError(f"The run cannot be written to {found.folder} ({error.strerror}).") from None
        return found

    def plan(self) -> Plan:
        """Raises RunError: there is no such run, or it is damaged."""
        try:
            return Plan.from_json(json.loads((self.folder / PLAN).read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise RunError(
                f"There is no run in {self.folder}. `copilot eval list` names those there are."
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"{self.folder / PLAN} cannot be read ({type(error).__name__}); run the suite again."
            ) from None

    def results(self) -> list[Result]:
        """The results so far; a last line that was cut off by a kill is left out. Raises RunError: a line in between is damaged."""
        path = self.folder / RESULTS
        if not path.exists():
            return []
        lines = path.read_bytes().split(b"\n")
        found = []
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                found.append(Result.from_json(json.loads(line)))
            except (ValueError, TypeError, KeyError):
                if number == len(lines):  # no newline behind it: it was being written
                    continue
                raise RunError(f"Line {number} of {path} is damaged; run the suite again.") from None
        return found

    def append(self, result: Result) -> None:
        """Keep a result. Raises RunError: it cannot be written."""
        path = self.folder / RESULTS
        line = json.dumps(result.to_json(), ensure_ascii=False, default=str) + "\n"
        try:
            with path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RunError(
                f"Results cannot be written to {path} ({error.strerror}). Make room, then resume the run."
            ) from None

    def mend(self) -> None:
        """Take off a line that was cut off by a kill, so that the next one begins on its own."""
        path = self.folder / RESULTS
        if path.exists():
            content = path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            if whole != content:
                with path.open("r+b") as file:
                    file.truncate(len(whole))

    @property
    def results_sha256(self) -> str:
        path = self.folder / RESULTS
        return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()

    def write(self, name: str, content: str | bytes) -> Path:
        """Write one of the run's reports, whole or not at all. Raises RunError."""
        path = self.folder / name
        try:
            _write(path, content)
        except OSError as error:
            raise RunError(f"{path} cannot be written ({error.strerror}).") from None
        return path


def find_run(root: Path, name: str) -> RunFolder:
    """A run by its id, by its folder, or ``last``. Raises RunError: there is none."""
    if name == "last":
        runs = all_runs(root)
        if not runs:
            raise RunError("There is no run yet. Make one: `copilot eval run`.")
        return runs[-1]
    if not re.fullmatch(r"[\w.:-]+", name):
        path = Path(name)
        return RunFolder(path)
    found = RunFolder(root / name)
    if not found.folder.is_dir() and Path(name).is_dir():
        return RunFolder(Path(name))
    if not (found.folder / PLAN).is_file():
        raise RunError(f"There is no run {name!r} in {root}. `copilot eval list` names those there are.")
    return found


def all_runs(root: Path) -> list[RunFolder]:
    """Every run, the oldest first."""
    if not root.is_dir():
        return []
    return [RunFolder(one) for one in sorted(root.iterdir()) if (one / PLAN).is_file()]


def _write(path: Path, content: str | bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
    os.replace(unfinished, path)


def done_already(plan: Plan, results: Iterable[Result]) -> set[tuple[str, int]]:
    """(case, repeat) of which a result is there that still counts."""
    shas = {one.id: one.sha for one in plan.cases}
    return {(one.case_id, one.repeat) for one in results if shas.get(one.case_id) == one.case_sha}
