"""What the command line asks of the running copilot on the same machine. Not in the public API: the key is in the data folder."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from copilot.errors import NotSignedIn
from copilot.running import find

Ingest = Callable[[Sequence[Path], str | None, bool], dict[str, Any]]


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
        body: IngestBody, x_copilot_operator: Annotated[str, Header()] = ""
    ) -> dict[str, Any]:
        running = find(data_dir)
        if running is None or not hmac.compare_digest(running.key.encode(), x_copilot_operator.encode()):
            raise NotSignedIn("This is for the command line on the same machine: run `copilot ingest` there.")
        return ingest(body.paths, body.collection, body.from_odoo)

    return router
