"""An option is what would happen: carried out through the actions, on a copy of the real Odoo and on the recording, the deliveries that
result are those it foretold. A sample here; `python -m benchmarks options` runs every late order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from erp_tools.lateness.scan import scan_open_orders
from erp_tools.lateness.verdict import is_at_risk, is_late
from erp_tools.odoo.connect import connect, connect_recording
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.options.situation import Situation
from erp_tools.options.testing import carry_out, option_of, read_options

SAMPLE = 2


@pytest.fixture(scope="module", params=["recorded", pytest.param("real", marks=pytest.mark.odoo)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OdooServer:
    if request.param == "recorded":
        return connect_recording(local_copy=tmp_path_factory.mktemp("recorded") / "changes.json")
    copy = request.getfixturevalue("odoo_copy")()
    return connect(copy.url, copy.db, "jsonrpc", read_deadline=30)


@pytest.fixture(scope="module")
def session(server: OdooServer) -> Iterator[OdooSession]:
    signed_in = server.sign_in("supervisor", "demo")
    yield signed_in
    signed_in.close()


@pytest.fixture(scope="module")
def late_orders(session: OdooSession) -> list[str]:
    """Late orders that lack something, the pinned one first: the others of its kind are many."""
    cases = scan_open_orders(session, now=datetime.now(UTC)).cases
    names = [case.order.name for case in cases if (is_late(case) or is_at_risk(case)) and case.short_lines]
    return sorted(names, key=lambda name: (name != "S00042", name))


@pytest.mark.parametrize("kind", ["source_from_warehouse", "split_delivery"])
def test_what_was_foretold_is_what_happens(
    server: OdooServer, session: OdooSession, late_orders: list[str], kind: str
) -> None:
    outcomes = []
    for order in late_orders:
        now = datetime.now(UTC)
        _, comparison = read_options(session, server, order, now=now)
        option = next(
            (one for one in comparison.options if one.kind == kind and not one.plan.impossible), None
        )
        if option is not None:
            outcomes.append(carry_out(session, server, order, option, now=now))
        if len(outcomes) == SAMPLE:
            break
    assert len(outcomes) == SAMPLE
    assert [one for one in outcomes if not one.holds] == []


def test_a_line_that_was_sourced_elsewhere_is_no_longer_short(
    server: OdooServer, session: OdooSession
) -> None:
    situation, comparison = read_options(session, server, "S00042", now=datetime.now(UTC))
    assert isinstance(situation, Situation)
    assert not situation.short
    assert comparison.best is not None
    assert comparison.best.kind in ("wait_complete", "change_carrier")
    assert option_of(comparison, "source_from_warehouse").ruled_out


def test_an_order_is_read_in_six_round_trips_at_most(
    server: OdooServer, session: OdooSession, late_orders: list[str]
) -> None:
    for order in late_orders[:3]:
        before = session.log.calls
        read_options(session, server, order, now=datetime.now(UTC))
        assert session.log.calls - before <= 6
