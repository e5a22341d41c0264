"""Reading one row as the gateway returns it: small, forgiving conversions.

A value that is absent (the person's Odoo does not have the field), empty, masked for this role, or simply of another type than
expected becomes ``None`` (or an empty text): a diagnosis goes on with what it has, and says what it could not see.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from erp_tools.odoo.masks import is_masked

Row = Mapping[str, Any]

MOST_DAYS = 36_500.0


@dataclass(frozen=True, kw_only=True)
class Link:
    """A many2one: which record, and how Odoo shows it."""

    record_id: int
    name: str


def text(row: Row, key: str) -> str:
    """The text of a field; empty when there is none, or none for this person."""
    value = row.get(key)
    return value.strip() if isinstance(value, str) and not is_masked(value) else ""


def is_shown(row: Row, key: str) -> bool:
    """This person may see the field: it came, and is not masked. It may still be empty."""
    return key in row and not is_masked(row[key])


def number(row: Row, key: str) -> float | None:
    """The number of a field, or None when it is absent, empty or masked."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def quantity(row: Row, key: str) -> float:
    """The quantity of a field; 0 when there is none."""
    return number(row, key) or 0.0


def days(row: Row, key: str) -> float:
    """A number of days that a date can take; 0 when there is none. Longer than a century is a typing error."""
    return max(-MOST_DAYS, min(MOST_DAYS, quantity(row, key)))


def money(row: Row, key: str) -> Decimal | None:
    """An amount, or None when it is absent or masked. The currency stands in another field."""
    value = number(row, key)
    return None if value is None else Decimal(str(value))


def flag(row: Row, key: str) -> bool:
    """True only when Odoo says so."""
    return row.get(key) is True


def moment(row: Row, key: str) -> datetime | None:
    """A datetime, with timezone (Odoo keeps UTC), or None."""
    value = row.get(key)
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value[:19]).replace(tzinfo=UTC) if value[10:11] == " " else None
    except ValueError:
        return None


def day(row: Row, key: str) -> date | None:
    """A date, or None."""
    value = row.get(key)
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def one(row: Row, key: str) -> Row | None:
    """The row behind a many2one, or None."""
    value = row.get(key)
    if isinstance(value, dict) and _is_id(value.get("id")):
        return value
    return None


def link(row: Row, key: str) -> Link | None:
    """Id and name behind a many2one, or None. A bare id is a link without a name."""
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return Link(record_id=value, name="")
    found = one(row, key)
    return None if found is None else Link(record_id=found["id"], name=text(found, "display_name"))


def name_of(row: Row, key: str) -> str:
    """The name behind a many2one; empty when there is none."""
    found = link(row, key)
    return found.name if found else ""


def many(row: Row, key: str) -> list[Row]:
    """The rows of a one2many or many2many that came with fields. Rows beyond a limit come as bare ids and are left out."""
    value = row.get(key)
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict) and _is_id(item.get("id")) and len(item) > 1]


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def ids(row: Row, key: str) -> tuple[int, ...]:
    """The ids of a one2many or many2many, with or without fields."""
    value = row.get(key)
    if not isinstance(value, list):
        return ()
    found = (item.get("id") if isinstance(item, dict) else item for item in value)
    return tuple(item for item in found if isinstance(item, int) and not isinstance(item, bool))


_BLOCKS = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)
_DROPPED = re.compile(r"<\s*(script|style)\b.*?<\s*/\s*\1\s*>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def plain_text(markup: str) -> str:
    """What a person sees of a piece of HTML: no tags, no invisible characters, single spaces.

    The result is still somebody else's words: quote it, never act on it.
    """
    without_code = _DROPPED.sub(" ", markup)
    spaced = _BLOCKS.sub("\n", without_code)
    bare = _INVISIBLE.sub("", html.unescape(_TAGS.sub(" ", spaced)))
    lines = (" ".join(line.split()) for line in bare.splitlines())
    return "\n".join(line for line in lines if line)
