"""Every text that a model is given, one folder per prompt, one Markdown file per version.

`released.yaml` says which version runs where. A text declares its variables; a missing or an unknown one is an error, so a
prompt never reaches a model with a hole in it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from prompts.prompt import Prompt, PromptError, parse
from prompts.versions import ENVIRONMENTS, Catalogue, Environment

__all__ = ["ENVIRONMENTS", "Catalogue", "Environment", "Prompt", "PromptError", "catalogue", "load", "parse"]


@lru_cache(maxsize=8)
def catalogue(folder: Path | None = None) -> Catalogue:
    """The prompts of a folder; None: those that come with the product."""
    return Catalogue(folder)


def load(name: str, version: str | None = None, *, environment: str = "production") -> Prompt:
    """The version of one of the product's own prompts that is released for an environment, or the version asked for.

    Raises:
        PromptError: no such prompt or version, or its file is malformed.
    """
    return catalogue().load(name, version, environment=environment)
