"""From what people call somebody or something ("meridan fods", "the olive oil 20 L drums", "West") to the record in Odoo.

Odoo is asked for names that share a part with what was said, as the person; which of them is meant is decided here by nearness in
spelling. The only home of rapidfuzz in this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz

from erp_tools.errors import AccessDenied
from erp_tools.facts import Fact
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row
from erp_tools.reads.report import Candidate
from erp_tools.reads.rows import number, text

NEAR = 82.0
"""From this score on a name is taken for what was said; a slip in a word of six letters costs some fifteen points."""
CLOSE = 4.0
"""Candidates this close to the best one are told apart by the person."""
MOST_READ = 200
MOST_CANDIDATES = 5

_PARTNER: dict[str, Any] = {"display_name": {}, "ref": {}, "customer_rank": {}, "supplier_rank": {}}
_PLAIN: dict[str, Any] = {"display_name": {}, "name": {}}
_FILLERS = frozenset(
    {"the", "of", "and", "a", "an", "for", "our", "inc", "ltd", "llc", "co", "company", "warehouse"}
)


def find_named(
    session: OdooSession, said: str, kinds: Sequence[str], *, now: datetime, server: OdooServer
) -> tuple[Candidate, ...]:
    """The records of these kinds that a name may mean, best first; one if it is clear. One round trip a kind.

    Args:
        kinds: of ``warehouse``, ``carrier``, ``partner`` (customers, vendors and other companies), ``product``.

    Raises:
        OdooUnavailable; a kind that this person may not read is left out.
        AccessDenied: none of the kinds may be read.
    """
    found: list[Candidate] = []
    denied: list[AccessDenied] = []
    for kind in dict.fromkeys(kinds):
        try:
            found += _READERS[kind](session, said, now, server)
        except AccessDenied as error:
            denied.append(error)
    if denied and len(denied) == len(set(kinds)):
        raise denied[0]
    return _decided(said, found)


def _partners(session: OdooSession, said: str, now: datetime, server: OdooServer) -> list[Candidate]:
    domain = [
        "&",
        ["parent_id", "=", False],
        *_any_of([["ref", "=ilike", _plain(said)], *_name_terms("name", said)]),
    ]
    rows = session.read("res.partner", domain, _PARTNER, order="name, id", limit=MOST_READ).rows
    return [
        Candidate(
            fact=_fact("res.partner", row, ("ref",), now, server),
            kind=_kind_of(row),
            name=text(row, "display_name"),
            ref=text(row, "ref"),
        )
        for row in rows
    ]


def _kind_of(row: Row) -> str:
    if (number(row, "customer_rank") or 0) > 0 or text(row, "ref").upper().startswith("C-"):
        return "customer"
    if (number(row, "supplier_rank") or 0) > 0 or text(row, "ref").upper().startswith("V-"):
        return "vendor"
    return "contact"


def _warehouses(session: OdooSession, said: str, now: datetime, server: OdooServer) -> list[Candidate]:
    rows = session.read("stock.warehouse", [], {**_PLAIN, "code": {}}, order="name, id", limit=80).rows
    return [
        Candidate(
            fact=_fact("stock.warehouse", row, ("code",), now, server),
            kind="warehouse",
            name=text(row, "name") or text(row, "display_name"),
            ref=text(row, "code"),
        )
        for row in rows
    ]


def _carriers(session: OdooSession, said: str, now: datetime, server: OdooServer) -> list[Candidate]:
    rows = session.read("delivery.carrier", [], _PLAIN, order="name, id", limit=MOST_READ).rows
    return [
        Candidate(
            fact=_fact("delivery.carrier", row, (), now, server),
            kind="carrier",
            name=text(row, "name") or text(row, "display_name"),
        )
        for row in rows
    ]


def _products(session: OdooSession, said: str, now: datetime, server: OdooServer) -> list[Candidate]:
    domain = _any_of([["default_code", "=ilike", _plain(said)], *_name_terms("name", said)])
    spec: dict[str, Any] = {"display_name": {}, "name": {}, "default_code": {}}
    rows = session.read("product.product", domain, spec, order="default_code, id", limit=MOST_READ).rows
    return [
        Candidate(
            fact=_fact("product.product", row, ("default_code",), now, server),
            kind="product",
            name=text(row, "name") or text(row, "display_name"),
            ref=text(row, "default_code"),
        )
        for row in rows
    ]


_READERS = {"partner": _partners, "warehouse": _warehouses, "carrier": _carriers, "product": _products}


def _fact(model: str, row: Row, fields: Iterable[str], now: datetime, server: OdooServer) -> Fact:
    return Fact(
        model=model,
        record_id=int(row["id"]),
        display_name=text(row, "display_name"),
        fields={"name": text(row, "display_name"), **{field: text(row, field) for field in fields}},
        read_at=now,
        url=server.record_url(model, int(row["id"])),
    )


def _plain(said: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", said.strip())


def _name_terms(field: str, said: str) -> list[list[Any]]:
    """Conditions that a name with a slip in it still meets: the beginnings and the ends of the words."""
    terms: list[list[Any]] = [[field, "ilike", _plain(said)]]
    for word in _words(said):
        if len(word) >= 4 and word.isalpha():
            terms += [[field, "ilike", word[:3]], [field, "ilike", word[-3:]]]
        elif len(word) >= 3:
            terms.append([field, "ilike", word])
    return [list(one) for one in dict.fromkeys(tuple(term) for term in terms)][:13]


def _any_of(terms: Sequence[list[Any]]) -> list[Any]:
    return ["|"] * (len(terms) - 1) + list(terms)


def _decided(said: str, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    scored = [_scored(said, one) for one in found]
    near = sorted(
        (one for one in scored if one.score >= NEAR), key=lambda one: (-one.score, one.name, one.kind)
    )
    if not near:
        return ()
    close = [one for one in near if one.score >= near[0].score - CLOSE]
    # A carrier or a warehouse is often kept as a contact as well: the contact adds nothing.
    places = {one.name.casefold() for one in close if one.kind in {"carrier", "warehouse"}}
    close = [
        one for one in close if one.kind in {"carrier", "warehouse"} or one.name.casefold() not in places
    ]
    shortest = min(close, key=lambda one: (len(one.name), one.name))
    if all(one.name.casefold().startswith(shortest.name.casefold()) for one in close):
        return (shortest,)
    return tuple(close[:MOST_CANDIDATES])


def _scored(said: str, one: Candidate) -> Candidate:
    return Candidate(
        fact=one.fact,
        kind=one.kind,
        name=one.name,
        ref=one.ref,
        score=round(_score(said, one.name, one.ref), 1),
    )


def _score(said: str, name: str, ref: str) -> float:
    """Each word of what was said against the nearest word of the name, by length; the whole name said beats a part of it."""
    if ref and said.strip().casefold() == ref.casefold():
        return 120.0
    wanted, there = _words(said), _words(name)
    if not wanted or not there:
        return 0.0
    weight = sum(len(word) for word in wanted)
    score = sum(len(word) * max(_likeness(word, other) for other in there) for word in wanted) / weight
    covered = sum(1 for other in there if max(_likeness(other, word) for word in wanted) >= NEAR) / len(there)
    begins = _likeness(wanted[0], there[0]) >= NEAR
    return score + 8.0 * covered + (3.0 if begins else 0.0) - 5.0


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 100.0
    if one.rstrip("s") == other.rstrip("s") and min(len(one), len(other)) > 2:
        return 98.0
    if len(one) < 4 or len(other) < 4 or one.isdigit() or other.isdigit():
        return 0.0
    return fuzz.ratio(one, other)


def _words(said: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", said.casefold())
    return [word for word in found if word not in _FILLERS] or found
