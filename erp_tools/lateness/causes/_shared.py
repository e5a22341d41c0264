"""What several causes need: phrases for what is missing and for what comes, and which transfers stand still."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.sources import Inbound, InboundShare, Supply
from erp_tools.lateness.taxonomy import AffectedLine
from erp_tools.lateness.verdict import short_in_time
from erp_tools.lateness.wording import SMALLEST, day_text, list_text, plain_number, quantity_text
from erp_tools.reads.messages import Activity, Message
from erp_tools.reads.transfers import Move, Transfer

Derived = dict[FactKey, dict[str, Any]]

UNIT_WORDS = frozenset({"units", "unit"})


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A piece of a summary with the figures that only the code knows and the facts that hold the rest."""

    text: str
    derived: Mapping[FactKey, Mapping[str, Any]]
    evidence: tuple[FactKey, ...]


def merge(*parts: Mapping[FactKey, Mapping[str, Any]]) -> Derived:
    """Several sets of worked-out figures as one."""
    merged: Derived = {}
    for part in parts:
        for key, fields in part.items():
            merged.setdefault(key, {}).update(fields)
    return merged


# -- what is missing -----------------------------------------------------------------------------------------------------
def in_trouble(case: OrderCase) -> Iterator[tuple[Supply, tuple[LineCase, ...]]]:
    """Products that are missing and that the records do not bring in time."""
    for supply, lines in case.short_supplies():
        if short_in_time(case, supply) > SMALLEST:
            yield supply, lines


def missing_phrase(case: OrderCase, code: str, lines: Sequence[LineCase]) -> Phrase:
    """``12 of 40 Sanitary Butterfly Valve 2 in are not reserved``, and how many more lines."""
    first = lines[0]
    unit = "" if first.line.unit.lower() in UNIT_WORDS else f"{first.line.unit} "
    words = (
        f"{quantity_text(first.missing_in_unit)} of {quantity_text(first.line.remaining)} {unit}{first.plain_product} "
        f"{'is' if round(first.missing_in_unit, 3) == 1 else 'are'} not reserved"
    )
    if len(lines) == 1:
        return Phrase(text=words, derived={}, evidence=(first.key,))
    more = len(lines) - 1
    words += f" (and {more} more {'line' if more == 1 else 'lines'})"
    return Phrase(
        text=words,
        derived={case.key: {f"{code}_more_lines": more}},
        evidence=(case.key, *(line.key for line in lines)),
    )


def affected(lines: Iterable[LineCase], quantity: float | None = None) -> tuple[AffectedLine, ...]:
    """The lines of a cause with what each lacks, or their share of a quantity in the product's unit."""
    found = []
    left = quantity
    for line in lines:
        if line.line.is_kit:
            found.append(line.affected(line.missing_in_unit))
            continue
        take = line.missing if left is None else min(line.missing, left)
        left = None if left is None else left - take
        if take > SMALLEST:
            found.append(line.affected(take / line.line.per_unit if line.line.per_unit else take))
    return tuple(found)


def unique_lines(groups: Iterable[Iterable[AffectedLine]]) -> tuple[AffectedLine, ...]:
    """Every line once, with the larger quantity."""
    found: dict[int, AffectedLine] = {}
    for group in groups:
        for line in group:
            known = found.get(line.line_id)
            if known is None or known.quantity < line.quantity:
                found[line.line_id] = line
    return tuple(found.values())


# -- what comes ----------------------------------------------------------------------------------------------------------
def document_phrase(inbound: Inbound) -> str:
    """``PO P00031 from Kestrel Valves and Fittings``, ``transfer EAST/OUT/00007 from Dallas South``."""
    if inbound.kind == "transfer" and not inbound.move.purchase:
        departure = inbound.departure
        place = warehouse_word(departure) if departure else ""
        return f"transfer {inbound.document} from {place}" if place else f"transfer {inbound.document}"
    label = (
        f"PO {inbound.document}"
        if inbound.document != inbound.move.reference
        else f"receipt {inbound.document}"
    )
    return f"{label} from {inbound.vendor}" if inbound.vendor else label


def warehouse_word(move: Move) -> str:
    """What people call the warehouse a move takes from: the first part of its location's name."""
    return move.source.name.split("/")[0]


def inbound_evidence(inbound: Inbound) -> tuple[FactKey, ...]:
    line = inbound.purchase_line
    own = (inbound.key, ("purchase.order.line", line.line_id)) if line else (inbound.key,)
    return (*own, *(("stock.move", move.move_id) for move in inbound.feeding))


def chain_phrase(case: OrderCase, inbound: Inbound) -> Phrase:
    """Where the goods of a transfer are: ``EAST/OUT/00128 has not left EAST``, and what that waits for; empty where it is no chain."""
    departure = inbound.departure
    if departure is None:
        return Phrase(text="", derived={}, evidence=())
    key: FactKey = ("stock.move", departure.move_id)
    place = warehouse_word(departure)
    if not departure.is_open:
        left = case.day(departure.at)
        when = f" on {day_text(left)}" if left else ""
        return Phrase(text=f"{departure.reference} left {place}{when}", derived={}, evidence=(key,))
    words = f"{departure.reference} has not left {place}"
    evidence = [key]
    for move in inbound.waits_behind:
        evidence.append(("stock.move", move.move_id))
        if move.source.usage == "supplier":
            due = case.day(move.deadline or move.at)
            document = f"PO {move.purchase}" if move.purchase else f"receipt {move.reference}"
            words += f" and waits for {document}" + (f" of {day_text(due)}" if due else "")
            break
    else:
        if inbound.starved > SMALLEST:
            words += (
                f", where {quantity_text(inbound.starved)} of {quantity_text(departure.demand)} are missing"
            )
            return Phrase(
                text=words,
                derived={key: {"quantity_missing": number_field(inbound.starved)}},
                evidence=tuple(evidence),
            )
    return Phrase(text=words, derived={}, evidence=tuple(dict.fromkeys(evidence)))


def are_transfers(shares: Sequence[InboundShare]) -> bool:
    """All of them come from our own warehouses: there is no vendor to ask."""
    return all(share.inbound.kind == "transfer" and not share.inbound.move.purchase for share in shares)


def is_rest_of_short_receipt(inbound: Inbound) -> bool:
    """Part of it came already: what is still open is the rest."""
    line = inbound.purchase_line
    return (line is not None and SMALLEST < line.received < line.ordered - SMALLEST) or (
        inbound.kind == "purchase" and inbound.move.is_backorder
    )


def shares_by_document(shares: Iterable[InboundShare]) -> list[InboundShare]:
    """The largest share of each document, earliest document first."""
    best: dict[str, InboundShare] = {}
    for share in shares:
        known = best.get(share.inbound.document)
        if known is None or known.quantity < share.quantity:
            best[share.inbound.document] = share
    return sorted(best.values(), key=lambda share: (share.inbound.due or date.max, share.inbound.document))


# -- transfers that stand still ------------------------------------------------------------------------------------------
def is_behind(case: OrderCase, transfer: Transfer) -> bool:
    """Its day is over; or it is today's and the promise is already broken."""
    scheduled = case.day(transfer.scheduled)
    if scheduled is None:
        return case.promise_has_passed
    return scheduled < case.today or (scheduled == case.today and case.promise_has_passed)


def standing_ready(case: OrderCase) -> Iterator[tuple[Transfer, tuple[LineCase, ...]]]:
    """Transfers that hold their goods completely, are due, and are not done."""
    if not case.is_open:
        return
    for transfer in case.frontier_transfers:
        moves = list(case.moves_of(transfer))
        if (
            transfer.is_ready
            and moves
            and is_behind(case, transfer)
            and all(move.missing <= SMALLEST for _, move in moves)
        ):
            yield transfer, case.lines_in(transfer)


def transfer_key(transfer: Transfer) -> FactKey:
    return ("stock.picking", transfer.transfer_id)


def names_of(transfers: Sequence[Transfer]) -> str:
    """Names for a sentence; more than three are counted by the caller."""
    return list_text([transfer.name for transfer in transfers[:3]])


def waiting_since(case: OrderCase, lines: Iterable[LineCase]) -> date | None:
    """The day the transfers of these lines should have left."""
    transfers = {move.transfer_id for line in lines for move in line.frontier}
    days = [case.day(item.scheduled) for item in case.open_transfers if item.transfer_id in transfers]
    return min((day for day in days if day is not None), default=case.promised)


# -- what was said -------------------------------------------------------------------------------------------------------
def message_key(message: Message) -> FactKey:
    return ("mail.message", message.message_id)


def activity_key(activity: Activity) -> FactKey:
    return ("mail.activity", activity.activity_id)


def said(messages: Iterable[Message], pattern: re.Pattern[str]) -> tuple[Message, ...]:
    """Messages that a person wrote and that speak of it: what was said, not what is so."""
    return tuple(message for message in messages if message.written and pattern.search(message.text))


def number_field(quantity: float) -> float | int:
    return plain_number(quantity)
