"""The demo company's documents: metadata, names and figures shared with the company, sources, questions."""

from __future__ import annotations

import email
import email.policy
import importlib.resources
import io
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import docx
import lxml.html
import openpyxl
import pptx
import pypdfium2
import pytest
import yaml

from erp_tools.lateness.taxonomy import CAUSES
from knowledge_ingest.demo import build_source
from knowledge_ingest.demo.build import RENDERERS, render
from retrieval.passage import ROLES

DEMO = build_source.DEMO_FOLDER
DOCUMENTS = build_source.DOCUMENTS_FOLDER
RENDERED_ENDINGS = {".pdf", ".docx", ".xlsx", ".pptx", ".eml"}
KINDS = {"clause", "version", "two_documents", "adjacent_trap", "absent", "synonym", "table", "typo"}
TODAY_OF_THE_DEMO = date(2026, 11, 21)


@cache
def company() -> dict[str, Any]:
    text = importlib.resources.files("erp_tools").joinpath("demo/company.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def metadata() -> dict[str, dict[str, Any]]:
    """Path relative to documents/ -> properties, from documents.yaml and from front matter."""
    listed = yaml.safe_load((DEMO / "documents.yaml").read_text(encoding="utf-8"))["documents"]
    found = {entry["path"].removeprefix("documents/"): entry for entry in listed}
    for path in DOCUMENTS.rglob("*.md"):
        front = path.read_text(encoding="utf-8").split("---\n")[1]
        found[path.relative_to(DOCUMENTS).as_posix()] = yaml.safe_load(front)
    return found


@cache
def by_id() -> dict[str, tuple[str, dict[str, Any]]]:
    return {entry["id"]: (path, entry) for path, entry in metadata().items()}


def files() -> list[Path]:
    return sorted(path for path in DOCUMENTS.rglob("*") if path.is_file())


def fold(text: str) -> str:
    return " ".join(text.split())


def extract(content: bytes, ending: str) -> str:
    """Text of a file in reading order, with the plainest means there are; empty for a scan."""
    match ending:
        case ".md" | ".txt":
            return content.decode("utf-8")
        case ".html":
            return "\n".join(lxml.html.fromstring(content.decode("utf-8")).itertext())
        case ".pdf":
            with pypdfium2.PdfDocument(content) as pdf:
                pages = []
                for page in pdf:
                    text_page = page.get_textpage()
                    pages.append(text_page.get_text_range())
                    text_page.close()
                    page.close()
                return "\n".join(pages)
        case ".docx":
            inner = docx.Document(io.BytesIO(content)).iter_inner_content()
            return "\n".join(
                part.text
                if hasattr(part, "text")
                else "\n".join(" ".join(cell.text for cell in row.cells) for row in part.rows)
                for part in inner
            )
        case ".xlsx":
            workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            rows = [row for sheet in workbook for row in sheet.iter_rows(values_only=True)]
            workbook.close()
            return "\n".join(" ".join(str(value) for value in row if value is not None) for row in rows)
        case ".pptx":
            lines = []
            for slide in pptx.Presentation(io.BytesIO(content)).slides:
                for shape in slide.shapes:
                    if shape.has_text_frame:
                        lines.append(shape.text_frame.text)
                    elif shape.has_table:
                        lines += [" ".join(cell.text for cell in row.cells) for row in shape.table.rows]
            return "\n".join(lines)
        case ".eml":
            message = email.message_from_bytes(content, policy=email.policy.default)
            parts = [message.get_body().get_content()]
            parts += [extract(part.get_content(), ".pdf") for part in message.iter_attachments()]
            return "\n".join(parts)
    raise AssertionError(f"no reader for {ending}")


@cache
def text_of(path: str) -> str:
    """Folded text of a shipped document; for a scan, the text it was made from."""
    file = DOCUMENTS / path
    text = fold(extract(file.read_bytes(), file.suffix))
    if not text:
        source = build_source.SOURCE_FOLDER / Path(path).with_suffix(".md")
        text = fold(build_source.read_source(source).text())
    return text


@cache
def questions() -> list[dict[str, Any]]:
    return yaml.safe_load((DEMO / "questions.yaml").read_text(encoding="utf-8"))["questions"]


# ---- the collection


def test_the_collection_has_its_size_and_all_formats() -> None:
    """44 to 52 documents in eight formats, one of them a scan, 3 MB at most in all."""
    assert 44 <= len(files()) <= 52
    assert {path.suffix for path in files()} == {".md", ".txt", ".html", *RENDERED_ENDINGS}
    assert sum(path.stat().st_size for path in files()) <= 3_000_000


def test_every_file_has_metadata_and_every_entry_a_file() -> None:
    """Nothing in the folder is unknown, nothing in documents.yaml is missing."""
    assert set(metadata()) == {path.relative_to(DOCUMENTS).as_posix() for path in files()}


@pytest.mark.parametrize("path", sorted(metadata()))
def test_metadata_is_complete(path: str) -> None:
    """Each document says what it is, who owns it, who may read it and when it is valid."""
    entry = metadata()[path]
    assert re.fullmatch(r"[a-z0-9-]+", entry["id"])
    assert entry["type"] in {"sop", "contract", "carrier_policy", "product_rule", "case_note"}
    assert entry["classification"] in {"public", "internal", "confidential", "restricted"}
    assert entry["title"]
    assert entry["owner"]
    assert entry["company"] in {company()["company"]["name"], company()["second_company"]["name"]}
    assert set(entry["roles"]) <= set(ROLES)
    assert entry["valid_from"] < entry["valid_to"]
    assert isinstance(entry["version"], str)
    assert set(entry["causes"]) <= set(CAUSES)
    assert entry["language"] == "en"


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    """supersedes and amends name known documents; an old version ends before the new one begins."""
    assert len(by_id()) == len(metadata())
    superseded = 0
    for entry in metadata().values():
        if "supersedes" in entry:
            superseded += 1
            assert by_id()[entry["supersedes"]][1]["valid_to"] < entry["valid_from"]
        if "amends" in entry:
            assert by_id()[entry["amends"]][1]["customer"] == entry["customer"]
    assert superseded >= 4


def test_every_cause_has_a_procedure_in_force() -> None:
    """For each cause code at least one valid SOP says what to do."""
    told = {
        cause
        for entry in metadata().values()
        if entry["type"] == "sop" and entry["valid_from"] <= TODAY_OF_THE_DEMO <= entry["valid_to"]
        for cause in entry["causes"]
    }
    assert told >= set(CAUSES) - {"unknown"}


def test_some_documents_are_not_for_everyone() -> None:
    """Finance only, compliance only, and a document of the second company."""
    readers = {tuple(entry["roles"]) for entry in metadata().values()}
    assert {("finance", "compliance"), ("compliance",)} <= readers
    assert company()["second_company"]["name"] in {entry["company"] for entry in metadata().values()}


# ---- names and figures shared with the demo company


def test_every_contract_number_has_its_contract() -> None:
    """Customers with a contract number have that contract under their reference; the others have none."""
    for customer in company()["customers"]:
        contracts = [
            path
            for path, entry in metadata().items()
            if entry["type"] == "contract" and entry.get("customer") == customer["ref"]
        ]
        if customer["contract"] is None:
            assert not contracts
            continue
        path = by_id()[f"contract-{customer['contract'].lower()}"][0]
        assert path in contracts
        for words in (customer["contract"], customer["name"], customer["contact"], customer["city"]):
            assert words in text_of(path), f"{path} does not mention {words}"


STANCES = {
    "forbidden": r"not permitted|is excluded|single consignment|not accepted",
    "conditional": r"only if all conditions|may divide an Order whose|may be delivered in part if",
    "allowed": r"shipments are (allowed|welcome)|may be delivered in two shipments",
}


def test_the_stance_on_partial_shipments_is_the_clause() -> None:
    """What company.yaml says about partial shipments stands in the contract."""
    for customer in company()["customers"]:
        if customer["contract"] is not None:
            path = by_id()[f"contract-{customer['contract'].lower()}"][0]
            assert re.search(STANCES[customer["partial"]], text_of(path), re.IGNORECASE), path


def test_validity_of_contracts() -> None:
    """All contracts are in force through 2026 but the expired one; one of them ends soon."""
    for customer in company()["customers"]:
        if customer["contract"] is not None:
            entry = by_id()[f"contract-{customer['contract'].lower()}"][1]
            in_force = entry["valid_from"] <= TODAY_OF_THE_DEMO <= entry["valid_to"]
            assert in_force == (customer["ref"] != "C-1008")
    assert by_id()["contract-bh-2025-112"][1]["valid_to"] == date(2027, 1, 31)


def test_references_in_the_texts_exist() -> None:
    """Item codes and customer references in the documents are those of company.yaml."""
    known = {entry["ref"] for part in ("products", "customers", "vendors") for entry in company()[part]}
    for path in metadata():
        mentioned = set(re.findall(r"\b(?:FB|IN|CH)-\d{4}\b|\bC-\d{4}\b|\bV-\d{4}\b", text_of(path)))
        assert mentioned <= known, f"{path} mentions {mentioned - known}"
    for entry in metadata().values():
        assert entry.get("customer", "C-1001") in known
        assert entry.get("vendor", "V-2001") in known


def test_carriers_have_a_policy_with_their_figures() -> None:
    """Each carrier has a policy in force that states its code, tracking prefix, cut-off and price."""
    for carrier in company()["carriers"]:
        path = next(
            path
            for path, entry in metadata().items()
            if entry.get("carrier") == carrier["name"] and entry["valid_to"] > TODAY_OF_THE_DEMO
        )
        text = text_of(path)
        stated = [carrier["code"], carrier["tracking_prefix"], carrier["cutoff"], f"{carrier['base']:.2f}"]
        for figure in stated:
            assert figure in text, f"{path} does not state {figure}"
        rates = (DOCUMENTS / "carriers/carrier-rates-2026.xlsx").read_bytes()
        rows = extract(rates, ".xlsx").splitlines()
        row = next(line for line in rows if line.startswith(f"{carrier['code']} "))
        numbers = [float(number) for number in re.findall(r"(?<![\w-])\d+(?:\.\d+)?(?![\w-])", row)]
        assert numbers == [carrier["base"], carrier["per_kg"], carrier["lead_days"]]


def test_warehouses_vendors_and_tiers_agree_with_the_procedures() -> None:
    """Cut-offs, lead times, ratings, credit limits and targets are those of company.yaml."""
    promise, purchase = text_of("sops/promise-dates.md"), text_of("sops/purchase-follow-up.md")
    for warehouse in company()["warehouses"]:
        assert f"{warehouse['name']} {warehouse['cutoff']}" in promise
    for vendor in company()["vendors"]:
        assert f"| {vendor['name']} | {vendor['lead_days']} days | {vendor['reliability']} |" in purchase
    for tier, terms in company()["tiers"].items():
        assert f"Tier {tier} USD {terms['credit_limit']:,}" in text_of("sops/credit-holds.md")
        assert f"Tier {tier} {terms['on_time_target']}%" in promise


# ---- rendering


def test_every_rendered_file_has_a_source() -> None:
    """No binary without a text that can be reviewed, no source without a file."""
    targets = {build_source.target_of(source) for source in build_source.sources()}
    assert targets == {path for path in files() if path.suffix in RENDERED_ENDINGS}
    assert {source.settings["output"] for source in build_source.sources()} == set(RENDERERS)


@pytest.mark.parametrize("source", build_source.sources(), ids=lambda source: source.path.stem)
def test_a_new_rendering_has_the_text_that_is_shipped(source: build_source.Source) -> None:
    """A source that was changed without rendering it is found."""
    shipped = build_source.target_of(source)
    rendered = render(source)
    assert extract(rendered, shipped.suffix) == extract(shipped.read_bytes(), shipped.suffix)


@pytest.mark.parametrize("output", sorted(RENDERERS))
def test_rendering_twice_gives_the_same_bytes(output: str) -> None:
    """No clock, no random source, no order of a set gets into a file."""
    source = next(source for source in build_source.sources() if source.settings["output"] == output)
    assert render(source) == render(source)


def test_the_scan_has_pages_and_no_text() -> None:
    """The scanned amendment is images only: whoever wants its words has to read them."""
    with pypdfium2.PdfDocument((DOCUMENTS / "contracts/im-2026-008-amendment-1.pdf").read_bytes()) as pdf:
        assert len(pdf) >= 1
        assert all(any(item.type == 3 for item in page.get_objects()) for page in pdf)
    assert extract((DOCUMENTS / "contracts/im-2026-008-amendment-1.pdf").read_bytes(), ".pdf").strip() == ""


def test_sources_that_cannot_be_rendered_say_why(tmp_path: Path) -> None:
    """A missing front matter, an unknown clause and a variable without value are named."""
    broken = {
        "no front matter": "# Title\n",
        "not in source/clauses": "---\ntitle: x\n---\n{{> no-such-clause n=2}}\n",
        "without a value": "---\ntitle: x\n---\nHello {{somebody}}\n",
    }
    for message, text in broken.items():
        path = tmp_path / "broken.md"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(build_source.SourceError, match=message):
            build_source.read_source(path)


# ---- hostile and hidden text


def test_hostile_and_hidden_text_is_where_the_readme_says() -> None:
    """Ingest has something real to find: orders to assistants, zero-width spaces, Unicode tag characters."""
    assert "AUTOMATED ASSISTANTS" in text_of("notes/pacific-rim-spice-letter.eml")
    note = text_of("notes/case-cascade-split-august.md")
    assert "\u200b" in note
    assert any(0xE0000 <= ord(character) <= 0xE007F for character in note)


# ---- questions


def test_questions_are_spread_over_kinds_documents_and_formats() -> None:
    """Enough of each kind, every format is asked for, most documents are asked about."""
    kinds = Counter(question["kind"] for question in questions())
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 7
    assert len({question["id"] for question in questions()}) == len(questions()) >= 60
    asked = {answer["document"] for question in questions() for answer in question["answers"]}
    assert len(asked) >= 44
    assert {Path(by_id()[document][0]).suffix for document in asked} == {path.suffix for path in files()}


@pytest.mark.parametrize("question", questions(), ids=lambda question: question["id"])
def test_a_question_has_the_answers_it_claims(question: dict[str, Any]) -> None:
    """The quote stands in the document exactly once, the role may read it, and scope names exist."""
    assert (question["kind"] == "absent") == (not question["answers"])
    assert (question["kind"] == "two_documents") == (len(question["answers"]) == 2)
    assert question.get("customer", "C-1001") in {entry["ref"] for entry in company()["customers"]}
    assert question.get("carrier", "Atlas Freight LTL") in {entry["name"] for entry in company()["carriers"]}
    for answer in question["answers"]:
        path, entry = by_id()[answer["document"]]
        assert text_of(path).count(answer["quote"]) == 1, f"{path}: {answer['quote']}"
        assert not entry["roles"] or question.get("role", "service") in entry["roles"]
        if question["kind"] == "version":
            expired = entry["valid_to"] < TODAY_OF_THE_DEMO
            assert question.get("history", False) == expired
