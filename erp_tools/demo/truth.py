"""What is wrong with each order of the demo, from the same plan the seeding follows."""

from __future__ import annotations

from dataclasses import dataclass

from erp_tools.demo.model import Order
from erp_tools.demo.plan import DEFAULT_SEED, make_plan


@dataclass(frozen=True, kw_only=True)
class ExpectedOrder:
    """The right answer to "why is this order late?"."""

    order: str
    causes: tuple[str, ...]
    """Codes of DESIGN section 5 that a diagnosis has to name within its first ``len(causes)``, in any order;
    ``("on_time",)`` for an open order that is not late."""
    also_true: tuple[str, ...]
    """Codes that hold too, as a consequence: right when named after `causes`, not wrong when left out."""
    late: bool
    note: str
    """The situation in one sentence."""


def expected(seed: int = DEFAULT_SEED) -> dict[str, ExpectedOrder]:
    """Every order that is late, or whose papers are not in order, by name; S00042 is among them."""
    return {
        order.name: ExpectedOrder(
            order=order.name, causes=order.causes, also_true=order.also_true, late=True, note=order.story
        )
        for order in sorted(make_plan(seed).orders, key=lambda each: each.name)
        if order.causes
    }


def expected_on_time(seed: int = DEFAULT_SEED) -> dict[str, ExpectedOrder]:
    """Every confirmed, undelivered order that is not late: a cause named for one of these is invented."""
    return {
        order.name: ExpectedOrder(
            order=order.name, causes=("on_time",), also_true=(), late=False, note=order.story
        )
        for order in sorted(make_plan(seed).orders, key=lambda each: each.name)
        if is_open(order) and not order.causes
    }


def is_open(order: Order) -> bool:
    """Confirmed, and something is still to be delivered."""
    return order.state == "sale" and order.stage not in ("shipped", "shipped_close")
