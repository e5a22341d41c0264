"""What can go wrong with a draft. Each message says what to do next."""

from __future__ import annotations

from copilot.errors import CopilotError


class DraftError(CopilotError):
    """Something about a draft is not possible."""


class DraftRefused(DraftError):
    """The decision rights say no, or leave it to a person in Odoo."""


class NotYours(DraftError):
    """This person may not decide this draft."""


class DraftChanged(DraftError):
    """The draft, or a record it rests on, is not what was shown; nothing was run."""


class WrongState(DraftError):
    """The draft is in a state in which this cannot be done."""


class NotReadYet(DraftError):
    """A draft of this risk is read before it is approved, and there was no time for that."""


class Stopped(DraftError):
    """The stop switch is on for this kind of action, or for all."""
