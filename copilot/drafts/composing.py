"""The words of a message, a note or a vendor's reminder, written by code from an order's diagnosis: no fact in them that it lacks."""

from __future__ import annotations

from datetime import date

from erp_tools.lateness.taxonomy import Diagnosis


def customer_message(diagnosis: Diagnosis) -> str:
    """What the customer may be told: the date, never our reasons in detail, vendors, stock or money."""
    opening = f"Dear {diagnosis.customer}," if diagnosis.customer else "Good day,"
    earliest, latest = diagnosis.expected.earliest, diagnosis.expected.latest
    if not diagnosis.is_late:
        promised = f" for {_day(diagnosis.promised)}" if diagnosis.promised else ""
        body = f"Your order {diagnosis.order} is on schedule{promised}."
    elif earliest and latest:
        when = f"on {_day(earliest)}"
        if earliest != latest:
            when = f"between {_day(earliest)} and {_day(latest)}"
        body = (
            f"We are sorry that your order {diagnosis.order} is delayed. "
            f"We now expect to ship it {when}, and will tell you at once if that changes."
        )
    else:
        body = (
            f"We are sorry that your order {diagnosis.order} is delayed. We cannot name a firm date yet and will come back to you as soon "
            "as it is confirmed."
        )
    return f"{opening}\n\n{body}\n\nPlease reply to this message if the delay causes you trouble; we will look for a way together."


def note(diagnosis: Diagnosis) -> str:
    """How the order stands, for colleagues."""
    late = (
        f"{diagnosis.days_late} {'day' if diagnosis.days_late == 1 else 'days'} late"
        if diagnosis.is_late and diagnosis.days_late
        else "will be late"
        if diagnosis.is_late
        else "on time"
    )
    promised = f" (promised {_day(diagnosis.promised)})" if diagnosis.promised else ""
    lines = [f"{diagnosis.order}: {late}{promised}."]
    lines += [
        f"{cause.summary.rstrip('.')} ({cause.certainty})."
        for cause in diagnosis.causes[:2]
        if cause.code not in {"on_time", "unknown"}
    ]
    if diagnosis.expected.latest and diagnosis.is_late:
        lines.append(f"Expected {_day(diagnosis.expected.latest)}.")
    return "\n\n".join(lines)


def vendor_reminder(purchase: str, order_promised: date | None) -> str:
    """A request to the vendor; no customer, price or stock in it."""
    needed = f" We need the goods by {_day(order_promised)}." if order_promised else ""
    return (
        f"Please confirm when you ship {purchase}, with a tracking number if it has left.{needed}\n\n"
        "If you cannot send all of it at once, tell us what can go now and when the rest follows."
    )


def purchases_behind(diagnosis: Diagnosis) -> list[str]:
    """The purchase orders that the order's causes rest on, what blocks first leading."""
    names = {fact.key: fact.display_name for fact in diagnosis.facts if fact.model == "purchase.order"}
    found = [names[key] for cause in diagnosis.causes for key in cause.evidence if key in names]
    return list(dict.fromkeys(found))


def _day(value: date | None) -> str:
    return f"{value.day} {value:%B %Y}" if value else ""
