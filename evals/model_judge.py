"""A language model that looks at answers: optional, tracked, never a gate. Any OpenAI-style endpoint; its prompt is a released one.

How far it agrees with people is measured on the labelled answers before it says anything about a run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.errors import CaseError, RunError
from evals.judging import Judged
from evals.opinions import Opinion, append, note_judge, read_opinions
from evals.result import Result
from evals.statistics import Agreement, agreement
from prompts import Prompt

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

PROMPT = "answer_judge"
PATIENCE = 3
"""Calls in a row without a reply after which it is not asked any more: it is down, and the rest can be asked for later."""
LONGEST_SOURCE = 600
MOST_SOURCES = 16

Progress = Callable[[int, int], None]


class Labelled(BaseModel):
    """An answer that people have judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    label: Literal["good", "bad"]
    why: str
    question: str
    answer: str
    sources: tuple[str, ...] = ()


class _Reply(BaseModel):
    verdict: Literal["good", "bad"]
    reason: str = Field(default="", max_length=2_000)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the model said of one answer."""

    verdict: Literal["good", "bad", ""]
    reason: str = ""
    problem: str = ""
    silent: bool = False
    """Nothing came at all; a reply that is no verdict is a reply."""


class ModelJudge:
    """A model with the judge's prompt.

    Args:
        model: as LangChain has it; time-outs are its own.
        name: the model's name.
    """

    def __init__(self, model: BaseChatModel, name: str, prompt: Prompt) -> None:
        if not prompt.allows(name):
            raise RunError(f"Prompt {prompt.name} version {prompt.version} may not be given to {name}.")
        self._model, self.name, self.prompt = model, name, prompt

    @property
    def id(self) -> str:
        return f"{self.name}/{self.prompt.digest[:16]}"

    def look_at(self, question: str, answer: str, sources: Sequence[str]) -> Said:
        """Its verdict; what goes wrong stands in `problem`, nothing is raised."""
        asked = json.dumps(
            {"question": question, "answer": answer, "sources": list(sources)}, ensure_ascii=False
        )
        try:
            reply = self._model.invoke([("system", self.prompt.render()), ("user", asked)])
        except Exception as error:  # the client's errors are many, and each means the same here
            return Said(
                verdict="", problem=f"{self.name} did not answer ({type(error).__name__})", silent=True
            )
        return _read(self.name, str(reply.content))

    def agreement(
        self, labelled: Sequence[Labelled], *, progress: Progress = lambda done, of: None
    ) -> Agreement:
        """How far it agrees with people. Answers of which it gives no verdict count as disagreement.

        Raises:
            RunError: it does not answer at all.
        """
        pairs: list[tuple[bool, bool]] = []
        silent = none = 0
        for done, one in enumerate(labelled, start=1):
            said = self.look_at(one.question, one.answer, one.sources)
            silent = silent + 1 if said.silent else 0
            if silent >= PATIENCE:
                raise RunError(
                    f"{said.problem}, {PATIENCE} times in a row. Nothing was lost: no score needs it. Check the endpoint, then ask again."
                )
            by_people = one.label == "good"
            none += not said.verdict
            pairs.append((by_people, (said.verdict == "good") if said.verdict else not by_people))
            progress(done, len(labelled))
        return agreement(pairs, none=none)


def load_labelled(path: Path | None = None) -> tuple[Labelled, ...]:
    """The labelled answers.

    Raises:
        CaseError: the file is malformed, or holds one kind of label only, with which agreement cannot be measured.
    """
    path = path or Path(str(resources.files("evals").joinpath("labelled", "answers.yaml")))
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
        rows = content["answers"]
        found = tuple(Labelled.model_validate(one) for one in rows)
    except OSError as error:
        raise CaseError(f"The labelled answers {path} cannot be read ({error.strerror}).") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise CaseError(
            f"A labelled answer in {path.name} is malformed: {first['loc']}: {first['msg']}."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        raise CaseError(f"{path.name} holds no list called `answers`.") from None
    if {one.label for one in found} != {"good", "bad"}:
        raise CaseError(f"{path.name} needs answers labelled good and answers labelled bad.")
    return found


def ask_about(
    judged: Judged,
    folder: Path,
    judge: ModelJudge,
    labelled: Sequence[Labelled],
    *,
    progress: Progress = lambda done, of: None,
) -> str:
    """Measure the judge, then ask it about every answer of a run that it has not given a verdict of. Kept one by one.

    Returns:
        Why it was not asked about all of them; empty: it was.

    Raises:
        RunError: it does not answer at all, or what it says cannot be written.
    """
    shown = {
        one.case.id: one.worst.result
        for one in judged.verdicts
        if one.worst is not None and one.worst.result.text
    }
    outcomes = {case_id: result.fingerprint for case_id, result in shown.items()}
    known = read_opinions(folder, outcomes)
    steps = len(shown) + len(labelled)
    if known is None or known.judge != judge.id:
        agreed = judge.agreement(labelled, progress=lambda done, _: progress(done, steps))
        note_judge(
            folder, judge=judge.id, model=judge.name, prompt_version=judge.prompt.version, agreement=agreed
        )
        known = None
    given = {} if known is None else {case_id: one for case_id, one in known.of.items() if one.verdict}
    silent = 0
    for done, (case_id, result) in enumerate(shown.items(), start=len(labelled) + 1):
        if case_id not in given:
            said = judge.look_at(str(result.answer.get("question", "")), result.text, sources_of(result))
            silent = silent + 1 if said.silent else 0
            opinion = Opinion(case_id=case_id, outcome=outcomes[case_id], judge=judge.id, verdict=said.verdict,
                              reason=said.reason, problem=said.problem)  # fmt: skip
            append(folder, opinion)
            if silent >= PATIENCE:
                return (
                    f"{said.problem}, {PATIENCE} times in a row, so it was not asked about the rest. What it said is kept; the scores do "
                    "not need it. Run the same command again to go on."
                )
        progress(done, steps)
    return ""


def sources_of(result: Result) -> list[str]:
    """What an answer cites, short."""
    answer = result.answer
    found = [
        f"{one['id']} {one['title']}, {one['section']}: {_cut(one['quote'])}"
        for one in answer.get("citations", ())
    ]
    found += [
        f"{one['id']} {one['display_name']} ({one['model']}): {_cut(_fields(one['fields']))}"
        for one in answer.get("evidence", ())
        if f"[{one['id']}]" in result.text
    ]
    return found[:MOST_SOURCES]


def _fields(fields: Mapping[str, Any]) -> str:
    return "; ".join(f"{name} {value}" for name, value in fields.items() if value not in (None, "", []))


def _cut(text: str) -> str:
    return " ".join(str(text).split())[:LONGEST_SOURCE]


def _read(name: str, text: str) -> Said:
    """A reply as a verdict. A fence of Markdown or a sentence around the object is forgiven; anything else is no verdict."""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    try:
        reply = _Reply.model_validate_json(found.group()) if found else None
    except ValidationError:
        reply = None
    if reply is None:
        said = " ".join(text.split())[:120] or "nothing"
        return Said(verdict="", problem=f"{name} gave no verdict but said: {said}")
    return Said(verdict=reply.verdict, reason=" ".join(reply.reason.split())[:400])
