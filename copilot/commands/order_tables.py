"""Tables of many orders for the command line, drawn with what `terminal.py` gives: the home of rich."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from copilot.commands.terminal import counting, print_lines, print_table
from erp_tools.lateness.scan import Progress


@contextmanager
def scanning(*, quiet: bool) -> Iterator[Progress]:
    """A progress bar over the open orders on standard error; nothing when `quiet`."""
    if quiet:
        yield lambda done, total: None
        return
    with counting("Scanning open orders") as step:
        yield lambda done, total: step(done, total, "in Odoo")


def print_at_risk(found: dict[str, Any]) -> None:
    """One row an order, why it stands where it stands, and what was left out."""
    rows = [
        (
            one["order"],
            f"{one['customer']}" + (f" ({one['tier']})" if one["tier"] else ""),
            one["promised"] or "no promise",
            f"{one['days_late']} d" if one["days_late"] else "soon",
            _expected(one["expected"]),
            ", ".join(one["causes"][:2]),
            _money(one["value"], one["currency"]),
            "; ".join(one["why"][:3]),
        )
        for one in found["orders"]
    ]
    if rows:
        print_table(
            ("Order", "Customer", "Promised", "Late", "Expected", "Cause", "Not delivered", "Why here"),
            rows,
            right=(6,),
        )
    print_lines([_counted(found), *_left_out(found)])


def print_groups(found: dict[str, Any], kind: str) -> None:
    """One row a group of all orders at risk, the largest value first."""
    rows = [(one["name"], str(one["orders"]), _group_money(one)) for one in found["groups"].get(kind, ())]
    if rows:
        print_table((kind.capitalize(), "Orders", "Not delivered"), rows, right=(1, 2))
    print_lines([_counted(found), *_left_out(found)])


def print_waiting(found: dict[str, Any]) -> None:
    """Who waits, in the order in which they would be served."""
    if found["status"] == "several":
        print_lines(
            ["Several fit:", *(f"  {one['name']}  {one['vendor']}".rstrip() for one in found["candidates"])]
        )
        return
    subject = found["subject"]
    about = [
        part
        for part in (subject["vendor"], subject["state"], f"due {subject['due']}" if subject["due"] else "")
        if part
    ]
    title = subject["name"] + (f" ({', '.join(about)})" if about else "")
    if not found["orders"]:
        print_lines([f"No open order waits for {title}.", *found["not_read"]])
        return
    rows = [
        (
            one["order"], one["customer"], one["product"], f"{one['quantity']} {one['unit']}", one["promised"] or "no promise",
            f"{one['days_late']} d" if one["days_late"] else "",
            "bought for it" if one["how"] == "linked" else "next in line",
            f"{one['short']} {one['unit']}" if one["short"] else "",
        )
        for one in found["orders"]
    ]  # fmt: skip
    print_lines([f"Waiting for {title}:"])
    print_table(
        ("Order", "Customer", "Product", "Quantity", "Promised", "Late", "How", "Not covered"),
        rows,
        right=(3, 7),
    )
    more = [f"{found['not_listed']} more lines are not listed."] if found["not_listed"] else []
    print_lines([*more, *found["not_read"]])


def _counted(found: dict[str, Any]) -> str:
    asked = ", ".join(
        f"{name} {value}" for name, value in found["filters"].items() if value and name != "limit"
    )
    of_these = f" ({asked})" if asked else ""
    if not found["scanned"] and asked:
        return f"There are no open orders{of_these}. Check the spelling."
    counted = f"{found['total_at_risk']} of {found['scanned']} open orders{of_these} are late or about to be"
    listed = len(found["orders"])
    return counted + (f"; the first {listed} are listed." if listed < found["total_at_risk"] else ".")


def _left_out(found: dict[str, Any]) -> list[str]:
    missed = [f"{found['not_scanned']} open orders were not looked at."] if found["not_scanned"] else []
    return [*missed, *found["not_read"], *found.get("degraded", ())]


def _expected(expected: dict[str, Any]) -> str:
    earliest, latest = expected["earliest"], expected["latest"]
    if earliest and latest:
        return earliest if earliest == latest else f"{earliest} to {latest}"
    return f"from {earliest}" if earliest else "not known"


def _money(value: float | None, currency: str) -> str:
    return "hidden" if value is None else f"{currency} {value:,.2f}".strip()


def _group_money(group: dict[str, Any]) -> str:
    if group["value"] is not None:
        return _money(group["value"], group["currency"])
    return " + ".join(_money(value, currency) for currency, value in group["by_currency"].items()) or "hidden"
