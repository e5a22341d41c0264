"""What governs the answers, as one bundle of hashes: the prompts, the playbook's phrasing, the decision rights, the model.

A release is made of such a bundle, an eval run is made on one, and a service runs one (RELIABILITY R16).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from copilot.errors import SettingsError
from copilot.settings import Settings
from prompts import Catalogue, catalogue

PLAYBOOK = "playbook"
DECISION_RIGHTS = "decision_rights"
MODEL = "model"
PROMPT = "prompt:"

PHRASING_FILES = (
    "about_options.py",
    "about_orders.py",
    "about_records.py",
    "asking_back.py",
    "drafting.py",
    "phrasing.py",
    "quoting.py",
    "topics.py",
    "wording.py",
)
"""Where the playbook's sentences stand, and what decides which clause is quoted."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """One thing that is released: a prompt, the playbook's phrasing, the decision rights, the model."""

    name: str
    """``prompt:assistant``, ``playbook``, ``decision_rights``, ``model``."""
    version: str
    """For people; only the hash counts."""
    digest: str
    """SHA-256, hex."""
    author: str = ""
    """Who wrote this version, where the file says so."""
    changed: str = ""
    """What is different, where the file says so."""
    why: str = ""
    expected_effect: str = ""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Everything that is released together, each component once, by name."""

    components: tuple[Component, ...]

    @property
    def digest(self) -> str:
        """One hash over all of it: what an eval report and a sign-off name."""
        return _sha(json.dumps(self.digests(), sort_keys=True).encode())

    def digests(self) -> dict[str, str]:
        return {one.name: one.digest for one in self.components}

    def versions(self) -> dict[str, str]:
        return {one.name: one.version for one in self.components}

    def pins(self) -> dict[str, str]:
        """Prompt -> version, as `released.yaml` has it."""
        return {
            one.name.removeprefix(PROMPT): one.version
            for one in self.components
            if one.name.startswith(PROMPT)
        }

    def changed_from(self, other: Bundle | None) -> tuple[Component, ...]:
        """The components that are not as in another bundle; all of them where there is none."""
        known = other.digests() if other else {}
        return tuple(one for one in self.components if known.get(one.name) != one.digest)

    def to_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "components": [vars(one) for one in self.components]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Bundle:
        """The bundle of a run or of a release. Raises KeyError, TypeError: it is none."""
        return cls(components=tuple(Component(**one) for one in body["components"]))


def running_bundle(settings: Settings, *, brain: str = "") -> Bundle:
    """What runs with these settings, read from the files as they are now.

    Args:
        brain: ``module:name`` of another phrasing that is tried instead of the playbook's own.

    Raises:
        PromptError, SettingsError: a prompt or the decision rights cannot be read.
    """
    from copilot.drafts.decision_rights import load_decision_rights

    rights = load_decision_rights(settings.decision_rights)
    model = model_name(settings)
    return Bundle(
        components=(
            *prompt_components(catalogue(settings.prompts_dir), settings.environment),
            _phrasing(brain),
            Component(name=DECISION_RIGHTS, version=str(rights.version), digest=rights.hash),
            _policy("house_rules", settings.house_rules, "copilot.options", "house_rules.yaml"),
            _policy("option_weights", settings.option_weights, "erp_tools.options", "weights.yaml"),
            Component(name=MODEL, version=model, digest=_sha(model.encode())),
        )
    )


def model_name(settings: Settings) -> str:
    """What writes the answers: ``playbook``, or the name of the language model."""
    configured = settings.openai_base_url or settings.openai_api_key or settings.azure_openai_endpoint
    return settings.model or PLAYBOOK if configured else PLAYBOOK


def prompt_components(prompts: Catalogue, environment: str) -> Iterable[Component]:
    """The pinned version of each prompt, by name. Raises PromptError."""
    for name, version in sorted(prompts.pins(environment).items()):
        prompt = prompts.load(name, version)
        yield Component(
            name=f"{PROMPT}{name}",
            version=version,
            digest=prompt.digest,
            author=prompt.author,
            changed=prompt.changed,
            why=prompt.why,
            expected_effect=prompt.expected_effect,
        )


def not_allowed(settings: Settings) -> str:
    """Why a pinned prompt may not be given to the model of the settings; empty: all may. Raises PromptError."""
    model = model_name(settings)
    if model == PLAYBOOK:
        return ""
    prompts = catalogue(settings.prompts_dir)
    for name, version in sorted(prompts.pins(settings.environment).items()):
        prompt = prompts.load(name, version)
        if not prompt.allows(model):
            return f"prompt {name} version {version} may not be given to the model {model}"
    return ""


def _policy(name: str, own: Path | None, package: str, shipped: str) -> Component:
    """A policy file: the company's own, or the one that ships."""
    try:
        content = own.read_bytes() if own else resources.files(package).joinpath(shipped).read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The {name.replace('_', ' ')} {own} cannot be read ({error.strerror})."
        ) from None
    return Component(
        name=name, version=own.name if own else "shipped", digest=_sha(content.replace(b"\r\n", b"\n"))
    )


def _phrasing(brain: str) -> Component:
    version, digest = _shipped_phrasing()
    if brain:
        module, _, name = brain.partition(":")
        source = import_module(module).__file__
        assert source is not None
        with open(source, "rb") as file:
            digest = _sha(digest.encode() + name.encode() + file.read())
        version = f"{version}+{name}"
    return Component(name=PLAYBOOK, version=version, digest=digest)


@lru_cache(maxsize=1)
def _shipped_phrasing() -> tuple[str, str]:
    """Version and hash of the phrasing that this process has loaded: code does not change while it runs."""
    from copilot.models.playbook.phrasing import VERSION

    folder = resources.files("copilot.models.playbook")
    parts = [
        name.encode() + b"\0" + folder.joinpath(name).read_bytes().replace(b"\r\n", b"\n")
        for name in PHRASING_FILES
    ]
    return VERSION, _sha(b"\0".join(parts))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
