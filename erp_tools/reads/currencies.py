"""Amounts of several currencies made comparable, with Odoo's own rates; or left apart where Odoo has none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from erp_tools.errors import AccessDenied, OdooFailed, OdooUnavailable
from erp_tools.odoo.gateway import OdooSession
from erp_tools.reads.inventory import NAMED
from erp_tools.reads.rows import day, name_of, number

_RATE: dict[str, Any] = {"display_name": {}, "rate": {}, "date": {}}


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Today's rates of the person's company, as Odoo gives them."""

    company_currency: str = ""
    """Currency of the company the person works in; empty: could not be read, or was not needed."""
    per_unit: Mapping[str, Decimal] = field(default_factory=dict)
    """Currency -> how much of the company's currency one unit of it is worth."""

    def in_company_currency(self, amount: Decimal, currency: str) -> Decimal | None:
        """The amount in the company's currency, to the cent; None where Odoo has no rate."""
        if currency == self.company_currency and currency:
            return amount
        worth = self.per_unit.get(currency)
        return None if worth is None else round(amount * worth, 2)


def one_currency(name: str) -> Rates:
    """Everything is in this currency: nothing has to be converted."""
    return Rates(company_currency=name)


def read_rates(session: OdooSession, currencies: Collection[str]) -> Rates:
    """Rates between these currencies and the company's own. At most two round trips, none for a single currency.

    A currency without any rate in Odoo counts as unknown: Odoo itself would take it one to one.
    Where Odoo does not give rates to this person, they are unknown too.
    """
    wanted = sorted(name for name in set(currencies) if name)
    if len(wanted) <= 1:
        return one_currency(wanted[0] if wanted else "")
    try:
        company = session.read(
            "res.company", [["id", "=", session.user.company_id]], {"currency_id": NAMED}, limit=1
        )
    except (AccessDenied, OdooFailed, OdooUnavailable):
        return Rates()
    own = name_of(company.rows[0], "currency_id") if company.rows else ""
    return Rates(company_currency=own, per_unit=read_worth(session, wanted)) if own else Rates()


def read_worth(session: OdooSession, currencies: Collection[str]) -> Mapping[str, Decimal]:
    """Currency -> how much of the company's one unit of it is worth today, for those with a rate in Odoo. One round trip.

    Where Odoo does not give rates to this person, there are none.
    """
    try:
        page = session.read("res.currency", [["name", "in", list(currencies)]], _RATE, limit=len(currencies))
    except (AccessDenied, OdooFailed, OdooUnavailable):
        return {}
    worth: dict[str, Decimal] = {}
    for row in page.rows:
        rate = number(row, "rate")
        if rate and rate > 0 and day(row, "date") is not None:
            worth[str(row["display_name"])] = 1 / Decimal(str(rate))
    return worth
