"""Many orders at once: which are at risk, and which wait for a purchase order or a product."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from copilot.commands.shared import Json, User, asker_as, print_json

app = typer.Typer(help="Many orders at once.", no_args_is_help=True)


class GroupBy(StrEnum):
    """What orders at risk may be grouped by."""

    cause = "cause"
    warehouse = "warehouse"
    vendor = "vendor"
    carrier = "carrier"
    customer = "customer"


@app.callback()
def orders() -> None:
    """Many orders at once."""


@app.command("at-risk")
def at_risk(
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many orders to list.")] = 20,
    group_by: Annotated[
        GroupBy | None, typer.Option("--group-by", help="Show groups instead of orders.")
    ] = None,
    customer: Annotated[str, typer.Option("--customer", help="Part of the name, or our reference.")] = "",
    warehouse: Annotated[str, typer.Option("--warehouse", help="Part of the name, or the short name.")] = "",
    vendor: Annotated[str, typer.Option("--vendor", help="Only what waits for this vendor.")] = "",
    carrier: Annotated[str, typer.Option("--carrier", help="Only what goes with this carrier.")] = "",
    cause: Annotated[str, typer.Option("--cause", help="Code of a cause, such as inbound_overdue.")] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """List the open orders that are late or about to be, the ones to look at first on top, with the reason."""
    from copilot.commands.order_tables import print_at_risk, print_groups, scanning

    wanted = {
        "limit": limit, "customer": customer, "warehouse": warehouse, "vendor": vendor, "carrier": carrier, "cause": cause,
    }  # fmt: skip
    with asker_as(user) as asker:
        with scanning(quiet=as_json) as progress:
            found = asker.orders_at_risk(wanted, user=None, progress=progress)
        if as_json:
            print_json(found)
        elif group_by is not None:
            print_groups(found, group_by.value)
        else:
            print_at_risk(found)


def waiting(
    reference: Annotated[
        str, typer.Argument(help="A purchase order, a vendor's reference of one, or a product.")
    ],
    user: User = None,
    as_json: Json = False,
) -> None:
    """List the orders that wait for a purchase order, or that a product holds up."""
    from copilot.commands.order_tables import print_waiting

    with asker_as(user) as asker:
        found = asker.waiting_for(reference, user=None)
        if as_json:
            print_json(found)
        else:
            print_waiting(found)
