"""The plan of the demo distributor as plain values: what will be in Odoo, before anything is.

Days are whole days from today (UTC): -5 is five days ago, 3 is in three days. Quantities are in the product's own unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Steps = Literal["pick_pack_ship", "ship_only"]
Place = Literal["order", "delivery", "purchase"]


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    code: str
    """Odoo's short name, e.g. ``WEST``."""
    name: str
    steps: Steps
    cutoff: str
    city: str


@dataclass(frozen=True, kw_only=True)
class Person:
    login: str
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Tier:
    letter: str
    tag: str
    credit_limit: int
    """USD."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """A delivery address of a customer: a child contact in Odoo. An empty part is empty on purpose."""

    name: str
    street: str
    city: str
    zip: str


@dataclass(frozen=True, kw_only=True)
class Customer:
    ref: str
    name: str
    tier: str
    industry: str
    city: str
    contract: str | None
    partial: str
    """What the contract says about partial shipments: allowed, forbidden, conditional, silent."""
    contact: str
    domain: str
    addresses: tuple[Address, ...]
    home: str
    """Code of the warehouse that usually serves this customer."""


@dataclass(frozen=True, kw_only=True)
class Carrier:
    code: str
    name: str
    service: str
    base: float
    per_kg: float
    lead_days: int
    cutoff: str
    tracking_prefix: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class Vendor:
    ref: str
    name: str
    city: str
    lead_days: int
    reliability: str
    """good, mixed or late: how past receipts compare with what was promised."""
    domain: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class Product:
    ref: str
    name: str
    category: str
    vendor: str
    price: float
    cost: float
    kg: float
    lot: bool = False
    shelf_days: int = 0
    cold: bool = False
    substitute: str | None = None
    sale_delay: int = 2
    """Days promised on the product form (Customer Lead Time)."""
    make_to_order: bool = False
    note: str = ""
    """Sales description."""
    route: Literal["", "resupply", "dropship"] = ""
    """Supplied to order by EAST, or by the vendor straight to the customer; empty: bought."""
    components: tuple[tuple[str, float], ...] = ()
    """A kit: (product reference, how many in one kit). Odoo moves these in its place."""


@dataclass(frozen=True, kw_only=True)
class Line:
    product: str
    """Product reference."""
    quantity: float
    price: float | None = None
    """A price typed by hand; None: Odoo's own from the pricelist."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something said in the chatter."""

    on: Place
    author: str
    """``customer``, ``vendor``, ``carrier``, or the login of one of our users."""
    day: int
    body: str
    """Plain text; becomes a paragraph."""


@dataclass(frozen=True, kw_only=True)
class Activity:
    on: Place
    kind: Literal["credit_review", "certificate", "upload", "todo"]
    user: str
    """Login of who should act."""
    day: int
    summary: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Quant:
    """Stock at the start of the open orders that is not simply on the shelf."""

    product: str
    warehouse: str
    quantity: float
    place: Literal["stock", "hold", "bin"] = "stock"
    """Stock, Quality Hold (not for reservation), or a bin below Stock."""
    expires: int | None = None
    """Day on which the lot is to be removed; None: plenty of time."""
    counted: float | None = None
    """A count that was entered and not applied."""


@dataclass(frozen=True, kw_only=True)
class PurchaseLine:
    product: str
    quantity: float
    received: float = 0.0


@dataclass(kw_only=True)
class Purchase:
    """A purchase order. The name is given when all are known."""

    vendor: str
    warehouse: str
    ordered: int
    planned: int
    """Day the vendor promised."""
    lines: tuple[PurchaseLine, ...]
    state: Literal["draft", "sent", "purchase", "cancel"] = "purchase"
    received: int | None = None
    """Day of the receipt, when something was received."""
    rest: Literal["open", "cancelled"] = "open"
    """What became of the part that was not received."""
    rest_planned: int | None = None
    """New date of the open rest; None: as planned."""
    messages: tuple[Message, ...] = ()
    name: str = ""


Stage = Literal[
    "reserve",  # confirmed; Odoo reserved what it could
    "picked",  # WEST: pick done, pack open
    "packed",  # WEST: pick and pack done, ship open
    "shipped_part",  # delivered as far as reserved, the rest in a back-order
    "shipped_close",  # delivered as far as reserved, the rest cancelled
    "shipped",  # everything delivered
    "delivery_cancelled",  # confirmed, and its delivery cancelled
]


@dataclass(kw_only=True)
class Order:
    """A sales order and what happened to it. The name is given when all are known."""

    customer: str
    warehouse: str
    ordered: int
    promised: int | None
    """Day of `commitment_date`; None: the product's lead time decides."""
    lines: tuple[Line, ...]
    carrier: str | None
    state: Literal["draft", "sent", "sale", "cancel"] = "sale"
    stage: Stage = "reserve"
    policy: Literal["direct", "one"] = "direct"
    address: int = 0
    """Which of the customer's addresses."""
    reference: str = ""
    """Customer Reference."""
    wave: int = 1
    """Orders of a lower wave are confirmed, and take stock, first."""
    planned: int | None = None
    """Day the delivery was moved to; None: the promise."""
    unreserve: bool = False
    shipped: int | None = None
    """Day of the (last) done delivery."""
    tracking: bool = False
    proof: bool = False
    invoiced: Literal["no", "full", "more", "less"] = "no"
    paid: bool = False
    purchase: Purchase | None = None
    """For make-to-order lines: the purchase order that Odoo makes."""
    messages: tuple[Message, ...] = ()
    activities: tuple[Activity, ...] = ()
    causes: tuple[str, ...] = ()
    """Cause codes that hold this order back, what blocks first leading; empty: nothing is wrong."""
    also_true: tuple[str, ...] = ()
    """Codes that hold as a consequence and may be named after the causes."""
    story: str = ""
    migrated: bool = False
    """Taken over from the old system: a high number."""
    pinned: str = ""
    """A name that documents speak of."""
    left: int | None = None
    """Supplied by another warehouse: the day it left there; None: it has not."""
    arrives: int | None = None
    """Supplied by another warehouse: the day it is to arrive."""
    restocked: float = 0.0
    """After the first part had shipped, so much more came in and was shipped as a back-order."""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class SecondCompanyOrder:
    name: str
    customer: int
    ordered: int
    promised: int
    product: int
    quantity: float


@dataclass(kw_only=True)
class Plan:
    """Everything, in the order in which it is entered."""

    seed: int
    warehouses: tuple[Warehouse, ...]
    people: tuple[Person, ...]
    tiers: dict[str, Tier]
    customers: dict[str, Customer]
    carriers: dict[str, Carrier]
    vendors: dict[str, Vendor]
    products: dict[str, Product]
    orders: list[Order] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    later: list[Purchase] = field(default_factory=list)
    """Entered when everything else is there, so that nothing else changes its number."""
    shelf: dict[tuple[str, str], float] = field(default_factory=dict)
    """(warehouse, product) -> quantity on the shelf before the first order, receipts not counted."""
    quants: list[Quant] = field(default_factory=list)

    @property
    def everything_bought(self) -> list[Purchase]:
        """Every purchase order, those that Odoo makes for a line included."""
        return [*self.purchases, *self.later, *(order.purchase for order in self.orders if order.purchase)]
