"""Values of another kind than the allow-list says are no facts: the read fails plainly, or the value is empty; nothing crashes."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from erp_tools.errors import OdooError, OdooGarbage
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.reading import find_order
from erp_tools.odoo.breaker import CircuitBreaker
from erp_tools.odoo.connect import connect_recording
from erp_tools.odoo.guard import FieldKnowledge, GuardedSession
from erp_tools.odoo.recorded_gateway import RecordedServer

WRONG: tuple[Any, ...] = (
    None, [], {}, "", "x", 0, -1, 3.5, True, [None], [[]], {"id": "one"}, {"id": 1}, [7, "seven"], "9999-99-99 99:99:99",
    float("nan"), float("inf"), 10**30, "\x00",
)  # fmt: skip


class Liar:
    """A recorded person whose server replaces one value of one reply."""

    def __init__(self, raw: Any, seed: int) -> None:
        self._raw = raw
        self._random = random.Random(seed)
        self._left = self._random.randrange(4)
        self.changed: str = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def search_read(self, *args: Any, **kwargs: Any) -> tuple[list[Any], int, int]:
        rows, total, trips = self._raw.search_read(*args, **kwargs)
        if self._left == 0 and rows:
            rows = copy.deepcopy(rows)
            self._spoil(rows)
        self._left -= 1
        return rows, total, trips

    def _spoil(self, here: Any) -> None:
        """Walk down at random and replace what is there."""
        while True:
            keys = list(range(len(here))) if isinstance(here, list) else list(here)
            key = self._random.choice(keys)
            below = here[key]
            if isinstance(below, list | dict) and below and self._random.random() < 0.8:
                here = below
                continue
            here[key] = self._random.choice(WRONG)
            self.changed = f"{key}: {below!r:.40} -> {here[key]!r:.40}"
            return


@pytest.fixture(scope="module")
def recorded() -> RecordedServer:
    return RecordedServer(None)


@pytest.mark.parametrize("part", range(5))
def test_one_wrong_value_anywhere_never_crashes_a_diagnosis(recorded: RecordedServer, part: int) -> None:
    """200 replies with one value replaced: an error of ours or a diagnosis, nothing else."""
    server = connect_recording()
    outcomes = {"refused": 0, "answered": 0}
    for seed in range(part * 40, part * 40 + 40):
        liar = Liar(recorded.sign_in("group_manager", "demo"), seed)
        session = GuardedSession(liar, breaker=CircuitBreaker("test"), knowledge=FieldKnowledge())
        try:
            found = find_order(session, "S00042")
            if found.status == "one":
                diagnose(session, found.order, now=datetime.now(UTC), server=server)
            outcomes["answered"] += 1
        except OdooError:
            outcomes["refused"] += 1
        except Exception as error:
            pytest.fail(f"seed {seed} ({liar.changed}): {type(error).__name__}: {error}")
    assert outcomes["refused"], "some of it is no Odoo record"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commitment_date", "yesterday"),
        ("commitment_date", 20261121),
        ("amount_total", "1,000.00"),
        ("amount_total", float("nan")),
        ("locked", "yes"),
        ("name", ["S00042"]),
        ("partner_id", "Meridian"),
        ("partner_id", {"id": "7"}),
        ("order_line", {"1": 2}),
        ("order_line", ["one"]),
        ("id", "42"),
        ("id", None),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(recorded: RecordedServer, field: str, value: Any) -> None:
    class Wrong(Liar):
        def search_read(self, *args: Any, **kwargs: Any) -> tuple[list[Any], int, int]:
            rows, total, trips = self._raw.search_read(*args, **kwargs)
            rows[0][field] = value
            return rows, total, trips

    raw = Wrong(recorded.sign_in("finance", "demo"), 0)
    session = GuardedSession(
        raw, breaker=CircuitBreaker("test"), knowledge=FieldKnowledge(), address="https://odoo.example"
    )
    spec = {
        "name": {},
        "commitment_date": {},
        "amount_total": {},
        "locked": {},
        "partner_id": {},
        "order_line": {},
    }
    with pytest.raises(OdooGarbage, match=r"odoo\.example.*sale\.order"):
        session.read("sale.order", [["name", "=", "S00042"]], spec)
