"""Routes about many orders at once. Their names and JSON are DESIGN's contract."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from copilot.api.routes import signed_in_at
from copilot.conversation import Copilot
from copilot.identity import Person

MOST_ORDERS = 500
"""Of one list; its groups count all of them."""

Words = Annotated[str, Query(max_length=100)]


def build_router(copilot: Copilot) -> APIRouter:
    """The routes, on one copilot."""
    router = APIRouter()
    Who = Annotated[Person, Depends(signed_in_at(copilot))]

    @router.get("/api/v1/orders/at-risk")
    def at_risk(
        person: Who,
        limit: Annotated[int, Query(ge=1, le=MOST_ORDERS)] = 50,
        customer: Words = "",
        warehouse: Words = "",
        vendor: Words = "",
        carrier: Words = "",
        cause: Words = "",
    ) -> dict[str, Any]:
        """All open orders that are late or about to be, the ones to look at first on top, and groups of all of them."""
        return copilot.orders_at_risk(
            person,
            limit=limit,
            customer=customer,
            warehouse=warehouse,
            vendor=vendor,
            carrier=carrier,
            cause=cause,
        )

    @router.get("/api/v1/waiting")
    def waiting(
        person: Who, reference: Annotated[str, Query(min_length=1, max_length=100)]
    ) -> dict[str, Any]:
        """Which orders wait for a purchase order, or which does a product hold up."""
        return copilot.waiting_for(person, reference)

    return router
