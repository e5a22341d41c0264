"""What a document's head says of itself: taken where there is one way to read it, asked for where there are two."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest

from knowledge_ingest.contract_testing import make_contracts
from knowledge_ingest.days_in_text import day, last_day
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.manifest import Described, Manifests, describe
from knowledge_ingest.readers import read
from knowledge_ingest.told_by_text import told_by_text

DEMO = Path(__file__).parents[2] / "knowledge_ingest" / "demo" / "documents"

PARTIES = 'by and between Meridian Foods, Inc. ("Buyer") and Harbor Supply LLC ("Seller")'

TOLD = [
    # (type, head, what it tells)
    ("contract", "SUPPLY AGREEMENT\n\nEffective Date: 1 March 2026\n", {"valid_from": "2026-03-01"}),
    ("contract", "SUPPLY AGREEMENT\n\nEffective Date: March 1, 2026\nExpiration Date: February 29, 2028\n", {"valid_from": "2026-03-01", "valid_to": "2028-02-29"}),
    ("contract", f"SUPPLY AGREEMENT\n\nThis Agreement is effective as of March 1, 2026, {PARTIES}.\n", {"valid_from": "2026-03-01"}),
    ("contract", f'This Supply Agreement (the "Agreement") is made and entered into as of March 1, 2026 (the "Effective Date"), {PARTIES}.\n', {"valid_from": "2026-03-01"}),
    ("contract", f'This Master Services Agreement (this "Agreement") is entered into as of July 1, 2026 (the "Effective Date") {PARTIES}.\n', {"valid_from": "2026-07-01"}),
    ("contract", f'This Agreement is entered into on 01 November 2026 (the “Effective Date”) {PARTIES}.\n', {"valid_from": "2026-11-01"}),
    ("contract", f'This Agreement is made this 1st day of March, 2026 (the "Effective Date") {PARTIES}.\n', {"valid_from": "2026-03-01"}),
    ("contract", f'This Agreement, dated as of 5 February 2026, {PARTIES}, is effective as of 1 March 2026.\n', {"valid_from": "2026-03-01"}),
    ("contract", f"This Distribution Agreement is made and entered into effective as of March 1, 2026 {PARTIES}.\n", {"valid_from": "2026-03-01"}),
    ("contract", "1. Term\n\n1.1 This Agreement comes into force on 15 January 2026 and expires on 31 December 2027.\n", {"valid_from": "2026-01-15", "valid_to": "2027-12-31"}),
    ("contract", "1. Term\n\n1.1 This Agreement shall commence on March 1, 2026 and shall remain in full force and effect until February 28, 2027, unless terminated earlier.\n", {"valid_from": "2026-03-01", "valid_to": "2027-02-28"}),
    ("contract", "Term: 1 January 2026 - 31 December 2026\n\nbetween A and B\n", {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}),
    ("contract", "1.2 This agreement runs from 2026-01-01 to 2028-12-31. Either side may end it with six months' notice.\n", {"valid_from": "2026-01-01", "valid_to": "2028-12-31"}),
    ("contract", "Effective Date: March 1, 2026\n\n2. Term. This Agreement shall continue for a term of two (2) years from the Effective Date.\n", {"valid_from": "2026-03-01", "valid_to": "2028-02-29"}),
    ("contract", 'This Agreement is entered into as of January 1, 2026 (the "Effective Date").\n\nSection 8.1. Term. This Agreement shall commence on the Effective Date and shall continue for a period of three (3) years, unless earlier terminated in accordance with this Article VIII.\n', {"valid_from": "2026-01-01", "valid_to": "2028-12-31"}),
    ("contract", "## Term\n\nThis Agreement is effective as of January 1, 2026 for twelve (12) months.\n", {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}),
    ("contract", "Commencement Date: 01.04.2026\n\nThe term of this Agreement is 24 months from the Commencement Date.\n", {}),
    ("contract", "Commencement Date: 2026-04-01\n\nThe term of this Agreement is 24 months from the Commencement Date.\n", {"valid_from": "2026-04-01", "valid_to": "2028-03-31"}),
    ("contract", '"Effective Date" means March 1, 2026.\n', {"valid_from": "2026-03-01"}),
    ("contract", "The Agreement enters into force on 1 May 2026.\n", {"valid_from": "2026-05-01"}),
    ("contract", "Contract Effective Date | January 1, 2026\nContract owner | Jane Doe\n", {"valid_from": "2026-01-01", "owner": "Jane Doe"}),
    ("contract", "AMENDMENT NO. 1\n\nThis Amendment No. 1 to the Supply Agreement is effective as of June 1, 2026.\n", {"valid_from": "2026-06-01"}),
    ("sop", "SOP-104 Split Shipments\n\nVersion 3.0, effective 2026-01-01. Owner: Warehouse Operations. Dallas follows section 7.\n", {"valid_from": "2026-01-01", "version": "3.0", "owner": "Warehouse Operations"}),
    ("sop", "SOP-104 Split Shipments\n\nDocument no. | SOP-104\nRevision | B\nEffective date | 2026-03-01\nDocument owner | Logistics\nApproved by | J. Smith\n", {"valid_from": "2026-03-01", "version": "B", "owner": "Logistics"}),
    ("sop", "SOP-104 Split Shipments\n\nDocument no. | Version | Effective date | Owner\nSOP-104 | 3.2 | 1 March 2026 | Logistics\n\nText follows.\n", {"valid_from": "2026-03-01", "version": "3.2", "owner": "Logistics"}),
    ("sop", "| Effective date | 2026-03-01 | Version | 3.2 |\n|---|---|---|---|\n| Owner | Jane Doe | Approved by | Max Muster |\n", {"valid_from": "2026-03-01", "version": "3.2", "owner": "Jane Doe"}),
    ("sop", "Version 2026.1 • Effective Date: January 1, 2026\n", {"valid_from": "2026-01-01", "version": "2026.1"}),
    ("sop", "Effective Date: January 1, 2024 | Last Updated: December 15, 2024\n", {"valid_from": "2024-01-01"}),
    ("sop", "Effective Date: 1 March 2026   Review Date: 1 March 2027\n", {"valid_from": "2026-03-01"}),
    ("sop", "**Effective Date:** 2026-03-01\n**Version:** v1.4\n**Owner:** J. Doe, Head of Logistics\n", {"valid_from": "2026-03-01", "version": "v1.4", "owner": "J. Doe, Head of Logistics"}),
    ("sop", "Effective Date:\nMarch 1, 2026\n\nPurpose\n", {"valid_from": "2026-03-01"}),
    ("sop", "Revision: 4\nPrepared by: Jane Doe\n", {"version": "4"}),
    ("sop", "Rev. B\n", {"version": "B"}),
    ("sop", "This procedure takes effect on 1 March 2026 and replaces SOP-104 v2.\n", {"valid_from": "2026-03-01"}),
    ("carrier_policy", "Atlas Freight\n\nCarrier code ATLAS. Valid from 2026-01-01. Tracking numbers begin with ATL.\n", {"valid_from": "2026-01-01"}),
    ("carrier_policy", "Rate sheet\n\nValid: 1 Jan 2026 - 31 Dec 2026\n", {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}),
    ("carrier_policy", "Valid from: 2026-03-01\nValid until: 2026-09-30\n", {"valid_from": "2026-03-01", "valid_to": "2026-09-30"}),
    ("product_rule", "Price list\n\nValid from 13/04/2026 until 30/06/2026\n", {"valid_from": "2026-04-13", "valid_to": "2026-06-30"}),
    ("unknown", "Issued by Warehouse Operations, valid from 2026-01-01\n", {"valid_from": "2026-01-01"}),
    ("contract", "6. EXPIRATION DATE. This agreement shall expire on December 31, 2027 unless earlier terminated in accordance with its terms.\n", {"valid_to": "2027-12-31"}),
    ("sop", "# Data Policy\n\n| Field | Value |\n|---|---|\n| Policy ID | POL-04 |\n| Owner | Store Manager (Privacy Officer) |\n| Approved by | Owner, 2026-08-28 |\n| Effective date | 2026-09-01 |\n| Review cycle | Annually (next review 2027-08-31) |\n", {"valid_from": "2026-09-01", "owner": "Store Manager"}),
    ("sop", "Reference Number | Version | Effective Date | Supersedes | Level\nINV-7 | 1.0 | 2026-04-13 | N/A | base\n\n1. Purpose\n", {"valid_from": "2026-04-13", "version": "1.0"}),
    ("sop", "This policy is effective from 14th of July, 2020\n", {"valid_from": "2020-07-14"}),
    ("sop", "Edition 2026, valid from 2026-01-01. For staff only.\n", {"valid_from": "2026-01-01"}),
]  # fmt: skip

OPEN = [
    # (type, head, what is asked for instead): two ways to read it, or none
    ("contract", "Effective Date: 03/04/2026\n", {"valid_from"}),
    ("contract", "Effective Date: 03.04.2026\n", {"valid_from"}),
    ("contract", "Effective Date: ________\n", {"valid_from"}),
    ("contract", "Effective Date: [●]\nExpiration Date: [date]\n", {"valid_from", "valid_to"}),
    ("contract", "Effective Date:\n\nbetween A and B\n", {"valid_from"}),
    ("contract", "Effective Date: March 2026\n", {"valid_from"}),
    ("contract", "Effective Date: 31 February 2026\n", {"valid_from"}),
    ("contract", "Effective Date: 1 March 26\n", {"valid_from"}),
    ("contract", "Effective Date: March 1, 2026\n\nThis Agreement is effective as of April 1, 2026.\n", {"valid_from"}),
    ("contract", "This Agreement is effective as of March 1, 2026 for existing sites and from June 1, 2026 for new ones.\n", {"valid_from"}),
    ("contract", "This Agreement is effective as of March 1, 2026, provided that both parties have signed.\n", {"valid_from"}),
    ("contract", "This Agreement is effective as of 03/04/2026.\n", {"valid_from"}),
    ("contract", "This Agreement expires on December 31, 2026. It renews for one year unless ended with notice.\n", {"valid_to"}),
    ("contract", "1.1 The contract runs to December 31, 2026 and may be renewed by the District each year.\n", {"valid_to"}),
    ("contract", "Expiration Date: 2026-12-31\n\nThe parties may extend the term of the Agreement by letter.\n", {"valid_to"}),
    ("contract", "Expiration Date: 2026-12-31\n\n" + "Goods are packed on pallets. " * 300 + "\n\nThis Agreement renews each year.\n", {"valid_to"}),
    ("sop", "Version: 2.0\nEffective Date: 2026-03-01\n\nVersion: 3.0\n", {"version"}),
    ("sop", "Version 3.0, effective 2026-01-01.\nVersion 2.1, effective 2024-07-01.\n", {"version", "valid_from"}),
    ("sop", "Owner: Logistics\nOwner: Sales\n", {"owner"}),
    # a sentence that goes on after its day
    ("contract", "This Agreement is valid until 31 December 2024 and is extended by one year at a time unless terminated.\n", {"valid_to"}),
    ("contract", "This Agreement runs until 31 December 2024 and shall then be extended by one year.\n", {"valid_to"}),
    ("contract", "This Agreement ends on 31 December 2024, unless the parties agree to continue it.\n", {"valid_to"}),
    ("contract", "This Agreement terminates on 31 December 2024 if the Buyer so requests.\n", {"valid_to"}),
    ("contract", "This Agreement runs until 31 December 2024. Thereafter either party may end it with 90 days' notice.\n", {"valid_to"}),
    ("contract", "This Agreement runs until 31 December 2024; after that date either party may end it.\n", {"valid_to"}),
    ("contract", "This Agreement is valid until 31 December 2024. Unless terminated with three months' notice it remains in force for one year.\n", {"valid_to"}),
    ("carrier_policy", "This tariff applies until 31 December 2025 unless we publish a new one.\n", {"valid_to"}),
    # a label that may be something else's: no other property of the document stands beside it
    ("sop", "Every pallet has a label.\n\nLot: A12\nExpiry date: 2025-01-31\n", {"valid_to"}),
    ("carrier_policy", "Introductory discount of 5 %.\n\nValid until: 31 January 2025\n", {"valid_to"}),
]  # fmt: skip

NOTHING = [
    # (type, head): what is said is not said of the document, or is not the day from which it holds
    ("contract", f"This Agreement is made as of the 23rd day of June, 2005, {PARTIES}.\n"),
    ("contract", "This Agreement supplements the agreement dated 1 May 2019 between the parties.\n"),
    ("contract", "This Agreement is made under the Framework Contract, which is effective as of May 1, 2019.\n"),
    ("contract", 'This Order Form is governed by the Agreement effective as of May 1, 2019 (the "Effective Date").\n'),
    ("contract", 'This Agreement amends and restates the Supply Agreement dated May 1, 2019 (the "Effective Date").\n'),
    ("contract", "AMENDED AND RESTATED AGREEMENT of 1 May 2019\n\nbetween A and B\n"),
    ("contract", "Date: 1 March 2026\nSigned on 5 March 2026\nPrinted: 7 March 2026\n"),
    ("contract", "IN WITNESS WHEREOF the parties have signed on March 1, 2026.\n\nDate: March 2, 2026\n"),
    ("contract", "AMENDMENT NO. 2\n\nEffective Date: May 1, 2019\n\nThis Amendment changes the Supply Agreement. The Agreement expires on December 31, 2026.\n"),
    ("contract", "AMENDMENT NO. 2\n\nThis Amendment amends the Supply Agreement effective as of May 1, 2019.\n"),
    ("contract", "The price list is effective from 1 March 2026.\n"),
    ("contract", "This Agreement replaces the former terms and the price list is effective from 1 March 2026.\n"),
    ("contract", "This Agreement grants a discount that ends on 31 March 2026.\n"),
    ("contract", "Effective March 1, 2026, the handling fee rises to USD 12.\n"),
    ("contract", "This Agreement is effective as of the date of last signature.\n"),
    ("contract", "Owner: Meridian Foods, Inc.\nContractor: Harbor Supply LLC\n"),
    ("contract", "This Agreement's confidentiality clause ends on 31 December 2030.\n"),
    ("contract", "This Agreement supersedes all prior agreements between the parties.\n"),
    ("contract", '"This Agreement is effective as of March 1, 2019," said the former contract.\n'),
    ("contract", "> This Agreement is effective as of March 1, 2019.\n> Effective Date: March 1, 2019\n"),
    ("sop", "Example of a clause:\n\nThis Agreement is effective as of March 1, 2019.\n"),
    ("sop", "1. Scope\n\nGoods are held.\n\n2. Fuel surcharge\n\nEffective date: 2026-03-01\nSurcharge: 12 %\n"),
    ("sop", "Version 17.0 of Odoo is required.\nVersion 2.1 was withdrawn.\n"),
    ("sop", "Version | Date | Author | Change\n1.0 | 2024-01-01 | Jane Doe | first\n2.0 | 2025-01-01 | Jane Doe | second\n"),
    ("sop", "Owner | Task\nWarehouse | pick\nSales | tell the customer\n"),
    ("sop", "Owner | Due | Status\nWarehouse | daily | open\n"),
    ("sop", "Owner approves every split.\nThe owner: see section 4.\n"),
    ("sop", "Prepared by: Jane Doe\nApproved by: Max Muster\nReview date: 2027-03-01\nPrint date: 2026-03-05\n"),
    ("sop", "Owner: ________\nVersion: draft\nExpiration date: none\n"),
    ("product_rule", "Smoked paprika\n\nLot 12, expiry date: 2026-05-01\nExpiry date: 2026-05-01\n"),
    ("case_note", "Effective Date: 1 March 2026\nOwner: Jane Doe\n"),
    ("sop", "Effective communication with the customer by May 2026 is the aim.\n"),
    ("sop", "Supersedes: none\nReplaces: all previous versions\n"),
    ("sop", "Guide\n\nSupersedes: —\nSupersedes: (none)\n"),
    ("sop", "Guide\n\nRecord of changes\n\nEffective Date | Person | Change Description | Version\nMay 26, 2026 | Mai | first | 4.7.0\n\nText.\n"),
    ("sop", "Guide\n\nData Source | Status | Effective Date | Rows\nRates | current | 2025-01-01 | 12\n\nText.\n"),
    ("contract", "6. EXPIRATION DATE. The goods are shipped.\n\nExpiration Date. The goods are shipped.\n"),
    ("contract", "The obligations of confidentiality under this Agreement shall expire on December 31, 2030.\n"),
    ("contract", "This undertaking shall remain in force until December 31, 2030.\n"),
]  # fmt: skip

FIXED_TERMS_LEFT_OPEN = [
    # behind "Effective Date: 2026-03-01": a term that tells no last day
    "This Agreement shall continue for an initial term of three (3) years.",
    "This Agreement shall continue for a term of three (3) years from the date of first delivery.",
    "This Agreement shall continue for a term of three (2) years from the Effective Date.",
    "This Agreement shall continue for a term of two (2) years from the Effective Date. Thereafter it renews year by year.",
    "This Agreement shall continue for a term of two (2) years from the Effective Date and thereafter until terminated.",
    "The warranty is given for a term of two (2) years from the Effective Date.",
    "This Agreement's confidentiality obligations continue for a period of two (2) years from the Effective Date.",
    "This Agreement provides that the obligations of confidentiality continue for a period of two (2) years from the Effective Date.",
    "This Agreement fixes prices for a period of one (1) year from the Effective Date.",
    "This Agreement shall continue for a term of [2] years from the Effective Date.",
]


GOING_ON = [
    # what a contract says behind its last day when that is not its end
    "Thereafter this Agreement shall automatically renew for successive one (1) year periods.",
    "The Distributor may extend the Term for two additional periods of two years each.",
    "Upon expiry the Agreement shall be prolonged from year to year by tacit consent.",
    "The parties shall be deemed to have agreed to a further term of twenty-four months.",
    "The Agreement is continued for further years unless one of the parties notifies the other.",
    "Extension is excluded where written objection to it is received.",
    "Thereafter the contract shall remain in force until either party gives notice.",
    "Unless either party gives notice, it is continued for another year.",
    "In the absence of such notice the contract shall be repeated for the same duration.",
    "The Customer holds two one-year options.",
    "Upon expiry this Agreement continues on a month-to-month basis.",
    "Without notice to the contrary the contract runs again for the same time.",
    "The Agreement will roll over annually.",
    "If not cancelled by 30 September, the contract is valid for the next calendar year too.",
]


def extracted(head: str) -> Extracted:
    return read(head.encode(), ".txt")


@pytest.mark.parametrize(("type_", "head", "expected"), TOLD)
def test_what_the_head_says_plainly_is_told(type_: str, head: str, expected: dict[str, str]) -> None:
    found = told_by_text(extracted(head), path="a.txt", type_=type_)  # type: ignore[arg-type]
    assert {name: each.value for name, each in found.told.items()} == expected
    assert all(each.words for each in found.told.values())


@pytest.mark.parametrize(("type_", "head", "asked"), OPEN)
def test_what_can_be_read_in_two_ways_is_asked_for(type_: str, head: str, asked: set[str]) -> None:
    found = told_by_text(extracted(head), path="a.txt", type_=type_)  # type: ignore[arg-type]
    assert set(found.unclear) == asked
    assert not set(found.told) & asked
    assert all(why.startswith("its text") for why in found.unclear.values())


@pytest.mark.parametrize(("type_", "head"), NOTHING)
def test_what_is_said_of_something_else_is_neither_told_nor_asked(type_: str, head: str) -> None:
    found = told_by_text(extracted(head), path="a.txt", type_=type_)  # type: ignore[arg-type]
    assert (dict(found.told), dict(found.unclear), found.replaces) == ({}, {}, "")


@pytest.mark.parametrize("sentence", FIXED_TERMS_LEFT_OPEN)
def test_a_term_tells_the_last_day_only_if_it_is_the_documents_and_ends(sentence: str) -> None:
    head = extracted(f"SUPPLY AGREEMENT\n\nEffective Date: 2026-03-01\n\n2. Term\n\n{sentence}\n")
    found = told_by_text(head, path="a.txt", type_="contract")
    assert {name: each.value for name, each in found.told.items()} == {"valid_from": "2026-03-01"}


@pytest.mark.parametrize("sentence", GOING_ON)
def test_a_last_day_is_none_where_the_contract_goes_on_however_far_behind_it_says_so(sentence: str) -> None:
    text = f"SUPPLY AGREEMENT\n\nThis Agreement expires on December 31, 2027.\n\n{'Goods are packed. ' * 400}\n\n{sentence}\n"
    found = told_by_text(extracted(text), path="a.txt", type_="contract")
    assert "valid_to" not in found.told
    assert "2027-12-31 as a last day" in found.unclear["valid_to"]


@pytest.mark.parametrize(
    ("head", "replaced"),
    [
        ("This SOP supersedes SOP-104 v2.1.\n", "SOP-104 v2.1"),
        ("Version 3.0, effective 2026-01-01. Replaces version 2.1 of 2024-07-01.\n", "version 2.1 of 2024-07-01"),
        ("Supersedes: SOP-104 Rev. B\n", "SOP-104 Rev. B"),
        ("Document no. | SOP-104\nSupersedes | SOP-099\n", "SOP-099"),
        ("The shift lead replaces damaged pallets.\n", ""),
        ("Supersedes: n/a\n", ""),
    ],
)  # fmt: skip
def test_what_it_replaces_is_no_id_and_is_asked_for(head: str, replaced: str) -> None:
    assert told_by_text(extracted(head), path="a.txt", type_="sop").replaces == replaced


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-01", date(2026, 3, 1)), ("2026/3/1", date(2026, 3, 1)), ("1st of March, 2026", date(2026, 3, 1)),
        ("the 1st day of March, 2026", date(2026, 3, 1)), ("Sunday, March 1, 2026", date(2026, 3, 1)), ("Mar. 1, 2026", date(2026, 3, 1)),
        ("01-Mar-2026", date(2026, 3, 1)), ("31/03/2026", date(2026, 3, 31)), ("03/31/2026", date(2026, 3, 31)),
        ("03/03/2026", date(2026, 3, 3)), ("03/04/2026", None), ("3.4.2026", None), ("30 February 2026", None), ("13/13/2026", None),
        ("1 March 26", None), ("March 2026", None), ("2026-03-01-17", None), ("1 March 1066", None), ("", None),
    ],
)  # fmt: skip
def test_a_day_is_one_only_if_all_read_it_alike(written: str, expected: date | None) -> None:
    assert day(written) == expected


@pytest.mark.parametrize(
    ("first", "months", "expected"),
    [
        (date(2026, 3, 1), 24, date(2028, 2, 29)), (date(2026, 1, 1), 12, date(2026, 12, 31)), (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)  # fmt: skip
def test_a_term_ends_on_the_day_before_its_anniversary(first: date, months: int, expected: date) -> None:
    assert last_day(first, months) == expected


# --- in the description and in the report ---


def described(
    head: str,
    *,
    path: str = "contracts/a.txt",
    trusted: bool = True,
    told_in: str = "documents.yaml",
    **entry: object,
) -> Described:
    return describe(
        path=path,
        extracted=extracted(head),
        entry=entry,
        content_hash="0" * 64,
        trusted=trusted,
        told_in=told_in,
    )


PLAIN = "SUPPLY AGREEMENT\n\nVersion: 2\nEffective Date: 1 March 2026\nExpiration Date: 31 December 2027\nContract owner: Jane Doe\n"


def test_what_is_taken_from_the_text_is_said_in_the_report() -> None:
    found = described(PLAIN)
    document = found.document
    assert document.valid_from == date(2026, 3, 1)
    assert (document.version, document.owner) == ("2", "Jane Doe")
    assert "no_owner" not in document.flags
    assert (
        "valid_from 2026-03-01 is taken from its text: 'Effective Date: 1 March 2026'. Say otherwise in documents.yaml."
        in found.reasons
    )
    assert sum("is taken from its text" in reason for reason in found.reasons) == 3
    assert not any("From when it holds" in reason or "No owner" in reason for reason in found.reasons)


def test_the_last_day_of_a_contract_is_proposed_and_not_taken() -> None:
    """An amendment or a letter may have prolonged it, and one that is wrongly out of force is missing from every answer."""
    found = described(PLAIN)
    assert found.document.valid_to is None
    assert (
        "Its text says 'Expiration Date: 31 December 2027'. Add `valid_to: 2027-12-31` in documents.yaml if that is its last day; until "
        "then it counts as in force."
    ) in found.reasons


def test_the_last_day_of_a_tariff_is_taken() -> None:
    tariff = read(b"Rate sheet\n\nValid: 1 Jan 2026 - 31 Dec 2026\n", ".md")
    found = describe(path="carriers/a.md", extracted=tariff, entry={}, content_hash="0" * 64)
    assert (found.document.valid_from, found.document.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))


def test_the_description_counts_more_than_the_text_and_a_difference_is_said() -> None:
    found = described(
        PLAIN, valid_from=date(2026, 1, 1), valid_to="2027-12-31", version="v2.0", owner="Sales"
    )
    document = found.document
    assert (document.valid_from, document.version, document.owner) == (date(2026, 1, 1), "v2.0", "Sales")
    assert [reason for reason in found.reasons if "its text" in reason] == [
        "valid_from is '2026-01-01' in documents.yaml and '2026-03-01' in its text ('Effective Date: 1 March 2026'); documents.yaml counts."
    ], "the same day and the same version written otherwise are no difference"
    front = describe(
        path="a.md",
        extracted=read(b"---\nvalid_from: 2026-01-01\n---\n\nVersion 3, effective 2026-03-01.\n", ".md"),
        entry={},
        content_hash="0" * 64,
    )
    assert front.document.valid_from == date(2026, 1, 1)
    assert any("its front matter counts" in reason for reason in front.reasons)


def test_a_day_left_empty_on_purpose_stays_empty() -> None:
    assert described(PLAIN, valid_to=None).document.valid_to is None


def test_nothing_is_taken_from_the_text_of_a_document_that_is_not_trusted() -> None:
    found = described(PLAIN, trusted=False)
    document = found.document
    assert (document.valid_from, document.valid_to, document.version, document.owner) == (None, None, "", "")
    assert not any("its text" in reason for reason in found.reasons)


def test_nothing_is_taken_from_a_text_whose_front_matter_cannot_be_read() -> None:
    """It may have said otherwise."""
    broken = read(b"---\nvalid_from: [\n---\n\nEffective Date: 1 March 2026\n", ".md")
    found = describe(path="contracts/a.md", extracted=broken, entry={}, content_hash="0" * 64)
    assert found.document.valid_from is None


def test_a_day_that_contradicts_the_described_one_is_not_taken() -> None:
    found = described(PLAIN, valid_from="2028-06-01")
    assert found.document.valid_to is None
    assert any("does not go with valid_from 2028-06-01" in reason for reason in found.reasons)


def test_why_the_first_day_is_open_stands_in_the_question() -> None:
    found = described("SUPPLY AGREEMENT\n\nEffective Date: 03/04/2026\n")
    assert found.document.valid_from is None
    (asked,) = [reason for reason in found.reasons if "03/04/2026" in reason]
    assert asked.startswith("From when it holds cannot be told")
    assert "`valid_from`" in asked
    rule = described("Effective Date: ______\n", path="sops/a.txt")
    assert any(
        "valid_from cannot be told" in reason and "leaves it blank" in reason for reason in rule.reasons
    )


def test_whose_a_contract_is_is_asked_with_the_names_it_gives() -> None:
    head = f"SUPPLY AGREEMENT\n\nThis Agreement is made {PARTIES}.\n"
    (asked,) = [reason for reason in described(head).reasons if "Whose contract" in reason]
    assert "'Meridian Foods Inc.' and 'Harbor Supply LLC'" in asked
    assert "`customer`" in asked
    (asked,) = [
        reason for reason in described(head, company="Harbor Supply").reasons if "Whose contract" in reason
    ]
    assert "Meridian" in asked
    assert "Harbor" not in asked
    found = described(head, customer="C-1001")
    assert found.document.customer == "C-1001"
    assert not any("Whose contract" in reason for reason in found.reasons)


def test_what_it_replaces_is_asked_for_unless_it_is_described() -> None:
    head = "SOP-104 Split Shipments\n\nThis SOP supersedes SOP-104 v2.\n"
    found = described(head, path="sops/a.txt")
    assert found.document.supersedes == ""
    assert (
        "It says that it replaces 'SOP-104 v2'; name its id under `supersedes` in documents.yaml."
        in found.reasons
    )
    told = described(head, path="sops/a.txt", supersedes="sop-104-v2")
    assert not any("replaces" in reason for reason in told.reasons)


# --- measured on all documents there are ---


def test_the_demo_is_described_as_before_and_its_text_agrees() -> None:
    """Explicit properties count; where the text tells one at all, it tells the same, so nothing is said of it."""
    manifests = Manifests(DEMO)
    told = 0
    for file in sorted(each for each in DEMO.rglob("*") if each.is_file()):
        path = file.relative_to(DEMO).as_posix()
        text = read(file.read_bytes(), file.suffix)
        described_as = {**text.front_matter, **manifests.entry(path)}
        found = told_by_text(text, path=path, type_=described_as["type"], amends="amends" in described_as)
        for name in ("valid_from", "valid_to", "version", "owner"):
            if name in found.told:
                told += 1
                assert found.told[name].value == str(described_as[name]), (path, name)
        reasons = describe(
            path=path, extracted=text, entry=manifests.entry(path), content_hash="0" * 64
        ).reasons
        assert not [reason for reason in reasons if "its text" in reason or "replaces" in reason], path
    assert told >= 55


def test_contracts_with_openings_of_every_kind_tell_their_first_day_or_none(tmp_path: Path) -> None:
    """Generated contracts, whose openings are put in other words: never a wrong day."""
    plain = (
        'is made and entered into as of {} (the "Effective Date")',
        "is effective as of {}, and is made",
        "is made this {} (the “Effective Date”)",
    )
    other = ("is made as of {}", "is dated {}", 'is made as of 1 May 2001 and relates to the agreement effective as of {} (the "Effective Date")',
             "is effective as of the later of {} and 1 May 2001 and made", "is effective as of {} or another date as the parties agree, and made")  # fmt: skip
    days = ("March 1, 2026", "1 March 2026", "2026-03-01", "the 1st day of March, 2026", "Mar. 1, 2026")
    make_contracts(tmp_path)
    for number, file in enumerate(sorted((tmp_path / "corpus").iterdir())):
        opening = re.compile(r"is made as of the \d+th day of June, \d{4}")
        for form in (*plain, *other):
            text = opening.sub(form.format(days[number % len(days)]), file.read_text(), count=1)
            found = told_by_text(read(text.encode(), ".txt"), path=file.name, type_="contract")
            told = found.told["valid_from"].value if "valid_from" in found.told else ""
            assert told == ("2026-03-01" if form in plain else ""), (form, file.name)
            assert "valid_to" not in found.told


def test_contracts_that_say_only_when_they_were_made_tell_no_day(tmp_path: Path) -> None:
    make_contracts(tmp_path)
    for file in sorted((tmp_path / "corpus").iterdir()):
        found = told_by_text(read(file.read_bytes(), ".txt"), path=file.name, type_="contract")
        assert (dict(found.told), dict(found.unclear)) == ({}, {}), file.name


def test_a_last_day_is_not_told_of_a_text_too_long_to_be_searched_for_a_renewal() -> None:
    text = Extracted(
        text="SUPPLY AGREEMENT\n\nEffective Date: 2026-01-01\nExpiration Date: 2026-12-31\n\n"
        + "it " * 200_000,
        blocks=(),
    )
    began = time.process_time()
    found = told_by_text(text, path="a.txt", type_="contract")
    assert "valid_to" not in found.told
    assert "too long" in found.unclear["valid_to"]
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "hostile",
    [
        "This " + "agreement and " * 400, "This Agreement (" * 300, "Effective Date: " * 300, "for a term of " * 300,
        "_" * 4000, " " * 4000, "A." * 2000, "This a b c d e f " * 250, "Version " * 500, "|" * 4000, "1 of " * 800,
        "This Agreement is made and entered into and " * 90, '"' * 4000, "extend a b c d e " * 240,
    ],
)  # fmt: skip
def test_a_hostile_head_takes_no_time(hostile: str) -> None:
    text = Extracted(text=hostile[:4000] + " Expiration Date: 2026-12-31\n", blocks=())
    began = time.process_time()
    told_by_text(text, path="a.txt", type_="contract")
    assert time.process_time() - began < 0.5
