"""Lines of a transfer, as the actions on stock speak of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from erp_tools.odoo.gateway import OdooSession, Row

SMALLEST = 1e-6
OPEN_MOVE = ("draft", "waiting", "confirmed", "partially_available", "assigned")
TRANSFER: dict[str, Any] = {
    "name": {}, "state": {}, "move_type": {}, "backorder_ids": {},
    "move_ids": {"fields": {
        "state": {}, "product_uom_qty": {}, "quantity": {}, "location_id": {}, "picking_id": {},
        "product_id": {"fields": {"display_name": {}, "uom_id": {}}}, "product_uom": {"fields": {"display_name": {}}},
    }},
}  # fmt: skip


def open_moves(transfer: Row) -> list[Row]:
    """Lines that are neither done nor cancelled."""
    return [move for move in transfer["move_ids"] if move["state"] in OPEN_MOVE]


def ready(move: Row) -> float:
    """How much of a line is reserved, in its own unit."""
    return float(move.get("quantity") or 0)


def missing(move: Row) -> float:
    """How much of a line is not."""
    return max(0.0, float(move["product_uom_qty"]) - ready(move))


def told(move: Row, quantity: float) -> str:
    """``7 Units of [IN-4150] Strainer``."""
    return f"{quantity:g} {(move.get('product_uom') or {}).get('display_name', '')} of {product_of(move)}".replace(
        "  ", " "
    )


def product_of(move: Row) -> str:
    return str((move.get("product_id") or {}).get("display_name", "a product"))


def read_transfers(session: OdooSession, ids: Iterable[int]) -> dict[int, Row]:
    """Transfers by id; those that are gone are left out."""
    wanted = sorted(set(ids))
    rows = (
        session.read("stock.picking", [["id", "in", wanted]], TRANSFER, limit=max(1, len(wanted))).rows
        if wanted
        else []
    )
    return {row["id"]: row for row in rows}


def seen(transfer: Row) -> dict[str, Mapping[str, Any]]:
    """What a plan about a transfer rests on: its state and all its lines with what is reserved."""
    lines = {
        str(move["id"]): [move["state"], float(move["product_uom_qty"]), ready(move)]
        for move in sorted(transfer["move_ids"], key=lambda move: move["id"])
    }
    return {
        f"stock.picking,{transfer['id']}": {
            "state": transfer["state"],
            "move_type": transfer["move_type"],
            "lines": lines,
            "backorders": sorted(transfer.get("backorder_ids") or []),
        }
    }


def id_of(value: Any) -> int | None:
    """The id of a many2one, however much of it was read."""
    found = value["id"] if isinstance(value, Mapping) else value
    return int(found) if found else None
