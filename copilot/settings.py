"""All settings, read once from the environment and `.env`. `.env.example` explains each for people.

Names without the ``COPILOT_`` prefix are the ones their makers use everywhere (OPENAI_BASE_URL, QDRANT_URL, DATABASE_URL).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as PydanticSettingsError

from copilot.errors import SettingsError
from prompts import Environment


def checkout_root() -> Path:
    """The folder that holds the packages: the checkout, or site-packages."""
    return Path(__file__).resolve().parent.parent


def default_data_dir() -> Path:
    """`.data` in a checkout (where `pyproject.toml` lies beside `app.py`), else the user's own data folder."""
    root = checkout_root()
    if (root / "pyproject.toml").is_file() and (root / "app.py").is_file():
        return root / ".data"
    return Path.home() / ".local" / "share" / "distribution-copilot"


class Settings(BaseSettings):
    """Where everything is. No Odoo URL: the recorded demo; no model: the playbook; no Qdrant URL: embedded; no
    DATABASE_URL: SQLite in the data folder."""

    model_config = SettingsConfigDict(
        env_prefix="COPILOT_",
        env_file=(checkout_root() / ".env", ".env"),
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
    )

    odoo_url: str | None = None
    odoo_db: str | None = None
    odoo_protocol: Literal["auto", "jsonrpc", "json2"] = "auto"
    odoo_user: str | None = None
    """Login for the command line (`copilot ask`); people in the chat sign in themselves."""
    odoo_password: SecretStr | None = None
    """Password or API key for the command line."""
    index_odoo_user: str | None = None
    """Login of the account that reads attachments for `copilot ingest --from-odoo`; nobody's own, with rights to read only."""
    index_odoo_password: SecretStr | None = None
    """Its password or API key."""
    anchor_odoo_user: str | None = None
    """Login of the account that puts the audit log's head into Odoo once a day; nobody's own, any internal user will do."""
    anchor_odoo_password: SecretStr | None = None
    """Its password or API key."""

    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    azure_openai_endpoint: str | None = Field(default=None, validation_alias="AZURE_OPENAI_ENDPOINT")
    azure_openai_api_key: SecretStr | None = Field(default=None, validation_alias="AZURE_OPENAI_API_KEY")
    azure_openai_api_version: str | None = Field(
        default=None, validation_alias=AliasChoices("AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION")
    )
    model: str | None = None
    """Name of the model; for Azure OpenAI the deployment's."""
    model_pseudonyms: Literal["external", "always", "never"] = "external"
    """When names of customers and people, mail addresses and telephone numbers are replaced before a language model sees them:
    where its endpoint lies outside this machine and its private network, always, or never."""
    model_tokens_per_day: int | None = Field(default=None, ge=1_000)
    """Estimated tokens the language model may use up in a UTC day; then the playbook answers. None: no limit."""

    qdrant_url: str | None = Field(default=None, validation_alias="QDRANT_URL")
    qdrant_api_key: SecretStr | None = Field(default=None, validation_alias="QDRANT_API_KEY")
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    embedding_model: str | None = None
    rerank_model: str | None = None
    """Folder of a cross-encoder that reads the best passages again; None: none does."""
    data_dir: Path = Field(default_factory=default_data_dir)

    ask_approvers: int = Field(default=3, ge=0, le=10)
    """How many of those who may decide are asked by an activity in Odoo when a draft is handed over; 0: nobody unless named."""
    decision_rights: Path | None = None
    house_rules: Path | None = None
    """Figures of your own procedures that decide between options; None: those that ship with the product."""
    option_weights: Path | None = None
    """How options are weighed; None: as it ships with the product."""
    """A YAML file of who may decide what; None: the one that ships with the product."""
    environment: Environment = "production"
    """Which versions of `released.yaml` run, and whose releases count."""
    prompts_dir: Path | None = None
    """A folder of prompts with a `released.yaml`; None: the ones that come with the product."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    session_hours: float = Field(default=8, gt=0, le=24)
    """How long a sign-in lasts without being asked again (RELIABILITY, Chainlit settings: 8 h)."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("odoo_url", "openai_base_url", "azure_openai_endpoint", "qdrant_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is no address; write it with http:// or https://")
        return value.rstrip("/") if value else value

    @property
    def is_demo(self) -> bool:
        """True when the recorded demo Odoo serves (no COPILOT_ODOO_URL)."""
        return self.odoo_url is None

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'copilot.db'}"


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: names each setting that cannot be used and what to write instead.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{_setting_name(str(item['loc'][0]))}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise SettingsError(
            f"The settings cannot be used: {problems}. Correct them in the environment or in .env."
        ) from None
    except (PydanticSettingsError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            f"The settings file .env cannot be read ({type(error).__name__}): "
            "compare it with .env.example, which must be plain UTF-8 text, or move it away."
        ) from None
    if settings.odoo_url and not settings.odoo_db:
        raise SettingsError(
            "COPILOT_ODOO_URL is set but COPILOT_ODOO_DB is not. Name the Odoo database in COPILOT_ODOO_DB, "
            "or remove COPILOT_ODOO_URL to use the recorded demo."
        )
    return settings


def _setting_name(field: str) -> str:
    return field if field.isupper() else f"COPILOT_{field.upper()}"
