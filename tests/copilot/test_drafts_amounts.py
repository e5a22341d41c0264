"""What the decision rights count: amounts in the policy's own currency, and what an action costs, also for people who may not see costs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts.asking import Asking
from copilot.drafts.decision_rights import Situation, load_decision_rights
from copilot.drafts.desk import Desk
from copilot.drafts.draft import Draft
from copilot.drafts.executor import Executor
from copilot.drafts.service import Drafts
from copilot.identity import Person
from erp_tools.actions import all_actions
from erp_tools.actions.action import Plan
from erp_tools.errors import AccessDenied
from erp_tools.odoo.connect import connect_recording
from erp_tools.odoo.gateway import OdooServer, OdooUser, Page


class Rated:
    """A session of a company in USD (or another currency) that knows these rates: units of a currency for one of the company's."""

    def __init__(self, company: str, rates: dict[str, str], *, denied: bool = False) -> None:
        self.company, self.rates, self.denied = company, rates, denied
        self.user = OdooUser(user_id=1, login="p", name="P", company_id=1, company_ids=(1,))

    def read(self, model: str, domain: Any, _spec: Any, **_how: Any) -> Page:
        if self.denied:
            raise AccessDenied("not for you")
        if model == "res.company":
            rows: list[dict[str, Any]] = [{"id": 1, "currency_id": {"id": 1, "display_name": self.company}}]
        else:
            wanted = domain[0][2]
            known = {self.company: "1", **self.rates}
            rows = [{"id": number, "display_name": name, "rate": float(rate), "date": "2026-11-21"}
                    for number, (name, rate) in enumerate(known.items()) if name in wanted]  # fmt: skip
        return Page(rows=rows, total=len(rows))


class Planned:
    """An action whose plan is given."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def plan(self, *_a: Any, **_k: Any) -> Plan:
        return self._plan


def judged(folder: Path, session: Any, amount: int, currency: str, policy: str = "USD") -> Draft:
    """The draft of an expedite for an order of this amount; from 25,000 in the policy's currency it takes somebody else."""
    file = folder / "rights.yaml"
    shipped = Path("copilot/drafts/decision_rights.yaml").read_text("utf-8")
    file.write_text(shipped.replace("currency: USD", f"currency: {policy}"), "utf-8")
    plan = Plan(
        action="expedite_purchase", order_id=7, order="S00007", company="H", payload={}, snapshot={}, summary="-", changes=(), undo="-",
        amount=Decimal(amount), currency=currency,
    )  # fmt: skip
    person = Person(
        login="p", name="P", roles=frozenset({"purchasing"}), companies=frozenset({"H"}), odoo="o", user=session.user, session=session,
        token="t",
    )  # fmt: skip
    database = Database(f"sqlite:///{folder / 'state.db'}")
    audit = Audit(database, bytes(32))
    actions: Any = {"expedite_purchase": Planned(plan)}
    drafts = Drafts(database, audit, actions, lambda: load_decision_rights(file))
    drafts.prepare()
    nobody: Any = SimpleNamespace()
    desk = Desk(
        drafts=drafts, executor=Executor(database, audit, drafts, lambda _owner: None), audit=audit, server=nobody, library=nobody,
        asking=Asking(database, audit, lambda _owner: None),
    )  # fmt: skip
    try:
        return desk.draft(person, "expedite_purchase", {"order": "S00007"})
    finally:
        database.close()


LARGE, SMALL = "expedite-large", "expedite"


@pytest.mark.parametrize(
    ("amount", "currency", "policy", "company", "rates", "rule"),
    [
        (24_000, "USD", "USD", "USD", {}, SMALL),
        (26_000, "USD", "USD", "USD", {}, LARGE),
        (24_000, "EUR", "USD", "USD", {"EUR": "0.8"}, LARGE),  # 30,000 USD
        (26_000, "EUR", "USD", "USD", {"EUR": "1.25"}, SMALL),  # 20,800 USD
        (100, "EUR", "USD", "USD", {}, LARGE),  # no rate: above every limit
        (24_000, "USD", "EUR", "USD", {"EUR": "0.8"}, SMALL),  # 19,200 EUR
        (32_000, "USD", "EUR", "USD", {"EUR": "0.8"}, LARGE),  # 25,600 EUR
        (30_000, "USD", "EUR", "USD", {}, LARGE),
        (20_000, "GBP", "EUR", "USD", {"GBP": "0.5", "EUR": "0.8"}, LARGE),  # 40,000 USD, 32,000 EUR
        (15_000, "GBP", "EUR", "USD", {"GBP": "0.5", "EUR": "0.8"}, SMALL),  # 30,000 USD, 24,000 EUR
        (2_000_000, "JPY", "USD", "USD", {"JPY": "150"}, SMALL),  # 13,333 USD
        (24_000, "EUR", "USD", "EUR", {"USD": "1.25"}, LARGE),  # a company in EUR: 30,000 USD
        (-5, "USD", "USD", "USD", {}, SMALL),
    ],
)
def test_an_order_is_judged_in_the_tables_currency(
    tmp_path: Path, amount: int, currency: str, policy: str, company: str, rates: dict[str, str], rule: str
) -> None:
    draft = judged(tmp_path, Rated(company, rates), amount, currency, policy)
    assert draft.verdict["rule"] == rule
    assert draft.verdict["four_eyes"] is (rule == LARGE)


def test_rates_that_a_person_may_not_see_count_as_the_highest_amount(tmp_path: Path) -> None:
    assert judged(tmp_path, Rated("USD", {"EUR": "0.8"}, denied=True), 10, "EUR").verdict["rule"] == LARGE


# What it costs


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> OdooServer:
    return connect_recording(local_copy=tmp_path_factory.mktemp("odoo") / "odoo.json")


def rule_for(plan: Plan) -> str:
    situation = Situation(
        action=plan.action,
        amount=plan.amount,
        margin_loss=plan.margin_loss,
        certainty="proven",
        contract="allows",
    )
    return load_decision_rights().verdict(situation).rule


WISHES = {"order": "S00042", "warehouse": "Allentown East"}


def test_who_may_not_see_a_cost_gets_the_stricter_rule(server: OdooServer) -> None:
    """The same action, planned by everybody: where the price is hidden it counts as a high one, never as none."""
    rules = {}
    for login in ("service", "sales", "supervisor", "purchasing", "finance"):
        session = server.sign_in(login, "demo")
        plan = all_actions()["source_from_warehouse"].plan(
            session, WISHES, now=datetime.now(UTC), server=server
        )
        rules[login] = (plan.margin_loss is None, rule_for(plan))
        session.close()
    assert rules["supervisor"] == (False, "source")
    assert rules["purchasing"] == rules["finance"] == (True, "source-costly")
    assert {rule for hidden, rule in rules.values() if hidden} == {"source-costly"}


@pytest.mark.parametrize(
    ("loss", "rule"),
    [("0", "carrier"), ("4.99", "carrier"), ("5", "carrier-costly"), ("128.76", "carrier-costly"), (None, "carrier-costly")],
)  # fmt: skip
def test_what_it_costs_decides_who_is_asked(loss: str | None, rule: str) -> None:
    situation = Situation(
        action="change_carrier", amount=Decimal(6450), margin_loss=Decimal(loss) if loss else None if loss is None else Decimal(0),
        certainty="proven", contract="silent",
    )  # fmt: skip
    verdict = load_decision_rights().verdict(situation)
    assert verdict.rule == rule
    assert ("what it costs is not known" in verdict.text) is (loss is None)
