"""One worker: takes cases on its standard input, performs them, and writes results; one JSON object a line.

It ends when its input does, so that a run that is killed leaves nobody behind.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

from evals.case import Case
from evals.performing import perform
from evals.stage import Theatre, settings_from


def main() -> None:
    """The first line is the plan: settings, brain, recording. Each further one is a case with its repeat."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints must not stand between results
    lines = iter(sys.stdin.readline, "")
    plan: dict[str, Any] = json.loads(next(lines))
    folder = Path(tempfile.mkdtemp(prefix="copilot-eval-"))
    try:
        theatre = Theatre(
            settings_from(plan["settings"]),
            brain=plan["brain"],
            folder=folder,
            recording=Path(plan["recording"]) if plan["recording"] else None,
        )
        _say(out, {"ready": True})
        for line in lines:
            asked = json.loads(line)
            result = perform(theatre, Case.model_validate(asked["case"]), asked["repeat"])
            _say(out, result.to_json())
        theatre.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(out: TextIO, value: dict[str, Any]) -> None:
    out.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
