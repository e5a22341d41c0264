"""What could be done about one order, and which of many to rescue."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from copilot.commands.shared import Json, User, asker_as, print_json


def options(
    order: Annotated[str, typer.Argument(help="The order, such as S00042.")],
    draft: Annotated[
        str,
        typer.Option(
            "--draft",
            help="Draft this one with its customer message: its number, kind or key. Changes nothing in Odoo.",
        ),
    ] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Compare what could be done about an order: wait, split, other warehouse, substitute, expedite and so on, and say why not."""
    from copilot.commands.option_tables import print_drafted, print_options

    with asker_as(user) as asker:
        found: dict[str, Any] = (
            asker.draft_option(order, draft, user=None) if draft else asker.options(order, user=None)
        )
        if as_json:
            print_json(found)
        elif draft:
            print_drafted(found)
        else:
            print_options(found)


def rescue(
    shipments: Annotated[
        int, typer.Option("--shipments", min=0, max=500, help="How many extra shipments at the most.")
    ] = 5,
    freight: Annotated[
        float | None,
        typer.Option("--freight", min=0, help="How much extra freight and transfer cost at the most."),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by", help="`policy`: rank of the customer first; `value`: the most value, whoever it is for."
        ),
    ] = "policy",
    customer: Annotated[str, typer.Option("--customer", help="Part of the name, or our reference.")] = "",
    warehouse: Annotated[str, typer.Option("--warehouse", help="Part of the name, or the short name.")] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Choose which orders at risk to split or source elsewhere, for so many extra shipments or so much freight."""
    from copilot.commands.option_tables import print_rescues

    if by not in ("policy", "value"):
        raise typer.BadParameter("Choose policy or value.", param_hint="--by")
    wanted = {
        "shipments": shipments,
        "freight": freight,
        "by": by,
        "customer": customer,
        "warehouse": warehouse,
    }
    with asker_as(user) as asker:
        found = asker.rescues({name: value for name, value in wanted.items() if value is not None}, user=None)
        if as_json:
            print_json(found)
        else:
            print_rescues(found)
