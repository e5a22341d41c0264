"""A few counters for whoever watches the service, in Prometheus' text format."""

from __future__ import annotations

import threading
from collections import Counter


class Metrics:
    """Counts by name and label; safe from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._guard = threading.Lock()

    def count(self, name: str, label: str = "", amount: float = 1) -> None:
        """Add to a counter. `label` is ``key="value"`` pairs, fixed words only: nothing a person typed."""
        with self._guard:
            self._counts[(name, label)] += amount  # type: ignore[assignment]  # Counter takes floats, its type says int

    def exposition(self) -> str:
        with self._guard:
            rows = sorted(self._counts.items())
        lines: list[str] = []
        for (name, label), value in rows:
            head = f"# TYPE copilot_{name} counter"
            if head not in lines:
                lines.append(head)
            lines.append(f"copilot_{name}{{{label}}} {value:g}" if label else f"copilot_{name} {value:g}")
        return "\n".join(lines) + "\n"
