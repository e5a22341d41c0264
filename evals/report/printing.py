"""HTML to PDF by a Chromium that is on the machine: the PDF is the page that people looked at, not a second layout."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 120
NONE_HERE = "No PDF was written: there is no Chromium or Chrome on this machine. Install one, or open report.html in any browser and print it."


def print_pdf(html: Path, pdf: Path) -> str:
    """Print a page. Returns why there is no PDF; empty when there is."""
    browser = next((found for name in NAMES if (found := shutil.which(name))), None)
    if browser is None:
        return NONE_HERE
    pdf.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="copilot-print-", ignore_cleanup_errors=True) as profile:
        words = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}",
            "--disable-background-networking", f"--print-to-pdf={pdf.resolve()}", html.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own words
        except (subprocess.TimeoutExpired, OSError) as error:
            return f"No PDF was written: {Path(browser).name} did not do it ({type(error).__name__}). Print report.html by hand."
    if not pdf.is_file():
        return f"No PDF was written: {Path(browser).name} ended with {done.returncode}. Print report.html by hand."
    return ""
