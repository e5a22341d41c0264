"""Composition root: Settings -> Copilot -> one application with the API, the pages and the chat. ``uvicorn app:app``.

Importing this module does nothing; `app` builds itself when a server starts it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

    from copilot.api.operator import Advance, Ingest
    from copilot.conversation import Copilot
    from copilot.drafts.worker import Worker


def create_app(copilot: Copilot) -> FastAPI:
    """The application around a Copilot: API, sign-in and pages first, the chat at ``/`` behind them.

    Raises:
        SettingsError: the data folder cannot be written.
    """
    from contextlib import asynccontextmanager

    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError

    from copilot.api import (
        documents_routes,
        drafts_routes,
        operator,
        options_routes,
        orders_routes,
        threads_routes,
        uploads_routes,
    )
    from copilot.api.routes import answer_error, answer_wrong_request, signed_in_at
    from copilot.api.routes import build_router as api_routes
    from copilot.commands.coverage import coverage_for
    from copilot.commands.ingesting import UploadShelf
    from copilot.errors import CopilotError
    from copilot.ui import api_reference, assets, chainlit_shell, context, desk, pages, sign_in
    from copilot.ui.browser_sign_ins import BrowserSignIns
    from copilot.ui.security import SecurityLayer
    from erp_tools.actions.action import CannotDraft
    from erp_tools.errors import OdooError
    from knowledge_ingest.errors import IngestError
    from retrieval.errors import RetrievalError
    from retrieval.warming import WarmUp

    settings = copilot.settings
    shell = chainlit_shell.load(settings.data_dir, session_seconds=round(settings.session_hours * 3600))
    from copilot.ui.threads import build_router as thread_pages  # after `load`: it imports Chainlit
    from copilot.ui.votes import build_router as votes

    ui = context.UiContext(copilot=copilot, sign_ins=BrowserSignIns(copilot.identity))
    context.use(ui)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        worker = await asyncio.to_thread(_started_worker, copilot)
        # documents are put in beside people who ask: threads that wait for Python's lock get it sooner than after 5 ms
        sys.setswitchinterval(0.0005)
        warming = WarmUp(copilot.library)
        warming.start()
        try:
            yield
        finally:
            if worker is not None:
                await asyncio.to_thread(worker.stop)
            await asyncio.to_thread(warming.stop)
            await asyncio.to_thread(copilot.close)

    application = FastAPI(
        lifespan=running,
        title="Distribution Copilot",
        version=api_reference.version(),
        docs_url=None,
        redoc_url=None,
        description="Why an order is late, proven from live Odoo records and the company's own documents.",
    )
    application.add_middleware(SecurityLayer)
    application.add_exception_handler(RequestValidationError, answer_wrong_request)
    for kind in (CopilotError, CannotDraft, OdooError, RetrievalError, IngestError):
        application.add_exception_handler(kind, answer_error)
    application.add_exception_handler(404, pages.nothing_here)
    application.include_router(api_routes(copilot))
    application.include_router(orders_routes.build_router(copilot))
    application.include_router(options_routes.build_router(copilot))
    application.include_router(drafts_routes.build_router(copilot))
    application.include_router(threads_routes.build_router(copilot, signed_in_at(copilot)))
    application.include_router(
        uploads_routes.build_router(signed_in_at(copilot), UploadShelf(copilot.library, settings))
    )
    application.include_router(
        documents_routes.build_router(copilot, signed_in_at(copilot), coverage_for(copilot))
    )
    application.include_router(operator.build_router(settings.data_dir, _ingest_with(copilot)))
    application.include_router(api_reference.build_router(application))
    application.include_router(sign_in.build_router(ui, shell))
    application.include_router(thread_pages(ui, shell))
    application.include_router(votes(ui))
    application.include_router(pages.build_router(ui))
    application.include_router(desk.build_router(ui))
    application.include_router(
        assets.build_router(chainlit_shell.build_folder(), settings.data_dir / "chat" / "packed")
    )
    application.mount("/", shell.app)
    return application


def _started_worker(copilot: Copilot) -> Worker | None:
    """The thread that runs approved drafts; none while the database does not work: reading goes on, changes stop."""
    from copilot.bootstrap import daily_anchor
    from copilot.drafts.worker import Worker
    from copilot.errors import StateUnavailable

    try:
        daily = daily_anchor(copilot.settings, audit=copilot.desk.audit, server=copilot.server)
        worker = Worker(copilot.desk.executor, also=(copilot.desk.tidy, *((daily.round,) if daily else ())))
    except StateUnavailable:
        return None
    worker.start()
    return worker


def _ingest_with(copilot: Copilot) -> Ingest:
    """Ingest into the library that this process holds; the command line asks for it while the service runs."""

    def ingest(
        paths: Sequence[Path], collection: str | None, from_odoo: bool, advance: Advance
    ) -> dict[str, Any]:
        from copilot.commands.ingesting import ingest_into

        return ingest_into(
            copilot.library,
            paths,
            settings=copilot.settings,
            collection=collection,
            progress=advance,
            from_odoo=from_odoo,
        )

    return ingest


class _BuiltAtStart:
    """An ASGI application that is built by the server's start-up event. What is wrong with the settings then is one
    sentence in the server's log and a failed start, not a traceback at import."""

    def __init__(self) -> None:
        self._application: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        application = self._application
        if application is None:
            from copilot.errors import CopilotError
            from erp_tools.errors import OdooError

            try:
                application = self._application = await asyncio.to_thread(_build)
            except (CopilotError, OdooError) as error:
                if scope["type"] != "lifespan":
                    raise
                await receive()
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
        await application(scope, receive, send)


def _build() -> FastAPI:
    from copilot.bootstrap import build
    from copilot.settings import load_settings

    return create_app(build(load_settings()))


app = _BuiltAtStart()
