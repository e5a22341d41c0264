"""An option and its parts: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from erp_tools.facts import FactKey
from erp_tools.lateness.taxonomy import Certainty
from erp_tools.options.stock import Lot

Kind = Literal[
    "wait_complete",
    "split_delivery",
    "source_from_warehouse",
    "split_and_source",
    "transfer_first",
    "reallocate_stock",
    "substitute_product",
    "expedite_purchase",
    "split_and_expedite",
    "buy_elsewhere",
    "change_carrier",
    "change_promise_date",
]
KIND_NAMES: Mapping[Kind, str] = {
    "wait_complete": "Ship complete and wait",
    "split_delivery": "Ship what is ready, back-order the rest",
    "source_from_warehouse": "Ship from another warehouse",
    "split_and_source": "Ship what is ready, some from another warehouse, back-order the rest",
    "transfer_first": "Transfer first, ship together",
    "reallocate_stock": "Take stock reserved for another order",
    "substitute_product": "Deliver a substitute",
    "expedite_purchase": "Expedite the purchase",
    "split_and_expedite": "Ship what is ready and expedite the rest",
    "buy_elsewhere": "Buy from a vendor now",
    "change_carrier": "Use a faster carrier",
    "change_promise_date": "Promise another day",
}
Fit = Literal["allows", "conditional", "forbids", "silent", "unknown", "not_relevant"]
"""What contract or rules say of an option; the words of the decision rights."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """So much of one line on a shipment, in the product's own unit."""

    line_id: int
    product_id: int
    product: str
    quantity: float
    lots: tuple[Lot, ...] = ()
    """The lots it is taken from, first expired first; empty for goods without lots, and for what has not come yet."""


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """Goods that leave together."""

    warehouse: str
    warehouse_id: int | None
    delivery: str
    """Name of the open delivery it leaves on; ``new`` for one that has to be made, ``backorder`` for the rest of a split."""
    carrier: str
    leaves: date | None
    """Earliest."""
    leaves_latest: date | None
    arrives: date | None
    """Of the day to reckon with; None without a date, or without a known time on the road."""
    shares: tuple[Share, ...]
    weight: Decimal
    value: Decimal
    freight: Decimal | None
    """None: the carrier has no price for it."""
    why: str = ""

    @property
    def expected(self) -> date | None:
        return self.leaves_latest or self.leaves


@dataclass(frozen=True, kw_only=True)
class LineDay:
    """One line under an option."""

    line_id: int
    product: str
    quantity: float
    """In the line's unit."""
    unit: str
    leaves: date | None
    leaves_latest: date | None
    arrives: date | None
    in_one_piece: bool
    on_time: bool | None
    """None: no date, or no promise."""
    why: str


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One cost beside freight."""

    what: str
    amount: Decimal
    source: str = ""
    cites: tuple[str, ...] = ()
    stays: bool = False
    """It pays for goods that stay in stock: money that is laid out, and no margin that is lost."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What one rule, or one fact, says of an option."""

    says: Fit
    text: str
    """In a sentence, naming the rule."""
    cites: tuple[str, ...] = ()
    evidence: tuple[FactKey, ...] = ()
    subject: str = ""

    @property
    def rules_out(self) -> bool:
        return self.says == "forbids"


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """What the contract charges for lateness under an option."""

    amount: Decimal | None
    """None: not known (no date, or a charge that cannot be reckoned)."""
    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DraftWish:
    """An action that would carry (a part of) an option out, as the desk takes it."""

    action: str
    wanted: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An option before it is ruled on and scored: what leaves when, and what it takes."""

    kind: Kind
    key: str
    """Unique within one comparison, such as ``source_from_warehouse:Allentown East``."""
    summary: str
    shipments: tuple[Shipment, ...]
    certainty: Certainty
    costs: tuple[Cost, ...] = ()
    hurts: tuple[str, ...] = ()
    """Who else loses something, in a sentence each."""
    hurt_evidence: tuple[FactKey, ...] = ()
    tasks: tuple[str, ...] = ()
    """What the warehouse and others have to do."""
    requires: tuple[str, ...] = ()
    """What would have to be true."""
    drafts: tuple[DraftWish, ...] = ()
    """What carries it out; the message to the customer comes on top. Never empty for what is possible."""
    impossible: str = ""
    """Why it cannot be done at all; the rest is then empty."""
    evidence: tuple[FactKey, ...] = ()
    cites: tuple[str, ...] = ()
    uses: Mapping[str, Any] = field(default_factory=dict)
    """What the rules look at: ``carrier``, ``substitute``, ``pair``, ``holder``, ``warehouse``."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing that could be done, ruled on and scored."""

    plan: Plan
    lines: tuple[LineDay, ...]
    extra_freight: Decimal | None
    extra_cost: Decimal | None
    """Extra freight against one complete shipment, and the other costs; None: not known."""
    penalty: Penalty
    rulings: tuple[Ruling, ...]
    fit: Fit
    parts: Mapping[str, float]
    """Name of a part of the score -> 0 to 1."""
    score: int | None
    """0 to 100; None where it is ruled out, or nothing weighs."""
    margin_effect: Decimal | None
    """Points of margin that the option costs (negative) on what is left of the order; None: not known, or not for this person."""
    margin_masked: bool = False
    recommended: bool = False
    tied: bool = False
    """Within the tie of the best one."""
    why_not: str = ""
    """Why it is ruled out, or why another one is better; empty for the recommended one."""

    @property
    def kind(self) -> Kind:
        return self.plan.kind

    @property
    def ruled_out(self) -> bool:
        return bool(self.plan.impossible) or any(ruling.rules_out for ruling in self.rulings)

    @property
    def lines_on_time(self) -> int:
        return sum(1 for line in self.lines if line.on_time)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All options of one order, the best first, ruled-out ones last."""

    options: tuple[Option, ...]
    verdict: str
    """What is recommended and why, or why nothing is; one or two sentences."""
    verdict_cites: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()
    """What would change it, a sentence each."""
    nothing: str = ""
    """Why there are no options at all, in a sentence: nothing is late, everything has left, and so on."""
    baseline_freight: Decimal | None = None
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Option | None:
        return next((option for option in self.options if option.recommended), None)
