"""What Odoo's refusals mean, and where its web client shows a record; the same for every protocol."""

from __future__ import annotations

import re

from erp_tools.errors import (
    AccessDenied,
    OdooError,
    OdooFailed,
    OdooTimeout,
    OdooUnavailable,
    OdooUserError,
    SessionEnded,
)
from erp_tools.odoo.allow_list import ALLOWED

_MODEL = re.compile(r"\(([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\)")
"""How Odoo names a model in its refusals, in every language: ``'Sales Order' (sale.order)``."""
_IN_WORDS = frozenset({"UserError", "ValidationError", "MissingError", "RedirectWarning", "Warning"})


def error_from(name: str, message: str, *, address: str, model: str = "") -> OdooError:
    """Our error for one of Odoo's.

    Args:
        name: the class Odoo names, such as ``odoo.exceptions.AccessError``.
        message: Odoo's words. Its traceback (``debug``) is never passed on.
        model: what the request was about; empty when it was about none. A refusal names the model that Odoo refused.
    """
    kind = name.rsplit(".", 1)[-1]
    words = " ".join(message.split())
    if kind == "AccessError":
        # The first paragraph says what is refused; the next ones name records and people.
        first = " ".join(message.strip().split("\n\n", 1)[0].split())
        named = next((found for found in _MODEL.findall(message) if found in ALLOWED), model)
        return AccessDenied(f"Odoo does not let this person use {named or 'this'}: {first:.300}", model=named)
    if kind in ("AccessDenied", "SessionExpiredException", "Unauthorized"):
        return SessionEnded(f"Odoo at {address} no longer accepts this sign-in. Sign in again.")
    if kind == "NotFound":
        return OdooUserError(
            f"{words:.300}"
        )  # JSON-2's words for a model or method that this Odoo does not have
    if kind in _IN_WORDS:
        return OdooUserError(f"{words:.1000}" or f"Odoo refused this on {model} without saying why.")
    if kind == "OperationalError" and "does not exist" in words:
        return OdooUnavailable(f"Odoo at {address} has no such database. Check COPILOT_ODOO_DB.")
    if kind in ("OperationalError", "InterfaceError"):
        return OdooUnavailable(
            f"Odoo at {address} has lost its database for the moment ({kind}). Try again shortly."
        )
    if name.startswith("psycopg2"):
        return OdooFailed(
            f"Odoo's database failed ({kind}) while it worked on {model or 'this'}. Odoo's log says more."
        )
    return OdooFailed(
        f"Odoo failed inside ({kind or 'no reason given'}: {words:.200}) on {model or 'this'}. Its log says more."
    )


def doubtful(error: OdooError) -> OdooTimeout:
    """For a change: an answer that cannot be read leaves open whether it happened."""
    return OdooTimeout(
        f"{error} The change may have happened or may still happen: read it back before doing anything else."
    )


def major(version: str) -> int:
    """The first number of a version such as ``19.0`` or ``saas~18.4``; 0 for something else."""
    digits = version.removeprefix("saas~").split(".", 1)[0]
    return int(digits) if digits.isdigit() else 0


def web_url(address: str, version: str, model: str, record_id: int) -> str:
    """The address that opens a record in Odoo's web client."""
    if major(version) >= 18:
        return f"{address}/odoo/{model}/{record_id}"
    return f"{address}/web#id={record_id}&model={model}&view_type=form"
