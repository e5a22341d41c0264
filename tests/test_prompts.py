"""A prompt never reaches a model with a hole in it."""

from __future__ import annotations

import pytest

from prompts import PromptError, load


def test_the_released_version_renders_with_its_variables() -> None:
    text = load("assistant").render(today="Saturday", person="Sofia", roles="service")
    assert "Sofia" in text
    assert "{{" not in text


@pytest.mark.parametrize(
    "values", [{}, {"today": "x", "person": "y"}, {"today": "x", "person": "y", "roles": "z", "more": "w"}]
)
def test_missing_or_unknown_variables_are_errors(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="assistant"):
        load("assistant").render(**values)


def test_unknown_prompts_and_versions_are_named() -> None:
    with pytest.raises(PromptError, match="nobody"):
        load("nobody")
    with pytest.raises(PromptError, match="99"):
        load("assistant", "99")
