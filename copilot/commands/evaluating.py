"""Evals on the command line: run the suite, judge it, write the report, compare, and look after cases."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.commands.shared import Json, fail, print_json
from copilot.settings import Settings, load_settings

if TYPE_CHECKING:
    from copilot.releases import Proof
    from evals.case import Case
    from evals.judging import Judged
    from evals.run_folder import Plan, RunFolder

app = typer.Typer(
    help="Runs the cases, judges them, and writes the report that compliance signs.", no_args_is_help=True
)

RunName = Annotated[str, typer.Argument(help="A run's id, its folder, or `last`.")]


@app.command()
def run(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="A category or a part of a case's id; may be repeated.")
    ] = None,
    repeats: Annotated[int, typer.Option("--repeats", min=1, max=64)] = 1,
    workers: Annotated[int, typer.Option("--workers", min=1, max=32)] = 2,
    prompt: Annotated[
        list[str] | None, typer.Option("--prompt", help="Try a version that is not released: NAME=VERSION.")
    ] = None,
    brain: Annotated[
        str, typer.Option("--brain", help="Try another phrasing: MODULE:NAME of what makes a brain.")
    ] = "",
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Any OpenAI-style endpoint; with --model.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Its model.")] = None,
    cases: Annotated[Path | None, typer.Option("--cases", help="Another folder of cases.")] = None,
    recording: Annotated[
        Path | None, typer.Option("--recording", help="Another recording of an Odoo.")
    ] = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with this run.")] = None,
    as_json: Json = False,
) -> None:
    """Run the suite, or a part of it; judge it; put it on record. Exit code 1 when a gate does not hold."""
    from copilot.bootstrap import open_releases
    from copilot.commands.terminal import counting
    from evals.judging import judge
    from evals.run_folder import RunFolder, find_run
    from evals.runner import run as run_plan

    settings = load_settings()
    root = runs_root(settings)
    secrets: dict[str, Any] = {}
    if settings.openai_api_key:
        secrets["OPENAI_API_KEY"] = settings.openai_api_key.get_secret_value()
    if resume is not None:
        folder = find_run(root, resume)
        _still_the_same(folder.plan())
    else:
        plan = make_plan(
            settings, only=only or [], repeats=repeats, prompts=_pins(prompt or []), brain=brain, base_url=base_url,
            model=model, cases=cases, recording=recording, quiet=as_json,
        )  # fmt: skip
        folder = RunFolder.create(root, plan)
    with counting("Running cases") as step:
        failed = 0

        def progress(done: int, total: int, result: Any) -> None:
            nonlocal failed
            failed += bool(result is not None and result.error)
            step(done, total, f"{folder.folder.name}{f', {failed} without a result' if failed else ''}")

        run_plan(folder, workers=workers, secrets=secrets, progress=progress)
    judged = judge(folder, before=_released_run(settings, root, folder))
    write_outputs(folder, judged)
    if not judged.plan.selection:
        open_releases(settings).note_run(
            judged.plan.run_id, bundle=judged.plan.bundle, results_sha256=judged.results_sha256, passed=judged.passed,
            cases=len(judged.verdicts),
        )  # fmt: skip
    _show(judged, folder, as_json=as_json)
    if not judged.passed:
        raise typer.Exit(1)


@app.command()
def score(name: RunName = "last", as_json: Json = False) -> None:
    """Judge a run again, with the checks and gates of now; nothing is run."""
    settings = load_settings()
    root = runs_root(settings)
    from evals.judging import judge
    from evals.run_folder import find_run

    folder = find_run(root, name)
    judged = judge(folder, before=_released_run(settings, root, folder))
    write_outputs(folder, judged)
    _show(judged, folder, as_json=as_json)
    if not judged.passed:
        raise typer.Exit(1)


@app.command()
def report(
    name: RunName = "last",
    before: Annotated[
        str | None,
        typer.Option("--before", help="The run to compare with; default: the one of the current release."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write to; default: the run's.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Print it to PDF too, with Chromium.")] = True,
    as_json: Json = False,
) -> None:
    """Write the report of a run: one HTML file that needs nothing else, and the same as PDF."""
    from copilot.bootstrap import open_releases
    from evals.judging import judge
    from evals.report import write_report
    from evals.run_folder import all_runs, find_run

    settings = load_settings()
    root = runs_root(settings)
    folder = find_run(root, name)
    earlier = find_run(root, before) if before else _released_run(settings, root, folder)
    judged = judge(folder, before=earlier)
    signed = [
        one for one in open_releases(settings).history() if one.bundle.digest == judged.plan.bundle.digest
    ]
    written = write_report(
        judged, out or folder.folder, trend=[one for one in all_runs(root) if one.folder != folder.folder],
        signed=signed[-1] if signed else None, pdf=pdf,
    )  # fmt: skip
    if as_json:
        print_json({"html": str(written.html), "pdf": str(written.pdf) if written.pdf else None, "why_no_pdf": written.why_no_pdf,
                    "passed": judged.passed, "failed_gates": list(judged.failed_gates)})  # fmt: skip
        return
    typer.echo(f"{written.html}")
    typer.echo(f"{written.pdf}" if written.pdf else written.why_no_pdf)


@app.command()
def compare(
    before: Annotated[str, typer.Argument(help="The earlier run.")],
    now: Annotated[str, typer.Argument(help="The later one.")],
    as_json: Json = False,
) -> None:
    """Compare two runs, case by case, with a test: no ranking without separation."""
    from evals.judging import judge
    from evals.run_folder import find_run

    root = runs_root(load_settings())
    judged = judge(find_run(root, now), before=find_run(root, before))
    compared = judged.compared()
    assert compared is not None
    counts, worse, better = compared
    assert judged.before is not None
    if as_json:
        print_json({
            "before": {"run_id": judged.before.plan.run_id, "pass_rate": judged.before.share.value},
            "now": {"run_id": judged.plan.run_id, "pass_rate": judged.share.value},
            "worse": [_failure(one) for one in worse], "better": [one.case.id for one in better],
            "both_right": counts.both_right, "both_wrong": counts.both_wrong, "p": round(counts.p, 6), "verdict": counts.verdict,
        })  # fmt: skip
        return
    typer.echo(
        f"{judged.before.plan.run_id} -> {judged.plan.run_id}: {judged.before.share.value:.1%} -> {judged.share.value:.1%}; "
        f"{counts.worse} cases lost, {counts.better} won, p = {counts.p:.3f}: {counts.verdict}."
    )
    for one in worse:
        typer.echo(f"  lost  {one.case.id}: {_failure(one)['failures']}")
    for one in better:
        typer.echo(f"  won   {one.case.id}")


@app.command("list")
def list_runs(as_json: Json = False) -> None:
    """List the runs there are."""
    from evals.run_folder import all_runs

    rows: list[dict[str, Any]] = []
    for folder in all_runs(runs_root(load_settings())):
        plan = folder.plan()
        rows.append({
            "run_id": plan.run_id, "started_at": plan.started_at, "cases": len(plan.cases), "repeats": plan.repeats,
            "bundle": plan.bundle.digest, "selection": plan.selection,
        })  # fmt: skip
    if as_json:
        print_json({"runs": rows})
        return
    for row in rows:
        typer.echo(
            f"{row['run_id']}  {row['cases']} cases x {row['repeats']}  {row['bundle'][:12]}  {row['selection']}"
        )


@app.command()
def candidates(as_json: Json = False) -> None:
    """List the answers that people marked as bad, each ready to become a case; and count the votes."""
    from copilot.feedback import Feedback
    from copilot.store import Store

    settings = load_settings()
    feedback = Feedback(Store(settings.sqlalchemy_url), settings.data_dir)
    found, votes = feedback.candidates(), feedback.counted()
    if as_json:
        print_json({"candidates": [{"path": str(one)} for one in found], "votes": votes})
        return
    for one in found:
        typer.echo(str(one))
    typer.echo(f"{votes['good']} answers were marked as good, {votes['bad']} as bad.")


def runs_root(settings: Settings) -> Path:
    """Where runs are kept."""
    return settings.data_dir / "evals" / "runs"


def proof_of(settings: Settings, name: str) -> Proof:
    """A run as the proof of a release: judged anew from its results, against the suite of now.

    Raises:
        RunError: there is no such run, or it is damaged.
    """
    from copilot.releases import Proof
    from evals.case import load_cases, suite_digest
    from evals.judging import judge
    from evals.run_folder import find_run

    root = runs_root(settings)
    folder = find_run(root, name)
    judged = judge(folder, before=_released_run(settings, root, folder))
    whole = judged.complete and judged.plan.suite == suite_digest(load_cases())
    return Proof(
        run_id=judged.plan.run_id, bundle=judged.plan.bundle, results_sha256=judged.results_sha256, complete=whole,
        failed_gates=judged.failed_gates,
    )  # fmt: skip


def make_plan(
    settings: Settings,
    *,
    only: list[str],
    repeats: int,
    prompts: Mapping[str, str],
    brain: str,
    base_url: str | None,
    model: str | None,
    cases: Path | None,
    recording: Path | None,
    quiet: bool,
) -> Plan:
    """What is to be run, with the documents made ready. Raises CaseError, PromptError, SettingsError."""
    from copilot.bundle import running_bundle
    from evals.case import load_cases
    from evals.run_folder import Plan

    if (base_url is None) != (model is None):
        fail("--base-url and --model belong together.", code=2)
    chosen = select(load_cases(cases), only)
    if recording is not None and not recording.is_file():
        fail(f"There is no recording {recording}. `copilot record OUT` makes one.")
    _loads(brain)
    library = eval_library(settings, quiet=quiet)
    values: dict[str, Any] = {
        "data_dir": str(library), "environment": settings.environment,
        **{
            name: str(path.resolve())
            for name in ("decision_rights", "house_rules", "option_weights")
            if (path := getattr(settings, name))
        },
        "prompts_dir": str(settings.prompts_dir.resolve()) if settings.prompts_dir else None,
        "model": model or settings.model, "OPENAI_BASE_URL": base_url or settings.openai_base_url,
    }  # fmt: skip
    started = datetime.now(UTC)
    run_id = f"{started:%Y%m%dT%H%M%S}-{hashlib.sha256(repr((started, values)).encode()).hexdigest()[:6]}"
    if prompts:
        values["prompts_dir"] = str(_trial_prompts(settings, prompts, run_id))
    from evals.stage import settings_from

    trial = settings_from({name: value for name, value in values.items() if value is not None})
    if settings.openai_api_key and not trial.openai_base_url:
        trial = trial.model_copy(update={"openai_api_key": settings.openai_api_key})
    return Plan(
        run_id=run_id, started_at=started.isoformat(timespec="seconds"), bundle=running_bundle(trial, brain=brain),
        cases=chosen, repeats=repeats, settings={name: value for name, value in values.items() if value is not None},
        brain=brain, recording=str(recording.resolve()) if recording else "", documents=library.name,
        selection=", ".join([*only, *([str(cases)] if cases else [])]),
    )  # fmt: skip


def select(cases: tuple[Case, ...], only: list[str]) -> tuple[Case, ...]:
    """The cases of these categories, or with these parts of an id; all where nothing is asked for."""
    chosen = tuple(
        one for one in cases if not only or any(part == one.category or part in one.id for part in only)
    )
    if not chosen:
        fail(f"No case fits {', '.join(only)}. `copilot eval run` without --only runs all {len(cases)}.")
    return chosen


def eval_library(settings: Settings, *, quiet: bool) -> Path:
    """A data folder with the demo documents, made once for each state of documents and ingest code."""
    from copilot.commands.ingesting import demo_documents, ingest_here
    from copilot.commands.terminal import ingest_progress

    root = settings.data_dir / "evals" / "documents"
    folder = root / _state_of(demo_documents(), settings.embedding_model)
    ready = folder / ".ready"
    if not ready.exists():
        if root.exists():
            shutil.rmtree(folder, ignore_errors=True)
        with ingest_progress(quiet=quiet) as progress:
            made = Settings(_env_file=None, data_dir=folder, embedding_model=settings.embedding_model)  # type: ignore[call-arg]
            ingest_here(made, [demo_documents()], collection=None, progress=progress)
        ready.touch()
    return folder


def write_outputs(folder: RunFolder, judged: Judged) -> None:
    """The verdict, JUnit for CI, and the log that other people's viewers read."""
    from evals.inspect_log import inspect_log
    from evals.junit import junit_xml
    from evals.summary import summary_json

    folder.write("verdict.json", summary_json(judged))
    folder.write("junit.xml", junit_xml(judged))
    folder.write("inspect.json", inspect_log(judged))


def _state_of(documents: Path, embedding_model: str | None) -> str:
    """A name for the documents as they are, the code that reads them, and the model that searches them."""
    import knowledge_ingest
    import retrieval

    found = hashlib.sha256((embedding_model or "").encode())
    roots = [documents, Path(str(knowledge_ingest.__file__)).parent, Path(str(retrieval.__file__)).parent]
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix not in {".pyc", ""} and "source" not in path.parts:
                found.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _trial_prompts(settings: Settings, prompts: Mapping[str, str], run_id: str) -> Path:
    """A copy of the prompts in which other versions are pinned: what is released stays as it is."""
    from prompts import Catalogue, catalogue

    source = catalogue(settings.prompts_dir)
    for name, version in prompts.items():
        source.load(name, version)
    folder = settings.data_dir / "evals" / "prompts" / run_id
    shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    trial = Catalogue(folder)
    trial.pin(settings.environment, {**trial.pins(settings.environment), **prompts})
    return folder


def _released_run(settings: Settings, root: Path, folder: RunFolder) -> RunFolder | None:
    """The run that the release in force rests on, if it is here; else the whole run before this one."""
    from copilot.bootstrap import open_releases
    from evals.run_folder import PLAN, RunFolder, all_runs

    current = open_releases(settings).current()
    if current is not None and current.run_id and current.run_id != folder.folder.name:
        found = RunFolder(root / current.run_id)
        if (found.folder / PLAN).is_file():
            return found
    selection = folder.plan().selection
    earlier = [
        one
        for one in all_runs(root)
        if one.folder.name < folder.folder.name and one.plan().selection == selection
    ]
    return earlier[-1] if earlier else None


def _still_the_same(plan: Plan) -> None:
    from copilot.bundle import running_bundle
    from evals.stage import settings_from

    trial = settings_from(plan.settings)
    if running_bundle(trial, brain=plan.brain).digest != plan.bundle.digest:
        fail(
            f"What runs is not what run {plan.run_id} was begun on: a prompt, the phrasing or the decision rights have changed. "
            "Begin a new run."
        )


def _pins(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, version = one.partition("=")
        if not sign:
            fail(f"{one!r} is no version; write it as NAME=VERSION.", code=2)
        found[name.strip()] = version.strip()
    return found


def _loads(brain: str) -> None:
    from importlib import import_module

    if not brain:
        return
    module, _, name = brain.partition(":")
    try:
        found = getattr(import_module(module), name, None)
    except ImportError as error:
        fail(f"The brain {brain!r} cannot be loaded ({error}). Write it as MODULE:NAME.")
    if not callable(found):
        fail(f"{module} has nothing called {name!r} that makes a brain.")


def _failure(one: Any) -> dict[str, Any]:
    from evals.scorers import NAMES

    return {
        "case": one.case.id,
        "failures": [f"{NAMES[each.scorer]}: {each.why}" for each in one.failures],
    }


def _show(judged: Judged, folder: RunFolder, *, as_json: bool) -> None:
    from evals.summary import summary

    if as_json:
        print_json({**summary(judged), "folder": str(folder.folder)})
        return
    share = judged.share
    typer.echo(
        f"{judged.plan.run_id}: {share.right} of {share.of} cases pass ({share.low:.0%} to {share.high:.0%} at 95 %)."
    )
    for gate in judged.gates:
        typer.echo(f"  {'holds' if gate.holds else 'FAILS'}  {gate.name}: {gate.says}")
    for one in [one for one in judged.verdicts if not one.passed][:40]:
        known = " (known)" if one.case.known_fault else ""
        typer.echo(f"  - {one.case.id}{known}: {'; '.join(_failure(one)['failures'])[:300]}")
    typer.echo("It passes." if judged.passed else "It does not pass.")
    typer.echo(f"Everything is in {folder.folder}; `copilot eval report` writes the report.")
