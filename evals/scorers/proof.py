"""Whether what is said is proven: the product's own grounding, citation marks, quotes, and the sources that had to be cited."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from copilot.answer import Citation, Evidence
from copilot.conversation import LEFT_OUT, NO_ANSWER, NOTHING_LEFT, parsed
from copilot.evidence_book import MARK
from copilot.grounding import Grounding
from evals.case import Case
from evals.result import Result
from evals.scorers.searching import is_, name_of
from evals.scorers.words import folded, listed

_SHORTEST_QUOTE = 4


def grounded(case: Case, result: Result) -> str:
    failed = _failed(case, result, result.text)
    if failed:
        return f"nothing proves: {listed(failed)}"
    removed = int((result.answer.get("checks") or {}).get("removed", 0))
    if removed and not case.expect.may_leave_out:
        stated = _failed(case, result, result.written)
        return f"it wanted to say, and nothing proves it: {listed(stated or [f'{removed} sentences'])}"
    return ""


def marks(case: Case, result: Result) -> str:
    given = {one["id"] for one in (*result.answer.get("evidence", ()), *result.answer.get("citations", ()))}
    odd = sorted(set(MARK.findall(result.text)) - given)
    return f"{', '.join(odd)} leads to nothing" if odd else ""


def quotes(case: Case, result: Result) -> str:
    known = [folded(str(one["quote"])) for one in result.answer.get("citations", ())]
    known.append(folded(json.dumps(result.answer.get("evidence", ()), ensure_ascii=False, default=str)))
    known += [folded(one) for one in (*result.trace.get("results", ()), *result.trace.get("said", ()))]
    known.append(folded(result.answer.get("question", "")))
    parts = [
        part
        for quote in re.findall(r"“([^”]+)”", result.text)
        for part in re.split(r"\s*(?:…|\.\.\.|\[[^\]]*\])\s*", MARK.sub("", quote))
        if len(part) >= _SHORTEST_QUOTE
    ]
    odd = [part for part in parts if not any(folded(part) in one for one in known)]
    return f"no source says {listed(odd)}" if odd else ""


def cited(case: Case, result: Result) -> str:
    has = result.answer.get("citations", ())
    missing = [name_of(one) for one in case.expect.cites if not any(is_(one, each) for each in has)]
    marked = set(MARK.findall(result.text))
    models = {one["model"] for one in result.answer.get("evidence", ()) if one["id"] in marked}
    missing += [one for one in case.expect.evidence if one not in models]
    return f"not cited: {', '.join(missing)}" if missing else ""


def _failed(case: Case, result: Result, text: str) -> list[str]:
    """The sentences of a text that the product's own grounding does not find in what was read."""
    trace = result.trace
    if not trace:
        return []
    grounding = Grounding(
        [Evidence(**one) for one in trace["evidence"]],
        [Citation(**one) for one in trace["citations"]],
        today=date.fromisoformat(trace["today"]),
        timezone=trace["timezone"],
        question=str(result.answer.get("question", case.turns[-1])),
        said=trace["said"],
        results=parsed(list(trace["results"])),
        asked_for=trace.get("asked_for", ()),
        words=trace.get("words", ()),
    )
    checked: Any = grounding.check(_without_our_own(text))
    return [one.sentence for one in checked.failed]


def _without_our_own(text: str) -> str:
    """A text without the sentences that the conversation itself puts in place of what it took out."""
    for own in (LEFT_OUT, NOTHING_LEFT, NO_ANSWER):
        text = text.replace(own, "")
    return text.strip()
