"""Chains behind a line, link by link: where the goods are, what they wait for, and that a long or circular chain ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from erp_tools.lateness.build import build_case, frontier_of, supplying_ids, what_to_read
from erp_tools.lateness.diagnosis import diagnose_case
from erp_tools.lateness.figures import cause_figures_without_source
from erp_tools.lateness.supply import MOST_STEPS, feeding_moves
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.lateness.testing import CUSTOMERS, EAST, NOW, SOUTH, VENDORS, WEST, ZONE, Scene, day, place
from erp_tools.reads.inventory import Location
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.sales import SalesOrder
from erp_tools.reads.transfers import Move, with_sources

TRANSIT = Location(
    location_id=950, name="Partners/Inter-warehouse transit", usage="transit", path=frozenset({950})
)


class Chain:
    """One line of ten at SOUTH; add the moves behind it, the one next to the customer first."""

    def __init__(self, quantity: float = 10) -> None:
        self.scene = Scene(warehouse=SOUTH)
        self.product = self.scene.line("Butterfly Valve", quantity, reserved=0, to_order=True)
        self.ship = self.scene.order().lines[0].moves[0]
        self.behind: list[Move] = []

    def step(
        self,
        source: Location,
        destination: Location,
        *,
        at: int,
        state: str = "assigned",
        reserved: float | None = None,
        name: str = "",
        **more: object,
    ) -> Move:
        """A move that brings what the one added before it takes."""
        taker = self.behind[-1] if self.behind else self.ship
        held = self.ship.demand if reserved is None and state in ("assigned", "done") else reserved or 0.0
        move = Move(
            move_id=7000 + len(self.behind),
            reference=name or f"{destination.name.split('/')[0]}/MOVE/{len(self.behind):05}",
            product_id=self.product.product_id,
            product=self.product.name,
            state=state,
            demand=self.ship.demand,
            reserved=held,
            at=day(at),
            deadline=day(at),
            source=source,
            destination=destination,
            transfer_id=7100 + len(self.behind),
            destination_ids=(taker.move_id,),
            sale_line_id=self.ship.sale_line_id,
            **more,  # type: ignore[arg-type]
        )
        self.behind.append(move)
        return move

    def order(self) -> SalesOrder:
        """The order with its moves, each with what feeds it."""
        nested: Move | None = None
        linked = [self.ship, *self.behind]
        for number in range(len(linked) - 1, -1, -1):
            sources = (nested,) if nested is not None else ()
            nested = replace(
                linked[number], sources=sources, source_ids=tuple(item.move_id for item in sources)
            )
            linked[number] = nested
        order = self.scene.order()
        return replace(order, lines=(replace(order.lines[0], moves=tuple(linked)),))

    def diagnose(self) -> Diagnosis:
        case = build_case(
            self.order(), now=NOW, zone=ZONE, quants=tuple(self.scene._quants), moves=tuple(self.scene._moves),
            purchase_lines=tuple(self.scene._purchases),
        )  # fmt: skip
        found = diagnose_case(case, read_at=NOW, url_of=lambda model, number: f"{model}/{number}")
        assert cause_figures_without_source(found) == {}
        return found


def resupply(*, arrives: int, leaves: int, sent: bool, reserved: float | None = None) -> Chain:
    chain = Chain()
    chain.step(
        TRANSIT, place(SOUTH), at=arrives, state="assigned" if sent else "waiting", name="SOUTH/IN/00039"
    )
    chain.step(
        place(EAST), TRANSIT, at=leaves, state="done" if sent else "assigned" if reserved is None else "confirmed",
        reserved=reserved, name="EAST/OUT/00128",
    )  # fmt: skip
    return chain


def test_moves_that_bring_goods_into_the_warehouse_are_no_delivery_steps() -> None:
    line = resupply(arrives=-7, leaves=-9, sent=False).order().lines[0]
    assert supplying_ids(line) == {7000, 7001}
    assert [move.reference for move in frontier_of(line)] == ["SOUTH/OUT/00012"]
    assert what_to_read(resupply(arrives=-7, leaves=-9, sent=False).order(), now=NOW, zone=ZONE).supply_of


def test_transfer_that_has_not_left_is_overdue_and_says_so() -> None:
    diagnosis = resupply(arrives=-7, leaves=-9, sent=False).diagnose()
    cause = diagnosis.causes[0]
    assert [each.code for each in diagnosis.causes] == ["inbound_overdue"]
    assert "transfer SOUTH/IN/00039 from EAST was due on 14 Nov 2026" in cause.summary
    assert "EAST/OUT/00128 has not left EAST" in cause.summary
    assert cause.owner_role == "supervisor"
    assert "EAST/OUT/00128" in cause.next_steps[0]
    assert ("stock.move", 7001) in cause.evidence
    assert diagnosis.expected.earliest is None
    assert "EAST/OUT/00128 has not left" in diagnosis.expected.reasoning


def test_transfer_on_the_road_is_late_and_says_when_it_left() -> None:
    diagnosis = resupply(arrives=4, leaves=-2, sent=True).diagnose()
    assert [each.code for each in diagnosis.causes] == ["inbound_late"]
    assert "EAST/OUT/00128 left EAST on 19 Nov 2026" in diagnosis.causes[0].summary
    assert "EAST/OUT/00128 left EAST" in " ".join(entry.text for entry in diagnosis.timeline)


def test_arrival_is_not_before_the_departure_behind_it() -> None:
    diagnosis = resupply(arrives=2, leaves=6, sent=False).diagnose()
    assert "is due on 27 Nov 2026" in diagnosis.causes[0].summary


def test_warehouse_that_lacks_the_goods_itself_gives_no_latest_day() -> None:
    diagnosis = resupply(arrives=6, leaves=4, sent=False, reserved=3).diagnose()
    assert "where 7 of 10 are missing" in diagnosis.causes[0].summary
    assert diagnosis.expected.earliest is not None
    assert diagnosis.expected.latest is None


def test_purchase_behind_a_transfer_is_named() -> None:
    chain = resupply(arrives=5, leaves=3, sent=False, reserved=0)
    chain.step(
        VENDORS,
        place(EAST),
        at=9,
        purchase="P00077",
        partner="Kestrel Valves",
        partner_id=600,
        name="EAST/IN/00009",
    )
    diagnosis = chain.diagnose()
    assert (
        "EAST/OUT/00128 has not left EAST and waits for PO P00077 of 30 Nov 2026"
        in diagnosis.causes[0].summary
    )
    assert "is due on 30 Nov 2026" in diagnosis.causes[0].summary
    assert any("P00077 is to bring the goods" in entry.text for entry in diagnosis.timeline)


def test_sender_that_picks_packs_and_ships() -> None:
    """Six moves in a row, all counted to the order line."""
    chain = Chain()
    chain.step(TRANSIT, place(SOUTH), at=-3, state="waiting", name="SOUTH/IN/1")
    chain.step(place(WEST, "output"), TRANSIT, at=-4, state="waiting", name="WEST/OUT/1")
    chain.step(place(WEST, "packing"), place(WEST, "output"), at=-4, state="waiting", name="WEST/PACK/1")
    chain.step(place(WEST), place(WEST, "packing"), at=-5, name="WEST/PICK/1")
    diagnosis = chain.diagnose()
    assert [each.code for each in diagnosis.causes] == ["inbound_overdue"]
    assert "WEST/OUT/1 has not left WEST" in diagnosis.causes[0].summary


def test_export_through_a_transit_place_is_a_delivery() -> None:
    """Goods that leave for the customer through a transit location come into no warehouse of ours."""
    chain = Chain()
    chain.ship = replace(chain.ship, source=TRANSIT, destination=CUSTOMERS)
    chain.step(place(SOUTH), TRANSIT, at=-6, name="SOUTH/OUT/1")
    line = chain.order().lines[0]
    assert supplying_ids(line) == frozenset()
    assert [move.reference for move in frontier_of(line)] == ["SOUTH/OUT/1"]


def test_receipt_bought_for_the_line_is_no_delivery_step() -> None:
    chain = Chain()
    chain.step(VENDORS, place(SOUTH), at=-4, purchase="P00070", partner="Kestrel Valves", partner_id=600)
    diagnosis = chain.diagnose()
    assert [each.code for each in diagnosis.causes] == ["inbound_overdue"]
    assert diagnosis.causes[0].owner_role == "purchasing"


def test_goods_that_arrived_leave_nothing_to_wait_for() -> None:
    chain = Chain()
    chain.scene.transfer_state = "assigned"
    chain.ship = replace(chain.ship, state="assigned", reserved=10.0)
    chain.step(TRANSIT, place(SOUTH), at=-2, state="done")
    chain.step(place(EAST), TRANSIT, at=-4, state="done")
    assert [each.code for each in chain.diagnose().causes] == ["warehouse_backlog"]


def test_long_and_circular_chains_end() -> None:
    moves = {
        number: Move(
            move_id=number, reference=str(number), product_id=1, product="x", state="waiting", demand=1, reserved=0, at=None,
            destination_ids=(number + 1,),
        )
        for number in range(40)
    }  # fmt: skip
    feeds = {number: (moves[number - 1],) for number in range(1, 40)}
    assert MOST_STEPS <= len(feeding_moves(moves[39], feeds)) <= MOST_STEPS + 1
    circle = {0: (moves[1],), 1: (moves[0],)}
    assert [move.move_id for move in feeding_moves(moves[0], circle)] == [1]


def test_cancelled_step_behind_a_transfer_is_nothing_to_wait_for() -> None:
    chain = resupply(arrives=4, leaves=2, sent=False)
    chain.behind[-1] = replace(chain.behind[-1], state="cancel")
    assert "EAST" not in chain.diagnose().causes[0].summary.replace("SOUTH", "")


@pytest.mark.parametrize("missing", ["first", "second"])
def test_kit_lacks_as_many_as_its_scarcest_component(missing: str) -> None:
    """Odoo moves the components (2 and 1 in each of ten kits); the line speaks of kits."""
    scene = Scene(warehouse=EAST)
    kit = scene.line("Maintenance Kit", 10)
    order = scene.order()
    whole = order.lines[0].moves[0]
    components = tuple(
        replace(
            whole, move_id=8000 + number, product_id=8100 + number, product=f"Component {number}", demand=10.0 * each,
            reserved=10.0 * each if (number == 0) is (missing == "second") else 4.0 * each, vendor_ids=(600 + number,),
            state="assigned",
        )
        for number, each in enumerate((2, 1))
    )  # fmt: skip
    order = replace(order, lines=(replace(order.lines[0], moves=components),))
    assert order.lines[0].is_kit
    wanted = what_to_read(order, now=NOW, zone=ZONE)
    short = 8100 if missing == "first" else 8101
    assert wanted.supply_of == (short,)
    assert wanted.vendor_ids == ((600,) if missing == "first" else (601,))
    case = build_case(order, now=NOW, zone=ZONE)
    found = diagnose_case(case, read_at=NOW, url_of=lambda model, number: "")
    assert found.causes[0].lines[0].quantity == 6
    assert found.causes[0].lines[0].product == kit.name
    assert "6 of 10 Maintenance Kit are not reserved" in found.causes[0].summary
    assert len(with_sources(components)) == 2


def unordered_dropship(state: str = "draft") -> tuple[Scene, SalesOrder, PurchaseLine]:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40)
    order = scene.order()
    order = replace(order, transfers=(), lines=(replace(order.lines[0], moves=()),))
    rfq = replace(scene.purchase_line(valve, 40, state=state, planned=3), sale_line_id=order.lines[0].line_id)
    return scene, order, rfq


def test_dropship_that_nobody_ordered_stands_on_its_request_for_quotation() -> None:
    """Odoo makes no move for it before the purchase is confirmed: that is no gap in the master data."""
    _, order, rfq = unordered_dropship()
    assert what_to_read(order, now=NOW, zone=ZONE).supply_of == (rfq.product_id,)
    case = build_case(order, now=NOW, zone=ZONE, purchase_lines=(rfq,))
    found = diagnose_case(case, read_at=NOW, url_of=lambda model, number: "")
    assert [cause.code for cause in found.causes] == ["inbound_not_ordered"]
    assert "on the request for quotation P00044 to Kestrel Valves" in found.causes[0].summary
    assert ("purchase.order.line", rfq.line_id) in found.causes[0].evidence
    assert found.expected.earliest is not None
    assert found.expected.latest is None
    assert "P00044 is not ordered yet" in found.expected.reasoning
    assert cause_figures_without_source(found) == {}


def test_line_without_move_and_without_request_is_a_gap_in_the_data() -> None:
    _, order, rfq = unordered_dropship()
    for lines in ((), (replace(rfq, sale_line_id=None),), (replace(rfq, state="purchase"),)):
        case = build_case(order, now=NOW, zone=ZONE, purchase_lines=lines)
        found = diagnose_case(case, read_at=NOW, url_of=lambda model, number: "")
        assert [cause.code for cause in found.causes] == ["incomplete_master_data"]


def test_who_may_not_read_moves_is_asked_no_further() -> None:
    _, order, _ = unordered_dropship()
    assert what_to_read(order, now=NOW, zone=ZONE, moves_were_read=False).supply_of == ()
