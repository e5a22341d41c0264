"""Runs a plan: workers of their own, results on disk one by one, to be gone on with after a kill."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from evals.case import Case
from evals.errors import RunError
from evals.result import Result
from evals.run_folder import Plan, RunFolder, done_already

SECONDS_PER_CASE = 150.0
"""A case that takes longer is ended with its worker; a turn ends after 60 s by itself."""
SECONDS_TO_START = 240.0

Progress = Callable[[int, int, Result | None], None]
"""Told: done, in all, the result that came in."""


@dataclass(frozen=True, kw_only=True)
class Task:
    case: Case
    repeat: int


def run(
    folder: RunFolder,
    *,
    workers: int = 2,
    secrets: dict[str, Any] | None = None,
    progress: Progress = lambda done, total, result: None,
    seconds_per_case: float = SECONDS_PER_CASE,
) -> None:
    """Run what of a plan has no result yet.

    Args:
        secrets: settings that are not written to the run's folder (the key of a model).
        progress: called from one thread at a time.

    Raises:
        RunError: no worker can be started, or results cannot be written.
    """
    plan = folder.plan()
    folder.mend()
    finished = done_already(plan, folder.results())
    tasks = [
        Task(case=case, repeat=repeat)
        for repeat in range(1, plan.repeats + 1)
        for case in plan.cases
        if (case.id, repeat) not in finished
    ]
    total = len(plan.cases) * plan.repeats
    progress(total - len(tasks), total, None)
    if not tasks:
        return
    _Run(folder, plan, tasks, total, secrets or {}, progress, seconds_per_case).run(
        max(1, min(workers, len(tasks)))
    )


class _Run:
    def __init__(
        self,
        folder: RunFolder,
        plan: Plan,
        tasks: Sequence[Task],
        total: int,
        secrets: dict[str, Any],
        progress: Progress,
        seconds_per_case: float,
    ) -> None:
        self._folder, self._plan, self._total, self._progress = folder, plan, total, progress
        self._first = {
            "settings": {**plan.settings, **secrets}, "brain": plan.brain, "recording": plan.recording,
        }  # fmt: skip
        self._seconds = seconds_per_case
        self._waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
        for task in tasks:
            self._waiting.put(task)
        self._done = total - len(tasks)
        self._guard = threading.Lock()
        self._problems: list[Exception] = []
        self._workers: set[_Worker] = set()
        self._stopping = False

    def run(self, workers: int) -> None:
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)  # so that Ctrl-C is heard
        except BaseException:
            self._stopping = True
            for worker in list(self._workers):
                worker.end()
            raise
        if self._problems:
            raise self._problems[0]

    def _work(self) -> None:
        worker: _Worker | None = None
        try:
            while not self._stopping and not self._problems:
                try:
                    task = self._waiting.get_nowait()
                except queue.Empty:
                    return
                if worker is None:
                    worker = self._start()
                result = worker.perform(task, self._seconds)
                if result is None and not self._stopping:
                    # One more try with a new worker: something outside may have ended the first.
                    self._let_go(worker)
                    worker = self._start()
                    result = worker.perform(task, self._seconds)
                if result is None:
                    self._let_go(worker)
                    worker = None
                    why = f"no result: the worker ended or gave nothing for {self._seconds:.0f} s, twice"
                    result = Result(
                        case_id=task.case.id, case_sha=task.case.sha, repeat=task.repeat, error=why
                    )
                if not self._stopping:
                    self._keep(result)
        except Exception as error:
            self._problems.append(error)
        finally:
            if worker is not None:
                self._let_go(worker)

    def _keep(self, result: Result) -> None:
        with self._guard:
            self._folder.append(result)
            self._done += 1
            self._progress(self._done, self._total, result)

    def _start(self) -> _Worker:
        worker = _Worker(self._first)
        self._workers.add(worker)
        if worker.reply(SECONDS_TO_START) is None and not self._stopping:
            said = worker.last_words()
            self._let_go(worker)
            raise RunError(f"A worker could not be started: {said}")
        return worker

    def _let_go(self, worker: _Worker) -> None:
        worker.end()
        self._workers.discard(worker)


class _Worker:
    """A process of `evals.worker`, and two threads that read what it says."""

    def __init__(self, first: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "evals.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=Path(__file__).resolve().parent.parent,
        )
        self._replies: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._errors: list[str] = []
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = (
            threading.Thread(target=self._read, args=(self._process.stdout, self._replies.put), daemon=True),
            threading.Thread(
                target=self._read, args=(self._process.stderr, self._errors.append), daemon=True
            ),
        )
        for reader in self._readers:
            reader.start()
        self._send(first)

    def perform(self, task: Task, seconds: float) -> Result | None:
        """The result; None when the worker ended or took too long."""
        if not self._send({"case": task.case.model_dump(mode="json", by_alias=True), "repeat": task.repeat}):
            return None
        reply = self.reply(seconds)
        return Result.from_json(reply) if reply is not None else None

    def reply(self, seconds: float) -> dict[str, Any] | None:
        try:
            line = self._replies.get(timeout=seconds)
            return dict(json.loads(line)) if line else None
        except (queue.Empty, ValueError):
            return None

    def last_words(self) -> str:
        self._process.poll()
        told = [line.strip() for line in self._errors if line.strip()]
        return told[-1] if told else "it said nothing"

    def end(self) -> None:
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join(timeout=3)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    def _send(self, value: dict[str, Any]) -> bool:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def _read(self, stream: IO[str], put: Callable[[str], None]) -> None:
        for line in stream:
            put(line)
        put("")
