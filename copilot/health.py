"""What is configured, reachable and degraded: behind `copilot doctor`, /readyz and the banner of the chat."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from copilot.audit_anchor import Anchoring
from copilot.settings import Settings
from erp_tools.errors import OdooError
from erp_tools.odoo.gateway import OdooServer
from retrieval.errors import RetrievalError
from retrieval.passage import DEFAULT_COLLECTION
from retrieval.search import Library

State = Literal["ok", "degraded", "down"]
MIN_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the installation."""

    name: str
    state: State
    detail: str
    """What it is, or what is wrong and the next step."""

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "state": self.state, "detail": self.detail}


@dataclass(frozen=True, kw_only=True)
class Report:
    parts: tuple[Part, ...]

    @property
    def ready(self) -> bool:
        """Somebody could get some answer: Odoo or the documents work, and settings are fine."""
        states = {part.name: part.state for part in self.parts}
        return states.get("Odoo") != "down" or states.get("Documents") == "ok"

    def to_json(self) -> dict[str, Any]:
        return {"ready": self.ready, "parts": [part.to_json() for part in self.parts]}


class Health:
    """Looks at each part; nothing here signs in as anybody."""

    def __init__(
        self,
        *,
        settings: Settings,
        server: OdooServer,
        library: Library,
        check_store: Callable[[], None],
        breaker_is_open: Callable[[], bool] = lambda: False,
        drafting_is_off: Callable[[], str] = lambda: "",
        anchoring: Callable[[], Anchoring] | None = None,
    ) -> None:
        self._drafting_is_off, self._anchoring = drafting_is_off, anchoring
        self._settings, self._server, self._library = settings, server, library
        self._check_store, self._breaker_is_open = check_store, breaker_is_open

    def report(self) -> Report:
        return Report(
            parts=(
                self._odoo(),
                self._documents(),
                self._brain(),
                self._release(),
                self._state(),
                *self._audit(),
                self._disk(),
            )
        )

    def _odoo(self) -> Part:
        where = "recorded demo Odoo" if self._server.is_recording else self._server.address
        try:
            version = self._server.version()
        except OdooError as error:
            return Part(name="Odoo", state="down", detail=str(error))
        return Part(name="Odoo", state="ok", detail=f"{where}, version {version}")

    def _documents(self) -> Part:
        try:
            rows = self._library.store.rows(DEFAULT_COLLECTION)
        except RetrievalError as error:
            return Part(name="Documents", state="down", detail=str(error))
        if not rows:
            return Part(
                name="Documents", state="degraded", detail="no documents yet: run `copilot ingest FOLDER`"
            )
        where = "Qdrant server" if self._settings.qdrant_url else "embedded Qdrant"
        try:
            self._library.check()
        except RetrievalError as error:
            return Part(
                name="Documents",
                state="degraded",
                detail=f"{len(rows)} documents by keyword only; {where}: {error}",
            )
        return Part(name="Documents", state="ok", detail=f"{len(rows)} documents, {where}")

    def _brain(self) -> Part:
        if not (self._settings.openai_base_url or self._settings.openai_api_key):
            return Part(name="Brain", state="ok", detail="playbook (rules, no language model configured)")
        where = self._settings.openai_base_url or "the default address of the OpenAI client"
        if self._breaker_is_open():
            return Part(
                name="Brain",
                state="degraded",
                detail=f"{self._settings.model} at {where} fails; the playbook answers",
            )
        return Part(
            name="Brain", state="ok", detail=f"{self._settings.model} at {where}, playbook as fallback"
        )

    def _release(self) -> Part:
        try:
            why = self._drafting_is_off()
        except Exception as error:
            return Part(name="Release", state="degraded", detail=str(error))
        if why:
            return Part(name="Release", state="degraded", detail=why)
        return Part(
            name="Release", state="ok", detail=f"what runs is released for {self._settings.environment}"
        )

    def _state(self) -> Part:
        try:
            self._check_store()
        except Exception as error:
            return Part(name="State", state="degraded", detail=str(error))
        return Part(
            name="State",
            state="ok",
            detail="SQLite" if not self._settings.database_url else "database by DATABASE_URL",
        )

    def _audit(self) -> tuple[Part, ...]:
        """Where the audit log's head stands in Odoo; not anchoring at all is a choice, failing at it is not."""
        if self._anchoring is None:
            return ()
        try:
            known = self._anchoring()
        except Exception as error:
            return (Part(name="Audit", state="degraded", detail=str(error)),)
        state: State = "ok" if known.state in ("ok", "off") else "degraded"
        return (Part(name="Audit", state=state, detail=known.text),)

    def _disk(self) -> Part:
        try:
            free = shutil.disk_usage(self._settings.data_dir).free
        except OSError as error:
            return Part(name="Disk", state="degraded", detail=f"{self._settings.data_dir}: {error.strerror}")
        detail = f"{self._settings.data_dir}, {free / 1024**3:.1f} GB free"
        if free < MIN_FREE_BYTES:
            return Part(name="Disk", state="degraded", detail=f"{detail}: make room")
        return Part(name="Disk", state="ok", detail=detail)
