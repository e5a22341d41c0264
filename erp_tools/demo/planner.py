"""The workbench on which the plan is drawn: customers and products to pick from, stock that is counted along."""

from __future__ import annotations

import random
from collections.abc import Sequence

from erp_tools.demo import catalogue, company
from erp_tools.demo.model import Customer, Line, Order, Plan, Product, Purchase, PurchaseLine, Quant

GO_LIVE = -40
"""First day on Odoo; orders from before were taken over with numbers from S20001 on."""
CREDIT_CUSTOMERS = 3
"""How many customers run over their credit limit: the last ones of the list."""


class Planner:
    """Collects orders, purchases and stock. Every choice comes from the seed, so one seed is one plan."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.rng = random.Random(f"{seed} catalogue")
        vendors = catalogue.vendors(self.rng)
        customers = catalogue.customers(self.rng)
        products = catalogue.products(self.rng, vendors)
        self.plan = Plan(
            seed=seed,
            warehouses=company.warehouses(),
            people=company.people(),
            tiers=company.tiers(),
            customers=customers,
            carriers=company.carriers(),
            vendors=vendors,
            products=products,
        )
        self.over_limit = tuple(customers)[-CREDIT_CUSTOMERS:]
        # Every second product is for the cases: one case, one product, so no case touches another's stock.
        named = [row["ref"] for row in company.company_file()["products"]]
        generated = [ref for ref in products if ref not in named and ref != catalogue.HOSTILE_PRODUCT]
        self._scarce = [ref for ref in generated[::2] if not products[ref].lot]
        self._scarce_lots = [ref for ref in generated[::2] if products[ref].lot]
        self._stories = set(STORY_PRODUCTS)
        self.stocked = [
            ref
            for ref in (*named, *generated, catalogue.HOSTILE_PRODUCT)
            if ref not in self._stories and ref not in self._scarce and ref not in self._scarce_lots
        ]
        self._references = 4400

    def turn(self, what: str, number: int) -> None:
        """Begin one case or order with choices of its own, so that changing one case leaves the others as they are."""
        self.rng = random.Random(f"{self._seed} {what} {number}")

    # -- picking -----------------------------------------------------------------------------------------------

    def scarce(self, named: str | None = None) -> Product:
        """A product that no other order touches; a story may ask for one by name."""
        if named:
            self._stories.discard(named)
            return self.plan.products[named]
        return self.plan.products[self._scarce.pop()]

    def scarce_lot(self, named: str | None = None) -> Product:
        """The same, tracked by lot with an expiry date."""
        if named:
            return self.scarce(named)
        return self.plan.products[self._scarce_lots.pop()]

    def customer(self, *, home: str | None = None, tiers: str = "ABC", refs: Sequence[str] = ()) -> Customer:
        """Any customer within credit; bigger tiers order more often."""
        known = self.plan.customers
        if refs:
            return known[self.rng.choice(list(refs))]
        fitting = [
            each
            for each in known.values()
            if each.ref not in self.over_limit and each.tier in tiers and home in (None, each.home)
        ]
        return self.rng.choices(fitting, weights=[{"A": 5, "B": 3, "C": 1}[each.tier] for each in fitting])[0]

    def carrier(self, customer: Customer, lines: Sequence[Line], warehouse: str) -> str:
        """The carrier that ordinary shipping rules would take: cold goods refrigerated, heavy ones by truck."""
        products = [self.plan.products[line.product] for line in lines]
        kilos = sum(self.plan.products[line.product].kg * line.quantity for line in lines)
        if any(product.cold for product in products):
            return "POLAR"
        if warehouse == "WEST" and customer.city in ("Seattle", "Tacoma"):
            return "OWN"
        if kilos > 70:
            return "ATLAS"
        return self.rng.choice(("SWIFT", "SWIFT", "SWIFT2"))

    def reference(self) -> str:
        """A customer's purchase order number."""
        self._references += self.rng.randint(1, 9)
        return f"PO-{self._references}"

    def quantity(self, product: Product, customer: Customer) -> int:
        """A quantity worth roughly what such a customer orders of one product."""
        value = {"A": 900, "B": 420, "C": 150}[customer.tier] * self.rng.uniform(0.5, 1.6)
        return max(2, min(120, round(value / product.price)))

    # -- stock -------------------------------------------------------------------------------------------------

    def put(self, warehouse: str, product: str, quantity: float) -> None:
        """Have this much more on the shelf before the first order."""
        shelf = self.plan.shelf
        shelf[warehouse, product] = shelf.get((warehouse, product), 0.0) + quantity

    def quant(self, quant: Quant) -> None:
        self.plan.quants.append(quant)

    def ready_lines(
        self, customer: Customer, warehouse: str, count: int, *, keeps: bool = False
    ) -> tuple[Line, ...]:
        """Lines of ordinary products, with the stock for them on the shelf; `keeps`: nothing that spoils in two weeks."""
        lines = []
        cold = self.rng.random() < 0.2 and customer.industry == "food" and not keeps
        fitting = [ref for ref in self.stocked if self.plan.products[ref].cold == cold]
        for ref in self.rng.sample(fitting, count):
            line = Line(product=ref, quantity=self.quantity(self.plan.products[ref], customer))
            self.put(warehouse, ref, line.quantity)
            lines.append(line)
        return tuple(lines)

    # -- entering ----------------------------------------------------------------------------------------------

    def order(self, order: Order) -> Order:
        self.plan.orders.append(order)
        return order

    def purchase(
        self,
        product: Product,
        warehouse: str,
        quantity: float,
        *,
        ordered: int,
        planned: int,
        received: float = 0.0,
        also: Sequence[Product] = (),
        **more: object,
    ) -> Purchase:
        """A purchase of one product from its vendor, with `also` other products of the same vendor, none received."""
        lines = [PurchaseLine(product=product.ref, quantity=quantity, received=received)]
        lines += [PurchaseLine(product=other.ref, quantity=quantity) for other in also]
        bought = Purchase(
            vendor=product.vendor,
            warehouse=warehouse,
            ordered=ordered,
            planned=planned,
            lines=tuple(lines),
            **more,  # type: ignore[arg-type]
        )
        self.plan.purchases.append(bought)
        return bought

    def late_days(self) -> tuple[int, int]:
        """(ordered, promised) of a late order."""
        promised = -self.rng.randint(2, 15)
        return max(promised - self.rng.randint(7, 14), GO_LIVE + 1), promised


STORY_PRODUCTS = ("FB-1001", "FB-1002", "FB-1011", "FB-1030", "IN-2001", "IN-2010", "IN-2011")
"""Products of `company.yaml` that a case is told about; never used as ordinary stock."""
