"""Render the demo documents that are not plain text: ``python -m knowledge_ingest.demo.build [--check]``.

Same sources and same libraries give the same bytes: archive entries, properties and PDFs carry one fixed
time. Needs the development extras (fpdf2, python-pptx, openpyxl, pillow).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge_ingest.demo.build_docx import render_docx
from knowledge_ingest.demo.build_eml import render_eml
from knowledge_ingest.demo.build_office import render_pptx, render_xlsx
from knowledge_ingest.demo.build_pdf import render_pdf
from knowledge_ingest.demo.build_scan import render_scan
from knowledge_ingest.demo.build_source import DOCUMENTS_FOLDER, Source, sources, target_of

RENDERERS: Mapping[str, Callable[[Source], bytes]] = {
    "docx": render_docx,
    "eml": render_eml,
    "pdf": render_pdf,
    "pptx": render_pptx,
    "scan": render_scan,
    "xlsx": render_xlsx,
}


def render(source: Source) -> bytes:
    """The finished file of one source, in the format its front matter names."""
    return RENDERERS[source.settings["output"]](source)


def build(documents: Path = DOCUMENTS_FOLDER, *, check: bool = False) -> list[Path]:
    """Write every rendered file under `documents`; with `check`, write nothing.

    Returns the files whose bytes changed (or would change).
    """
    changed = []
    for source in sources():
        target, content = target_of(source, documents), render(source)
        if target.exists() and target.read_bytes() == content:
            continue
        changed.append(target)
        if not check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return changed


def main() -> int:
    """Command line: 0 when everything is as rendered, 1 when ``--check`` found a difference."""
    parser = argparse.ArgumentParser(description="Render the demo documents from their sources.")
    parser.add_argument("--check", action="store_true", help="only tell which files differ from their source")
    arguments = parser.parse_args()
    changed = build(check=arguments.check)
    for path in changed:
        print(
            ("differs: " if arguments.check else "written: ") + path.relative_to(DOCUMENTS_FOLDER).as_posix()
        )
    print(f"{len(changed)} of {len(sources())} rendered files {'differ' if arguments.check else 'written'}")
    return 1 if arguments.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
