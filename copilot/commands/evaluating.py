"""Evals on the command line: run the suite, judge it, write the report, compare, and look after cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.commands.eval_planning import make_plan, pins_from, still_the_same
from copilot.commands.eval_runs import released_run, runs_root, write_outputs
from copilot.commands.shared import Json, fail, print_json
from copilot.settings import load_settings

if TYPE_CHECKING:
    from evals.judging import Judged
    from evals.run_folder import RunFolder

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
        still_the_same(folder.plan())
    else:
        plan = make_plan(
            settings, only=only or [], repeats=repeats, prompts=pins_from(prompt or []), brain=brain, base_url=base_url,
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
    judged = judge(folder, before=released_run(settings, root, folder))
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
    judged = judge(folder, before=released_run(settings, root, folder))
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
    earlier = find_run(root, before) if before else released_run(settings, root, folder)
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
def judge(
    name: RunName = "last",
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", help="OpenAI-style endpoint; default: the one of the settings."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Its model; default: the one of the settings.")
    ] = None,
    labelled: Annotated[
        Path | None, typer.Option("--labelled", help="Another file of answers that people have judged.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask a language model what it thinks of a run's answers: tracked in the report, never a gate. Its agreement with people first."""
    from copilot.commands.terminal import counting
    from copilot.models.openai_model import build_openai_model
    from evals.judging import judge as judged_of
    from evals.model_judge import PROMPT, ModelJudge, ask_about, load_labelled
    from evals.run_folder import find_run
    from prompts import catalogue

    settings = load_settings()
    address, name_of_model = base_url or settings.openai_base_url, model or settings.model
    if not name_of_model or not (address or settings.openai_api_key):
        fail(
            "Which model? Name it with --base-url and --model, or configure one; the key is OPENAI_API_KEY.",
            code=2,
        )
    folder = find_run(runs_root(settings), name)
    prompt = catalogue(settings.prompts_dir).load(PROMPT, environment=settings.environment)
    asked = ModelJudge(
        build_openai_model(model=name_of_model, base_url=address, api_key=settings.openai_api_key),
        name_of_model,
        prompt,
    )
    with counting("Asking the judge") as step:
        stopped = ask_about(
            judged_of(folder), folder.folder, asked, load_labelled(labelled),
            progress=lambda done, of: step(done, of, folder.folder.name),
        )  # fmt: skip
    found = judged_of(folder).opinions
    assert found is not None
    given = [one for one in found.of.values() if one.verdict]
    good, agreed = sum(one.verdict == "good" for one in given), found.agreement
    if as_json:
        print_json({
            "run_id": folder.plan().run_id, "model": found.model, "prompt": found.prompt_version, "agreement": vars(agreed),
            "asked": len(found.of), "good": good, "bad": len(given) - good, "none": len(found.of) - len(given), "stopped": stopped,
        })  # fmt: skip
    else:
        kappa = (
            "not defined"
            if agreed.kappa is None
            else f"{agreed.kappa:.2f} (95 %: {agreed.low:.2f} to {agreed.high:.2f})"
        )
        typer.echo(
            f"{found.model} agrees with people on {agreed.agreed} of {agreed.n} labelled answers: kappa {kappa}."
        )
        typer.echo(
            f"It finds {good} answers good and {len(given) - good} bad; of {len(found.of) - len(given)} it gave no verdict."
        )
        typer.echo(stopped or "It stands in the report, and changes no score and no gate.")
    if stopped:
        raise typer.Exit(1)


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
    from evals.errors import RunError
    from evals.run_folder import all_runs

    rows: list[dict[str, Any]] = []
    damaged: list[str] = []
    for folder in all_runs(runs_root(load_settings())):
        try:
            plan = folder.plan()
        except RunError as error:
            damaged.append(str(error))
            continue
        rows.append({
            "run_id": plan.run_id, "started_at": plan.started_at, "cases": len(plan.cases), "repeats": plan.repeats,
            "bundle": plan.bundle.digest, "selection": plan.selection,
        })  # fmt: skip
    if as_json:
        print_json({"runs": rows, "damaged": damaged})
        return
    for row in rows:
        typer.echo(
            f"{row['run_id']}  {row['cases']} cases x {row['repeats']}  {row['bundle'][:12]}  {row['selection']}"
        )
    for one in damaged:
        typer.echo(one)


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
    if (repeats := judged.plan.repeats) > 1:
        agreeing, hat = judged.agreeing(), judged.pass_hat()
        shown = ", ".join(f"pass^{k} {value:.1%}" for k, value in hat.items() if value is not None)
        typer.echo(
            f"  {agreeing.right} of {agreeing.of} gave the same outcome {repeats} times of {repeats}; {shown}."
        )
    for gate in judged.gates:
        typer.echo(f"  {'holds' if gate.holds else 'FAILS'}  {gate.name}: {gate.says}")
    for one in [one for one in judged.verdicts if not one.passed][:40]:
        known = " (known)" if one.case.known_fault else ""
        typer.echo(f"  - {one.case.id}{known}: {'; '.join(_failure(one)['failures'])[:300]}")
    typer.echo("It passes." if judged.passed else "It does not pass.")
    typer.echo(f"Everything is in {folder.folder}; `copilot eval report` writes the report.")
