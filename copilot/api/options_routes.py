"""Routes about what could be done: the options of one order, a chosen one drafted, and which of many orders to rescue."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from copilot.api.routes import signed_in_at
from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.options.drafting import draft_option, option_called

Words = Annotated[str, Query(max_length=100)]


class Chosen(BaseModel):
    """An option of an order."""

    option: Annotated[str, Field(min_length=1, max_length=200)]
    """Its key, its kind, or its number in the list from 1."""


def build_router(copilot: Copilot) -> APIRouter:
    """The routes, on one copilot."""
    router = APIRouter()
    signed_in = signed_in_at(copilot)

    def with_rights_of_now(person: Annotated[Person, Depends(signed_in)]) -> Person:
        return copilot.identity.current(person)

    Who = Annotated[Person, Depends(signed_in)]
    WhoDrafts = Annotated[Person, Depends(with_rights_of_now)]

    @router.get("/api/v1/orders/{name}/options")
    def options(name: str, person: Who) -> dict[str, Any]:
        """What could be done about an order, side by side, each with its days, cost, the clause that decides, and why not."""
        return copilot.options(person, name)

    @router.post("/api/v1/orders/{name}/options/draft", status_code=201)
    def draft(name: str, body: Chosen, person: WhoDrafts) -> dict[str, Any]:
        """Draft an option of an order with its customer message; worked out anew. Changes nothing in Odoo."""
        found = copilot.options(person, name)
        option = option_called(found, body.option)
        drafts, missing = draft_option(copilot.desk, person, option, order=found["order"])
        return {
            "order": found["order"],
            "option": option["key"],
            "drafts": [one.to_json() for one in drafts],
            "missing": missing,
        }

    @router.get("/api/v1/rescues")
    def rescues(
        person: Who,
        shipments: Annotated[int, Query(ge=0, le=500)] = 5,
        freight: Annotated[Decimal | None, Query(ge=0)] = None,
        by: Annotated[str, Query(pattern="^(policy|value)$")] = "policy",
        customer: Words = "",
        warehouse: Words = "",
    ) -> dict[str, Any]:
        """Which of the orders at risk to rescue with so many extra shipments, or so much extra freight."""
        return copilot.rescues(
            person, shipments=shipments, freight=freight, by=by, customer=customer, warehouse=warehouse
        )

    return router
