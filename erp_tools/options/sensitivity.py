"""What would change the recommendation: from which delay on, and whether an earlier receipt would. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from erp_tools.lateness.wording import day_text, days_text, list_text
from erp_tools.options.option import KIND_NAMES, Option
from erp_tools.options.policy import Policy
from erp_tools.options.scoring import may_win, ranked, scored
from erp_tools.options.situation import Situation, slipped
from erp_tools.options.weights import Weights


def _winner(situation: Situation, policy: Policy, weights: Weights) -> Option | None:
    options, _ = scored(situation, policy, weights)
    first = next(iter(ranked(options, weights)), None)
    return first if first is not None and may_win(first) else None


def sensitivity(
    situation: Situation, policy: Policy, weights: Weights, options: Sequence[Option]
) -> tuple[str, ...]:
    best = next((one for one in options if one.recommended), None)
    if best is None or weights.decide_nothing or not situation.short:
        return ()
    dated = [need for need in situation.short if need.missing_when.earliest is not None]
    what = (
        list_text(sorted({one.purchase for need in dated for one in need.coming})[:2]) or "the missing stock"
    )
    found: list[str] = []
    kinds = {best.kind, *(one.kind for one in options if one.tied)}
    if dated:
        for days in range(1, weights.most_slip_days + 1):
            other = _winner(slipped(situation, days), policy, weights)
            if other is not None and other.kind not in kinds:
                found.append(
                    f"If {what} slips {days_text(days)} more, “{KIND_NAMES[other.kind].lower()}” becomes better."
                )
                break
        else:
            found.append(f"It stays right even if {what} slips {days_text(weights.most_slip_days)} more.")
        reach = max(((need.missing_when.likely or situation.today) - situation.today).days for need in dated)
        for days in range(1, min(reach, weights.most_slip_days) + 1):
            other = _winner(slipped(situation, -days), policy, weights)
            if other is not None and other.kind not in kinds:
                found.append(
                    f"If {what} comes {days_text(days)} sooner, “{KIND_NAMES[other.kind].lower()}” becomes better."
                )
                break
    else:
        wait_on = situation.calendar.working_day_from(situation.today + timedelta(days=1))
        found.append(
            f"A confirmed date for {what} would change it: from {day_text(wait_on)} on it is worth comparing again."
        )
    return tuple(found)
