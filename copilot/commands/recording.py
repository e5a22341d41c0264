"""Recording an Odoo from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from copilot.errors import SettingsError
from copilot.settings import Settings
from erp_tools.odoo.recorder import Recorded, record

Advance = Callable[[int, int, str], None]


def record_odoo(settings: Settings, out: Path, *, people_file: Path | None, step: Advance) -> Recorded:
    """Record the Odoo of the settings, signed in as an administrator by COPILOT_ODOO_USER and COPILOT_ODOO_PASSWORD.

    Args:
        people_file: YAML of ``login: password``; these people's rights are recorded, and only they can sign in at the recording.

    Raises:
        SettingsError: nobody to sign in as, or the file of people cannot be used; OdooError as the recorder says.
    """
    if not (settings.odoo_url and settings.odoo_db and settings.odoo_user and settings.odoo_password):
        raise SettingsError(
            "Nobody to record as. Set COPILOT_ODOO_USER and COPILOT_ODOO_PASSWORD to an administrator of that database."
        )
    try:
        return record(
            settings.odoo_url,
            settings.odoo_db,
            settings.odoo_user,
            settings.odoo_password.get_secret_value(),
            _people(people_file),
            out,
            progress=lambda what, done, of: step(done, of, what),
        )
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written ({error.strerror}). Name a file in a folder that exists."
        ) from None


def _people(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        people = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(
            f"{file} cannot be read ({type(error).__name__}). Write one `login: password` a line."
        ) from None
    if not isinstance(people, dict):
        raise SettingsError(f"{file} holds no logins. Write one `login: password` a line.")
    return {str(login): str(password) for login, password in people.items()}
