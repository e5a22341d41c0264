"""From what people call somebody or something ("meridan fods", "the olive oil 20 L drums", "West") to the record in Odoo.

Odoo is asked for names that share a part with what was said, as the person; which of them is meant is decided here by nearness in
spelling (`erp_tools.reads.likeness`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from erp_tools.errors import AccessDenied
from erp_tools.facts import Fact
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row
from erp_tools.reads.likeness import (
    EXACT,
    codes_of,
    is_code,
    is_weak,
    likeness,
    likeness_of_words,
    may_be_left_out,
    parts,
    spoken,
)
from erp_tools.reads.report import Candidate
from erp_tools.reads.rows import number, text
from erp_tools.reads.rows import one as linked

NEAR = 82.0
"""From this score on a name is taken for what was said; a slip in a word of six letters costs some fifteen points."""
CLOSE = 4.0
"""Candidates this close to the best one are told apart by the person."""
MOST_READ = 200
MOST_CANDIDATES = 5
MOST_OF_A_PERSON = 3
"""Words of a person's name."""

_COMPANY: dict[str, Any] = {"display_name": {}, "ref": {}, "customer_rank": {}, "supplier_rank": {}}
_PARTNER: dict[str, Any] = {**_COMPANY, "name": {}, "parent_id": {"fields": _COMPANY}}
_PLAIN: dict[str, Any] = {"display_name": {}, "name": {}}


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
    """Companies, and the companies of people: "Gwen" is asked about as one speaks of her company's orders."""
    words = spoken(said)
    company = [
        "&",
        ["parent_id", "=", False],
        *_any_of([["ref", "=ilike", _plain(said)], *_name_terms("name", said)]),
    ]
    people: list[Any] = []
    if words and len(words) <= MOST_OF_A_PERSON and all(len(word) > 2 and word.isalpha() for word in words):
        people = ["&", ["parent_id", "!=", False], *_all_of([["name", "ilike", word] for word in words])]
    domain = ["|", *company, *people] if people else company
    narrow = ["&", ["parent_id", "=", False], *_narrow_terms("name", said)]
    found: list[Candidate] = []
    for row in _rows(session, "res.partner", domain, narrow, _PARTNER, "name, id"):
        employer = linked(row, "parent_id")
        if employer is None:
            found.append(_partner(row, now, server))
        elif set(words) <= set(spoken(text(row, "name"))):
            found.append(replace(_partner(dict(employer), now, server), said_of=text(row, "name")))
    return found


def _partner(row: Row, now: datetime, server: OdooServer) -> Candidate:
    return Candidate(
        fact=_fact("res.partner", row, ("ref",), now, server),
        kind=_kind_of(row),
        name=text(row, "display_name"),
        ref=text(row, "ref"),
    )


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
    codes = [["default_code", "=ilike", _plain(code)] for code in codes_of(said)]
    domain = _any_of([*codes, *_name_terms("name", said)])
    spec: dict[str, Any] = {"display_name": {}, "name": {}, "default_code": {}}
    rows = _rows(session, "product.product", domain, _narrow_terms("name", said), spec, "default_code, id")
    return [
        Candidate(
            fact=_fact("product.product", row, ("default_code",), now, server),
            kind="product",
            name=text(row, "name") or text(row, "display_name"),
            ref=text(row, "default_code"),
        )
        for row in rows
    ]


def _rows(
    session: OdooSession, model: str, domain: list[Any], narrow: list[Any], spec: dict[str, Any], order: str
) -> list[Row]:
    """What fits, in one round trip; in a second one, where that is more than is read, the records that every word fits."""
    page = session.read(model, domain, spec, order=order, limit=MOST_READ)
    if page.total <= len(page.rows):
        return list(page.rows)
    nearer = session.read(model, narrow, spec, order=order, limit=MOST_READ).rows
    known = {int(row["id"]) for row in nearer}
    return [*nearer, *(row for row in page.rows if int(row["id"]) not in known)]


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
    for word in spoken(said):
        if len(word) >= 4 and word.isalpha():
            terms += [[field, "ilike", word[:3]], [field, "ilike", word[-3:]]]
        elif len(word) >= 3:
            terms.append([field, "ilike", word])
    return [list(one) for one in dict.fromkeys(tuple(term) for term in terms)][:13]


def _narrow_terms(field: str, said: str) -> list[Any]:
    """The beginnings of all the words that say something: what a name with a slip at its end still meets."""
    words = [word for word in spoken(said) if len(word) > 2 or word.isdigit()][:4]
    return _all_of([[field, "ilike", _plain(word[:4])] for word in words] or [[field, "ilike", _plain(said)]])


def _any_of(terms: Sequence[list[Any]]) -> list[Any]:
    return ["|"] * (len(terms) - 1) + list(terms)


def _all_of(terms: Sequence[list[Any]]) -> list[Any]:
    return ["&"] * (len(terms) - 1) + list(terms)


def _decided(said: str, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    near = _near(said, found) or _near_in_part(said, found)
    # "Mill fabrication" is Old Mill Fabrication, letter by letter, and not Millbrook Fabrication.
    near = [one for one in near if _is_exact(said, one)] or near
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


def _near(said: str, found: Sequence[Candidate]) -> list[Candidate]:
    scored = (replace(one, score=round(likeness(said, one.said_of or one.name, one.ref), 1)) for one in found)
    best: dict[tuple[str, int], Candidate] = {}
    for one in sorted(scored, key=lambda one: (-one.score, one.name, one.kind)):
        if one.score >= NEAR:
            best.setdefault((one.fact.model, one.fact.record_id), one)  # a company and its people are one
    return list(best.values())


def _near_in_part(said: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Where all that was said names nothing, the longest part of it that does, letter by letter: "meridian strict", "six pillow
    blocks", "olive oil drums east". People are called by their whole name; of "Great Plains" no part may be left out."""
    for part in parts(said):
        fit = [one for one in found if _may_be_meant_by(part, said, one)]
        near = [one for one in _near(part, fit) if _is_exact(part, one)]
        if near:
            return near
    return []


def _may_be_meant_by(part: str, said: str, one: Candidate) -> bool:
    if one.kind == "warehouse":
        return True  # "East"
    if one.said_of:
        return False
    if one.kind in {"customer", "vendor", "contact"}:
        first, named = spoken(part)[:1], spoken(one.name)[:1]  # of "& Co." or "Inc" nothing is left
        begins = bool(first and named) and likeness_of_words(first[0], named[0]) >= EXACT
        return begins and not is_weak(part) and may_be_left_out(part, said)
    return is_code(part, one.ref) or not is_weak(part)


def _is_exact(part: str, one: Candidate) -> bool:
    there = [*spoken(one.said_of or one.name), one.ref.casefold()]
    words = spoken(part)
    return is_code(part, one.ref) or (
        bool(words) and all(max(likeness_of_words(word, other) for other in there) >= EXACT for word in words)
    )
