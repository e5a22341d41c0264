"""Who in Odoo has a role here, read with the rights of whoever asks: the people whom an activity can ask to decide.

Odoo shows every internal user the groups, their external ids (through ``get_metadata``) and who is in them; `roles_of` makes the same
of them as at a sign-in. A recording holds no groups, and an Odoo that keeps them from a person tells nothing: then nobody is found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from erp_tools.actions.action import Outcome
from erp_tools.odoo.gateway import OdooSession, OdooUser, Row
from erp_tools.odoo.roles import ROLE_GROUPS, STANDARD_GROUPS, roles_of

MOST_PEOPLE = 200


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody of this Odoo."""

    user_id: int
    login: str
    name: str
    roles: frozenset[str]
    by_our_groups: bool
    """The company gave them their roles by ``copilot.role_…``."""


def colleagues_with(session: OdooSession, roles: Collection[str], *, company: str) -> list[Colleague]:
    """Active internal users who have one of the roles and may see this company, by name; empty where Odoo does not say.

    Raises:
        OdooUnavailable: no answer; other refusals mean that nobody can be known.
    """
    known = _role_groups(session)
    wanted = [
        group
        for group, name in known.items()
        if ROLE_GROUPS.get(name) in roles or STANDARD_GROUPS.get(name) in roles
    ]
    if not wanted:
        return []
    rows = session.read(
        "res.users",
        [["all_group_ids", "in", wanted], ["share", "=", False], ["active", "=", True]],
        {
            "name": {},
            "login": {},
            "all_group_ids": {},
            "company_ids": {"fields": {"name": {}}},
        },
        order="name",
        limit=MOST_PEOPLE,
    ).rows
    found = [_colleague(row, known) for row in rows if company in _companies(row)]
    fitting = [one for one in found if one.roles & set(roles)]
    # where the company gives roles on purpose, an administrator who has them all by Odoo's own groups is not who is meant
    return [one for one in fitting if one.by_our_groups] or fitting


def _role_groups(session: OdooSession) -> dict[int, str]:
    """Database id -> external id, of the groups that mean a role."""
    groups = session.read("res.groups", [], {"display_name": {}}, limit=2000).rows
    if not groups:
        return {}
    described = session.call("res.groups", "get_metadata", [row["id"] for row in groups])
    named: dict[int, str] = {}
    for row in described:
        names = [one["xmlid"] for one in row.get("xmlids") or ()] or [row.get("xmlid")]
        for name in names:
            if name in ROLE_GROUPS or name in STANDARD_GROUPS:
                named[int(row["id"])] = str(name)
    return named


def _colleague(row: Row, known: dict[int, str]) -> Colleague:
    groups = frozenset(known[group] for group in row["all_group_ids"] if group in known)
    login, name = str(row.get("login") or row["id"]), str(row["name"])
    user = OdooUser(user_id=row["id"], login=login, name=name, company_id=0, company_ids=(), groups=groups)
    return Colleague(
        user_id=user.user_id, login=user.login, name=user.name, roles=roles_of(user), by_our_groups=bool(groups & ROLE_GROUPS.keys())
    )  # fmt: skip


def _companies(row: Row) -> set[str]:
    return {str(one.get("name")) for one in row["company_ids"] if isinstance(one, dict)}


@dataclass(frozen=True, kw_only=True)
class EndActivity:
    """Takes back an activity that was planned to ask somebody: nobody has to do it any more. Found by its key."""

    key: str
    name: str = "take the question back"
    repeatable: bool = True

    def run(self, session: OdooSession) -> None:
        if found := self._open(session):
            session.call("mail.activity", "action_cancel", found)

    def observe(self, session: OdooSession) -> Outcome:
        there = self._open(session)
        return Outcome(
            seen="not_done" if there else "done",
            text="it is still planned" if there else "nobody is asked any more",
        )

    def _open(self, session: OdooSession) -> Sequence[int]:
        rows = session.read("mail.activity", [["note", "ilike", self.key]], {"summary": {}}, limit=20).rows
        return [row["id"] for row in rows]
