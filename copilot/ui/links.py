"""Which addresses a screen of ours may link to: our own pages and the configured Odoo. Nothing else, ever (RELIABILITY T3)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

OWN_PAGE = re.compile(
    r"/(?:documents|records|answers)(?:/[A-Za-z0-9._~%-]+)+(?:\?[A-Za-z0-9=&._~%-]*)?(?:#[A-Za-z0-9_-]*)?"
)
"""Our own pages that an answer may point at. No ``//host``, no ``..`` (checked apart), no other scheme."""

_SAFE_REST = re.compile(r"[A-Za-z0-9._~%/?#&=+,;:@!-]*")


def allowed_url(url: str, *, odoo_address: str = "") -> str | None:
    """The address when a person's screen may link to it, else None.

    Args:
        url: what somebody (a record, a document, a model) wants to link to.
        odoo_address: the configured Odoo, such as ``https://erp.example``; empty: no link into Odoo is allowed.
    """
    if OWN_PAGE.fullmatch(url) and not _goes_up(url):
        return url
    if not odoo_address:
        return None
    base, wanted = urlsplit(odoo_address), urlsplit(url)
    same_place = (wanted.scheme, wanted.netloc) == (base.scheme, base.netloc) and wanted.scheme in (
        "http",
        "https",
    )
    path = base.path.rstrip("/")
    if same_place and (wanted.path == path or wanted.path.startswith(f"{path}/")):
        rest = url[len(f"{wanted.scheme}://{wanted.netloc}") :]
        if _SAFE_REST.fullmatch(rest) and not _goes_up(rest):
            return url
    return None


def _goes_up(path: str) -> bool:
    return ".." in path or "%2e" in path.lower()


def source_path(answer_id: str, source_id: str) -> str:
    """The page of one piece of evidence of a stored answer."""
    return f"/answers/{quote(answer_id, safe='')}/sources/{quote(source_id, safe='')}"


def local_target(next_page: str | None) -> str:
    """Where to go after signing in: a path of this service, else the chat. Never another host."""
    if not next_page or not next_page.startswith("/") or next_page.startswith(("//", "/\\", "/login")):
        return "/"
    if any(ord(char) < 33 or ord(char) == 127 or char == "\\" for char in next_page):
        return "/"
    return next_page
