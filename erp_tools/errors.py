"""What can go wrong with Odoo, as a tree.

    OdooError
    ├── OdooUnavailable          no answer, or an answer that is no answer
    │   ├── OdooTimeout            the deadline passed; a change may still land
    │   ├── OdooFailed             Odoo answered that it failed inside; asking again will not help
    │   └── OdooGarbage            something answered, but not in Odoo's protocol
    ├── OdooRefused              Odoo, or our allow-list, said no
    │   ├── SignInRefused          wrong login, password or key
    │   ├── SignInBraked           too many wrong passwords; we do not ask Odoo again yet
    │   ├── SessionEnded           the person has to sign in again
    │   ├── AccessDenied           Odoo's access rights or record rules
    │   └── NotAllowed             not in our own allow-list; never left this process
    └── OdooUserError            Odoo explains in words why it will not do this (UserError, ValidationError)

Every message quotes what it is about and ends with the next step. None carries a traceback or a secret.
"""

from __future__ import annotations


class OdooError(Exception):
    """Anything that went wrong between us and Odoo."""


class OdooUnavailable(OdooError):
    """Odoo did not answer, or answered with something that is no answer."""


class OdooTimeout(OdooUnavailable):
    """The deadline passed. A read may be repeated; a change may still land and must be read back."""


class OdooFailed(OdooUnavailable):
    """Odoo itself failed inside while it worked on this request (its log has the traceback). Nothing was changed."""


class OdooGarbage(OdooUnavailable):
    """Something answered at Odoo's address, but not in Odoo's protocol."""


class OdooRefused(OdooError):
    """Odoo, or our own allow-list, said no."""


class SignInRefused(OdooRefused):
    """Odoo does not know this login with this password or key."""


class SignInBraked(OdooRefused):
    """Too many wrong passwords: we do not pass further tries to Odoo for a while."""


class SessionEnded(OdooRefused):
    """The sign-in is over (withdrawn, expired, or the service restarted)."""


class AccessDenied(OdooRefused):
    """Odoo's access rights or record rules refuse this person this record.

    Args:
        model: Odoo's technical model name, such as ``stock.quant``; empty when Odoo did not say.
    """

    def __init__(self, message: str, *, model: str = "") -> None:
        super().__init__(message)
        self.model = model


class NotAllowed(OdooRefused):
    """Our allow-list does not hold this model, field or method. The request never left this process."""


class OdooUserError(OdooError):
    """Odoo explains in words why it will not do this (its UserError and ValidationError)."""
