"""What the doors of the chat work with: the Copilot, and which browser belongs to which signed-in person.

Chainlit loads `chat.py` by path and calls it without arguments, so `app.py` leaves the context here for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from copilot.ui.browser_sign_ins import BrowserSignIns

if TYPE_CHECKING:
    from copilot.conversation import Copilot


@dataclass(frozen=True, kw_only=True)
class UiContext:
    """One running service."""

    copilot: Copilot
    sign_ins: BrowserSignIns = field(repr=False)

    @property
    def odoo_address(self) -> str:
        """The Odoo that links may open; empty for the recorded demo, whose records our own pages show."""
        return "" if self.copilot.server.is_recording else self.copilot.server.address


_context: UiContext | None = None


def use(context: UiContext) -> None:
    """Set the context of this process; `create_app` does."""
    global _context  # chainlit leaves no other way in
    _context = context


def current() -> UiContext:
    """The context of this process."""
    if _context is None:
        raise RuntimeError(
            "The chat runs inside the service: start it with `copilot serve` or `uvicorn app:app`."
        )
    return _context
