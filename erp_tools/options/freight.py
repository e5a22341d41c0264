"""What a shipment costs, by the carrier's own price rules in Odoo (`delivery.carrier`): the same arithmetic, one quote a shipment.

Odoo takes the first rule whose condition holds; its price is ``list_base_price + list_price x variable_factor``. A carrier without a
rule that fits has no price, and none is made up. What a carrier adds on top for the customer (its margin) is no cost of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from erp_tools.reads.delivery import CARRIER, Carrier
from erp_tools.reads.products import CURRENCY, rate_of
from erp_tools.reads.rows import Row, flag, link, many, number, text
from erp_tools.reads.rows import one as row_of

PRICED_CARRIER: dict[str, Any] = {
    **CARRIER["fields"],
    "fixed_price": {},
    "amount": {},
    "free_over": {},
    "max_weight": {},
    "company_id": {},
    "currency_id": CURRENCY,
    "price_rule_ids": {
        "fields": {
            "sequence": {}, "variable": {}, "operator": {}, "max_value": {}, "list_base_price": {}, "list_price": {}, "variable_factor": {},
        }
    },
}  # fmt: skip

_HOLDS = {
    "==": lambda value, most: value == most,
    "<=": lambda value, most: value <= most,
    "<": lambda value, most: value < most,
    ">=": lambda value, most: value >= most,
    ">": lambda value, most: value > most,
}


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What is sent at once."""

    weight: Decimal
    """In Odoo's unit of weight."""
    value: Decimal
    quantity: Decimal
    volume: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class PriceRule:
    """One line of a carrier's pricing (`delivery.price.rule`)."""

    variable: str
    operator: str
    limit: Decimal
    base: Decimal
    factor: Decimal
    factor_of: str

    def fits(self, parcel: Parcel) -> bool:
        holds = _HOLDS.get(self.operator)
        return holds is not None and holds(_measure(parcel, self.variable), self.limit)

    def price(self, parcel: Parcel) -> Decimal:
        return self.base + self.factor * _measure(parcel, self.factor_of)


@dataclass(frozen=True, kw_only=True)
class PricedCarrier:
    """A carrier and what it charges."""

    carrier: Carrier
    kind: str
    """``fixed`` or ``base_on_rule``; anything else asks a carrier's own service, which we do not."""
    fixed: Decimal = Decimal(0)
    rules: tuple[PriceRule, ...] = ()
    max_weight: Decimal = Decimal(0)
    """0: none."""
    free_from: Decimal | None = None
    currency: str = ""
    """Of its prices: that of its company."""
    rate: Decimal | None = None
    """How much of `currency` one unit of the company's currency is worth today."""
    company_id: int | None = None

    @property
    def name(self) -> str:
        return self.carrier.name

    def quote(self, parcel: Parcel) -> Decimal | None:
        """The price of a shipment to the cent; None: the carrier has none for it."""
        if self.max_weight and parcel.weight > self.max_weight:
            return None
        if self.free_from is not None and parcel.value >= self.free_from:
            return Decimal(0)
        if self.kind == "fixed":
            # Odoo's own "Standard delivery" of 0.00 is no price that anybody agreed on.
            return round(self.fixed, 2) if self.fixed else None
        rule = next((one for one in self.rules if one.fits(parcel)), None)
        return round(rule.price(parcel), 2) if rule is not None else None

    @classmethod
    def from_odoo(cls, row: Row) -> PricedCarrier:
        company = link(row, "company_id")
        rules = sorted(many(row, "price_rule_ids"), key=lambda one: (number(one, "sequence") or 0, one["id"]))
        return cls(
            carrier=Carrier.from_odoo(row),
            kind=text(row, "delivery_type"),
            fixed=_decimal(row, "fixed_price"),
            rules=tuple(
                PriceRule(
                    variable=text(rule, "variable"),
                    operator=text(rule, "operator"),
                    limit=_decimal(rule, "max_value"),
                    base=_decimal(rule, "list_base_price"),
                    factor=_decimal(rule, "list_price"),
                    factor_of=text(rule, "variable_factor") or text(rule, "variable"),
                )
                for rule in rules
            ),
            max_weight=_decimal(row, "max_weight"),
            free_from=_decimal(row, "amount") if flag(row, "free_over") else None,
            currency=text(row_of(row, "currency_id") or {}, "display_name"),
            rate=rate_of(row_of(row, "currency_id") or {}),
            company_id=company.record_id if company else None,
        )


def _measure(parcel: Parcel, name: str) -> Decimal:
    values: Mapping[str, Decimal] = {
        "weight": parcel.weight, "volume": parcel.volume, "wv": parcel.weight * parcel.volume, "price": parcel.value,
        "quantity": parcel.quantity,
    }  # fmt: skip
    return values.get(name, Decimal(0))


def _decimal(row: Row, key: str) -> Decimal:
    return Decimal(str(number(row, key) or 0))
