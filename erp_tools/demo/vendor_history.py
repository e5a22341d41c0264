"""How vendors kept their dates before: receipts of the last months, enough of each vendor for a median and a range."""

from __future__ import annotations

from dataclasses import replace

from erp_tools.demo.model import Product, Purchase, PurchaseLine, Vendor
from erp_tools.demo.planner import Planner

FIRST_NAME = 20101
SLIPS = {
    "good": (-2, 0, 1, 0, -1, 2),
    "mixed": (0, 2, -1, 14, 5, 11),
    "late": (3, 6, 1, 17, 9, 12),
}
"""Days by which each further receipt came after its promised day, by `Vendor.reliability`."""
OLDEST, SPACING = -122, 18
"""Day of the first of these receipts, and days from one to the next."""
WAREHOUSES = ("WEST", "EAST", "SOUTH")
STAND_IN = {
    "Baltic Seafoods": "Gel Ice Packs Carton of 24",
    "Inland Empire Citrus": "Citrus Crate Dividers Bale of 50",
}
"""What vendors without an ordinary product sold us: their other products belong to the cases."""


def add_vendor_history(planner: Planner) -> None:
    """The same number of receipts for every vendor; one goes to one warehouse."""
    name = FIRST_NAME
    for turn, vendor in enumerate(planner.plan.vendors.values()):
        product = _product(planner, vendor, turn)
        for number, slip in enumerate(SLIPS[vendor.reliability]):
            planned = OLDEST + number * SPACING
            quantity = 10.0 + 5 * ((turn + number) % 5)
            planner.plan.later.append(
                Purchase(
                    vendor=vendor.ref, warehouse=WAREHOUSES[(turn + number) % 3], ordered=planned - vendor.lead_days, planned=planned,
                    lines=(PurchaseLine(product=product.ref, quantity=quantity, received=quantity),), received=planned + slip,
                    name=f"P{name:05}",
                )
            )  # fmt: skip
            name += 1


def _product(planner: Planner, vendor: Vendor, turn: int) -> Product:
    """An ordinary product of the vendor; for a vendor without one, one that no order asks for."""
    products = planner.plan.products
    own = [ref for ref in planner.stocked if products[ref].vendor == vendor.ref]
    lasting = [ref for ref in own if not products[ref].lot] or own
    if lasting:
        return products[lasting[turn % len(lasting)]]
    like = next(product for product in products.values() if not product.lot and not product.cold)
    made = replace(
        like, ref=f"PK-{9000 + turn}", name=STAND_IN.get(vendor.name, f"Returnable Crate {vendor.name}"), vendor=vendor.ref,
        price=9.5, cost=6.0, kg=1.2, category="Packaging", substitute=None, sale_delay=2, make_to_order=False, note="",
    )  # fmt: skip
    products[made.ref] = made
    return made
