"""Deny by default: only what the table lists leaves the process."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_tools.actions.exact import ExactSession
from erp_tools.errors import NotAllowed
from erp_tools.odoo import checks, normalise
from erp_tools.odoo.allow_list import ALLOWED, APPS, OPERATORS
from erp_tools.odoo.breaker import CircuitBreaker
from erp_tools.odoo.gateway import OdooUser
from erp_tools.odoo.guard import FieldKnowledge, GuardedSession
from erp_tools.odoo.masks import INDEXING, VISIBLE, visible_classes
from erp_tools.odoo.raw import context_for

ALL_MASKS = frozenset({"cost", "margin", "credit", "bank", "personal"})


class Wire:
    """An adapter that writes down what would have been sent."""

    def __init__(self, groups: frozenset[str] = frozenset({"copilot.role_finance"})) -> None:
        self.user = OdooUser(
            user_id=7, login="ann", name="Ann", company_id=1, company_ids=(1,), groups=groups
        )
        self.sent: list[tuple[str, str, Any]] = []

    def search_read(self, model, domain, spec, *, order, limit, offset):
        self.sent.append((model, "read", spec))
        return [], 0, 1

    def count(self, model, domain):
        self.sent.append((model, "count", domain))
        return 0

    def readable_fields(self, model, names):
        return frozenset(names)

    def call(self, model, method, ids, arguments, context=None):
        self.sent.append((model, method, arguments))

    def close(self) -> None:
        pass


def guarded(wire: Wire) -> GuardedSession:
    return GuardedSession(wire, breaker=CircuitBreaker("test"), knowledge=FieldKnowledge())


# Names as an attacker or a model would try them: listed ones, Odoo's own that are not listed, and nonsense.
OTHER_MODELS = [
    "ir.config_parameter",
    "res.users.apikeys",
    "ir.cron",
    "ir.actions.server",
    "account.payment",
    "hr.employee",
    "base",
    "",
]
OTHER_METHODS = [
    "write",
    "create",
    "unlink",
    "load",
    "copy",
    "sudo",
    "with_context",
    "_write",
    "action_confirm",
    "button_validate",
    "message_post",
    "export_data",
    "read",
    "search",
    "web_save",
    "check_access",
]
OTHER_FIELDS = [
    "password",
    "access_token",
    "signup_token",
    "api_key_ids",
    "oauth_access_token",
    "__class__",
    "write_uid",
    "a.b",
    "",
]
ALL_FIELDS = sorted({name for model in ALLOWED.values() for name in model.fields})

models = st.one_of(st.sampled_from(sorted(ALLOWED)), st.sampled_from(OTHER_MODELS), st.text(max_size=12))
methods = st.one_of(st.just("read"), st.just("count"), st.sampled_from(OTHER_METHODS), st.text(max_size=12))
fields = st.one_of(st.sampled_from(ALL_FIELDS), st.sampled_from(OTHER_FIELDS), st.text(max_size=12))


arguments = st.one_of(
    st.just({}),
    st.builds(lambda name, value: {"vals": {name: value}}, fields, st.integers() | st.text(max_size=5)),
    st.builds(lambda name: {"fields": [name], "data": [["x"]]}, fields),
    st.just({"context": {"tracking_disable": True}}),
    st.just({"body": "<p>hello</p>"}),
)


@settings(max_examples=500, deadline=None)
@given(model=models, method=methods, field=fields, named=arguments)
def test_of_500_made_up_requests_only_listed_ones_leave(model, method, field, named):
    wire = Wire()
    session = guarded(wire)
    listed = model in ALLOWED and field in ALLOWED[model].fields
    try:
        if method == "read":
            session.read(model, [], {field: {}})
        elif method == "count":
            session.count(model, [[field, "!=", False]])
        else:
            session.call(model, method, [1], **named)
    except NotAllowed:
        assert wire.sent == []
        assert not (listed and method in ("read", "count") and ALLOWED[model].fields[field].mask is None)
    else:
        assert len(wire.sent) == 1
        if method in ("read", "count"):
            assert listed
        else:
            allowed = ALLOWED[model].methods[method]
            assert set(named) <= allowed.arguments
            assert set(named.get("vals", {})) <= allowed.values
            assert set(named.get("fields", ())) <= allowed.values
            assert "context" not in named


@given(
    context=st.dictionaries(
        st.sampled_from(["tracking_disable", "active_test", "lang", "allowed_company_ids", "su"]),
        st.booleans(),
        min_size=1,
    )
)
def test_no_context_from_outside_passes(context):
    wire = Wire()
    session = guarded(wire)
    with pytest.raises(NotAllowed):
        session.read("sale.order", [], {"order_line": {"fields": {}, "context": context}})
    with pytest.raises(NotAllowed):
        session.call("sale.order", "action_confirm", [1], context=context)
    for model in ALLOWED.values():
        for method in model.methods:
            with pytest.raises(NotAllowed):
                session.call(model.name, method, [1], context=context)
    assert wire.sent == []


def test_the_context_is_ours_alone():
    user = OdooUser(
        user_id=7,
        login="ann",
        name="Ann",
        company_id=2,
        company_ids=(1, 2, 3),
        timezone="Europe/Riga",
        language="lv_LV",
    )
    assert context_for(user) == {"lang": "lv_LV", "tz": "Europe/Riga", "allowed_company_ids": [2, 1, 3]}


def test_a_listed_change_names_what_it_may_set_and_never_its_context():
    """What the actions need, and no general way to write, create, delete or confirm."""
    listed = {
        (model.name, name): method for model in ALLOWED.values() for name, method in model.methods.items()
    }
    assert {name for _, name in listed} <= {
        "message_post", "activity_schedule", "write", "load", "action_split_transfer", "action_assign", "do_unreserve", "run_once",
        "action_cancel",  # of an activity that asked somebody to decide
        "keep",  # a head of the audit log, in the add-on's own table
        "get_metadata",  # external ids of groups
    }  # fmt: skip
    assert not listed["res.groups", "get_metadata"].changes
    for (model, name), method in listed.items():
        assert "context" not in method.arguments, (model, name)
        assert bool(method.values) == (name in ("write", "load")), (model, name)
        assert not method.values & {
            "state",
            "company_id",
            "user_id",
            "active",
            "password",
            "groups_id",
            "group_ids",
        }
        assert set(method.context) <= {"mode", "noupdate"}, "nothing that hides a change (tracking_disable)"


@pytest.mark.parametrize(
    ("model", "method", "given"),
    [("sale.order", "action_confirm", {}), ("res.users", "write", {"vals": {"login": "x"}}), ("sale.order", "write", {"vals": {"state": "x"}})],
)  # fmt: skip
def test_what_goes_through_the_add_on_is_held_against_the_same_table(model, method, given):
    with pytest.raises(NotAllowed):
        ExactSession(None, "copilot.a.1.0", {}).call(model, method, [1], **given)


def test_every_model_stands_once_under_its_app():
    listed = [model.name for models in APPS.values() for model in models]
    assert sorted(listed) == sorted(set(listed)) == sorted(ALLOWED)
    assert {model.app for model in ALLOWED.values()} == set(APPS)


def test_nothing_secret_or_binary_is_listed():
    forbidden = {
        "password",
        "datas",
        "raw",
        "db_datas",
        "signature",
        "image_1920",
        "access_token",
        "signup_token",
        "new_password",
    }
    assert not [
        (model.name, name)
        for model in ALLOWED.values()
        for name, field in model.fields.items()
        if (name in forbidden or "token" in name) and field.mask != "content"
    ]


def test_what_is_inside_files_is_for_the_indexing_session_alone():
    inside = {
        (model.name, field.name)
        for model in ALLOWED.values()
        for field in model.fields.values()
        if field.mask == "content"
    }
    assert inside == {("ir.attachment", "datas"), ("knowledge.article", "body")}
    assert "content" not in visible_classes(VISIBLE)
    assert frozenset({"content"}) == INDEXING
    for masks in (*VISIBLE.values(), frozenset()):
        sight = normalise.Sight(masks=masks, groups=frozenset(), known={})
        sent = normalise.readable_part(ALLOWED["ir.attachment"], {"name": {}, "datas": {}}, sight)
        assert sent == {"name": {}}, "not even asked of Odoo"
        with pytest.raises(NotAllowed):
            checks.check_domain(ALLOWED["ir.attachment"], [["datas", "like", "%PDF"]], masks=masks)
    with pytest.raises(NotAllowed):
        checks.check_domain(ALLOWED["res.partner"], [["email", "like", "@"]], masks=INDEXING)


def test_a_field_that_costs_or_identifies_is_of_a_mask_class():
    unmasked = {
        (model.name, field.name)
        for model in ALLOWED.values()
        for field in model.fields.values()
        if field.mask is None
    }
    for pair in [
        ("product.product", "standard_price"),
        ("product.supplierinfo", "price"),
        ("purchase.order.line", "price_unit"),
        ("res.partner", "credit"),
        ("res.partner", "credit_limit"),
        ("res.partner", "email"),
        ("res.partner", "phone"),
        ("res.partner.bank", "acc_number"),
        ("sale.order.line", "margin"),
        ("delivery.carrier", "margin"),
        ("stock.move", "price_unit"),
    ]:
        assert pair not in unmasked


def test_a_specification_that_goes_in_circles_is_cut():
    spec: dict[str, Any] = {"name": {}}
    for _ in range(checks.MAX_DEPTH):
        spec = {"order_line": {"fields": {"order_id": {"fields": spec}}}}
    with pytest.raises(NotAllowed, match="relations"):
        guarded(Wire()).read("sale.order", [], spec)


@settings(deadline=None)
@given(
    domain=st.lists(
        st.one_of(
            st.sampled_from(["&", "|", "!"]),
            st.tuples(
                st.sampled_from(["name", "id", "state"]), st.sampled_from(sorted(OPERATORS)), st.just("x")
            ),
        ),
        max_size=8,
    )
)
def test_a_domain_passes_exactly_when_every_operator_has_its_terms(domain):
    needed = 1 if domain and isinstance(domain[0], str) else 0
    well_formed = True
    depth = 0
    for item in reversed(domain):
        if isinstance(item, tuple):
            depth += 1
        elif item == "!":
            well_formed &= depth >= 1
        else:
            well_formed &= depth >= 2
            depth -= 1
    assert needed in (0, 1)
    try:
        checks.check_domain(ALLOWED["sale.order"], domain, masks=ALL_MASKS)
    except NotAllowed:
        assert not well_formed
    else:
        assert well_formed


@pytest.mark.parametrize(
    "domain",
    [
        {"name": "x"},
        "[]",
        None,
        [[]],
        [["name", "=", "x", "y"]],
        [None],
        [["name", "=", object()]],
        [[["name"], "=", 1]],
    ],
)
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(NotAllowed):
        guarded(Wire()).count("sale.order", domain)


def test_a_person_without_a_role_sees_no_sensitive_field():
    wire = Wire(groups=frozenset())
    page = guarded(wire)
    page.read("res.partner", [], {"email": {}, "credit": {}, "name": {}, "bank_ids": {}})
    assert wire.sent == [("res.partner", "read", {"name": {}})]


def test_masked_and_missing_fields_are_not_even_asked_for():
    wire = Wire(groups=frozenset({"copilot.role_service"}))
    guarded(wire).read(
        "sale.order",
        [],
        {
            "partner_credit_warning": {},
            "tag_ids": {},
            "name": {},
            "message_ids": {"fields": {"tracking_value_ids": {}}},
        },
    )
    assert wire.sent == [("sale.order", "read", {"name": {}, "message_ids": {"fields": {}}})]
