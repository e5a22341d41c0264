"""The agreed terms that bear on options, of the contract and of what applies to everyone, as rules with their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copilot.drafts.contract_fit import BY_WORD, codes_named
from copilot.options.house_rules import HouseRules
from copilot.options.proofs import Proofs
from erp_tools.options.policy import Charge, Condition, Rank, Rule, Says, Span
from retrieval.contract_terms import CustomerTerms, EffectiveTerm
from retrieval.term_values import Duration, TermValue
from retrieval.terms import TermKind

KNOWN = ("found", "confirmed", "corrected")
LONGEST_WORDS = 220


def contract_rules(found: CustomerTerms, proofs: Proofs, house: HouseRules) -> list[Rule]:
    """The terms that bear on options, of the contract and of what applies to everyone."""
    return [
        *_rules_of(found.terms, proofs, house, contract=True),
        *_rules_of(found.general, proofs, house, contract=False),
    ]


def _rules_of(
    terms: Sequence[EffectiveTerm], proofs: Proofs, house: HouseRules, *, contract: bool
) -> list[Rule]:
    by_kind: dict[TermKind, list[EffectiveTerm]] = {}
    for each in terms:
        by_kind.setdefault(each.term.kind, []).append(each)
    rules: list[Rule] = []
    for each in by_kind.get("partial_shipments", ()):
        rules.append(_partial(each, by_kind, proofs, contract=contract))
    for kind in ("approved_carriers", "substitution"):
        for each in by_kind.get(kind, ()):
            value = each.term.value
            rules.append(_rule(each, kind, proofs, contract=contract, names=value.names if value else ()))
    for each in by_kind.get("late_rate", ()):
        rules.append(_late(each, by_kind, proofs, contract=contract))
    for each in by_kind.get("minimum_shelf_life", ()):
        if (rule := _shelf_life(each, proofs, house, contract=contract)) is not None:
            rules.append(rule)
    return rules


def _shelf_life(each: EffectiveTerm, proofs: Proofs, house: HouseRules, *, contract: bool) -> Rule | None:
    """How much of a lot's life is left on arrival. A procedure that tells what several customers agreed on is no rule for this one."""
    value = each.term.value
    rule = _rule(each, "shelf_life", proofs, contract=contract)
    if rule.limited_to and not rule.only_for:
        rule = Rule(**{**vars(rule), "only_for": house.products_called(rule.limited_to)})
        if not rule.only_for and not contract:
            return None
    nobody_knows_of_what = bool(rule.limited_to) and not rule.only_for
    if value is None or each.term.status not in KNOWN or nobody_knows_of_what:
        return Rule(**{**vars(rule), "says": "unknown"})
    if value.word:  # nothing is asked for
        return Rule(**{**vars(rule), "says": "allows"})
    days = span_of(value.duration).days if value.duration is not None else None
    return Rule(**{**vars(rule), "says": "conditional", "life_share": value.percent, "life_days": days})


def _rule(each: EffectiveTerm, subject: Any, proofs: Proofs, *, contract: bool, **figures: Any) -> Rule:
    term = each.term
    rank: Rank = "contract" if contract else "procedure" if each.document.type == "sop" else "general"
    clause = term.proof[0].clause if term.proof else ""
    source = f"{each.document.title}, clause {clause}" if clause else each.document.title
    values: dict[str, Any] = {
        "subject": subject, "rank": rank, "says": _says(each), "source": source,
        "text": _short(term.proof[0].quote) if term.proof else "",
        "cites": tuple(proofs.key_of(term.document_id, span) for span in term.proof),
        "only_for": codes_named(each), "limited_to": term.applies_to,
        "conditions": tuple(
            Condition(text=_short(span.quote), cite=proofs.key_of(term.document_id, span))
            for one in (term, *(each.instead_of if term.exchanges else ()))
            for span in one.conditions
            if not span.quote.rstrip().endswith(":")
        ),
    }  # fmt: skip
    return Rule(**{**values, **figures})


def _says(each: EffectiveTerm) -> Says:
    term = each.term
    if term.value is None or term.status not in KNOWN:
        return "unknown"
    if term.value.names:
        return "allows"
    said = BY_WORD.get(term.value.word, "unknown")
    return said if said in ("allows", "forbids", "conditional") else "unknown"


def _partial(
    each: EffectiveTerm, by_kind: dict[TermKind, list[EffectiveTerm]], proofs: Proofs, *, contract: bool
) -> Rule:
    """The verdict with the figures that the same contract attaches to it."""
    figures: dict[str, Any] = {}
    used: list[EffectiveTerm] = []

    def value_of(kind: TermKind) -> TermValue | None:
        for other in by_kind.get(kind, ()):
            if other.term.value is not None and other.term.status in KNOWN and not other.term.value.word:
                used.append(other)
                return other.term.value
        return None

    if (share := value_of("split_first_minimum")) is not None:
        figures |= {"first_share": share.percent, "first_amount": share.amount}
    if (rest := value_of("split_remainder_within")) is not None and rest.duration:
        figures["rest_within"] = span_of(rest.duration)
    if (most := value_of("split_max_shipments")) is not None:
        figures["most_shipments"] = most.count
    if (least := value_of("split_shipment_minimum")) is not None:
        figures["shipment_amount"] = least.amount
    rule = _rule(each, "partial_shipments", proofs, contract=contract)
    if rule.says == "forbids":
        return rule
    reckoned = [(other.term.document_id, span) for other in used for span in other.term.proof]
    places = tuple(proofs.key_of(document, span) for document, span in reckoned)
    # A condition that is reckoned here is not left to the reader as well.
    left = tuple(
        one for one in rule.conditions if not any(one.cite and _overlap(one.cite, place) for place in places)
    )
    return Rule(**{**vars(rule), **figures, "conditions": left, "cites": (*rule.cites, *places)})


def _overlap(one: str, other: str) -> bool:
    def parts(key: str) -> tuple[str, int, int]:
        document, _, place = key.rpartition("@")
        start, _, end = place.partition("-")
        return document, int(start), int(end)

    (first, a, b), (second, c, d) = parts(one), parts(other)
    return first == second and a < d and c < b


def _late(
    each: EffectiveTerm, by_kind: dict[TermKind, list[EffectiveTerm]], proofs: Proofs, *, contract: bool
) -> Rule:
    value = each.term.value
    rule = _rule(each, "late_delivery", proofs, contract=contract)
    if value is None or each.term.status not in KNOWN or value.word == "table":
        return Rule(**{**vars(rule), "says": "unknown"})
    if value.word:  # nothing is due
        return Rule(**{**vars(rule), "says": "allows"})
    figures: dict[str, Any] = {
        "says": "conditional",
        "charge": Charge(
            percent=value.percent, amount=value.amount, currency=value.currency, base=value.base or "order",
            per=_per(value.per),
        ),
    }  # fmt: skip
    same = [one for kind in ("late_cap", "late_grace", "on_time") for one in by_kind.get(kind, ())
            if one.document.document_id == each.document.document_id or one.document.amends == each.document.document_id]  # fmt: skip
    for one in same:
        known = one.term.value
        if known is None or one.term.status not in KNOWN:
            continue
        if one.term.kind == "late_cap" and _caps(value, known, alone=len(by_kind["late_rate"]) == 1):
            figures |= _cap(known)
        if one.term.kind == "late_grace" and known.duration is not None:
            figures["grace"] = span_of(known.duration)
        if one.term.kind == "on_time" and known.late is not None:
            figures["tolerance"] = span_of(known.late)
    return Rule(**{**vars(rule), **figures})


def _caps(rate: TermValue, cap: TermValue, *, alone: bool) -> bool:
    """Whether a cap bounds this rate: of a fixed charge beside a rate by time, a share bounds the share, an amount what grows."""
    if alone:
        return True
    if cap.percent is not None:
        return rate.percent is not None
    return rate.per not in ("once", "delivery")


def _cap(cap: TermValue) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if cap.percent is not None:
        found = {"cap_percent": cap.percent, "cap_base": "order" if cap.base == "order" else "late_goods"}
    if cap.amount is not None:
        found |= {"cap_amount": cap.amount, "cap_currency": cap.currency}
        if "delivery" in (cap.base, cap.per):
            found["cap_base"] = "delivery"
    return found


def _per(per: str) -> str:
    known = ("business_day", "calendar_day", "week", "month", "delivery", "once")
    return per if per in known else {"": "once", "order": "once"}.get(per, "calendar_day")


def span_of(duration: Duration) -> Span:
    """Days of a duration; where the text leaves open which days it means, calendar days: the stricter reading."""
    if duration.unit == "business_day":
        return Span(days=duration.count, unit="business_day")
    days = {"week": 7, "month": 30, "hour": 0, "minute": 0}.get(duration.unit)
    return Span(days=duration.count * days if days is not None else duration.count)


def _short(words: str) -> str:
    plain = " ".join(words.split()).rstrip(";, ")
    return plain if len(plain) <= LONGEST_WORDS else plain[: LONGEST_WORDS - 1].rstrip() + "…"
