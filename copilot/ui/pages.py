"""Pages that open a document at a place, a record, or one source of an answer. Access is checked at every opening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from copilot.answer import Citation
from copilot.errors import CopilotError, NotFound, NotSignedIn, StateUnavailable
from copilot.identity import Person
from copilot.places import is_unsure, page_words, scan_words
from copilot.ui.context import UiContext
from copilot.ui.labels import DOCUMENT_TYPES, model_label, moment_text, zone_of
from copilot.ui.links import allowed_url
from copilot.ui.markdown import without_hidden_characters
from copilot.ui.sign_in import sign_in_address
from copilot.ui.sources import OpenedDocument, fact_view, field_rows, find_source, passage_view, validity
from copilot.ui.templating import page
from copilot.ui.who import person_of
from erp_tools.errors import AccessDenied, NotAllowed, OdooError, OdooRefused, OdooUnavailable, SessionEnded

_ARRIVED = "arrived"
"""Marks the second try of a page that was opened from another site; see `_sign_in_first`."""


def build_router(context: UiContext) -> APIRouter:
    """``/documents/ID``, ``/records/MODEL/ID`` and ``/answers/ID/sources/ID`` (also as JSON, for the side panel)."""
    router = APIRouter(include_in_schema=False)
    copilot = context.copilot

    @router.get("/documents/{document_id}")
    def document(
        request: Request, document_id: str, start: int = Query(0, ge=0), end: int = Query(0, ge=0)
    ) -> Response:
        def show(person: Person) -> Response:
            return _document_page(copilot, person, document_id, start, end)

        return answered(request, context, show)

    @router.get("/records/{model}/{record_id}")
    def record(request: Request, model: str, record_id: int) -> Response:
        def show(person: Person) -> Response:
            fact = copilot.open_record(person, model, record_id)
            zone = zone_of(person.user.timezone)
            return page(
                "record.html",
                title=fact.display_name,
                type=model_label(fact.model),
                rows=field_rows(fact.model, fact.fields, zone=zone),
                read_at=moment_text(fact.read_at.isoformat(), zone=zone),
                recording=copilot.server.is_recording,
                stored=False,
                url=allowed_url(fact.url, odoo_address=context.odoo_address)
                if context.odoo_address
                else None,
            )

        return answered(request, context, show)

    @router.get("/answers/{answer_id}/sources/{source_id}.json")
    def source_data(request: Request, answer_id: str, source_id: str) -> Response:
        def show(person: Person) -> Response:
            return JSONResponse(
                _source_view(context, person, answer_id, source_id), headers={"cache-control": "no-store"}
            )

        return answered(request, context, show, as_data=True)

    @router.get("/answers/{answer_id}/sources/{source_id}")
    def source(request: Request, answer_id: str, source_id: str) -> Response:
        def show(person: Person) -> Response:
            found = find_source(copilot.answer(person, answer_id), source_id)
            if isinstance(found, Citation):
                return RedirectResponse(allowed_url(found.url) or "/", status_code=303)
            view = fact_view(found, odoo_address=context.odoo_address, zone=zone_of(person.user.timezone))
            return page(
                "record.html",
                title=view["title"],
                type=view["type"],
                rows=view["fields"],
                read_at=view["read"],
                recording=copilot.server.is_recording,
                stored=True,
                url=view["url"],
            )

        return answered(request, context, show)

    return router


def nothing_here(request: Request, error: Exception) -> Response:
    """FastAPI's handler for addresses that lead nowhere: a page for people, JSON for programs."""
    detail = str(getattr(error, "detail", "Not Found"))
    if "text/html" in request.headers.get("accept", ""):
        words = "There is no such page. Check the address, or begin at the chat."
        return page(
            "message.html", status=404, title="Not found", message=words, action="/", words="Open the chat"
        )
    return JSONResponse({"detail": detail}, status_code=404)


def _source_view(context: UiContext, person: Person, answer_id: str, source_id: str) -> dict[str, Any]:
    found = find_source(context.copilot.answer(person, answer_id), source_id)
    if isinstance(found, Citation):
        opened = context.copilot.open_document(person, found.document)
        return passage_view(found, opened, today=_today(person))
    return fact_view(found, odoo_address=context.odoo_address, zone=zone_of(person.user.timezone))


def _document_page(copilot: Any, person: Person, document_id: str, start: int, end: int) -> Response:
    opened = copilot.open_document(person, document_id)
    document = opened.document
    standing = validity(
        valid_from=document.valid_from,
        valid_to=document.valid_to,
        superseded=bool(document.superseded_by),
        today=_today(person),
    )
    newer = None
    if document.superseded_by:
        try:
            newer = copilot.open_document(person, document.superseded_by).document
        except NotFound:
            newer = None  # a version this person may not read is not named
    return page(
        "document.html",
        document=document,
        type=DOCUMENT_TYPES.get(document.type, "Document"),
        standing=standing,
        newer=newer,
        sheets=_sheets(opened, start, end),
        cited=0 <= start < end <= len(opened.text),
    )


def _sheets(opened: OpenedDocument, start: int, end: int) -> list[dict[str, Any]]:
    """The text page by page, and what stands on no page between them; each cut where the cited part begins and ends."""
    text = opened.text
    begin = (
        0 if start < min(end, opened.body_start) else opened.body_start
    )  # what stands before it is for machines
    sheets: list[dict[str, Any]] = []
    marked = False
    for paper, first, last in _parts(opened, begin):
        cut_from, cut_to = min(max(start, first), last), min(max(end, first), last)
        cited = text[cut_from:cut_to] if start < end else ""
        sheets.append(
            {
                "page": _page_line(paper) if paper else "",
                "is_unsure": is_unsure(paper.confidence) if paper else False,
                "before": text[first:cut_from] if cited else text[first:last],
                "cited": cited,
                "is_first": bool(cited) and not marked,
                "after": text[cut_to:last] if cited else "",
            }
        )
        marked = marked or bool(cited)
    return sheets


def _page_line(paper: Any) -> str:
    place = page_words(paper.number, without_hidden_characters(paper.of))
    line = ", ".join(part for part in (place, scan_words(paper.confidence)) if part)
    return line[:1].upper() + line[1:]


def _parts(opened: OpenedDocument, begin: int) -> list[tuple[Any, int, int]]:
    """Page or None, first character, one past the last: together all words from `begin` on, in order."""
    parts: list[tuple[Any, int, int]] = []

    def off_page(first: int, last: int) -> None:
        words = opened.text[first:last]
        if words.strip():
            first += len(words) - len(words.lstrip("\n"))
            parts.append((None, first, first + len(words.strip("\n"))))

    at = begin
    for paper in opened.pages:
        off_page(at, paper.start)
        at = max(at, paper.end)
        parts.append((paper, min(max(paper.start, begin), at), at))
    off_page(at, len(opened.text))
    return parts


def answered(
    request: Request, context: UiContext, show: Callable[[Person], Response], *, as_data: bool = False
) -> Response:
    """The page, or a plain page that says why not and what to do next."""

    def refuse(
        status: int, title: str, message: str, *, action: str = "/", words: str = "Open the chat"
    ) -> Response:
        if as_data or "text/html" not in request.headers.get("accept", "text/html"):
            return JSONResponse(
                {"detail": message}, status_code=status, headers={"cache-control": "no-store"}
            )
        return page("message.html", status=status, title=title, message=message, action=action, words=words)

    try:
        return show(person_of(request, context))
    except (NotSignedIn, SessionEnded) as error:
        address = sign_in_address(
            str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        )
        if _comes_from_another_site(request) and not as_data:
            return page("continue.html", address=_arrived_address(request))
        return refuse(401, "Sign in first", str(error), action=address, words="Sign in")
    except (AccessDenied, NotAllowed):
        return refuse(
            404, "Not found", "There is nothing here that you may see. Check the address, or ask a colleague."
        )
    except NotFound as error:
        return refuse(404, "Not found", str(error))
    except (OdooUnavailable, StateUnavailable) as error:
        return refuse(503, "Not available just now", str(error))
    except OdooRefused as error:
        return refuse(404, "Not found", str(error))
    except (OdooError, CopilotError) as error:
        return refuse(400, "That did not work", str(error))


def _comes_from_another_site(request: Request) -> bool:
    """A strict cookie stays at home when a link on another site (Odoo, a mail) leads here; a second, own step brings it."""
    return request.headers.get("sec-fetch-site") == "cross-site" and _ARRIVED not in request.query_params


def _arrived_address(request: Request) -> str:
    query = f"{request.url.query}&" if request.url.query else ""
    return f"{request.url.path}?{query}{_ARRIVED}=1"


def _today(person: Person) -> date:
    """The reader's calendar day."""
    return datetime.now(zone_of(person.user.timezone)).date()
