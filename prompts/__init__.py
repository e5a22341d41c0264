"""Every text that a model is given, one folder per prompt, one Markdown file per version.

`released.yaml` says which version runs where. A text declares its variables; a missing or an unknown one is an error, so a
prompt never reaches a model with a hole in it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml


class PromptError(Exception):
    """A prompt is missing, malformed, or was given the wrong variables; the message names which."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One version of one prompt."""

    name: str
    version: str
    purpose: str
    variables: tuple[str, ...]
    text: str
    digest: str
    """SHA-256 of the file, hex: what an answer's receipt and a release name."""

    def render(self, **values: str) -> str:
        """Fill the variables, written ``{{name}}`` in the text.

        Raises:
            PromptError: a declared variable is missing or an undeclared one is given.
        """
        wrong = set(self.variables) ^ set(values)
        if wrong:
            raise PromptError(
                f"Prompt {self.name} version {self.version} takes {sorted(self.variables)}; check {sorted(wrong)}."
            )
        return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], self.text)


def load(name: str, version: str | None = None, *, environment: str = "production") -> Prompt:
    """The released version of a prompt, or the version asked for.

    Raises:
        PromptError: no such prompt or version, or its file is malformed.
    """
    if version is None:
        released = yaml.safe_load(resources.files("prompts").joinpath("released.yaml").read_text("utf-8"))
        try:
            version = str(released[environment][name])
        except (KeyError, TypeError):
            raise PromptError(
                f"No version of prompt {name!r} is released for {environment!r}; see prompts/released.yaml."
            ) from None
    file = resources.files("prompts").joinpath(name, f"v{version}.md")
    if not file.is_file():
        raise PromptError(
            f"Prompt {name!r} has no version {version!r}; its folder holds the versions there are."
        )
    raw = file.read_text("utf-8")
    head, text = _split(name, version, raw)
    declared = tuple(head.get("variables") or ())
    used = set(re.findall(r"\{\{(\w+)\}\}", text))
    if used != set(declared):
        raise PromptError(
            f"Prompt {name} version {version} declares {sorted(declared)} but uses {sorted(used)}."
        )
    return Prompt(
        name=name,
        version=version,
        purpose=str(head.get("purpose", "")),
        variables=declared,
        text=text.strip(),
        digest=hashlib.sha256(raw.encode()).hexdigest(),
    )


def _split(name: str, version: str, raw: str) -> tuple[dict[str, Any], str]:
    parts = raw.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise PromptError(f"Prompt {name} version {version} has no front matter between two lines of ---.")
    head = yaml.safe_load(parts[1])
    if not isinstance(head, dict) or str(head.get("version")) != version:
        raise PromptError(f"The front matter of prompt {name} version {version} does not name that version.")
    return head, parts[2]
