"""Stock before the first order: shelves, lots, goods on hold, and counts that nobody has applied."""

from __future__ import annotations

from collections import defaultdict

from erp_tools.demo.clock import Clock
from erp_tools.demo.model import Plan, Quant
from erp_tools.demo.rpc import AdminSession, Row
from erp_tools.demo.setup_catalogue import Records
from erp_tools.demo.setup_company import Ground

INVENTORY = {"inventory_mode": True}


def stock_the_shelves(odoo: AdminSession, plan: Plan, ground: Ground, records: Records, clock: Clock) -> None:
    """The plan's shelf and special stock, before anything is received or shipped."""
    quants = [
        Quant(product=ref, warehouse=code, quantity=number)
        for (code, ref), number in sorted(plan.shelf.items())
    ]
    _count(odoo, plan, ground, records, clock, [*quants, *plan.quants])


def enter_counts(odoo: AdminSession, plan: Plan, ground: Ground, records: Records) -> None:
    """After the orders are reserved: counts that somebody entered and nobody applied."""
    for quant in plan.quants:
        if quant.counted is not None:
            where = [
                ("product_id", "=", records.products[quant.product]),
                ("location_id", "=", ground.sites[quant.warehouse].stock),
            ]
            values = {"inventory_quantity": quant.counted, "inventory_quantity_set": True}
            odoo.write("stock.quant", odoo.ids("stock.quant", where), values, context=INVENTORY)


def _count(
    odoo: AdminSession, plan: Plan, ground: Ground, records: Records, clock: Clock, quants: list[Quant]
) -> None:
    lots = _lots(odoo, plan, records, clock, quants)
    rows: list[Row] = []
    for quant in quants:
        site = ground.sites[quant.warehouse]
        row: Row = {
            "product_id": records.products[quant.product],
            "location_id": {"stock": site.stock, "hold": site.hold, "bin": site.bin}[quant.place],
            "inventory_quantity": quant.quantity,
        }
        if plan.products[quant.product].lot:
            row["lot_id"] = lots[quant.product, quant.warehouse, quant.expires]
        rows.append(row)
    made = odoo.create("stock.quant", rows, batch=200, context=INVENTORY)
    odoo.each("stock.quant", "action_apply_inventory", made, batch=200, context=INVENTORY)


def _lots(
    odoo: AdminSession, plan: Plan, records: Records, clock: Clock, quants: list[Quant]
) -> dict[tuple[str, str, int | None], int]:
    """One lot per product and warehouse, named after both, with its dates."""
    keys, rows = [], []
    numbers: dict[str, int] = defaultdict(int)
    for quant in quants:
        product = plan.products[quant.product]
        if not product.lot:
            continue
        numbers[quant.product] += 1
        removal = quant.expires if quant.expires is not None else max(12, product.shelf_days * 2 // 3)
        best_before = removal + max(1, product.shelf_days // 20)
        keys.append((quant.product, quant.warehouse, quant.expires))
        rows.append(
            {
                "name": f"L-{quant.product[3:]}-{quant.warehouse[0]}{numbers[quant.product]}",
                "product_id": records.products[quant.product],
                "expiration_date": clock.at(best_before, 12),
                "removal_date": clock.at(removal, 12),
                "use_date": clock.at(removal - 1, 12),
                "alert_date": clock.at(removal - max(2, product.shelf_days // 10), 12),
            }
        )
    return dict(zip(keys, odoo.create("stock.lot", rows, batch=200), strict=True))
