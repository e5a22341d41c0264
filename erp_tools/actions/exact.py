"""Exact execution, where the add-on is installed in Odoo: lock, compare, run and remember the key in one transaction.

A step does not know of it: it is given a session whose `call` goes through the add-on. Without the add-on, "best effort": compared
right before, read back right after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from erp_tools.errors import OdooFailed, OdooRefused, OdooUserError
from erp_tools.odoo.checks import check_call
from erp_tools.odoo.gateway import CallLog, Domain, OdooSession, OdooUser, Page, Spec

RUNS = "distribution.copilot.run"


class RecordsChanged(OdooUserError):
    """A record was not as it was approved when Odoo held it; nothing was run."""


def is_installed(session: OdooSession) -> bool:
    """Whether this Odoo has the add-on, as this person sees it. Raises OdooUnavailable."""
    try:
        session.count(RUNS, [["key", "=", "copilot"]])
    except (OdooUserError, OdooRefused, OdooFailed):  # there is no such model, or not for this person
        return False
    return True


def was_run(session: OdooSession, key: str) -> bool:
    """Whether a call with this key has committed. Raises OdooError."""
    return session.count(RUNS, [["key", "=", key]]) > 0


class ExactSession:
    """An `OdooSession` whose one changing call is locked, compared and kept under a key.

    Args:
        expected: the snapshot that this call rests on, as the actions take it.
    """

    def __init__(self, session: OdooSession, key: str, expected: Mapping[str, Any]) -> None:
        self._session, self._key, self._expected = session, key, expected_of(expected)

    @property
    def user(self) -> OdooUser:
        return self._session.user

    @property
    def log(self) -> CallLog:
        return self._session.log

    def look_again(self) -> OdooUser:
        return self._session.look_again()

    def read(self, model: str, domain: Domain, spec: Spec, **how: Any) -> Page:
        return self._session.read(model, domain, spec, **how)

    def count(self, model: str, domain: Domain) -> int:
        return self._session.count(model, domain)

    def call(self, model: str, method: str, ids: Sequence[int], **arguments: Any) -> Any:
        """Raises RecordsChanged, and as `OdooSession.call`."""
        check_call(model, method, ids, arguments)
        answer = self._session.call(
            RUNS, "run_once", [], key=self._key, expected=self._expected, target=model, action=method, records=list(ids), given=arguments
        )  # fmt: skip
        if answer["outcome"] == "changed":
            raise RecordsChanged("; ".join(answer["changed"]))
        return answer["outcome"]

    def close(self) -> None:
        self._session.close()


def expected_of(snapshot: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A snapshot in Odoo's own fields: a transfer's lines are records of their own there."""
    expected: dict[str, dict[str, Any]] = {}
    for place, values in snapshot.items():
        fields = dict(values)
        lines = fields.pop("lines", None)
        if lines is not None:
            fields["move_ids"] = sorted(int(one) for one in lines)
            fields["backorder_ids"] = fields.pop("backorders")
            for move, (state, demand, quantity) in lines.items():
                expected[f"stock.move,{move}"] = {
                    "state": state,
                    "product_uom_qty": demand,
                    "quantity": quantity,
                }
        if "order" in fields:
            fields["order_id"] = fields.pop("order")
        expected[place] = fields
    return expected
