"""The audit log as files that somebody else can check: rows, and a signed statement of what they are.

The signature is Ed25519, so that an auditor needs our public key only. The chain itself is proven by `copilot audit verify` where
the log's key is; the statement says what that found.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from copilot.audit import ERASED, Audit
from copilot.audit_chain import words_in
from copilot.errors import CopilotError

COLUMNS = ("seq", "at", "kind", "actor", "name", "subject", "body", "before", "seal", "words")


class ExportError(CopilotError):
    """The export cannot be written, or is not what was signed."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written."""

    path: Path
    statement: Path
    entries: int
    holds: bool
    """Whether the chain verified when it was written."""


def export(audit: Audit, out: Path, *, key_folder: Path) -> Exported:
    """Write the log to ``out`` (``.jsonl`` or ``.csv``) and its signed statement beside it (``.signed.json``).

    Raises:
        ExportError: the ending is another one, or nothing can be written there.
    """
    verdict, names, words = audit.verify(), audit.names(), audit.words()
    rows = [
        {
            **row,
            "name": names.get(row["actor"], ""),
            "words": json.dumps({one: words.get(one, ERASED) for one in ids}, ensure_ascii=False) if (ids := words_in(row["body"])) else "",
        }
        for row in audit.rows()
    ]  # fmt: skip
    if out.suffix == ".jsonl":
        content = "".join(
            json.dumps({name: row[name] for name in COLUMNS}, ensure_ascii=False) + "\n" for row in rows
        ).encode()
    elif out.suffix == ".csv":
        content = _as_csv(rows)
    else:
        raise ExportError(f"{out.name}: write to a file ending in .jsonl or .csv.")
    statement: dict[str, Any] = {
        "file": out.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "entries": len(rows),
        "first": rows[0]["seq"] if rows else None,
        "last": rows[-1]["seq"] if rows else None,
        "head": verdict.head,
        "chain_holds": verdict.holds,
        "problems": [problem.text for problem in verdict.problems],
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    private = _signing_key(key_folder)
    signed = {
        "statement": statement,
        "public_key": _b64(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "signature": _b64(private.sign(_canonical(statement))),
    }
    beside = out.with_suffix(out.suffix + ".signed.json")
    try:
        out.write_bytes(content)
        beside.write_text(json.dumps(signed, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ExportError(f"The export cannot be written to {out} ({error.strerror}).") from None
    return Exported(path=out, statement=beside, entries=len(rows), holds=verdict.holds)


def check_export(out: Path) -> dict[str, Any]:
    """The statement of an export, if file and statement are what was signed.

    Raises:
        ExportError: they are not, or cannot be read.
    """
    beside = out.with_suffix(out.suffix + ".signed.json")
    try:
        signed = json.loads(beside.read_text("utf-8"))
        content = out.read_bytes()
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed["public_key"]))
        statement: dict[str, Any] = signed["statement"]
        public.verify(base64.b64decode(signed["signature"]), _canonical(statement))
    except OSError as error:
        raise ExportError(f"{error.filename} cannot be read ({error.strerror}).") from None
    except InvalidSignature:
        raise ExportError(f"{beside.name} was altered: its signature does not fit.") from None
    except (ValueError, KeyError, TypeError):
        raise ExportError(f"{beside.name} is no signed statement of ours.") from None
    if hashlib.sha256(content).hexdigest() != statement["sha256"]:
        raise ExportError(
            f"{out.name} was altered after it was exported: its hash is not the one that was signed."
        )
    return statement | {"public_key": signed["public_key"]}


def _as_csv(rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _inert(row[name]) for name in COLUMNS})
    return text.getvalue().encode()


def _inert(value: Any) -> Any:
    """A spreadsheet must not take text for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _signing_key(folder: Path) -> Ed25519PrivateKey:
    path = folder / "audit_signing.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            )
    except FileExistsError:
        pass
    except OSError as error:
        raise ExportError(f"The signing key {path} cannot be made ({error.strerror}).") from None
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except (OSError, ValueError):
        raise ExportError(f"The signing key {path} cannot be used; restore it from your backup.") from None


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
