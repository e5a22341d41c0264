"""The recording in the place of Odoo: dates that move, a local copy, honest refusals. Its rows are held to Odoo's in tests/contract."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from erp_tools.errors import AccessDenied, OdooFailed, OdooUnavailable, OdooUserError, SignInRefused
from erp_tools.odoo.connect import connect_recording
from erp_tools.odoo.day_shift import DayShift
from erp_tools.odoo.guard import GuardedServer
from erp_tools.odoo.recorded_gateway import RecordedServer
from erp_tools.odoo.recording import open_recording, write_recording

DAY = "2026-11-21"

ORDERS = {
    "ids": [3, 1, 2],
    "columns": {
        "name": ["S00003", "S00001", "S00002"],
        "display_name": ["S00003", "S00001", "S00002"],
        "state": ["sale", "draft", "sale"],
        "commitment_date": ["2026-11-21 18:00:00", None, "2026-11-20 09:30:00"],
        "validity_date": ["2026-12-01", "2026-11-22", None],
        "note": [
            "Moved from 2026-11-18 to 11/24/2026.",
            None,
            "Call by Nov 20, 2026, latest 5 December 2026. Box 2026-11.",
        ],
        "partner_id": [5, 5, 6],
        "order_line": [[31, 32], [], [33]],
        "amount_total": [10.5, 0, 7],
        "locked": [False, False, True],
    },
}
PARTNERS = {
    "ids": [5, 6, 7],
    "columns": {
        "display_name": ["Meridian", "Bluewater", "Old"],
        "name": ["Meridian", "Bluewater", "Old"],
        "active": [True, True, False],
        "email": ["m@example.com", None, None],
    },
}
LINES = {
    "ids": [31, 32, 33],
    "columns": {
        "display_name": ["a", "b", "c"],
        "order_id": [3, 3, 2],
        "product_uom_qty": [1.0, 2.5, 3.0],
        "sequence": [10, 10, 10],
    },
}


def person(login: str, *groups: str, number: int) -> dict[str, Any]:
    return {
        "user_id": number,
        "login": login,
        "name": login.title(),
        "partner_id": None,
        "company_id": 1,
        "company_ids": [1],
        "timezone": "America/Los_Angeles",
        "language": "en_US",
        "groups": list(groups),
    }


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "small.jsonl.gz"

    def about(content: dict[str, Any]) -> dict[str, Any]:
        return {
            "fields": ["id", *content["columns"]],
            "unsearchable": ["amount_total"],
            "unsortable": ["note"],
        }

    write_recording(
        path,
        day=DAY,
        timezone="America/Los_Angeles",
        odoo="19.0",
        models=[
            (name, content, about(content))
            for name, content in [
                ("res.partner", PARTNERS),
                ("sale.order", ORDERS),
                ("sale.order.line", LINES),
            ]
        ],
        users={
            "ann": {"row": person("ann", "copilot.role_service", number=7), "sees": {}},
            "ben": {
                "row": person("ben", number=8),
                "sees": {
                    "sale.order.line": {"denied": True},
                    "sale.order": {"hidden": [3]},
                    "res.partner": {"hidden": [6]},
                },
            },
        },
    )
    return path


def server(path: Path, today: str = DAY, **more: Any) -> GuardedServer:
    return GuardedServer(RecordedServer(path, today=date.fromisoformat(today), **more))


def ann(path: Path, today: str = DAY, **more: Any) -> Any:
    return server(path, today, **more).sign_in("ann", "demo")


def test_on_the_recorded_day_nothing_moves(made):
    row = (
        ann(made)
        .read("sale.order", [["id", "=", 3]], {"commitment_date": {}, "validity_date": {}, "note": {}})
        .rows[0]
    )
    assert row == {
        "id": 3,
        "commitment_date": "2026-11-21 18:00:00",
        "validity_date": "2026-12-01",
        "note": ORDERS["columns"]["note"][0],
    }


def test_the_recorded_day_becomes_today_in_fields_and_in_what_people_wrote(made):
    rows = (
        ann(made, "2027-01-05")
        .read("sale.order", [], {"commitment_date": {}, "validity_date": {}, "note": {}, "name": {}})
        .rows
    )
    by_name = {row["name"]: row for row in rows}
    assert by_name["S00003"]["commitment_date"] == "2027-01-05 18:00:00"
    assert by_name["S00003"]["validity_date"] == "2027-01-15"
    assert by_name["S00003"]["note"] == "Moved from 2027-01-02 to 01/08/2027."
    assert by_name["S00002"]["note"] == "Call by Jan 4, 2027, latest 19 January 2027. Box 2026-11."
    assert by_name["S00001"]["commitment_date"] is None


def test_searching_and_sorting_see_the_moved_dates(made):
    session = ann(made, "2026-11-28")
    assert session.count("sale.order", [["commitment_date", ">=", "2026-11-28"]]) == 1
    assert session.count("sale.order", [["commitment_date", "<", "2026-11-22"]]) == 0
    rows = session.read("sale.order", [], {}, order="commitment_date desc").rows
    assert [row["id"] for row in rows] == [1, 3, 2]


@given(days=st.integers(-4000, 4000), day=st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_a_day_moves_there_and_back_in_every_form(days, day):
    there, back = DayShift(days), DayShift(-days)
    assume(
        5 not in (day.month, (day + timedelta(days=days)).month)
    )  # "May" does not tell whether it is short for anything
    for text in (
        day.isoformat(),
        f"{day:%m/%d/%Y}",
        f"{day.day} {day:%b} {day.year}",
        f"{day:%B} {day.day}, {day.year}",
        f"x{day.year}y",
    ):
        assert back.prose(there.prose(text)) == text
    assert back.day(there.day(f"{day.isoformat()} 23:59:59")) == f"{day.isoformat()} 23:59:59"


@pytest.mark.parametrize(
    "text",
    [
        "MF-2026-014",
        "2026-13-45",
        "lot 12026-11-211",
        "31 February 2026",
        "1/2/26",
        "Marching 4, 2026",
        "",
        "10/20 split",
    ],
)
def test_what_is_no_date_stays(text):
    assert DayShift(30).prose(text) == text


def test_rows_come_in_odoos_own_order_unless_asked_otherwise(made):
    session = ann(made)
    assert [row["id"] for row in session.read("sale.order", [], {}).rows] == [3, 1, 2]
    assert [row["id"] for row in session.read("sale.order", [], {}, order="name").rows] == [1, 2, 3]
    assert [
        row["id"] for row in session.read("sale.order", [], {}, order="partner_id desc, name desc").rows
    ] == [2, 3, 1]


def test_access_is_refused_exactly_where_the_recorded_person_was_refused(made):
    ben = server(made).sign_in("ben", "demo")
    assert [row["id"] for row in ben.read("sale.order", [], {"name": {}}).rows] == [1, 2]
    assert ben.read("sale.order", [["id", "=", 3]], {"name": {}}).rows == []
    with pytest.raises(AccessDenied) as refused:
        ben.read("sale.order", [], {"order_line": {"fields": {"sequence": {}}}})
    assert refused.value.model == "sale.order.line"
    named = ben.read("sale.order", [["id", "=", 2]], {"partner_id": {"fields": {"display_name": {}}}}).rows[0]
    assert named["partner_id"]["display_name"] == "Bluewater"
    with pytest.raises(AccessDenied):
        ben.read("sale.order", [["id", "=", 2]], {"partner_id": {"fields": {"name": {}}}})


def test_fields_and_models_that_the_recorded_odoo_did_not_have(made):
    session = ann(made)
    row = session.read("sale.order", [["id", "=", 1]], {"name": {}, "carrier_id": {}}).rows[0]
    assert row == {"id": 1, "name": "S00001"}  # a `maybe` field: left out
    with pytest.raises(OdooFailed, match="Invalid field"):
        session.read("sale.order", [], {"origin": {}})
    with pytest.raises(OdooUserError, match="doesn't exist"):
        session.read("stock.quant", [], {"quantity": {}})


def test_what_odoo_cannot_search_or_sort_by_fails_here_too(made):
    with pytest.raises(OdooFailed, match="cannot search"):
        ann(made).count("sale.order", [["amount_total", ">", 1]])
    with pytest.raises(OdooFailed, match="cannot order"):
        ann(made).read("sale.order", [], {}, order="note")


def test_only_the_recorded_people_and_only_with_the_demo_password(made):
    for login, secret in [
        ("ann", "Demo"),
        ("ann", "demo "),
        ("admin", "demo"),
        ("nobody", "demo"),
        ("Ann", "demo"),
    ]:
        with pytest.raises(SignInRefused):
            server(made).sign_in(login, secret)


def test_changes_go_into_the_local_copy_and_nowhere_else(made, tmp_path):
    before = made.read_bytes()
    copy = tmp_path / "data" / "local.json"
    raw = RecordedServer(made, local_copy=copy, today=date(2026, 11, 28))
    raw.tables.write("sale.order", 3, {"commitment_date": "2026-12-01 08:00:00", "note": "now 2026-12-01"})
    raw.tables.write(
        "sale.order",
        9,
        {"name": "S00009", "display_name": "S00009", "state": "draft", "validity_date": "2026-11-30"},
    )
    assert made.read_bytes() == before

    def seen(today: str) -> dict[int, Any]:
        rows = (
            ann(made, today, local_copy=copy)
            .read(
                "sale.order", [], {"commitment_date": {}, "note": {}, "validity_date": {}, "order_line": {}}
            )
            .rows
        )
        return {row["id"]: row for row in rows}

    assert seen("2026-11-28")[3]["commitment_date"] == "2026-12-01 08:00:00"
    assert seen("2026-11-29")[3]["commitment_date"] == "2026-12-02 08:00:00"
    assert seen("2026-11-29")[3]["note"] == "now 2026-12-02"
    assert seen("2026-11-28")[9] == {
        "id": 9,
        "commitment_date": None,
        "note": None,
        "validity_date": "2026-11-30",
        "order_line": [],
    }
    assert 9 not in {row["id"] for row in ann(made).read("sale.order", [], {}).rows}


def test_without_a_local_copy_nothing_can_be_changed(made):
    with pytest.raises(PermissionError):
        RecordedServer(made).tables.write("sale.order", 3, {"state": "cancel"})


def test_the_same_content_makes_the_same_file(made, tmp_path):
    again = tmp_path / "again.jsonl.gz"
    opened = open_recording(made)
    models = []
    for name, place in opened.models.items():
        ids, columns = opened.columns(name)
        models.append(
            (
                name,
                {"ids": ids, "columns": columns},
                {
                    "fields": ["id", *columns],
                    "unsearchable": sorted(place.unsearchable),
                    "unsortable": sorted(place.unsortable),
                },
            )
        )
    users = {
        login: {
            "row": dict(user.row),
            "sees": json.loads(gzip.decompress(made.read_bytes()).splitlines()[0])["users"][login]["sees"],
        }
        for login, user in opened.users.items()
    }
    write_recording(
        again, day=opened.day, timezone=opened.timezone, odoo=opened.odoo, models=models, users=users
    )
    assert again.read_bytes() == made.read_bytes()


def test_the_file_is_plain_lines_of_json(made):
    lines = gzip.decompress(made.read_bytes()).decode().splitlines()
    assert [set(json.loads(line)) for line in lines[1:]] == [{"ids", "columns"}] * 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        gzip.compress(b"{}"),
        gzip.compress(b'{"format": 99}'),
        gzip.compress(b"[1"),
        b"\x1f\x8b\x08",
    ],
)
def test_a_broken_recording_says_what_to_do(tmp_path, content):
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(OdooUnavailable, match=r"[Rr]ecord"):
        open_recording(path)
    with pytest.raises(OdooUnavailable):
        open_recording(tmp_path / "missing.jsonl.gz")


def test_a_cut_recording_fails_when_the_lost_part_is_needed_not_silently(made):
    made.write_bytes(made.read_bytes()[:-40])
    session = ann(made)
    assert session.count("sale.order", []) == 3
    with pytest.raises(OdooUnavailable):
        session.count("sale.order.line", [])


def test_the_shipped_recording_opens_and_names_the_demos_people():
    server = connect_recording()
    assert server.is_recording
    assert server.address == "recording:harbor_pine"
    opened = open_recording()
    assert {"service", "supervisor", "purchasing", "sales", "finance", "compliance"} <= set(opened.users)
    assert sum(model.rows for model in opened.models.values()) > 10_000
    assert len(opened.packed) < 5_000_000


def test_the_shipped_recording_holds_no_secret_and_no_address_of_a_machine():
    text = b"\n".join(gzip.decompress(open_recording().packed).splitlines()).decode()
    for word in ("password", "api_key", "access_token", "127.0.0.1", "localhost", f"/{'root'}/", "/home/"):
        assert word not in text, word
