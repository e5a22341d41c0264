"""Ship lines that wait from a warehouse that has the stock: a delivery of that warehouse, with the waiting lines moved into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Outcome, Plan, Step
from erp_tools.actions.calls import load_once
from erp_tools.actions.freight_effect import one_more_shipment
from erp_tools.actions.lines import (
    OPEN_MOVE,
    SMALLEST,
    id_of,
    missing,
    open_moves,
    read_transfers,
    ready,
    seen,
    told,
)
from erp_tools.actions.order import open_order, text_of, the_delivery
from erp_tools.actions.split_delivery import Split, waits_by_product
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.errors import OdooUserError
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row

_WAREHOUSE: dict[str, Any] = {
    "name": {}, "code": {}, "delivery_steps": {}, "lot_stock_id": {"fields": {"display_name": {}}},
    "out_type_id": {"fields": {"display_name": {}, "default_location_src_id": {}, "default_location_dest_id": {}}},
}  # fmt: skip
_MOVE: dict[str, Any] = {
    "picking_id": {},
    "location_id": {},
    "state": {},
    "product_uom_qty": {},
    "quantity": {},
    "warehouse_id": {},
}


class SourceFromWarehouse:
    """Wishes: ``order``, ``warehouse`` (name or code), ``delivery`` where the order has several open ones, and ``ship_ready`` (yes)
    where what is reserved shall not wait for lines that this warehouse does not have either.

    What is reserved stays where it is. A line of which a part is reserved is split off first, by Odoo's own split; with
    ``ship_ready`` every line that is not, and what the warehouse does not have stays behind as the backorder.
    """

    type: ActionType = "source_from_warehouse"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        delivery = the_delivery(order, wanted)
        transfer = read_transfers(session, [delivery["id"]])[delivery["id"]]
        warehouse = _find_warehouse(session, text_of(wanted, "warehouse", "From which warehouse?"))
        own = ((delivery.get("picking_type_id") or {}).get("warehouse_id") or {}).get("id")
        if own == warehouse["id"]:
            raise CannotDraft(f"{delivery['name']} ships from {warehouse['name']} already.")
        if warehouse.get("delivery_steps") != "ship_only":
            raise CannotDraft(
                f"{warehouse['name']} picks and packs in steps; its transfers are planned in Odoo, not by moving a line."
            )
        moves = open_moves(transfer)
        waiting = [move for move in moves if missing(move) > SMALLEST]
        chosen = _available(session, warehouse, waiting)
        if not chosen:
            raise CannotDraft(
                f"{warehouse['name']} does not have what a line of {delivery['name']} is waiting for."
            )
        split = None
        leaves_now = bool(wanted.get("ship_ready")) and any(ready(move) > SMALLEST for move in moves)
        if leaves_now or any(ready(move) > SMALLEST for move in chosen):
            split = {
                "picking_id": transfer["id"], "delivery": transfer["name"], "before": sorted(transfer.get("backorder_ids") or []),
                "waits": waits_by_product(moves),
            }  # fmt: skip
        out = warehouse["out_type_id"]
        leaves = delivery.get("picking_type_code") == "outgoing"
        target = (
            id_of(delivery.get("location_dest_id")) if leaves else id_of(out.get("default_location_dest_id"))
        )
        moved = "; ".join(told(move, missing(move)) for move in chosen)
        leaving = [(move, missing(move)) for move in chosen]
        staying = [
            (move, float(move["product_uom_qty"]) - (missing(move) if move in chosen else 0))
            for move in moves
        ]
        loss = one_more_shipment(session, order, staying, leaving, carrier=id_of(delivery.get("carrier_id")))
        plan = Plan(
            action=self.type, **order.head(),
            payload={
                "order": order.name, "delivery": delivery["name"], "picking_id": delivery["id"], "warehouse": warehouse["name"],
                "warehouse_id": warehouse["id"], "picking_type_id": out["id"], "location_dest_id": target,
                "location_id": id_of(out.get("default_location_src_id")) or warehouse["lot_stock_id"]["id"],
                "partner_id": id_of(delivery.get("partner_id")), "scheduled_date": delivery["scheduled_date"], "split": split,
                "lines": [[move["product_id"]["id"], missing(move)] for move in chosen],
            },
            snapshot=seen(transfer), summary=f"Ship {moved} of {order.name} from {warehouse['name']}",
            changes=(
                Change(record=f"New delivery of {warehouse['name']}", what="Ships", before="", after=moved),
                Change(record=delivery["name"], what="Keeps", before="all lines", after=_kept(moves, chosen)),
            ),
            effects=(
                *((f"{delivery['name']} is split first: what is reserved stays on it.",) if split else ()),
                f"{warehouse['name']} has less for its own orders.",
                "The customer gets one more shipment; freight is paid for both.",
            ),
            undo="Cancel the new delivery and plan the lines from the first warehouse again.", margin_loss=loss,
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        found = read_transfers(session, [payload["picking_id"]])
        return seen(found[payload["picking_id"]]) if found else {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        needed: dict[int, float] = {}
        for product, quantity in payload["lines"]:
            needed[product] = needed.get(product, 0.0) + quantity
        free = _free(session, payload["location_id"], list(needed))
        short = any(free.get(product, 0.0) + SMALLEST < quantity for product, quantity in needed.items())
        return [f"{payload['warehouse']} does not have it free any more"] if short else []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        first: list[Step] = [Split(payload=payload["split"])] if payload["split"] else []
        moving = [
            _MoveLine(payload=payload, key=key, product_id=product, quantity=quantity)
            for product, quantity in payload["lines"]
        ]
        left = marks(payload, key, ("stock.picking", payload["picking_id"], payload["delivery"]))
        return [
            *first,
            _NewDelivery(payload=payload, key=key),
            *moving,
            _Reserve(payload=payload, key=key),
            *left,
        ]


@dataclass(frozen=True, kw_only=True)
class _NewDelivery:
    payload: Mapping[str, Any]
    key: str
    repeatable: bool = True
    """Odoo's ``load`` finds the first one by the external id."""

    @property
    def name(self) -> str:
        return f"create a delivery in {self.payload['warehouse']}"

    def run(self, session: OdooSession) -> None:
        values = {
            "partner_id/.id": self.payload["partner_id"], "picking_type_id/.id": self.payload["picking_type_id"],
            "location_id/.id": self.payload["location_id"], "location_dest_id/.id": self.payload["location_dest_id"],
            "origin": marked(self.payload["order"], self.key), "scheduled_date": self.payload["scheduled_date"], "move_type": "direct",
        }  # fmt: skip
        load_once(session, "stock.picking", self.key, values)

    def observe(self, session: OdooSession) -> Outcome:
        found = new_deliveries(session, self.payload["order"], self.key)
        if len(found) > 1:
            return Outcome(seen="unclear", text=f"there are {len(found)} new deliveries.")
        if not found:
            return Outcome(seen="not_done", text="there is no new delivery")
        return Outcome(
            seen="done", text=f"{found[0]['name']} is there", records=(("stock.picking", found[0]["id"]),)
        )


@dataclass(frozen=True, kw_only=True)
class _MoveLine:
    payload: Mapping[str, Any]
    key: str
    product_id: int
    quantity: float
    repeatable: bool = False
    """As every write: a first one that is held up may land late."""

    @property
    def name(self) -> str:
        return f"move {self.quantity:g} of product {self.product_id} to the delivery of {self.payload['warehouse']}"

    def run(self, session: OdooSession) -> None:
        new, waiting = self._places(session)
        move = _line_of(session, waiting, self.product_id, self.quantity)
        if move is None or new is None:
            raise OdooUserError(f"The waiting line of product {self.product_id} is not there any more.")
        values = {
            "picking_id": new, "location_id": self.payload["location_id"], "picking_type_id": self.payload["picking_type_id"],
            "warehouse_id": self.payload["warehouse_id"], "location_dest_id": self.payload["location_dest_id"],
        }  # fmt: skip
        session.call("stock.move", "write", [move["id"]], vals=values)

    def observe(self, session: OdooSession) -> Outcome:
        new, waiting = self._places(session)
        moved = _line_of(session, [new], self.product_id, self.quantity) if new else None
        if moved is not None and id_of(moved["location_id"]) == self.payload["location_id"]:
            return Outcome(
                seen="done", text="the line is on the new delivery", records=(("stock.move", moved["id"]),)
            )
        if moved is None and _line_of(session, waiting, self.product_id, self.quantity) is not None:
            return Outcome(seen="not_done", text=f"the line still waits for {self.payload['delivery']}")
        return Outcome(
            seen="unclear", text=f"the waiting line of product {self.product_id} is somewhere else."
        )

    def _places(self, session: OdooSession) -> tuple[int | None, list[int]]:
        """The new delivery, and the transfers on which the line waits until it is moved."""
        new = new_deliveries(session, self.payload["order"], self.key)
        waiting = [self.payload["picking_id"]]
        if split := self.payload["split"]:
            here = read_transfers(session, waiting).get(waiting[0])
            waiting = sorted(set((here or {}).get("backorder_ids") or []) - set(split["before"]))
        return (new[0]["id"] if len(new) == 1 else None), waiting


@dataclass(frozen=True, kw_only=True)
class _Reserve:
    payload: Mapping[str, Any]
    key: str
    repeatable: bool = True
    """Reserving what is reserved changes nothing."""

    @property
    def name(self) -> str:
        return f"reserve in {self.payload['warehouse']}"

    def run(self, session: OdooSession) -> None:
        session.call(
            "stock.picking",
            "action_assign",
            [new_deliveries(session, self.payload["order"], self.key)[0]["id"]],
        )

    def observe(self, session: OdooSession) -> Outcome:
        new = new_deliveries(session, self.payload["order"], self.key)
        transfer = read_transfers(session, [new[0]["id"]]).get(new[0]["id"]) if len(new) == 1 else None
        moves = open_moves(transfer) if transfer else []
        if (
            transfer
            and len(moves) == len(self.payload["lines"])
            and all(missing(move) <= SMALLEST for move in moves)
        ):
            return Outcome(
                seen="done",
                text=f"{transfer['name']} is reserved",
                records=(("stock.picking", transfer["id"]),),
            )
        return Outcome(seen="not_done", text="not everything is reserved")


def _available(session: OdooSession, warehouse: Row, waiting: Sequence[Row]) -> list[Row]:
    """The waiting lines that this warehouse can fill to the last piece, in their order."""
    free = _free(session, warehouse["lot_stock_id"]["id"], [move["product_id"]["id"] for move in waiting])
    chosen = []
    for move in waiting:
        product = move["product_id"]
        if id_of(product.get("uom_id")) != id_of(move["product_uom"]):
            continue  # counted in another unit than the stock is: planned in Odoo, where the conversion is
        if free.get(product["id"], 0.0) + SMALLEST >= missing(move):
            free[product["id"]] -= missing(move)
            chosen.append(move)
    return chosen


def _kept(moves: Sequence[Row], chosen: Sequence[Row]) -> str:
    kept = [
        told(move, ready(move) if move in chosen else float(move["product_uom_qty"]))
        for move in moves
        if move not in chosen or ready(move) > SMALLEST
    ]
    return "; ".join(kept) or "nothing; it stays empty and can be cancelled"


def _line_of(session: OdooSession, transfers: Sequence[int], product_id: int, quantity: float) -> Row | None:
    """The open line of a product and quantity on these transfers."""
    at = [
        ["picking_id", "in", list(transfers)],
        ["product_id", "=", product_id],
        ["state", "in", list(OPEN_MOVE)],
    ]
    rows = session.read("stock.move", at, _MOVE, limit=50).rows
    return next((row for row in rows if abs(float(row["product_uom_qty"]) - quantity) <= SMALLEST), None)


def marked(order: str, key: str) -> str:
    """The origin of a transfer that a draft made: the order, and the draft by which it is found again."""
    return f"{order} ({key})"


def new_deliveries(session: OdooSession, order: str, key: str) -> list[Row]:
    return session.read(
        "stock.picking", [["origin", "=", marked(order, key)]], {"name": {}, "state": {}}, limit=3
    ).rows


def _find_warehouse(session: OdooSession, name: str) -> Row:
    found = session.read(
        "stock.warehouse", ["|", ["name", "=ilike", name], ["code", "=ilike", name]], _WAREHOUSE, limit=3
    ).rows
    found = found or session.read("stock.warehouse", [["name", "ilike", name]], _WAREHOUSE, limit=3).rows
    if len(found) != 1:
        said = ", ".join(str(row["name"]) for row in found)
        raise CannotDraft(
            f"There is no single warehouse called {name} in Odoo" + (f" ({said})." if said else ".")
        )
    return found[0]


def _free(session: OdooSession, location_id: int, products: Sequence[int]) -> dict[int, float]:
    """Product -> what lies free in a place, in the product's own unit."""
    rows = session.read(
        "stock.quant", [["location_id", "child_of", location_id], ["product_id", "in", list(products)]],
        {"product_id": {}, "quantity": {}, "reserved_quantity": {}}, limit=2000,
    ).rows  # fmt: skip
    free: dict[int, float] = {}
    for row in rows:
        product = id_of(row["product_id"]) or 0
        free[product] = free.get(product, 0.0) + float(row["quantity"]) - float(row["reserved_quantity"])
    return free
