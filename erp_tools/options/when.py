"""When something can leave: a day, a range, or that nobody can say. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from erp_tools.facts import FactKey
from erp_tools.lateness.taxonomy import Certainty


@dataclass(frozen=True, kw_only=True)
class When:
    """When something can leave."""

    earliest: date | None
    latest: date | None
    """None: nobody can say."""
    why: str
    evidence: tuple[FactKey, ...] = ()

    @property
    def likely(self) -> date | None:
        """The day to reckon with: the later end where there is one."""
        return self.latest or self.earliest

    @property
    def certainty(self) -> Certainty:
        if self.earliest is None:
            return "unknown"
        return "proven" if self.latest == self.earliest else "likely"

    def moved(self, days: int, *, not_before: date) -> When:
        """The same so many days later (or, negative, earlier)."""

        def shift(day: date | None) -> date | None:
            return None if day is None else max(day + timedelta(days=days), not_before)

        return replace(self, earliest=shift(self.earliest), latest=shift(self.latest))


def together(parts: Sequence[When]) -> When:
    """When all of these can leave at once: the one without a date, else the last, decides."""
    deciding = max(
        parts,
        key=lambda one: (one.earliest is None, one.latest is None, one.earliest or date.min, one.latest or date.min),
    )  # fmt: skip
    earliest = (
        None
        if any(one.earliest is None for one in parts)
        else max(one.earliest for one in parts if one.earliest)
    )
    latest = (
        None if any(one.latest is None for one in parts) else max(one.latest for one in parts if one.latest)
    )
    return When(earliest=earliest, latest=latest, why=deciding.why, evidence=deciding.evidence)
