"""Tables of options for the command line, drawn with what `terminal.py` gives."""

from __future__ import annotations

from typing import Any

from copilot.commands.terminal import print_lines, print_table

FITS = {
    "allows": "allowed", "conditional": "on conditions", "forbids": "forbidden", "silent": "our rules", "unknown": "not known",
    "not_relevant": "",
}  # fmt: skip


def print_options(found: dict[str, Any]) -> None:
    """One row an option, the recommended one first; then what would change it."""
    if found["nothing"]:
        print_lines([found["nothing"], *found["notes"], *found["not_read"]])
        return
    rows = [
        (
            ("* " if one["recommended"] else "~ " if one["tied"] else "  ") + str(number),
            one["summary"],
            _days(one),
            _money(one["extra_cost"], one["currency"]),
            _money(one["penalty"]["amount"], one["currency"]) if not one["ruled_out"] else "",
            FITS.get(one["contract_fit"], one["contract_fit"]),
            "" if one["score"] is None else str(one["score"]),
            one["why_not"],
        )
        for number, one in enumerate(found["options"], start=1)
    ]
    print_lines([f"{found['order']} for {found['customer']}: {found['verdict']['text']}"])
    print_table(
        ("", "Option", "Arrives", "Extra cost", "Late charge", "Contract", "Score", "Why not"),
        rows,
        right=(3, 4, 6),
    )
    best = next((one for one in found["options"] if one["recommended"]), None)
    needs = [f"It needs: {text}" for text in (best["requires"] if best else ())]
    rule = [ruling["text"] for ruling in (best["rulings"] if best else ())]
    print_lines(
        [
            *rule,
            *needs,
            *found["sensitivity"],
            *found["notes"],
            *found["not_read"],
            *found.get("degraded", ()),
        ]
    )


def print_drafted(found: dict[str, Any]) -> None:
    """What was drafted of a chosen option."""
    rows = [(one["draft_id"], one["action"], one["summary"], one["state"]) for one in found["drafts"]]
    print_table(("Draft", "Action", "What", "State"), rows)
    print_lines(
        [
            *found["missing"],
            "Nothing was changed in Odoo; `copilot drafts show ID` shows each, and who decides.",
        ]
    )


def print_rescues(found: dict[str, Any]) -> None:
    """Which orders to rescue, the greedy answer beside it."""
    rows = [
        (
            one["order"], one["customer"] + (f" ({one['tier']})" if one["tier"] else ""), one["summary"],
            str(one["extra_shipments"]), _money(one["extra_cost"], found["currency"]), _money(one["rescued"], found["currency"]),
        )
        for one in found["chosen"]
    ]  # fmt: skip
    if rows:
        print_table(
            ("Order", "Customer", "What", "Extra shipments", "Extra cost", "Rescued"), rows, right=(3, 4, 5)
        )
    print_lines([found["text"], *found["notes"], *found["not_read"]])


def _days(one: dict[str, Any]) -> str:
    days = [
        ship["arrives"] or ship["leaves_latest"] or ship["leaves"] or "no date" for ship in one["shipments"]
    ]
    return ", ".join(dict.fromkeys(days))


def _money(value: float | None, currency: str) -> str:
    return "not known" if value is None else f"{currency} {value:,.2f}".strip()
