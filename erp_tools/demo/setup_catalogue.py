"""Contacts, products, prices and carriers in Odoo."""

from __future__ import annotations

from dataclasses import dataclass, field

from erp_tools.demo.model import Plan, Product
from erp_tools.demo.rpc import AdminSession
from erp_tools.demo.setup_company import Ground

PRICELISTS = {"A": ("Tier A 2026", 5.0), "B": ("Tier B 2026", 2.0), "C": ("List Price 2026", 0.0)}
"""Tier -> pricelist and percentage below list price."""


@dataclass(kw_only=True)
class Records:
    """Record ids by the plan's references."""

    customers: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    """Customer reference -> the person who writes."""
    addresses: dict[str, list[int]] = field(default_factory=dict)
    vendors: dict[str, int] = field(default_factory=dict)
    vendor_contacts: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=dict)
    carriers: dict[str, int] = field(default_factory=dict)
    carrier_contacts: dict[str, int] = field(default_factory=dict)
    pricelists: dict[str, int] = field(default_factory=dict)


def set_up_catalogue(odoo: AdminSession, plan: Plan, ground: Ground) -> Records:
    records = Records()
    _pricelists(odoo, records, ground)
    _vendors(odoo, plan, records, ground)
    _customers(odoo, plan, records, ground)
    _products(odoo, plan, records, ground)
    _carriers(odoo, plan, records, ground)
    return records


def _pricelists(odoo: AdminSession, records: Records, ground: Ground) -> None:
    made = odoo.create(
        "product.pricelist",
        [
            {"name": name, "company_id": ground.company, "currency_id": odoo.ref("base.USD"), "item_ids": [(0, 0, {
                "applied_on": "3_global", "compute_price": "formula", "base": "list_price", "price_discount": discount})]}
            for name, discount in PRICELISTS.values()
        ],
    )  # fmt: skip
    records.pricelists = dict(zip(PRICELISTS, made, strict=True))


def _vendors(odoo: AdminSession, plan: Plan, records: Records, ground: Ground) -> None:
    tag = odoo.create("res.partner.category", [{"name": "Vendor"}])[0]
    known = list(plan.vendors.values())
    made = odoo.create(
        "res.partner",
        [
            {"name": vendor.name, "ref": vendor.ref, "is_company": True, "city": vendor.city, "email": f"orders@{vendor.domain}",
             "company_id": ground.company, "supplier_rank": 1, "category_id": [(6, 0, [tag])]}
            for vendor in known
        ],
    )  # fmt: skip
    records.vendors = {vendor.ref: record_id for vendor, record_id in zip(known, made, strict=True)}
    made = odoo.create(
        "res.partner",
        [
            {"name": vendor.contact, "parent_id": records.vendors[vendor.ref], "type": "contact",
             "email": f"{vendor.contact.split()[0].lower()}@{vendor.domain}", "company_id": ground.company}
            for vendor in known
        ],
    )  # fmt: skip
    records.vendor_contacts = {vendor.ref: record_id for vendor, record_id in zip(known, made, strict=True)}


def _customers(odoo: AdminSession, plan: Plan, records: Records, ground: Ground) -> None:
    tags = dict(
        zip(
            plan.tiers,
            odoo.create("res.partner.category", [{"name": tier.tag} for tier in plan.tiers.values()]),
            strict=True,
        )
    )
    country = odoo.ref("base.us")
    term = odoo.ref("account.account_payment_term_30days")
    known = list(plan.customers.values())
    made = odoo.create(
        "res.partner",
        [
            {"name": customer.name, "ref": customer.ref, "is_company": True, "city": customer.city, "country_id": country,
             "street": customer.addresses[0].street, "zip": customer.addresses[0].zip, "email": f"purchasing@{customer.domain}",
             "company_id": ground.company, "customer_rank": 1, "category_id": [(6, 0, [tags[customer.tier]])],
             "use_partner_credit_limit": True, "credit_limit": plan.tiers[customer.tier].credit_limit,
             "property_payment_term_id": term, "specific_property_product_pricelist": records.pricelists[customer.tier],
             "comment": f"<p>Contract {customer.contract}.</p>" if customer.contract else False}
            for customer in known
        ],
    )  # fmt: skip
    records.customers = {customer.ref: record_id for customer, record_id in zip(known, made, strict=True)}
    contacts, addresses = [], []
    for customer in known:
        parent = records.customers[customer.ref]
        # The contract of Meridian Foods names the mailbox that may agree to partial shipments.
        mailbox = (
            "supply.planning" if customer.ref == "C-1001" else customer.contact.lower().replace(" ", ".")
        )
        contacts.append({"name": customer.contact, "parent_id": parent, "type": "contact", "email": f"{mailbox}@{customer.domain}",
                         "company_id": ground.company})  # fmt: skip
        for address in customer.addresses:
            addresses.append({"name": address.name, "parent_id": parent, "type": "delivery", "street": address.street or False,
                              "city": address.city or False, "zip": address.zip or False, "country_id": country,
                              "email": f"dock@{customer.domain}", "company_id": ground.company})  # fmt: skip
    records.contacts = {
        each.ref: record_id
        for each, record_id in zip(known, odoo.create("res.partner", contacts), strict=True)
    }
    address_ids = iter(odoo.create("res.partner", addresses))
    records.addresses = {customer.ref: [next(address_ids) for _ in customer.addresses] for customer in known}


def _products(odoo: AdminSession, plan: Plan, records: Records, ground: Ground) -> None:
    fefo = odoo.ref("product_expiry.removal_fefo")
    labels = sorted({(product.category, product.lot) for product in plan.products.values()})
    categories = dict(
        zip(
            [label for label, _ in labels],
            odoo.create(
                "product.category",
                [{"name": label, "removal_strategy_id": fefo if lot else False} for label, lot in labels],
            ),
            strict=True,
        )
    )
    known = list(plan.products.values())
    made = odoo.create(
        "product.product",
        [
            {
                "name": product.name, "default_code": product.ref, "type": "consu", "is_storable": True, "company_id": ground.company,
                "categ_id": categories[product.category], "list_price": product.price, "standard_price": product.cost,
                "weight": product.kg, "sale_delay": product.sale_delay, "invoice_policy": "delivery", "taxes_id": [(5,)],
                "supplier_taxes_id": [(5,)], "description_sale": product.note or False,
                "tracking": "lot" if product.lot else "none", "use_expiration_date": product.lot,
                **({"expiration_time": product.shelf_days, "use_time": max(2, product.shelf_days // 10),
                    "removal_time": max(1, product.shelf_days // 20), "alert_time": max(3, product.shelf_days // 8)}
                   if product.lot else {}),
                "route_ids": [(6, 0, _routes(product, ground))],
                "seller_ids": [(0, 0, {"partner_id": records.vendors[product.vendor], "price": product.cost,
                                       "delay": plan.vendors[product.vendor].lead_days, "company_id": ground.company})],
            }
            for product in known
        ],
    )  # fmt: skip
    records.products = {product.ref: record_id for product, record_id in zip(known, made, strict=True)}
    for row in odoo.find("product.product", [("id", "in", made)], ["default_code", "product_tmpl_id"]):
        records.templates[row["default_code"]] = row["product_tmpl_id"][0]
    odoo.create(
        "mrp.bom",
        [
            {
                "product_tmpl_id": records.templates[product.ref], "product_qty": 1, "type": "phantom", "company_id": ground.company,
                "bom_line_ids": [(0, 0, {"product_id": records.products[ref], "product_qty": count}) for ref, count in product.components],
            }
            for product in known
            if product.components
        ],
    )  # fmt: skip


def _routes(product: Product, ground: Ground) -> list[int]:
    """How Odoo gets the product: bought, unless it comes from another warehouse or straight from the vendor."""
    ways = [ground.routes[product.route or "buy"]]
    return [*ways, ground.routes["mto"]] if product.make_to_order else ways


def _carriers(odoo: AdminSession, plan: Plan, records: Records, ground: Ground) -> None:
    tag = odoo.create("res.partner.category", [{"name": "Carrier"}])[0]
    for carrier in plan.carriers.values():
        service = odoo.create(
            "product.product",
            [{"name": f"Freight {carrier.name}", "default_code": f"FR-{carrier.code}", "type": "service", "list_price": carrier.base,
              "company_id": ground.company, "taxes_id": [(5,)], "invoice_policy": "order"}],
        )[0]  # fmt: skip
        records.carriers[carrier.code] = odoo.create(
            "delivery.carrier",
            [{"name": carrier.name, "delivery_type": "base_on_rule", "integration_level": "rate", "company_id": ground.company,
              "product_id": service,
              "carrier_description": f"{carrier.service}. Transit {carrier.lead_days} days. Cut-off {carrier.cutoff}.",
              "tracking_url": f"https://track.{carrier.domain}/<shipmenttrackingnumber>",
              "price_rule_ids": [(0, 0, {"variable": "weight", "operator": ">=", "max_value": 0, "list_base_price": carrier.base,
                                         "list_price": carrier.per_kg, "variable_factor": "weight"})]}],
        )[0]  # fmt: skip
        known = odoo.ids(
            "res.partner", [("name", "=", carrier.name.removesuffix(" 2-Day")), ("category_id", "in", [tag])]
        )
        records.carrier_contacts[carrier.code] = known[0] if known else odoo.create(
            "res.partner",
            [{"name": carrier.name, "is_company": True, "email": f"dispatch@{carrier.domain}", "company_id": ground.company,
              "category_id": [(6, 0, [tag])]}],
        )[0]  # fmt: skip
