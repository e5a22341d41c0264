"""What shelf life says of a plan: each lot that would leave, on the day it would arrive. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.freshness import MOST_LOTS, LifeAsked, life_asked, named, told
from erp_tools.options.option import Fit, Plan, Ruling, Share
from erp_tools.options.policy import Policy
from erp_tools.options.situation import Need, Situation, by_line
from erp_tools.options.stock import Lot, Substitute


def shelf_life_rulings(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    """Forbidden where a lot that is reserved is too old and no other one is here; conditional where another one has to be taken."""
    found: list[Ruling] = []
    fresh: list[tuple[int, Ruling]] = []
    for need, share, arrives in _leaving(situation, plan):
        code, life, name = _product_of(plan, need, share)
        dated = [lot for lot in share.lots if lot.expires is not None]
        if not dated:
            continue
        if policy.unread:
            found.append(Ruling(says="conditional", subject="shelf_life", evidence=_evidence(dated),
                                text=f"What shelf life {name} has to have left is not known: {policy.unread}"))  # fmt: skip
            continue
        asked = life_asked(policy, code, life)
        if asked is None:
            found += _unclear(policy, code, name, dated)
        elif asked.days is None:
            text = (
                f"{asked.text}; how long {name} keeps is not in Odoo, so {_lots(dated)} has to be looked at."
            )
            found.append(_ruling(asked, "conditional", text, dated))
        elif old := [lot for lot in dated if not asked.accepts(lot, arrives)]:
            found.append(_too_old(need, name, asked, old, arrives))
        else:
            first = min(dated, key=lambda lot: lot.expires or date.max)
            spare = ((first.expires or arrives) - arrives).days - asked.days
            text = f"{asked.text}: {name}, {told(first, arrives)} is fresh enough."
            fresh.append((spare, _ruling(asked, "allows", text, [first])))
    # Of what is kept the tightest is told, once.
    kept = [min(fresh, key=lambda one: one[0])[1]] if fresh and not found else []
    return _together([*found, *kept])


def _together(found: list[Ruling]) -> list[Ruling]:
    """What one rule asks for is said once, with every lot it is about."""
    by_rule: dict[tuple[str, str], list[Ruling]] = {}
    for one in found:
        by_rule.setdefault((one.says, one.text.split(": ", 1)[0]), []).append(one)
    merged = []
    for (_, asked), some in by_rule.items():
        lots = list(dict.fromkeys(one.text.removeprefix(f"{asked}: ").rstrip(".") for one in some))
        more = f"; and {len(lots) - MOST_LOTS} more" if len(lots) > MOST_LOTS else ""
        text = some[0].text if len(lots) == 1 else f"{asked}: {'; '.join(lots[:MOST_LOTS])}{more}."
        keys = tuple(dict.fromkeys(key for one in some for key in one.evidence))
        merged.append(replace(some[0], text=text, evidence=keys))
    return merged


def _leaving(situation: Situation, plan: Plan) -> Iterator[tuple[Need, Share, date]]:
    """Each share with lots, and the day on which it arrives: today where that is not known, the kindest to a lot."""
    needs = by_line(situation)
    for one in plan.shipments:
        for share in one.shares:
            if share.lots and share.line_id in needs:
                yield needs[share.line_id], share, one.arrives or one.expected or situation.today


def _product_of(plan: Plan, need: Need, share: Share) -> tuple[str, int | None, str]:
    """(code, whole shelf life, name) of what really leaves on a line."""
    known = plan.uses.get("substitute")
    if isinstance(known, Substitute) and plan.uses.get("product") == need.code:
        return known.code, known.life_days, known.name
    return need.code, need.life_days, need.name


def _too_old(need: Need, name: str, asked: LifeAsked, old: list[Lot], arrives: date) -> Ruling:
    wanted = sum(lot.quantity for lot in old)
    others = [
        lot for lot in need.spare if asked.accepts(lot, arrives) and lot.name not in {one.name for one in old}
    ]
    text = f"{asked.text}: {name}, {named(old, arrives)}"
    if sum(lot.quantity for lot in others) + SMALLEST >= wanted and all(lot in need.lots for lot in old):
        instead = f"; reserve {_lots(others)} instead, which is fresh enough."
        return _ruling(asked, "conditional", text + instead, [*old, *others])
    return _ruling(asked, "forbids", f"{text}.", old)


def _unclear(policy: Policy, code: str, name: str, lots: list[Lot]) -> list[Ruling]:
    rules = [rule for rule in policy.on("shelf_life", (code,)) if rule.says == "unknown"]
    return [
        Ruling(says="conditional", subject="shelf_life", cites=rule.cites, evidence=_evidence(lots),
               text=f"{rule.source} is not clear about shelf life, so {_lots(lots)} of {name} has to be looked at.")
        for rule in rules[:1]
    ]  # fmt: skip


def _lots(lots: list[Lot]) -> str:
    shown = [
        f"lot {lot.name}" + (f" (until {day_text(lot.expires)})" if lot.expires else "")
        for lot in lots[:MOST_LOTS]
    ]
    return list_text(shown)


def _ruling(asked: LifeAsked, says: Fit, text: str, lots: list[Lot]) -> Ruling:
    return Ruling(
        says=says, text=text, cites=asked.rule.cites, evidence=_evidence(lots), subject="shelf_life"
    )


def _evidence(lots: list[Lot]) -> tuple[tuple[str, int], ...]:
    return tuple(dict.fromkeys(key for lot in lots[:MOST_LOTS] for key in lot.evidence[:1]))
