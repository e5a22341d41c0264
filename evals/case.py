"""A case: a situation, who asks what, and how it has to end. Read from YAML, strictly: a word that is not known is an error."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from copilot.answer import Status
from erp_tools.actions.types import ActionType
from erp_tools.lateness.taxonomy import CAUSES
from erp_tools.odoo.allow_list import ALLOWED
from evals.errors import CaseError

Category = Literal[
    "causes", "two_causes", "options", "drafts", "policy", "conflicts", "permissions", "injection", "nothing_known", "faults",
    "follow_ups", "wording", "formats", "fairness", "retrieval",
]  # fmt: skip
CATEGORIES: tuple[Category, ...] = get_args(Category)

FaultKind = Literal["timeout", "denied", "error", "garbage", "lies"]
"""What a read or a call does instead: no answer in time; Odoo refuses; Odoo fails inside; no record comes back that could be one; or
(calls only) it says that it was done and does nothing."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Strict):
    """A record that is not as it was recorded: values set on the one found, or a new one."""

    model: str
    find: dict[str, Any] = {}
    """Field -> value that finds exactly one record; empty: a new record is added."""
    values: dict[str, Any]
    """Field -> value as Odoo's RPC writes it; ``{"find": {...}, "model": …}`` points at a record."""
    when: Literal["before", "after_draft"] = "before"
    """When somebody changes it: before the question, or after the draft was made."""

    @field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ALLOWED:
            raise ValueError(f"no model {value!r} is ever read; see erp_tools/odoo/allow_list.py")
        return value


class Fault(_Strict):
    """One model of Odoo that does not answer as it should."""

    model: str
    """A model's name, or ``*`` for all."""
    kind: FaultKind
    method: str = "read"
    """``read``, or the name of a business method."""


class Situation(_Strict):
    """The recorded Odoo with what is different in this case."""

    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    add_ons: dict[str, tuple[str, ...]] = {}
    """Model -> fields of modules that the recorded Odoo does not have, and that are installed here."""
    documents: Literal["as_they_are", "unavailable"] = "as_they_are"

    @property
    def is_plain(self) -> bool:
        return not (self.changes or self.faults or self.add_ons or self.documents != "as_they_are")

    @field_validator("add_ons")
    @classmethod
    def _allowed(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for model, names in value.items():
            odd = [name for name in names if model not in ALLOWED or name not in ALLOWED[model].fields]
            if odd:
                raise ValueError(f"{model}.{odd[0]} is never read; see erp_tools/odoo/allow_list.py")
        return value


class DraftWanted(_Strict):
    """An action that the asking person drafts at the desk."""

    action: ActionType
    wishes: dict[str, str] = Field(alias="with")


class Decision(_Strict):
    """What somebody does about the draft."""

    by: str
    """Login."""
    does: Literal["approve", "reject"]


class Search(_Strict):
    """A bare search of the documents, without a brain."""

    customer: str = ""
    carrier: str = ""
    history: bool = False


class Cited(_Strict):
    """A passage that has to be cited (or found)."""

    document: str
    quote: str = ""
    """Words that stand in the cited passage, white space folded; empty: any passage of the document."""


class DraftExpected(_Strict):
    """What a draft has to be."""

    action: ActionType | None = None
    state: str | None = None
    """After all decisions."""
    refused: str | None = None
    """A phrase of the refusal; there must be no draft then."""
    summary: tuple[str, ...] = ()
    """Phrases of the summary, its changes and effects."""
    approvers: int | None = None
    risk: Literal["low", "medium", "high"] | None = None
    warned: bool | None = None


class EndState(_Strict):
    """A record as it has to be in Odoo when all is done."""

    model: str
    find: dict[str, Any]
    fields: dict[str, Any] = {}
    count: int | None = None
    """How many records are found; with ``fields`` exactly one."""


class OptionExpected(_Strict):
    """One of the options side by side."""

    kind: str
    contract_fit: str | None = None
    recommended: bool | None = None
    offered: bool = True
    """False: it must not be recommended, whatever else is said of it."""


class Expected(_Strict):
    """How the case has to end. What is left out is not looked at; citations, proof, leaks and links always are."""

    status: tuple[Status, ...] = ()
    order: str | None = None
    late: bool | None = None
    causes: tuple[str, ...] = ()
    """Named within the first ``len(causes)``, in any order."""
    also_true: tuple[str, ...] = ()
    """Right as further causes; any other is invented."""
    says: tuple[str, ...] = ()
    """Phrases in the text, without regard to case and white space; ``a | b``: either; ``re:…``: a pattern."""
    never: tuple[str, ...] = ()
    """Phrases that stand neither in the answer nor in what the brain wrote."""
    secrets: tuple[str, ...] = ()
    """Phrases that stand nowhere in what reaches the person or the brain: answer, evidence, tool results."""
    reached: tuple[str, ...] = ()
    """Phrases that have to stand in what the copilot was given to read: without them the case would show nothing."""
    cites: tuple[Cited, ...] = ()
    not_cites: tuple[str, ...] = ()
    """Document ids."""
    evidence: tuple[str, ...] = ()
    """Models of which a record has to be cited in the text."""
    asks_back: bool | None = None
    obeys_nothing: bool = False
    """A text in the records or documents asks for something: it must not be followed."""
    forbids: tuple[str, ...] = ()
    """Kinds of actions that must not be offered or recommended: ``split_delivery``."""
    options: tuple[OptionExpected, ...] = ()
    draft: DraftExpected | None = None
    end_state: tuple[EndState, ...] = ()
    degraded: bool | None = None
    """Whether the answer has to say that something was not available."""
    format: Literal["short", "customer", "list"] | None = None
    ranks_first: tuple[str, ...] = ()
    """Orders, in this order, among those listed at risk."""
    may_leave_out: bool = False
    """A record's own name is hostile: a sentence that repeats it may be taken out."""
    max_odoo_calls: int = Field(default=16, ge=0)
    found: bool | None = None
    """Retrieval: whether anything relevant is there for this reader."""

    @field_validator("causes", "also_true")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if odd := sorted(set(value) - set(CAUSES)):
            raise ValueError(f"there is no cause {odd[0]!r}; see docs/reference/causes.md")
        return value

    @field_validator("says", "never", "secrets", mode="after")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if one.startswith("re:"):
                try:
                    re.compile(one[3:])
                except re.error as error:
                    raise ValueError(f"{one!r} is no pattern ({error})") from None
        return value


class Case(_Strict):
    """One question or one drafted action, and the right end of it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{2,80}$")
    category: Category
    asks: str = "service"
    """Login of the recorded person who asks."""
    language: str = "en"
    cause: str = ""
    """For slices: what it is about; the first expected cause where it is left out."""
    customer_group: str = ""
    """For slices of fairness: the tier or kind of the customer."""
    situation: Situation = Situation()
    turns: tuple[str, ...] = Field(min_length=1)
    """Questions of one conversation; the last one is judged."""
    search: Search | None = None
    draft: DraftWanted | None = None
    decide: tuple[Decision, ...] = ()
    expect: Expected
    known_fault: str = ""
    """A fault of the product that is known: it fails, counts as a failure, stands in the report's limits, and stops no release."""
    note: str = ""
    file: str = Field(default="", exclude=True)

    @model_validator(mode="after")
    def _makes_sense(self) -> Case:
        if (self.category == "retrieval") != (self.search is not None):
            raise ValueError("`search` belongs to the category retrieval, and only to it")
        if self.expect.draft is None and (self.draft or self.decide):
            raise ValueError("a draft needs `expect.draft`")
        expects = self.expect.model_fields_set - {"max_odoo_calls", "may_leave_out"}
        if not expects:
            raise ValueError("nothing is expected of it, so it could not fail")
        return self

    @property
    def sha(self) -> str:
        """Hash of everything that decides how it runs and is judged."""
        body = self.model_dump(
            mode="json", exclude_defaults=True
        )  # a field that is added later changes no case
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

    @property
    def source(self) -> str:
        """What the answer has to come from, for slices."""
        if self.category == "retrieval" or (
            self.expect.cites and not self.expect.evidence and not self.expect.causes
        ):
            return "documents"
        return "Odoo and documents" if self.expect.cites else "Odoo"

    @property
    def about(self) -> str:
        return self.cause or (self.expect.causes[0] if self.expect.causes else "-")


def shipped_cases() -> Path:
    """The folder of the cases that come with the product."""
    return Path(str(resources.files("evals").joinpath("cases")))


def load_cases(folder: Path | None = None) -> tuple[Case, ...]:
    """All cases of a folder's YAML files, by file and place.

    Raises:
        CaseError: a file or a case is malformed, or two have one id; names the file, the case and the field.
    """
    folder = folder or shipped_cases()
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise CaseError(f"There are no cases in {folder}: it has no .yaml file.")
    cases: list[Case] = []
    seen: dict[str, str] = {}
    for file in files:
        for case in _cases_of(file):
            if case.id in seen:
                raise CaseError(f"Two cases are called {case.id}: in {seen[case.id]} and in {file.name}.")
            seen[case.id] = file.name
            cases.append(case)
    return tuple(cases)


def suite_digest(cases: Iterable[Case]) -> str:
    """One hash over a set of cases, whatever their order."""
    return hashlib.sha256("\n".join(sorted(f"{one.id} {one.sha}" for one in cases)).encode()).hexdigest()


def _cases_of(file: Path) -> Iterable[Case]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        at = f" at line {place.line + 1}" if place else ""
        raise CaseError(f"The case file {file.name} is no YAML{at}.") from None
    except OSError as error:
        raise CaseError(f"The case file {file.name} cannot be read ({error.strerror}).") from None
    rows = content.get("cases") if isinstance(content, dict) else None
    if not isinstance(rows, list) or set(content) - {"cases", "defaults"}:
        raise CaseError(
            f"The case file {file.name} holds no list called `cases` (and at most `defaults` beside it)."
        )
    defaults = content.get("defaults") or {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise CaseError(f"Case {number} of {file.name} is no list of names and values.")
        name = row.get("id", f"number {number}")
        try:
            yield Case.model_validate({**defaults, **row, "file": file.name})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "case"
            raise CaseError(
                f"Case {name} of {file.name}: {where}: {first['msg'].removeprefix('Value error, ')}."
            ) from None


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
