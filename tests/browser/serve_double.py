"""Serves `copilot.ui.testing.ShownCopilot` with the product's own doors: ``python serve_double.py PORT FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from app import create_app
from copilot.ui.testing import ShownCopilot

if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    application = create_app(ShownCopilot(data_dir=folder, pause=0.02))  # type: ignore[arg-type]
    uvicorn.run(application, host="127.0.0.1", port=port, log_level="warning")
