"""The sister company: its own warehouse, contacts, products and orders, which Harbor & Pine's people may not see."""

from __future__ import annotations

from erp_tools.demo.clock import ORDERED, PROMISED, Clock
from erp_tools.demo.company import company_file
from erp_tools.demo.plan import second_company_orders
from erp_tools.demo.rpc import AdminSession
from erp_tools.demo.setup_company import SECOND_COMPANY_LOGIN, Ground

CUSTOMERS = ("Bayside Water Works", "Torrance Coatings", "Polk County Pools", "Ember Lane Laundry")
PRODUCTS = ("Sodium Hypochlorite 200 L", "Citric Acid 25 kg", "Isopropanol 20 L", "Ferric Chloride 1000 L",
            "Caustic Soda Pearls 25 kg", "Activated Carbon 15 kg")  # fmt: skip


def set_up_second_company(odoo: AdminSession, ground: Ground, clock: Clock) -> None:
    """Raises SeedingError like every step."""
    company = ground.second_company
    context = {"allowed_company_ids": [company]}
    about = company_file()["second_company"]
    values = {"code": about["code"], "name": "Northgate Terminal", "company_id": company}
    existing = odoo.ids("stock.warehouse", [("company_id", "=", company)], context=context)
    warehouse = existing[0] if existing else odoo.create("stock.warehouse", [values], context=context)[0]
    odoo.write("stock.warehouse", [warehouse], values, context=context)
    stock = odoo.find("stock.warehouse", [("id", "=", warehouse)], ["lot_stock_id"], context=context)[0][
        "lot_stock_id"
    ][0]
    customers = odoo.create(
        "res.partner",
        [{"name": name, "ref": f"N-{3001 + number}", "is_company": True, "company_id": company, "customer_rank": 1,
          "country_id": odoo.ref("base.us"), "email": f"office@{name.lower().replace(' ', '')}.example"}
         for number, name in enumerate(CUSTOMERS)],
        context=context,
    )  # fmt: skip
    products = odoo.create(
        "product.product",
        [{"name": name, "default_code": f"NG-{700 + number}", "type": "consu", "is_storable": True, "company_id": company,
          "list_price": 60 + 35 * number, "taxes_id": [(5,)], "supplier_taxes_id": [(5,)]} for number, name in enumerate(PRODUCTS)],
        context=context,
    )  # fmt: skip
    quants = odoo.create(
        "stock.quant",
        [{"product_id": product, "location_id": stock, "inventory_quantity": 60} for product in products[:4]],
        context={**context, "inventory_mode": True},
    )
    odoo.call("stock.quant", "action_apply_inventory", quants, context={**context, "inventory_mode": True})
    orders = second_company_orders()
    made = odoo.create(
        "sale.order",
        [{"name": each.name, "partner_id": customers[each.customer], "company_id": company, "warehouse_id": warehouse,
          "user_id": ground.users[SECOND_COMPANY_LOGIN], "date_order": clock.at(each.ordered, ORDERED),
          "commitment_date": clock.at(each.promised, PROMISED), "client_order_ref": f"NG-PO-{each.name[-3:]}",
          "order_line": [(0, 0, {"product_id": products[each.product], "product_uom_qty": each.quantity})]} for each in orders],
        context=context,
    )  # fmt: skip
    odoo.call("sale.order", "action_confirm", made[:-1], context=context)
    for each, record_id in zip(orders, made, strict=True):
        odoo.write(
            "sale.order", [record_id], {"date_order": clock.at(each.ordered, ORDERED)}, context=context
        )
