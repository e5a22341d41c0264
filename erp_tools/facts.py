"""A fact read from Odoo, ready to become evidence of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FactKey = tuple[str, int]
"""(model, record id): what a cause or a timeline entry points at."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """The fields of one Odoo record as they were read.

    Evidence ids (E1, E2 ...) are given later, by the conversation; code in this package points at facts by `key`.
    """

    model: str
    """Odoo's technical model name, e.g. ``sale.order``."""
    record_id: int
    display_name: str
    """As Odoo shows it, e.g. ``S00042`` or ``[IN-2001] Sanitary Butterfly Valve 2 in``."""
    fields: Mapping[str, Any]
    """Field name -> JSON value as read (many2one as its display name, datetimes ISO 8601 with offset)."""
    read_at: datetime
    """When it was read, with timezone."""
    url: str = ""
    """Opens the record."""

    @property
    def key(self) -> FactKey:
        return (self.model, self.record_id)


class FactBook:
    """Collects facts while a question is answered; the same record read twice is one fact with all its fields."""

    def __init__(self) -> None:
        self._facts: dict[FactKey, Fact] = {}

    def add(self, fact: Fact) -> FactKey:
        known = self._facts.get(fact.key)
        if known is not None:
            fact = Fact(
                model=fact.model,
                record_id=fact.record_id,
                display_name=fact.display_name,
                fields={**known.fields, **fact.fields},
                read_at=fact.read_at,
                url=fact.url or known.url,
            )
        self._facts[fact.key] = fact
        return fact.key

    def extend(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self.add(fact)

    def __getitem__(self, key: FactKey) -> Fact:
        return self._facts[key]

    def __contains__(self, key: FactKey) -> bool:
        return key in self._facts

    def all(self) -> tuple[Fact, ...]:
        return tuple(self._facts.values())
