"""Which files there are: below the folders a person named, and nowhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_ingest.errors import Unreadable
from knowledge_ingest.manifest import MANIFEST
from knowledge_ingest.readers import READERS

_IGNORED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_IGNORED_FILES = frozenset({MANIFEST, "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file that may become a document."""

    root: Path
    """Folder it was found from, absolute and without links."""
    path: str
    """Relative to the root, with forward slashes."""

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


@dataclass(frozen=True, kw_only=True)
class Found:
    """What lies below the named paths."""

    files: tuple[SourceFile, ...]
    whole_roots: tuple[Path, ...]
    """Folders that were looked through entirely: what is missing there was deleted."""
    problems: tuple[str, ...]
    skipped: tuple[tuple[SourceFile, str], ...]
    """Files that were not even opened, and why."""


def find(paths: Sequence[Path]) -> Found:
    """The files below the paths, ordered, each once. Links are not followed; hidden and temporary files are passed over."""
    files: dict[tuple[Path, str], SourceFile] = {}
    roots: list[Path] = []
    problems: list[str] = []
    skipped: list[tuple[SourceFile, str]] = []
    for path in paths:
        try:
            resolved = path.resolve(strict=True)
        except (OSError, RuntimeError):
            problems.append(f"There is no file or folder {str(path)!r}. Check the path.")
            continue
        if resolved.is_dir():
            roots.append(resolved)
            for each in _walk(resolved, skipped, problems):
                files[each.root, each.path] = each
        else:
            each = SourceFile(root=resolved.parent, path=resolved.name)
            files[each.root, each.path] = each
    ordered = tuple(files[key] for key in sorted(files, key=lambda key: (str(key[0]), key[1])))
    return Found(files=ordered, whole_roots=tuple(roots), problems=tuple(problems), skipped=tuple(skipped))


def _walk(root: Path, skipped: list[tuple[SourceFile, str]], problems: list[str]) -> Iterator[SourceFile]:
    def unreadable(error: OSError) -> None:
        problems.append(f"The folder {error.filename!r} cannot be read ({error.strerror}).")

    for folder, names, file_names in os.walk(root, followlinks=False, onerror=unreadable):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _IGNORED_FOLDERS)
        for name in list(names):
            if os.path.islink(os.path.join(folder, name)):
                relative = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
                skipped.append(
                    (SourceFile(root=root, path=relative), "It is a link; links are not followed.")
                )
        for name in sorted(file_names):
            if name.startswith((".", "~$")) or name.endswith("~") or name in _IGNORED_FILES:
                continue
            full = os.path.join(folder, name)
            relative = os.path.relpath(full, root).replace(os.sep, "/")
            file = SourceFile(root=root, path=relative)
            try:
                mode = os.lstat(full).st_mode
            except OSError:
                continue
            if stat.S_ISLNK(mode):
                skipped.append((file, "It is a link; links are not followed."))
            elif not stat.S_ISREG(mode):
                skipped.append((file, "It is not an ordinary file."))
            elif os.path.splitext(name)[1].lower() not in READERS:
                skipped.append(
                    (file, f"Files ending in {os.path.splitext(name)[1] or 'nothing'!r} are not read.")
                )
            else:
                yield file
