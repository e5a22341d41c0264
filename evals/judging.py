"""A run, judged: every case's verdict, the shares with their intervals, and the gates. Needs the run's folder, nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from evals.case import Case
from evals.gates import Gate, gates_of
from evals.opinions import Opinions, read_opinions
from evals.result import Result
from evals.run_folder import Plan, RunFolder
from evals.scorers import LEVELS, Score, score
from evals.scorers.searching import recall_at_5, reciprocal_rank, tells_absent
from evals.statistics import Paired, Share, paired, pass_hat_k

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
class Slice:
    """Some of the cases, by something they share."""

    name: str
    share: Share
    cases: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SearchFigures:
    """The bare searches, without a brain."""

    searches: tuple[Verdict, ...]
    answerable: tuple[Verdict, ...]
    """Something is there for whoever asks."""
    absent: tuple[Verdict, ...]
    """No document that they may read answers it."""
    closed: tuple[Verdict, ...]
    """There is a document that must not be shown: closed to them, or superseded."""

    @property
    def recall_at_5(self) -> float:
        """Of the expected passages of a search, the share among the first five; the mean over the searches."""
        return _mean([recall_at_5(one.case, one.tries[0].result) for one in self.answerable])

    @property
    def mrr(self) -> float:
        return _mean([reciprocal_rank(one.case, one.tries[0].result) for one in self.answerable])

    @property
    def told(self) -> Share:
        """Of the searches that nothing answers, those for which nothing is found."""
        return Share(right=sum(tells_absent(one.tries[0].result) for one in self.absent), of=len(self.absent))

    @property
    def kept(self) -> Share:
        """Of the searches with a closed document, those that do not show it."""
        shown = [one for one in self.closed if any(each.scorer == "versions" for each in one.failures)]
        return Share(right=len(self.closed) - len(shown), of=len(self.closed))


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Everything the report shows."""

    plan: Plan
    results_sha256: str
    verdicts: tuple[Verdict, ...]
    before: Judged | None = None
    opinions: Opinions | None = None
    """What a language model thinks of the answers; nothing here counts it."""
    gates: tuple[Gate, ...] = field(default=())

    @property
    def complete(self) -> bool:
        return all(len(one.tries) == self.plan.repeats for one in self.verdicts)

    @property
    def passed(self) -> bool:
        return self.complete and all(gate.holds for gate in self.gates)

    @property
    def critical(self) -> tuple[Verdict, ...]:
        """Cases with a critical failure, known faults among them."""
        return tuple(
            one for one in self.verdicts if any(LEVELS[each.scorer] == "critical" for each in one.failures)
        )

    @property
    def known_failing(self) -> tuple[Verdict, ...]:
        """Cases that fail by a known fault."""
        return tuple(one for one in self.verdicts if one.case.known_fault and not one.passed)

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

    def search_figures(self) -> SearchFigures:
        """How the bare searches did: a suite of its own."""
        searches = [one for one in self.verdicts if one.case.search is not None and one.tries]
        return SearchFigures(
            searches=tuple(searches),
            answerable=tuple(one for one in searches if one.case.expect.cites),
            absent=tuple(one for one in searches if one.case.expect.found is False),
            closed=tuple(one for one in searches if one.case.expect.not_cites),
        )


def judge(folder: RunFolder, *, before: RunFolder | None = None) -> Judged:
    """Judge a run from what its folder holds; nothing is run again. Raises RunError: a folder cannot be read."""
    earlier = _judged(before, None) if before is not None else None
    return _judged(folder, earlier)


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
    outcomes = {one.case.id: one.worst.result.fingerprint for one in verdicts if one.worst is not None}
    judged = Judged(
        plan=plan, results_sha256=folder.results_sha256, verdicts=verdicts, before=before,
        opinions=read_opinions(folder.folder, outcomes),
    )  # fmt: skip
    return Judged(**{**vars(judged), "gates": gates_of(judged)})


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
