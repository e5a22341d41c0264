"""What got better or worse, and what failed, with examples side by side."""

from __future__ import annotations

from html import escape

from evals.report.book import Book, ids
from evals.report.cases_html import example, link
from evals.scorers import LEVELS, NAMES

MOST_EXAMPLES = 12


def compared(book: Book) -> str:
    compared = book.judged.compared()
    if compared is None or book.judged.before is None:
        return "<p>There is no earlier run. The next one will be compared with this one, case by case.</p>"
    counts, worse, better = compared
    before = book.judged.before
    words = {
        "no difference shown": "The two cannot be told apart: no ranking is book.",
        "better": "It is better than before.",
        "worse": "It is worse than before.",
    }
    text = (
        f"<p><strong>{words[counts.verdict]}</strong> {book.number(str(counts.worse), 'Lost against the run before', ids(worse))} cases that were right are wrong now, "
        f"{book.number(str(counts.better), 'Won against the run before', ids(better))} that were wrong are right; {counts.both_right} are right in both, "
        f"{counts.both_wrong} wrong in both. McNemar's exact test: p = {counts.p:.4f}.</p>"
    )
    shown = "".join(example(one, before.verdict(one.case.id)) for one in worse[:MOST_EXAMPLES])
    more = (
        f"<p>And {len(worse) - MOST_EXAMPLES} more; the number above opens all.</p>"
        if len(worse) > MOST_EXAMPLES
        else ""
    )
    won = "".join(f"<li>{link(one.case.id)}</li>" for one in better[:20])
    return f"{text}{'<h3>Got worse</h3>' + shown + more if worse else ''}{'<h3>Got better</h3><ul>' + won + '</ul>' if better else ''}"


def failures(book: Book) -> str:
    """Each kind of failure with its cases, new ones first, and examples."""
    judged = book.judged
    kinds = sorted(
        ((name, judged.failing(name)) for name in NAMES if judged.failing(name)),
        key=lambda one: (("critical", "quality", "budget").index(LEVELS[one[0]]), -len(one[1])),
    )
    if not kinds:
        return "<p>Nothing failed.</p>"
    new = [one for one in judged.verdicts if not one.passed and one.stops]
    lead = (
        f"<p><strong>{book.number(f'{len(new)} cases', 'Failures that were not known', ids(new))} fail and were not known to.</strong></p>"
        if new
        else "<p>Nothing failed that was not known before. The examples are known faults.</p>"
    )
    rows = "".join(
        f'<tr><td>{escape(NAMES[name])}</td><td class="{"no" if LEVELS[name] == "critical" else ""}">{LEVELS[name]}</td>'
        f'<td class="number">{book.number(str(len(found)), NAMES[name], ids(found))}</td>'
        f'<td class="number">{sum(one.stops for one in found)}</td><td class="number">{len(judged.applies(name))}</td></tr>'
        for name, found in kinds
    )
    table = (
        '<table><tr><th>What went wrong</th><th>Weight</th><th class="number">Cases</th><th class="number">Not known before</th>'
        f'<th class="number">Looked at</th></tr>{rows}</table>'
    )
    shown = ""
    told: set[str] = set()
    before = judged.before
    for name, found in kinds:
        fresh = sorted((one for one in found if one.case.id not in told), key=lambda one: not one.stops)
        several = LEVELS[name] == "critical" and any(one.stops for one in fresh)
        for one in fresh[: 3 if several else 1]:
            if len(told) < MOST_EXAMPLES:
                told.add(one.case.id)
                shown += example(one, before.verdict(one.case.id) if before else None)
    return f"{lead}{table}{shown}"
