"""One order, ready to be judged: everything that was read, related to each other, with no further questions to Odoo.

`build.py` makes an `OrderCase`; the causes only look at it. Quantities are in the product's own unit unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from erp_tools.facts import FactKey
from erp_tools.lateness.sources import Supply, SupplyKey, VendorRecord
from erp_tools.lateness.taxonomy import AffectedLine
from erp_tools.lateness.wording import SMALLEST, local_day
from erp_tools.reads.calendar import WorkCalendar, zone_named
from erp_tools.reads.delivery import Carrier
from erp_tools.reads.inventory import Quant
from erp_tools.reads.messages import Activity, Message
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.sales import SalesLine, SalesOrder
from erp_tools.reads.transfers import Move, Transfer

Part = Literal["moves", "transfers", "stock", "supply", "purchases", "invoices", "credit", "messages"]

PromiseBasis = Literal["commitment_date", "expected_date", "none"]


@dataclass(frozen=True, kw_only=True)
class Unread:
    """Something this person may not see, or that Odoo did not give."""

    part: Part
    text: str
    """In words, with the right that is missing where it is known."""


@dataclass(frozen=True, kw_only=True)
class LineCase:
    """One line of goods and where it stands."""

    line: SalesLine
    frontier: tuple[Move, ...]
    """Its open moves that wait for nothing else of this order: where the goods are now."""
    missing: float
    """Not reserved at the frontier, in the product's unit."""
    ready: float
    """Reserved at the frontier, in the product's unit."""
    supply_keys: tuple[SupplyKey, ...] = ()
    """The supplies that its missing quantity waits for."""

    @property
    def key(self) -> FactKey:
        return ("sale.order.line", self.line.line_id)

    @property
    def product(self) -> str:
        return self.line.product.name if self.line.product else self.line.name

    @property
    def plain_product(self) -> str:
        return self.line.product.plain_name if self.line.product else self.line.name

    @property
    def missing_in_unit(self) -> float:
        """Not reserved, in the line's unit. A kit lacks as much as the component that lacks most."""
        if self.line.is_kit:
            lacking = max((move.missing / move.demand for move in self.frontier if move.demand), default=0.0)
            return self.line.remaining * lacking
        return self.missing / self.line.per_unit if self.line.per_unit else self.missing

    @property
    def ready_in_unit(self) -> float:
        if self.line.is_kit:
            return self.line.remaining - self.missing_in_unit
        return self.ready / self.line.per_unit if self.line.per_unit else self.ready

    @property
    def is_short(self) -> bool:
        return self.missing > SMALLEST

    @property
    def is_ready(self) -> bool:
        """All that is left to deliver is reserved or picked."""
        return not self.is_short and self.ready > SMALLEST

    @property
    def is_stopped(self) -> bool:
        """Something is left to deliver and no open transfer would deliver it."""
        return self.line.remaining > SMALLEST and not self.frontier

    def affected(self, quantity_in_unit: float | None = None) -> AffectedLine:
        """This line as a cause names it; without a quantity, all that is left to deliver."""
        quantity = self.line.remaining if quantity_in_unit is None else quantity_in_unit
        return AffectedLine(
            line_id=self.line.line_id, product=self.product, quantity=round(quantity, 3), unit=self.line.unit
        )


@dataclass(frozen=True, kw_only=True)
class OrderCase:
    """One order, read and related."""

    order: SalesOrder
    now: datetime
    """With timezone."""
    zone: ZoneInfo
    """Where the company lives: the timezone of every date a person sees."""
    lines: tuple[LineCase, ...]
    """Lines of goods; services, freight, sections and returns are left out."""
    supplies: Mapping[SupplyKey, Supply] = field(default_factory=dict)
    quants: tuple[Quant, ...] = ()
    """Stock of the products of interest in all warehouses, as far as it was read."""
    vendor_records: Mapping[int, VendorRecord] = field(default_factory=dict)
    """By vendor id."""
    requested: Mapping[int, PurchaseLine] = field(default_factory=dict)
    """By order line id: the request for quotation that is to bring a line, such as a drop-shipment that is not ordered."""
    purchase_messages: tuple[Message, ...] = ()
    unread: tuple[Unread, ...] = ()
    shipped_on: date | None = None
    """The day the last of the goods left; None while something is left to deliver."""

    # -- time ------------------------------------------------------------------------------------------------------------
    @cached_property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    def day(self, moment: datetime | None) -> date | None:
        """The day in the company's timezone."""
        return None if moment is None else local_day(moment, self.zone)

    def is_past(self, moment: datetime | None) -> bool:
        """Its day is over."""
        day = self.day(moment)
        return day is not None and day < self.today

    @property
    def calendar(self) -> WorkCalendar:
        """The company's working time; Monday to Friday where Odoo gave none."""
        return self.order.calendar

    @property
    def calendar_key(self) -> FactKey | None:
        number = self.calendar.calendar_id
        return None if number is None else ("resource.calendar", number)

    @cached_property
    def warehouse_zone(self) -> ZoneInfo:
        """The timezone of the warehouse that ships the order; the company's where its address has none."""
        return (zone_named(self.order.warehouse.timezone) if self.order.warehouse else None) or self.zone

    # -- promise ---------------------------------------------------------------------------------------------------------
    @property
    def promise_basis(self) -> PromiseBasis:
        if self.order.committed is not None:
            return "commitment_date"
        return "expected_date" if self.order.expected is not None else "none"

    @cached_property
    def promised(self) -> date | None:
        return self.day(self.order.committed or self.order.expected)

    @cached_property
    def days_late(self) -> int | None:
        """Days past the promise today, or when it was shipped; None without a promise, and where nothing will ship any more."""
        if (
            self.promised is None
            or not self.lines
            or self.order.state == "cancel"
            or (self.is_delivered and self.shipped_on is None)
        ):
            return None
        if self.order.is_quotation and self.order.committed is None:
            return 0  # Odoo counts the lead time of a quotation from today
        return max(0, ((self.shipped_on or self.today) - self.promised).days)

    @property
    def promise_has_passed(self) -> bool:
        return self.promised is not None and self.promised < self.today

    # -- keys ------------------------------------------------------------------------------------------------------------
    @property
    def key(self) -> FactKey:
        return ("sale.order", self.order.order_id)

    @property
    def customer_key(self) -> FactKey:
        return ("res.partner", self.order.customer.partner_id)

    # -- what is open ----------------------------------------------------------------------------------------------------
    @property
    def is_confirmed(self) -> bool:
        return self.order.state == "sale"

    @cached_property
    def is_delivered(self) -> bool:
        """Confirmed, and nothing is left to deliver."""
        return (
            self.is_confirmed
            and bool(self.lines)
            and all(line.line.remaining <= SMALLEST for line in self.lines)
        )

    @property
    def is_open(self) -> bool:
        """Confirmed, and something is left to deliver."""
        return self.is_confirmed and not self.is_delivered and bool(self.lines)

    @cached_property
    def open_transfers(self) -> tuple[Transfer, ...]:
        """Deliveries and their earlier steps that are not done; returns left out."""
        return tuple(item for item in self.order.transfers if item.is_open and not item.is_return)

    @cached_property
    def done_deliveries(self) -> tuple[Transfer, ...]:
        """Transfers that handed goods to the customer, oldest first."""
        done = [
            item for item in self.order.transfers if item.is_done and item.to_customer and not item.is_return
        ]
        return tuple(sorted(done, key=lambda item: (item.done or self.now, item.transfer_id)))

    @cached_property
    def frontier_transfers(self) -> tuple[Transfer, ...]:
        """Open transfers that hold the goods now, not those that only wait for an earlier step."""
        here = {move.transfer_id for line in self.lines for move in line.frontier}
        return tuple(item for item in self.open_transfers if item.transfer_id in here)

    def moves_of(self, transfer: Transfer) -> Iterator[tuple[LineCase, Move]]:
        """The frontier moves of a transfer with their lines."""
        for line in self.lines:
            for move in line.frontier:
                if move.transfer_id == transfer.transfer_id:
                    yield line, move

    def lines_in(self, transfer: Transfer) -> tuple[LineCase, ...]:
        return tuple({line.line.line_id: line for line, _ in self.moves_of(transfer)}.values())

    @cached_property
    def short_lines(self) -> tuple[LineCase, ...]:
        return tuple(line for line in self.lines if line.is_short)

    @cached_property
    def ready_lines(self) -> tuple[LineCase, ...]:
        return tuple(line for line in self.lines if line.is_ready)

    def request_for(self, line: LineCase) -> PurchaseLine | None:
        """The request for quotation behind a line that has no move yet."""
        if not self.could_read("moves") or line.line.moves or not line.is_stopped:
            return None
        return self.requested.get(line.line.line_id)

    # -- supply ----------------------------------------------------------------------------------------------------------
    def short_supplies(self) -> tuple[tuple[Supply, tuple[LineCase, ...]], ...]:
        """Each product that is short with the lines that wait for it."""
        return self._short_supplies

    @cached_property
    def _short_supplies(self) -> tuple[tuple[Supply, tuple[LineCase, ...]], ...]:
        waiting: dict[SupplyKey, list[LineCase]] = {}
        for line in self.short_lines:
            for key in line.supply_keys:
                waiting.setdefault(key, []).append(line)
        return tuple(
            (supply, tuple(waiting[key]))
            for key, supply in self.supplies.items()
            if supply.is_short and key in waiting
        )

    # -- words -----------------------------------------------------------------------------------------------------------
    @cached_property
    def carrier(self) -> Carrier | None:
        """Carrier of the open delivery, else of the last one, else of the order."""
        for transfer in (*self.open_transfers, *reversed(self.done_deliveries)):
            if transfer.carrier is not None:
                return transfer.carrier
        return self.order.carrier

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """Everything said on the order and its transfers, oldest first."""
        found = [
            *self.order.messages,
            *(item for transfer in self.order.transfers for item in transfer.messages),
        ]
        return tuple(sorted(found, key=lambda message: (message.at, message.message_id)))

    @cached_property
    def written_messages(self) -> tuple[Message, ...]:
        """Messages that a person wrote on the order and its transfers."""
        return tuple(message for message in self.messages if message.written)

    def is_from_customer(self, message: Message) -> bool:
        """The customer's company wrote it."""
        return message.author_company_id == self.order.customer.company_contact_id

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """Open activities on the order and on transfers that are not done."""
        return (
            *self.order.activities,
            *(item for transfer in self.order.transfers for item in transfer.activities),
        )

    # -- rights ----------------------------------------------------------------------------------------------------------
    def could_read(self, part: Part) -> bool:
        return all(item.part != part for item in self.unread)

    def why_unread(self, *parts: Part) -> tuple[str, ...]:
        """In words, for `Cause.missing`."""
        return tuple(item.text for item in self.unread if item.part in parts)
