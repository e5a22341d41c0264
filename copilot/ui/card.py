"""An answer -> what the chat's answer card draws. Plain words and numbers only; the browser adds nothing but the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from copilot.answer import Answer, Citation, Evidence
from copilot.evidence_book import MARK
from copilot.places import is_unsure, page_words
from copilot.ui.labels import (
    CAUSES,
    CERTAINTIES,
    DOCUMENT_TYPES,
    PROMISE_BASES,
    ROLES,
    day_text,
    model_label,
    moment_day,
)
from copilot.ui.links import source_path
from copilot.ui.markdown import without_hidden_characters

MAX_SUGGESTIONS = 4

_STATUS: Mapping[str, str] = {
    "not_permitted": "You may not see this.",
    "unavailable": "Not available just now.",
}


def _all_sources(answer: Answer) -> list[Evidence | Citation]:
    return [*answer.evidence, *answer.citations]


def source_pages(answer: Answer) -> dict[str, str]:
    """Evidence id -> the page that shows it."""
    return {one.id: source_path(answer.answer_id, one.id) for one in _all_sources(answer)}


def answer_cards(answer: Answer, *, zone: tzinfo) -> list[dict[str, Any]]:
    """Props of the custom elements ``AnswerCard`` around an answer's text: what and why above it (``part: top``, when there
    is a diagnosis), how it came about and what it rests on below it (``part: end``).

    Args:
        zone: the reader's timezone; days are theirs.
    """
    cited = _cited(answer)
    sources = [source for source in _sources(answer) if source["id"] in cited]
    diagnosis = _diagnosis(answer, answer.diagnosis, zone) if answer.diagnosis else None
    end = {
        "part": "end",
        "answer_id": answer.answer_id,
        "status": _STATUS.get(answer.status, ""),
        "sources": sources,
        "notes": [without_hidden_characters(note) for note in answer.degraded],
        "timeline": [_moment(entry, zone) for entry in (answer.diagnosis or {}).get("timeline", ())],
        "folded": _is_aside(answer),
        "brain": "Playbook" if answer.brain == "playbook" else answer.brain,
        "brain_hint": (
            "Written by rules, without a language model: the same question on the same records gives the same answer."
            if answer.brain == "playbook"
            else "Written by a language model; every fact was checked against the evidence."
        ),
        "checks": _checks(answer),
        "took": _took(answer),
        "saved_as": f"/thread/{answer.thread_id}/export" if answer.thread_id else "",
        "suggestions": [
            without_hidden_characters(question) for question in answer.suggestions[:MAX_SUGGESTIONS]
        ],
    }
    if diagnosis is None:
        return [end]
    top = {"part": "top", "answer_id": answer.answer_id, "sources": sources, "diagnosis": diagnosis,
           "folded": _is_aside(answer)}  # fmt: skip
    return [top, end]


def _is_aside(answer: Answer) -> bool:
    """The question was what to do, for a draft, or about something beside the order ("who else waits for that"): the lateness is one
    line above that answer and unfolds on a click."""
    order = str((answer.diagnosis or {}).get("order", ""))
    about_the_order = answer.brain != "playbook" or order in answer.text.split("\n\n")[0]
    return bool(answer.options or answer.drafts) or not about_the_order


def _cited(answer: Answer) -> set[str]:
    """Ids that the text, a cause, the expected date or the timeline points at; without any, everything that was read."""
    cited = set(MARK.findall(answer.text))
    diagnosis = answer.diagnosis or {}
    parts = [*diagnosis.get("causes", ()), *diagnosis.get("timeline", ()), _expected(diagnosis)]
    for part in parts:
        cited.update(part.get("evidence", ()))
    if order := _order_source(answer):
        cited.add(order)
    return cited or {one.id for one in _all_sources(answer)}


def _sources(answer: Answer) -> list[dict[str, str]]:
    records = [
        {
            "id": one.id,
            "kind": "odoo",
            "label": without_hidden_characters(one.display_name),
            "type": model_label(one.model),
        }
        for one in answer.evidence
    ]
    documents = [
        {
            "id": one.id,
            "kind": "document",
            "label": without_hidden_characters(one.title),
            "type": ", ".join(part for part in _kind_and_place(one) if part),
        }
        for one in answer.citations
    ]
    pages = source_pages(answer)
    return [{**source, "page": pages[source["id"]]} for source in (*documents, *records)]


def _kind_and_place(one: Citation) -> tuple[str, str, str]:
    page = page_words(one.page, without_hidden_characters(one.page_of))
    return (
        DOCUMENT_TYPES.get(one.type, "Document"),
        page,
        "poor scan" if is_unsure(one.page_confidence) else "",
    )


def _order_source(answer: Answer) -> str | None:
    name = (answer.diagnosis or {}).get("order")
    return next(
        (one.id for one in answer.evidence if one.model == "sale.order" and one.display_name == name), None
    )


def _diagnosis(answer: Answer, diagnosis: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    expected = _expected(diagnosis)
    days_late = diagnosis.get("days_late")
    is_late = bool(diagnosis.get("is_late", days_late))
    return {
        "order": str(diagnosis.get("order", "")),
        "order_source": _order_source(answer),
        "customer": without_hidden_characters(str(diagnosis.get("customer") or "")),
        "promised": day_text(diagnosis.get("promised")),
        "promise_basis": PROMISE_BASES.get(str(diagnosis.get("promise_basis", "")), ""),
        "expected": _span(expected.get("earliest"), expected.get("latest")),
        "expected_reason": without_hidden_characters(str(expected.get("reasoning") or "")),
        "expected_sources": list(expected.get("evidence", ())),
        "late": _lateness(days_late, is_late),
        "is_late": is_late,
        "causes": [_cause(cause) for cause in diagnosis.get("causes", ())],
        "bar": _bar(diagnosis.get("promised"), expected.get("latest") or expected.get("earliest"), zone),
    }


def _expected(diagnosis: Mapping[str, Any]) -> Mapping[str, Any]:
    expected = diagnosis.get("expected_range") or diagnosis.get("expected")
    if isinstance(expected, Mapping):
        return expected
    return {"earliest": expected, "latest": expected} if expected else {}


def _cause(cause: Mapping[str, Any]) -> dict[str, Any]:
    certainty = str(cause.get("certainty", "unknown"))
    return {
        "code": str(cause.get("code", "unknown")),
        "name": CAUSES.get(str(cause.get("code")), str(cause.get("code", "")).replace("_", " ").capitalize()),
        "certainty": certainty,
        "certainty_label": CERTAINTIES.get(certainty, certainty),
        "summary": without_hidden_characters(MARK.sub("", str(cause.get("summary", ""))).strip()),
        "owner": ROLES.get(str(cause.get("owner_role")), str(cause.get("owner_role") or "")),
        "since": day_text(cause.get("since")) if cause.get("since") else "",
        "lines": [
            {"product": without_hidden_characters(str(line.get("product", ""))), "quantity": _quantity(line)}
            for line in cause.get("lines", ())
            if isinstance(line, Mapping)
        ],
        "next_steps": _words(cause.get("next_steps", ())),
        "missing": _words(cause.get("missing", ())),
        "sources": list(cause.get("evidence", ())),
    }


def _moment(entry: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    return {
        "day": moment_day(str(entry.get("at", "")), zone=zone),
        "kind": str(entry.get("kind", "")),
        "text": without_hidden_characters(str(entry.get("text", ""))),
        "planned": bool(entry.get("planned")),
        "sources": list(entry.get("evidence", ())),
    }


def _words(sentences: Sequence[Any]) -> list[str]:
    return [without_hidden_characters(MARK.sub("", str(sentence)).strip()) for sentence in sentences]


def _quantity(line: Mapping[str, Any]) -> str:
    quantity = line.get("quantity")
    amount = (
        f"{quantity:,.2f}".rstrip("0").rstrip(".")
        if isinstance(quantity, int | float)
        else str(quantity or "")
    )
    return f"{amount} {line.get('unit') or ''}".strip()


def _span(earliest: str | None, latest: str | None) -> str:
    if earliest and latest and earliest != latest:
        return f"{day_text(earliest)} – {day_text(latest)}"
    if earliest and not latest:
        return f"not before {day_text(earliest)}"
    return day_text(latest) if latest else "Not known"


def _lateness(days_late: Any, is_late: bool) -> str:
    if isinstance(days_late, int) and days_late > 0:
        return f"{days_late} day{'' if days_late == 1 else 's'} late"
    if is_late:
        return "Will be late"
    return "On time" if days_late == 0 else "No promise to compare with"


def _bar(promised: Any, expected: Any, zone: tzinfo) -> dict[str, Any] | None:
    """Where today lies between the promise and the expected date, in per cent of the longer of both, for a small drawing."""
    try:
        start, end = date.fromisoformat(str(promised)[:10]), date.fromisoformat(str(expected)[:10])
    except ValueError:
        return None
    today = datetime.now(zone).date()
    if end <= start:
        return None
    share = min(max((today - start).days / (end - start).days, 0), 1)
    return {"today": round(share * 100), "days": (end - start).days}


def _checks(answer: Answer) -> str:
    checks = answer.checks
    if not checks.claims:
        return "No facts to check"
    repaired = f", {checks.repaired} put right" if checks.repaired else ""
    return (
        f"{checks.claims} fact{'' if checks.claims == 1 else 's'} checked{repaired}, {checks.removed} removed"
    )


def _took(answer: Answer) -> str:
    total = answer.timings_ms.get("total")
    reads = (
        f"{answer.odoo_calls} Odoo read{'' if answer.odoo_calls == 1 else 's'}" if answer.odoo_calls else ""
    )
    return " · ".join(
        part for part in (reads, f"{total / 1000:.1f} s" if total and total >= 50 else "") if part
    )
