"""What the options of one order are worked out from: the at most four questions of its diagnosis, and two more.

    5  the carriers with their own price rules
    6  stock of the approved substitutes, with what they and the missing products cost

The last is left out where the order needs no substitute; a rate is asked for where a contract speaks of a currency that nothing else
of the order is in. A part that this person may not read is told, and the rest is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from erp_tools.errors import AccessDenied, NotAllowed, OdooUnavailable, OdooUserError
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.diagnosis import diagnose_case
from erp_tools.lateness.reading import read_case
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.odoo.masks import visible_classes
from erp_tools.odoo.roles import roles_of
from erp_tools.options.freight import PRICED_CARRIER, PricedCarrier
from erp_tools.options.policy import Policy
from erp_tools.options.situating import lots_of, situation_of
from erp_tools.options.situation import Situation
from erp_tools.options.stock import Substitute
from erp_tools.orders import FoundOrder
from erp_tools.reads.currencies import read_worth
from erp_tools.reads.inventory import PLACE, QUANT, Quant
from erp_tools.reads.rows import Row, number, one, text

MOST_CARRIERS = 100
MOST_QUANTS = 2000

_STOCK: dict[str, Any] = {
    **QUANT,
    "location_id": PLACE,
    "product_id": {
        "fields": {
            "display_name": {},
            "default_code": {},
            "standard_price": {},
            "weight": {},
            "expiration_time": {},
        }
    },
}


@dataclass(frozen=True, kw_only=True)
class Read:
    """One order as it was read for its options."""

    case: OrderCase
    diagnosis: Diagnosis
    situation: Situation


def read_situation(
    session: OdooSession,
    order: int | FoundOrder,
    *,
    policy_of: Callable[[OrderCase, Diagnosis], Policy],
    now: datetime,
    server: OdooServer,
) -> tuple[Read, Policy]:
    """Read one order and everything its options need. At most six round trips, whatever its size.

    Args:
        policy_of: what the documents say of this customer and these products; asked once the order is known.

    Raises:
        OrderNotFound, AccessDenied, OdooUnavailable: as `read_case`.
    """
    reading = read_case(session, order, now=now)
    case = reading.case
    diagnosis = diagnose_case(case, read_at=now, url_of=server.record_url, not_read=reading.not_read)
    policy = policy_of(case, diagnosis)
    notes: list[str] = list(reading.not_read)
    worth_asking = case.is_open and case.could_read("moves")
    carriers = _carriers(session, notes) if worth_asking else ()
    wanted = wanted_pairs(case, policy)
    substitutes = _substitutes(session, case, wanted, notes) if worth_asking and wanted else ()
    situation = situation_of(
        case,
        [cause.code for cause in diagnosis.causes],
        carriers=carriers,
        substitutes=substitutes,
        shows_margin="margin" in visible_classes(roles_of(session.user)),
        not_read=notes,
    )
    if worth_asking:
        situation = _with_rates(session, situation, policy)
    return Read(case=case, diagnosis=diagnosis, situation=situation), policy


def wanted_pairs(case: OrderCase, policy: Policy) -> tuple[tuple[str, str], ...]:
    """(ordered, substitute) of the lines that are short, by the approved list."""
    codes = [
        line.line.product.code for line in case.short_lines if line.line.product and line.line.product.code
    ]
    return tuple(
        dict.fromkeys((pair.ordered, pair.substitute) for code in codes for pair in policy.pairs_for(code))
    )


def read_carriers(session: OdooSession) -> tuple[PricedCarrier, ...]:
    """All carriers this person may see, with their price rules. One round trip. Raises as a read does."""
    rows = session.read(
        "delivery.carrier", [], PRICED_CARRIER, order="sequence, id", limit=MOST_CARRIERS
    ).rows
    return tuple(PricedCarrier.from_odoo(row) for row in rows)


def _carriers(session: OdooSession, notes: list[str]) -> tuple[PricedCarrier, ...]:
    try:
        return read_carriers(session)
    except (AccessDenied, NotAllowed):
        notes.append("The carriers' prices could not be read (Odoo gives them to Sales and Inventory users).")
    except (OdooUnavailable, OdooUserError):
        notes.append("The carriers' prices could not be read: Odoo did not answer as it should.")
    return ()


def _substitutes(
    session: OdooSession, case: OrderCase, pairs: Sequence[tuple[str, str]], notes: list[str]
) -> tuple[Substitute, ...]:
    codes = sorted({code for pair in pairs for code in pair})
    company: list[Any] = [["company_id", "=", case.order.company_id]] if case.order.company_id else []
    domain = [*company, ["product_id.default_code", "in", codes], ["location_id.usage", "=", "internal"]]
    try:
        rows = session.read("stock.quant", domain, _STOCK, order="product_id, id", limit=MOST_QUANTS).rows
    except (AccessDenied, OdooUnavailable, OdooUserError):
        notes.append("Stock of the approved substitutes could not be read.")
        return ()
    stock = _by_code(rows)
    warehouse = case.order.warehouse.warehouse_id if case.order.warehouse else None
    found = []
    for ordered, code in pairs:
        if code not in stock:
            continue
        product, quants = stock[code]
        usable = [
            quant
            for quant in quants
            if quant.warehouse is not None
            and quant.warehouse.warehouse_id == warehouse
            and quant.is_reservable_place
            and not quant.has_expired(case.now)
        ]
        weight = number(product, "weight")
        found.append(
            Substitute(
                ordered=ordered,
                code=code,
                name=text(product, "display_name"),
                free=max(0.0, sum(quant.free for quant in usable)),
                weight=Decimal(str(weight)) if weight else None,
                cost=_cost(product),
                ordered_cost=_cost(stock[ordered][0]) if ordered in stock else None,
                lots=lots_of(usable, case),
                life_days=int(number(product, "expiration_time") or 0) or None,
                evidence=tuple(("stock.quant", quant.quant_id) for quant in usable[:2]),
            )
        )
    return tuple(found)


def _cost(product: Row) -> Decimal | None:
    """None also where it is masked."""
    cost = number(product, "standard_price")
    return None if cost is None else Decimal(str(cost))


def _by_code(rows: Sequence[Row]) -> Mapping[str, tuple[Row, list[Quant]]]:
    """Internal reference -> the product, and its stock."""
    found: dict[str, tuple[Row, list[Quant]]] = {}
    for row in rows:
        product = one(row, "product_id") or {}
        found.setdefault(text(product, "default_code"), (product, []))[1].append(Quant.from_odoo(row))
    return found


def _with_rates(session: OdooSession, situation: Situation, policy: Policy) -> Situation:
    """The same with the rates of currencies that only the documents speak of: one more round trip where there are any."""
    known = {situation.currency, situation.rates.company_currency, *situation.rates.per_unit, ""}
    wanted = sorted(policy.currencies - known)
    if not wanted:
        return situation
    more = read_worth(session, wanted)
    rates = replace(situation.rates, per_unit={**situation.rates.per_unit, **more})
    return replace(situation, rates=rates)
