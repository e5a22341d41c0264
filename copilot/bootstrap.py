"""The one place that chooses the real things: Settings in, Copilot out. Nothing connects before somebody signs in or asks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from copilot.conversation import QUESTIONS_PER_MINUTE, Copilot
from copilot.errors import SettingsError, StateUnavailable
from copilot.identity import Identity
from copilot.settings import Settings
from copilot.store import Store
from erp_tools.odoo.gateway import OdooServer
from retrieval.library import open_library
from retrieval.search import Library

if TYPE_CHECKING:
    from copilot.agent import Agent

log = logging.getLogger(__name__)


def build(
    settings: Settings,
    *,
    library: Library | None = None,
    questions_per_minute: int | None = QUESTIONS_PER_MINUTE,
) -> Copilot:
    """Everything a conversation needs.

    Args:
        library: an open library to use instead of the settings' own.
        questions_per_minute: the brake per person; None for one person's own command line.

    Raises:
        SettingsError: a setting cannot be used (a data folder that cannot be written, a model without a name …).
        StateUnavailable: DATABASE_URL is no database address.
    """
    prepare_data_dir(settings)
    server = odoo_server(settings)
    store = Store(settings.sqlalchemy_url)
    try:
        store.prepare()
    except (
        StateUnavailable
    ) as error:  # reading goes on without it; each answer says that it could not be saved
        log.warning("state database unavailable: %s", error)
    model = _model(settings)
    return Copilot(
        settings=settings,
        server=server,
        identity=Identity(server, lifetime_seconds=settings.session_hours * 3600),
        library=library or document_library(settings),
        model=model,
        model_is_resting=(lambda: model.breaker.is_open) if model else (lambda: False),
        store=store,
        questions_per_minute=questions_per_minute,
    )


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder, readable by its owner only.

    Raises:
        SettingsError: it cannot be made or written.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = settings.data_dir / ".writable"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"The data folder {settings.data_dir} cannot be written ({error.strerror}). Make room or give yourself the right, or "
            "name another folder in COPILOT_DATA_DIR."
        ) from None


def odoo_server(settings: Settings) -> OdooServer:
    """The Odoo of the settings: a real one by URL, else the recorded demo."""
    if settings.odoo_url and settings.odoo_db:
        from erp_tools.odoo.connect import connect

        return connect(settings.odoo_url, settings.odoo_db, settings.odoo_protocol)
    from erp_tools.odoo.connect import connect_recording

    return connect_recording(local_copy=settings.data_dir / "recorded_odoo")


def document_library(settings: Settings) -> Library:
    """The documents of the settings: embedded in the data folder, or on a Qdrant server by URL."""
    return open_library(
        settings.data_dir,
        embedding_model=settings.embedding_model,
        qdrant_url=settings.qdrant_url,
        qdrant_api_key=settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None,
    )


def _model(settings: Settings) -> Agent | None:
    """The loop with the language model of the settings; None: the playbook answers alone."""
    if not (settings.openai_base_url or settings.openai_api_key):
        return None
    if not settings.model:
        raise SettingsError(
            "A model endpoint is configured (OPENAI_API_KEY or OPENAI_BASE_URL), but no model. Name it in COPILOT_MODEL, or remove "
            "the endpoint to use the playbook."
        )
    from copilot.agent import Agent
    from copilot.models.openai_model import build_openai_model

    model = build_openai_model(
        model=settings.model, base_url=settings.openai_base_url, api_key=settings.openai_api_key
    )
    return Agent(model=model, model_name=settings.model)
