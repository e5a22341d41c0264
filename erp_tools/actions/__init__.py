"""What can be done in Odoo, one file per action: plan, precheck, steps that are read back. Only an approved draft is run."""

from __future__ import annotations

from collections.abc import Mapping

from erp_tools.actions.action import Action
from erp_tools.actions.types import ActionType


def all_actions() -> Mapping[ActionType, Action]:
    """Kind -> the action. Imported on first use: a question that drafts nothing need not pay for it."""
    from erp_tools.actions.assign_activity import AssignActivity, RequestCreditReview
    from erp_tools.actions.change_carrier import ChangeCarrier
    from erp_tools.actions.change_promise_date import ChangePromiseDate
    from erp_tools.actions.expedite_purchase import ExpeditePurchase
    from erp_tools.actions.log_note import LogNote
    from erp_tools.actions.message_customer import MessageCustomer
    from erp_tools.actions.reallocate_stock import ReallocateStock
    from erp_tools.actions.release_ship_complete import ReleaseShipComplete
    from erp_tools.actions.source_from_warehouse import SourceFromWarehouse
    from erp_tools.actions.split_delivery import SplitDelivery
    from erp_tools.actions.substitute_product import SubstituteProduct

    actions: tuple[Action, ...] = (
        SplitDelivery(), SourceFromWarehouse(), ReallocateStock(), ReleaseShipComplete(), ChangePromiseDate(), ChangeCarrier(),
        SubstituteProduct(), ExpeditePurchase(), RequestCreditReview(), MessageCustomer(), LogNote(), AssignActivity(),
    )  # fmt: skip
    return {action.type: action for action in actions}
