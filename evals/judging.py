"""A run, judged: every case's verdict, the shares with their intervals, and the gates. Needs the run's folder, nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import yaml

from copilot.bundle import PLAYBOOK
from evals.case import CATEGORIES, Case
from evals.result import Result
from evals.run_folder import Plan, RunFolder
from evals.scorers import LEVELS, NAMES, Score, recall_at_5, reciprocal_rank, score
from evals.statistics import Paired, Share, paired, pass_hat_k, percentile

REPEATS = (1, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Try:
    """One run of one case, judged."""

    result: Result
    scores: tuple[Score, ...]

    @property
    def passed(self) -> bool:
        return all(one.ok or LEVELS[one.scorer] == "budget" for one in self.scores)

    @property
    def failures(self) -> tuple[Score, ...]:
        return tuple(one for one in self.scores if not one.ok)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A case over all its repeats."""

    case: Case
    tries: tuple[Try, ...]

    @property
    def passed(self) -> bool:
        """Right every time; a case that was not run is not right."""
        return bool(self.tries) and all(one.passed for one in self.tries)

    @property
    def worst(self) -> Try | None:
        """The first try that failed, else the first."""
        return next((one for one in self.tries if not one.passed), self.tries[0] if self.tries else None)

    @property
    def stable(self) -> bool:
        return len({one.result.fingerprint for one in self.tries}) <= 1

    @property
    def failures(self) -> tuple[Score, ...]:
        worst = self.worst
        return worst.failures if worst else ()

    @property
    def stops(self) -> bool:
        """Whether it may count against a gate."""
        return not self.case.known_fault


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One thing a release has to hold."""

    name: str
    holds: bool
    says: str
    """The figure beside its floor, in words."""
    cases: tuple[str, ...] = ()
    """The cases behind it when it does not hold."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Some of the cases, by something they share."""

    name: str
    share: Share
    cases: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Everything the report shows."""

    plan: Plan
    results_sha256: str
    verdicts: tuple[Verdict, ...]
    before: Judged | None = None
    gates: tuple[Gate, ...] = field(default=())

    @property
    def complete(self) -> bool:
        return all(len(one.tries) == self.plan.repeats for one in self.verdicts)

    @property
    def passed(self) -> bool:
        return self.complete and all(gate.holds for gate in self.gates)

    @property
    def failed_gates(self) -> tuple[str, ...]:
        missing = [] if self.complete else ["it is not finished"]
        return (*missing, *(f"{gate.name}: {gate.says}" for gate in self.gates if not gate.holds))

    @property
    def share(self) -> Share:
        return share_of(self.verdicts)

    def verdict(self, case_id: str) -> Verdict | None:
        return next((one for one in self.verdicts if one.case.id == case_id), None)

    def failing(self, scorer: str) -> tuple[Verdict, ...]:
        """Cases that fail a check."""
        return tuple(one for one in self.verdicts if any(each.scorer == scorer for each in one.failures))

    def applies(self, scorer: str) -> tuple[Verdict, ...]:
        """Cases that a check looks at."""
        return tuple(
            one
            for one in self.verdicts
            if any(each.scorer == scorer for tried in one.tries for each in tried.scores)
        )

    def slices(self, key: Callable[[Case], str]) -> tuple[Slice, ...]:
        """The cases by something they share, by name."""
        groups: dict[str, list[Verdict]] = defaultdict(list)
        for one in self.verdicts:
            groups[key(one.case)].append(one)
        return tuple(
            Slice(
                name=name,
                share=share_of(found),
                cases=tuple(one.case.id for one in found),
                failed=tuple(one.case.id for one in found if not one.passed),
            )
            for name, found in sorted(groups.items())
        )

    def compared(self) -> tuple[Paired, tuple[Verdict, ...], tuple[Verdict, ...]] | None:
        """Against the run before, over the cases that both have: (counts, got worse, got better). None: there is none."""
        if self.before is None:
            return None
        known = {one.case.id: one for one in self.before.verdicts if one.tries}
        both = [one for one in self.verdicts if one.case.id in known and one.tries]
        then, now = [known[one.case.id].passed for one in both], [one.passed for one in both]
        worse = tuple(one for one, was in zip(both, then, strict=True) if was and not one.passed)
        better = tuple(one for one, was in zip(both, then, strict=True) if not was and one.passed)
        return paired(then, now), worse, better

    def pass_hat(self) -> dict[int, float | None]:
        """k -> pass^k, for the repeats there are."""
        tries = [(sum(one.passed for one in verdict.tries), len(verdict.tries)) for verdict in self.verdicts]
        return {k: pass_hat_k(tries, k) for k in REPEATS}

    def agreeing(self) -> Share:
        return Share(right=sum(one.stable for one in self.verdicts), of=len(self.verdicts))

    def seconds(self) -> list[float]:
        """Of each question's turn."""
        return [
            answer["timings_ms"]["total"] / 1000
            for verdict in self.verdicts
            for one in verdict.tries
            for answer in one.result.answers
        ]

    def odoo_calls(self) -> list[float]:
        return [
            float(answer["odoo_calls"])
            for verdict in self.verdicts
            for one in verdict.tries
            for answer in one.result.answers
        ]

    def tokens(self) -> int:
        return sum(one.result.tokens for verdict in self.verdicts for one in verdict.tries)

    def retrieval(self) -> dict[str, float]:
        """recall@5, MRR and abstention of the bare searches."""
        found = [
            (one.case, one.tries[0].result)
            for one in self.verdicts
            if one.case.search is not None and one.tries
        ]
        answerable = [(case, result) for case, result in found if case.expect.cites]
        absent = [(case, result) for case, result in found if case.expect.found is False]
        return {
            "questions": float(len(found)),
            "recall_at_5": _mean([recall_at_5(case, result) for case, result in answerable]),
            "mrr": _mean([reciprocal_rank(case, result) for case, result in answerable]),
            "abstention": _mean([float(result.nothing_relevant or not result.found) for _, result in absent]),
        }


def judge(folder: RunFolder, *, before: RunFolder | None = None) -> Judged:
    """Judge a run from what its folder holds; nothing is run again. Raises RunError: a folder cannot be read."""
    earlier = _judged(before, None) if before is not None else None
    return _judged(folder, earlier)


def load_gates() -> dict[str, Any]:
    """The gates that ship with the product."""
    return dict(yaml.safe_load(resources.files("evals").joinpath("gates.yaml").read_text("utf-8")))


def share_of(verdicts: Iterable[Verdict]) -> Share:
    found = list(verdicts)
    return Share(right=sum(one.passed for one in found), of=len(found))


def _judged(folder: RunFolder, before: Judged | None) -> Judged:
    plan = folder.plan()
    shas = {one.id: one.sha for one in plan.cases}
    tries: dict[str, dict[int, Try]] = defaultdict(dict)
    cases = {one.id: one for one in plan.cases}
    for result in folder.results():
        if shas.get(result.case_id) == result.case_sha and result.repeat <= plan.repeats:
            tried = Try(result=result, scores=score(cases[result.case_id], result))
            tries[result.case_id][result.repeat] = tried
    verdicts = tuple(
        Verdict(case=one, tries=tuple(tries[one.id][repeat] for repeat in sorted(tries[one.id])))
        for one in plan.cases
    )
    judged = Judged(plan=plan, results_sha256=folder.results_sha256, verdicts=verdicts, before=before)
    return Judged(**{**vars(judged), "gates": tuple(_gates(judged, load_gates()))})


def _gates(judged: Judged, wanted: Mapping[str, Any]) -> Iterable[Gate]:
    counted = [one for one in judged.verdicts if one.stops]
    critical = [(one, each) for one in counted for each in one.failures if LEVELS[each.scorer] == "critical"]
    kinds = sorted({NAMES[each.scorer] for _, each in critical})
    known = sum(
        any(LEVELS[each.scorer] == "critical" for each in one.failures)
        for one in judged.verdicts
        if not one.stops
    )
    yield Gate(
        name="No critical failure",
        holds=len(critical) <= int(wanted["critical"]),
        says=f"{len(critical)} critical failures"
        + (f" ({'; '.join(kinds)})" if kinds else "")
        + _apart(known),
        cases=_ids(one for one, _ in critical),
    )
    yield _floor("Cases that pass", judged.verdicts, float(wanted["pass_rate"]))
    for category in CATEGORIES:
        floor = wanted["categories"].get(category)
        found = [one for one in judged.verdicts if one.case.category == category]
        if floor is not None and found:
            yield _floor(f"Cases about {category.replace('_', ' ')}", found, float(floor))
    citing = [one for one in judged.applies("citation") if one.stops]
    failing = [one for one in judged.failing("citation") if one.stops]
    cited = Share(right=len(citing) - len(failing), of=len(citing))
    yield Gate(
        name="Answers that cite what they have to",
        holds=cited.value >= float(wanted["citations"]),
        says=f"{_in_words(cited)}, at least {float(wanted['citations']):.0%}",
        cases=_ids(failing),
    )
    yield from _retrieval_gates(judged, wanted["retrieval"])
    yield from _budget_gates(judged, wanted)
    if judged.plan.repeats > 1 and not judged.plan.brain and _is_playbook(judged.plan):
        agreeing = judged.agreeing()
        yield Gate(
            name="The same outcome every time",
            holds=agreeing.value >= float(wanted["repeats_agree"]),
            says=f"{agreeing.right} of {agreeing.of} cases over {judged.plan.repeats} runs",
            cases=_ids(one for one in judged.verdicts if not one.stable),
        )
    compared = judged.compared()
    if compared is not None:
        counts, worse, _ = compared
        bad = counts.verdict == "worse" and counts.p < float(wanted["worse_than_before"])
        yield Gate(
            name="Not worse than the release before",
            holds=not bad,
            says=f"{counts.worse} cases lost, {counts.better} won, p = {counts.p:.3f}: {counts.verdict}",
            cases=_ids(worse),
        )


def _retrieval_gates(judged: Judged, wanted: Mapping[str, float]) -> Iterable[Gate]:
    figures = judged.retrieval()
    if not figures["questions"]:
        return
    bad = [one for one in judged.verdicts if one.case.search is not None and not one.passed]
    names = {"recall_at_5": "Search: found among the first five", "mrr": "Search: how early it is found (MRR)",
             "abstention": "Search: says when nothing is there"}  # fmt: skip
    for name, floor in wanted.items():
        yield Gate(
            name=names[name],
            holds=figures[name] >= floor,
            says=f"{figures[name]:.2f}, at least {floor:.2f}",
            cases=_ids(bad),
        )


def _budget_gates(judged: Judged, wanted: Mapping[str, Any]) -> Iterable[Gate]:
    slow, calls = percentile(judged.seconds(), 0.95), percentile(judged.odoo_calls(), 0.95)
    limit, most = float(wanted["latency_p95_seconds"]), float(wanted["odoo_calls_p95"])
    yield Gate(name="Time to answer, p95", holds=slow <= limit, says=f"{slow:.2f} s, at most {limit:.0f} s")
    yield Gate(name="Round trips to Odoo, p95", holds=calls <= most, says=f"{calls:.0f}, at most {most:.0f}")


def _floor(name: str, found: Sequence[Verdict], floor: float) -> Gate:
    """Known faults that fail are set apart, and said."""
    known = [one for one in found if not one.stops and not one.passed]
    counted = [one for one in found if one not in known]
    share = share_of(counted)
    return Gate(
        name=name,
        holds=share.value >= floor,
        says=f"{_in_words(share)}, at least {floor:.0%}{_apart(len(known))}",
        cases=_ids(one for one in found if not one.passed),
    )


def _apart(known: int) -> str:
    return f"; {known} known fault{'s' if known > 1 else ''} apart" if known else ""


def _in_words(share: Share) -> str:
    return f"{share.value:.1%} ({share.right} of {share.of}; 95 %: {share.low:.0%} to {share.high:.0%})"


def _is_playbook(plan: Plan) -> bool:
    return plan.bundle.versions().get("model") == PLAYBOOK


def _ids(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.case.id for one in verdicts))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0
