"""The customer does not accept the price of a line: somebody typed another than Odoo worked out from the pricelist."""

from __future__ import annotations

import re
from decimal import Decimal

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import money_text

from ._shared import activity_key, message_key, said

CODE = "price_mismatch"
RANK = 30

_CENT = Decimal("0.005")
_PRICE = re.compile(r"\bpric(?:e|es|ed|ing)\b|overcharg|\bpricelist\b", re.IGNORECASE)
_DISPUTE = re.compile(
    r"\bpric(?:e|es|ing)\b.{0,120}\b(?:higher|lower|wrong|incorrect|differ\w*|not accept|not agreed?|than agreed|dispute\w*|mismatch)"
    r"|\b(?:wrong|incorrect|dispute\w*|not agreed?|mismatch\w*)\b.{0,60}\bpric",
    re.IGNORECASE | re.DOTALL,
)


def _expected_price(line: LineCase) -> Decimal | None:
    """What the line would cost without somebody typing a price; None when the records do not differ."""
    price = line.line.price
    if price is None:
        return None
    other = line.line.odoo_price
    return other if other is not None and other > 0 and abs(price - other) > _CENT else None


def find(case: OrderCase) -> Finding | None:
    if not case.order.is_quotation:
        return None
    typed = [(line, other) for line in case.lines if (other := _expected_price(line)) is not None]
    disputes = said((message for message in case.order.messages if case.is_from_customer(message)), _DISPUTE)
    tasks = [item for item in case.order.activities if _PRICE.search(item.words)]
    if not (disputes or tasks):
        return None
    evidence = [
        case.key,
        *(line.key for line, _ in typed),
        *(activity_key(item) for item in tasks),
        *map(message_key, disputes[-1:]),
    ]
    if typed:
        line, other = typed[0]
        assert line.line.price is not None
        summary = (
            f"The price of {line.plain_product} on {case.order.name} is {money_text(line.line.price, case.order.currency)}, "
            f"typed by hand; Odoo's own is {money_text(other, case.order.currency)}. "
            + (
                f"{disputes[-1].author} disputes the price."
                if disputes
                else f"The activity {tasks[0].kind} is open."
            )
        )
    else:
        who = disputes[-1].author if disputes else case.order.customer.name
        summary = f"{who} disputes a price on {case.order.name}; the prices on the quotation are Odoo's own."
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven" if typed else "likely",
            summary=summary,
            lines=tuple(line.affected() for line, _ in typed),
            evidence=tuple(evidence),
            owner_role="sales",
            since=case.day(disputes[0].at) if disputes else case.day(case.order.ordered),
            next_steps=(
                "Compare the line with the customer's contract or pricelist.",
                "Correct the price and send the quotation again, or explain the difference.",
            ),
            missing=() if typed else ("Which price is meant stands only in the message.",),
        )
    )
