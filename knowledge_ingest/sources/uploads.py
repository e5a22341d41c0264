"""Files that people hand in: kept below the data folder under names of our own making, and read from there.

Nothing of a file's name, content or description becomes a path: a file lies under the hash of its bytes, its description under
the hash of its document id. The description is written last and in one step, so a crash leaves the former upload or the new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import threading
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from knowledge_ingest.errors import IngestError, Unreadable
from knowledge_ingest.manifest import slug
from knowledge_ingest.readers import READERS, check_signature
from knowledge_ingest.sources.source import Found
from retrieval.normalise import strip_invisible

LARGEST = 20_000_000
"""Bytes of one upload."""
SOURCE = "uploads"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class UploadedFile:
    """A file that somebody handed in; see `SourceFile`."""

    place: Path = field(repr=False)
    """Where its bytes lie."""
    path: str
    content_hash: str
    described: Mapping[str, Any]
    source: str = SOURCE
    trusted: bool = True
    told_in: str = "the upload"
    """Only people with the right hand files in."""

    def fingerprint(self) -> str:
        return self.content_hash

    def entry(self) -> Mapping[str, Any]:
        return self.described

    def content(self) -> bytes:
        try:
            descriptor = os.open(self.place, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            raise Unreadable(
                f"It cannot be read ({error.strerror}). Upload it again.", lasting=False
            ) from error
        if hashlib.sha256(content).hexdigest() != self.content_hash:
            raise Unreadable(
                "Its bytes in the data folder are not those that were uploaded. Upload it again."
            )
        return content


class Uploads:
    """The uploads of an installation.

    Args:
        folder: Below the data folder; made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = threading.Lock()

    @contextlib.contextmanager
    def kept(
        self, name: str, content: bytes, *, collection: str, properties: Mapping[str, Any]
    ) -> Iterator[str]:
        """Keep a file, in place of an earlier one of the same document id; when the block fails, the earlier one is back.

        Args:
            name: As its owner calls it; only shown.
            properties: What is said about it (`knowledge_ingest.manifest`), ``company`` among them.

        Yields:
            Its document id.

        Raises:
            Unreadable: a kind of file that is not read, empty, too large, or not what its name says.
            IngestError: it cannot be kept (no room), or the id is that of another company's upload.
        """
        shown = clean_name(name)
        ending = PurePosixPath(shown).suffix.lower()
        reader = READERS.get(ending)
        if reader is None:
            raise Unreadable(
                f"Files ending in {ending or 'nothing'!r} are not read. Convert it to PDF, DOCX or Markdown."
            )
        if not content:
            raise Unreadable("The file is empty (0 bytes).")
        if len(content) > LARGEST:
            raise Unreadable(f"The file has more than {LARGEST / 1e6:.0f} MB. Split it.")
        check_signature(content, ending, reader)
        company = str(properties.get("company") or "")
        own = slug(str(properties.get("id") or "")) or f"{slug(company)}-{slug(PurePosixPath(shown).stem)}"
        document_id = f"upload-{own.removeprefix('upload-')}"[:120]
        digest = hashlib.sha256(content).hexdigest()
        said = {key: value for key, value in properties.items() if value not in ("", None, [])}
        note = self._note(collection, document_id)
        with self._one_at_a_time:
            earlier = note.read_bytes() if note.is_file() else None
            if earlier is not None and _company_of(earlier) != company:
                raise IngestError(
                    f"There is an upload {document_id!r} already that is not this company's. Name another id."
                )
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._write(digest, content)
                self._write(
                    note.name,
                    json.dumps(
                        {
                            "name": shown,
                            "content_hash": digest,
                            "collection": collection,
                            "properties": {**said, "id": document_id},
                        },
                        ensure_ascii=False,
                    ).encode(),
                )
            except OSError as error:
                raise IngestError(
                    f"The file could not be kept ({error.strerror}); what was there before stays. "
                    "Make room in COPILOT_DATA_DIR."
                ) from error
            try:
                yield document_id
            except BaseException:
                with contextlib.suppress(OSError):
                    if earlier is None:
                        note.unlink()
                    else:
                        self._write(note.name, earlier)
                raise
            finally:
                self._clear()

    def remove(self, document_id: str, *, collection: str, companies: Collection[str]) -> bool:
        """Forget an upload of one of these companies; whether there was one."""
        note = self._note(collection, document_id)
        with self._one_at_a_time:
            try:
                if _company_of(note.read_bytes()) not in companies:
                    return False
                note.unlink()
            except OSError:
                return False
            self._clear()
        return True

    def any(self) -> bool:
        """Whether anything was ever handed in."""
        return self._folder.is_dir()

    def look(self, *, collection: str) -> Found:
        """All uploads of a collection."""
        files: list[UploadedFile] = []
        problems: list[str] = []
        for note in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []:
            try:
                kept = json.loads(note.read_text(encoding="utf-8"))
                digest, properties = str(kept["content_hash"]), dict(kept["properties"])
                if not _HASH.fullmatch(digest):
                    raise ValueError("no hash")
                path = f"{properties['id']}/{clean_name(str(kept['name']))}"
            except (OSError, ValueError, KeyError, TypeError) as error:
                problems.append(
                    f"The upload {note.name[:20]} cannot be read ({type(error).__name__}). Upload it again."
                )
                continue
            if kept.get("collection") == collection:
                files.append(
                    UploadedFile(
                        place=self._folder / digest, path=path, content_hash=digest, described=properties
                    )
                )
        return Found(files=tuple(files), whole_sources=(SOURCE,), problems=tuple(problems))

    def _clear(self) -> None:
        """Drop bytes that no description names any more."""
        try:
            used = {json.loads(note.read_bytes())["content_hash"] for note in self._folder.glob("*.json")}
            for each in self._folder.iterdir():
                if _HASH.fullmatch(each.name) and each.name not in used:
                    each.unlink()
        except (OSError, ValueError, KeyError, TypeError):
            return  # what cannot be read may name any of them

    def _note(self, collection: str, document_id: str) -> Path:
        key = hashlib.sha256(f"{collection}\n{document_id}".encode()).hexdigest()
        return self._folder / f"{key}.json"

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all, and durable."""
        descriptor, partial = tempfile.mkstemp(dir=self._folder, prefix=".partial-")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(partial, self._folder / name)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _company_of(note: bytes) -> str:
    try:
        return str(json.loads(note)["properties"].get("company", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def clean_name(name: str) -> str:
    """A file's name for showing: its last part, without characters that hide, turn around or break lines, short enough."""
    plain = strip_invisible(unicodedata.normalize("NFKC", name))[0]
    last = re.split(r"[\\/]", plain)[-1]
    harmless = re.sub(r"[^\w.()+,&' -]+", "-", last, flags=re.UNICODE).strip(" .-")
    stem, ending = PurePosixPath(harmless).stem[:100], PurePosixPath(harmless).suffix[:10]
    return f"{stem}{ending}" or "file"
