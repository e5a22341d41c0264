"""Ingest from the command line: here, or by the running copilot when it holds the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from copilot.bootstrap import document_library, prepare_data_dir
from copilot.commands.asking import send_as_operator
from copilot.running import RunningCopilot
from copilot.settings import Settings
from knowledge_ingest.pipeline import ingest
from retrieval.passage import DEFAULT_COLLECTION
from retrieval.search import Library

INGEST_SECONDS = 3600.0

Advance = Callable[[int, int, str], None]


def ingest_here(
    settings: Settings, paths: Sequence[Path], *, collection: str | None, progress: Advance
) -> dict[str, Any]:
    """Ingest in this process, which holds the index for the while. Returns the report's JSON."""
    prepare_data_dir(settings)
    library = document_library(settings)
    try:
        return ingest_into(library, paths, collection=collection, progress=progress)
    finally:
        library.close()


def ingest_there(running: RunningCopilot, paths: Sequence[Path], *, collection: str | None) -> dict[str, Any]:
    """Let the running copilot ingest folders of this machine. Returns the report's JSON."""
    body = {"paths": [str(path.resolve()) for path in paths], "collection": collection}
    return send_as_operator(running, "/api/v1/operator/ingest", body, seconds=INGEST_SECONDS)


def ingest_into(
    library: Library, paths: Sequence[Path], *, collection: str | None, progress: Advance
) -> dict[str, Any]:
    """Ingest into an open library."""
    report = ingest(list(paths), library, collection=collection or DEFAULT_COLLECTION, progress=progress)
    return report.to_json()


def demo_documents() -> Path:
    """The demo company's documents, as shipped."""
    return Path(str(resources.files("knowledge_ingest.demo").joinpath("documents")))
