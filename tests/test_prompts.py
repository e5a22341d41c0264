"""A prompt never reaches a model with a hole in it, and what is pinned is what runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from prompts import ENVIRONMENTS, Catalogue, PromptError, catalogue, load, parse

HEAD = """---
id: greeting
version: "1"
owner: product
author: sofia
purpose: Greets.
variables: [name]
allowed_models: [good-model]
changed: First version.
why: People like to be greeted.
expected_effect: They smile.
---
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "prompts"
    shutil.copytree(catalogue().folder, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copied


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


def test_a_value_is_text_and_stays_as_it_is() -> None:
    prompt = parse("greeting", "1", f"{HEAD}Hello {{{{name}}}}.".encode())
    assert prompt.render(name="{{name}} \\1") == "Hello {{name}} \\1."
    with pytest.raises(PromptError, match="something else"):
        prompt.render(name=7)  # type: ignore[arg-type]


def test_unknown_prompts_and_versions_are_named() -> None:
    with pytest.raises(PromptError, match="nobody"):
        load("nobody")
    with pytest.raises(PromptError, match="99"):
        load("assistant", "99")
    with pytest.raises(PromptError, match="nowhere"):
        load("assistant", environment="nowhere")
    with pytest.raises(PromptError):
        load("../assistant", "1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hello {{name}}.", "no front matter"),
        (f"{HEAD}Hello.", "declares"),
        (f"{HEAD}Hello {{{{name}}}} {{{{ day }}}}.", "braces"),
        (f"{HEAD}Hello {{{{name}}}} {{{{day}}}}.", "declares"),
        (HEAD.replace("owner: product\n", "") + "Hello {{name}}.", "lacks owner"),
        (HEAD.replace("owner:", "ownr:") + "Hello {{name}}.", "unknown ownr"),
        (HEAD.replace('"1"', '"2"') + "Hello {{name}}.", "names greeting version 2"),
        (HEAD.replace("why: People like to be greeted.", "why:") + "Hello {{name}}.", "leaves why empty"),
        (HEAD.replace("[name]", "name") + "Hello {{name}}.", "variables is a list"),
        (HEAD.replace("[good-model]", "some") + "Hello {{name}}.", "allowed_models"),
        (HEAD.replace("id: greeting", "id: [") + "Hello {{name}}.", "no YAML"),
    ],
)
def test_a_malformed_file_is_named_with_its_fault(text: str, says: str) -> None:
    with pytest.raises(PromptError) as problem:
        parse("greeting", "1", text.encode())
    assert says in str(problem.value)


def test_only_allowed_models_are_given_a_prompt() -> None:
    prompt = parse("greeting", "1", f"{HEAD}Hello {{{{name}}}}.".encode())
    assert prompt.allows("good-model")
    assert not prompt.allows("other-model")
    assert load("assistant").allows("any-model")


def test_everything_pinned_exists_in_every_environment() -> None:
    for environment in ENVIRONMENTS:
        pins = catalogue().pins(environment)
        assert set(pins) == set(catalogue().names())
        for name, version in pins.items():
            assert load(name, version).version == version


def test_a_new_pin_counts_from_the_next_load_and_a_wrong_one_changes_nothing(folder: Path) -> None:
    prompts = Catalogue(folder)
    second = (folder / "repair" / "v1.md").read_text("utf-8").replace('version: "1"', 'version: "2"')
    (folder / "repair" / "v2.md").write_text(second, encoding="utf-8")
    assert prompts.load("repair").version == "1"
    prompts.pin("production", {**prompts.pins("production"), "repair": "2"})
    assert prompts.load("repair").version == "2"
    assert prompts.load("repair", environment="staging").version == "1"
    assert Catalogue(folder).baseline() == catalogue().baseline()
    with pytest.raises(PromptError, match="7"):
        prompts.pin("production", {"repair": "7"})
    assert prompts.pins("production")["repair"] == "2"


def test_an_edited_file_is_read_again_with_another_hash(folder: Path) -> None:
    prompts = Catalogue(folder)
    before = prompts.load("repair").digest
    path = folder / "repair" / "v1.md"
    path.write_text(path.read_text("utf-8") + "\nMore.\n", encoding="utf-8")
    assert prompts.load("repair").digest != before


def test_pins_that_are_no_yaml_are_told(folder: Path) -> None:
    (folder / "released.yaml").write_text("production: [", encoding="utf-8")
    with pytest.raises(PromptError, match=r"released\.yaml is no YAML"):
        Catalogue(folder).load("repair")
