"""What a cause file returns: the cause, and the figures that were worked out to say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from erp_tools.facts import FactKey
from erp_tools.lateness.taxonomy import Cause


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A cause with its worked-out figures."""

    cause: Cause
    derived: Mapping[FactKey, Mapping[str, Any]] = field(default_factory=dict)
    """Figures that stand in the summary and in no Odoo field (day counts, sums): they become fields of these facts."""
    rank: int | None = None
    """Overrides the rank of the cause's file."""
