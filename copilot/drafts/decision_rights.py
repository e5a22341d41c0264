"""Who may decide what: `decision_rights.yaml`, checked when it is read and explained when it is used.

A verdict names the rule, the policy's version and hash, and says in words why it is so. It is computed when something is drafted and
again when it is run; only the later one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from copilot.errors import SettingsError
from erp_tools.actions.types import ACTION_NAMES, ACTION_TYPES, ActionType
from erp_tools.lateness.taxonomy import Certainty
from erp_tools.odoo.roles import ROLES

Tier = Literal["A", "B", "C", "none"]
ContractSays = Literal["allows", "conditional", "forbids", "silent", "unknown", "not_relevant"]
VerdictKind = Literal["automatic", "approval", "human_only", "refused"]
Role = Literal["service", "supervisor", "purchasing", "sales", "finance", "compliance"]

IN_WORDS: dict[str, str] = {
    "allows": "the contract allows it", "conditional": "the contract allows it on conditions", "forbids": "the contract forbids it",
    "silent": "the contract says nothing about it", "unknown": "nobody has confirmed what the contract says", "not_relevant": "",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What a decision depends on, all of it computed by code."""

    action: ActionType
    amount: Decimal
    """Value of the order's open lines in the policy's currency."""
    tier: Tier = "none"
    margin_loss: Decimal | None = None
    """What the action costs, in percent of the amount; None: not known, which counts as 100."""
    certainty: Certainty = "unknown"
    contract: ContractSays = "unknown"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the decision rights say of a situation."""

    kind: VerdictKind
    rule: str
    """Id of the rule; empty where none fits."""
    roles: frozenset[str] = frozenset()
    approvers: int = 0
    four_eyes: bool = False
    expires_hours: int = 0
    text: str
    """Why, in a sentence for people."""
    policy_version: int
    policy_hash: str
    """SHA-256 of the file this verdict was read from."""


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _When(_Strict):
    amount_below: Decimal | None = Field(default=None, gt=0)
    amount_from: Decimal | None = Field(default=None, gt=0)
    tiers: tuple[Tier, ...] = Field(default=(), min_length=0)
    margin_loss_below: Decimal | None = Field(default=None, gt=0, le=100)
    margin_loss_from: Decimal | None = Field(default=None, ge=0, le=100)
    certainty: tuple[Certainty, ...] = ()
    contract: tuple[ContractSays, ...] = ()

    @model_validator(mode="after")
    def _can_hold(self) -> _When:
        for low, high in (
            (self.amount_from, self.amount_below),
            (self.margin_loss_from, self.margin_loss_below),
        ):
            if low is not None and high is not None and low >= high:
                raise ValueError(f"can never hold: from {low} and below {high}")
        return self


class _Approval(_Strict):
    roles: tuple[Role, ...] = Field(min_length=1)
    approvers: int = Field(ge=1, le=4)
    four_eyes: bool
    expires_hours: int = Field(ge=1, le=24 * 14)


class _Rule(_Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    action: Annotated[tuple[ActionType, ...], BeforeValidator(_one_or_many)] = Field(min_length=1)
    when: _When = _When()
    verdict: Literal["automatic", "approval", "human_only"]
    approval: _Approval | None = None
    because: str = Field(min_length=5, max_length=200)

    @model_validator(mode="after")
    def _fits(self) -> _Rule:
        if (self.verdict == "approval") != (self.approval is not None):
            raise ValueError("`approval` belongs to the verdict approval, and only to it")
        if self.verdict == "automatic" and set(self.action) - AUTOMATIC:
            raise ValueError(f"only {', '.join(sorted(AUTOMATIC))} may be automatic")
        return self


class _Reading(_Strict):
    low: int = Field(default=0, ge=0, le=600)
    medium: int = Field(default=0, ge=0, le=600)
    high: int = Field(default=8, ge=0, le=600)


class _Policy(_Strict):
    version: int = Field(ge=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    reading_seconds: _Reading = _Reading()
    """By risk: how long a draft has been open to an approver before their approval counts (RELIABILITY T14)."""
    rules: tuple[_Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _makes_sense(self) -> _Policy:
        seen: set[str] = set()
        for place, rule in enumerate(self.rules):
            if rule.id in seen:
                raise ValueError(f"two rules are called {rule.id}")
            seen.add(rule.id)
            for action in rule.action:
                for earlier in self.rules[:place]:
                    if action in earlier.action and _covers(earlier.when, rule.when):
                        raise ValueError(
                            f"rule {rule.id} is never reached for {action}: {earlier.id} decides before it"
                        )
        return self


AUTOMATIC: frozenset[ActionType] = frozenset({"log_note"})
"""What a policy may let happen without anybody's word: nothing that changes an order, its stock, its dates or a customer's mind."""

_UNKNOWN_LOSS = Decimal(100)


class DecisionRights:
    """A policy that was read and checked."""

    def __init__(self, policy: _Policy, digest: str) -> None:
        self._policy = policy
        self.hash = digest

    @property
    def version(self) -> int:
        return self._policy.version

    @property
    def currency(self) -> str:
        return self._policy.currency

    def reading_seconds(self, risk: Literal["low", "medium", "high"]) -> int:
        """How long an approver has had a draft of this risk open before their approval counts."""
        return int(getattr(self._policy.reading_seconds, risk))

    @property
    def unmatched(self) -> tuple[ActionType, ...]:
        """Actions that no rule names: always refused."""
        named = {action for rule in self._policy.rules for action in rule.action}
        return tuple(action for action in ACTION_TYPES if action not in named)

    def verdict(self, situation: Situation) -> Verdict:
        """What the first rule that fits says; refused where none fits."""
        for rule in self._policy.rules:
            if situation.action in rule.action and _holds(rule.when, situation):
                approval = rule.approval
                return Verdict(
                    kind=rule.verdict,
                    rule=rule.id,
                    roles=frozenset(approval.roles) if approval else frozenset(),
                    approvers=approval.approvers if approval else 0,
                    four_eyes=approval.four_eyes if approval else False,
                    expires_hours=approval.expires_hours if approval else 0,
                    text=_explained(rule, situation, self.currency),
                    policy_version=self.version,
                    policy_hash=self.hash,
                )
        return Verdict(
            kind="refused",
            rule="",
            text=f"{ACTION_NAMES[situation.action]}: refused, because no decision right covers this"
            + _facts(
                [f"the cause behind it is {situation.certainty}", IN_WORDS[situation.contract]], lead=" ("
            ),
            policy_version=self.version,
            policy_hash=self.hash,
        )


def load_decision_rights(path: Path | None = None) -> DecisionRights:
    """The policy of a file; None: the one that ships with the product.

    Raises:
        SettingsError: it cannot be read or makes no sense; says where.
    """
    if path is None:
        return _shipped()
    try:
        return _parsed(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(f"The decision rights {path} cannot be read ({error.strerror}).") from None


@lru_cache(maxsize=1)
def _shipped() -> DecisionRights:
    name = "decision_rights.yaml"
    return _parsed(resources.files(__package__).joinpath(name).read_bytes(), name)


def _parsed(raw: bytes, name: str) -> DecisionRights:
    try:
        policy = _Policy.model_validate(yaml.safe_load(raw.decode("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The decision rights {name} are no YAML: {str(error).splitlines()[0]}."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"The decision rights {name} cannot be used: {where or 'file'}: {first['msg'].removeprefix('Value error, ')}."
        ) from None
    return DecisionRights(policy, hashlib.sha256(raw).hexdigest())


def _holds(when: _When, situation: Situation) -> bool:
    loss = situation.margin_loss if situation.margin_loss is not None else _UNKNOWN_LOSS
    return (
        _within(situation.amount, when.amount_from, when.amount_below)
        and _within(loss, when.margin_loss_from, when.margin_loss_below)
        and (not when.tiers or situation.tier in when.tiers)
        and (not when.certainty or situation.certainty in when.certainty)
        and (not when.contract or situation.contract in when.contract)
    )


def _within(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or value >= low) and (high is None or value < high)


def _covers(earlier: _When, later: _When) -> bool:
    """Whether every situation of the later rule is one of the earlier rule's."""
    return (
        _range_covers((earlier.amount_from, earlier.amount_below), (later.amount_from, later.amount_below))
        and _range_covers(
            (earlier.margin_loss_from, earlier.margin_loss_below),
            (later.margin_loss_from, later.margin_loss_below),
        )
        and _set_covers(earlier.tiers, later.tiers)
        and _set_covers(earlier.certainty, later.certainty)
        and _set_covers(earlier.contract, later.contract)
    )


def _range_covers(
    outer: tuple[Decimal | None, Decimal | None], inner: tuple[Decimal | None, Decimal | None]
) -> bool:
    return (outer[0] is None or (inner[0] is not None and outer[0] <= inner[0])) and (
        outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
    )


def _set_covers(outer: Sequence[str], inner: Sequence[str]) -> bool:
    return not outer or (bool(inner) and set(inner) <= set(outer))


def _explained(rule: _Rule, situation: Situation, currency: str) -> str:
    name = ACTION_NAMES[situation.action]
    facts: list[str] = []
    when = rule.when
    if when.amount_from is not None:
        facts.append(f"the order is at or above {when.amount_from:,.0f} {currency}")
    if when.amount_below is not None:
        facts.append(f"the order is below {when.amount_below:,.0f} {currency}")
    if when.tiers:
        facts.append(
            "the customer has no tier"
            if situation.tier == "none"
            else f"the customer is tier {situation.tier}"
        )
    if when.margin_loss_from is not None:
        facts.append(
            "what it costs is not known"
            if situation.margin_loss is None
            else f"it costs {situation.margin_loss:.1f} % of the order"
        )
    if when.contract:
        facts.append(IN_WORDS[situation.contract])
    if rule.verdict == "automatic":
        lead = f"{name}: needs nobody's approval, because {rule.because}"
    elif rule.verdict == "human_only":
        lead = f"{name}: a person does this in Odoo, not the copilot, because {rule.because}"
    else:
        assert rule.approval is not None
        lead = f"{name}: needs {_who(rule.approval)}, because {rule.because}"
    return lead + _facts(facts, lead=": ") + "."


def _facts(facts: Iterable[str], *, lead: str) -> str:
    given = [fact for fact in facts if fact]
    if not given:
        return "." if lead == " (" else ""
    return lead + " and ".join(given) + (")." if lead == " (" else "")


def _who(approval: _Approval) -> str:
    roles = " or ".join(
        f"a {role}" if role[0] not in "aeiou" else f"an {role}" for role in _readable(approval.roles)
    )
    count = roles if approval.approvers == 1 else f"{approval.approvers} people ({roles})"
    return count + (" other than who asks for it" if approval.four_eyes else "")


def _readable(roles: Iterable[str]) -> list[str]:
    names = {
        "service": "customer service agent",
        "purchasing": "purchaser",
        "sales": "salesperson",
        "finance": "finance colleague",
    }
    order = {role: place for place, role in enumerate(ROLES)}
    return [names.get(role, role) for role in sorted(roles, key=lambda role: order[role])]
