"""How one case looks in the report: the question, what it was answered from, the answer, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from evals.judging import Try, Verdict
from evals.scorers import NAMES

LONGEST_QUOTE = 420
LONGEST_FOUND = 160
"""Characters of a passage that is quoted, and of one that is only listed as found."""
MOST_EVIDENCE = 8


def anchor(case_id: str) -> str:
    return f"case-{case_id}"


def link(case_id: str) -> str:
    return f'<a href="#{anchor(case_id)}">{escape(case_id)}</a>'


def reasons(tried: Try | None) -> str:
    """Why it failed, one line a check."""
    if tried is None:
        return '<p class="why">It was not run.</p>'
    return "".join(
        f'<p class="why"><b>{escape(NAMES[each.scorer])}:</b> {_emphasised(each.why)}</p>'
        for each in tried.failures
    )


def example(verdict: Verdict, before: Verdict | None) -> str:
    """A failed case, side by side with the run before where there is one."""
    tried = verdict.worst
    head = f"<h3>{_asked(verdict)}</h3>{reasons(tried)}{known(verdict)}"
    now = f"<div><strong>Now</strong>{_answer(tried)}{_rests_on(tried)}</div>"
    if before is not None and before.worst is not None:
        state = "passed" if before.passed else "failed too"
        then = f"<div><strong>Before</strong> <span class='soft small'>({state})</span>{_answer(before.worst)}</div>"
        return f'<div class="example">{head}<div class="sides">{then}{now}</div><p class="small">All of it: {link(verdict.case.id)}</p></div>'
    return f'<div class="example">{head}{now}<p class="small">All of it: {link(verdict.case.id)}</p></div>'


def known(verdict: Verdict) -> str:
    fault = verdict.case.known_fault
    return f'<p class="known"><b>Known fault:</b> {escape(fault)}</p>' if fault else ""


def whole(verdict: Verdict) -> str:
    """Everything about one case, folded up."""
    tried, case = verdict.worst, verdict.case
    mark = '<span class="yes">passes</span>' if verdict.passed else '<span class="no">fails</span>'
    expect = case.expect.model_dump(mode="json", exclude_defaults=True)
    wanted = "; ".join(f"{name.replace('_', ' ')}: {_short(value)}" for name, value in expect.items())
    situation = (
        ""
        if case.situation.is_plain
        else f"<p class='small'><b>Situation:</b> {escape(_short(case.situation.model_dump(mode='json', exclude_defaults=True)))}</p>"
    )
    checks = (
        ""
        if tried is None
        else ", ".join(f"{escape(each.scorer)} {'✓' if each.ok else '✗'}" for each in tried.scores)
    )
    earlier = "".join(f"<p class='said'>{escape(one)}</p>" for one in case.turns[:-1])
    inner = (
        f'<div id="{anchor(case.id)}">{reasons(tried) if not verdict.passed else ""}{known(verdict)}{earlier}'
        f"<p><b>Asked:</b> {escape(case.turns[-1])}</p>{situation}{_answer(tried)}{_drafted(tried)}{_rests_on(tried)}"
        f'<p class="small soft"><b>Expected:</b> {escape(wanted)}</p><p class="small soft"><b>Checks:</b> {checks}'
        f" · {len(verdict.tries)} runs, {'the same outcome each time' if verdict.stable else 'not the same outcome each time'}</p></div>"
    )
    return f'<details class="case"><summary>{mark} {_asked(verdict)} <span class="tag">{escape(case.id)}</span></summary>{inner}</details>'


def _asked(verdict: Verdict) -> str:
    return f"“{escape(verdict.case.turns[-1])}” <span class='tag'>{escape(verdict.case.asks)}</span>"


def _answer(tried: Try | None) -> str:
    if tried is None:
        return ""
    result = tried.result
    if result.error:
        return f'<div class="answer">{escape(result.error)}</div>'
    if result.found:
        rows = "\n".join(
            f"{place}. {one['title']}, {one['section']}: {_shortened(one['quote'])}"
            for place, one in enumerate(result.found[:5], start=1)
        )
        return f'<div class="answer">{escape(rows)}</div>'
    removed = int((result.answer.get("checks") or {}).get("removed", 0))
    wrote = ""
    if removed:
        wrote = f"<p class='small'><b>Before the checks it had written:</b></p><div class='answer'>{_emphasised(result.written)}</div>"
    return f'<div class="answer">{_emphasised(result.text)}</div>{wrote}'


def _emphasised(text: str) -> str:
    """An answer's own emphasis, and nothing else of it, as HTML."""
    return re.sub(r"\*\*([^*\n]+)\*\*", r"<b>\1</b>", escape(text))


def _shortened(quote: str) -> str:
    text = " ".join(quote.split())
    return text if len(text) <= LONGEST_FOUND else f"{text[:LONGEST_FOUND].rsplit(' ', 1)[0]} …"


def _drafted(tried: Try | None) -> str:
    if tried is None or tried.result.draft is None:
        return ""
    draft = tried.result.draft
    return f"<p class='small'><b>Draft:</b> {escape(str(draft.get('summary')))} ({escape(str(draft.get('state')))})</p>"


def _rests_on(tried: Try | None) -> str:
    """The evidence, short: records with their fields, passages with their words."""
    if tried is None:
        return ""
    answer = tried.result.answer
    parts = [
        f"<p class='said'><b>{escape(one['id'])}</b> {escape(one['title'])}, {escape(one['section'])}: "
        f"“{escape(_cut(one['quote']))}”</p>"
        for one in answer.get("citations", ())
    ]
    marked = [one for one in answer.get("evidence", ()) if f"[{one['id']}]" in tried.result.text]
    parts += [
        f"<p class='said'><b>{escape(one['id'])}</b> {escape(one['display_name'])} ({escape(one['model'])}): {escape(_fields(one['fields']))}</p>"
        for one in marked[:MOST_EVIDENCE]
    ]
    more = len(marked) - MOST_EVIDENCE
    if more > 0:
        parts.append(f"<p class='said soft'>and {more} more records, in results.jsonl</p>")
    return f"<p class='small'><b>It rests on:</b></p>{''.join(parts)}" if parts else ""


def _fields(fields: Mapping[str, Any]) -> str:
    return _cut(
        "; ".join(f"{name} {_short(value)}" for name, value in fields.items() if value not in (None, "", []))
    )


def _cut(text: str) -> str:
    text = " ".join(str(text).split())
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} …"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_short(one) for one in value)
    return str(value)
