"""Ingest from the command line: here, or by the running copilot when it holds the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from copilot.bootstrap import document_library, prepare_data_dir
from copilot.commands.asking import ServiceRefused, lines_as_operator
from copilot.errors import QuestionError, SettingsError
from copilot.running import RunningCopilot
from copilot.settings import Settings
from erp_tools.errors import OdooError
from knowledge_ingest.errors import IngestError
from knowledge_ingest.pipeline import ingest_found
from knowledge_ingest.sources.folder import find
from knowledge_ingest.sources.source import Found
from knowledge_ingest.sources.uploads import Uploads
from retrieval.passage import DEFAULT_COLLECTION
from retrieval.search import Library

INGEST_SECONDS = 3600.0

Advance = Callable[[int, int, str], None]


def ingest_here(
    settings: Settings,
    paths: Sequence[Path],
    *,
    collection: str | None,
    progress: Advance,
    from_odoo: bool = False,
) -> dict[str, Any]:
    """Ingest in this process, which holds the index for the while. Returns the report's JSON."""
    prepare_data_dir(settings)
    library = document_library(settings)
    try:
        return ingest_into(
            library, paths, settings=settings, collection=collection, progress=progress, from_odoo=from_odoo
        )
    finally:
        library.close()


def ingest_there(
    running: RunningCopilot,
    paths: Sequence[Path],
    *,
    collection: str | None,
    progress: Advance = lambda done, total, path: None,
    from_odoo: bool = False,
) -> dict[str, Any]:
    """Let the running copilot ingest folders of this machine, or what its own settings give it from Odoo. Returns the report's JSON.

    Raises:
        ServiceRefused: it does not answer, or says why it cannot.
    """
    body = {
        "paths": [str(path.resolve()) for path in paths],
        "collection": collection,
        "from_odoo": from_odoo,
    }
    for line in lines_as_operator(running, "/api/v1/operator/ingest", body, seconds=INGEST_SECONDS):
        if "report" in line:
            report: dict[str, Any] = line["report"]
            return report
        if "documents" in line:  # a service that was started before it told how far it is
            return line
        progress(line["done"], line["total"], line["path"])
    raise ServiceRefused(
        f"The copilot at {running.url} stopped before it was through. Run `copilot ingest` again: what is in stays in."
    )


def ingest_into(
    library: Library,
    paths: Sequence[Path],
    *,
    settings: Settings,
    collection: str | None,
    progress: Advance,
    from_odoo: bool = False,
) -> dict[str, Any]:
    """Ingest into an open library.

    Raises:
        SettingsError: attachments are wanted, and nobody is named to read them.
    """
    attachments = indexing_session(settings) if from_odoo else None
    name = collection or DEFAULT_COLLECTION
    uploads = uploads_of(settings)

    def look() -> Found:
        found = find(list(paths)) if paths else Found()
        if uploads.any():
            found = found.and_also(uploads.look(collection=name))
        return found.and_also(attachments()) if attachments else found

    return ingest_found(look, library, collection=name, progress=progress).to_json()


def uploads_of(settings: Settings) -> Uploads:
    """The files that people handed in."""
    return Uploads(settings.data_dir / "uploads")


class UploadShelf:
    """Files that people hand in over HTTP: kept in the data folder, ingested into the library of the service."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._uploads = uploads_of(settings)

    def put(
        self, name: str, content: bytes, *, collection: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep and ingest a file; a new one that cannot be read is not kept.

        Raises:
            QuestionError: it cannot become a document.
        """
        try:
            with self._uploads.kept(
                name, content, collection=collection, properties=properties
            ) as document_id:
                report = ingest_found(
                    lambda: self._uploads.look(collection=collection), self._library, collection=collection
                )
                mine = next(each for each in report.documents if each.path.startswith(f"{document_id}/"))
                if mine.status == "quarantined":
                    raise IngestError(" ".join(mine.reasons))
        except IngestError as error:
            ingest_found(
                lambda: self._uploads.look(collection=collection), self._library, collection=collection
            )
            raise QuestionError(str(error)) from error
        return mine.to_json()

    def take_out(self, document_id: str, *, collection: str, companies: frozenset[str]) -> bool:
        """Remove an upload of one of these companies, and what was found in it; whether there was one."""
        if not self._uploads.remove(document_id, collection=collection, companies=companies):
            return False
        ingest_found(lambda: self._uploads.look(collection=collection), self._library, collection=collection)
        return True


def indexing_session(settings: Settings) -> Callable[[], Found]:
    """What looks at Odoo's attachments as the indexing user of the settings.

    Raises:
        SettingsError: no such user, or one that is a person's own.
    """
    if not (settings.odoo_url and settings.odoo_db):
        raise SettingsError(
            "There is no Odoo to read attachments from: the recorded demo holds none. Set COPILOT_ODOO_URL and COPILOT_ODOO_DB."
        )
    if not (settings.index_odoo_user and settings.index_odoo_password):
        raise SettingsError(
            "Nobody to read attachments as. Set COPILOT_INDEX_ODOO_USER and COPILOT_INDEX_ODOO_PASSWORD to an account of Odoo "
            "that may read contacts, orders and products and change nothing."
        )
    if settings.index_odoo_user == settings.odoo_user:
        raise SettingsError(
            f"COPILOT_INDEX_ODOO_USER and COPILOT_ODOO_USER are both {settings.odoo_user!r}. Indexing has an account of its own, "
            "so that no person's rights decide what is indexed."
        )
    from erp_tools.odoo.connect import connect
    from knowledge_ingest.sources.odoo_attachments import READ_SECONDS, look, source_name

    server = connect(settings.odoo_url, settings.odoo_db, settings.odoo_protocol, read_deadline=READ_SECONDS)
    login, secret = settings.index_odoo_user, settings.index_odoo_password.get_secret_value()
    source = source_name(settings.odoo_url, settings.odoo_db)

    def found() -> Found:
        try:
            # closed by the connection's own end: files are fetched with it while the run goes on
            return look(server.sign_in_for_indexing(login, secret), source)
        except OdooError as error:
            return Found(problems=(f"Odoo's attachments were not looked at, and stay as they were: {error}",))

    return found


def demo_documents() -> Path:
    """The demo company's documents, as shipped."""
    return Path(str(resources.files("knowledge_ingest.demo").joinpath("documents")))
