"""What whoever signs accepts, and the block they sign."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from copilot.releases import Release
from evals.judging import Judged, Verdict
from evals.report.book import Book, ids


def limits(book: Book) -> str:
    """The known faults, and what the cases cannot show."""
    judged = book.judged
    faults: dict[str, list[Verdict]] = defaultdict(list)
    for one in judged.verdicts:
        if one.case.known_fault:
            faults[one.case.known_fault].append(one)
    rows = "".join(
        f"<tr><td>{escape(text)}</td><td class='number'>{book.number(str(sum(not one.passed for one in found)), text, [one.case.id for one in found if not one.passed])}</td><td class='number'>{sum(one in judged.critical for one in found) or '–'}</td></tr>"
        for text, found in sorted(faults.items(), key=lambda one: -len(one[1]))
        if any(not one.passed for one in found)
    )
    mended = [one for found in faults.values() for one in found if one.passed]
    gone = (
        f"<p>{book.number(f'{len(mended)} cases', 'Known faults that are gone', ids(mended))} with a known fault pass now: take the mark off them.</p>"
        if mended
        else ""
    )
    table = (
        f"<p>The product is known to fail these cases. They count in every share, are set apart from the floors of answers, and stop no release as long as they are few (gate “Known faults”). Whoever signs accepts them.</p><table><tr><th>Known fault</th><th class='number'>Cases that fail</th><th class='number'>Critical</th></tr>{rows}</table>"
        if rows
        else "<p>No known fault fails.</p>"
    )
    return (
        f"{table}{gone}<ul><li>The cases run on a recording of a demo distributor, on the day it was made; your Odoo has other orders. Record yours "
        "with <code>copilot record</code> and run the suite on it.</li><li>What is measured is what the cases ask. The first question of a stranger is harder: see the figures "
        "on understanding in the reference.</li><li>Times are those of the machine of the run.</li><li>Every check and every gate is code; what a model thinks of the answers, if one was asked, counts in none of them.</li></ul>"
    )


def sign(judged: Judged, signed: Release | None) -> str:
    """What is signed, by its hashes, and by whom it was or can be."""
    rows = (
        ("Verdict", "passes every gate" if judged.passed else f"does not pass: {len(judged.failed_gates)} gates fail"),
        ("Accepted with it", f"{len(judged.known_failing)} cases that fail by known faults, listed under “What you accept when you sign”"),
        ("Bundle (SHA-256)", judged.plan.bundle.digest),
        *((one.name.replace("prompt:", "prompt ").replace("_", " "), f"version {one.version}, {one.digest}") for one in judged.plan.bundle.components),
        ("Cases (SHA-256)", judged.plan.suite),
        ("Results (SHA-256)", judged.results_sha256),
        ("Documents searched", judged.plan.documents),
        ("Run", judged.plan.run_id),
    )  # fmt: skip
    listed = "".join(f"<dt>{escape(name)}</dt><dd class='hash'>{escape(value)}</dd>" for name, value in rows)
    if signed is not None:
        end = f"<p><strong>{escape(signed.kind.partition('.')[2].replace('_', ' ').capitalize())} on {escape(signed.at[:16].replace('T', ' '))} UTC{', signed by ' + escape(signed.signed_by) if signed.signed_by else ''}.</strong> Entry {signed.seq} of the audit log.</p>"
    elif judged.plan.selection:
        end = "<p><strong>It cannot be signed: it covers a part of the suite only.</strong></p>"
    elif judged.passed:
        end = (
            "<p>To release it, somebody of the role compliance who did not write it runs <code>copilot prompts release "
            f"--run {escape(judged.plan.run_id)}</code>, signed in with their own Odoo login. The audit log keeps the signature.</p>"
            '<div class="lines"><div>Name</div><div>Signature</div><div>Date</div></div>'
        )
    else:
        end = "<p><strong>It cannot be signed.</strong> <code>copilot prompts release</code> refuses this run.</p>"
    return f'<div class="sign"><dl>{listed}</dl>{end}</div>'
