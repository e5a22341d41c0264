"""What a server does not have is learned from its own words: of the model that it names alone, and never twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from erp_tools.errors import OdooFailed
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.guard import GuardedServer

SPEC: Spec = {
    "name": {}, "partner_id": {"fields": {"name": {}, "total_overdue": {}, "sale_warn_msg": {}}},
    "order_line": {"fields": {"name": {}, "is_delivery": {}}}, "carrier_id": {"fields": {"name": {}}},
}  # fmt: skip


class Server:
    """A bare Odoo without some fields; it says which one it missed first, as Odoo does."""

    is_recording = False
    address = "http://odoo.test"

    def __init__(
        self, missing: Mapping[str, str], *, says: str = "Invalid field '{field}' on '{model}'"
    ) -> None:
        self.missing, self.says = missing, says
        self.asked: list[str] = []

    def version(self) -> str:
        return "19.0"

    def sign_in(self, login: str, secret: str) -> Session:
        return Session(self)

    def record_url(self, model: str, record_id: int) -> str:
        return ""


class Session:
    """Somebody of finance, who sees every field there is."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.user = OdooUser(
            user_id=2, login="finance", name="Fiona", partner_id=3, company_id=1, company_ids=(1,), timezone="UTC", language="en_US",
            groups=frozenset({"copilot.role_finance", "account.group_account_invoice"}),
        )  # fmt: skip

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        self.server.asked.append("read")
        fields = {
            "sale.order": spec, "res.partner": spec["partner_id"]["fields"], "sale.order.line": spec["order_line"]["fields"],
        }  # fmt: skip
        for where, field in self.server.missing.items():
            if field in fields[where]:
                words = self.server.says.format(field=field, model=where)
                raise OdooFailed(
                    f"Odoo failed inside (ValueError: {words}) on sale.order. Its log says more."
                )
        return [], 0, 1

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        self.server.asked.append(f"fields of {model}")
        return frozenset(names) - {self.server.missing.get(model, "")}

    def close(self) -> None:
        """Nothing to give back."""


def questions(server: Server, **missing: Any) -> list[str]:
    """What a first question asks of a server, and a second one of somebody else."""
    guarded = GuardedServer(server)  # type: ignore[arg-type]
    session = guarded.sign_in("finance", "demo")
    server.asked.clear()
    session.read("sale.order", [], SPEC)
    first = list(server.asked)
    server.asked.clear()
    guarded.sign_in("other", "demo").read("sale.order", [], SPEC)
    assert server.asked[-1:] == ["read"]
    assert server.asked.count("read") == 1
    assert session.log.calls == len(first)
    return first


def test_a_missing_field_costs_two_round_trips_once() -> None:
    server = Server({"res.partner": "total_overdue"})
    assert questions(server) == ["read", "fields of res.partner", "read"]


def test_two_models_that_lack_something_are_learned_one_after_the_other() -> None:
    server = Server({"res.partner": "total_overdue", "sale.order.line": "is_delivery"})
    assert questions(server) == [
        "read", "fields of res.partner", "read", "fields of sale.order.line", "read",
    ]  # fmt: skip


def test_where_odoo_does_not_name_it_every_model_is_asked_about() -> None:
    server = Server({"res.partner": "total_overdue"}, says="something is wrong")
    asked = questions(server)
    assert asked[0] == asked[-1] == "read"
    assert {"fields of res.partner", "fields of sale.order", "fields of sale.order.line"} <= set(asked)


def test_a_failure_that_is_none_of_a_field_is_told() -> None:
    server = Server({"res.partner": "name"})
    guarded = GuardedServer(server)  # type: ignore[arg-type]
    session = guarded.sign_in("finance", "demo")
    with pytest.raises(OdooFailed, match=r"'name' on 'res\.partner'"):
        session.read("sale.order", [], SPEC)
