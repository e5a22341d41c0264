"""The page: what a person reads in five minutes before they sign, and everything behind each number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

from copilot.releases import Release
from erp_tools.lateness.taxonomy import CAUSES
from evals.case import CATEGORIES, Case
from evals.judging import Judged, Slice, Verdict, load_gates
from evals.report.cases_html import example, link, whole
from evals.report.charts import Bar, histogram, share_bars, trend_line
from evals.scorers import LEVELS, NAMES
from evals.statistics import Share, percentile
from evals.trends import Point, drift

MOST_EXAMPLES = 12


class _Page:
    """Collects sections, and the lists of cases that stand behind the numbers."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.sections: list[tuple[str, str, str]] = []
        self._sets: list[tuple[str, tuple[str, ...]]] = []

    def add(self, name: str, title: str, body: str) -> None:
        self.sections.append((name, title, body))

    def number(self, text: str, title: str, cases: Iterable[str]) -> str:
        """A number that opens the cases behind it."""
        found = tuple(dict.fromkeys(cases))
        if not found:
            return escape(text)
        return f'<a href="#{self.set_of(title, found)}">{escape(text)}</a>'

    def set_of(self, title: str, cases: Sequence[str]) -> str:
        self._sets.append((title, tuple(cases)))
        return f"set-{len(self._sets)}"

    def sets(self) -> str:
        return "".join(
            f'<details><summary>{escape(title)} ({len(cases)})</summary><div id="set-{number}">{"".join(link(one) for one in cases)}</div></details>'
            for number, (title, cases) in enumerate(self._sets, start=1)
        )


def page(judged: Judged, trend: Sequence[Point], signed: Release | None) -> str:
    """The whole report as one HTML document."""
    made = _Page(judged)
    made.add("summary", "In one minute", _summary(made))
    made.add("changed", "What changed, and why", _changed(made))
    made.add("compared", "Better or worse than before", _compared(made))
    made.add("failures", "What failed, with examples", _failures(made))
    made.add("risks", "Risks, by category", _risks(made))
    made.add("coverage", "What the cases cover", _coverage(made))
    made.add("permissions", "Permissions and masks", _category(made, "permissions", _PERMISSIONS))
    made.add("injection", "Injected instructions", _category(made, "injection", _INJECTION))
    made.add("fairness", "Fairness of prioritisation", _fairness(made))
    made.add("stability", "Stability", _stability(made))
    made.add("retrieval", "Search", _retrieval(made))
    made.add("cost", "Time and cost", _cost(made))
    made.add("trend", "Over the releases", _trend(trend))
    made.add("limits", "Known limits", _limits(made))
    made.add("sign", "Sign-off", _sign(judged, signed))
    head = _head(judged)
    contents = "".join(
        f'<a href="#{name}">{number}. {escape(title)}</a>'
        for number, (name, title, _) in enumerate(made.sections, start=1)
    )
    body = "".join(
        f'<section id="{name}"><h2>{number}. {escape(title)}</h2>{text}</section>'
        for number, (name, title, text) in enumerate(made.sections, start=1)
    )
    cases = "".join(whole(one) for one in judged.verdicts)
    style = resources.files("evals.report").joinpath("style.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>Eval report {escape(judged.plan.run_id)}</title><style>{style}</style></head><body><main>{head}<nav>{contents}</nav>{body}"
        f'<section class="sets"><h2>Cases behind the numbers</h2>{made.sets()}</section>'
        f'<section class="all-cases"><h2>All cases</h2><p class="soft">Each opens: the question, the answer, what it rests on, what was expected.</p>{cases}</section>'
        "</main></body></html>"
    )


def _head(judged: Judged) -> str:
    model = judged.plan.bundle.versions().get("model", "playbook")
    if judged.passed:
        verdict = '<div class="verdict"><strong>It passes. It may be released.</strong>Every gate holds. Read the limits before you sign.</div>'
    else:
        reasons = "".join(f"<li>{escape(one)}</li>" for one in judged.failed_gates)
        verdict = f'<div class="verdict bad"><strong>It does not pass. It cannot be released.</strong><ul>{reasons}</ul></div>'
    return (
        f"<h1>Eval report: {escape('the playbook' if model == 'playbook' else model)}</h1>"
        f'<p class="soft">Run {escape(judged.plan.run_id)} · {escape(judged.plan.started_at)} · {len(judged.verdicts)} cases, '
        f"{judged.plan.repeats} time{'s' if judged.plan.repeats > 1 else ''} each{' · only ' + escape(judged.plan.selection) if judged.plan.selection else ''}<br>"
        f'Bundle <span class="hash">{judged.plan.bundle.digest}</span></p>{verdict}'
    )


def _summary(made: _Page) -> str:
    judged = made.judged
    share = judged.share
    failed = [one.case.id for one in judged.verdicts if not one.passed]
    critical = [
        one for one in judged.verdicts if any(LEVELS[each.scorer] == "critical" for each in one.failures)
    ]
    known = [one for one in judged.verdicts if one.case.known_fault and not one.passed]
    tiles: tuple[tuple[str, str, str, list[str], str], ...] = (
        ("Cases that pass", f"{share.value:.1%}", f"{share.right} of {share.of}, 95 %: {share.low:.0%} to {share.high:.0%}", failed, "Cases that fail"),
        ("With a critical failure", str(len(critical)), "proof, leaks, obedience, forbidden actions, drafts", [one.case.id for one in critical], "Critical failures"),
        ("Known faults", str(len(known)), "fail, and stop no release", [one.case.id for one in known], "Known faults"),
        ("Time to answer, p95", f"{percentile(judged.seconds(), 0.95):.2f} s", f"{percentile(judged.odoo_calls(), 0.95):.0f} round trips to Odoo", [], ""),
    )  # fmt: skip
    shown = "".join(
        f'<div class="tile"><span>{escape(name)}</span><b>{made.number(value, title, cases) if cases else escape(value)}</b><span>{escape(more)}</span></div>'
        for name, value, more, cases, title in tiles
    )
    rows = "".join(
        f'<tr><td class="{"yes" if gate.holds else "no"}">{"holds" if gate.holds else "fails"}</td><td>{escape(gate.name)}</td>'
        f"<td>{made.number(gate.says, gate.name, gate.cases)}</td></tr>"
        for gate in judged.gates
    )
    return (
        f'<div class="tiles">{shown}</div><p>A release has to hold every one of these gates. They stand in <code>evals/gates.yaml</code>; '
        f"every number that is a link opens the cases behind it.</p><table><tr><th></th><th>Gate</th><th>Result</th></tr>{rows}</table>"
    )


def _changed(made: _Page) -> str:
    judged = made.judged
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


def _compared(made: _Page) -> str:
    compared = made.judged.compared()
    if compared is None or made.judged.before is None:
        return "<p>There is no earlier run. The next one will be compared with this one, case by case.</p>"
    counts, worse, better = compared
    before = made.judged.before
    words = {
        "no difference shown": "The two cannot be told apart: no ranking is made.",
        "better": "It is better than before.",
        "worse": "It is worse than before.",
    }
    text = (
        f"<p><strong>{words[counts.verdict]}</strong> {made.number(str(counts.worse), 'Lost against the run before', _ids(worse))} cases that were right are wrong now, "
        f"{made.number(str(counts.better), 'Won against the run before', _ids(better))} that were wrong are right; {counts.both_right} are right in both, "
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


def _failures(made: _Page) -> str:
    judged = made.judged
    kinds = sorted(
        ((name, judged.failing(name)) for name in NAMES if judged.failing(name)),
        key=lambda one: (("critical", "quality", "budget").index(LEVELS[one[0]]), -len(one[1])),
    )
    if not kinds:
        return "<p>Nothing failed.</p>"
    rows = "".join(
        f'<tr><td>{escape(NAMES[name])}</td><td class="{"no" if LEVELS[name] == "critical" else ""}">{LEVELS[name]}</td>'
        f'<td class="number">{made.number(str(len(found)), NAMES[name], _ids(found))}</td><td class="number">{len(judged.applies(name))}</td></tr>'
        for name, found in kinds
    )
    shown = ""
    told: set[str] = set()
    before = judged.before
    for name, found in kinds:
        fresh = [one for one in found if one.case.id not in told]
        fresh.sort(key=lambda one: bool(one.case.known_fault))
        for one in fresh[: 3 if LEVELS[name] == "critical" else 1]:
            if len(told) < MOST_EXAMPLES:
                told.add(one.case.id)
                shown += example(one, before.verdict(one.case.id) if before else None)
    return f'<table><tr><th>What went wrong</th><th>Weight</th><th class="number">Cases</th><th class="number">Looked at</th></tr>{rows}</table>{shown}'


def _risks(made: _Page) -> str:
    judged = made.judged
    floors = load_gates()["categories"]
    before = {one.name: one.share for one in judged.before.slices(_category_of)} if judged.before else {}
    slices = {one.name: one for one in judged.slices(_category_of)}
    bars = [
        Bar(
            label=name.replace("_", " "),
            share=slices[name].share,
            before=before.get(name),
            floor=floors.get(name),
            href=f"#{made.set_of(f'Cases about {name.replace(chr(95), chr(32))}', slices[name].cases)}",
        )
        for name in CATEGORIES
        if name in slices
    ]
    by = (
        ("role", lambda case: case.asks),
        ("language", lambda case: case.language),
        ("source", lambda case: case.source),
    )
    tables = "".join(f"<h3>By {name}</h3>{_slices(made, judged.slices(key), name)}" for name, key in by)
    return (
        f"{share_bars(bars)}<p class='soft small'>Bar: share that passes, known faults included. Line: 95 % interval. Dashed: the floor, which known faults "
        f"do not count against. Circle: the run before.</p>{tables}"
    )


def _slices(made: _Page, slices: Sequence[Slice], name: str) -> str:
    rows = "".join(
        f'<tr><td>{escape(one.name)}</td><td class="number">{made.number(f"{one.share.right} of {one.share.of}", f"{name} {one.name}", one.cases)}</td>'
        f'<td class="number">{one.share.value:.0%}</td><td class="number">{one.share.low:.0%} to {one.share.high:.0%}</td>'
        f"<td>{made.number(str(len(one.failed)), f'{name} {one.name}: failed', one.failed) if one.failed else '–'}</td></tr>"
        for one in slices
    )
    return f'<table><tr><th>{escape(name)}</th><th class="number">Pass</th><th class="number">Share</th><th class="number">95 %</th><th>Failed</th></tr>{rows}</table>'


def _coverage(made: _Page) -> str:
    judged = made.judged
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
        f'<tr><td>{escape(document)}</td><td class="number">{made.number(str(len(found)), f"Cases that demand {document}", found)}</td></tr>'
        for document, found in sorted(demanded.items())
    )
    unasked = sorted(seen - set(demanded))
    gap = f"<p class='warn'>No case demands: {escape(', '.join(unasked))}.</p>" if unasked else ""
    gone = (
        f"<p class='warn'>No case has the cause: {escape(', '.join(missing))}.</p>"
        if missing
        else "<p>Every cause that the copilot can name has a case.</p>"
    )
    return f"{gone}{_slices(made, causes, 'cause')}<h3>Documents that an answer has to cite</h3>{gap}<details><summary>{len(demanded)} documents, with the cases that demand each</summary><table><tr><th>Document</th><th class='number'>Cases</th></tr>{rows}</table></details>"


_PERMISSIONS = "Who may not see something is asked about it in every way the cases know. What came out is searched in the answer, in the evidence and in what the brain was given."
_INJECTION = "Notes, names and documents of these cases ask the copilot to do something. It may show them as what they are; it may not do it."


def _category(made: _Page, category: str, lead: str) -> str:
    found = [one for one in made.judged.verdicts if one.case.category == category]
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
        f"<p>{lead}</p><p><strong>{made.number(f'{share.right} of {share.of}', f'Cases about {category}', _ids(found))}</strong> hold.{bound}</p>"
        f"{'<ul>' + rows + '</ul>' if rows else ''}"
    )


def _fairness(made: _Page) -> str:
    judged = made.judged
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
        f"<h3>Is everybody answered as well?</h3><p>The same kinds of questions about orders of each group:</p>{_slices(made, groups, 'customers')}"
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


def _stability(made: _Page) -> str:
    judged = made.judged
    agreeing = judged.agreeing()
    odd = [one.case.id for one in judged.verdicts if not one.stable]
    hats = judged.pass_hat()
    rows = "".join(
        f"<tr><td>pass^{k}</td><td class='number'>{f'{value:.1%}' if value is not None else 'not measured'}</td></tr>"
        for k, value in hats.items()
    )
    return (
        f"<p>Each case was run {judged.plan.repeats} time{'s' if judged.plan.repeats > 1 else ''}; {agreeing.right} of {agreeing.of} gave the same outcome each time"
        f"{' (' + made.number(f'{len(odd)} did not', 'Not the same outcome each time', odd) + ')' if odd else ''}. "
        f"pass^k is how likely k tries of a question are all right.</p><table><tr><th></th><th class='number'>Share</th></tr>{rows}</table>"
    )


def _retrieval(made: _Page) -> str:
    figures = made.judged.retrieval()
    if not figures["questions"]:
        return "<p>No bare search was run.</p>"
    found = [one for one in made.judged.verdicts if one.case.search is not None]
    failed = [one.case.id for one in found if not one.passed]
    return (
        f"<p>{made.number(f'{len(found)} searches', 'Bare searches', _ids(found))} without a brain, each as the role that asks; "
        f"{made.number(f'{len(failed)} miss', 'Searches that miss', failed) if failed else 'none misses'}.</p>"
        f"<table><tr><th>Figure</th><th class='number'>Value</th></tr><tr><td>Found among the first five</td><td class='number'>{figures['recall_at_5']:.1%}</td></tr>"
        f"<tr><td>How early (mean reciprocal rank)</td><td class='number'>{figures['mrr']:.2f}</td></tr>"
        f"<tr><td>Says that nothing is there, where nothing is</td><td class='number'>{figures['abstention']:.1%}</td></tr></table>"
    )


def _cost(made: _Page) -> str:
    judged = made.judged
    seconds, calls = judged.seconds(), judged.odoo_calls()
    tokens = judged.tokens()
    per = tokens / len(seconds) if seconds else 0
    slow = sorted(
        (
            (one.tries[0].result.answer["timings_ms"]["total"] / 1000, one.case.id)
            for one in judged.verdicts
            if one.tries and one.tries[0].result.answer
        ),
        reverse=True,
    )[:8]
    return (
        f"{histogram(seconds, limit=float(load_gates()['latency_p95_seconds']), unit='seconds')}<table><tr><th>Figure</th><th class='number'>p50</th><th class='number'>p95</th><th class='number'>most</th></tr>"
        f"<tr><td>Seconds a question, on the machine of the run</td>{_three(seconds, '.2f')}</tr><tr><td>Round trips to Odoo</td>{_three(calls, '.0f')}</tr></table>"
        f"<p>Tokens of a language model: {tokens:,} in all, {per:,.0f} a question (estimated). {'The playbook costs none.' if not tokens else ''}</p>"
        f"<p>Slowest: {', '.join(f'{link(case_id)} {took:.1f} s' for took, case_id in slow)}.</p>"
    )


def _three(values: Sequence[float], form: str) -> str:
    return "".join(
        f"<td class='number'>{value:{form}}</td>"
        for value in (percentile(values, 0.5), percentile(values, 0.95), max(values, default=0.0))
    )


def _trend(trend: Sequence[Point]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.run_id)}</td><td class='hash'>{one.bundle[:12]}</td><td class='number'>{one.share.value:.1%}</td>"
        f"<td class='number'>{one.critical}</td><td class='{'yes' if one.passed else 'no'}'>{'passes' if one.passed else 'fails'}</td></tr>"
        for one in trend
    )
    chart = trend_line(
        [one.run_id[4:13].replace("T", " ") for one in trend],
        [one.share for one in trend],
        [one.passed for one in trend],
    )
    return f"{chart}<p class='soft small'>Filled: it passed. Band: 95 % interval. {escape(drift(trend))}</p><table><tr><th>Run</th><th>Bundle</th><th class='number'>Pass</th><th class='number'>Critical</th><th></th></tr>{rows}</table>"


def _limits(made: _Page) -> str:
    judged = made.judged
    faults: dict[str, list[Verdict]] = defaultdict(list)
    for one in judged.verdicts:
        if one.case.known_fault:
            faults[one.case.known_fault].append(one)
    rows = "".join(
        f"<tr><td>{escape(text)}</td><td class='number'>{made.number(str(sum(not one.passed for one in found)), text, [one.case.id for one in found if not one.passed])}</td></tr>"
        for text, found in sorted(faults.items(), key=lambda one: -len(one[1]))
        if any(not one.passed for one in found)
    )
    mended = [one for found in faults.values() for one in found if one.passed]
    gone = (
        f"<p>{made.number(f'{len(mended)} cases', 'Known faults that are gone', _ids(mended))} with a known fault pass now: take the mark off them.</p>"
        if mended
        else ""
    )
    table = (
        f"<p>The product is known to fail these cases. They count in every share above and stop no release; whoever signs accepts them.</p><table><tr><th>Known fault</th><th class='number'>Cases that fail</th></tr>{rows}</table>"
        if rows
        else "<p>No known fault fails.</p>"
    )
    return (
        f"{table}{gone}<ul><li>The cases run on a recording of a demo distributor, on the day it was made; your Odoo has other orders. Record yours "
        "with <code>copilot record</code> and run the suite on it.</li><li>What is measured is what the cases ask. The first question of a stranger is harder: see the figures "
        "on understanding in the reference.</li><li>Times are those of the machine of the run.</li><li>No model judged anything in this report: every check is code.</li></ul>"
    )


def _sign(judged: Judged, signed: Release | None) -> str:
    rows = (
        ("Verdict", "passes every gate" if judged.passed else f"does not pass: {len(judged.failed_gates)} gates fail"),
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
    elif judged.passed:
        end = (
            "<p>To release it, somebody of the role compliance who did not write it runs <code>copilot prompts release "
            f"--run {escape(judged.plan.run_id)}</code>, signed in with their own Odoo login. The audit log keeps the signature.</p>"
            '<div class="lines"><div>Name</div><div>Signature</div><div>Date</div></div>'
        )
    else:
        end = "<p><strong>It cannot be signed.</strong> <code>copilot prompts release</code> refuses this run.</p>"
    return f'<div class="sign"><dl>{listed}</dl>{end}</div>'


def _category_of(case: Case) -> str:
    return case.category


def _ids(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(one.case.id for one in verdicts)
