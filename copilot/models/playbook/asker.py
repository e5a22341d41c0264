"""Who asks: what the playbook needs to know of the person and the moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from copilot.models.playbook.meaning import Meaning, meaning_of
from copilot.turn import Turn

LEADING = ("supervisor", "purchasing", "finance", "sales", "service", "compliance")
"""Of a person with several roles, the first of these is whom an answer is written for."""


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks, and when."""

    role: str = "service"
    """Whom the answer is written for."""
    today: date
    """Their own day."""
    meaning: Meaning | None = None
    """The sense of meaning over the embedding model that this installation has; None: the one over words alone."""

    @classmethod
    def of(cls, turn: Turn) -> Asker:
        embedder = turn.library.embedder
        return cls(
            role=leading_role(turn.person.roles),
            today=turn.today,
            meaning=meaning_of(embedder) if embedder else None,
        )

    @classmethod
    def nobody(cls) -> Asker:
        """Outside a turn."""
        return cls(today=datetime.now(UTC).date())


def leading_role(roles: Iterable[str]) -> str:
    """The role an answer is written for; customer service when there is none."""
    held = set(roles)
    return next((role for role in LEADING if role in held), "service")
