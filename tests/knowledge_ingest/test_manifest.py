"""What a document is: told by its front matter, documents.yaml, its folder or its title; never guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_ingest.extracted import Extracted
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
    assert manifests.entry("a.md") == {}
    assert manifests.problems
    assert all("documents.yaml" in problem for problem in manifests.problems)
