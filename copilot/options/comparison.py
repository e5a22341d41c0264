"""The options of one order in the contract's JSON: read as the person, held against the documents, filed as evidence of the turn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from copilot.options.customer_words import customer_text
from copilot.options.house_rules import load_house_rules
from copilot.options.policy import policy_for
from copilot.options.proofs import Proofs
from copilot.reads.orders import diagnosis_json
from copilot.reads.shared import day_text, reader_of
from copilot.turn import Turn
from erp_tools.facts import Fact, FactKey
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.evidence import CaseFacts
from erp_tools.lateness.ranking import tier_of
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.lateness.wording import SMALLEST
from erp_tools.options.compare import compare
from erp_tools.options.freshness import usable_stock
from erp_tools.options.option import KIND_NAMES, Comparison, DraftWish, Option, Ruling, Shipment
from erp_tools.options.policy import Policy
from erp_tools.options.reading import Read, read_situation
from erp_tools.options.situation import Situation
from erp_tools.options.weights import Weights, load_weights
from erp_tools.options.wishes import PURCHASING, WAREHOUSE
from erp_tools.orders import FoundOrder

MOST_EVIDENCE = 6
MASKED = "masked"


def compared(turn: Turn, order: FoundOrder, *, weights: Weights | None = None) -> dict[str, Any]:
    """Everything about the options of one order, its facts and passages filed as evidence of this turn. At most six round trips.

    Raises:
        OrderNotFound, AccessDenied, OdooUnavailable: as `read_situation`.
    """
    held: dict[str, Proofs] = {}

    def policy_of(case: OrderCase, diagnosis: Diagnosis) -> Policy:
        begun = time.perf_counter()
        codes = [line.line.product.code for line in case.short_lines if line.line.product]
        policy, held["proofs"] = policy_for(
            turn.library, reader_of(turn), load_house_rules(turn.house_rules), customer_ref=case.order.customer.ref,
            tier=tier_of(case.order.customer.tags), products=codes, on_date=turn.now.date(),
        )  # fmt: skip
        turn.search_seconds += time.perf_counter() - begun
        return policy

    read, policy = read_situation(
        turn.person.session, order, policy_of=policy_of, now=turn.now, server=turn.server
    )
    chosen = weights or load_weights(turn.option_weights)
    comparison = compare(read.situation, policy, chosen)
    read = replace(read, situation=usable_stock(read.situation, policy))
    turn.diagnoses.append(read.diagnosis)
    if policy.unread:
        turn.note_degraded(policy.unread)
    return _json(turn, read, comparison, held["proofs"], chosen)


def _json(turn: Turn, read: Read, comparison: Comparison, proofs: Proofs, weights: Weights) -> dict[str, Any]:
    situation = read.situation
    diagnosis = diagnosis_json(turn, read.diagnosis)
    _file(turn, read, comparison)
    ids = turn.book.ids_of
    order_id = ids([("sale.order", situation.order_id)])

    def cites(keys: Iterable[str]) -> list[str]:
        found = (proofs.cite(turn.book, key) for key in dict.fromkeys(keys))
        return [one for one in found if one]

    best = comparison.best
    options = [_option(turn, situation, one, cites) for one in comparison.options]
    turn.said += [comparison.verdict, comparison.nothing, *comparison.sensitivity, *comparison.notes]
    turn.said += [situation.order, *situation.not_read]
    proof = [*order_id, *(ids(best.plan.evidence)[:2] if best else ()), *cites(comparison.verdict_cites)[:2]]
    return {
        "order": situation.order,
        "order_evidence": order_id,
        "customer": situation.customer,
        "customer_ref": situation.customer_ref,
        "promised": day_text(situation.promised),
        "currency": situation.currency,
        "value": None if situation.total is None else float(situation.total),
        "verdict": {"text": comparison.verdict, "evidence": list(dict.fromkeys(proof))},
        "nothing": comparison.nothing,
        "sensitivity": list(comparison.sensitivity),
        "notes": list(comparison.notes),
        "not_read": list(situation.not_read),
        "options": options,
        "weights": {**weights.weights.model_dump(), "tie_within": weights.tie_within},
        "arrivals": _arrivals(situation),
        "stock": _stock(situation),
        "diagnosis": diagnosis,
    }


def _option(turn: Turn, situation: Situation, option: Option, cites: Any) -> dict[str, Any]:
    plan = option.plan
    rulings = [_ruling(turn, one, cites) for one in option.rulings]
    turn.said += [plan.summary, option.why_not, option.penalty.text, *plan.requires, *plan.hurts, *plan.tasks]
    turn.said += [one.text for one in option.rulings]
    passages = [one for ruling in rulings for one in ruling["evidence"] if one.startswith("K")]
    evidence = [
        *turn.book.ids_of(dict.fromkeys((*plan.evidence, *plan.hurt_evidence)))[:MOST_EVIDENCE],
        *passages,
        *cites([*plan.cites, *option.penalty.cites]),
    ]
    return {
        # the contract's fields
        "kind": option.kind,
        "summary": plan.summary or KIND_NAMES[option.kind],
        "ship_dates": [day_text(one.expected) for one in plan.shipments],
        "extra_cost": _amount(option.extra_cost),
        "currency": situation.currency,
        "contract_fit": option.fit,
        "score": option.score,
        "recommended": option.recommended,
        "why_not": option.why_not,
        "evidence": list(dict.fromkeys(evidence)),
        # how it comes about
        "key": plan.key,
        "name": KIND_NAMES[option.kind],
        "ruled_out": option.ruled_out,
        "tied": option.tied,
        "certainty": plan.certainty,
        "parts": dict(option.parts),
        "shipments": [_shipment(one) for one in plan.shipments],
        "lines": [
            {"product": line.product, "quantity": line.quantity, "unit": line.unit, "leaves": day_text(line.leaves),
             "leaves_latest": day_text(line.leaves_latest), "arrives": day_text(line.arrives), "in_full": line.in_one_piece,
             "on_time": line.on_time, "why": line.why}
            for line in option.lines
        ],
        "lines_on_time": option.lines_on_time,
        "lines_in_full": sum(1 for line in option.lines if line.in_one_piece),
        "lines_total": len(option.lines),
        "extra_freight": _amount(option.extra_freight),
        "costs": [{"what": one.what, "amount": float(one.amount), "evidence": cites(one.cites)} for one in plan.costs],
        "penalty": {"amount": _amount(option.penalty.amount), "text": option.penalty.text, "evidence": cites(option.penalty.cites)},
        "margin_effect": MASKED if option.margin_masked else _amount(option.margin_effect),
        "hurts": [{"text": text, "evidence": turn.book.ids_of(plan.hurt_evidence)} for text in plan.hurts],
        "work": list(plan.tasks),
        "requires": list(plan.requires),
        "rulings": rulings,
        "drafts": [] if option.ruled_out else [_wish(turn, one) for one in plan.drafts],
        "customer_message": "" if option.ruled_out else customer_text(situation, option),
    }  # fmt: skip


def _ruling(turn: Turn, ruling: Ruling, cites: Any) -> dict[str, Any]:
    found = [*cites(ruling.cites), *turn.book.ids_of(ruling.evidence)]
    return {"says": ruling.says, "text": ruling.text, "subject": ruling.subject, "evidence": found}


def _shipment(one: Shipment) -> dict[str, Any]:
    return {
        "from": one.warehouse, "delivery": one.delivery, "carrier": one.carrier, "leaves": day_text(one.leaves),
        "leaves_latest": day_text(one.leaves_latest), "arrives": day_text(one.arrives), "value": float(one.value),
        "weight": float(one.weight), "freight": _amount(one.freight), "why": one.why,
        "lines": [
            {"product": share.product, "product_id": share.product_id, "quantity": share.quantity,
             "lots": [{"lot": lot.name, "expires": day_text(lot.expires)} for lot in share.lots]}
            for share in one.shares
        ],
    }  # fmt: skip


def _wish(turn: Turn, wish: DraftWish) -> dict[str, Any]:
    """With the colleague's name in the place of what they do."""
    wanted = dict(wish.wanted)
    colleagues = load_house_rules(turn.house_rules).colleagues
    names = {PURCHASING: colleagues.purchasing, WAREHOUSE: colleagues.warehouse}
    if wanted.get("to") in names:
        wanted["to"] = names[wanted["to"]] or turn.person.session.user.name
    return {"action": wish.action, "wanted": wanted}


def _arrivals(situation: Situation) -> list[dict[str, Any]]:
    """What is on its way for the missing lines, each purchase once."""
    found: dict[str, dict[str, Any]] = {}
    for need in situation.short:
        for one in need.coming:
            entry = found.setdefault(
                one.purchase,
                {"document": one.purchase, "vendor": one.vendor, "due": day_text(one.due), "overdue": one.is_overdue, "for": [],
                 "expected": [day_text(need.missing_when.earliest), day_text(need.missing_when.latest)]},
            )  # fmt: skip
            entry["for"].append(need.name)
    return list(found.values())


def _stock(situation: Situation) -> list[dict[str, Any]]:
    """Of each missing product: what is needed, and what each warehouse has free."""
    home = situation.deliveries[0].warehouse if situation.deliveries else ""
    return [
        {
            "product": need.name,
            "needed": round(need.quantity, 3),
            "ready": round(need.ready, 3),
            "missing": round(need.missing, 3),
            "home": home,
            "free": [
                {
                    "warehouse": place.warehouse,
                    "free": round(place.free, 3),
                    "lots": [lot.name for lot in place.lots],
                }
                for place in need.places
                if place.free > SMALLEST
            ],
            "too_old": [one.text for one in situation.too_old if one.line_id == need.line_id],
        }
        for need in situation.short
    ]


def _file(turn: Turn, read: Read, comparison: Comparison) -> None:
    """The records that options rest on, and the figures worked out from them, as facts."""
    situation = read.situation
    keys: dict[FactKey, None] = {}
    for option in comparison.options:
        for key in (
            *option.plan.evidence,
            *option.plan.hurt_evidence,
            *(key for one in option.rulings for key in one.evidence),
        ):
            keys[key] = None
    order: FactKey = ("sale.order", situation.order_id)
    facts = CaseFacts(read.case, read_at=turn.now, url_of=turn.server.record_url)
    for fact in facts.book(keys, {order: _figures(comparison.options)}, always=(order,)).all():
        turn.book.add_fact(fact)
    carriers = {one.carrier.carrier_id: one for one in situation.carriers}
    for model, number in keys:
        if model == "delivery.carrier" and number in carriers and ("delivery.carrier", number) not in facts:
            one = carriers[number]
            turn.book.add_fact(
                Fact(
                    model=model, record_id=number, display_name=one.name, read_at=turn.now, url=turn.server.record_url(model, number),
                    fields={"name": one.name, "lead_days": one.carrier.lead_days, "cutoff": one.carrier.cutoff or None},
                )
            )  # fmt: skip


def _figures(options: Sequence[Option]) -> dict[str, Any]:
    """The worked-out figures by option, as fields of the order."""
    found: dict[str, Any] = {}
    for option in options:
        if option.plan.impossible:
            continue
        name = option.plan.key
        values: dict[str, Decimal | date | int | None] = {
            "extra_cost": option.extra_cost,
            "late_charge": option.penalty.amount,
            "score": option.score,
        }
        for number, one in enumerate(option.plan.shipments, start=1):
            values |= {
                f"shipment {number} leaves": one.expected,
                f"shipment {number} arrives": one.arrives,
                f"shipment {number} value": one.value,
            }
        found |= {f"{name}: {field}": value for field, value in values.items() if value is not None}
    return found


def _amount(amount: Decimal | None) -> float | None:
    return None if amount is None else float(round(amount, 2))
