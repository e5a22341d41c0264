"""Mails: who, when, about what, then the text, then the attachments, each read by its own reader and with its own pages."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, MIMEPart
from pathlib import PurePosixPath

from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.plain import blocks_of
from knowledge_ingest.readers.html import add_html
from retrieval.normalise import same_length_form, strip_invisible
from retrieval.stored import page_at

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_DEEPEST = 2
_MOST_ATTACHMENTS = 20
_MOST_PARTS = 5_000
"""Lines that may be the border of a part; each takes the parser a while, whatever it holds."""
_LONGEST_NAME = 120
_LONGEST_HEADER = 50_000
"""Characters: a thousand recipients. The parser's time grows with the square of it."""


def read(content: bytes) -> Extracted:
    builder = TextBuilder()
    subject = _message(builder, content, depth=0)
    if not builder.length:
        raise Unreadable("The mail holds no text.")
    return builder.build(title=subject)


def _message(builder: TextBuilder, content: bytes, *, depth: int) -> str:
    borders = content.count(b"\n--")
    if borders > _MOST_PARTS:
        raise OverLimit(f"The mail has some {borders:,} parts, more than {_MOST_PARTS:,}.")
    message = email.message_from_bytes(content, policy=email.policy.default)
    longest = max((len(str(value)) for _, value in message.raw_items()), default=0)
    if longest > _LONGEST_HEADER:
        raise OverLimit(f"A header of the mail has {longest:,} characters, more than {_LONGEST_HEADER:,}.")
    if not isinstance(message, EmailMessage) or not any(
        message.get(name) for name in ("From", "Subject", "Date")
    ):
        raise Unreadable("The file has none of a mail's headers. Check the file's name.")
    head = [f"{name}: {' '.join(str(message.get(name)).split())}" for name in _HEADERS if message.get(name)]
    builder.add("paragraph", "\n".join(head))
    body = message.get_body(preferencelist=("plain", "html"))
    if body is not None:
        _body(builder, body)
    for place, part in enumerate(message.iter_attachments()):
        if place >= _MOST_ATTACHMENTS:
            builder.notes.append(f"Only the first {_MOST_ATTACHMENTS} attachments were read.")
            break
        if isinstance(part, EmailMessage):
            _attachment(builder, part, depth=depth)
    return " ".join(str(message.get("Subject") or "").split())


def _body(builder: TextBuilder, body: MIMEPart) -> None:
    content = body.get_content()
    if not isinstance(content, str):
        return
    if body.get_content_subtype() == "html":
        add_html(builder, content)
        return
    text, removed = strip_invisible(content)
    builder.invisible += removed
    if removed:
        builder.flags.add("hidden_text")
    text = same_length_form(text)
    for block in blocks_of(text, 0, len(text)):
        builder.add(block.kind, text[block.start : block.end], level=block.level)


def _attachment(builder: TextBuilder, part: EmailMessage, *, depth: int) -> None:
    from knowledge_ingest.readers import read as read_any

    name = PurePosixPath((part.get_filename() or "without a name").replace("\\", "/")).name
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        content, suffix, name = inner.as_bytes(), ".eml", part.get_filename() or "forwarded mail"
    else:
        payload = part.get_payload(decode=True)
        content, suffix = (payload if isinstance(payload, bytes) else b""), PurePosixPath(name).suffix.lower()
    if part.get_content_maintype() == "image" and part.get("Content-ID"):
        return  # a logo in the signature
    if depth >= _DEEPEST:
        builder.notes.append(f"The attachment {name!r} lies too deep and was not read.")
        return
    try:
        if suffix == ".eml":
            builder.add("heading", f"Attachment: {name}", level=1)
            _message(builder, content, depth=depth + 1)
            return
        extracted = read_any(content, suffix)
    except OverLimit:
        raise
    except Unreadable as error:
        builder.notes.append(f"The attachment {name!r} was not read: {error}")
        return
    builder.flags.update(extracted.flags)
    builder.notes.extend(f"{_shown(name)}: {note}" for note in extracted.notes)
    _append(builder, extracted, name=name)


def _append(builder: TextBuilder, extracted: Extracted, *, name: str) -> None:
    """An attachment's text under its name, its pages as pages of that name."""
    pages = list(extracted.pages)
    shown = _shown(name)
    # telephones call every picture the same: a page is known by its number and whose it is
    again = 1
    while builder.has_pages_of(shown):
        again += 1
        shown = f"{_shown(name)} ({again})"

    def turn_to(at: int) -> None:
        # empty pages, too: one without words may be a scan that could not be read
        while pages and pages[0].start <= at:
            page = pages.pop(0)
            builder.begin_page(page.number, of=shown, confidence=page.confidence)
        if page_at(extracted.pages, at) is None:
            builder.end_page()

    # the heading stands on the first page: it is joined to what follows, and a passage has the page on which it begins
    turn_to(extracted.blocks[0].start if extracted.blocks else 0)
    builder.add("heading", f"Attachment: {name}", level=1)
    for block in extracted.blocks:
        turn_to(block.start)
        builder.add(
            block.kind,
            extracted.text[block.start : block.end],
            level=block.level + 1 if block.level else 0,
            context=block.context,
            label=block.label,
        )
    turn_to(len(extracted.text))


def _shown(name: str) -> str:
    """An attachment's name as its pages bear it: whoever sent the mail chose it."""
    return " ".join(same_length_form(strip_invisible(name)[0]).split())[:_LONGEST_NAME]
