"""Broken settings end in one sentence that names the setting and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.errors import SettingsError
from copilot.settings import load_settings


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "COPILOT_ODOO_URL",
        "COPILOT_ODOO_DB",
        "COPILOT_PORT",
        "OPENAI_BASE_URL",
        "COPILOT_DATA_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_means_the_demo() -> None:
    settings = load_settings()
    assert settings.is_demo
    assert settings.sqlalchemy_url.startswith("sqlite:///")


def test_empty_values_of_the_example_count_as_not_set(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / ".env.example"
    (tmp_path / ".env").write_text(example.read_text())
    assert load_settings().is_demo


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("COPILOT_PORT=eighty", "COPILOT_PORT"),
        ("COPILOT_PORT=70000", "COPILOT_PORT"),
        ("COPILOT_ODOO_PROTOCOL=soap", "COPILOT_ODOO_PROTOCOL"),
        ("COPILOT_ODOO_URL=odoo.example", "COPILOT_ODOO_URL"),
        ("COPILOT_ODOO_URL=https://odoo.example", "COPILOT_ODOO_DB"),
        ("OPENAI_BASE_URL=localhost", "OPENAI_BASE_URL"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / ".env").write_text(content)
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00C\x00O")
    with pytest.raises(SettingsError, match=r"\.env"):
        load_settings()


def test_a_secret_never_shows(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COPILOT_ODOO_PASSWORD=hunter2\nOPENAI_API_KEY=sk-secret")
    shown = repr(load_settings())
    assert "hunter2" not in shown
    assert "sk-secret" not in shown
