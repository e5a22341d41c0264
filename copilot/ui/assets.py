"""Chainlit's scripts and styles, packed once and kept by the browser: its main script is 4.6 MB, 1.3 MB packed."""

from __future__ import annotations

import gzip
import mimetypes
import os
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response

_KEPT = "public, max-age=31536000, immutable"  # their names carry a hash of the content
_PACKED = {".js", ".mjs", ".css"}


def build_router(build_folder: Path, cache_folder: Path) -> APIRouter:
    """``/assets/NAME`` of `build_folder`; packed copies are written to `cache_folder` when first asked for."""
    router = APIRouter(include_in_schema=False)
    files = {path.name: path for path in (build_folder / "assets").iterdir() if path.suffix != ".map"}

    @router.get("/assets/{name}")
    def asset(name: str, request: Request) -> Response:
        path = files.get(name)
        if path is None:
            raise HTTPException(404, "No such file.")
        kind = mimetypes.guess_type(name)[0] or "text/javascript"
        headers = {"cache-control": _KEPT, "vary": "accept-encoding"}
        if path.suffix in _PACKED and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            path = _packed(path, cache_folder)
        return FileResponse(path, media_type=kind, headers=headers)

    return router


def main_files(build_folder: Path) -> list[str]:
    """Addresses of what the chat needs first, for the sign-in page to fetch ahead."""
    return sorted(
        f"/assets/{path.name}" for path in (build_folder / "assets").glob("index-*") if path.suffix in _PACKED
    )


def _packed(path: Path, folder: Path) -> Path:
    target = folder / f"{path.name}.gz"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        writing = target.with_suffix(f".{os.getpid()}.part")
        writing.write_bytes(gzip.compress(path.read_bytes(), compresslevel=6, mtime=0))
        writing.replace(target)
    return target
