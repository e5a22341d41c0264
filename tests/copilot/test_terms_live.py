"""The customers of the coverage report, from a real Odoo, as the person who asks."""

from __future__ import annotations

import pytest

from erp_tools.odoo.connect import connect
from erp_tools.reads import customers
from erp_tools.reads.customers import list_customers

pytestmark = pytest.mark.odoo


def test_every_customer_is_listed_once_over_several_pages(real_odoo, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(customers, "PAGE", 7)
    session = connect(real_odoo.url, real_odoo.db).sign_in("compliance", "demo")
    try:
        listed = list_customers(session)
        count = session.count("res.partner", ["&", ["parent_id", "=", False], ["customer_rank", ">", 0]])
    finally:
        session.close()
    assert len(listed) == count == len(set(listed))
    assert ("C-1001", "Meridian Foods") in listed


def test_people_see_the_customers_of_their_own_companies(real_odoo) -> None:  # type: ignore[no-untyped-def]
    session = connect(real_odoo.url, real_odoo.db).sign_in("northgate", "demo")
    try:
        refs = {ref for ref, _ in list_customers(session)}
    finally:
        session.close()
    assert "N-3001" in refs
