"""From a person's groups in Odoo to their roles here.

A company that wants to decide by itself creates the groups ``copilot.role_service`` ... ``copilot.role_compliance`` (the demo does)
and puts people into them: then only these count. Otherwise Odoo's own groups are read as follows; compliance has no such group,
because it decides over releases and audits and has to be given on purpose.

| Group in Odoo | Role |
|---|---|
| Sales / User: Own Documents Only (``sales_team.group_sale_salesman``) | service |
| Sales / User: All Documents, Administrator | sales (and service) |
| Inventory / Administrator (``stock.group_stock_manager``) | supervisor |
| Purchase / User, Administrator | purchasing |
| Invoicing, Accounting (``account.group_account_invoice``, ``account.group_account_user``, ``..._manager``) | finance |
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from erp_tools.odoo.gateway import OdooUser

ROLES = ("service", "supervisor", "purchasing", "sales", "finance", "compliance")

ROLE_GROUPS: Mapping[str, str] = MappingProxyType({f"copilot.role_{role}": role for role in ROLES})
"""Our own groups, by external id."""

STANDARD_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "sales_team.group_sale_salesman": "service",
        "sales_team.group_sale_salesman_all_leads": "sales",
        "sales_team.group_sale_manager": "sales",
        "stock.group_stock_manager": "supervisor",
        "purchase.group_purchase_user": "purchasing",
        "purchase.group_purchase_manager": "purchasing",
        "account.group_account_invoice": "finance",
        "account.group_account_user": "finance",
        "account.group_account_manager": "finance",
    }
)
"""Odoo's groups, by external id, for companies without our own."""


def roles_of(user: OdooUser) -> frozenset[str]:
    """The person's roles; empty for somebody whose groups say nothing about them."""
    given = frozenset(role for group, role in ROLE_GROUPS.items() if group in user.groups)
    if given:
        return given
    return frozenset(role for group, role in STANDARD_GROUPS.items() if group in user.groups)
