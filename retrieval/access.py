"""Who may read which document. The rule is written twice on purpose: once for the index, once for what comes back.

Rule: a reader sees a document when all of these hold.

- Company: it belongs to no company in particular, or to one the reader may see.
- Customer: it is about no customer in particular, the reader is not limited to customers, or it is about one of theirs.
- Roles: it names no roles, or one of the reader's.
- Classification: ``public`` and ``internal`` add nothing; ``confidential`` needs a reader with at least one role;
  ``restricted`` is read by the roles it names, and by compliance alone when it names none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from retrieval.knowledge_base import AnyOf, Between, IndexFilter
from retrieval.passage import Document, Reader

EVERYONE = "*"
"""Audience of documents that any signed-in reader may see."""
ANY_ROLE = "role:*"
"""Audience of documents that need some role, whichever."""

_FIRST_DAY = 0
_LAST_DAY = 99999999


def may_read(reader: Reader, document: Document) -> bool:
    """The rule itself, on values; the check after the index has answered."""
    if document.company and document.company not in reader.companies:
        return False
    if document.customer and reader.customers is not None and document.customer not in reader.customers:
        return False
    if document.roles:
        return bool(reader.roles & set(document.roles))
    if document.classification == "restricted":
        return "compliance" in reader.roles
    if document.classification == "confidential":
        return bool(reader.roles)
    return document.classification in ("public", "internal")


def audience_of(document: Document) -> tuple[str, ...]:
    """What the index stores about who may read: tokens of which a reader has to hold one."""
    if document.roles:
        return tuple(f"role:{role}" for role in document.roles)
    if document.classification == "restricted":
        return ("role:compliance",)
    if document.classification == "confidential":
        return (ANY_ROLE,)
    return (EVERYONE,)


def audience_tokens(reader: Reader) -> tuple[str, ...]:
    """The tokens a reader holds."""
    own = [f"role:{role}" for role in sorted(reader.roles)]
    return (EVERYONE, *([ANY_ROLE] if own else []), *own)


def readable_by(reader: Reader) -> IndexFilter:
    """The rule as a filter inside the index."""
    conditions: list[AnyOf] = [
        AnyOf(field="audience", values=audience_tokens(reader)),
        AnyOf(field="company", values=("", *sorted(reader.companies))),
    ]
    if reader.customers is not None:
        conditions.append(AnyOf(field="customer", values=("", *sorted(reader.customers))))
    return IndexFilter(all_of=tuple(conditions))


def in_force(document: Document, on_date: date) -> bool:
    """Whether a document applies on a day: inside its validity, and not yet replaced by a version already in force."""
    if document.valid_from and on_date < document.valid_from:
        return False
    if document.valid_to and on_date > document.valid_to:
        return False
    return document.superseded_from is None or on_date < document.superseded_from


def in_force_on(on_date: date) -> tuple[Between, ...]:
    """`in_force` as conditions inside the index."""
    day = day_number(on_date)
    return (
        Between(field="valid_from", at_most=day),
        Between(field="valid_to", at_least=day),
        Between(field="superseded_from", at_least=day + 1),
    )


def day_number(day: date) -> int:
    """A day as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def payload_of(document: Document) -> dict[str, str | int | Sequence[str]]:
    """What the index stores about a passage's document, for filtering only."""
    return {
        "document_id": document.document_id,
        "audience": audience_of(document),
        "company": document.company,
        "customer": document.customer,
        "carrier": document.carrier,
        "vendor": document.vendor,
        "type": document.type,
        "valid_from": day_number(document.valid_from) if document.valid_from else _FIRST_DAY,
        "valid_to": day_number(document.valid_to) if document.valid_to else _LAST_DAY,
        "superseded_from": day_number(document.superseded_from) if document.superseded_from else _LAST_DAY,
    }
