"""What the sections of the report share: the lists of cases behind its numbers, and tables of slices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from evals.judging import Judged, Slice, Verdict
from evals.report.cases_html import link


class Book:
    """A report while it is written: collects the lists of cases that stand behind the numbers."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self._sets: list[tuple[str, tuple[str, ...]]] = []

    def number(self, text: str, title: str, cases: Iterable[str]) -> str:
        """A number that opens the cases behind it."""
        found = tuple(dict.fromkeys(cases))
        if not found:
            return escape(text)
        return f'<a href="#{self.set_of(title, found)}">{escape(text)}</a>'

    def set_of(self, title: str, cases: Sequence[str]) -> str:
        """The anchor of a list of cases; the same list is written once."""
        wanted = (title, tuple(cases))
        if wanted not in self._sets:
            self._sets.append(wanted)
        return f"set-{self._sets.index(wanted) + 1}"

    def sets(self) -> str:
        """All lists, folded up."""
        return "".join(
            f'<details><summary>{escape(title)} ({len(cases)})</summary><div id="set-{number}">{"".join(link(one) for one in cases)}</div></details>'
            for number, (title, cases) in enumerate(self._sets, start=1)
        )

    def slices(self, slices: Sequence[Slice], name: str, *, called: Mapping[str, str] | None = None) -> str:
        """A table of slices with their shares and intervals."""
        called = called or {}
        rows = "".join(
            f'<tr><td>{escape(called.get(one.name, one.name))}</td><td class="number">{self.number(f"{one.share.right} of {one.share.of}", f"{name} {one.name}", one.cases)}</td>'
            f'<td class="number">{one.share.value:.0%}</td><td class="number">{one.share.low:.0%} to {one.share.high:.0%}</td>'
            f'<td class="number">{self.number(str(len(one.failed)), f"{name} {one.name}: failed", one.failed) if one.failed else "–"}</td></tr>'
            for one in slices
        )
        return f'<table><tr><th>{escape(name.capitalize())}</th><th class="number">Pass</th><th class="number">Share</th><th class="number">95 % interval</th><th class="number">Fail</th></tr>{rows}</table>'


def ids(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(one.case.id for one in verdicts)
