"""The page: what a person reads in five minutes before they sign, and everything behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

from copilot.releases import Release
from evals.judging import Judged
from evals.report import comparing, figures, front, groups, sign_off
from evals.report.book import Book
from evals.report.cases_html import whole
from evals.trends import Point


def page(judged: Judged, trend: Sequence[Point], signed: Release | None) -> str:
    """The whole report as one HTML document."""
    book = Book(judged)
    sections = (
        ("summary", "In one minute", front.summary(book)),
        ("changed", "What changed, and why", front.changed(book)),
        ("compared", "Better or worse than before", comparing.compared(book)),
        ("limits", "What you accept when you sign", sign_off.limits(book)),
        ("failures", "What failed, with examples", comparing.failures(book)),
        ("risks", "Risks, by category", groups.risks(book)),
        ("coverage", "What the cases cover", groups.coverage(book)),
        ("permissions", "Permissions and masks", groups.category(book, "permissions", groups.PERMISSIONS)),
        ("injection", "Injected instructions", groups.category(book, "injection", groups.INJECTION)),
        ("fairness", "Fairness across customer groups", groups.fairness(book)),
        ("retrieval", "Search: its own suite, its own gates", figures.search(book)),
        ("stability", "Stability", figures.stability(book)),
        ("cost", "Time and cost", figures.cost(book)),
        ("trend", "Over the runs", figures.trend(trend)),
        ("judge", "What a model thinks of the answers", figures.model_judge(book)),
        ("sign", "Sign-off", sign_off.sign(judged, signed)),
    )
    contents = "".join(
        f'<a href="#{name}">{number}. {escape(title)}</a>'
        for number, (name, title, _) in enumerate(sections, start=1)
    )
    body = "".join(
        f'<section id="{name}"><h2>{number}. {escape(title)}</h2>{text}</section>'
        for number, (name, title, text) in enumerate(sections, start=1)
    )
    cases = "".join(whole(one) for one in judged.verdicts)
    style = resources.files("evals.report").joinpath("style.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>Eval report {escape(judged.plan.run_id)}</title><style>{style}</style></head><body><main>{front.head(judged)}<nav>{contents}</nav>{body}"
        f'<section class="sets"><h2>Cases behind the numbers</h2>{book.sets()}</section>'
        f'<section class="all-cases"><h2>All cases</h2><p class="soft">Each opens: the question, the answer, what it rests on, what was expected.</p>{cases}</section>'
        "</main></body></html>"
    )
