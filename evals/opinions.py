"""What a language model thinks of the answers of a run: ``opinions.jsonl`` beside the results, tracked and counted in nothing.

The checks, the gates and the hash of the results know nothing of it. A line that cannot be read is left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from evals.errors import RunError
from evals.statistics import Agreement

OPINIONS, JUDGE = "opinions.jsonl", "judge.json"


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One answer, as a model sees it."""

    case_id: str
    outcome: str
    """Fingerprint of the result that was looked at: an opinion of another answer is none of this one."""
    judge: str
    """Model and prompt: ``NAME/prompt digest``."""
    verdict: Literal["good", "bad", ""]
    """Empty: it gave none."""
    reason: str = ""
    problem: str = ""
    """Why there is no verdict: it did not answer, or answered something else."""


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """All that one judge said of a run."""

    judge: str
    model: str
    prompt_version: str
    agreement: Agreement
    """Of this judge with people, over the labelled answers."""
    of: Mapping[str, Opinion]
    """Case -> opinion."""


def read_opinions(folder: Path, outcomes: Mapping[str, str]) -> Opinions | None:
    """The opinions of a run that fit its results; None where no model was asked, or the file about it is damaged.

    Args:
        outcomes: case -> fingerprint of the result that is shown.
    """
    try:
        about = json.loads((folder / JUDGE).read_text(encoding="utf-8"))
        head: dict[str, Any] = {
            "judge": str(about["judge"]),
            "model": str(about["model"]),
            "prompt_version": str(about["prompt_version"]),
            "agreement": Agreement(**about["agreement"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    found = {
        one.case_id: one
        for one in _lines(folder)
        if one.judge == head["judge"] and outcomes.get(one.case_id) == one.outcome
    }
    return Opinions(**head, of=found)


def note_judge(folder: Path, *, judge: str, model: str, prompt_version: str, agreement: Agreement) -> None:
    """Keep who is asked, and how far people agree with it. Raises RunError: it cannot be written."""
    body = {
        "judge": judge,
        "model": model,
        "prompt_version": prompt_version,
        "agreement": asdict(agreement),
    }
    unfinished = folder / f".{JUDGE}.part"
    try:
        unfinished.write_text(json.dumps(body, indent=1), encoding="utf-8")
        os.replace(unfinished, folder / JUDGE)
    except OSError as error:
        raise RunError(f"{folder / JUDGE} cannot be written ({error.strerror}).") from None


def append(folder: Path, opinion: Opinion) -> None:
    """Keep one opinion, on disk before the next is asked for. Raises RunError: it cannot be written."""
    path = folder / OPINIONS
    try:
        with path.open("ab") as file:
            if file.tell() and not _ends_whole(path):  # a kill cut the line before
                file.write(b"\n")
            file.write((json.dumps(asdict(opinion), ensure_ascii=False) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RunError(
            f"Opinions cannot be written to {path} ({error.strerror}). Make room, then ask again."
        ) from None


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _lines(folder: Path) -> Iterable[Opinion]:
    path = folder / OPINIONS
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            yield Opinion(**json.loads(line))
        except (ValueError, TypeError):
            continue
