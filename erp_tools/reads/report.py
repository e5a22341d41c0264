"""What a read of records has to say: sentences made by code, each with the records it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field

from erp_tools.facts import Fact, FactKey


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence, without a full stop; every figure in it stands in a fact of `evidence` or is a sum of them."""

    text: str
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """The answer to one plain question about records."""

    headline: Sentence
    lines: tuple[Sentence, ...] = ()
    facts: tuple[Fact, ...] = ()
    not_listed: int = 0
    """Further records that fit and are not among the lines."""
    not_read: tuple[str, ...] = ()
    """What this person may not see, in words."""
    subject: str = ""
    """What it turned out to be about, as Odoo shows it."""
    orders: tuple[str, ...] = field(default=())
    """Sales orders among the lines, in their order."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One record that a name may mean."""

    fact: Fact
    kind: str
    """``customer``, ``vendor``, ``contact``, ``carrier``, ``warehouse`` or ``product``."""
    name: str
    ref: str = ""
    """Our reference for it: of a partner, the short name of a warehouse, the internal reference of a product."""
    score: float = 100.0
    """How well it fits what was said, up to 100."""
    said_of: str = ""
    """The person whose company this is, where a person was named."""


class Ambiguous(Exception):
    """A name fits several records, or none.

    Args:
        said: the name as it was given.
        candidates: what it may mean, best first; empty: nothing fits.
    """

    def __init__(self, said: str, candidates: tuple[Candidate, ...]) -> None:
        super().__init__(f"{said!r} fits {len(candidates)} records, not one.")
        self.said, self.candidates = said, candidates
