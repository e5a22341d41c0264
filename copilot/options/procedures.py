"""Our own procedures' figures as rules, trucks, vendors' ways to be faster, and approved substitutes: each proven by its document."""

from __future__ import annotations

import re
from decimal import Decimal

from copilot.options.house_rules import HouseRule, HouseRules
from copilot.options.proofs import Proofs
from erp_tools.options.policy import Condition, Expedite, Lane, Rule, SubstitutePair
from retrieval.passage import DEFAULT_COLLECTION, Reader

_RATIO = re.compile(r"(\d+(?:\.\d+)?) for (\d+(?:\.\d+)?)")
_CODE = re.compile(r"[A-Z]{2,}-\d{3,}")


def procedure_rules(house: HouseRules, proofs: Proofs, tier: str, notes: list[str]) -> list[Rule]:
    found = []
    for rule in house.rules:
        if rule.tiers and tier not in rule.tiers:
            continue
        if (made := _house_rule(rule, house, proofs)) is not None:
            found.append(made)
        elif proofs.document(rule.document) is not None:
            notes.append(f"The rule {rule.id} is set aside: its words are not in {rule.document} any more.")
    return found


def _house_rule(rule: HouseRule, house: HouseRules, proofs: Proofs) -> Rule | None:
    places = [proofs.find(rule.document, words, clause=rule.clause) for words in rule.words]
    document = proofs.document(rule.document)
    if document is None or any(place is None for place in places):
        return None
    cites = tuple(place for place in places if place)
    figures = {name: value for name, value in rule.figures if value is not None}
    return Rule(
        subject=rule.subject, rank="procedure", says=rule.says, text=rule.words[0], cites=cites, only_for=rule.products,
        source=f"{document.title}, {rule.clause}" if rule.clause else document.title, currency=house.currency,
        conditions=tuple(Condition(text=words, cite=cites[0]) for words in rule.conditions), **figures,
    )  # fmt: skip


def lanes_of(house: HouseRules, proofs: Proofs, notes: list[str]) -> tuple[Lane, ...]:
    if house.transfers is None:
        return ()
    about, document = house.transfers, house.transfers.document
    price = proofs.find(document, about.cost.words)
    if price is None:
        return ()
    return tuple(
        Lane(
            source=lane.source, target=lane.target, weekdays=lane.weekdays, transit_days=lane.transit, base=about.cost.base,
            per_kg=about.cost.per_kg, currency=house.currency, cites=(place, price),
        )
        for lane in about.lanes
        if (place := proofs.find(document, lane.words)) is not None
    )  # fmt: skip


def expedites_of(house: HouseRules, proofs: Proofs, notes: list[str]) -> tuple[Expedite, ...]:
    if house.expedites is None:
        return ()
    return tuple(
        Expedite(
            vendor=one.vendor, gain_days=one.gain_days, amount=one.amount, per_kg=one.per_kg, per_unit=one.per_unit, what=one.what,
            currency=house.currency, possible=one.possible, cites=(place,),
        )
        for one in house.expedites.vendors
        if (place := proofs.find(house.expedites.document, one.words)) is not None
    )  # fmt: skip


def pairs_of(
    house: HouseRules, proofs: Proofs, products: set[str], reader: Reader
) -> tuple[SubstitutePair, ...]:
    if house.substitutes is None or not products:
        return ()
    found: list[SubstitutePair] = []
    for row in proofs.library.store.rows(DEFAULT_COLLECTION):
        document = row.document
        if document.type != house.substitutes.type or (opened := proofs.open(document.document_id)) is None:
            continue
        for line in opened.text.splitlines():
            cells = dict(cell.split(": ", 1) for cell in line.split(" | ") if ": " in cell)
            ordered, other = cells.get("Ordered item", ""), cells.get("Substitute", "")
            ratio = _RATIO.search(cells.get("Ratio", ""))
            if ordered not in products or not _CODE.fullmatch(other) or ratio is None:
                continue
            found.append(
                SubstitutePair(
                    ordered=ordered, substitute=other, ratio=Decimal(ratio[1]) / Decimal(ratio[2]),
                    standing=cells.get("Kind", "").strip() == "standing", condition=cells.get("Condition", "").strip(),
                    cite=proofs.find(document.document_id, line) or "",
                )
            )  # fmt: skip
    return tuple(found)
