"""One case, performed: the questions, the draft, the decisions, and how Odoo stands afterwards."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from copilot.answer import Answer, Question
from copilot.errors import CopilotError
from erp_tools.actions.action import CannotDraft
from erp_tools.errors import OdooError
from evals.case import Case
from evals.errors import CaseError
from evals.result import Result
from evals.stage import Stage, Theatre
from retrieval.errors import RetrievalError
from retrieval.passage import Reader
from retrieval.request import Scope, SearchRequest


def perform(theatre: Theatre, case: Case, repeat: int) -> Result:
    """Run a case. Whatever breaks stands in the result; nothing is raised."""
    begun = time.perf_counter()
    head: dict[str, Any] = {"case_id": case.id, "case_sha": case.sha, "repeat": repeat}
    try:
        stage = theatre.stage(case)
        done = _searched(stage, case) if case.search is not None else _asked(stage, case)
    except (CaseError, CopilotError, OdooError, RetrievalError) as error:
        done = {"error": str(error)}
    except Exception as error:  # a fault of ours is a failed case, not the end of the run
        done = {"error": f"{type(error).__name__}: {error}"}
    return Result(**head, **done, seconds=round(time.perf_counter() - begun, 3))


def _asked(stage: Stage, case: Case) -> dict[str, Any]:
    for login in {case.asks, *(one.by for one in case.decide)}:
        stage.person(login)
    person = stage.person(case.asks)
    stage.odoo.begin_faults()
    answers: list[Answer] = []
    for question in case.turns:
        thread = answers[-1].thread_id if answers else None
        answers.append(stage.copilot.ask(person, Question(text=question, thread_id=thread)))
    done: dict[str, Any] = {
        "answers": tuple(one.to_json() for one in answers),
        "written": stage.listener.written,
        **_trace(stage),
    }
    if case.expect.draft is not None:
        done |= _drafted(stage, case, answers[-1])
    done["end_state"] = tuple(
        {"model": one.model, "find": one.find, "rows": stage.odoo.rows(one.model, one.find)}
        for one in case.expect.end_state
    )
    return done


def _trace(stage: Stage) -> dict[str, Any]:
    turn = stage.listener.turn
    if turn is None:
        return {}
    return {
        "trace": {
            "results": list(turn.results),
            "said": list(turn.said),
            "asked_for": list(turn.asked_for),
            "words": list(turn.words),
            "today": turn.today.isoformat(),
            "timezone": turn.timezone,
            "citations": [one.to_json() for one in turn.book.citations()],
            "evidence": [one.to_json() for one in turn.book.evidence()],
        },
        "tokens": turn.model_tokens,
    }


def _drafted(stage: Stage, case: Case, answer: Answer) -> dict[str, Any]:
    """The draft of the chat, or the one that the case makes at the desk, and what became of it."""
    desk, person = stage.copilot.desk, stage.person(case.asks)
    try:
        if case.draft is not None:
            draft = desk.draft(person, case.draft.action, case.draft.wishes)
        elif answer.drafts:
            draft = desk.drafts.show(person, str(answer.drafts[0]["draft_id"]))[0]
        else:
            return {"refused": answer.text}
    except (CannotDraft, CopilotError, OdooError) as error:
        return {"refused": str(error)}
    stage.odoo.change("after_draft")
    refused = ""
    if draft.state == "approved":
        draft = desk.executor.run(person, draft)
    for decision in case.decide:
        decider = stage.person(decision.by)
        try:
            shown, token = desk.drafts.show(decider, draft.draft_id)
            if decision.does == "approve":
                draft = desk.approve(
                    decider, shown.draft_id, version=shown.version, digest=shown.digest, token=token
                )
            else:
                draft = desk.drafts.reject(
                    decider,
                    shown.draft_id,
                    version=shown.version,
                    digest=shown.digest,
                    token=token,
                    reason="not now",
                )
        except (CopilotError, OdooError) as error:
            refused = str(error)
            draft = desk.drafts.show(person, draft.draft_id)[0]
    return {"draft": draft.to_json(), "refused": refused}


def _searched(stage: Stage, case: Case) -> dict[str, Any]:
    assert case.search is not None
    person = stage.person(case.asks)
    result = stage.copilot.library.search(
        SearchRequest(
            text=case.turns[-1],
            reader=Reader(login=person.login, roles=person.roles, companies=person.companies),
            top=10,
            scope=Scope(customer=case.search.customer, carrier=case.search.carrier),
            include_superseded=case.search.history,
            on_date=date.fromisoformat(stage.odoo.day),
        )
    )
    found = tuple(
        {
            "document": one.document.document_id,
            "title": one.document.title,
            "section": one.passage.section,
            "start": one.passage.start,
            "end": one.passage.end,
            "quote": one.passage.text,
            "score": round(one.score, 4),
        }
        for one in result.passages
    )
    return {"found": found, "nothing_relevant": result.nothing_relevant}
