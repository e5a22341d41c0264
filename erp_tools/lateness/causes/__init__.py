"""The causes of lateness: one file per code, found by looking into this folder.

A cause file holds

    CODE          its key in `taxonomy.CAUSES`
    RANK          what blocks first comes first: lower numbers lead
    find(case)    one finding, several, or None; looks at the case only, asks nobody
    SUPERSEDES    optional: codes that only describe the consequence, and are dropped where this cause holds the same lines

A new cause is a new file and a line in the taxonomy. No other file has to change.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import CAUSES

Find = Callable[[OrderCase], "Finding | Iterable[Finding] | None"]

VERDICTS = ("on_time", "unknown")
"""Codes that stand alone; the diagnosis asks them when it has all findings."""


@dataclass(frozen=True, kw_only=True)
class CauseRule:
    """One cause file."""

    code: str
    rank: int
    find: Find
    supersedes: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def rules() -> tuple[CauseRule, ...]:
    """All cause files, by rank.

    Raises:
        ValueError: a file's code is not in the taxonomy, or two files share a code.
    """
    found: dict[str, CauseRule] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        rule = CauseRule(
            code=loaded.CODE,
            rank=loaded.RANK,
            find=loaded.find,
            supersedes=tuple(getattr(loaded, "SUPERSEDES", ())),
        )
        if rule.code not in CAUSES or rule.code in found:
            raise ValueError(
                f"causes/{module.name}.py: {rule.code!r} is not in taxonomy.CAUSES, or stands in two files"
            )
        found[rule.code] = rule
    return tuple(sorted(found.values(), key=lambda rule: (rule.rank, rule.code)))


def _as_findings(result: Finding | Iterable[Finding] | None) -> tuple[Finding, ...]:
    if result is None:
        return ()
    return (result,) if isinstance(result, Finding) else tuple(result)


def _covers(stronger: Finding, weaker: Finding) -> bool:
    """The stronger cause holds everything that the weaker one names (no lines: the whole order)."""
    if stronger.cause.certainty == "unknown":
        return False
    if not stronger.cause.lines:
        return True
    held = {line.line_id for line in stronger.cause.lines}
    return bool(weaker.cause.lines) and {line.line_id for line in weaker.cause.lines} <= held


def find_causes(case: OrderCase) -> tuple[Finding, ...]:
    """Every cause that holds, what blocks first leading; consequences of a named cause are left out."""
    ranked: list[tuple[int, int, Finding, CauseRule]] = []
    for rule in rules():
        if rule.code in VERDICTS:
            continue
        for finding in _as_findings(rule.find(case)):
            rank = rule.rank if finding.rank is None else finding.rank
            # What could not be judged comes after what could.
            ranked.append((1 if finding.cause.certainty == "unknown" else 0, rank, finding, rule))
    kept = [
        entry
        for entry in ranked
        if not any(
            entry[3].code in other[3].supersedes and _covers(other[2], entry[2])
            for other in ranked
            if other is not entry
        )
    ]
    kept.sort(key=lambda entry: (entry[0], entry[1], entry[3].code))
    return tuple(entry[2] for entry in kept)


def verdict(code: str, case: OrderCase) -> Sequence[Finding]:
    """What one of `VERDICTS` says about the case."""
    rule = next(rule for rule in rules() if rule.code == code)
    return _as_findings(rule.find(case))
