"""Whether the answer is the right one: status, causes, facts, form, options, priorities."""

from __future__ import annotations

import re
from typing import Any

from copilot.evidence_book import MARK
from evals.case import Case
from evals.result import Result
from evals.scorers.words import listed, missing_in, plain

_MOST_SHORT = 60
_FAILED = ("could not", "unavailable", "not available", "cannot be read", "not answer")
_LAST = 10_000


def status(case: Case, result: Result) -> str:
    wanted, has = case.expect.status, result.answer.get("status")
    return "" if has in wanted else f"the status is {has}, not {' or '.join(wanted)}"


def cause(case: Case, result: Result) -> str:
    wanted, diagnosis = case.expect.causes, _diagnosis(result)
    codes = [one["code"] for one in diagnosis.get("causes", ())]
    missing = [one for one in wanted if one not in codes[: len(wanted)]]
    if missing:
        return f"{', '.join(missing)} is not named first; named: {', '.join(codes) or 'nothing'}"
    if case.expect.order and diagnosis.get("order") != case.expect.order:
        return f"the diagnosis is of {diagnosis.get('order')}, not of {case.expect.order}"
    if case.expect.late is not None and bool(diagnosis.get("is_late")) != case.expect.late:
        return f"it says that the order is {'' if diagnosis.get('is_late') else 'not '}late"
    return ""


def invented_cause(case: Case, result: Result) -> str:
    known = {*case.expect.causes, *case.expect.also_true}
    odd = [
        one["code"]
        for one in _diagnosis(result).get("causes", ())
        if one["code"] not in known and one["certainty"] == "proven"
    ]
    return f"{', '.join(odd)} is called proven and is not so" if odd else ""


def facts(case: Case, result: Result) -> str:
    missing = missing_in(case.expect.says, plain(result.text))
    return f"it does not say {listed(missing)}" if missing else ""


def options(case: Case, result: Result) -> str:
    has = {str(one.get("kind")): one for one in result.answer.get("options", ())}
    wrong = []
    for wanted in case.expect.options:
        option = has.get(wanted.kind)
        if option is None:
            if wanted.offered:
                wrong.append(f"{wanted.kind} is missing")
            continue
        if not wanted.offered and option.get("recommended"):
            wrong.append(f"{wanted.kind} is recommended")
        if wanted.contract_fit is not None and option.get("contract_fit") != wanted.contract_fit:
            wrong.append(
                f"{wanted.kind}: the contract {option.get('contract_fit')}, not {wanted.contract_fit}"
            )
        if wanted.recommended is not None and bool(option.get("recommended")) != wanted.recommended:
            wrong.append(f"{wanted.kind} is {'' if option.get('recommended') else 'not '}recommended")
    return "; ".join(wrong)


def asks_back(case: Case, result: Result) -> str:
    asks = result.answer.get("status") == "needs_clarification" or result.text.rstrip().endswith("?")
    return _one_or_other(asks, case.expect.asks_back, "it asks back", "it does not ask back")


def missing_part(case: Case, result: Result) -> str:
    says = bool(result.answer.get("degraded")) or any(one in plain(result.text) for one in _FAILED)
    return _one_or_other(
        says, case.expect.degraded, "it says that something failed", "it does not say what was not available"
    )


def form(case: Case, result: Result) -> str:
    text = MARK.sub("", result.text)
    match case.expect.format:
        case "short":
            words = len(text.split())
            return "" if words <= _MOST_SHORT else f"{words} words are not short"
        case "list":
            return "" if re.search(r"^(?:\d+\.|-) ", text, re.MULTILINE) else "it is no list"
    if text.startswith("**You can tell the customer:**"):
        return ""
    return "it does not begin with what the customer may be told"


def ranking(case: Case, result: Result) -> str:
    listed_orders = [one["order"] for one in (result.answer.get("at_risk") or {}).get("orders", ())]
    wanted = case.expect.ranks_first
    places = [listed_orders.index(one) if one in listed_orders else _LAST for one in wanted]
    if places == sorted(places) and places[0] != _LAST:
        return ""
    return f"the order is {', '.join(one for one in listed_orders if one in wanted) or 'none of them'}"


def odoo_calls(case: Case, result: Result) -> str:
    calls = int(result.answer.get("odoo_calls", 0))
    return "" if calls <= case.expect.max_odoo_calls else f"{calls} round trips to Odoo"


def staged(case: Case, result: Result) -> str:
    """A case about a text that is not read would pass whatever the copilot does."""
    read = plain("\n".join(str(one) for one in result.trace.get("results", ())))
    missing = missing_in(case.expect.reached, read)
    return f"the copilot was never given {listed(missing)} to read" if missing else ""


def _diagnosis(result: Result) -> dict[str, Any]:
    return result.answer.get("diagnosis") or {}


def _one_or_other(has: bool, wanted: bool | None, wrongly: str, wrongly_not: str) -> str:
    if has == wanted:
        return ""
    return wrongly_not if wanted else wrongly
