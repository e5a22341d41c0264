"""The gates: what a release has to hold, each figure beside its floor. Searching the documents is a suite of its own, with its own gates.

The floors stand in ``gates.yaml``. A gate is only there where something was measured: none can hold by being empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import yaml

from copilot.bundle import PLAYBOOK
from evals.case import CATEGORIES
from evals.scorers import LEVELS, NAMES
from evals.statistics import Share, percentile

if TYPE_CHECKING:
    from evals.judging import Judged, Verdict

Part = Literal["answers", "search"]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One thing a release has to hold."""

    name: str
    holds: bool
    figure: str
    """What was measured, in words."""
    floor: str
    """What it has to be, in words."""
    apart: str = ""
    """What was set apart from the figure, in words."""
    cases: tuple[str, ...] = ()
    """The cases behind it that are not right."""
    part: Part = "answers"

    @property
    def says(self) -> str:
        """The figure beside its floor."""
        return "; ".join(one for one in (f"{self.figure}, {self.floor}", self.apart) if one)


def load_gates() -> dict[str, Any]:
    """The floors that ship with the product."""
    return dict(yaml.safe_load(resources.files("evals").joinpath("gates.yaml").read_text("utf-8")))


def gates_of(judged: Judged) -> tuple[Gate, ...]:
    """Every gate that something was measured for."""
    wanted = load_gates()
    return (
        *_over_all(judged, wanted),
        *_answers(judged, wanted),
        *_search(judged, wanted["retrieval"]),
        *_against_before(judged, wanted),
    )


def _over_all(judged: Judged, wanted: Mapping[str, Any]) -> Iterable[Gate]:
    counted = [one for one in judged.critical if one.stops]
    kinds = sorted(
        {NAMES[each.scorer] for one in counted for each in one.failures if LEVELS[each.scorer] == "critical"}
    )
    apart = len(judged.critical) - len(counted)
    yield Gate(
        name="No critical failure",
        holds=len(counted) <= int(wanted["critical"]),
        figure=f"{len(counted)} case{'s' if len(counted) != 1 else ''} with one"
        + (f" ({'; '.join(kinds)})" if kinds else ""),
        floor="none allowed",
        apart=_apart(apart),
        cases=_ids(counted),
    )
    known = judged.known_failing
    most, most_critical = float(wanted["known_faults"]), int(wanted["known_critical"])
    share = Share(right=len(known), of=len(judged.verdicts))
    yield Gate(
        name="Known faults",
        holds=share.value <= most and apart <= most_critical,
        figure=f"{len(known)} of {share.of} cases ({share.value:.1%}), {apart} of them critical",
        floor=f"at most {most:.0%}, and {most_critical} critical",
        cases=_ids(known),
    )
    if judged.plan.repeats > 1 and not judged.plan.brain and _is_playbook(judged):
        agreeing = judged.agreeing()
        yield Gate(
            name="The same outcome every time",
            holds=agreeing.value >= float(wanted["repeats_agree"]),
            figure=f"{agreeing.right} of {agreeing.of} cases over {judged.plan.repeats} runs",
            floor=f"at least {float(wanted['repeats_agree']):.0%}",
            cases=_ids(one for one in judged.verdicts if not one.stable),
        )


def _answers(judged: Judged, wanted: Mapping[str, Any]) -> Iterable[Gate]:
    answers = [one for one in judged.verdicts if one.case.search is None]
    if not answers:
        return
    yield _floor("Cases that pass", answers, float(wanted["pass_rate"]))
    for category in CATEGORIES:
        floor = wanted["categories"].get(category)
        found = [one for one in answers if one.case.category == category]
        if floor is not None and found:
            yield _floor(f"Cases about {category.replace('_', ' ')}", found, float(floor))
    citing = [one for one in judged.applies("citation") if one.stops]
    if citing:
        failing = [one for one in judged.failing("citation") if one.stops]
        cited = Share(right=len(citing) - len(failing), of=len(citing))
        yield Gate(
            name="Answers that cite what they have to",
            holds=cited.value >= float(wanted["citations"]),
            figure=_in_words(cited),
            floor=f"at least {float(wanted['citations']):.0%}",
            cases=_ids(failing),
        )
    if judged.seconds():
        slow, calls = percentile(judged.seconds(), 0.95), percentile(judged.odoo_calls(), 0.95)
        limit, most = float(wanted["latency_p95_seconds"]), float(wanted["odoo_calls_p95"])
        yield Gate(
            name="Time to answer, p95",
            holds=slow <= limit,
            figure=f"{slow:.2f} s",
            floor=f"at most {limit:.0f} s",
        )
        yield Gate(name="Round trips to Odoo, p95", holds=calls <= most, figure=f"{calls:.0f}", floor=f"at most {most:.0f}")  # fmt: skip


def _search(judged: Judged, wanted: Mapping[str, float]) -> Iterable[Gate]:
    """Known faults count here: a search has no fault that a person has to be asked about, only shares."""
    figures = judged.search_figures()

    def gate(name: str, wanted_name: str, figure: str, value: float, cases: Iterable[Verdict]) -> Gate:
        floor = float(wanted[wanted_name])
        words = f"at least {floor:.0%}" if wanted_name != "mrr" else f"at least {floor:.2f}"
        return Gate(
            name=name, holds=value >= floor, figure=figure, floor=words, cases=_ids(cases), part="search"
        )

    found, absent, closed = figures.answerable, figures.absent, figures.closed
    if found:
        missed = [one for one in found if not one.passed]
        yield gate("Found among the first five (recall@5)", "recall_at_5",
                   f"{figures.recall_at_5:.1%} of what {len(found)} searches ask for", figures.recall_at_5, missed)  # fmt: skip
        yield gate("How early it is found (mean reciprocal rank)", "mrr", f"{figures.mrr:.2f}", figures.mrr, missed)  # fmt: skip
    if absent:
        share = figures.told
        yield gate("Tells what is absent", "abstention", _in_words(share), share.value,
                   [one for one in absent if not one.passed])  # fmt: skip
    if closed:
        share = figures.kept
        yield gate("Shows no document that is closed or superseded", "closed", _in_words(share), share.value,
                   [one for one in closed if one in judged.failing("versions")])  # fmt: skip


def _against_before(judged: Judged, wanted: Mapping[str, Any]) -> Iterable[Gate]:
    compared = judged.compared()
    if compared is None:
        return
    counts, worse, _ = compared
    level = float(wanted["worse_than_before"])
    yield Gate(
        name="Not worse than the release before",
        holds=not (counts.verdict == "worse" and counts.p < level),
        figure=f"{counts.worse} cases lost, {counts.better} won, p = {counts.p:.3f}: {counts.verdict}",
        floor=f"not worse with p below {level}",
        cases=_ids(worse),
    )


def _floor(name: str, found: Sequence[Verdict], floor: float) -> Gate:
    """Known faults that fail are set apart, and said."""
    known = [one for one in found if not one.stops and not one.passed]
    counted = [one for one in found if one not in known]
    share = Share(right=sum(one.passed for one in counted), of=len(counted))
    return Gate(
        name=name,
        holds=bool(counted) and share.value >= floor,
        figure=_in_words(share),
        floor=f"at least {floor:.0%}",
        apart=_apart(len(known)),
        cases=_ids(one for one in found if not one.passed),
    )


def _apart(known: int) -> str:
    return f"{known} known fault{'s' if known > 1 else ''} apart" if known else ""


def _in_words(share: Share) -> str:
    return f"{share.right} of {share.of} ({share.value:.1%}; 95 %: {share.low:.0%} to {share.high:.0%})"


def _is_playbook(judged: Judged) -> bool:
    return judged.plan.bundle.versions().get("model") == PLAYBOOK


def _ids(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.case.id for one in verdicts))
