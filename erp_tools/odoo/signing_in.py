"""Who somebody is in Odoo, in few round trips: their row, and the external ids of their groups.

`get_metadata` is the one public method through which an ordinary user learns external ids (19 closes `ir.model.data` to them).
Groups keep their ids, so their names are asked once per server and remembered.
"""

from __future__ import annotations

import threading
from typing import Any, Protocol

from erp_tools.errors import OdooFailed, OdooGarbage, OdooUserError, SessionEnded, SignInRefused
from erp_tools.odoo.gateway import OdooUser, Row
from erp_tools.odoo.replies import major

USER_FIELDS = ("login", "name", "partner_id", "company_id", "company_ids", "tz", "lang")
NEW_GROUP_FIELD = "all_group_ids"
"""Odoo 19: groups with all that they imply."""
OLD_GROUP_FIELD = "groups_id"
"""Up to 18: the same."""


class Execute(Protocol):
    """One public method on some records, as this person."""

    def __call__(self, model: str, method: str, ids: list[int], **kwargs: Any) -> Any: ...


class GroupNames:
    """External ids of groups by their database id; shared by all sign-ins at one server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[int, tuple[str, ...]] = {}

    def of(self, group_ids: list[int], execute: Execute) -> frozenset[str]:
        """The external ids of these groups; asks Odoo about those not seen before."""
        with self._lock:
            unknown = sorted(set(group_ids) - set(self._names))
        if unknown:
            learned = {
                row["id"]: tuple(item["xmlid"] for item in row.get("xmlids") or ())
                or tuple(filter(None, [row.get("xmlid")]))
                for row in execute("res.groups", "get_metadata", unknown)
            }
            with self._lock:
                self._names.update(learned)
        with self._lock:
            return frozenset(name for group in group_ids for name in self._names.get(group, ()))


def no_such_login(login: str) -> SignInRefused:
    """The same words for an unknown login and a wrong password."""
    return SignInRefused(
        f"Odoo does not know {login!r:.80} with this password or key. People with two-factor sign-in need an API key."
    )


def read_user(execute: Execute, user_id: int, groups: GroupNames, *, version: str, address: str) -> OdooUser:
    """The row and groups of the person who signed in. One or two round trips.

    Raises:
        SessionEnded: Odoo shows this person nothing about themselves.
        OdooGarbage: what it shows is no person.
    """
    rows: Any = None
    field = ""
    fields = (
        (NEW_GROUP_FIELD, OLD_GROUP_FIELD) if major(version) >= 19 else (OLD_GROUP_FIELD, NEW_GROUP_FIELD)
    )
    for field in fields:
        try:
            rows = execute("res.users", "read", [user_id], fields=[*USER_FIELDS, field], load=None)
            break
        except (
            OdooFailed,
            OdooUserError,
        ):  # the field changed its name between two of Odoo's in-between versions
            if field == fields[-1]:
                raise
    if rows == []:
        raise SessionEnded(
            f"Odoo at {address} no longer shows you as its user. Sign in again, or ask its administrator."
        )
    try:
        row: Row = rows[0]
        return OdooUser(
            user_id=int(row["id"]),
            login=str(row["login"]),
            name=str(row["name"]),
            partner_id=row["partner_id"] or None,
            company_id=int(row["company_id"]),
            company_ids=tuple(sorted(row["company_ids"])),
            timezone=str(row["tz"] or "UTC"),
            language=str(row["lang"] or "en_US"),
            groups=groups.of(list(row[field]), execute),
        )
    except (TypeError, KeyError, IndexError, ValueError, AttributeError) as error:
        raise OdooGarbage(
            f"{address} signed user {user_id} in but does not show who it is. Is it Odoo?"
        ) from error
