"""Figures: stability, search, time and cost, runs over time, and what a model judge thinks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from evals.gates import load_gates
from evals.report.book import Book, ids
from evals.report.cases_html import link
from evals.report.charts import histogram, trend_line
from evals.report.front import gates
from evals.statistics import Share, percentile
from evals.trends import Point, drift

MOST_DOUBTS = 8


def stability(book: Book) -> str:
    """Whether the same question gets the same answer."""
    judged = book.judged
    repeats = judged.plan.repeats
    if repeats == 1:
        return "<p>Each case was run once, so this run shows nothing about stability. <code>copilot eval run --repeats 8</code> does.</p>"
    agreeing = judged.agreeing()
    odd = [one.case.id for one in judged.verdicts if not one.stable]
    rows = "".join(
        f"<tr><td>pass^{k}</td><td class='number'>{value:.1%}</td></tr>"
        for k, value in judged.pass_hat().items()
        if value is not None
    )
    but = f" ({book.number(f'{len(odd)} did not', 'Not the same outcome each time', odd)})" if odd else ""
    return (
        f"<p><strong>{agreeing.right} of {agreeing.of} cases gave the same outcome {repeats} times of {repeats}</strong>{but}. "
        f"pass^k is how likely k tries of a question are all right.</p><table><tr><th></th><th class='number'>Share</th></tr>{rows}</table>"
    )


def search(book: Book) -> str:
    """The bare searches, with their own gates and what they miss."""
    figures = book.judged.search_figures()
    if not figures.searches:
        return "<p>No bare search was run.</p>"
    rows = "".join(
        f"<tr><td>{name}</td><td class='number'>{book.number(str(len(found)), name, ids(found))}</td>"
        f"<td class='number'>{book.number(str(len(missed)), f'{name}: missed', ids(missed)) if missed else '–'}</td></tr>"
        for name, found in (
            ("Something is there for whoever asks", figures.answerable),
            ("No document that they may read answers it", figures.absent),
            ("A closed or superseded document must not be shown", figures.closed),
        )
        for missed in [[one for one in found if not one.passed]]
        if found
    )
    return (
        f"<p>{book.number(f'{len(figures.searches)} searches', 'Bare searches', ids(figures.searches))} without a brain, each as the role that asks. Known faults count "
        f"against these gates like any other.</p>{gates(book, 'search')}"
        f"<table><tr><th>Searches</th><th class='number'>How many</th><th class='number'>Not right</th></tr>{rows}</table>"
    )


def cost(book: Book) -> str:
    judged = book.judged
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


def trend(trend: Sequence[Point]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.run_id)}</td><td class='hash'>{one.bundle[:12]}</td><td class='number'>{one.share.value:.1%}</td>"
        f"<td class='number'>{one.critical}</td><td class='{'yes' if one.passed else 'no'}'>{'passes' if one.passed else 'fails'}</td></tr>"
        for one in trend
    )
    chart = trend_line(
        [_when(one.run_id) for one in trend],
        [one.share for one in trend],
        [one.passed for one in trend],
    )
    return f"{chart}<p class='soft small'>Filled: it passed. Band: 95 % interval. {escape(drift(trend))}</p><table><tr><th>Run</th><th>Bundle</th><th class='number'>Pass</th><th class='number'>Critical</th><th></th></tr>{rows}</table>"


def _when(run_id: str) -> str:
    """The day and minute of a run, by its id."""
    try:
        return f"{datetime.strptime(run_id[:15] + '+0000', '%Y%m%dT%H%M%S%z'):%d %b %H:%M}"
    except ValueError:
        return run_id[:15]


def model_judge(book: Book) -> str:
    """What a language model thinks: tracked, with how far people agree with it."""
    found = book.judged.opinions
    if found is None:
        return "<p>No model was asked. <code>copilot eval judge</code> asks one; what it says is tracked here and is no gate.</p>"
    agreed = found.agreement
    given = [one for one in found.of.values() if one.verdict]
    good = Share(right=sum(one.verdict == "good" for one in given), of=len(given))
    none = [one.case_id for one in found.of.values() if not one.verdict]
    passing = {one.case.id for one in book.judged.verdicts if one.passed}
    doubts = [one for one in given if one.verdict == "bad" and one.case_id in passing]
    pleased = [one.case_id for one in given if one.verdict == "good" and one.case_id not in passing]
    if agreed.kappa is None:
        kappa = "not defined, because one side always says the same"
    else:
        kappa = f"{agreed.kappa:.2f} (95 %: {agreed.low:.2f} to {agreed.high:.2f})"
    rows = (
        ("Agrees with people, on labelled answers", f"{agreed.agreed} of {agreed.n}"),
        ("Cohen's kappa (0: as chance would, 1: always)", escape(kappa)),
        ("Labelled answers with no verdict", str(agreed.none)),
        ("Answers of this run it finds good", f"{good.right} of {good.of} ({good.value:.0%}; 95 %: {good.low:.0%} to {good.high:.0%})"),
        ("Passes every check, and it finds it bad", book.number(str(len(doubts)), "The model doubts what passes", [one.case_id for one in doubts])),
        ("Fails a check, and it finds it good", book.number(str(len(pleased)), "The model likes what fails", pleased)),
        ("No verdict", book.number(str(len(none)), "The model gave no verdict", none)),
    )  # fmt: skip
    table = "".join(f"<tr><td>{name}</td><td class='number'>{value}</td></tr>" for name, value in rows)
    shown = "".join(f"<li>{link(one.case_id)}: {escape(one.reason)}</li>" for one in doubts[:MOST_DOUBTS])
    return (
        f"<p><strong>It is no gate.</strong> {escape(found.model)}, with prompt answer_judge version {escape(found.prompt_version)}, looked at "
        f"{len(found.of)} answers. No score and no gate of this report knows what it said.</p><table><tr><th>Figure</th><th class='number'>Value</th></tr>{table}</table>"
        f"{'<h3>Where a person may want to look</h3><ul>' + shown + '</ul>' if shown else ''}"
    )
