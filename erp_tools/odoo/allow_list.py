"""What may be asked of Odoo: one table of models, fields, relations, limits and methods. Whatever is not here is refused.

Reading the table: a model's fields stand by kind, so that the table also says how a value is understood.

    text      short words and references          prose   free text and HTML, written by people
    choice    Odoo's selection keys                number  int or float, in the unit the field has in Odoo
    flag      True or False                        day     YYYY-MM-DD
    moment    YYYY-MM-DD HH:MM:SS in UTC           one     many2one, as ``field:model``
    many      one2many or many2many, as ``field:model``; both say through which field which model may be reached

`maybe` repeats the fields that only some versions or modules have: where a server lacks them they are left out.
`rare` repeats those that a module brings which few have: they are asked for only where the server is known to have them.
`needs` repeats the fields that Odoo itself shows to some groups only (any of those named): for others they are left out, too.
`cost margin credit bank personal` repeat the fields that only some roles see (`masks.py`); `content` those that no role
sees: what is inside a file is read by the indexing user's session alone, and comes to people as passages of documents.
Every model also has ``id`` and ``display_name``. Methods that change something are added by the actions that need them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["text", "prose", "choice", "number", "flag", "day", "moment", "one", "many"]
MaskClass = Literal["cost", "margin", "credit", "bank", "personal", "content"]


@dataclass(frozen=True, kw_only=True)
class AllowedField:
    """One field that may be read."""

    name: str
    kind: Kind
    relation: str = ""
    """The model on the other side of a ``one`` or ``many`` field; empty otherwise."""
    mask: MaskClass | None = None
    """Only roles with this class see the value."""
    maybe: bool = False
    """Not in every version or with every module."""
    rare: bool = False
    """Only with a module that few have: left out until the server is known to have it."""
    groups: frozenset[str] = frozenset()
    """Odoo shows it to people in any of these groups only (external ids); empty: to all who may read the model."""


@dataclass(frozen=True, kw_only=True)
class AllowedMethod:
    """One method that may be called."""

    name: str
    arguments: frozenset[str] = frozenset()
    """Names of the keyword arguments that may be passed; any other is refused."""
    values: frozenset[str] = frozenset()
    """Names of the fields that the argument ``vals`` may hold; any other is refused."""
    on_model: bool = False
    """Called on the model as a whole (``load``), not on records."""
    context: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What it needs in its context; never from a caller."""
    changes: bool = True
    """Whether it changes something in Odoo."""


@dataclass(frozen=True, kw_only=True)
class AllowedModel:
    """One model that may be read."""

    name: str
    app: str
    """The Odoo app a person finds it in."""
    fields: Mapping[str, AllowedField]
    limit: int
    """Most rows of one read."""
    optional: bool = False
    """The model comes with a module that is not always installed."""
    methods: Mapping[str, AllowedMethod]


def _model(
    name: str,
    *,
    text: str = "",
    prose: str = "",
    choice: str = "",
    number: str = "",
    flag: str = "",
    day: str = "",
    moment: str = "",
    one: str = "",
    many: str = "",
    maybe: str = "",
    rare: str = "",
    needs: Mapping[str, str] = MappingProxyType({}),
    cost: str = "",
    margin: str = "",
    credit: str = "",
    bank: str = "",
    personal: str = "",
    content: str = "",
    limit: int = 2000,
    optional: bool = False,
    methods: Iterable[AllowedMethod] = (),
) -> AllowedModel:
    kinds: dict[Kind, str] = {
        "text": "display_name " + text,
        "prose": prose,
        "choice": choice,
        "number": "id " + number,
        "flag": flag,
        "day": day,
        "moment": moment,
        "one": one,
        "many": many,
    }
    classes: dict[MaskClass, str] = {
        "cost": cost,
        "margin": margin,
        "credit": credit,
        "bank": bank,
        "personal": personal,
        "content": content,
    }
    mask_of = {field: mask for mask, names in classes.items() for field in names.split()}
    seldom = set(rare.split())
    uncertain = set(maybe.split()) | seldom
    groups_of = {
        field: frozenset(groups.split()) for names, groups in needs.items() for field in names.split()
    }
    fields: dict[str, AllowedField] = {}
    for kind, words in kinds.items():
        for word in words.split():
            field, _, relation = word.partition(":")
            if field in fields:
                raise ValueError(f"{name}.{field} stands twice in the allow-list")
            fields[field] = AllowedField(
                name=field,
                kind=kind,
                relation=relation,
                mask=mask_of.get(field),
                maybe=field in uncertain,
                rare=field in seldom,
                groups=groups_of.get(field, frozenset()),
            )
    if stray := (uncertain | set(mask_of) | set(groups_of)) - set(fields):
        raise ValueError(f"{name}: {sorted(stray)} have no kind in the allow-list")
    return AllowedModel(
        name=name,
        app="",
        fields=MappingProxyType(fields),
        limit=limit,
        optional=optional,
        methods=MappingProxyType({method.name: method for method in methods}),
    )


SALES = (
    _model(
        "sale.order",
        text="name client_order_ref origin incoterm_location signed_by",
        prose="note partner_credit_warning json_popover",
        choice="state picking_policy delivery_status invoice_status",
        number="amount_untaxed amount_tax amount_total",
        flag="locked late_availability ignore_exception require_signature",
        day="validity_date",
        moment="create_date write_date date_order commitment_date expected_date effective_date signed_on",
        one="partner_id:res.partner partner_invoice_id:res.partner partner_shipping_id:res.partner user_id:res.users "
        "team_id:crm.team company_id:res.company currency_id:res.currency pricelist_id:product.pricelist "
        "payment_term_id:account.payment.term warehouse_id:stock.warehouse carrier_id:delivery.carrier "
        "delivery_block_id:sale.delivery.block.reason",
        many="order_line:sale.order.line picking_ids:stock.picking invoice_ids:account.move tag_ids:crm.tag "
        "exception_ids:exception.rule review_ids:tier.review message_ids:mail.message activity_ids:mail.activity",
        maybe="partner_credit_warning json_popover late_availability carrier_id",
        rare="ignore_exception exception_ids delivery_block_id review_ids",
        needs={"tag_ids": "sales_team.group_sale_salesman"},
        credit="partner_credit_warning",
    ),
    _model(
        "sale.order.line",
        prose="name",
        choice="state display_type invoice_status",
        number="sequence product_uom_qty qty_delivered qty_invoiced qty_to_deliver qty_to_invoice price_unit discount "
        "price_subtotal price_total technical_price_unit customer_lead virtual_available_at_date free_qty_today "
        "qty_available_today purchase_price margin",
        flag="is_mto is_delivery is_expense is_downpayment",
        moment="create_date write_date scheduled_date forecast_expected_date",
        one="order_id:sale.order product_id:product.product product_template_id:product.template product_uom_id:uom.uom "
        "product_uom:uom.uom company_id:res.company currency_id:res.currency order_partner_id:res.partner "
        "warehouse_id:stock.warehouse",
        many="move_ids:stock.move route_ids:stock.route purchase_line_ids:purchase.order.line "
        "invoice_lines:account.move.line",
        maybe="purchase_price margin product_uom product_uom_id route_ids purchase_line_ids is_delivery "
        "technical_price_unit",
        cost="purchase_price",
        margin="margin",
        limit=5000,
    ),
    _model(
        "product.pricelist", text="name", flag="active", one="currency_id:res.currency company_id:res.company"
    ),
    _model("crm.team", text="name", flag="active"),
    _model("crm.tag", text="name"),
    _model("exception.rule", text="name", prose="description", flag="active is_blocking", optional=True),
    _model("sale.delivery.block.reason", text="name", prose="description", optional=True),
    _model(
        "tier.review",
        text="name todo_by",
        choice="status",
        number="sequence",
        moment="create_date reviewed_date",
        prose="comment",
        one="requested_by:res.users done_by:res.users",
        many="reviewer_ids:res.users",
        maybe="todo_by comment reviewed_date requested_by done_by reviewer_ids",
        optional=True,
    ),
)

INVENTORY = (
    _model(
        "stock.picking",
        text="name origin carrier_tracking_ref carrier_tracking_url",
        prose="note products_availability",
        choice="state move_type priority picking_type_code products_availability_state",
        number="carrier_price weight shipping_weight message_attachment_count",
        flag="has_deadline_issue is_locked printed is_signed show_check_availability",
        moment="create_date write_date scheduled_date date_deadline date_done delay_alert_date",
        one="partner_id:res.partner picking_type_id:stock.picking.type location_id:stock.location "
        "location_dest_id:stock.location backorder_id:stock.picking return_id:stock.picking sale_id:sale.order "
        "purchase_id:purchase.order carrier_id:delivery.carrier company_id:res.company user_id:res.users owner_id:res.partner "
        "batch_id:stock.picking.batch",
        many="move_ids:stock.move move_line_ids:stock.move.line backorder_ids:stock.picking return_ids:stock.picking "
        "message_ids:mail.message activity_ids:mail.activity",
        maybe="carrier_tracking_ref carrier_tracking_url carrier_price weight carrier_id return_ids batch_id purchase_id "
        "is_signed",
        limit=5000,
    ),
    _model(
        "stock.move",
        text="reference origin",
        prose="description_picking",
        choice="state procure_method priority",
        number="sequence product_uom_qty product_qty quantity availability forecast_availability price_unit",
        flag="picked is_inventory propagate_cancel",
        day="reservation_date",
        moment="create_date write_date date date_deadline delay_alert_date forecast_expected_date",
        one="product_id:product.product product_uom:uom.uom picking_id:stock.picking picking_type_id:stock.picking.type "
        "location_id:stock.location location_dest_id:stock.location location_final_id:stock.location "
        "warehouse_id:stock.warehouse partner_id:res.partner sale_line_id:sale.order.line "
        "purchase_line_id:purchase.order.line rule_id:stock.rule origin_returned_move_id:stock.move company_id:res.company",
        many="move_orig_ids:stock.move move_dest_ids:stock.move move_line_ids:stock.move.line route_ids:stock.route "
        "created_purchase_line_ids:purchase.order.line",
        maybe="location_final_id created_purchase_line_ids picked purchase_line_id",
        cost="price_unit",
        limit=10000,
    ),
    _model(
        "stock.move.line",
        text="reference lot_name",
        choice="state",
        number="quantity quantity_product_uom",
        flag="picked",
        moment="create_date write_date date expiration_date",
        one="move_id:stock.move picking_id:stock.picking product_id:product.product product_uom_id:uom.uom lot_id:stock.lot "
        "location_id:stock.location location_dest_id:stock.location package_id:stock.package "
        "result_package_id:stock.package owner_id:res.partner company_id:res.company",
        maybe="expiration_date picked quantity_product_uom package_id result_package_id",
        limit=10000,
    ),
    _model(
        "stock.quant",
        number="quantity reserved_quantity available_quantity inventory_quantity inventory_diff_quantity",
        flag="on_hand inventory_quantity_set",
        day="inventory_date last_count_date",
        moment="create_date write_date in_date expiration_date removal_date",
        one="product_id:product.product product_uom_id:uom.uom location_id:stock.location lot_id:stock.lot "
        "package_id:stock.package owner_id:res.partner company_id:res.company warehouse_id:stock.warehouse "
        "user_id:res.users",
        maybe="expiration_date removal_date last_count_date warehouse_id package_id inventory_quantity inventory_quantity_set "
        "inventory_diff_quantity",
        limit=10000,
    ),
    _model(
        "stock.lot",
        text="name ref",
        prose="note",
        number="product_qty",
        flag="product_expiry_alert",
        moment="create_date expiration_date use_date removal_date alert_date",
        one="product_id:product.product product_uom_id:uom.uom company_id:res.company location_id:stock.location",
        many="quant_ids:stock.quant",
        maybe="expiration_date use_date removal_date alert_date product_expiry_alert location_id",
        limit=5000,
    ),
    _model(
        "stock.package", text="name", one="location_id:stock.location company_id:res.company", optional=True
    ),
    _model(
        "stock.warehouse",
        text="name code",
        choice="reception_steps delivery_steps",
        number="sequence",
        flag="active buy_to_resupply",
        one="company_id:res.company partner_id:res.partner view_location_id:stock.location lot_stock_id:stock.location "
        "wh_input_stock_loc_id:stock.location wh_qc_stock_loc_id:stock.location wh_output_stock_loc_id:stock.location "
        "wh_pack_stock_loc_id:stock.location in_type_id:stock.picking.type out_type_id:stock.picking.type "
        "pick_type_id:stock.picking.type pack_type_id:stock.picking.type int_type_id:stock.picking.type "
        "reception_route_id:stock.route delivery_route_id:stock.route",
        many="resupply_wh_ids:stock.warehouse route_ids:stock.route",
        maybe="buy_to_resupply reception_route_id delivery_route_id",
    ),
    _model(
        "stock.location",
        text="name complete_name parent_path barcode",
        choice="usage",
        flag="active replenish_location",
        one="location_id:stock.location company_id:res.company warehouse_id:stock.warehouse",
        many="child_ids:stock.location",
        limit=5000,
    ),
    _model(
        "stock.picking.type",
        text="name sequence_code",
        choice="code reservation_method create_backorder",
        number="reservation_days_before reservation_days_before_priority",
        flag="active",
        one="warehouse_id:stock.warehouse default_location_src_id:stock.location default_location_dest_id:stock.location "
        "company_id:res.company",
    ),
    _model("stock.picking.batch", text="name", choice="state", moment="scheduled_date", optional=True),
    _model(
        "stock.route",
        text="name",
        number="sequence",
        flag="active product_selectable product_categ_selectable warehouse_selectable sale_selectable",
        one="company_id:res.company supplied_wh_id:stock.warehouse supplier_wh_id:stock.warehouse",
        many="rule_ids:stock.rule",
    ),
    _model(
        "stock.rule",
        text="name",
        choice="action procure_method auto",
        number="sequence delay",
        flag="active",
        one="route_id:stock.route location_src_id:stock.location location_dest_id:stock.location "
        "picking_type_id:stock.picking.type warehouse_id:stock.warehouse company_id:res.company",
    ),
    _model(
        "uom.uom",
        text="name",
        number="factor",
        flag="active",
        one="relative_uom_id:uom.uom",
        maybe="relative_uom_id",
    ),
)

PURCHASE = (
    _model(
        "purchase.order",
        text="name origin partner_ref",
        prose="note",
        choice="state receipt_status invoice_status priority",
        number="amount_untaxed amount_tax amount_total on_time_rate",
        flag="acknowledged is_late is_shipped",
        moment="create_date write_date date_order date_approve date_planned date_calendar_start effective_date",
        one="partner_id:res.partner user_id:res.users company_id:res.company currency_id:res.currency "
        "picking_type_id:stock.picking.type dest_address_id:res.partner requisition_id:purchase.requisition",
        many="order_line:purchase.order.line picking_ids:stock.picking invoice_ids:account.move message_ids:mail.message "
        "activity_ids:mail.activity alternative_po_ids:purchase.order",
        maybe="note acknowledged is_late receipt_status on_time_rate",
        rare="requisition_id alternative_po_ids",
        cost="amount_untaxed amount_tax amount_total",
    ),
    _model(
        "purchase.requisition",
        text="name reference",
        choice="state requisition_type",
        day="date_start date_end",
        one="vendor_id:res.partner company_id:res.company user_id:res.users",
        optional=True,
    ),
    _model(
        "purchase.order.line",
        prose="name",
        choice="state display_type",
        number="sequence product_qty product_uom_qty qty_received qty_invoiced price_unit price_subtotal price_total discount",
        flag="propagate_cancel forecasted_issue",
        moment="create_date write_date date_planned date_order",
        one="order_id:purchase.order product_id:product.product product_uom_id:uom.uom product_uom:uom.uom "
        "partner_id:res.partner company_id:res.company currency_id:res.currency sale_order_id:sale.order "
        "sale_line_id:sale.order.line",
        many="move_ids:stock.move move_dest_ids:stock.move invoice_lines:account.move.line",
        maybe="product_uom product_uom_id sale_order_id sale_line_id",
        cost="price_unit price_subtotal price_total discount",
        limit=5000,
    ),
    _model(
        "product.supplierinfo",
        text="product_code product_name",
        number="sequence delay min_qty price discount",
        day="date_start date_end",
        one="partner_id:res.partner product_id:product.product product_tmpl_id:product.template currency_id:res.currency "
        "company_id:res.company product_uom_id:uom.uom purchase_requisition_id:purchase.requisition",
        maybe="product_uom_id",
        rare="purchase_requisition_id",
        cost="price discount",
    ),
)

PRODUCTS = (
    _model(
        "product.product",
        text="name default_code barcode",
        prose="description_sale",
        choice="type tracking invoice_policy",
        number="list_price lst_price standard_price weight volume qty_available virtual_available free_qty incoming_qty "
        "outgoing_qty expiration_time removal_time sale_delay",
        flag="active is_storable sale_ok purchase_ok use_expiration_date",
        moment="create_date write_date",
        one="product_tmpl_id:product.template uom_id:uom.uom categ_id:product.category",
        many="route_ids:stock.route seller_ids:product.supplierinfo product_tag_ids:product.tag",
        maybe="is_storable use_expiration_date expiration_time removal_time sale_delay product_tag_ids invoice_policy",
        cost="standard_price",
    ),
    _model(
        "product.template",
        text="name default_code",
        prose="description description_sale",
        choice="type tracking invoice_policy",
        number="list_price standard_price weight volume sale_delay",
        flag="active is_storable sale_ok purchase_ok",
        one="uom_id:uom.uom categ_id:product.category",
        many="product_variant_ids:product.product route_ids:stock.route seller_ids:product.supplierinfo "
        "optional_product_ids:product.template",
        maybe="is_storable sale_delay optional_product_ids",
        cost="standard_price",
    ),
    _model("product.category", text="name complete_name parent_path", one="parent_id:product.category"),
    _model("product.tag", text="name"),
)

CONTACTS = (
    _model(
        "res.partner",
        text="name ref email phone street street2 city zip vat website",
        prose="comment sale_warn_msg picking_warn_msg",
        choice="type lang tz",
        number="credit credit_limit credit_to_invoice total_overdue days_sales_outstanding on_time_rate customer_rank supplier_rank",
        flag="active is_company use_partner_credit_limit",
        moment="create_date write_date",
        one="parent_id:res.partner commercial_partner_id:res.partner company_id:res.company user_id:res.users "
        "country_id:res.country state_id:res.country.state property_delivery_carrier_id:delivery.carrier "
        "property_payment_term_id:account.payment.term",
        many="child_ids:res.partner category_id:res.partner.category bank_ids:res.partner.bank",
        maybe="total_overdue days_sales_outstanding credit_to_invoice on_time_rate sale_warn_msg picking_warn_msg "
        "property_delivery_carrier_id property_payment_term_id bank_ids customer_rank supplier_rank",
        needs={
            "credit credit_limit credit_to_invoice total_overdue use_partner_credit_limit": (
                "account.group_account_invoice account.group_account_readonly"
            ),
        },
        credit="credit credit_limit credit_to_invoice total_overdue days_sales_outstanding",
        bank="bank_ids",
        personal="email phone street street2 vat comment",
    ),
    _model(
        "res.partner.category", text="name parent_path", flag="active", one="parent_id:res.partner.category"
    ),
    _model(
        "res.partner.bank",
        text="acc_number",
        flag="active",
        one="partner_id:res.partner",
        bank="acc_number",
        limit=100,
    ),
    _model("res.country", text="name code"),
    _model("res.country.state", text="name code"),
)

DELIVERY = (
    _model(
        "delivery.carrier",
        text="name tracking_url",
        prose="carrier_description",
        choice="delivery_type integration_level",
        number="sequence fixed_price amount margin fixed_margin max_weight max_volume",
        flag="active free_over",
        one="product_id:product.product company_id:res.company currency_id:res.currency",
        many="price_rule_ids:delivery.price.rule country_ids:res.country",
        maybe="fixed_margin max_weight max_volume tracking_url carrier_description currency_id",
        margin="margin fixed_margin",
    ),
    _model(
        "delivery.price.rule",
        text="name",
        choice="variable operator variable_factor",
        number="sequence max_value list_base_price list_price",
        one="carrier_id:delivery.carrier currency_id:res.currency",
    ),
)

INVOICING = (
    _model(
        "account.move",
        text="name ref invoice_origin",
        choice="state move_type payment_state",
        number="amount_untaxed amount_total amount_residual",
        day="date invoice_date invoice_date_due",
        moment="create_date write_date",
        one="partner_id:res.partner partner_shipping_id:res.partner currency_id:res.currency company_id:res.company "
        "reversed_entry_id:account.move invoice_payment_term_id:account.payment.term",
        many="invoice_line_ids:account.move.line",
    ),
    _model(
        "account.move.line",
        prose="name",
        choice="display_type parent_state",
        number="quantity price_unit discount price_subtotal price_total amount_residual",
        day="date date_maturity",
        one="move_id:account.move product_id:product.product product_uom_id:uom.uom partner_id:res.partner "
        "currency_id:res.currency company_id:res.company purchase_line_id:purchase.order.line",
        many="sale_line_ids:sale.order.line",
        maybe="purchase_line_id",
        limit=5000,
    ),
    _model("account.payment.term", text="name", flag="active"),
)

DISCUSS = (
    _model(
        "mail.message",
        text="model email_from message_id record_name",
        prose="subject body preview",
        choice="message_type",
        number="res_id",
        flag="is_internal",
        moment="create_date date",
        one="author_id:res.partner subtype_id:mail.message.subtype parent_id:mail.message",
        many="attachment_ids:ir.attachment tracking_value_ids:mail.tracking.value",
        maybe="preview record_name",
        needs={"tracking_value_ids": "base.group_system"},
        personal="email_from",
        limit=5000,
    ),
    _model(
        "mail.tracking.value",
        text="old_value_char new_value_char",
        prose="old_value_text new_value_text",
        number="old_value_integer new_value_integer old_value_float new_value_float",
        moment="create_date old_value_datetime new_value_datetime",
        one="mail_message_id:mail.message",
        limit=5000,
    ),
    _model("mail.message.subtype", text="name", flag="internal"),
    _model(
        "mail.activity",
        text="res_model res_name summary",
        prose="note",
        choice="state",
        number="res_id",
        day="date_deadline",
        moment="create_date",
        one="activity_type_id:mail.activity.type user_id:res.users create_uid:res.users",
    ),
    _model("mail.activity.type", text="name", choice="category"),
    _model("discuss.channel", text="name", choice="channel_type", one="create_uid:res.users", optional=True),
    # Names and sizes only: what is inside an attachment comes through document ingestion, with its own access rules.
    _model(
        "ir.attachment",
        text="name mimetype res_model res_name res_field checksum datas",
        prose="description",
        choice="type",
        number="res_id file_size",
        moment="create_date write_date",
        one="company_id:res.company",
        content="datas",
    ),
    # The Documents and Knowledge apps, where they are installed. Bodies of articles are content like files are.
    _model(
        "documents.document",
        text="name",
        choice="type access_internal",
        flag="active",
        moment="write_date",
        one="attachment_id:ir.attachment partner_id:res.partner company_id:res.company owner_id:res.users",
        maybe="type access_internal company_id partner_id owner_id",
        optional=True,
    ),
    _model(
        "knowledge.article",
        text="name",
        prose="body",
        choice="category inherited_permission",
        flag="active",
        moment="write_date",
        maybe="category inherited_permission",
        content="body",
        optional=True,
    ),
)

COMPANY = (
    _model(
        "res.company",
        text="name",
        number="security_lead",
        one="partner_id:res.partner currency_id:res.currency resource_calendar_id:resource.calendar country_id:res.country",
        flag="account_use_credit_limit",
        maybe="security_lead account_use_credit_limit resource_calendar_id",
    ),
    _model(
        "res.users",
        text="name login",
        flag="active share",
        one="partner_id:res.partner company_id:res.company",
        many="all_group_ids:res.groups company_ids:res.company",
        maybe="login all_group_ids company_ids",
    ),
    _model("res.groups", optional=True),
    _model(
        "res.currency",
        text="name symbol",
        choice="position",
        number="rounding decimal_places rate",
        flag="active",
        day="date",
        maybe="rate date",
    ),
    _model(
        "resource.calendar",
        text="name",
        choice="tz",
        number="hours_per_day",
        flag="active",
        one="company_id:res.company",
        # Closed days of everybody; the days off of single people (`leave_ids`) are nobody's business here.
        many="attendance_ids:resource.calendar.attendance global_leave_ids:resource.calendar.leaves",
        maybe="global_leave_ids",
    ),
    _model(
        "resource.calendar.attendance",
        text="name",
        choice="dayofweek day_period week_type",
        number="hour_from hour_to",
        day="date_from date_to",
        one="calendar_id:resource.calendar",
        maybe="date_from date_to week_type",
    ),
    _model(
        "resource.calendar.leaves",
        text="name",
        moment="date_from date_to",
        one="calendar_id:resource.calendar company_id:res.company",
    ),
)

APPS: Mapping[str, tuple[AllowedModel, ...]] = MappingProxyType(
    {
        "Sales": SALES,
        "Inventory": INVENTORY,
        "Purchase": PURCHASE,
        "Products": PRODUCTS,
        "Contacts": CONTACTS,
        "Delivery": DELIVERY,
        "Invoicing": INVOICING,
        "Discuss": DISCUSS,
        "Company": COMPANY,
        "Distribution Copilot": (
            _model("distribution.copilot.run", text="key", optional=True),
            _model(
                "distribution.copilot.anchor",
                text="seal",
                number="seq",
                moment="create_date",
                one="create_uid:res.users",
                optional=True,
            ),
        ),
    }
)


def _writes(*names: str) -> AllowedMethod:
    return AllowedMethod(name="write", arguments=frozenset({"vals"}), values=frozenset(names))


def _creates(*columns: str) -> AllowedMethod:
    """Odoo's ``load``: with an external id of ours it makes a record once, however often it is called, and leaves a later edit of
    it alone."""
    return AllowedMethod(
        name="load", arguments=frozenset({"fields", "data"}), values=frozenset({"id", *columns}), on_model=True,
        context=MappingProxyType({"mode": "update", "noupdate": True}),
    )  # fmt: skip


_POST = AllowedMethod(
    name="message_post",
    arguments=frozenset(
        {"body", "body_is_html", "message_type", "subtype_xmlid", "message_id", "partner_ids", "subject"}
    ),
)
_NOTE = AllowedMethod(
    name="message_post",
    arguments=frozenset({"body", "body_is_html", "message_type", "subtype_xmlid", "message_id"}),
)
_METADATA = AllowedMethod(name="get_metadata", changes=False)
"""External ids, the only way on which an ordinary user learns them."""
_SCHEDULE = AllowedMethod(
    name="activity_schedule",
    arguments=frozenset({"act_type_xmlid", "summary", "note", "user_id", "date_deadline"}),
)


def _named(*methods: AllowedMethod) -> Mapping[str, AllowedMethod]:
    return MappingProxyType({method.name: method for method in methods})


_NEW_LINE = ["order_id/.id", "product_id/.id", "product_uom_qty", "price_unit", "name"]
_NEW_TRANSFER = [
    "partner_id/.id", "picking_type_id/.id", "location_id/.id", "location_dest_id/.id", "origin", "scheduled_date", "move_type",
]  # fmt: skip

METHODS: Mapping[str, Mapping[str, AllowedMethod]] = MappingProxyType(
    {
        # A note that stays inside: the head of the audit log, on the page of whoever anchors it, or in a conversation of their own.
        "res.partner": _named(_NOTE),
        "discuss.channel": _named(_NOTE, _creates("name", "channel_type")),
        "distribution.copilot.anchor": _named(
            AllowedMethod(name="keep", arguments=frozenset({"seq", "seal"}), on_model=True)
        ),
        "sale.order": _named(_POST, _SCHEDULE, _writes("commitment_date")),
        "sale.order.line": _named(_writes("product_uom_qty"), _creates(*_NEW_LINE)),
        "purchase.order": _named(_POST, _SCHEDULE),
        "res.groups": _named(_METADATA),
        # Of an activity that asked somebody to decide, when it is decided.
        "mail.activity": _named(AllowedMethod(name="action_cancel")),
        "stock.picking": _named(
            _POST,
            _SCHEDULE,
            _writes("carrier_id", "move_type"),
            _creates(*_NEW_TRANSFER),
            AllowedMethod(name="action_split_transfer"),
            AllowedMethod(name="action_assign"),
            AllowedMethod(name="do_unreserve"),
        ),
        "distribution.copilot.run": _named(
            # Of the optional add-on: what it runs was held against this very table before.
            AllowedMethod(
                name="run_once",
                arguments=frozenset({"key", "expected", "target", "action", "records", "given"}),
                on_model=True,
            )
        ),
        "stock.move": _named(
            _writes("picking_id", "location_id", "location_dest_id", "picking_type_id", "warehouse_id")
        ),
    }
)
"""Model name -> the business methods that approved actions call (`erp_tools/actions`); nothing else can change anything."""


def _allowed() -> dict[str, AllowedModel]:
    table: dict[str, AllowedModel] = {}
    for app, models in APPS.items():
        for model in models:
            table[model.name] = AllowedModel(
                name=model.name,
                app=app,
                fields=model.fields,
                limit=model.limit,
                optional=model.optional,
                methods=MappingProxyType({**model.methods, **METHODS.get(model.name, {})}),
            )
    for model in table.values():
        for field in model.fields.values():
            if (field.kind in ("one", "many")) != bool(field.relation) or (
                field.relation and field.relation not in table
            ):
                raise ValueError(f"{model.name}.{field.name} leads to a model the allow-list does not hold")
    return table


ALLOWED: Mapping[str, AllowedModel] = MappingProxyType(_allowed())
"""Model name -> what may be asked of it."""

OPERATORS = frozenset(
    {
        "=",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "in",
        "not in",
        "like",
        "not like",
        "ilike",
        "not ilike",
        "=like",
        "=ilike",
        "child_of",
        "parent_of",
    }
)
"""Domain operators that may be sent; the recording evaluates the same ones."""
