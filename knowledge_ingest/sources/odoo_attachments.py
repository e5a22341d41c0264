"""Odoo: files attached to contacts, orders, purchases and products, and what Documents and Knowledge hold where installed.

They are read by an account made for it (the indexing user), with rights to read and no others, and never by a person's own.
Who may read the passages afterwards is decided by the record a file hangs on: its company, and the roles that work with
records of that kind. An attachment can be put there by anybody who may write to the record, and by whoever mails to it, so
what a file says about itself does not count; its description in Odoo does (`described`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from erp_tools.errors import AccessDenied, OdooError, OdooUserError
from erp_tools.odoo.gateway import OdooSession, Row
from knowledge_ingest.errors import IngestError, Unreadable
from knowledge_ingest.readers import READERS
from knowledge_ingest.report import DocumentReport
from knowledge_ingest.sources.source import ANYBODYS, Found
from retrieval.normalise import strip_invisible

LARGEST = 20_000_000
"""Bytes of one attachment that is fetched."""
READ_SECONDS = 60.0
"""Deadline of one read: an attachment of the largest size has to come through a slow line."""
_PAGE = 500
_OWNED = ("type", "owner", "title", "valid_from", "valid_to", "version", "supersedes", "amends", "language")
"""What an attachment's description in Odoo may say, one ``key: value`` a line. Not who reads it."""
_LINE = re.compile(rf"^\s*({'|'.join(_OWNED)})\s*:\s*(\S.*?)\s*$", re.IGNORECASE)
_NO_SUCH_MODEL = re.compile(r"\b(?:object|model)\b.{0,80}\b(?:doesn't|does not) exist", re.IGNORECASE)
"""What Odoo says of a model of an app that is not installed."""
_TAG = re.compile(r"<[^>]{0,500}>")
_ADMINISTRATORS = frozenset({"base.group_system", "base.group_erp_manager"})

Party = Literal["customer", "vendor", ""]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Records of one model that files hang on."""

    model: str
    folder: str
    """Where their files are said to lie."""
    roles: tuple[str, ...]
    """Who works with such records; they read the files. Empty: everybody of the company."""
    partner: str = ""
    """Field that leads to the contact; empty: none, or it is the contact itself."""
    party: Party = ""
    """What the contact is to us; of a contact itself its ranks decide."""


KINDS = (
    Kind(model="res.partner", folder="Contacts", roles=("service", "supervisor", "purchasing", "sales", "finance", "compliance")),
    Kind(
        model="sale.order", folder="Sales", roles=("service", "supervisor", "sales", "finance", "compliance"),
        partner="partner_id", party="customer",
    ),
    Kind(
        model="purchase.order", folder="Purchase", roles=("purchasing", "supervisor", "finance", "compliance"),
        partner="partner_id", party="vendor",
    ),
    Kind(model="product.template", folder="Products", roles=()),
    Kind(model="product.product", folder="Products", roles=()),
    Kind(
        model="documents.document", folder="Documents", partner="partner_id",
        roles=("service", "supervisor", "purchasing", "sales", "finance", "compliance"),
    ),
)  # fmt: skip

_CONTACT: dict[str, Any] = {
    "ref": {}, "name": {}, "customer_rank": {}, "supplier_rank": {},
    "company_id": {"fields": {"name": {}}},
    "commercial_partner_id": {"fields": {"ref": {}, "name": {}, "customer_rank": {}, "supplier_rank": {}}},
}  # fmt: skip
"""What is read of a contact."""


@dataclass(frozen=True, kw_only=True)
class OdooFile:
    """An attachment; see `SourceFile`."""

    source: str
    path: str
    session: OdooSession = field(compare=False, repr=False)
    attachment_id: int
    checksum: str
    """Odoo's SHA-1 of the bytes."""
    described: Mapping[str, Any]
    trusted: bool = False
    told_in: str = "Odoo"

    def fingerprint(self) -> str:
        return f"sha1:{self.checksum}" if self.checksum else ""

    def entry(self) -> Mapping[str, Any]:
        return self.described

    def content(self) -> bytes:
        """Its bytes, as long as they are still those that were listed.

        Raises:
            Unreadable: it is gone, not for the indexing user any more, or was changed meanwhile; the next run sees the new one.
        """
        try:
            rows = self.session.read(
                "ir.attachment", [["id", "=", self.attachment_id]], {"datas": {}}, limit=1
            ).rows
            packed = rows[0]["datas"] if rows else None
            content = base64.b64decode(packed or "", validate=True)
        except (OdooError, binascii.Error, ValueError) as error:
            raise Unreadable(
                f"Odoo did not give it ({type(error).__name__}). It is tried again.", lasting=False
            ) from None
        if not content:
            raise Unreadable("It is empty in Odoo, or was deleted meanwhile.", lasting=False)
        if self.checksum and hashlib.sha1(content).hexdigest() != self.checksum:  # noqa: S324 - Odoo's own checksum
            raise Unreadable("It was changed in Odoo while it was read. It is tried again.", lasting=False)
        return content


@dataclass(frozen=True, kw_only=True)
class OdooArticle:
    """An article of the Knowledge app, as a page; see `SourceFile`."""

    source: str
    path: str
    page: bytes = field(repr=False)
    described: Mapping[str, Any]
    trusted: bool = False
    told_in: str = "Odoo"

    def fingerprint(self) -> str:
        return ""

    def entry(self) -> Mapping[str, Any]:
        return self.described

    def content(self) -> bytes:
        return self.page


def source_name(address: str, db: str) -> str:
    """What documents of this Odoo have as their source."""
    return f"{ANYBODYS}{address.rstrip('/')}/{db}"


def look(session: OdooSession, source: str) -> Found:
    """The attachments that the indexing user may read, with what their records say about them. Fetches no bytes.

    Raises:
        IngestError: the account is an administrator's; indexing wants one that may read only.
        OdooError: Odoo does not answer; nothing is known, and nothing is removed.
    """
    if session.user.groups & _ADMINISTRATORS:
        raise IngestError(
            f"The indexing user {session.user.login!r} is an administrator of Odoo. Give COPILOT_INDEX_ODOO_USER an account "
            "that may read contacts, orders and products, and nothing else."
        )
    companies = {
        row["id"]: row["name"]
        for row in session.read(
            "res.company", [["id", "in", list(session.user.company_ids)]], {"name": {}}
        ).rows
    }
    found = Found(whole_sources=(source,))
    refused: list[str] = []
    for kind in KINDS:
        try:
            found = found.and_also(_of_kind(session, source, kind, companies))
        except AccessDenied:
            refused.append(kind.folder)
        except OdooUserError as error:
            _only_if_not_installed(error)
    found = found.and_also(_articles(session, source))
    if refused:
        # what was indexed while the account had the right leaves: it is not its to show any more
        names = ", ".join(dict.fromkeys(refused))
        found = found.and_also(
            Found(problems=(f"The indexing user may not read {names} in Odoo; files there are left out.",))
        )
    return found


def _of_kind(session: OdooSession, source: str, kind: Kind, companies: Mapping[int, str]) -> Found:
    spec: dict[str, Any] = {
        "name": {}, "mimetype": {}, "res_id": {}, "checksum": {}, "file_size": {}, "description": {},
        "company_id": {"fields": {"name": {}}},
    }  # fmt: skip
    # pictures of contacts and products are attachments, too, and the value of a field; Odoo leaves them out by itself only as
    # long as a search does not name ids
    domain = [
        ["res_model", "=", kind.model],
        ["type", "=", "binary"],
        ["res_id", "!=", 0],
        ["res_field", "=", False],
    ]
    rows = list(_all(session, "ir.attachment", domain, spec))
    records = _records(session, kind, sorted({row["res_id"] for row in rows})) if rows else {}
    files: list[OdooFile] = []
    skipped: list[DocumentReport] = []
    questions: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows:
        path, ending = _path(kind, row)
        record = records.get(row["res_id"])
        reason = _refused(row, ending, record)
        if reason:
            skipped.append(DocumentReport(document_id="", path=path, status="quarantined", reasons=(reason,)))
            continue
        assert record is not None
        described, asked = _described(kind, row, record, companies)
        files.append(
            OdooFile(
                source=source, path=path, session=session, attachment_id=row["id"],
                checksum=row["checksum"] or "", described=described,
            )
        )  # fmt: skip
        if asked:
            questions[source, path] = tuple(asked)
    return Found(files=tuple(files), skipped=tuple(skipped), questions=questions)


def _all(session: OdooSession, model: str, domain: Sequence[Any], spec: Mapping[str, Any]) -> Iterable[Row]:
    """All rows, in pages that begin after the last id seen, so that nothing shifts when somebody adds or deletes one."""
    last = 0
    while True:
        rows = session.read(model, [*domain, ["id", ">", last]], spec, order="id", limit=_PAGE).rows
        yield from rows
        if not rows:
            return
        last = rows[-1]["id"]


def _records(session: OdooSession, kind: Kind, ids: Sequence[int]) -> dict[int, Row]:
    """The records that files hang on, as far as the indexing user may read them."""
    spec: dict[str, Any] = {"display_name": {}, "company_id": {"fields": {"name": {}}}}
    if kind.model == "res.partner":
        spec = dict(_CONTACT)
    elif kind.partner:
        spec[kind.partner] = {"fields": _CONTACT}
    if kind.model == "documents.document":
        spec |= {"access_internal": {}, "owner_id": {"fields": {"name": {}}}}
    found: dict[int, Row] = {}
    for at in range(0, len(ids), _PAGE):
        some = list(ids[at : at + _PAGE])
        domain: list[Any] = [["id", "in", some]]
        if kind.model not in ("sale.order", "purchase.order"):
            domain.append(["active", "in", [True, False]])
        for row in session.read(kind.model, domain, spec, limit=_PAGE).rows:
            found[row["id"]] = row
    return found


def _path(kind: Kind, row: Row) -> tuple[str, str]:
    """Where the file is said to lie, made of harmless characters only, and its ending."""
    given = PurePosixPath(str(row["name"] or "").replace("\\", "/")).name
    ending = PurePosixPath(given).suffix.lower()
    if ending not in READERS:
        guessed = mimetypes.guess_extension(str(row["mimetype"] or "")) or ""
        ending = guessed if guessed in READERS else ending
    stem = re.sub(r"[^\w.() -]+", "-", PurePosixPath(given).stem).strip(" .-")[:80] or "file"
    ending = ending if ending in READERS else re.sub(r"[^a-z0-9.]", "", ending)[:10]
    return f"{kind.folder}/{row['res_id']}/{row['id']} {stem}{ending}", ending


def _refused(row: Row, ending: str, record: Row | None) -> str:
    if record is None:
        return "The record it hangs on is gone, or the indexing user may not read it."
    if record.get("access_internal", "view") not in ("view", "edit"):
        return "Documents shows it to some people only; what everybody with the role may read is indexed."
    if ending not in READERS:
        return f"Files ending in {ending or 'nothing'!r} are not read."
    if (row["file_size"] or 0) > LARGEST:
        return f"It has {row['file_size'] / 1e6:.0f} MB, more than {LARGEST / 1e6:.0f} MB. Split it."
    return ""


def _described(
    kind: Kind, row: Row, record: Row, companies: Mapping[int, str]
) -> tuple[dict[str, Any], list[str]]:
    """What the record says about a file, and what somebody should say."""
    asked: list[str] = []
    # the record's company counts; an attachment's own is only the one its uploader worked in
    company = record.get("company_id") or row.get("company_id")
    entry: dict[str, Any] = {
        "id": f"odoo-{kind.model.replace('.', '-')}-{row['id']}",
        "title": PurePosixPath(str(row["name"] or "")).stem,
        "company": company["name"] if company else "",
        "classification": "confidential",
        "roles": list(kind.roles),
    }
    if not company and len(companies) > 1:
        asked.append(
            "It belongs to no company in Odoo, so people of every company find it. Set one on its record."
        )
    contact = record if kind.model == "res.partner" else record.get(kind.partner) if kind.partner else None
    if contact:
        entry |= _party(kind, contact, asked)
    owner = record.get("owner_id")
    if owner:
        entry["owner"] = owner["name"]
    entry |= described(str(row.get("description") or ""))
    if "type" not in entry or "owner" not in entry:
        asked.append(
            "Write `type: contract` (or sop, carrier_policy …) and `owner: NAME` into its description in Odoo, a line each."
        )
    return entry, asked


def _party(kind: Kind, contact: Row, asked: list[str]) -> dict[str, Any]:
    firm = contact.get("commercial_partner_id") or contact
    reference = firm.get("ref") or ""
    if not reference:
        # without one it would count as about nobody in particular, and be found for everybody's orders
        reference = f"odoo-partner-{firm['id']}"
        asked.append(
            f"The contact {firm['name']!r} has no Reference in Odoo; questions about it may miss this file."
        )
    party = kind.party or (
        "vendor" if (firm.get("supplier_rank") or 0) > (firm.get("customer_rank") or 0) else "customer"
    )
    return {party: reference, f"{party}_name": firm["name"]}


def described(text: str) -> dict[str, str]:
    """What an attachment's description says: lines like ``type: contract``; other lines are for people.

    Args:
        text: Plain text, or the HTML that some versions of Odoo keep.
    """
    plain = _TAG.sub("\n", text) if "<" in text else text
    found: dict[str, str] = {}
    for line in strip_invisible(plain)[0].splitlines():
        match = _LINE.match(line)
        if match:
            found[match.group(1).lower()] = match.group(2)[:200]
    return found


def _only_if_not_installed(error: OdooUserError) -> None:
    """Go on when Odoo has no such model. Anything else it refuses says nothing about what there is, so nothing may be removed.

    Raises:
        OdooUserError: it is something else.
    """
    if not _NO_SUCH_MODEL.search(str(error)):
        raise error


def _articles(session: OdooSession, source: str) -> Found:
    """Articles of the Knowledge app, where it is installed; nothing elsewhere."""
    try:
        rows = list(
            _all(
                session,
                "knowledge.article",
                [["category", "=", "workspace"]],
                {"name": {}, "body": {}, "category": {}, "inherited_permission": {}},
            )
        )
    except AccessDenied:
        return Found(problems=("The indexing user may not read Knowledge in Odoo; articles are left out.",))
    except OdooUserError as error:
        _only_if_not_installed(error)
        return Found()
    return Found(
        files=tuple(
            OdooArticle(
                source=source,
                path=f"Knowledge/{row['id']}.html",
                page=f"<html><body>{row['body']}</body></html>".encode(),
                described={
                    "id": f"odoo-knowledge-{row['id']}", "title": row["name"] or "", "classification": "confidential", "roles": [],
                },
            )
            for row in rows
            # an article for some members only is theirs; what every colleague may open is indexed
            if row.get("body") and row.get("inherited_permission") in ("read", "write")
        )
    )  # fmt: skip
