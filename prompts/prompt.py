"""One version of one prompt: its front matter, checked, and its text, rendered strictly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_FIELDS = frozenset({
    "id", "version", "owner", "author", "purpose", "variables", "allowed_models", "changed", "why", "expected_effect",
})  # fmt: skip


class PromptError(Exception):
    """A prompt is missing, malformed, or was given the wrong variables; the message names which."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One version of one prompt."""

    name: str
    version: str
    owner: str
    """The team that answers for it."""
    author: str
    """Who wrote this version (an Odoo login or a name): never the person who signs its release."""
    purpose: str
    variables: tuple[str, ...]
    allowed_models: tuple[str, ...]
    """Names of the models it may be given to; empty: any."""
    changed: str
    """What is different from the version before."""
    why: str
    expected_effect: str
    """What the evals should show if it works."""
    text: str
    digest: str
    """SHA-256 of the file, hex: what an answer's receipt and a release name."""

    def render(self, **values: str) -> str:
        """Fill the variables, written ``{{name}}`` in the text. A value is data: braces in it stay as they are.

        Raises:
            PromptError: a declared variable is missing, an undeclared one is given, or a value is no text.
        """
        wrong = set(self.variables) ^ set(values)
        if wrong:
            raise PromptError(
                f"Prompt {self.name} version {self.version} takes {sorted(self.variables)}; check {sorted(wrong)}."
            )
        no_text = sorted(name for name, value in values.items() if not isinstance(value, str))
        if no_text:
            raise PromptError(
                f"Prompt {self.name} version {self.version} takes texts; {no_text} is something else."
            )
        return _PLACE.sub(lambda match: values[match[1]], self.text)

    def allows(self, model: str) -> bool:
        """Whether it may be given to a model of this name."""
        return not self.allowed_models or model in self.allowed_models


def parse(name: str, version: str, raw: bytes) -> Prompt:
    """Read a version's file.

    Raises:
        PromptError: it is not UTF-8, its front matter is not what it has to be, or it uses what it does not declare.
    """
    where = f"Prompt {name} version {version}"
    try:
        whole = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise PromptError(f"{where} is no UTF-8 text.") from None
    head, text = _split(where, whole)
    _checked(where, head, name, version)
    variables = tuple(head["variables"] or ())
    used = set(_PLACE.findall(text))
    if used != set(variables):
        raise PromptError(f"{where} declares {sorted(variables)} but uses {sorted(used)}.")
    if "{{" in _PLACE.sub("", text) or "}}" in _PLACE.sub("", text):
        raise PromptError(
            f"{where} has a pair of braces that is no variable; write {{{{name}}}} without spaces."
        )
    if not text.strip():
        raise PromptError(f"{where} has no text after its front matter.")
    models = head["allowed_models"]
    return Prompt(
        name=name,
        version=version,
        owner=str(head["owner"]),
        author=str(head["author"]),
        purpose=str(head["purpose"]),
        variables=variables,
        allowed_models=() if models == "any" else tuple(str(model) for model in models),
        changed=str(head["changed"]),
        why=str(head["why"]),
        expected_effect=str(head["expected_effect"]),
        text=text.strip(),
        digest=hashlib.sha256(whole.encode()).hexdigest(),
    )


def _split(where: str, whole: str) -> tuple[dict[str, Any], str]:
    parts = whole.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise PromptError(f"{where} has no front matter between two lines of ---.")
    try:
        head = yaml.safe_load(parts[1])
    except yaml.YAMLError as error:
        raise PromptError(f"The front matter of {where} is no YAML: {str(error).splitlines()[0]}.") from None
    if not isinstance(head, dict):
        raise PromptError(f"The front matter of {where} is not a list of names and values.")
    return head, parts[2]


def _checked(where: str, head: Mapping[str, Any], name: str, version: str) -> None:
    missing, unknown = sorted(_FIELDS - set(head)), sorted(str(one) for one in set(head) - _FIELDS)
    if missing or unknown:
        said = [f"lacks {', '.join(missing)}"] if missing else []
        said += [f"has unknown {', '.join(unknown)}"] if unknown else []
        raise PromptError(f"The front matter of {where} {' and '.join(said)}.")
    if str(head["id"]) != name or str(head["version"]) != version:
        raise PromptError(f"The front matter of {where} names {head['id']} version {head['version']}.")
    empty = sorted(
        one for one in _FIELDS - {"variables", "allowed_models"} if not str(head[one] or "").strip()
    )
    if empty:
        raise PromptError(f"The front matter of {where} leaves {', '.join(empty)} empty.")
    variables = head["variables"] or []
    if not isinstance(variables, list) or not all(re.fullmatch(r"\w+", str(one)) for one in variables):
        raise PromptError(f"The front matter of {where}: variables is a list of names.")
    models = head["allowed_models"]
    if models != "any" and not (isinstance(models, list) and models):
        raise PromptError(f"The front matter of {where}: allowed_models is `any` or a list of model names.")
