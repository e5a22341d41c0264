"""Render a source as an email file, with PDF attachments rendered from their own sources."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from knowledge_ingest.demo.build_pdf import render_pdf
from knowledge_ingest.demo.build_source import SOURCE_FOLDER, Bullets, Heading, Source, Table, read_source


def render_eml(source: Source) -> bytes:
    """The message of `source`: its headers, a plain text body, and the attachments it names."""
    mail = source.settings
    message = EmailMessage(policy=SMTP.clone(max_line_length=100))
    for header in ("From", "To", "Cc", "Subject", "Date"):
        if mail.get(header.lower()):
            message[header] = mail[header.lower()]
    message["Message-ID"] = mail["message_id"]
    message.set_content("\n\n".join(_body(source)) + "\n", cte="quoted-printable")
    for attachment in mail.get("attachments", []):
        part = read_source(SOURCE_FOLDER / "attachments" / attachment["source"])
        message.add_attachment(
            render_pdf(part), maintype="application", subtype="pdf", filename=attachment["filename"]
        )
    if message.is_multipart():
        message.set_boundary(f"=_{source.path.stem}_part")
    return message.as_bytes()


def _body(source: Source) -> list[str]:
    parts: list[str] = []
    for block in source.blocks:
        match block:
            case Bullets():
                parts.append("\n".join(f"- {item}" for item in block.items))
            case Table():
                parts.append("\n".join("  ".join(row) for row in block.rows))
            case Heading():
                parts.append(block.text.upper())
            case _:
                parts.append(block.text)
    return parts
