"""What contract, procedures and general terms say, as values an option can be held against. Where they come from is another's matter:
the words of documents are read outside this package and handed in.

The rank of rules: the customer's contract, then our own procedures, then the general terms. A rank that speaks of a subject silences
those below it on the whole subject: a contract that allows partial shipments without naming a share needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Subject = Literal["partial_shipments", "approved_carriers", "substitution", "late_delivery", "one_shipment", "credit_hold",
                  "ship_complete", "kits", "reallocation", "freight_limit", "missing_date", "shelf_life", "buying"]  # fmt: skip
Rank = Literal["contract", "procedure", "general"]
RANKS: tuple[Rank, ...] = ("contract", "procedure", "general")
Says = Literal["allows", "forbids", "conditional", "unknown"]
Unit = Literal["business_day", "calendar_day"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition in the document's own words, which a person has to see to."""

    text: str
    cite: str = ""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A length of time as the rule counts it."""

    days: int
    unit: Unit = "calendar_day"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What lateness costs: a share of a base, or an amount, for each unit of time or delivery."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    base: str = "order"
    """``order``, ``line``, ``late_goods`` or ``delivery``."""
    per: str = "calendar_day"
    """``business_day``, ``calendar_day``, ``week``, ``month``, ``delivery`` or ``once``."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one document says on one subject; which figures are set depends on the subject."""

    subject: Subject
    rank: Rank
    says: Says
    source: str
    """As a person names it: ``Supply Agreement MF-2026-014, clause 5.1``."""
    text: str = ""
    """The document's own words, shortened."""
    cites: tuple[str, ...] = ()
    """Keys of the passages that prove it, the main one first; opaque here."""
    only_for: tuple[str, ...] = ()
    """Product codes the clause is about; empty: everything."""
    limited_to: str = ""
    """What else limits it, in its own words."""
    conditions: tuple[Condition, ...] = ()
    first_share: Decimal | None = None
    """Per cent of the order's value that the first shipment has to carry."""
    first_amount: Decimal | None = None
    shipment_amount: Decimal | None = None
    """Least value of every shipment."""
    rest_within: Span | None = None
    """How long after the first shipment the last may follow."""
    most_shipments: int | None = None
    freight_share: Decimal | None = None
    """Most extra freight, in per cent of the order's value."""
    freight_amount: Decimal | None = None
    names: tuple[str, ...] = ()
    """Approved carriers."""
    charge: Charge | None = None
    cap_percent: Decimal | None = None
    cap_amount: Decimal | None = None
    """Most that lateness costs, as a fixed amount in `cap_currency`."""
    cap_currency: str = ""
    cap_base: str = "order"
    """What the cap is a share of, or counted for: ``order``, ``late_goods`` or ``delivery``."""
    price_share: Decimal | None = None
    """Most that another vendor may take more than the usual one, in per cent of the usual price, before somebody has to agree."""
    no_surplus: bool = False
    """No more may be bought than is missing before somebody has to agree."""
    life_share: Decimal | None = None
    """Per cent of a lot's total shelf life that has to be left on arrival."""
    life_days: int | None = None
    """Days of it that have to be left on arrival."""
    grace: Span | None = None
    tolerance: Span | None = None
    """How much after the promise still counts as on time."""
    within: Span | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class SubstitutePair:
    """A product that may be delivered instead of another, by the company's own list."""

    ordered: str
    """Internal reference."""
    substitute: str
    ratio: Decimal = Decimal(1)
    """How many of the substitute stand for one of what was ordered."""
    standing: bool = False
    """False: needs the customer's consent."""
    condition: str = ""
    cite: str = ""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A truck between two of our warehouses."""

    source: str
    """Name of the warehouse, as in Odoo."""
    target: str
    weekdays: tuple[int, ...]
    """0 is Monday."""
    transit_days: int
    """Business days."""
    base: Decimal
    per_kg: Decimal
    currency: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Expedite:
    """What a vendor can do faster, and what it costs."""

    vendor: str
    gain_days: int
    amount: Decimal = Decimal(0)
    per_kg: Decimal = Decimal(0)
    per_unit: Decimal = Decimal(0)
    currency: str = ""
    what: str = ""
    cites: tuple[str, ...] = ()
    possible: bool = True


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Everything documents say that decides between the options of one order."""

    rules: tuple[Rule, ...] = ()
    pairs: tuple[SubstitutePair, ...] = ()
    lanes: tuple[Lane, ...] = ()
    expedites: tuple[Expedite, ...] = ()
    unread: str = ""
    """Why the contract's word is not known (documents unavailable, terms read from an older text); empty: it is."""
    notes: tuple[str, ...] = ()
    """What a person should know of the documents: an expired contract, a rule whose words are gone."""
    has_contract: bool = False

    def on(self, subject: Subject, codes: Iterable[str] = ()) -> tuple[Rule, ...]:
        """The rules that count on a subject: those of the highest rank that speaks of it, for these products.

        Args:
            codes: what is on the order; a rule for certain products counts only where one of them is.
        """
        ordered = set(codes)
        for rank in RANKS:
            own = [rule for rule in self.rules if rule.subject == subject and rule.rank == rank]
            found = tuple(rule for rule in own if not rule.only_for or ordered & set(rule.only_for))
            if found:
                return found
        return ()

    @property
    def currencies(self) -> frozenset[str]:
        """Those that amounts are in which decide anything."""
        found = {
            rule.charge.currency for rule in self.rules if rule.charge and rule.charge.amount is not None
        }
        found |= {rule.cap_currency for rule in self.rules}
        found |= {lane.currency for lane in self.lanes} | {one.currency for one in self.expedites}
        return frozenset(name for name in found if name)

    def pairs_for(self, code: str) -> Sequence[SubstitutePair]:
        return [pair for pair in self.pairs if code and pair.ordered == code]

    def lane(self, source: str, target: str) -> Lane | None:
        return next((lane for lane in self.lanes if (lane.source, lane.target) == (source, target)), None)

    def expedite(self, vendor: str) -> Expedite | None:
        return next((one for one in self.expedites if one.vendor.casefold() == vendor.casefold()), None)
