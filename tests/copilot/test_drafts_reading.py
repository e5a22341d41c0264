"""Approval flooding (RELIABILITY T14): a draft of high risk is read before it is approved, a burst is held back, and how long somebody
read is on record."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.draft import Draft
from copilot.drafts.errors import NotReadYet
from copilot.drafts.service import Drafts
from copilot.errors import NotFound, SettingsError, TooMany
from copilot.identity import Person
from copilot.ui.draft_card import draft_card
from erp_tools.actions.action import Outcome, Plan
from erp_tools.odoo.gateway import OdooUser

COMPANY = "Harbor & Pine"


def person(login: str, *roles: str) -> Person:
    number = sum(map(ord, login))
    user = OdooUser(user_id=number, login=login, name=login.title(), company_id=1, company_ids=(1,))
    return Person(
        login=login, name=login.title(), roles=frozenset(roles), companies=frozenset({COMPANY}), odoo="http://odoo/demo", user=user,
        session=None, token="t",
    )  # type: ignore[arg-type]  # fmt: skip


MARIA, SUE, SAL = person("maria", "service"), person("sue", "supervisor"), person("sal", "sales")


class Still:
    """An action over records that nobody touches."""

    def snapshot(self, _session: Any, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def precheck(self, _session: Any, _payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, _payload: Mapping[str, Any], _key: str) -> Sequence[Any]:
        return []

    def observe(self, _session: Any) -> Outcome:
        raise NotImplementedError


class Desk:
    """Just what the card asks of a desk."""

    def __init__(self, drafts: Drafts) -> None:
        self.drafts, self.executor = drafts, self

    def is_exact(self, _person: Person) -> bool:
        return False


class Bench:
    def __init__(self, folder: Path, policy: Path | None = None) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.audit = Audit(
            database := Database(f"sqlite:///{folder / 'state.db'}"), bytes(32), clock=lambda: self.now
        )
        actions: Any = {kind: Still() for kind in ("split_delivery", "reallocate_stock")}
        self.drafts = Drafts(
            database, self.audit, actions, lambda: load_decision_rights(policy), clock=lambda: self.now
        )
        self.drafts.prepare()

    def draft(self, who: Person = MARIA, action: Any = "reallocate_stock", number: int = 1) -> Draft:
        plan = Plan(
            action=action, order_id=7, order="S00007", company=COMPANY, payload={"n": number}, snapshot={}, summary="Take it",
            changes=(), undo="Give it back", amount=Decimal(500), currency="USD", margin_loss=Decimal(0),
        )  # fmt: skip
        return self.drafts.save(who, plan, certainty="proven", contract="allows")

    def approve(self, who: Person, draft: Draft, token: str) -> Draft:
        return self.drafts.approve(
            who, draft.draft_id, version=draft.version, digest=draft.digest, token=token
        )

    def entries(self, kind: str) -> list[Mapping[str, Any]]:
        return [one.body for one in self.audit.read(limit=5000) if one.kind == kind]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_high_risk_counts_only_after_it_was_open_long_enough(bench: Bench) -> None:
    draft = bench.draft()
    assert draft.risk == "high"
    unread = bench.drafts.token(SUE, draft.draft_id)
    with pytest.raises(NotReadYet, match="Open this draft and read it first; it can be approved 8 s after"):
        bench.approve(SUE, draft, unread)
    bench.now += timedelta(seconds=30)
    with pytest.raises(NotReadYet, match="Open this draft"):
        bench.approve(SUE, draft, unread)  # naming it is not reading it, however long ago
    _, token = bench.drafts.show(SUE, draft.draft_id)
    bench.now += timedelta(seconds=3)
    with pytest.raises(NotReadYet, match=r"can be approved in 5 s"):
        bench.approve(SUE, draft, token)
    assert bench.entries("draft.approval") == []
    bench.drafts.show(SUE, draft.draft_id)  # looking again does not begin the time anew
    bench.now += timedelta(seconds=5)
    assert bench.approve(SUE, draft, token).state == "approved", "the token was not used up by the refusals"
    (entry,) = bench.entries("draft.approval")
    assert entry["read_seconds"] == 8.0


def test_the_time_is_each_approvers_own_and_each_versions_own(bench: Bench) -> None:
    draft = bench.draft()
    bench.drafts.show(SUE, draft.draft_id)
    bench.now += timedelta(minutes=5)
    other = person("sam", "supervisor")
    with pytest.raises(NotReadYet):
        bench.approve(other, draft, bench.drafts.show(other, draft.draft_id)[1])
    plan = Plan(
        action="reallocate_stock", order_id=7, order="S00007", company=COMPANY, payload={"n": 2}, snapshot={}, summary="Take more",
        changes=(), undo="-", amount=Decimal(500), currency="USD", margin_loss=Decimal(0),
    )  # fmt: skip
    newer = bench.drafts.save(MARIA, plan, certainty="proven", contract="allows", replaces=draft.draft_id)
    with pytest.raises(NotReadYet):
        bench.approve(SUE, newer, bench.drafts.show(SUE, newer.draft_id)[1])
    bench.now += timedelta(seconds=8)
    assert bench.approve(SUE, newer, bench.drafts.show(SUE, newer.draft_id)[1]).state == "approved"


def test_no_is_said_at_once_and_every_decision_says_how_long_was_read(bench: Bench) -> None:
    high, medium, unseen = bench.draft(), bench.draft(action="split_delivery"), bench.draft(number=3)
    token = bench.drafts.show(SUE, high.draft_id)[1]
    bench.drafts.reject(SUE, high.draft_id, version=1, digest=high.digest, token=token, reason="No")
    bench.now += timedelta(seconds=2)
    assert bench.approve(SUE, medium, bench.drafts.token(SUE, medium.draft_id)).state == "approved", (
        "medium risk does not wait"
    )
    bench.drafts.reject(
        SUE, unseen.draft_id, version=1, digest=unseen.digest, token=bench.drafts.token(SUE, unseen.draft_id), reason="No"
    )  # fmt: skip
    decided = [*bench.entries("draft.approval"), *bench.entries("draft.rejected")]
    assert len(decided) == 3
    assert all("read_seconds" in one and "opened_at" in one for one in decided)
    assert sorted(str(one["read_seconds"]) for one in decided) == ["0.0", "None", "None"]


def test_a_burst_of_fifty_is_held_back(bench: Bench) -> None:
    """T14: 40 of 50 are refused, from however many tabs they come; none of the ten is approved unread."""
    outcomes: list[str] = []

    def one(number: int) -> None:
        try:
            outcomes.append(bench.draft(number=number).draft_id)
        except TooMany:
            outcomes.append("refused")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(outcomes), outcomes.count("refused")) == (50, 40)
    waiting = bench.drafts.waiting_for(SUE)
    assert len(waiting) == 10
    approved = 0
    for draft in waiting:
        _, token = bench.drafts.show(SUE, draft.draft_id)
        with pytest.raises(NotReadYet):
            bench.approve(SUE, draft, token)
    for draft in waiting:
        bench.now += timedelta(seconds=8)
        approved += bench.approve(SUE, draft, bench.drafts.token(SUE, draft.draft_id)).state == "approved"
    assert approved == 10
    assert len(bench.entries("draft.approval")) == len([one for one in bench.entries("draft.approval") if one["read_seconds"] >= 8]) == 10  # fmt: skip


def test_a_draft_of_high_risk_never_shares_a_card(bench: Bench) -> None:
    """Its card in the chat has no button at all, and showing that card is no reading."""
    high, medium = bench.draft(), bench.draft(action="split_delivery")
    desk: Any = Desk(bench.drafts)
    card = draft_card(desk, SUE, high.draft_id)
    assert (card["nonce"], card["draft_id"]) == ("", high.draft_id)
    assert "desk" in card["why_not"]
    assert draft_card(desk, SUE, medium.draft_id)["nonce"]
    bench.now += timedelta(minutes=1)
    with pytest.raises(NotReadYet, match="Open this draft"):
        bench.approve(SUE, high, bench.drafts.token(SUE, high.draft_id))
    for both in ({"draft_id": [high.draft_id, medium.draft_id]}, {"draft_id": "*"}):
        with pytest.raises(NotFound):
            bench.drafts.approve(SUE, str(both["draft_id"]), version=1, digest=high.digest, token="x")
    assert {one.state for one in bench.drafts.listed(SUE)} == {"drafted"}


def test_the_delay_is_the_tables_own(tmp_path: Path) -> None:
    text = Path("copilot/drafts/decision_rights.yaml").read_text("utf-8")
    text = text.replace("{low: 0, medium: 0, high: 8}", "{medium: 4, high: 60}")
    policy = tmp_path / "rights.yaml"
    policy.write_text(text, "utf-8")
    rights = load_decision_rights(policy)
    assert [rights.reading_seconds(risk) for risk in ("low", "medium", "high")] == [0, 4, 60]
    bench = Bench(tmp_path, policy)
    draft = bench.draft(action="split_delivery")
    _, token = bench.drafts.show(SUE, draft.draft_id)
    with pytest.raises(NotReadYet, match="in 4 s"):
        bench.approve(SUE, draft, token)
    policy.write_text(text.replace("high: 60", "high: 6000"), "utf-8")
    with pytest.raises(SettingsError, match=r"reading_seconds\.high"):
        load_decision_rights(policy)
