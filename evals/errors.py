"""What can go wrong with an eval. Messages name the file or the case, and the next step."""

from __future__ import annotations

from copilot.errors import CopilotError


class EvalError(CopilotError):
    """Anything that keeps a run from being made, read or judged."""


class CaseError(EvalError):
    """A case file is malformed; says where."""


class RunError(EvalError):
    """A run's folder cannot be used: unknown, unfinished, damaged, or made on something else."""
