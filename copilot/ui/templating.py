"""Small pages rendered on the server. Everything that comes from somewhere is escaped by Jinja's autoescape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of ours; never kept by a browser or a proxy, for it shows what one person may see."""
    html = _PAGES.get_template(template).render(**values)
    return HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})
