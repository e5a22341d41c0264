"""The report of a run: one HTML file that needs nothing else, and the same printed to PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.releases import Release
from evals.errors import RunError
from evals.judging import Judged
from evals.report.page import page
from evals.report.printing import print_pdf
from evals.run_folder import RunFolder
from evals.trends import points

__all__ = ["Written", "write_report"]


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where the report is."""

    html: Path
    pdf: Path | None = None
    why_no_pdf: str = ""


def write_report(
    judged: Judged,
    folder: Path,
    *,
    trend: Sequence[RunFolder] = (),
    signed: Release | None = None,
    pdf: bool = True,
) -> Written:
    """Write ``report.html`` and ``report.pdf``.

    Args:
        trend: earlier runs, the oldest first.
        signed: the release that was made on this bundle.

    Raises:
        RunError: the folder cannot be written.
    """
    html = page(judged, points(trend, judged), signed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "report.html"
        target.write_text(html, encoding="utf-8")
    except OSError as error:
        raise RunError(f"The report cannot be written to {folder} ({error.strerror}).") from None
    if not pdf:
        return Written(html=target, why_no_pdf="No PDF was asked for.")
    printed = folder / "report.pdf"
    problem = print_pdf(target, printed)
    return Written(html=target, pdf=None if problem else printed, why_no_pdf=problem)
