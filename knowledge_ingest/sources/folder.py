"""Folders: the files below the ones a person named, and nowhere else."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge_ingest.errors import Undescribed, Unreadable
from knowledge_ingest.manifest import MANIFEST, Manifests
from knowledge_ingest.readers import READERS
from knowledge_ingest.report import DocumentReport
from knowledge_ingest.sources.source import Found

_IGNORED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_UNFINISHED = ("~", ".tmp", ".part", ".crdownload")
"""How the names of files end that an editor or a download has not finished yet."""
_IGNORED_FILES = frozenset({MANIFEST, "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, kw_only=True)
class FolderFile:
    """A file below a folder; see `SourceFile`."""

    root: Path
    """Folder it was found from, absolute and without links."""
    path: str
    """Relative to the root, with forward slashes."""
    manifests: Manifests = field(compare=False, repr=False)
    """The ``documents.yaml`` files that may speak about it."""
    trusted: bool = True
    told_in: str = MANIFEST

    @property
    def source(self) -> str:
        return str(self.root)

    def fingerprint(self) -> str:
        return ""

    def entry(self) -> Mapping[str, Any]:
        return self.manifests.entry(self.path)

    def content(self) -> bytes:
        """The file's bytes, read without following a link anywhere below the root.

        Raises:
            Unreadable: it cannot be read, or is not an ordinary file any more.
        """
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            *parents, name = self.path.split("/")
            for part in parents:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with os.fdopen(file, "rb") as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise Unreadable("It is not an ordinary file.")
                return stream.read()
        except OSError as error:
            raise Unreadable(f"It cannot be read ({error.strerror}). Check its permissions.") from error
        finally:
            os.close(folder)


def passes_over(name: str) -> bool:
    """Whether a file of this name is hidden, or belongs to an editor or a download that has not finished."""
    return name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED)


def find(paths: Sequence[Path]) -> Found:
    """The files below the paths, ordered, each once. Links are not followed; hidden and temporary files are passed over."""
    files: dict[tuple[Path, str], FolderFile] = {}
    roots: list[Path] = []
    problems: list[str] = []
    skipped: list[DocumentReport] = []
    manifests: dict[Path, Manifests] = {}

    def file_at(root: Path, path: str) -> FolderFile:
        speaking = manifests.setdefault(root, Manifests(root))
        return FolderFile(root=root, path=path, manifests=speaking)

    for path in paths:
        try:
            resolved = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            problems.append(f"There is no file or folder {str(path)[:200]!r}. Check the path.")
            continue
        if resolved.is_dir():
            roots.append(resolved)
            for name in _walk(resolved, skipped, problems):
                files[resolved, name] = file_at(resolved, name)
        else:
            files[resolved.parent, resolved.name] = file_at(resolved.parent, resolved.name)
    ordered = tuple(files[key] for key in sorted(files, key=lambda key: (str(key[0]), key[1])))
    for each in ordered:  # so that what is wrong with a documents.yaml is known before the first file is read
        with contextlib.suppress(Undescribed):
            each.entry()
    return Found(
        files=ordered,
        whole_sources=tuple(str(root) for root in roots),
        problems=(*problems, *(problem for each in manifests.values() for problem in each.problems)),
        skipped=tuple(skipped),
    )


def _walk(root: Path, skipped: list[DocumentReport], problems: list[str]) -> Iterator[str]:
    def unreadable(error: OSError) -> None:
        problems.append(f"The folder {error.filename!r} cannot be read ({error.strerror}).")

    for folder, names, file_names in os.walk(root, followlinks=False, onerror=unreadable):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _IGNORED_FOLDERS)
        for name in list(names):
            if os.path.islink(os.path.join(folder, name)):
                relative = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
                skipped.append(_not_opened(relative, "It is a link; links are not followed."))
        for name in sorted(file_names):
            if passes_over(name) or name in _IGNORED_FILES:
                continue
            full = os.path.join(folder, name)
            relative = os.path.relpath(full, root).replace(os.sep, "/")
            ending = os.path.splitext(name)[1]
            try:
                mode = os.lstat(full).st_mode
            except OSError:
                continue
            if stat.S_ISLNK(mode):
                skipped.append(_not_opened(relative, "It is a link; links are not followed."))
            elif not stat.S_ISREG(mode):
                skipped.append(_not_opened(relative, "It is not an ordinary file."))
            elif relative != _shown(relative):
                skipped.append(_not_opened(relative, "Its name, or its folder's, is not UTF-8. Rename it."))
            elif ending.lower() not in READERS:
                skipped.append(
                    _not_opened(relative, f"Files ending in {ending or 'nothing'!r} are not read.")
                )
            else:
                yield relative


def _not_opened(path: str, reason: str) -> DocumentReport:
    return DocumentReport(document_id="", path=_shown(path), status="quarantined", reasons=(reason,))


def _shown(path: str) -> str:
    """A path that can be printed and kept: names that are no UTF-8 have their odd bytes marked."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
