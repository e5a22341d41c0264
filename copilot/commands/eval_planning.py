"""What an eval run is to run: the cases that are picked, the documents made ready, the versions that are tried."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.commands.shared import fail
from copilot.settings import Settings

if TYPE_CHECKING:
    from evals.case import Case
    from evals.run_folder import Plan


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


def still_the_same(plan: Plan) -> None:
    from copilot.bundle import running_bundle
    from evals.stage import settings_from

    trial = settings_from(plan.settings)
    if running_bundle(trial, brain=plan.brain).digest != plan.bundle.digest:
        fail(
            f"What runs is not what run {plan.run_id} was begun on: a prompt, the phrasing or the decision rights have changed. "
            "Begin a new run."
        )


def pins_from(given: list[str]) -> dict[str, str]:
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
