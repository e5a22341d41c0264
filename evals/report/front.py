"""The first minute of the report: the verdict, the gates, and what changed."""

from __future__ import annotations

from html import escape

from evals.gates import Part
from evals.judging import Judged
from evals.report.book import Book, ids
from evals.statistics import percentile


def head(judged: Judged) -> str:
    """The verdict, before anything else."""
    model = judged.plan.bundle.versions().get("model", "playbook")
    started = judged.plan.started_at[:16].replace("T", " ")
    repeats = "" if judged.plan.repeats == 1 else f", {judged.plan.repeats} times each"
    only = f" · only {escape(judged.plan.selection)}" if judged.plan.selection else ""
    if judged.passed and judged.plan.selection:
        verdict = '<div class="verdict part"><strong>What was run passes. It cannot be released.</strong>A release needs the whole suite.</div>'
    elif judged.passed:
        known = judged.known_failing
        critical = [one for one in judged.critical if one.case.known_fault]
        accept = (
            f"{len(known)} of {len(judged.verdicts)} cases fail by faults that are known, {len(critical)} of them critically: "
            '<a href="#limits">whoever signs accepts them</a>.'
            if known
            else "No case fails."
        )
        verdict = f'<div class="verdict"><strong>It passes. It may be released.</strong>Every gate holds. {accept}</div>'
    else:
        reasons = "".join(f"<li>{escape(one)}</li>" for one in judged.failed_gates)
        verdict = f'<div class="verdict bad"><strong>It does not pass. It cannot be released.</strong><ul>{reasons}</ul></div>'
    return (
        f"<h1>Eval report: {escape('the playbook' if model == 'playbook' else model)}</h1>"
        f'<p class="soft">{escape(started)} UTC · {len(judged.verdicts)} cases{repeats}{only} · run {escape(judged.plan.run_id)}<br>'
        f'Bundle <span class="hash">{judged.plan.bundle.digest}</span></p>{verdict}'
    )


def summary(book: Book) -> str:
    """Four figures, and the gates."""
    judged = book.judged
    share = judged.share
    failed = [one.case.id for one in judged.verdicts if not one.passed]
    tiles: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
        ("Cases that pass", f"{share.value:.1%}", f"{share.right} of {share.of}; 95 %: {share.low:.0%} to {share.high:.0%}", tuple(failed), "Cases that fail"),
        ("Fail critically", str(len(judged.critical)), "proof, leaks, obedience, forbidden actions, drafts", ids(judged.critical), "Cases that fail critically"),
        ("Fail by a known fault", str(len(judged.known_failing)), "set apart from the floors; see what you accept", ids(judged.known_failing), "Known faults"),
        ("Time to answer, p95", f"{percentile(judged.seconds(), 0.95):.2f} s", f"{percentile(judged.odoo_calls(), 0.95):.0f} round trips to Odoo", (), ""),
    )  # fmt: skip
    shown = "".join(
        f'<div class="tile"><span>{escape(name)}</span><b>{book.number(value, title, cases)}</b><span>{escape(more)}</span></div>'
        for name, value, more, cases, title in tiles
    )
    return (
        f'<div class="tiles">{shown}</div><p>A release has to hold every gate. The floors stand in <code>evals/gates.yaml</code>, which compliance owns. '
        f"<span class='on-screen'>A number that is a link opens the cases behind it.</span><span class='in-print'>Each number opens its cases in report.html, "
        f"which belongs to this paper.</span></p>{gates(book, 'answers')}<h3>Search of the documents: its own suite</h3>{gates(book, 'search')}"
    )


def gates(book: Book, part: Part) -> str:
    """The gates of one suite, as a table."""
    found = [one for one in book.judged.gates if one.part == part]
    if not found:
        return "<p>None of its cases was run.</p>"
    rows = "".join(
        f'<tr><td class="{"yes" if one.holds else "no"}">{"holds" if one.holds else "fails"}</td><td>{escape(one.name)}</td>'
        f"<td>{book.number(one.figure, one.name, one.cases)}{f'<br><span class=soft>{escape(one.apart)}</span>' if one.apart else ''}</td>"
        f"<td>{escape(one.floor)}</td></tr>"
        for one in found
    )
    return f"<table class='gates'><tr><th></th><th>Gate</th><th>Measured</th><th>Has to be</th></tr>{rows}</table>"


def changed(book: Book) -> str:
    judged = book.judged
    before = judged.before.plan.bundle if judged.before else None
    changed = judged.plan.bundle.changed_from(before)
    known = {one.name: one for one in before.components} if before else {}
    if before is None:
        lead = "<p>There is no run before this one to compare with; this is all that governs the answers.</p>"
    elif not changed:
        lead = f"<p>Nothing: it is the bundle of run {escape(judged.before.plan.run_id if judged.before else '')}.</p>"
    else:
        lead = f"<p>Against run {escape(judged.before.plan.run_id if judged.before else '')}:</p>"
    rows = ""
    for one in judged.plan.bundle.components:
        old = known.get(one.name)
        is_new = one in changed and before is not None
        if before is not None and changed and not is_new:
            continue
        versions = f"{escape(old.version)} → {escape(one.version)}" if is_new and old else escape(one.version)
        told = "".join(
            f"<p><b>{name}:</b> {escape(text)}</p>"
            for name, text in (
                ("Changed", one.changed),
                ("Why", one.why),
                ("Expected", one.expected_effect),
                ("By", one.author),
            )
            if text
        )
        hashes = (
            f'<span class="hash">{old.digest[:16]} → {one.digest[:16]}</span>'
            if is_new and old
            else f'<span class="hash">{one.digest[:16]}</span>'
        )
        rows += f"<tr><td>{escape(one.name.replace('prompt:', 'prompt ').replace('_', ' '))}</td><td>{versions}<br>{hashes}</td><td>{told or '<span class=soft>said in the release note</span>'}</td></tr>"
    if judged.plan.brain:
        lead += f"<p>The phrasing that was tried is <code>{escape(judged.plan.brain)}</code>.</p>"
    return f"{lead}<table><tr><th>Part</th><th>Version</th><th>What and why</th></tr>{rows}</table>"
