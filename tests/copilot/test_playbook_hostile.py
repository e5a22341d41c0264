"""Odd and hostile questions are understood in no time: nobody's worker hangs on ninety bytes."""

from __future__ import annotations

import time
from datetime import date

import pytest

from copilot.models.playbook.meaning import Meaning
from copilot.models.playbook.understanding import understand


@pytest.mark.parametrize(
    "question",
    [
        "order 1" + ", " * 4_000,
        "order 1" + " and" * 2_000,
        "order 1 , and , or & " * 380,
        "orders 1 and 22, 33 or 44 and " * 260,
        "Juniper and " * 660,
        "on forty two " * 600,
        "S00042 " + "9" * 7_000,
        "\u0664\u0662 " * 3_900,
        "between " * 1_000,
        "",
        "\x00",
        "?",
    ],
    ids=lambda question: f"{question[:18]!r} of {len(question)}",
)
def test_hostile_questions_take_no_time(question: str) -> None:
    begun = time.process_time()
    understand(question[:8_000], [], today=date(2026, 11, 21), meaning=Meaning())
    assert time.process_time() - begun < 10  # a hang, whatever the machine
