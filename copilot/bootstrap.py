"""The one place that chooses the real things: Settings in, Copilot out. Nothing connects before somebody signs in or asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.conversation import QUESTIONS_PER_MINUTE, Copilot
from copilot.database import Database
from copilot.errors import SettingsError, StateUnavailable
from copilot.identity import Identity, Person
from copilot.redaction import guard_logs
from copilot.settings import Settings
from copilot.store import Store
from erp_tools.odoo.gateway import OdooServer
from prompts import catalogue
from retrieval.library import open_library
from retrieval.search import Library

if TYPE_CHECKING:
    from copilot.agent import Agent
    from copilot.audit import Audit
    from copilot.audit_anchor import DailyAnchor
    from copilot.drafts.desk import Desk
    from copilot.releases import Releases

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
    guard_logs(settings)
    prepare_data_dir(settings)
    check_option_files(settings)
    server = odoo_server(settings)
    store = Store(settings.sqlalchemy_url)
    try:
        store.prepare()
    except (
        StateUnavailable
    ) as error:  # reading goes on without it; each answer says that it could not be saved
        log.warning("state database unavailable: %s", error)
    model = language_model(settings, store)
    identity = Identity(server, lifetime_seconds=settings.session_hours * 3600)
    library = library or document_library(settings)

    def make_desk() -> Desk:
        return desk_of(
            settings,
            server=server,
            library=library,
            identity=identity,
            database=Database(settings.sqlalchemy_url),
        )

    return Copilot(
        settings=settings,
        server=server,
        identity=identity,
        library=library,
        make_desk=make_desk,
        model=model,
        model_is_resting=(lambda: model.breaker.is_open) if model else (lambda: False),
        store=store,
        questions_per_minute=questions_per_minute,
    )


@dataclass(frozen=True, kw_only=True)
class BuiltDesk:
    """The desk without a conversation around it, for the command line."""

    desk: Desk
    identity: Identity
    library: Library
    database: Database

    def close(self) -> None:
        self.library.close()
        self.database.close()


def build_desk(settings: Settings) -> BuiltDesk:
    """What decides and runs drafts, on the database and the Odoo of the settings. Raises as `build`."""
    prepare_data_dir(settings)
    server, library = odoo_server(settings), document_library(settings)
    identity = Identity(server, lifetime_seconds=settings.session_hours * 3600)
    database = Database(settings.sqlalchemy_url)
    desk = desk_of(settings, server=server, library=library, identity=identity, database=database)
    desk.drafts.prepare()
    return BuiltDesk(desk=desk, identity=identity, library=library, database=database)


def desk_of(
    settings: Settings, *, server: OdooServer, library: Library, identity: Identity, database: Database
) -> Desk:
    """A desk on what is there already.

    Raises:
        SettingsError: the decision rights make no sense.
    """
    from copilot.audit import Audit, audit_key
    from copilot.drafts.asking import Asking
    from copilot.drafts.decision_rights import load_decision_rights
    from copilot.drafts.desk import Desk
    from copilot.drafts.executor import Executor
    from copilot.drafts.service import Drafts
    from erp_tools.actions import all_actions

    load_decision_rights(settings.decision_rights)  # a table that makes no sense stops the start
    audit = Audit(database, audit_key(settings.data_dir))
    drafts = Drafts(
        database,
        audit,
        all_actions(),
        lambda: load_decision_rights(settings.decision_rights),
        why_off=releases_of(settings, database, audit).why_off,
    )
    executor = Executor(database, audit, drafts, identity.by_owner)
    asking = Asking(database, audit, identity.by_owner, most=settings.ask_approvers)
    return Desk(drafts=drafts, executor=executor, audit=audit, server=server, library=library, asking=asking)


def daily_anchor(settings: Settings, *, audit: Audit, server: OdooServer) -> DailyAnchor | None:
    """Anchors the audit log in Odoo once a day; None where no account was given for it."""
    from copilot.audit_anchor import DailyAnchor

    if not settings.anchor_odoo_user or settings.anchor_odoo_password is None:
        return None
    return DailyAnchor(audit, lambda: anchor_account(settings, server))


@contextmanager
def anchor_account(settings: Settings, server: OdooServer) -> Iterator[Person]:
    """The account of the settings that anchors, signed in for as long as it is needed. Raises OdooError."""
    identity = Identity(server, lifetime_seconds=3600)
    secret = settings.anchor_odoo_password.get_secret_value() if settings.anchor_odoo_password else ""
    person = identity.sign_in(settings.anchor_odoo_user or "", secret)
    try:
        yield person
    finally:
        identity.sign_out(person.token)


def releases_of(settings: Settings, database: Database, audit: Audit) -> Releases:
    """The releases of the settings' environment."""
    from copilot.bundle import not_allowed, running_bundle
    from copilot.releases import Releases

    prompts = catalogue(settings.prompts_dir)
    return Releases(
        database,
        audit,
        settings.environment,
        running=lambda: running_bundle(settings),
        baseline=prompts.baseline,
        not_allowed=lambda: not_allowed(settings),
        pin=lambda pins: prompts.pin(settings.environment, pins),
    )


def open_releases(settings: Settings) -> Releases:
    """The releases, with a database of their own. Raises as `open_audit`."""
    from copilot.audit import Audit, audit_key

    prepare_data_dir(settings)
    database = Database(settings.sqlalchemy_url)
    return releases_of(settings, database, Audit(database, audit_key(settings.data_dir)))


def open_audit(settings: Settings) -> Audit:
    """The audit log of the settings. Raises StateUnavailable."""
    from copilot.audit import Audit, audit_key

    prepare_data_dir(settings)
    audit = Audit(Database(settings.sqlalchemy_url), audit_key(settings.data_dir))
    audit.prepare()
    return audit


def check_option_files(settings: Settings) -> None:
    """Weights and house rules that make no sense stop the start.

    Raises:
        SettingsError: one of them cannot be read, or makes no sense.
    """
    from copilot.options.house_rules import load_house_rules
    from erp_tools.options.weights import WeightsError, load_weights

    load_house_rules(settings.house_rules)
    try:
        load_weights(settings.option_weights)
    except (WeightsError, OSError) as error:
        raise SettingsError(f"{error}. Mend the file that COPILOT_OPTION_WEIGHTS names.") from None


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
        rerank_model=settings.rerank_model,
        qdrant_url=settings.qdrant_url,
        qdrant_api_key=settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None,
    )


def language_model(settings: Settings, store: Store) -> Agent | None:
    """The loop with the language model of the settings; None: the playbook answers alone."""
    azure = settings.azure_openai_endpoint
    if not (settings.openai_base_url or settings.openai_api_key or azure):
        return None
    if not settings.model:
        raise SettingsError(
            "A model endpoint is configured (OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT), but no model. Name it in "
            "COPILOT_MODEL, or remove the endpoint to use the playbook."
        )
    from copilot.agent import Agent
    from copilot.masking import wanted
    from copilot.models.budget import TokenBudget
    from copilot.models.openai_model import build_openai_model

    model = build_openai_model(
        model=settings.model,
        base_url=settings.openai_base_url,
        api_key=(settings.azure_openai_api_key or settings.openai_api_key)
        if azure
        else settings.openai_api_key,
        azure_endpoint=azure,
        azure_api_version=settings.azure_openai_api_version,
    )
    budget = None
    if settings.model_tokens_per_day:
        budget = TokenBudget(
            settings.model_tokens_per_day, read=store.model_tokens, add=store.add_model_tokens
        )
    return Agent(
        model=model,
        model_name=settings.model,
        pseudonyms=wanted(settings.model_pseudonyms, azure or settings.openai_base_url),
        budget=budget,
        prompt=lambda name: catalogue(settings.prompts_dir).load(name, environment=settings.environment),
    )
