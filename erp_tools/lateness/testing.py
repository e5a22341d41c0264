"""A small stage for orders: build one by hand, look at its case or its diagnosis, with no Odoo.

    scene = Scene(promised=-5)
    valve = scene.line("Butterfly Valve", 40, reserved=28)
    scene.inbound(valve, 12, due=-9)
    scene.diagnose().causes[0].code        # inbound_overdue

Days are whole days from `TODAY`; quantities are in the product's unit. The case is built by the same code as from Odoo rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from erp_tools.lateness.build import build_case
from erp_tools.lateness.case import OrderCase, Part, Unread
from erp_tools.lateness.diagnosis import diagnose_case
from erp_tools.lateness.taxonomy import Cause, Diagnosis
from erp_tools.reads.blocks import Block
from erp_tools.reads.calendar import ASSUMED, Closure, WorkCalendar, WorkingHours
from erp_tools.reads.contacts import Address, Customer
from erp_tools.reads.delivery import Carrier
from erp_tools.reads.inventory import Location, Quant, Warehouse
from erp_tools.reads.invoicing import Invoice
from erp_tools.reads.messages import Activity, Message
from erp_tools.reads.products import Product, VendorTerm
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.sales import SalesLine, SalesOrder
from erp_tools.reads.transfers import Move, ReservedPiece, Transfer

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
"""A Saturday."""

WEST = Warehouse(
    warehouse_id=1,
    name="Tacoma West",
    code="WEST",
    steps="pick_pack_ship",
    stock_id=11,
    passing_ids=frozenset({13, 14, 15}),
)
EAST = Warehouse(
    warehouse_id=2, name="Allentown East", code="EAST", stock_id=21, passing_ids=frozenset({23, 24, 25})
)
SOUTH = Warehouse(
    warehouse_id=3, name="Dallas South", code="SOUTH", stock_id=31, passing_ids=frozenset({33, 34, 35})
)

CUSTOMERS = Location(location_id=900, name="Partners/Customers", usage="customer", path=frozenset({900}))
VENDORS = Location(location_id=901, name="Partners/Vendors", usage="supplier", path=frozenset({901}))

Place = Literal["stock", "bin", "hold", "input", "packing", "output"]
Step = Literal["ship", "pick", "pack"]

MERIDIAN, CARRIER_CONTACT, COLLEAGUE = 501, 502, 503
"""Company contacts of message authors."""

SWIFT = Carrier(
    carrier_id=71,
    name="Swiftline Parcel",
    description="Ground. Transit 4 days. Cut-off 15:30.",
    lead_days=4,
    cutoff="15:30",
)


def working_time(
    *closed: int, opens: float = 8.0, closes: float = 17.0, weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> WorkCalendar:
    """A company's working time in Los Angeles, with whole closed days, counted from `TODAY`."""
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=ZONE)
    return WorkCalendar(
        calendar_id=9,
        name="Warehouse hours",
        zone=ZONE,
        hours=tuple(WorkingHours(weekday=number, opens=opens, closes=closes) for number in weekdays),
        closures=tuple(
            Closure(
                name="Stocktaking",
                starts=midnight + timedelta(days=offset),
                ends=midnight + timedelta(days=offset + 1, seconds=-1),
            )
            for offset in closed
        ),
    )


def day(offset: int, hour: int = 18) -> datetime:
    """A moment that many days from today, at an hour (UTC) that is the same day in Los Angeles."""
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=UTC) + timedelta(days=offset)


def place(warehouse: Warehouse, where: Place = "stock") -> Location:
    """One of a warehouse's locations."""
    number = warehouse.warehouse_id * 10
    view = number
    ids = {
        "stock": number + 1,
        "bin": number + 6,
        "hold": number + 7,
        "input": number + 3,
        "packing": number + 5,
        "output": number + 4,
    }
    names = {
        "stock": "Stock",
        "bin": "Stock/Bin A-01",
        "hold": "Quality Hold",
        "input": "Input",
        "packing": "Packing Zone",
        "output": "Output",
    }
    path = {view, ids[where]} | ({ids["stock"]} if where == "bin" else set())
    return Location(
        location_id=ids[where],
        name=f"{warehouse.code}/{names[where]}",
        path=frozenset(path),
        warehouse_id=warehouse.warehouse_id,
    )


@dataclass(kw_only=True)
class Scene:
    """One order on the stage. Change its fields, or add to it, then ask for `case()` or `diagnose()`."""

    name: str = "S00042"
    state: str = "sale"
    ordered: int = -20
    promised: int | None = -5
    """Delivery Date (`commitment_date`); None: by lead time."""
    warehouse: Warehouse = EAST
    ships_all_at_once: bool = False
    carrier: Carrier | None = SWIFT
    tags: tuple[str, ...] = ()
    total: Decimal = Decimal("4200.00")
    owed: Decimal | None = None
    credit_limit: Decimal | None = None
    credit_warning: str | None = ""
    address_lacks: tuple[str, ...] = ()
    address_hidden: tuple[str, ...] = ()
    valid_until: int | None = None
    transfer_state: str | None = None
    """None: worked out from what is reserved."""
    scheduled: int | None = None
    """Day of the open transfer; None: the promise."""
    step: Step = "ship"
    """Which step holds the goods now."""
    tracking: str = ""
    transfer_carrier: Carrier | Literal["as order"] | None = "as order"
    reserves: str = "at_confirm"
    backorder_of: int | None = None
    calendar: WorkCalendar = ASSUMED
    """The company's working time; none: Monday to Friday, assumed."""
    blocks: tuple[Block, ...] = ()
    """What optional modules hold the order with."""

    def __post_init__(self) -> None:
        self._lines: list[SalesLine] = []
        self._quants: list[Quant] = []
        self._moves: list[Move] = []
        self._purchases: list[PurchaseLine] = []
        self._done: list[Transfer] = []
        self._invoices: list[Invoice] = []
        self._said: dict[str, list[Message]] = {"order": [], "delivery": [], "purchase": []}
        self._to_do: dict[str, list[Activity]] = {"order": [], "delivery": []}
        self._numbers = 1000

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    # -- lines -----------------------------------------------------------------------------------------------------------
    def line(
        self,
        product: str = "Butterfly Valve",
        quantity: float = 40,
        *,
        reserved: float | None = None,
        delivered: float = 0.0,
        invoiced: float = 0.0,
        lead: float = 2,
        vendor: str = "Kestrel Valves",
        vendor_lead: int = 14,
        agreement: str = "",
        price: str = "126.00",
        odoo_price: str | None = None,
        per_unit: float = 1.0,
        unit: str = "Units",
        picked: bool = False,
        cancelled: bool = False,
        reservation_date: int | None = None,
        to_order: bool = False,
        lot: int | None = None,
    ) -> Product:
        """Add a line and its open move.

        Args:
            reserved: None means all of what is left; ignored for quotations and what is delivered.
            per_unit: how many of the product's units one unit of the line holds.
            cancelled: its move was cancelled.
        """
        number = self._next()
        found = Product(
            product_id=number,
            name=f"[IN-{number}] {product}",
            code=f"IN-{number}",
            unit="Units",
            vendors=(
                *(
                    (VendorTerm(vendor_id=600, vendor=vendor, lead_days=1, agreement=agreement),)
                    if agreement
                    else ()
                ),
                *((VendorTerm(vendor_id=600, vendor=vendor, lead_days=vendor_lead),) if vendor else ()),
            ),
        )
        line_id = self._next()
        left = (quantity - delivered) * per_unit
        held = left if reserved is None else reserved
        moves: tuple[Move, ...] = ()
        if self.state == "sale" and left > 0:
            state = (
                "cancel"
                if cancelled
                else "assigned"
                if held >= left
                else "partially_available"
                if held
                else "confirmed"
            )
            source, destination = self._ends()
            move = Move(
                move_id=self._next(),
                reference=self._transfer_name(),
                product_id=found.product_id,
                product=found.name,
                state=state,
                demand=left,
                reserved=0.0 if cancelled else held,
                at=day(self._scheduled()),
                transfer_id=1,
                sale_line_id=line_id,
                deadline=day(self.promised) if self.promised is not None else None,
                source=source,
                destination=destination,
                picked=picked,
                waits_for_source=to_order,
                reservation_date=TODAY + timedelta(days=reservation_date)
                if reservation_date is not None
                else None,
                pieces=(ReservedPiece(quantity=held, location_id=source.location_id, lot_id=lot),)
                if held
                else (),
            )
            moves = (move,)
        self._lines.append(
            SalesLine(
                line_id=line_id,
                name=found.name,
                product=found,
                unit=unit,
                per_unit=per_unit,
                ordered=quantity,
                delivered=delivered,
                invoiced=invoiced,
                price=Decimal(price),
                odoo_price=Decimal(odoo_price or price),
                lead_days=lead,
                moves=moves,
            )
        )
        return found

    def _ends(self) -> tuple[Location, Location]:
        if self.step == "pick":
            return place(self.warehouse), place(self.warehouse, "packing")
        if self.step == "pack":
            return place(self.warehouse, "packing"), place(self.warehouse, "output")
        return place(self.warehouse, "output") if self.warehouse.steps != "ship_only" else place(
            self.warehouse
        ), CUSTOMERS

    def _scheduled(self) -> int:
        if self.scheduled is not None:
            return self.scheduled
        return self.promised if self.promised is not None else self.ordered + 2

    def _transfer_name(self) -> str:
        return f"{self.warehouse.code}/{ {'ship': 'OUT', 'pick': 'PICK', 'pack': 'PACK'}[self.step] }/00012"

    # -- around it -------------------------------------------------------------------------------------------------------
    def quant(
        self,
        product: Product,
        quantity: float,
        *,
        reserved: float = 0.0,
        warehouse: Warehouse | None = None,
        where: Place = "stock",
        leaves: int | None = None,
        counted: float | None = None,
        lot: str = "",
    ) -> Quant:
        """Put stock somewhere. `leaves`: day on which its lot may no longer be sold."""
        home = warehouse or self.warehouse
        quant = Quant(
            quant_id=self._next(),
            product_id=product.product_id,
            product=product.name,
            quantity=quantity,
            reserved=reserved,
            location=place(home, where),
            warehouse=home,
            lot_id=self._next() if lot else None,
            lot=lot,
            arrived=day(-30),
            leaves_stock=day(leaves) if leaves is not None else None,
            counted=counted,
        )
        self._quants.append(quant)
        return quant

    def inbound(
        self,
        product: Product,
        quantity: float,
        *,
        due: int,
        document: str = "P00031",
        vendor: str = "Kestrel Valves",
        ordered: float | None = None,
        received: float = 0.0,
        warehouse: Warehouse | None = None,
        rest_of: bool = False,
        kind: Literal["purchase", "transfer", "put_away"] = "purchase",
        with_purchase: bool = True,
    ) -> Move:
        """Let goods be on their way."""
        home = warehouse or self.warehouse
        line_id = self._next()
        ends = {
            "purchase": (VENDORS, place(home)),
            "transfer": (place(SOUTH if home is not SOUTH else EAST), place(home)),
            "put_away": (place(home, "input"), place(home)),
        }
        is_purchase = kind == "purchase"
        move = Move(
            move_id=self._next(),
            reference=f"{home.code}/IN/00007",
            product_id=product.product_id,
            product=product.name,
            state="assigned",
            demand=quantity,
            reserved=quantity if kind == "put_away" else 0.0,
            at=day(due),
            deadline=day(due),
            source=ends[kind][0],
            destination=ends[kind][1],
            transfer_id=self._next(),
            partner=vendor if is_purchase else "",
            partner_id=600 if is_purchase else None,
            purchase=document if is_purchase else "",
            purchase_line_id=line_id if is_purchase else None,
            is_backorder=rest_of,
        )
        self._moves.append(move)
        if is_purchase and with_purchase:
            self._purchases.append(
                PurchaseLine(
                    line_id=line_id,
                    purchase_id=31,
                    purchase=document,
                    state="purchase",
                    vendor_id=600,
                    vendor=vendor,
                    buyer="Petra Lindqvist",
                    product_id=product.product_id,
                    product=product.name,
                    ordered=ordered if ordered is not None else quantity + received,
                    received=received,
                    planned=day(due),
                    placed=day(due - 14),
                    warehouse_id=home.warehouse_id,
                    warehouse=home.name,
                    receipt_status="pending",
                    receipt_move_ids=(move.move_id,),
                    messages=tuple(self._said["purchase"]),
                )
            )
        return move

    def purchase_line(
        self,
        product: Product,
        ordered: float,
        *,
        received: float = 0.0,
        state: str = "purchase",
        planned: int = -3,
        name: str = "P00044",
        agreement: str = "",
        compared_with: tuple[str, ...] = (),
    ) -> PurchaseLine:
        """A purchase line without an open receipt: a request for quotation, or one that was closed short."""
        line = PurchaseLine(
            line_id=self._next(),
            purchase_id=44,
            purchase=name,
            state=state,
            vendor_id=600,
            vendor="Kestrel Valves",
            buyer="Petra Lindqvist",
            product_id=product.product_id,
            product=product.name,
            ordered=ordered,
            received=received,
            planned=day(planned),
            placed=day(planned - 5),
            warehouse_id=self.warehouse.warehouse_id,
            warehouse=self.warehouse.name,
            agreement=agreement,
            compared_with=compared_with,
        )
        self._purchases.append(line)
        return line

    def receipts(self, *delays: int, vendor: str = "Kestrel Valves") -> None:
        """Past receipts of the vendor: how many days after the promised day each came."""
        for number, delay in enumerate(delays):
            self._moves.append(
                Move(
                    move_id=self._next(),
                    reference=f"{self.warehouse.code}/IN/1{number:04}",
                    product_id=1,
                    product="something",
                    state="done",
                    demand=10,
                    reserved=10,
                    at=day(-40 - number + delay),
                    deadline=day(-40 - number),
                    source=VENDORS,
                    destination=place(self.warehouse),
                    transfer_id=self._next(),
                    partner=vendor,
                    partner_id=600,
                )
            )

    def other_demand(
        self,
        product: Product,
        quantity: float,
        *,
        reserved: float,
        promised: int,
        holder: str = "S00077",
        urgent: bool = False,
        warehouse: Warehouse | None = None,
    ) -> Move:
        """Another order that wants, or holds, the same product."""
        home = warehouse or self.warehouse
        move = Move(
            move_id=self._next(),
            reference=f"{home.code}/OUT/00077",
            product_id=product.product_id,
            product=product.name,
            state="assigned" if reserved >= quantity else "confirmed",
            demand=quantity,
            reserved=reserved,
            at=day(promised),
            deadline=day(promised),
            source=place(home),
            destination=CUSTOMERS,
            sale_id=self._next(),
            sale=holder,
            is_urgent=urgent,
            transfer_id=self._next(),
        )
        self._moves.append(move)
        return move

    def delivered(
        self,
        on: int,
        *,
        name: str = "EAST/OUT/00009",
        tracking: str = "SWL790037",
        signed: bool = False,
        files: int | None = 0,
        number: int = 2,
    ) -> None:
        """A delivery that was done."""
        self._done.append(
            Transfer(
                transfer_id=number,
                name=name,
                state="done",
                kind="Delivery Orders",
                to_customer=True,
                scheduled=day(on),
                done=day(on, 20),
                carrier=self.carrier,
                tracking=tracking,
                signed=signed,
                attachments=files,
                created=day(self.ordered),
            )
        )

    def invoice(self, *, posted: bool = True) -> None:
        self._invoices.append(
            Invoice(
                invoice_id=self._next(),
                name="INV/2026/00088",
                is_posted=posted,
                is_credit_note=False,
                payment="not_paid",
                dated=TODAY - timedelta(days=9),
                due=None,
                total=Decimal("5040.00"),
                currency="USD",
            )
        )

    def message(
        self,
        text: str,
        *,
        by: Literal["customer", "carrier", "colleague"] = "colleague",
        on: Literal["order", "delivery", "purchase"] = "order",
        when: int = -3,
        written: bool = True,
    ) -> Message:
        """Let somebody say something."""
        names = {
            "customer": "Meridian Foods, Dana Whitfield",
            "carrier": "Swiftline Parcel",
            "colleague": "Sofia Reyes",
        }
        companies = {"customer": MERIDIAN, "carrier": CARRIER_CONTACT, "colleague": COLLEAGUE}
        model = {"order": "sale.order", "delivery": "stock.picking", "purchase": "purchase.order"}[on]
        message = Message(
            message_id=self._next(),
            model=model,
            record_id={"order": 42, "delivery": 1, "purchase": 31}[on],
            at=day(when, 17),
            author=names[by],
            author_company_id=companies[by],
            text=text,
            written=written,
        )
        self._said[on].append(message)
        return message

    def activity(
        self,
        kind: str = "To-Do",
        *,
        summary: str = "",
        upload: bool = False,
        on: Literal["order", "delivery"] = "delivery",
        due: int = -4,
    ) -> Activity:
        """Something that has to be done."""
        activity = Activity(
            activity_id=self._next(),
            model="sale.order" if on == "order" else "stock.picking",
            record_id=42 if on == "order" else 1,
            kind=kind,
            is_upload=upload,
            summary=summary,
            note="",
            due=TODAY + timedelta(days=due),
            created=day(due - 2),
            assigned_to="Fiona Marsh",
        )
        self._to_do[on].append(activity)
        return activity

    # -- the result ------------------------------------------------------------------------------------------------------
    def order(self) -> SalesOrder:
        """The order as `SalesOrder.from_odoo` would give it."""
        lead = max((line.lead_days for line in self._lines), default=0)
        return SalesOrder(
            order_id=42,
            name=self.name,
            state=self.state,
            company_id=1,
            customer=Customer(
                partner_id=500,
                name="Meridian Foods",
                ref="C-1001",
                company_contact_id=MERIDIAN,
                owed=self.owed,
                credit_limit=self.credit_limit,
                has_own_limit=self.credit_limit is not None,
            ),
            delivery_address=Address(
                partner_id=505,
                name="Meridian Foods, Dock 2",
                missing=self.address_lacks,
                not_shown=self.address_hidden,
            ),
            created=day(self.ordered),
            ordered=day(self.ordered, 16),
            committed=day(self.promised) if self.promised is not None else None,
            expected=day(self.ordered, 16) + timedelta(days=lead),
            ships_all_at_once=self.ships_all_at_once,
            total=self.total,
            valid_until=TODAY + timedelta(days=self.valid_until) if self.valid_until is not None else None,
            currency="USD",
            calendar=self.calendar,
            blocks=self.blocks,
            salesperson="Marcus Bell",
            tags=self.tags,
            credit_warning=self.credit_warning,
            warehouse=self.warehouse,
            carrier=self.carrier,
            lines=tuple(self._lines),
            transfers=self._transfers(),
            invoices=tuple(self._invoices),
            messages=tuple(self._said["order"]),
            activities=tuple(self._to_do["order"]),
        )

    def _transfers(self) -> tuple[Transfer, ...]:
        moves = [move for line in self._lines for move in line.moves]
        done = [
            replace(item, messages=tuple(self._said["delivery"]), activities=tuple(self._to_do["delivery"]))
            for item in self._done
        ]
        if not moves:
            return tuple(done)
        state = self.transfer_state
        if state is None:
            states = {move.state for move in moves}
            ready = states == {"assigned"} or (
                not self.ships_all_at_once and bool(states & {"assigned", "partially_available"})
            )
            state = "cancel" if states == {"cancel"} else "assigned" if ready else "confirmed"
        carrier = self.carrier if self.transfer_carrier == "as order" else self.transfer_carrier
        current = Transfer(
            transfer_id=1,
            name=self._transfer_name(),
            state=state,
            kind={"ship": "Delivery Orders", "pick": "Pick", "pack": "Pack"}[self.step],
            to_customer=self.step == "ship",
            ships_all_at_once=self.ships_all_at_once,
            reserves=self.reserves,
            created=day(self.ordered),
            scheduled=day(self._scheduled()),
            deadline=day(self.promised) if self.promised is not None else None,
            backorder_of_id=self.backorder_of,
            backorder_of="EAST/OUT/00009" if self.backorder_of else "",
            partner="Meridian Foods",
            carrier=carrier,
            tracking=self.tracking,
            attachments=0,
            messages=() if done else tuple(self._said["delivery"]),
            activities=() if done else tuple(self._to_do["delivery"]),
        )
        return (*done, current)

    def case(self, *, unread: Iterable[Part] = (), now: datetime = NOW) -> OrderCase:
        """The prepared case.

        Args:
            unread: parts this person may not read: they are left out and noted.
        """
        parts = set(unread)
        order = self.order()
        if "moves" in parts:
            order = replace(order, transfers=(), lines=tuple(replace(line, moves=()) for line in order.lines))
        return build_case(
            order,
            now=now,
            zone=ZONE,
            quants=None if "stock" in parts else tuple(self._quants),
            moves=None if "supply" in parts else tuple(self._moves),
            purchase_lines=None if "purchases" in parts else tuple(self._purchases),
            unread=tuple(Unread(part=part, text=f"The {part} could not be read.") for part in parts),
        )

    def diagnose(self, *, unread: Iterable[Part] = (), now: datetime = NOW) -> Diagnosis:
        """Its diagnosis, with links that lead nowhere."""
        case = self.case(unread=unread, now=now)
        return diagnose_case(
            case,
            read_at=now,
            url_of=lambda model, number: f"https://odoo.example/{model}/{number}",
            not_read=tuple(item.text for item in case.unread),
        )

    def codes(self, *, unread: Iterable[Part] = ()) -> tuple[str, ...]:
        """Codes of the causes, what blocks first leading."""
        return tuple(cause.code for cause in self.diagnose(unread=unread).causes)

    def cause(self, code: str, *, unread: Iterable[Part] = ()) -> Cause:
        """One cause of the diagnosis. Raises KeyError when it was not named."""
        for cause in self.diagnose(unread=unread).causes:
            if cause.code == code:
                return cause
        raise KeyError(code)
