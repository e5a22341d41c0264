"""The options of an order -> what the chat's options card draws: a table, a timeline, stock by warehouse. Plain words and numbers only;
places on the timeline are per cents, so that the browser adds nothing but the drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from copilot.answer import Answer
from copilot.ui.labels import day_text
from copilot.ui.markdown import without_hidden_characters

MOST_REQUIRED = 6
MOST_LOTS = 3
MOST_ON_TIMELINE = 7
MOST_TICKS = 6
FITS = {
    "allows": "Allowed", "conditional": "On conditions", "forbids": "Forbidden", "silent": "By our rules", "unknown": "Not known",
    "not_relevant": "No clause",
}  # fmt: skip
PARTS = {
    "speed": "Soon", "on_time": "By the promise", "cost": "Cheap", "penalty": "Late charge", "certainty": "Sure", "contract": "Contract",
    "as_ordered": "As ordered", "others": "Nobody else hurt", "work": "Little work",
}  # fmt: skip
SHORT = {
    "wait_complete": "Wait", "split_delivery": "Split", "source_from_warehouse": "Elsewhere", "split_and_source": "Split, elsewhere",
    "transfer_first": "Transfer first",
    "reallocate_stock": "Other's stock", "substitute_product": "Substitute", "expedite_purchase": "Expedite",
    "split_and_expedite": "Split, expedite", "buy_elsewhere": "Buy elsewhere", "change_carrier": "Faster carrier",
    "change_promise_date": "New promise",
}  # fmt: skip
"""Names that fit beside the timeline."""
CERTAINTIES = {"proven": "dates proven", "likely": "dates likely", "unknown": "dates not sure"}


def options_card(answer: Answer) -> dict[str, Any] | None:
    """Props of the custom element ``OptionsCard`` below an answer's text; None when the answer compared nothing."""
    comparison = answer.comparison
    if not comparison or not answer.options:
        return None
    rows = [_row(number, one) for number, one in enumerate(answer.options)]
    open_rows = [row for row in rows if not row["ruled_out"]]
    return {
        "answer_id": answer.answer_id,
        "title": f"Options for {_plain(comparison['order'])}",
        "verdict": _plain(comparison["verdict"]["text"]),
        "rows": open_rows,
        "ruled_out": [row for row in rows if row["ruled_out"]],
        "timeline": _timeline(answer, comparison),
        "stock": _stock(comparison.get("stock", ())),
        "sensitivity": [_plain(text) for text in comparison.get("sensitivity", ())],
        "notes": [_plain(text) for text in (*comparison.get("notes", ()), *comparison.get("not_read", ()))],
        "weights": _weights(comparison.get("weights", {})),
    }


def option_of(answer: Mapping[str, Any], number: object) -> Mapping[str, Any] | None:
    """The option behind a button of a stored answer's card; None when there is no such option."""
    options = answer.get("options") or ()
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(options):
        found: Mapping[str, Any] = options[number]
        return found
    return None


def _row(number: int, one: Mapping[str, Any]) -> dict[str, Any]:
    currency = str(one.get("currency") or "")
    return {
        "number": number,
        "name": _plain(one.get("name")),
        "summary": _plain(one["summary"]),
        "ruled_out": bool(one.get("ruled_out")),
        "recommended": bool(one.get("recommended")),
        "tied": bool(one.get("tied")) and not one.get("recommended"),
        "arrives": _arrives(one),
        "shipments": _count(len(one.get("shipments", ())), "shipment"),
        "on_time": f"{one.get('lines_on_time', 0)} of {one.get('lines_total', 0)} lines by the promise",
        "cost": _money(one.get("extra_cost"), currency),
        "costs": [f"{_plain(part['what'])}: {_money(part['amount'], currency)}" for part in one.get("costs", ())],
        "charge": _money(one.get("penalty", {}).get("amount"), currency),
        "charge_hint": _plain(one.get("penalty", {}).get("text")),
        "margin": _margin(one.get("margin_effect")),
        "fit": FITS.get(str(one.get("contract_fit")), ""),
        "fit_code": str(one.get("contract_fit")),
        "certainty": CERTAINTIES.get(str(one.get("certainty")), ""),
        "score": one.get("score"),
        "parts": [
            {"name": label, "share": round(100 * one["parts"][part])} for part, label in PARTS.items() if part in one.get("parts", {})
        ],
        "why_not": _bare(_plain(one.get("why_not"))),
        "rulings": [{"text": _plain(part["text"]), "sources": list(part["evidence"])[:3]} for part in one.get("rulings", ())],
        "requires": [_plain(text) for text in list(one.get("requires", ()))[:MOST_REQUIRED]],
        "hurts": [_plain(part["text"]) for part in one.get("hurts", ())],
        "work": [_plain(text) for text in one.get("work", ())],
        "ships": [_ships(part, currency) for part in one.get("shipments", ())],
        "sources": list(one.get("evidence", ()))[:6],
        "can_draft": bool(one.get("drafts")) and not one.get("ruled_out"),
        "with_message": bool(one.get("customer_message")),
    }  # fmt: skip


def _ships(part: Mapping[str, Any], currency: str) -> dict[str, str]:
    goods = [f"{line['quantity']:g} of {_plain(line['product'])}{_lots(line)}" for line in part["lines"]]
    shown = "; ".join(goods[:4]) + (f"; {len(goods) - 4} more" if len(goods) > 4 else "")
    leaves, latest = part.get("leaves"), part.get("leaves_latest")
    when = "no date" if not leaves else day_text(leaves)
    if leaves and latest and latest != leaves:
        when += f" to {day_text(latest)}"
    elif leaves and not latest:
        when = f"from {when}"
    return {
        "from": _plain(part["from"]), "goods": shown, "leaves": when, "arrives": day_text(part["arrives"]) if part.get("arrives") else "",
        "carrier": _plain(part.get("carrier")), "freight": _money(part.get("freight"), currency), "why": _plain(part.get("why")),
    }  # fmt: skip


def _lots(line: Mapping[str, Any]) -> str:
    """`` (lot A-1, lot A-2)``; empty for goods without lots."""
    names = [f"lot {_plain(lot['lot'])}" for lot in line.get("lots", ())]
    more = f" and {len(names) - MOST_LOTS} more" if len(names) > MOST_LOTS else ""
    return f" ({', '.join(names[:MOST_LOTS])}{more})" if names else ""


def _bare(reason: str) -> str:
    """Why not, without what it is compared with: the card's head names it."""
    bare = re.sub(r"^Against “[^”]+”: ", "", reason)
    return bare[:1].upper() + bare[1:]


def _arrives(one: Mapping[str, Any]) -> list[str]:
    """The days, one for each part that comes on a day of its own."""
    days = [
        part.get("arrives") or part.get("leaves_latest") or part.get("leaves")
        for part in one.get("shipments", ())
    ]
    known = [day_text(day) for day in sorted({day for day in days if day})]
    return known if None not in days else [*known, "rest: no date" if known else "no date"]


# -- timeline ------------------------------------------------------------------------------------------------------------


def _timeline(answer: Answer, comparison: Mapping[str, Any]) -> dict[str, Any] | None:
    """Promise, arrivals and options on one line of days, in per cent of its length."""
    today = _today(answer)
    promised = _day(comparison.get("promised"))
    shown = [one for one in answer.options if one.get("shipments") and not one.get("ruled_out")]
    best_of: dict[str, Mapping[str, Any]] = {}
    for one in shown:
        best_of.setdefault(str(one["kind"]), one)
    shown = list(best_of.values())[:MOST_ON_TIMELINE]
    days = [today, *([promised] if promised else [])]
    for one in shown:
        for part in one["shipments"]:
            days += [day for name in ("leaves", "leaves_latest", "arrives") if (day := _day(part.get(name)))]
    arrivals = []
    for coming in comparison.get("arrivals", ()):
        span = [day for day in map(_day, (coming.get("due"), *coming.get("expected", ()))) if day]
        days += span
        if span:
            arrivals.append((coming, span))
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
    length = max((last - first).days, 1)

    def at(day: date) -> float:
        return round(100 * (day - first).days / length, 2)

    step = max(1, -(-length // MOST_TICKS))
    return {
        "today": at(today),
        "promise": at(promised) if promised else None,
        "promise_text": day_text(promised.isoformat()) if promised else "",
        "ticks": [
            {"at": at(day), "text": f"{day.day} {day:%b}"}
            for day in (first + timedelta(days=offset) for offset in range(step, length, step))
        ],
        "arrivals": [
            {
                "name": _plain(coming["document"]),
                "hint": _plain(
                    f"{coming['document']} from {coming['vendor']}"
                    + (", overdue" if coming.get("overdue") else "")
                ),
                "due": at(due) if (due := _day(coming.get("due"))) else None,
                "from": at(span[1]) if len(span) > 1 else at(span[0]),
                "to": at(span[-1]),
            }
            for coming, span in arrivals
        ],
        "options": [_track(one, at) for one in shown],
    }


def _track(one: Mapping[str, Any], at: Any) -> dict[str, Any]:
    marks = []
    for part in one["shipments"]:
        leaves = _day(part.get("leaves_latest")) or _day(part.get("leaves"))
        if leaves is None:
            continue
        arrives = _day(part.get("arrives")) or leaves
        marks.append(
            {
                "leaves": at(leaves),
                "arrives": at(arrives),
                "hint": _plain(
                    f"{part['from']}: leaves {day_text(leaves.isoformat())}"
                    + (f", arrives {day_text(arrives.isoformat())}" if part.get("arrives") else "")
                ),
            }
        )
    return {
        "name": SHORT.get(str(one["kind"]), _plain(one.get("name"))),
        "recommended": bool(one.get("recommended")),
        "marks": marks,
        "no_date": any(not part.get("leaves") for part in one["shipments"]),
    }


def _today(answer: Answer) -> date:
    """The day on which the records were read."""
    return (
        date.fromisoformat(answer.evidence[0].read_at[:10]) if answer.evidence else datetime.now(UTC).date()
    )


def _stock(stock: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """A table: one row a missing product, one column a warehouse."""
    if not stock:
        return None
    home = _plain(stock[0].get("home")) or "Here"
    others = sorted({place["warehouse"] for one in stock for place in one["free"]})
    rows = []
    for one in stock[:12]:
        free = {place["warehouse"]: place["free"] for place in one["free"]}
        cells = [{"text": f"{one['ready']:g} reserved", "enough": one["missing"] <= 0}]
        cells += [
            {
                "text": f"{free[name]:g} free" if name in free else "none free",
                "enough": free.get(name, 0) >= one["missing"],
            }
            for name in others
        ]
        rows.append(
            {
                "product": _plain(one["product"]),
                "needed": f"{one['needed']:g}",
                "missing": f"{one['missing']:g}",
                "cells": cells,
            }
        )
    left_out = [_plain(text) for one in stock[:12] for text in one.get("too_old", ())]
    return {
        "warehouses": [home, *map(_plain, others)],
        "rows": rows,
        "more": max(0, len(stock) - 12),
        "left_out": left_out,
    }


def _weights(weights: Mapping[str, Any]) -> str:
    told = [f"{label.lower()} {weights[part]:g}" for part, label in PARTS.items() if weights.get(part)]
    return (
        f"Weights: {', '.join(told)}; closer than {weights.get('tie_within', 0):g} is a tie."
        if told
        else "All weights are zero."
    )


def _margin(value: Any) -> str:
    if value == "masked":
        return "Hidden"
    return f"{value:+.2f} points" if isinstance(value, int | float) else ""


def _money(value: Any, currency: str) -> str:
    if not isinstance(value, int | float):
        return "Not known"
    return f"{'−' if value < 0 else ''}{currency} {abs(value):,.0f}".strip() if value else "None"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _plain(words: Any) -> str:
    return without_hidden_characters(str(words or ""))
