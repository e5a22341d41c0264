"""The import table of DESIGN: imports point one way, and each outside library has one home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "app": {"copilot"},
    "copilot": {"retrieval", "erp_tools", "prompts"},
    "knowledge_ingest": {"retrieval", "erp_tools"},
    "evals": {"copilot", "retrieval", "erp_tools", "prompts"},
    "retrieval": set(),
    "erp_tools": set(),
    "prompts": set(),
}
OURS = set(MAY_IMPORT)

COMPOSITION_ROOTS = ("copilot/cli.py", "copilot/commands/")
"""The command line is a second composition root beside app.py: it may import every package."""

HOMES: dict[str, tuple[str, ...]] = {
    "odoorpc": ("erp_tools/odoo/odoorpc_gateway.py", "erp_tools/demo/rpc.py"),
    "qdrant_edge": ("retrieval/qdrant_edge_base.py",),
    "qdrant_client": ("retrieval/qdrant_server_base.py",),
    "chainlit": ("copilot/ui/",),
    "langchain_openai": ("copilot/models/openai_model.py",),
    "sentence_transformers": ("retrieval/sentence_transformers_export.py",),
    "torch": ("retrieval/sentence_transformers_export.py", "copilot/models/playbook/tuning.py"),
    "onnxruntime": ("retrieval/minilm_embedder.py",),
    "typer": ("copilot/cli.py", "copilot/commands/"),
    "rich": ("copilot/commands/", "erp_tools/demo/"),
    "fastapi": ("app.py", "copilot/api/", "copilot/ui/"),
    "langgraph": ("copilot/agent.py", "copilot/models/", "copilot/tools.py"),
    "langchain": ("copilot/agent.py", "copilot/models/", "copilot/tools.py"),
    "highspy": ("erp_tools/options/solver.py",),
    "pypdfium2": ("knowledge_ingest/readers/",),
    "docx": ("knowledge_ingest/readers/", "knowledge_ingest/demo/"),
    "pptx": ("knowledge_ingest/readers/", "knowledge_ingest/demo/"),
    "fpdf": ("knowledge_ingest/demo/",),
    "openpyxl": ("knowledge_ingest/demo/",),
    "python_calamine": ("knowledge_ingest/readers/",),
}


def files() -> Iterator[Path]:
    for name in sorted(OURS):
        if (ROOT / f"{name}.py").is_file():
            yield ROOT / f"{name}.py"
        yield from sorted((ROOT / name).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


@pytest.mark.parametrize("path", list(files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way_and_libraries_stay_at_home(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    package = place.split("/")[0].removesuffix(".py")
    for name in imported(path):
        top = name.split(".")[0]
        if top in OURS and top != package and not place.startswith(COMPOSITION_ROOTS):
            assert top in MAY_IMPORT[package] or _reached_through(package, top), f"{place} imports {name}"
        home = HOMES.get(top)
        assert home is None or place.startswith(home), f"{place} imports {name}, whose home is {home}"


def _reached_through(package: str, top: str) -> bool:
    """app.py wires what copilot is made of, so it may name the packages below copilot; nothing else may skip a level."""
    return package == "app" and top in MAY_IMPORT["copilot"] | {"knowledge_ingest"}


def test_the_top_level_holds_only_what_the_design_draws() -> None:
    allowed = {*OURS, "tests", "docs", "deploy", "benchmarks"}
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {
        path.stem for path in ROOT.glob("*.py")
    }
    assert found <= allowed


def test_nothing_imports_from_tests() -> None:
    for path in [*files(), *sorted((ROOT / "tests").rglob("*.py"))]:
        assert not any(name.split(".")[0] == "tests" for name in imported(path)), path
