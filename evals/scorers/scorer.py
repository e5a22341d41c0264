"""What a check is: a name that people understand, when it applies, and what is wrong with a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from evals.case import Case
from evals.result import Result

Level = Literal["critical", "quality", "budget"]
Applies = Callable[[Case, Result], bool]


@dataclass(frozen=True, kw_only=True)
class Score:
    """One check of one result."""

    scorer: str
    ok: bool
    why: str = ""
    """What is wrong, for people; empty when it is right."""


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """A check."""

    name: str
    fails_as: str
    """What a failure is called in the report."""
    level: Level
    applies: Applies
    """Whether it looks at a result of this case."""
    check: Callable[[Case, Result], str]
    """What is wrong; empty: nothing."""


def expects(*names: str) -> Applies:
    """Where a case expects something of one of these names; False and an empty text count, an empty list does not."""

    def applies(case: Case, result: Result) -> bool:
        return any(getattr(case.expect, name) not in (None, ()) for name in names)

    return applies


def answered(case: Case, result: Result) -> bool:
    """Where there is an answer."""
    return bool(result.answer)
