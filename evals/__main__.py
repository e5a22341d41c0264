"""``python -m evals``: the same as ``copilot eval``."""

from __future__ import annotations

from copilot.commands.evaluating import app

if __name__ == "__main__":
    app()
