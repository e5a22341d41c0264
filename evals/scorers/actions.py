"""What was drafted and decided, and how Odoo stands afterwards."""

from __future__ import annotations

import json

from evals.case import Case
from evals.result import Result
from evals.scorers.words import listed, missing_in, plain, stands


def draft(case: Case, result: Result) -> str:
    wanted, has = case.expect.draft, result.draft
    assert wanted is not None
    if wanted.refused is not None:
        if has is not None and wanted.state is None:
            return f"there is a draft: {has.get('summary')}"
        if stands(wanted.refused, plain(result.refused)):
            return ""
        return f"the refusal says {result.refused!r}"
    if has is None:
        return f"there is no draft: {result.refused}"
    verdict = has.get("verdict") or {}
    wrong = [
        f"{name} is {found}, not {expected}"
        for name, expected, found in (
            ("the action", wanted.action, has.get("action")),
            ("the state", wanted.state, has.get("state")),
            ("the risk", wanted.risk, has.get("risk")),
            ("the number of approvers", wanted.approvers, verdict.get("approvers")),
            ("whether it warns", wanted.warned, bool(has.get("warnings"))),
        )
        if expected is not None and expected != found
    ]
    shown = json.dumps([has.get("summary"), has.get("changes"), has.get("effects")], ensure_ascii=False)
    missing = missing_in(wanted.summary, plain(shown))
    if missing:
        wrong.append(f"it does not say {listed(missing)}")
    if result.refused and wanted.state in {"executed", "approved"}:
        wrong.append(result.refused)
    return "; ".join(wrong)


def end_state(case: Case, result: Result) -> str:
    wrong = []
    for wanted, seen in zip(case.expect.end_state, result.end_state, strict=False):
        rows = seen["rows"]
        count = wanted.count if wanted.count is not None else (1 if wanted.fields else None)
        if count is not None and len(rows) != count:
            wrong.append(f"{len(rows)} records of {wanted.model} fit {dict(wanted.find)}, not {count}")
            continue
        for name, value in wanted.fields.items():
            has = rows[0].get(name)
            begins = isinstance(has, str) and isinstance(value, str) and has.startswith(value)
            if has != value and not begins:
                wrong.append(f"{wanted.model}.{name} is {has!r}, not {value!r}")
    return "; ".join(wrong)
