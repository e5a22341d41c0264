"""Another product in the place of one that waits: the old line goes down to what was delivered, a new line takes the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Outcome, Plan, Step
from erp_tools.actions.calls import WriteField, load_once
from erp_tools.actions.lines import SMALLEST, id_of
from erp_tools.actions.order import open_order, text_of
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row

_LINE: dict[str, Any] = {
    "product_id": {},
    "product_uom_qty": {},
    "qty_delivered": {},
    "price_unit": {},
    "name": {},
}
_PRODUCT: dict[str, Any] = {
    "display_name": {},
    "default_code": {},
    "uom_id": {"fields": {"display_name": {}}},
}


class SubstituteProduct:
    """Wishes: ``order``, ``product`` (the one that waits: code or name), ``substitute`` (code or name), and ``ratio`` where more than
    one of it, or less, stands for one of what was ordered (``4``).

    The price of the old line is kept: the customer agreed to no other. With a ratio the same amount is shared by what is delivered.
    """

    type: ActionType = "substitute_product"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        old = _find_product(session, text_of(wanted, "product", "Which product waits?"))
        new = _find_product(session, text_of(wanted, "substitute", "Which product takes its place?"))
        if old["id"] == new["id"]:
            raise CannotDraft(f"{new['display_name']} is what was ordered.")
        if id_of(old["uom_id"]) != id_of(new["uom_id"]):
            raise CannotDraft(
                f"{old['display_name']} and {new['display_name']} are counted in different units; change the order in Odoo."
            )
        lines = [
            line
            for line in order.row["order_line"]
            if id_of(line.get("product_id")) == old["id"] and not line.get("display_type")
        ]
        if len(lines) != 1:
            raise CannotDraft(f"{order.name} does not have exactly one line of {old['display_name']}.")
        line = lines[0]
        quantity = float(line["product_uom_qty"]) - float(line.get("qty_delivered") or 0)
        if quantity <= SMALLEST:
            raise CannotDraft(f"{old['display_name']} on {order.name} is delivered.")
        unit = (new["uom_id"] or {}).get("display_name", "")
        ratio = _ratio_of(wanted)
        left, quantity = quantity, round(quantity * ratio, 6)
        price = line["price_unit"] if ratio == 1 else round(float(line["price_unit"]) / ratio, 4)
        plan = Plan(
            action=self.type, **order.head(),
            payload={
                "order_id": order.order_id, "order": order.name, "line_id": line["id"], "before": float(line["product_uom_qty"]),
                "delivered": float(line.get("qty_delivered") or 0), "product_id": new["id"], "product": new["display_name"],
                "quantity": quantity, "price_unit": price,
            },
            snapshot=_seen(order.order_id, order.state, line),
            summary=f"Deliver {quantity:g} {unit} of {new['display_name']} instead of {old['display_name']} on {order.name}",
            changes=(
                Change(record=order.name, what=str(old["display_name"]), before=f"{float(line['product_uom_qty']):g} {unit}",
                       after=f"{float(line.get('qty_delivered') or 0):g} {unit}"),
                Change(record=order.name, what=str(new["display_name"]), before="",
                       after=f"{quantity:g} {unit} at the old price" + (f", {price:g} each" if ratio != 1 else "")),
            ),
            effects=(
                "The customer gets another product than ordered; have their word for it.", "Odoo plans a delivery for the new line.",
                *((f"Another number than ordered: {quantity:g} stand for {left:g}, {ratio:g} for one.",) if ratio != 1 else ()),
            ),
            undo="Set the old line's quantity back and the new line's to zero, before it ships.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = session.read(
            "sale.order.line", [["id", "=", payload["line_id"]]], {**_LINE, "state": {}}, limit=1
        ).rows
        return _seen(payload["order_id"], rows[0]["state"], rows[0]) if rows else {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        lower = WriteField(
            name=f"lower the old line of {payload['order']}", model="sale.order.line", record_id=payload["line_id"],
            field="product_uom_qty", before=payload["before"], wanted=payload["delivered"],
        )  # fmt: skip
        note = marks(payload, key, ("sale.order", payload["order_id"], payload["order"]))
        return [_AddLine(payload=payload, key=key), lower, *note]


@dataclass(frozen=True, kw_only=True)
class _AddLine:
    payload: Mapping[str, Any]
    key: str
    repeatable: bool = True
    """Odoo's ``load`` finds the first one by the external id."""

    @property
    def name(self) -> str:
        return f"add {self.payload['product']} to {self.payload['order']}"

    @property
    def mark(self) -> str:
        return f"{self.payload['product']}\nSubstitute ({self.key})"

    def run(self, session: OdooSession) -> None:
        values = {
            "order_id/.id": self.payload["order_id"], "product_id/.id": self.payload["product_id"],
            "product_uom_qty": self.payload["quantity"], "price_unit": self.payload["price_unit"], "name": self.mark,
        }  # fmt: skip
        load_once(session, "sale.order.line", f"{self.key}_line", values)

    def observe(self, session: OdooSession) -> Outcome:
        found = session.read(
            "sale.order.line",
            [["order_id", "=", self.payload["order_id"]], ["name", "ilike", self.key]],
            _LINE,
            limit=3,
        ).rows
        if not found:
            return Outcome(seen="not_done", text="there is no new line")
        if len(found) > 1 or abs(float(found[0]["product_uom_qty"]) - self.payload["quantity"]) > SMALLEST:
            return Outcome(seen="unclear", text="the new line is not what was to be added.")
        return Outcome(
            seen="done", text="the new line is there", records=(("sale.order.line", found[0]["id"]),)
        )


def _ratio_of(wanted: Mapping[str, Any]) -> float:
    """How many of the substitute stand for one. Raises CannotDraft."""
    text = str(wanted.get("ratio") or "1").strip()
    try:
        ratio = float(text)
    except ValueError:
        ratio = 0.0
    if not SMALLEST < ratio < 1000:
        raise CannotDraft(f"{text!r} is no ratio; write how many of the substitute stand for one, such as 4.")
    return ratio


def _seen(order_id: int, state: str, line: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"state": state, "product_id": id_of(line.get("product_id")), "order": order_id}
    for name in ("product_uom_qty", "qty_delivered", "price_unit"):
        values[name] = float(line.get(name) or 0)
    return {f"sale.order.line,{line['id']}": values}


def _find_product(session: OdooSession, name: str) -> Row:
    found = session.read("product.product", [["default_code", "=ilike", name]], _PRODUCT, limit=3).rows
    found = found or session.read("product.product", [["name", "ilike", name]], _PRODUCT, limit=3).rows
    if len(found) != 1:
        said = ", ".join(str(row["display_name"]) for row in found)
        raise CannotDraft(
            f"There is no single product called {name} in Odoo" + (f" ({said})." if said else ".")
        )
    return found[0]
