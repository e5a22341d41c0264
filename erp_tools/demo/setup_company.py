"""The company in Odoo: settings, warehouses, roles and people, and the sister company."""

from __future__ import annotations

from dataclasses import dataclass, field

from erp_tools.demo.clock import HOME
from erp_tools.demo.company import company_file
from erp_tools.demo.model import Plan
from erp_tools.demo.rpc import AdminSession

FEATURES = (
    "stock.group_stock_multi_locations", "stock.group_stock_multi_warehouses", "stock.group_adv_location",
    "stock.group_production_lot", "product.group_product_pricelist", "uom.group_uom", "product_expiry.group_expiry_date_on_delivery_slip",
)  # fmt: skip
"""Switches of the settings page, held in Odoo as groups that every internal user has."""

ROLES = {
    "service": ("Customer Service", ("sales_team.group_sale_salesman_all_leads",)),
    "supervisor": ("Warehouse Supervisor", ("stock.group_stock_manager",)),
    "purchasing": ("Purchasing", ("purchase.group_purchase_manager", "stock.group_stock_user")),
    "sales": ("Sales", ("sales_team.group_sale_manager",)),
    "finance": ("Finance", ("account.group_account_manager",)),
    "compliance": (
        "Compliance",
        (
            "account.group_account_readonly",
            "stock.group_stock_user",
            "sales_team.group_sale_salesman_all_leads",
        ),
    ),
}
"""Role -> its name, and the Odoo groups such a person has. README.md tells what each can read with them."""
GROUP_MANAGER = "group_manager"
SECOND_COMPANY_LOGIN = "northgate"


@dataclass(kw_only=True)
class Site:
    """A warehouse in Odoo, by record ids."""

    warehouse: int
    stock: int
    view: int
    hold: int
    """Quality Hold: below the warehouse, outside its stock location."""
    bin: int
    """A bin below the stock location."""
    in_type: int
    pick_type: int
    pack_type: int
    out_type: int


@dataclass(kw_only=True)
class Ground:
    """Record ids that the later steps build on."""

    company: int
    second_company: int
    sites: dict[str, Site] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    user_partners: dict[str, int] = field(default_factory=dict)
    activity_types: dict[str, int] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)


def set_up_company(odoo: AdminSession, plan: Plan, *, password: str) -> Ground:
    """Everything that comes before contacts and products."""
    company = int(odoo.find("res.company", [], ["name"])[0]["id"])
    odoo.context["allowed_company_ids"] = [company]
    about = company_file()["company"]
    odoo.write(
        "res.company", [company],
        {"name": about["name"], "email": f"service@{about['domain']}", "phone": "+1 253 555 0100", "street": "1200 Tideflats Road",
         "city": "Tacoma", "zip": "98421", "account_use_credit_limit": True},
    )  # fmt: skip
    everyone = odoo.ref("base.group_user")
    odoo.write("res.groups", [everyone], {"implied_ids": [(4, odoo.ref(name)) for name in FEATURES]})
    _no_jobs(odoo)
    second = int(odoo.create("res.company", [{"name": company_file()["second_company"]["name"], "currency_id": odoo.ref("base.USD"),
                                              "country_id": odoo.ref("base.us")}])[0])  # fmt: skip
    ground = Ground(company=company, second_company=second)
    _warehouses(odoo, plan, ground)
    _routes(odoo, ground)
    _activity_types(odoo, ground)
    _people(odoo, plan, ground, password)
    return ground


def _no_jobs(odoo: AdminSession) -> None:
    """No scheduled job and no outgoing mail may change the picture."""
    jobs = odoo.ids("ir.cron", [])
    odoo.write("ir.cron", jobs, {"active": False})
    odoo.write("ir.mail_server", odoo.ids("ir.mail_server", []), {"active": False})


def _warehouses(odoo: AdminSession, plan: Plan, ground: Ground) -> None:
    first = odoo.ids("stock.warehouse", [("company_id", "=", ground.company)])[0]
    for number, warehouse in enumerate(plan.warehouses):
        values = {
            "name": warehouse.name,
            "code": warehouse.code,
            "reception_steps": "one_step",
            "delivery_steps": warehouse.steps,
            "sequence": 10 + number,
        }
        if number == 0:
            odoo.write("stock.warehouse", [first], values)
            record_id = first
        else:
            partner = odoo.create(
                "res.partner",
                [{"name": f"Harbor & Pine Supply, {warehouse.name}", "city": warehouse.city, "company_id": ground.company,
                  "country_id": odoo.ref("base.us"), "type": "other"}],
            )[0]  # fmt: skip
            record_id = odoo.create(
                "stock.warehouse", [{**values, "company_id": ground.company, "partner_id": partner}]
            )[0]
        row = odoo.find(
            "stock.warehouse", [("id", "=", record_id)],
            ["lot_stock_id", "view_location_id", "in_type_id", "pick_type_id", "pack_type_id", "out_type_id"],
        )[0]  # fmt: skip
        hold, shelf = odoo.create(
            "stock.location",
            [
                {
                    "name": "Quality Hold",
                    "location_id": row["view_location_id"][0],
                    "usage": "internal",
                    "company_id": ground.company,
                },
                {
                    "name": "Bin A-01",
                    "location_id": row["lot_stock_id"][0],
                    "usage": "internal",
                    "company_id": ground.company,
                },
            ],
        )
        ground.sites[warehouse.code] = Site(
            warehouse=record_id, stock=row["lot_stock_id"][0], view=row["view_location_id"][0], hold=hold, bin=shelf,
            in_type=row["in_type_id"][0], pick_type=row["pick_type_id"][0], pack_type=row["pack_type_id"][0],
            out_type=row["out_type_id"][0],
        )  # fmt: skip
    # EAST reserves five days before the delivery.
    odoo.write(
        "stock.picking.type",
        [ground.sites["EAST"].out_type],
        {
            "reservation_method": "by_date",
            "reservation_days_before": 5,
            "reservation_days_before_priority": 5,
        },
    )


def _routes(odoo: AdminSession, ground: Ground) -> None:
    ground.routes["buy"] = odoo.ref("purchase_stock.route_warehouse0_buy")
    ground.routes["mto"] = odoo.ref("stock.route_warehouse0_mto")
    # Replenish on Order is archived until somebody asks for it.
    odoo.write("stock.route", [ground.routes["mto"]], {"active": True})
    ground.routes["dropship"] = odoo.ref("stock_dropshipping.route_drop_shipping")
    south, east = ground.sites["SOUTH"].warehouse, ground.sites["EAST"].warehouse
    odoo.write("stock.warehouse", [south], {"resupply_wh_ids": [(4, east)]})
    ground.routes["resupply"] = odoo.ids(
        "stock.route", [("supplied_wh_id", "=", south), ("supplier_wh_id", "=", east)]
    )[0]


def _activity_types(odoo: AdminSession, ground: Ground) -> None:
    credit, certificate = odoo.create(
        "mail.activity.type",
        [
            {"name": "Credit Review", "summary": "Credit Review", "icon": "fa-usd", "category": "default"},
            {
                "name": "Certificate of Analysis",
                "summary": "Certificate of Analysis",
                "icon": "fa-file",
                "category": "upload_file",
            },
        ],
    )
    odoo.name_record("copilot.activity_credit_review", "mail.activity.type", credit)
    odoo.name_record("copilot.activity_certificate", "mail.activity.type", certificate)
    ground.activity_types = {
        "credit_review": credit,
        "certificate": certificate,
        "upload": odoo.ref("mail.mail_activity_data_upload_document"),
        "todo": odoo.ref("mail.mail_activity_data_todo"),
    }


def _people(odoo: AdminSession, plan: Plan, ground: Ground, password: str) -> None:
    both = [ground.company, ground.second_company]
    odoo.write(
        "res.users",
        [odoo.uid],
        {"company_ids": [(6, 0, both)], "company_id": ground.company, "tz": HOME},
    )
    roles: dict[str, int] = {}
    for role, (label, _) in ROLES.items():
        roles[role] = odoo.create("res.groups", [{"name": f"Copilot / {label}"}])[0]
        odoo.name_record(f"copilot.role_{role}", "res.groups", roles[role])
    everyone = odoo.ref("base.group_user")
    domain = company_file()["company"]["domain"]
    managers = ("sales_team.group_sale_manager", "stock.group_stock_manager", "purchase.group_purchase_manager",
                "account.group_account_manager")  # fmt: skip
    entries = [(person.login, person.name, person.role, ROLES[person.role][1]) for person in plan.people]
    entries.append((GROUP_MANAGER, "Grace Holloway", "supervisor", managers))
    entries.append(
        (SECOND_COMPANY_LOGIN, "Nils Aspen", "service", (*ROLES["service"][1], "stock.group_stock_user"))
    )
    for login, name, role, groups in entries:
        companies = both if login in ("compliance", GROUP_MANAGER) else [ground.company]
        if login == SECOND_COMPANY_LOGIN:
            companies = [ground.second_company]
        user = odoo.create(
            "res.users",
            [{
                "login": login, "name": name, "email": f"{login}@{domain}", "password": password, "tz": HOME,
                "company_id": companies[0], "company_ids": [(6, 0, companies)], "notification_type": "inbox",
                "group_ids": [(6, 0, [everyone, roles[role], *(odoo.ref(group) for group in groups)])],
            }],
            context={"no_reset_password": True, "allowed_company_ids": both},
        )[0]  # fmt: skip
        ground.users[login] = user
    for row in odoo.find("res.users", [("id", "in", list(ground.users.values()))], ["login", "partner_id"]):
        ground.user_partners[row["login"]] = row["partner_id"][0]
