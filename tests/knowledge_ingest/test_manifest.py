"""What a document is: told by its front matter, documents.yaml, its folder or its title; never guessed."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import pytest

from knowledge_ingest.errors import Undescribed
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.languages import language_of
from knowledge_ingest.manifest import Described, Manifests, describe


def described(
    path: str = "rule.md", *, title: str = "", entry: dict[str, object] | None = None, **front: object
) -> Described:
    extracted = Extracted(text="x", blocks=(), front_matter=front, title=title)
    return describe(path=path, extracted=extracted, entry=entry or {}, content_hash="0" * 64)


def test_front_matter_describes_a_document() -> None:
    document = described(
        id="sop-1", title="Splits", type="sop", owner="Warehouse", company="Harbor", customer="C-1", carrier="Swift",
        vendor="V-1", classification="confidential", roles=["finance", "Compliance"], valid_from="2026-01-01",
        valid_to=date(2026, 12, 31), version="3.0", supersedes="SOP-0", amends="sop-x", causes=["late"], language="de",
    ).document  # fmt: skip
    assert document.document_id == "sop-1"
    assert (document.type, document.classification, document.roles) == (
        "sop",
        "confidential",
        ("finance", "compliance"),
    )
    assert (document.valid_from, document.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (document.supersedes, document.amends, document.causes) == ("sop-0", "sop-x", ("late",))
    assert document.flags == ()


def test_the_manifest_counts_more_than_the_front_matter() -> None:
    assert described(owner="old", entry={"owner": "new"}).document.owner == "new"


def test_what_cannot_be_told_is_reported_and_not_guessed() -> None:
    found = described()
    assert found.document.type == "unknown"
    assert found.document.owner == ""
    assert found.document.flags == ("no_owner", "no_type")
    assert any("owner" in reason for reason in found.reasons)
    assert any("type" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("path", "title", "expected"),
    [
        ("sops/a.md", "", "sop"),
        ("Contracts/2026/a.pdf", "", "contract"),
        ("carriers/a.html", "", "carrier_policy"),
        ("products/a.xlsx", "", "product_rule"),
        ("a.md", "SOP-104 Splits", "sop"),
        ("a.txt", "MASTER SUPPLY AGREEMENT", "contract"),
        ("a.md", "Shopping list", "unknown"),
    ],
)
def test_folder_and_title_tell_the_type_where_nobody_says_it(path: str, title: str, expected: str) -> None:
    assert described(path, title=title).document.type == expected


@pytest.mark.parametrize("value", ["top secret", "none", "42"])
def test_an_unknown_classification_closes_the_document(value: str) -> None:
    found = described(classification=value)
    assert found.document.classification == "restricted"
    assert any("classification" in reason for reason in found.reasons)


def test_roles_nobody_has_close_the_document_instead_of_opening_it() -> None:
    found = described(roles=["wizard"])
    assert found.document.classification == "restricted"
    assert any("wizard" in reason for reason in found.reasons)


@pytest.mark.parametrize("value", ["all", "*", ["everyone"]])
def test_everyone_may_be_said_in_words(value: object) -> None:
    assert described(roles=value).document.roles == ()
    assert described(roles=value).document.classification == "internal"


def test_a_date_that_is_none_is_reported() -> None:
    found = described(valid_to="next year")
    assert found.document.valid_to is None
    assert any("next year" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    "hostile", ["../../etc/passwd", "a b/c", "<script>", "\u202e", "x" * 500, "--", "D#1"]
)
def test_an_id_holds_only_harmless_characters(hostile: str) -> None:
    document_id = described(id=hostile).document.document_id
    assert document_id
    assert len(document_id) <= 120
    assert set(document_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert ".." not in document_id


def write(folder: Path, text: str) -> Manifests:
    (folder / "documents.yaml").write_text(text, encoding="utf-8")
    return Manifests(folder)


@pytest.mark.parametrize(
    "text",
    [
        "documents:\n  - {path: sops/a.md, owner: Warehouse}",
        "- {path: sops/a.md, owner: Warehouse}",
        "documents:\n  sops/a.md: {owner: Warehouse}",
        "sops/a.md: {owner: Warehouse}",
    ],
)
def test_a_manifest_is_a_list_or_a_mapping(tmp_path: Path, text: str) -> None:
    manifests = write(tmp_path, text)
    assert manifests.entry("sops/a.md") == {"owner": "Warehouse"}
    assert manifests.entry("sops/b.md") == {}
    assert manifests.problems == ()


def test_the_nearest_manifest_decides_and_one_above_the_folder_is_seen(tmp_path: Path) -> None:
    inner = tmp_path / "documents" / "sops"
    inner.mkdir(parents=True)
    (tmp_path / "documents.yaml").write_text(
        "- {path: documents/sops/a.md, owner: Above}\n- {path: documents/b.md, owner: Above}"
    )
    (inner / "documents.yaml").write_text("- {path: a.md, owner: Near}")
    manifests = Manifests(tmp_path / "documents")
    assert manifests.entry("sops/a.md") == {"owner": "Near"}
    assert manifests.entry("b.md") == {"owner": "Above"}


@pytest.mark.parametrize(
    "text",
    [
        "documents: [",
        "- {path: ../outside.md, owner: x}",
        "- {path: /etc/passwd, owner: x}",
        "- 5\n- {owner: nobody}",
        "a: &a [1]\nb: *a",
        "\x00",
    ],
)
def test_a_bad_manifest_is_a_problem_and_no_crash(tmp_path: Path, text: str) -> None:
    manifests = write(tmp_path, text)
    with contextlib.suppress(Undescribed):
        assert manifests.entry("a.md") == {}
    assert manifests.problems
    assert all("documents.yaml" in problem for problem in manifests.problems)


def test_where_the_file_and_the_manifest_contradict_each_other_the_manifest_counts_and_says_so() -> None:
    found = described(
        entry={"owner": "New", "type": "sop", "roles": ["finance", "sales"], "valid_from": date(2026, 1, 1)},
        owner="Old", type="SOP", roles="sales, finance", valid_from="2025-01-01", version="2",
    )  # fmt: skip
    document = found.document
    assert (document.owner, document.valid_from, document.version) == ("New", date(2026, 1, 1), "2")
    said = [reason for reason in found.reasons if "documents.yaml counts" in reason]
    assert said == [
        "owner is 'New' in documents.yaml and 'Old' in the file itself; documents.yaml counts.",
        "valid_from is '2026-01-01' in documents.yaml and '2025-01-01' in the file itself; documents.yaml counts.",
    ], "the same said in another way is no contradiction"


def test_a_manifest_may_close_what_the_file_opens_and_the_other_way_round() -> None:
    closed = described(
        entry={"roles": ["finance"], "classification": "restricted"}, roles=[], classification="public"
    )
    assert (closed.document.roles, closed.document.classification) == (("finance",), "restricted")
    opened = described(entry={"roles": "all"}, roles=["finance"])
    assert opened.document.roles == ()
    assert any("roles" in reason for reason in opened.reasons)


def test_some_known_and_some_unknown_roles_keep_to_the_known_ones() -> None:
    found = described(roles=["finance", "wizard"])
    assert found.document.roles == ("finance",)
    assert found.document.classification == "internal"
    assert any("wizard" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("said", "where"),
    [("unclosed: [", "front matter is not valid YAML"), ("a: &x 1\nb: *x", "YAML anchors")],
)
def test_front_matter_that_is_no_yaml_is_told_and_not_read_as_text(said: str, where: str) -> None:
    from knowledge_ingest.readers.text import read

    extracted = read(f"---\n{said}\n---\n\nSalmon is kept cold.\n".encode())
    assert extracted.front_matter == {}
    assert any(where in note for note in extracted.notes)


def test_a_manifest_nested_too_deeply_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    manifests = write(tmp_path, "a: " + "[" * 20_000 + "]" * 20_000)
    with pytest.raises(Undescribed):
        manifests.entry("a.md")
    assert manifests.problems


def test_what_an_untrusted_file_says_of_itself_does_not_count() -> None:
    extracted = Extracted(
        text="MASTER SUPPLY AGREEMENT by and between A and B", blocks=(), title="Master Supply Agreement",
        front_matter={"type": "contract", "roles": [], "owner": "Boss", "id": "terms", "supersedes": "terms", "company": ""},
    )  # fmt: skip
    entry = {"id": "odoo-1", "company": "Harbor", "roles": ["sales"], "classification": "confidential"}
    document = describe(
        path="contracts/a.md", extracted=extracted, entry=entry, content_hash="0" * 64, trusted=False
    ).document
    assert (document.document_id, document.type, document.owner, document.supersedes) == (
        "odoo-1",
        "unknown",
        "",
        "",
    )
    assert (document.company, document.roles, document.classification) == (
        "Harbor",
        ("sales",),
        "confidential",
    )
    assert document.title == "Master Supply Agreement (unapproved source)"
    assert "unapproved_source" in document.flags


@pytest.mark.parametrize("text", ["documents: [", "a: &a [1]\nb: *a", "a.md: restricted", "just words"])
def test_a_manifest_that_cannot_be_read_opens_nothing(tmp_path: Path, text: str) -> None:
    """It may have said that only some may read the file."""
    with pytest.raises(Undescribed):
        write(tmp_path, text).entry("a.md")


def test_front_matter_that_cannot_be_read_closes_the_document() -> None:
    from knowledge_ingest.readers.text import read

    extracted = read(b"---\nroles: [finance\n---\n\nThe margin is secret.\n")
    closed = describe(path="a.md", extracted=extracted, entry={}, content_hash="0" * 64)
    assert closed.document.classification == "restricted"
    assert any("compliance" in reason for reason in closed.reasons)
    told = describe(path="a.md", extracted=extracted, entry={"roles": ["sales"]}, content_hash="0" * 64)
    assert (told.document.roles, told.document.classification) == (("sales",), "internal")


def test_whose_a_contract_is_and_from_when_it_holds_are_asked_for() -> None:
    asked = described("contracts/a.md").reasons
    assert any("Whose contract" in reason and "`customer`" in reason for reason in asked)
    assert any("`valid_from`" in reason for reason in asked)
    told = described("contracts/a.md", customer="C-1", valid_from="2026-01-01").reasons
    assert not any("customer" in reason or "valid_from" in reason for reason in told)
    amending = described("contracts/a.md", amends="mf-2026-014").reasons
    assert not any("customer" in reason or "valid_from" in reason for reason in amending)
    assert not any("customer" in reason for reason in described("sops/a.md").reasons)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The goods are delivered by the carrier to the dock of the customer, and they shall not be left in the yard. This is the rule.", "en"),
        ("Die Ware wird vom Spediteur an die Rampe des Kunden geliefert und ist nicht auf dem Hof abzustellen. Das ist die Regel für den Fahrer.", "de"),
        ("Les marchandises sont livrées par le transporteur sur le quai du client et ne doivent pas rester dans la cour. Ce sont les règles pour le chauffeur.", "fr"),
        ("Las mercancías se entregan por el transportista en el muelle del cliente y no se dejan en el patio. Es la regla para los conductores de la flota.", "es"),
        ("A-1001 | 12 | 24.50\nA-1002 | 8 | 19.90", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_language_is_told_by_small_words_or_not_at_all(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_document_that_the_model_hardly_knows_says_so() -> None:
    assert any("German" in reason for reason in described("sops/a.md", language="de").reasons)
    assert not any("English" in reason for reason in described("sops/a.md", language="en").reasons)
