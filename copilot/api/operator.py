"""What the command line asks of the running copilot on the same machine. Not in the public API: the key is in the data folder."""

from __future__ import annotations

import hmac
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from copilot.api.routes import refusal
from copilot.errors import NotSignedIn
from copilot.running import find

log = logging.getLogger(__name__)

Advance = Callable[[int, int, str], None]
"""Called with files done, files in all, and the path of the one just done."""
Ingest = Callable[[Sequence[Path], str | None, bool, Advance], dict[str, Any]]

LINES = "application/x-ndjson"
"""Whoever accepts this is told how far it is: a line for each file, ``{"done", "total", "path"}``, and last ``{"report"}`` or
``{"error", "message"}``."""


class IngestBody(BaseModel):
    """Folders or files of this machine."""

    paths: list[Path] = Field(default_factory=list, max_length=100)
    from_odoo: bool = False
    """Also Odoo's attachments, as the indexing user of the service's own settings."""
    collection: str | None = Field(default=None, max_length=100)


def build_router(data_dir: Path, ingest: Ingest) -> APIRouter:
    """Routes that need the operator's key.

    Args:
        data_dir: whoever may read `running.json` in it is the operator.
        ingest: reads documents into the library that this process holds.
    """
    router = APIRouter(include_in_schema=False)

    @router.post("/api/v1/operator/ingest")
    def operator_ingest(
        body: IngestBody,
        x_copilot_operator: Annotated[str, Header()] = "",
        accept: Annotated[str, Header()] = "",
    ) -> Response:
        running = find(data_dir)
        if running is None or not hmac.compare_digest(running.key.encode(), x_copilot_operator.encode()):
            raise NotSignedIn("This is for the command line on the same machine: run `copilot ingest` there.")

        def run(advance: Advance) -> dict[str, Any]:
            return ingest(body.paths, body.collection, body.from_odoo, advance)

        if LINES in accept:
            return StreamingResponse(_lines(run), media_type=LINES, headers={"Cache-Control": "no-store"})
        return JSONResponse(run(lambda done, total, path: None))

    return router


def _lines(run: Callable[[Advance], dict[str, Any]]) -> Iterator[str]:
    """How far it is and what came of it. Who stops listening loses the view of it; the run goes on."""
    told: SimpleQueue[dict[str, Any] | None] = SimpleQueue()

    def work() -> None:
        try:
            report = run(lambda done, total, path: told.put({"done": done, "total": total, "path": path}))
            told.put({"report": report})
        except Exception as error:  # the status line is sent: what went wrong has to be said in the stream
            log.exception("an ingest failed")
            told.put({"error": type(error).__name__, "message": refusal(error)[1]})
        finally:
            told.put(None)

    threading.Thread(target=work, name="ingest", daemon=True).start()
    while (line := told.get()) is not None:
        yield json.dumps(line) + "\n"  # plain ASCII: a file's name may be no text that can be encoded
