"""What is said of plain records: stock, purchases, deliveries, customers, an order's sheet, lists of orders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from copilot.models.playbook.plan import MOST_LISTED, MOST_LISTS, narrowed
from copilot.models.playbook.sides import named_in, sides
from copilot.models.playbook.steps import Read, filter_of, named
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.wording import blocks, day, marked, marks, told, without_stop
from copilot.models.playbook.words import words

REPORTS = frozenset(
    {
        "stock",
        "purchase_status",
        "delivery_status",
        "customer_orders",
        "credit_position",
        "order_facts",
        "changes_since",
    }
)
_WHAT = {
    "stock": "product or warehouse",
    "purchase_status": "purchase order",
    "delivery_status": "order",
    "customer_orders": "customer",
    "credit_position": "customer",
    "order_facts": "order",
    "changes_since": "order",
    "waiting_for": "purchase order or product",
    "find_name": "customer, vendor, carrier or warehouse",
}
_MAY_READ = {
    "purchase_status": "purchasing",
    "waiting_for": "purchasing",
    "credit_position": "finance",
    "stock": "a supervisor",
    "delivery_status": "a supervisor",
}
"""Who reads what Odoo's groups keep from most others."""
_MOST_LINES = 6
_NARROWED = {"customer": "of", "warehouse": "in", "carrier": "with", "vendor": "because of"}
"""How a list is said to be narrowed to a record of the kind."""
_BEFORE_A_NAME = re.compile(r"\b(?:(?<!risk )of|for|from|with)\s+\Z", re.IGNORECASE)


def report(read: Read, *, short: bool = False) -> str:
    """A report of code: its headline, then its lines."""
    result = read.result
    if result.get("status") != "found":
        return not_read(read)
    lines = [] if short else [f"- {told(line)}" for line in result["lines"][:_MOST_LINES]]
    left = result["not_listed"] + max(0, len(result["lines"]) - _MOST_LINES)
    if left and not short:
        lines.append("- There are more than I list here.")
    return blocks(
        [
            f"**{without_stop(result['headline']['text'])}** {marks(result['headline']['evidence'])}.",
            "\n".join(lines),
        ]
    )


def not_read(read: Read) -> str:
    """Why a read brought nothing, and what would help."""
    result, what = read.result, _WHAT.get(read.tool, "record")
    said = str(result.get("asked_for") or next(iter(read.arguments.values()), ""))
    match result.get("status"):
        case "several":
            lines = [
                f"- {one['name']}" + (f" ({one['ref']})" if one.get("ref") else "") + f" [{one['id']}]"
                for one in result.get("candidates") or result.get("found") or ()
            ]
            return f"Several fit “{said}”. Which {what} do you mean?\n\n" + "\n".join(lines)
        case "not_found":
            return f"I found no {what} for “{said}” among the records you may see. Check the spelling, or use its reference in Odoo."
        case "not_permitted":
            whom = f"Ask {_MAY_READ[read.tool]}, who may." if read.tool in _MAY_READ else ""
            return " ".join(f"Odoo does not let you read that. {result.get('message', '')} {whom}".split())
        case _:
            return f"I could not read that in Odoo. {result.get('message', 'Try again in a minute.')}".strip()


def at_risk(asked: Understanding, reads: Sequence[Read]) -> str:
    """The list of orders at risk, the ones to look at first leading; one for each of the customers or warehouses that were named."""
    unclear = [read for read in reads if read.tool == "find_name" and read.result.get("status") == "several"]
    listed = [read for read in reads if read.tool == "orders_at_risk"]
    if unclear and not listed:
        return not_read(unclear[0])
    lists = [_listed(asked, read, reads) for read in listed]
    return blocks([_missed(asked, reads), *lists, _not_listed(asked, reads)] if lists else [])


def _listed(asked: Understanding, listed: Read, reads: Sequence[Read]) -> str:
    result, whose = listed.result, _whose(listed, reads, _NARROWED)
    if result.get("status") in {"unavailable", "not_permitted"}:
        return not_read(listed)
    orders = result.get("orders", [])
    if asked.days:
        orders = [one for one in orders if _is_due_by(one, asked.days.last)]
    if not orders:
        # "because of" would be a cause, and there is nothing that could prove one
        of = _whose(listed, reads, {**_NARROWED, "vendor": "with goods of"})
        return f"**No order at risk{of} fits that** among those you may see. {_instead(listed, reads)}"
    most = max(MOST_LISTED, 0 if asked.days else len(orders))
    lines = [_risk_line(number, one) for number, one in enumerate(orders[:most], start=1)]
    headline = f"**Orders at risk{whose}: {result['total_at_risk']}**, the ones to look at first leading:"
    if asked.days:
        headline = (
            f"**Orders at risk{whose} promised by the day you name**, the ones to look at first leading:"
        )
    return blocks([headline, "\n".join(lines), _more(result, orders, most)])


def _whose(listed: Read, reads: Sequence[Read], narrowed_by: Mapping[str, str]) -> str:
    """To what a list was narrowed, in words: " of Meridian Foods"."""
    parts = []
    for one in named(reads):
        kind, value = filter_of(one)
        if listed.arguments.get(kind) == value:
            parts.append(f" {narrowed_by[kind]} {one['name']}")
    return "".join(dict.fromkeys(parts))


def _missed(asked: Understanding, reads: Sequence[Read]) -> str:
    """That a list is not narrowed to somebody who was named and not found: it would pass for theirs."""
    names = sides(asked.names, reads)
    tried = [read for read in reads if read.tool == "find_name" and read.arguments["name"] in names]
    found = [str(read.arguments["name"]) for read in tried if read.result.get("status") == "found"]
    missed = [
        str(read.arguments["name"])
        for read in tried
        if read.result.get("status") == "not_found" and _is_meant(str(read.arguments["name"]), asked.question)
    ]
    missed = [name for name in missed if not any(one in name or name in one for one in found)]
    if not missed:
        return ""
    whole = "" if found else " The list is that of everybody."
    said = " and ".join(f"“{name}”" for name in missed)
    return (
        f"I found no {_WHAT['find_name']} for {said} among the records you may see.{whole} "
        "Check the spelling, or use its reference in Odoo."
    )


def _not_listed(asked: Understanding, reads: Sequence[Read]) -> str:
    """Who else was named, where there are more than one answer lists."""
    those = named_in(asked.names, reads)
    listed = {value for each in narrowed(those)[:MOST_LISTS] for value in each.values()}
    left = [one["name"] for one in those if filter_of(one)[1] not in listed]
    return f"I list {MOST_LISTS} at a time; ask for {' and '.join(left)} next." if left else ""


def _is_meant(name: str, question: str) -> bool:
    """Whether words that may be a name are meant as one: written with a capital, or "for ..."; not "rank them by money at stake"."""
    known = words()
    ordinary = known.plain | known.no_names
    if any(map(str.isdigit, name)) or all(
        each in ordinary for each in re.findall(r"[a-z]+", name.casefold())
    ):
        return False
    written = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, re.IGNORECASE)
    if written is None or re.fullmatch(r"[A-Z]{2,4}", written[0]):  # "for the COO"
        return False
    capital = written[0][:1].isupper() and not question.isupper()
    return capital or bool(_BEFORE_A_NAME.search(question[: written.start()]))


def _instead(listed: Read, reads: Sequence[Read]) -> str:
    """What can be asked where a list is empty."""
    its_own = [one for one in named(reads) if listed.arguments.get("customer") == filter_of(one)[1]]
    customer = next((one for one in its_own if one["kind"] in {"customer", "contact"}), None)
    if customer:
        return f"Ask for the open orders of {customer['name']} [{customer['id']}], or for all orders at risk."
    return "Ask for all orders at risk, or name an order to see how it stands."


def _more(result: dict[str, Any], orders: Sequence[Any], shown: int) -> str:
    if len(orders) > shown or result["total_at_risk"] > len(result.get("orders", [])):
        return "There are more; ask for a customer, a warehouse, a vendor, a carrier or a cause to narrow it."
    return ""


def _is_due_by(one: dict[str, Any], last: date) -> bool:
    return bool(one["promised"]) and one["promised"] <= last.isoformat()


def _risk_line(number: int, one: dict[str, Any]) -> str:
    late = one["days_late"]
    head = f"{number}. **{one['order']}** for {one['customer']}, promised for {day(one['promised'])}"
    if late:
        head += f", {late} {'day' if late == 1 else 'days'} late"
    return f"{head} [{one['id']}]. {marked(one['summary'], [one['id']], most=1)}"


def waiting(read: Read) -> str:
    """Which orders wait for a purchase order or a product."""
    result = read.result
    if result.get("status") != "found":
        if result.get("status") in {"nothing", "none"}:
            return f"No order waits for “{result.get('asked_for', '')}” among the records you may see."
        return not_read(read)
    subject, orders = result.get("subject") or {}, result.get("orders", [])
    name = subject.get("name") or result.get("asked_for", "")
    if not orders:
        return (
            f"**No order waits for {name}**, as far as the records you may see go [{subject['id']}]."
            if subject.get("id")
            else ""
        )
    lines = [_waiting_line(number, one) for number, one in enumerate(orders[:_MOST_LINES], start=1)]
    more = result.get("not_listed") or len(orders) > _MOST_LINES
    return blocks(
        [
            f"**These orders wait for {name}** [{subject['id']}]:"
            if subject.get("id")
            else "**These orders wait:**",
            "\n".join(lines),
            "There are more than I list here." if more else "",
        ]
    )


def _waiting_line(number: int, one: dict[str, Any]) -> str:
    quantity, unit = one.get("quantity"), one.get("unit") or ""
    words = f"{number}. **{one['order']}** for {one['customer']}"
    if quantity is not None:
        words += f": {quantity:g} {unit} of {one['product']}".replace("  ", " ")
    if one.get("promised"):
        words += f", promised for {day(one['promised'])}"
    late = one.get("days_late")
    if late:
        words += f", {late} {'day' if late == 1 else 'days'} late"
    return f"{words} [{one['id']}]."


def basis(reads: Sequence[Read], cited: Sequence[str]) -> str:
    """The records and documents that an answer rests on, as they were read for it again."""
    records: dict[str, str] = {}
    documents: dict[str, str] = {}
    for read in reads:
        for fact in read.result.get("evidence", ()):
            if isinstance(fact, dict) and fact["id"] in cited:
                records.setdefault(fact["id"], f"- {fact['display_name']} [{fact['id']}].")
        for passage in read.result.get("passages", ()):
            if passage["id"] in cited:
                section = str(passage["section"]).split(" > ")[-1].strip()
                place = (
                    f"({passage['title']}, {section})"
                    if section and len(section) <= 60
                    else f"({passage['title']})"
                )
                documents.setdefault(passage["id"], f"- [{passage['id']}] {place}")
    parts = []
    if records:
        parts.append("\n".join(["**Records in Odoo, read just now as you:**", *list(records.values())[:10]]))
    if documents:
        parts.append("\n".join(["**Documents:**", *list(documents.values())[:6]]))
    return blocks(parts)
