"""What happened in one case, with everything that is needed to judge it again without running it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Result:
    """One run of one case: a line of ``results.jsonl``."""

    case_id: str
    case_sha: str
    repeat: int
    seconds: float = 0.0
    answers: tuple[Mapping[str, Any], ...] = ()
    """The contract's JSON of each turn."""
    written: str = ""
    """What the brain wrote in the last turn, before anything was checked."""
    trace: Mapping[str, Any] = field(default_factory=dict)
    """results, said, today, timezone, passages, facts of the last turn: what grounding needs."""
    draft: Mapping[str, Any] | None = None
    refused: str = ""
    """Why there is no draft, or why a decision was not taken."""
    end_state: tuple[Mapping[str, Any], ...] = ()
    """Rows found for each expected record."""
    found: tuple[Mapping[str, Any], ...] = ()
    """Passages of a bare search."""
    nothing_relevant: bool = False
    tokens: int = 0
    """Estimated, of the language model."""
    error: str = ""
    """Why there is no result: the case cannot be staged, or something broke."""

    @property
    def answer(self) -> Mapping[str, Any]:
        """The answer that is judged; empty where there is none."""
        return self.answers[-1] if self.answers else {}

    @property
    def text(self) -> str:
        return str(self.answer.get("text", ""))

    @property
    def fingerprint(self) -> str:
        """The same for two runs with the same outcome: text, status, causes, draft and records."""
        answer = self.answer
        diagnosis = answer.get("diagnosis") or {}
        draft = self.draft or {}
        content = [
            self.text, answer.get("status"), [one["code"] for one in diagnosis.get("causes", ())], diagnosis.get("expected"),
            [(one.get("action"), one.get("summary")) for one in answer.get("drafts", ())],
            [(one.get("kind"), one.get("score")) for one in answer.get("options", ())],
            draft.get("summary"), draft.get("state"), self.refused, _without_stamps(self.end_state),
            [(one["document"], one["start"]) for one in self.found], self.error,
        ]  # fmt: skip
        said = _DRAFT_ID.sub("copilot.", json.dumps(content, sort_keys=True, default=str))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Result:
        """Raises TypeError, KeyError: it is no result."""
        values = dict(body)
        for name in ("answers", "end_state", "found"):
            values[name] = tuple(values.get(name) or ())
        return cls(**values)


_DRAFT_ID = re.compile(r"copilot\.[0-9a-f]{16}\.")
"""How a draft is named in the records it makes: a new id each time."""
_STAMPS = frozenset({"create_date", "write_date"})


def _without_stamps(end_state: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The records without the moment in which they were written: Odoo's clock is no part of the outcome."""
    return [
        [
            {
                name: value
                for name, value in row.items()
                if name not in _STAMPS and (one["model"], name) != ("mail.message", "date")
            }
            for row in one["rows"]
        ]
        for one in end_state
    ]
