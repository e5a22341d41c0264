"""The folder of prompts: which versions there are, and which one `released.yaml` pins in each environment."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from prompts.prompt import Prompt, PromptError, parse

Environment = Literal["development", "staging", "production"]
ENVIRONMENTS: tuple[Environment, ...] = get_args(Environment)
PINS = "released.yaml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_VERSION = re.compile(r"[0-9]{1,4}")


class Catalogue:
    """Prompts of one folder. Files are read again only when they have changed; safe to use from several threads.

    Args:
        folder: one folder per prompt in it, and `released.yaml`; None: the prompts that come with the product.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else Path(str(resources.files("prompts")))
        self._guard = threading.Lock()
        self._kept: dict[Path, tuple[tuple[int, int], Any]] = {}

    def names(self) -> tuple[str, ...]:
        """Every prompt that has a version."""
        if not self.folder.is_dir():
            raise PromptError(f"There is no folder of prompts at {self.folder}.")
        return tuple(
            sorted(one.name for one in self.folder.iterdir() if one.is_dir() and any(one.glob("v*.md")))
        )

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions of a prompt, the oldest first.

        Raises:
            PromptError: there is no such prompt.
        """
        folder = self.folder / name
        if not _NAME.fullmatch(name) or not folder.is_dir():
            raise PromptError(f"There is no prompt {name!r}. There are: {', '.join(self.names())}.")
        found = [one.stem[1:] for one in folder.glob("v*.md")]
        return tuple(sorted((one for one in found if _VERSION.fullmatch(one)), key=int))

    def load(self, name: str, version: str | None = None, *, environment: str = "production") -> Prompt:
        """A version of a prompt; without one, the version that is pinned in the environment.

        Raises:
            PromptError: no such prompt or version, nothing is pinned, or its file is malformed.
        """
        version = version if version is not None else self.pinned(environment, name)
        path = self.folder / name / f"v{version}.md"
        if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version) or not path.is_file():
            raise PromptError(
                f"Prompt {name!r} has no version {version!r}; it has {', '.join(self.versions(name)) or 'none'}."
            )
        return cast(Prompt, self._read(path, lambda raw: parse(name, version, raw)))

    def pinned(self, environment: str, name: str) -> str:
        """The version that runs in an environment. Raises PromptError."""
        try:
            return self.pins(environment)[name]
        except KeyError:
            raise PromptError(
                f"No version of prompt {name!r} is released for {environment!r}; see {self.folder / PINS}."
            ) from None

    def pins(self, environment: str) -> dict[str, str]:
        """Prompt -> version that runs in an environment. Raises PromptError."""
        if environment not in ENVIRONMENTS:
            raise PromptError(f"There is no environment {environment!r}: {', '.join(ENVIRONMENTS)}.")
        found = self._pins_file().get(environment)
        if not isinstance(found, dict):
            raise PromptError(f"{self.folder / PINS} pins nothing for {environment!r}.")
        return {str(name): str(version) for name, version in found.items()}

    def baseline(self) -> dict[str, str]:
        """Part of the product -> SHA-256 that the product came with: what a new installation may begin with."""
        found = self._pins_file().get("baseline") or {}
        return {str(name): str(digest) for name, digest in found.items()}

    def pin(self, environment: Environment, pins: Mapping[str, str]) -> None:
        """Let other versions run in an environment from the next question on. Written whole or not at all.

        Raises:
            PromptError: a version does not exist, or the file cannot be written.
        """
        for name, version in pins.items():
            self.load(name, version)
        content = dict(self._pins_file())
        content[environment] = dict(pins)
        self._write(content)

    def set_baseline(self, digests: Mapping[str, str]) -> None:
        """For those who make the product: what a new installation may begin with. Raises PromptError."""
        self._write({**self._pins_file(), "baseline": dict(digests)})

    def _write(self, content: Mapping[str, Any]) -> None:
        path = self.folder / PINS
        lines = [
            "# Which version of each prompt runs where: written by `copilot prompts release` and `rollback`.",
            "# baseline: what a new installation may begin with; written by `copilot prompts baseline` when the product is made.",
        ]
        for name, values in content.items():
            lines.append(f"{name}:")
            lines += [f'  {key}: "{value}"' for key, value in values.items()]
        unfinished = path.with_name(f".{PINS}.part")
        try:
            unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
            os.replace(unfinished, path)
        except OSError as error:
            raise PromptError(
                f"{path} cannot be written ({error.strerror}). Keep your prompts in a folder of your own and name it in "
                "COPILOT_PROMPTS_DIR."
            ) from None

    def _pins_file(self) -> dict[str, Any]:
        path = self.folder / PINS

        def read(raw: bytes) -> dict[str, Any]:
            try:
                content = yaml.safe_load(raw.decode("utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                raise PromptError(f"{path} is no YAML: {str(error).splitlines()[0]}.") from None
            if not isinstance(content, dict):
                raise PromptError(f"{path} pins nothing.")
            return content

        return cast("dict[str, Any]", self._read(path, read))

    def _read(self, path: Path, parsed: Any) -> Any:
        try:
            known = path.stat()
            state = (known.st_mtime_ns, known.st_size)
            with self._guard:
                kept = self._kept.get(path)
            if kept is not None and kept[0] == state:
                return kept[1]
            value = parsed(path.read_bytes())
        except OSError as error:
            raise PromptError(f"{path} cannot be read ({error.strerror}).") from None
        with self._guard:
            self._kept[path] = (state, value)
        return value
