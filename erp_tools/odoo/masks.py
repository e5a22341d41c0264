"""Which roles see which sensitive fields, and the mark that stands where a value is hidden.

The fields of each class stand in `allow_list.py`. A hidden field is not even asked of Odoo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from erp_tools.odoo.allow_list import MaskClass

MASKED: Final = "masked"
"""Stands in a row where this person's role may not see the value. Plain text, so that it survives JSON."""

VISIBLE: Mapping[str, frozenset[MaskClass]] = MappingProxyType(
    {
        "service": frozenset({"personal"}),
        "supervisor": frozenset({"personal"}),
        "purchasing": frozenset({"personal", "cost"}),
        "sales": frozenset({"personal", "margin", "credit"}),
        "finance": frozenset({"personal", "cost", "margin", "credit", "bank"}),
        # Compliance reviews answers and decisions; it needs no customer's telephone number and no price for that.
        "compliance": frozenset(),
    }
)
"""Role -> the mask classes it sees. A person with several roles sees what any of them sees; without a role, none.
Nobody's role holds ``content``."""

INDEXING: frozenset[MaskClass] = frozenset({"content"})
"""What a session opened for indexing sees: what is inside files, and no cost, credit, bank or personal field."""


def visible_classes(roles: Iterable[str]) -> frozenset[MaskClass]:
    """The mask classes a person with these roles sees."""
    seen: set[MaskClass] = set()
    for role in roles:
        seen |= VISIBLE.get(role, frozenset())
    return frozenset(seen)


def is_masked(value: Any) -> bool:
    """Whether this value stands for one that the person may not see."""
    return isinstance(value, str) and value == MASKED
