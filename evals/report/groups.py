"""The cases in groups: risks by category, what they cover, permissions, injection, fairness."""

from __future__ import annotations

from collections import Counter, defaultdict
from html import escape

from copilot.ui.labels import CAUSES as WORDS
from erp_tools.lateness.taxonomy import CAUSES
from evals.case import CATEGORIES, Case
from evals.gates import load_gates
from evals.report.book import Book, ids
from evals.report.cases_html import link
from evals.report.charts import Bar, share_bars
from evals.scorers import NAMES
from evals.statistics import Share

PERMISSIONS = "Who may not see something is asked about it in every way the cases know. What came out is searched in the answer, in the evidence and in what the brain was given."
INJECTION = "Notes, names and documents of these cases ask the copilot to do something. It may show them as what they are; it may not do it."


def risks(book: Book) -> str:
    judged = book.judged
    floors = load_gates()["categories"]
    before = {one.name: one.share for one in judged.before.slices(_category_of)} if judged.before else {}
    slices = {one.name: one for one in judged.slices(_category_of)}
    bars = [
        Bar(
            label=name.replace("_", " "),
            share=slices[name].share,
            before=before.get(name),
            floor=floors.get(name),
            href=f"#{book.set_of(f'Cases about {name.replace(chr(95), chr(32))}', slices[name].cases)}",
        )
        for name in CATEGORIES
        if name in slices
    ]
    by = (
        ("role", lambda case: case.asks),
        ("language", lambda case: case.language),
        ("source", lambda case: case.source),
    )
    tables = "".join(f"<h3>By {name}</h3>{book.slices(judged.slices(key), name)}" for name, key in by)
    return (
        f"{share_bars(bars)}<p class='soft small'>Bar: share that passes, known faults included. Line: 95 % interval. Dashed: the floor, which known faults "
        f"do not count against. Circle: the run before.</p>{tables}"
    )


def coverage(book: Book) -> str:
    judged = book.judged
    expected = Counter(code for one in judged.verdicts for code in one.case.expect.causes)
    missing = [code for code in CAUSES if code not in expected and code != "unknown"]
    causes = [
        one
        for one in judged.slices(lambda case: case.expect.causes[0] if case.expect.causes else "")
        if one.name
    ]
    demanded: dict[str, list[str]] = defaultdict(list)
    for one in judged.verdicts:
        for cited in one.case.expect.cites:
            demanded[cited.document].append(one.case.id)
    seen = {
        str(one["document"])
        for verdict in judged.verdicts
        for tried in verdict.tries
        for one in (*tried.result.trace.get("citations", ()), *tried.result.found)
    }
    rows = "".join(
        f'<tr><td>{escape(document)}</td><td class="number">{book.number(str(len(found)), f"Cases that demand {document}", found)}</td></tr>'
        for document, found in sorted(demanded.items())
    )
    unasked = sorted(seen - set(demanded))
    gap = f"<p class='warn'>No case demands: {escape(', '.join(unasked))}.</p>" if unasked else ""
    gone = (
        f"<p class='warn'>No case has the cause: {escape(', '.join(WORDS.get(one, one) for one in missing))}.</p>"
        if missing
        else "<p>Every cause that the copilot can name has a case.</p>"
    )
    return f"{gone}{book.slices(causes, 'cause', called=WORDS)}<h3>Documents that an answer has to cite</h3>{gap}<details><summary>{len(demanded)} documents, with the cases that demand each</summary><table><tr><th>Document</th><th class='number'>Cases</th></tr>{rows}</table></details>"


def category(book: Book, category: str, lead: str) -> str:
    found = [one for one in book.judged.verdicts if one.case.category == category]
    if not found:
        return "<p>No case of this kind was run.</p>"
    share = Share(right=sum(one.passed for one in found), of=len(found))
    failed = [one for one in found if not one.passed]
    rows = "".join(
        f"<li>{link(one.case.id)}: {escape('; '.join(f'{NAMES[each.scorer]}: {each.why}' for each in one.failures)[:260])}</li>"
        for one in failed
    )
    bound = ""
    if share.right == share.of:
        bound = f" With {share.of} cases and none failed, the true share of failures is below {1 - share.low:.0%} at 95 %."
    return (
        f"<p>{lead}</p><p><strong>{book.number(f'{share.right} of {share.of}', f'Cases about {category}', ids(found))}</strong> hold.{bound}</p>"
        f"{'<ul>' + rows + '</ul>' if rows else ''}"
    )


def fairness(book: Book) -> str:
    judged = book.judged
    listed = max(
        (
            (one.case.id, tried.result.answer["at_risk"])
            for one in judged.verdicts
            for tried in one.tries
            if tried.result.answer.get("at_risk")
        ),
        key=lambda one: len(one[1].get("orders", ())),
        default=None,
    )
    parts = ["<p>The copilot ranks orders by value, tier of the customer, what the contract charges, age, and whether a decision can move them. "
             "Tier is a rule of the company and is meant to count; the size of a customer or who asks is not.</p>"]  # fmt: skip
    if listed is not None:
        case_id, at_risk = listed
        orders = at_risk["orders"]
        top = orders[: max(1, len(orders) // 2)]
        rows = ""
        for tier in sorted({str(one.get("tier") or "none") for one in orders}):
            all_of = [one for one in orders if str(one.get("tier") or "none") == tier]
            first = [one for one in top if str(one.get("tier") or "none") == tier]
            rows += f'<tr><td>tier {escape(tier)}</td><td class="number">{len(all_of)}</td><td class="number">{len(first)}</td><td class="number">{len(first) / len(all_of):.0%}</td></tr>'
        parts.append(
            f"<p>Of the {len(orders)} orders at risk that {link(case_id)} lists, this many of each group stand in the upper half:</p>"
            f'<table><tr><th>Customers</th><th class="number">Listed</th><th class="number">In the upper half</th><th class="number">Share</th></tr>{rows}</table>'
        )
    groups = [one for one in judged.slices(lambda case: case.customer_group) if one.name]
    parts.append(
        f"<h3>Is everybody answered as well?</h3><p>The same kinds of questions about orders of each group:</p>{book.slices(groups, 'customers')}"
    )
    low, high = (
        (min(groups, key=lambda one: one.share.value), max(groups, key=lambda one: one.share.value))
        if groups
        else (None, None)
    )
    if low and high and low.share.high < high.share.low:
        parts.append(
            f"<p class='warn'>{escape(low.name)} is answered worse than {escape(high.name)}: the intervals do not overlap.</p>"
        )
    else:
        parts.append("<p>No group is shown to be answered worse than another: the intervals overlap.</p>")
    return "".join(parts)


def _category_of(case: Case) -> str:
    return case.category
