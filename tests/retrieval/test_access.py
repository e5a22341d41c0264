"""Who may read: the rule, and its twin inside the index, say the same for everybody about everything."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.access import in_force, in_force_on, may_read, payload_of, readable_by
from retrieval.exact_base import matches
from retrieval.knowledge_base import IndexFilter
from retrieval.passage import ROLES, Document, Reader
from retrieval.testing import make_document

COMPANIES = ("Harbor", "Northgate", "Third", "Fourth")
CUSTOMERS = ("C-1", "C-2")

documents = st.builds(
    lambda company, customer, classification, roles: make_document(
        "d", "", company=company, customer=customer, classification=classification, roles=tuple(roles)
    ),
    st.sampled_from(("", *COMPANIES)),
    st.sampled_from(("", *CUSTOMERS)),
    st.sampled_from(("public", "internal", "confidential", "restricted")),
    st.sets(st.sampled_from(ROLES), max_size=3),
)
readers = st.builds(
    lambda roles, companies, customers: Reader(
        login="r", roles=frozenset(roles), companies=frozenset(companies), customers=customers
    ),
    st.sets(st.sampled_from(ROLES)),
    st.sets(st.sampled_from(COMPANIES)),
    st.none() | st.frozensets(st.sampled_from(CUSTOMERS)),
)


@given(documents, readers)
def test_the_index_filter_and_the_rule_agree(document: Document, reader: Reader) -> None:
    assert matches(payload_of(document), readable_by(reader)) == may_read(reader, document)


@pytest.mark.parametrize(("role", "company"), list(product(ROLES, COMPANIES)))
def test_another_companys_document_is_never_readable(role: str, company: str) -> None:
    reader = Reader(login="r", roles=frozenset({role}), companies=frozenset({company}))
    for other in set(COMPANIES) - {company}:
        assert not may_read(reader, make_document("d", "", company=other))


def test_a_document_for_some_roles_is_for_no_others() -> None:
    document = make_document("d", "", roles=("finance", "compliance"))
    for role in ROLES:
        reader = Reader(login="r", roles=frozenset({role}), companies=frozenset())
        assert may_read(reader, document) == (role in document.roles)


def test_someone_without_a_role_reads_only_what_is_open_to_every_role() -> None:
    nobody = Reader(login="r", roles=frozenset(), companies=frozenset())
    assert may_read(nobody, make_document("d", "", classification="internal"))
    assert not may_read(nobody, make_document("d", "", classification="confidential"))
    assert not may_read(nobody, make_document("d", "", roles=("service",)))


def test_a_restricted_document_without_roles_is_for_compliance_alone() -> None:
    document = make_document("d", "", classification="restricted")
    readable = {
        role
        for role in ROLES
        if may_read(Reader(login="r", roles=frozenset({role}), companies=frozenset()), document)
    }
    assert readable == {"compliance"}


days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(st.none() | days, st.none() | days, st.none() | days, days)
def test_the_index_and_the_rule_agree_about_what_is_in_force(
    valid_from: date | None, valid_to: date | None, superseded_from: date | None, on_date: date
) -> None:
    document = make_document(
        "d", "", valid_from=valid_from, valid_to=valid_to, superseded_from=superseded_from
    )
    inside = matches(payload_of(document), IndexFilter(all_of=in_force_on(on_date)))
    assert inside == in_force(document, on_date)


def test_a_version_stays_in_force_until_its_successor_is() -> None:
    document = make_document("d", "", superseded_by="e", superseded_from=date(2026, 6, 1))
    assert in_force(document, date(2026, 5, 31))
    assert not in_force(document, date(2026, 6, 1))
