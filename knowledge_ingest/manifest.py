"""What a document is: from its front matter, a ``documents.yaml`` beside it, the folder it lies in, its title, or its own head.

What cannot be told is asked for in the report, never guessed: no owner stays no owner, no type stays ``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, cast, get_args

import yaml

from knowledge_ingest.document_head import HEAD
from knowledge_ingest.errors import Undescribed
from knowledge_ingest.extracted import DESCRIPTION_UNREAD, Extracted
from knowledge_ingest.languages import NAMES, language_of
from knowledge_ingest.names import parties_in
from knowledge_ingest.told_by_text import Property, Told, ToldByText, told_by_text
from retrieval.passage import DEFAULT_COLLECTION, ROLES, Classification, Document, DocumentType

MANIFEST = "documents.yaml"

_KEYS = frozenset(
    {
        "id", "title", "type", "owner", "customer", "carrier", "vendor", "company", "classification", "roles",
        "valid_from", "valid_to", "version", "supersedes", "amends", "causes", "language", "customer_name",
        "vendor_name", "names", "handed_in_by",
    }
)  # fmt: skip
_TYPES: tuple[str, ...] = get_args(DocumentType)
_CLASSIFICATIONS: tuple[str, ...] = get_args(Classification)
_FOLDERS: dict[str, DocumentType] = {
    "sop": "sop", "sops": "sop", "procedures": "sop",
    "contract": "contract", "contracts": "contract", "agreements": "contract",
    "carrier": "carrier_policy", "carriers": "carrier_policy", "carrier_policies": "carrier_policy",
    "product": "product_rule", "products": "product_rule", "product_rules": "product_rule",
    "case": "case_note", "cases": "case_note", "case_notes": "case_note", "notes": "case_note", "mail": "case_note",
}  # fmt: skip
_SOP_TITLE = re.compile(r"\bSOP\b|standard operating procedure", re.IGNORECASE)
_CONTRACT_TITLE = re.compile(r"\b(?:agreement|contract)\b", re.IGNORECASE)
_CONTRACT_HEAD = re.compile(
    r"\b(?:AGREEMENT|Agreement|CONTRACT|Contract)\b.{0,400}?\b(?i:between|among)\b.{0,400}?\b(?i:and)\b",
    re.DOTALL,
)
"""How a contract begins, whatever its first line is."""
_HEAD = 3000
_LARGEST_MANIFEST = 2_000_000
_STRICTEST: Classification = "restricted"
UNAPPROVED = "(unapproved source)"
"""Ends the title of a document that came from where anybody can put a file, and that nobody has taken on."""
_MOST_NAMED = 2
"""Parties of a contract that the report proposes."""
_EVERYONE = ("all", "everyone", "*")


@dataclass(frozen=True, kw_only=True)
class Described:
    """A document's properties, and what could not be told or was not valid."""

    document: Document
    names: tuple[str, ...]
    """Further names a question may use: of its customer or vendor."""
    reasons: tuple[str, ...]


class Manifests:
    """The ``documents.yaml`` files that speak about the files of one folder: in it, below it, and one level above it.

    The nearest one that lists a file decides.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._loaded: dict[Path, Manifest] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong with the files, a sentence each."""
        return tuple(problem for each in self._loaded.values() for problem in each.problems)

    def entry(self, path: str) -> Mapping[str, Any]:
        """The properties of a file, empty when no manifest lists it.

        Args:
            path: Relative to the folder, with forward slashes.

        Raises:
            Undescribed: a manifest that may speak about it cannot be read: it might say that only some may read the file.
        """
        file = self._root / path
        for folder in (*file.parents[: len(PurePosixPath(path).parts)], self._root.parent):
            if folder not in self._loaded:
                self._loaded[folder] = Manifest.load(folder)
            entry = self._loaded[folder].entry(file.relative_to(folder).as_posix())
            if entry:
                return entry
        return {}


class Manifest:
    """The entries of one ``documents.yaml``, by path relative to its folder."""

    def __init__(
        self,
        entries: Mapping[str, Mapping[str, Any]],
        problems: tuple[str, ...] = (),
        *,
        unread: frozenset[str] = frozenset(),
        readable: bool = True,
    ) -> None:
        self._entries = entries
        self._unread = unread
        self._readable = readable
        self.problems = problems
        """What was wrong with the file itself, a sentence each."""

    @staticmethod
    def load(folder: Path) -> Manifest:
        """The manifest in a folder; an empty one when there is none or it cannot be read.

        The file is a mapping ``path: {…}``, or a list of mappings with ``path``, either at the top or below ``documents``.
        """
        file = folder / MANIFEST
        if file.is_symlink() or not file.is_file():
            return Manifest({})
        try:
            if file.stat().st_size > _LARGEST_MANIFEST:
                return Manifest({}, (f"{MANIFEST} is larger than 2 MB and was not read.",), readable=False)
            text = file.read_text(encoding="utf-8-sig")
            if re.search(r"(?m)^\s*[\w-]+:\s*[&*]\w", text):
                return Manifest({}, (f"{MANIFEST} uses YAML anchors and was not read.",), readable=False)
            values = yaml.safe_load(text) or {}
        except RecursionError:
            return Manifest({}, (f"{MANIFEST} is nested too deeply and was not read.",), readable=False)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
            return Manifest(
                {}, (f"{MANIFEST} cannot be read ({' '.join(str(error).split())[:200]}).",), readable=False
            )
        if isinstance(values, dict) and "documents" in values:
            values = values["documents"]
        entries: dict[str, Mapping[str, Any]] = {}
        problems: list[str] = []
        unread: set[str] = set()
        listed = (
            values.items()
            if isinstance(values, dict)
            else [(each.get("path"), each) for each in values or () if isinstance(each, dict)]
            if isinstance(values, list)
            else ()
        )
        for path, entry in listed:
            if not isinstance(path, str) or not isinstance(entry, dict):
                problems.append(f"{MANIFEST}: the entry {str(path)[:60]!r} names no path or no properties.")
                if isinstance(path, str):
                    unread.add(str(PurePosixPath(path)))
                continue
            clean = PurePosixPath(path)
            if clean.is_absolute() or ".." in clean.parts:
                problems.append(f"{MANIFEST}: {path!r} points outside the folder and was ignored.")
                continue
            entries[str(clean)] = {str(key): value for key, value in entry.items() if key != "path"}
        if values and not isinstance(values, dict | list):
            return Manifest(
                {}, (f"{MANIFEST} is neither a mapping nor a list and was not read.",), readable=False
            )
        return Manifest(entries, tuple(problems), unread=frozenset(unread))

    def entry(self, path: str) -> Mapping[str, Any]:
        """The properties of a file, empty when it is not listed.

        Raises:
            Undescribed: the manifest, or what it says about this file, cannot be read.
        """
        if not self._readable or path in self._unread:
            raise Undescribed(f"What {MANIFEST} says about it cannot be read. Correct it there.")
        return self._entries.get(path, {})


def describe(
    *,
    path: str,
    extracted: Extracted,
    entry: Mapping[str, Any],
    content_hash: str,
    collection: str = DEFAULT_COLLECTION,
    trusted: bool = True,
    told_in: str = MANIFEST,
) -> Described:
    """The properties of a document. The manifest's word counts more than the front matter's, and a difference is reported.

    What neither says is taken from the document's own head where it says so plainly, and the report tells it.

    A classification or role that is not known makes the document restricted rather than open.

    Args:
        entry: What the source says: a ``documents.yaml``, an Odoo record, the person who handed the file in.
        trusted: Whether the file's own front matter and words count. Of one that does not, only the source's word is taken,
            and without an owner named there its title says that nobody approved it.
        told_in: What to call the source's word in the report.
    """
    reasons: list[str] = []
    own = extracted.front_matter if trusted else {}
    given = {**own, **entry}
    for unknown in sorted(set(given) - _KEYS):
        if unknown in entry:
            reasons.append(f"{unknown!r} is not a property of documents and was ignored.")
    for name in sorted(set(own) & set(entry) & _KEYS):
        if _folded(own[name]) != _folded(entry[name]):
            reasons.append(
                f"{name} is {_told(entry[name])} in {told_in} and {_told(own[name])} in the file itself; {told_in} counts."
            )
    title = _word(given.get("title")) or extracted.title or _title_from(path)
    document_id = (
        slug(_word(given.get("id"))) or slug(str(PurePosixPath(path).with_suffix(""))) or content_hash[:16]
    )
    type_ = _type(given.get("type"), path, title, extracted, reasons, trusted=trusted)
    by_text = ToldByText()
    # of front matter that cannot be read nobody knows what it says instead
    if trusted and DESCRIPTION_UNREAD not in extracted.flags:
        by_text = told_by_text(extracted, path=path, type_=type_, amends=bool(_word(given.get("amends"))))
    described_in = {name: told_in if name in entry else "its front matter" for name in given}
    given |= _taken_from_text(given, by_text, described_in, reasons, told_in=told_in, type_=type_)
    classification, roles = _access(given, reasons)
    if DESCRIPTION_UNREAD in extracted.flags and not {"roles", "classification"} & set(entry):
        # it may have said that only some may read it
        classification, roles = _STRICTEST, ()
        reasons.append("Until its front matter can be read, only compliance reads it.")
    flags = set(extracted.flags)
    owner = _word(given.get("owner")) or _word(entry.get("handed_in_by"))
    if not owner:
        flags.add("no_owner")
        if trusted:
            reasons.append("No owner is named. Add `owner` to its front matter or to documents.yaml.")
        else:  # its source says where to name one
            flags.add("unapproved_source")
            title = f"{title[:280]} {UNAPPROVED}"
    if type_ == "unknown":
        flags.add("no_type")
    if type_ == "unknown" and trusted:
        reasons.append(f"Its type cannot be told. Add `type` (one of {', '.join(_TYPES[:-1])}).")
    valid_from = _date(given.get("valid_from"), "valid_from", reasons)
    valid_to = _date(given.get("valid_to"), "valid_to", reasons)
    if valid_from and valid_to and valid_to < valid_from:
        reasons.append(f"valid_to {valid_to} lies before valid_from {valid_from}: it is never in force.")
    if type_ == "contract":
        parties = parties_in(extracted.text[extracted.body_start :][:HEAD]) if trusted else []
        reasons.extend(
            _asked_of_a_contract(
                given, by_text, parties, has_first_day=valid_from is not None, told_in=told_in
            )
        )
    reasons.extend(_left_open(given, by_text, told_in=told_in, is_contract=type_ == "contract"))
    language = _word(given.get("language")).lower() or language_of(extracted.text[extracted.body_start :])
    if language not in ("", "en"):
        reasons.append(
            f"It is in {NAMES.get(language, language)}; the embedding model that comes along knows English, so it may not be found."
        )
    return Described(
        document=Document(
            document_id=document_id,
            title=title[:300],
            path=path,
            type=type_,
            owner=owner,
            company=_word(given.get("company")),
            customer=_word(given.get("customer")),
            carrier=_word(given.get("carrier")),
            vendor=_word(given.get("vendor")),
            classification=classification,
            roles=roles,
            valid_from=valid_from,
            valid_to=valid_to,
            version=_word(given.get("version")),
            supersedes=slug(_word(given.get("supersedes"))),
            amends=slug(_word(given.get("amends"))),
            causes=tuple(_words(given.get("causes"))),
            language=language,
            content_hash=content_hash,
            text_length=len(extracted.text),
            collection=collection,
            flags=tuple(sorted(flags)),
        ),
        names=tuple(
            name
            for name in (
                _word(given.get("customer_name")),
                _word(given.get("vendor_name")),
                *_words(given.get("names")),
            )
            if name
        ),
        reasons=tuple(reasons),
    )


def _taken_from_text(
    given: Mapping[str, Any],
    by_text: ToldByText,
    described_in: Mapping[str, str],
    reasons: list[str],
    *,
    told_in: str,
    type_: DocumentType,
) -> dict[str, Any]:
    """What the head tells and no description does. What a description leaves empty on purpose (``valid_to:``) stays empty.

    The last day of a contract is proposed, never taken: an amendment or a letter may have prolonged it, and one that is wrongly out
    of force is missing from every answer.
    """
    taken: dict[str, Any] = {}
    for name, told in by_text.told.items():
        if name == "owner" and _word(given.get("handed_in_by")):
            continue
        if name not in given or given[name] == "":
            against = _other_end(name, told, given)
            if against:
                reasons.append(
                    f"Its text says {told.words!r}, which does not go with {against}; it was not taken as {name}. "
                    f"Add `{name}` in {told_in}."
                )
                continue
            if type_ == "contract" and name == "valid_to":
                reasons.append(
                    f"Its text says {told.words!r}. Add `valid_to: {told.value}` in {told_in} if that is its last day; until then it "
                    "counts as in force."
                )
                continue
            taken[name] = told.value
            reasons.append(
                f"{name} {told.value} is taken from its text: {told.words!r}. Say otherwise in {told_in}."
            )
        elif name != "owner" and _word(given[name]) and not _same(_word(given[name]), told.value):
            where = described_in[name]
            reasons.append(
                f"{name} is {_told(given[name])} in {where} and {told.value!r} in its text ({told.words!r}); {where} counts."
            )
    return taken


def _other_end(name: Property, told: Told, given: Mapping[str, Any]) -> str:
    """The described day that one from the text contradicts: a document does not end before it begins."""
    if name == "valid_from" and (end := _date(given.get("valid_to"), "valid_to", [])):
        return f"valid_to {end}" if end.isoformat() < told.value else ""
    if name == "valid_to" and (start := _date(given.get("valid_from"), "valid_from", [])):
        return f"valid_from {start}" if told.value < start.isoformat() else ""
    return ""


def _same(described: str, told: str) -> bool:
    """Whether two days or versions are the same, however written: ``v3.0`` and ``3``."""
    plain = [re.sub(r"(?:\.0)+$", "", each.casefold().lstrip("v. ")) for each in (described, told)]
    return plain[0] == plain[1] or plain[0].startswith(f"{plain[1]}t")


def _asked_of_a_contract(
    given: Mapping[str, Any],
    by_text: ToldByText,
    parties: Sequence[str],
    *,
    has_first_day: bool,
    told_in: str,
) -> Iterator[str]:
    """Whose it is and from when it holds decide what is answered from it; an amendment has both from what it amends."""
    if _word(given.get("amends")):
        return
    if not any(_word(given.get(side)) for side in ("customer", "vendor", "carrier")):
        own = _word(given.get("company")).casefold()
        named = [each for each in parties if not own or own not in each.casefold()][:_MOST_NAMED]
        # a name is not the reference that Odoo knows them by
        names = f"; it names {' and '.join(map(repr, named))}" if named else ""
        yield f"Whose contract it is cannot be told{names}. Add `customer` or `vendor` (the reference in Odoo) or `carrier`."
    if not has_first_day and not _word(given.get("valid_from")):
        why = f": {by_text.unclear['valid_from']}" if "valid_from" in by_text.unclear else ""
        yield f"From when it holds cannot be told, so it counts as in force{why}. Add `valid_from`, and `valid_to` where it ends."


def _left_open(
    given: Mapping[str, Any], by_text: ToldByText, *, told_in: str, is_contract: bool
) -> Iterator[str]:
    """What its head speaks of and nobody can tell for sure."""
    for name, why in by_text.unclear.items():
        asked = name == "valid_from" and is_contract
        if not asked and (name not in given or given[name] == ""):
            yield f"{name} cannot be told: {why}. Add `{name}` in {told_in}."
    if by_text.replaces and not any(_word(given.get(each)) for each in ("supersedes", "amends")):
        yield f"It says that it replaces {by_text.replaces!r}; name its id under `supersedes` in {told_in}."


def slug(text: str) -> str:
    """Letters, digits, dots, dashes and underscores only, in lower case; everything else becomes a dash."""
    return re.sub(r"(?:[^a-z0-9._]|\.{2,})+", "-", text.lower()).strip("-.")[:120]


def _title_from(path: str) -> str:
    return re.sub(r"[-_]+", " ", PurePosixPath(path).stem).strip() or path


def _folded(value: Any) -> str:
    """A property's value for comparing, however it was written."""
    if isinstance(value, list | tuple):
        return ",".join(sorted(_folded(each) for each in value))
    if isinstance(value, str) and "," in value:
        return _folded(value.split(","))
    return _word(value).casefold()


def _told(value: Any) -> str:
    return repr(", ".join(_words(value)) if isinstance(value, list | tuple) else _word(value))[:80]


def _type(
    value: Any, path: str, title: str, extracted: Extracted, reasons: list[str], *, trusted: bool
) -> DocumentType:
    word = _word(value).lower().replace(" ", "_").replace("-", "_")
    if word in _TYPES:
        return cast(DocumentType, word)
    if word:
        reasons.append(f"The type {word!r} is not one of {', '.join(_TYPES)}.")
        return "unknown"
    if not trusted:
        return "unknown"
    for part in reversed(PurePosixPath(path).parts[:-1]):
        if part.lower() in _FOLDERS:
            return _FOLDERS[part.lower()]
    if _SOP_TITLE.search(title):
        return "sop"
    if _CONTRACT_TITLE.search(title):
        return "contract"
    head = extracted.text[extracted.body_start : extracted.body_start + _HEAD]
    return "contract" if _CONTRACT_HEAD.search(head) else "unknown"


def _access(given: Mapping[str, Any], reasons: list[str]) -> tuple[Classification, tuple[str, ...]]:
    word = _word(given.get("classification")).lower() or "internal"
    classification = cast(Classification, word) if word in _CLASSIFICATIONS else _STRICTEST
    if word not in _CLASSIFICATIONS:
        reasons.append(f"The classification {word!r} is not known; it is treated as {_STRICTEST}.")
    named = [role.lower() for role in _words(given.get("roles")) if role.lower() not in _EVERYONE]
    roles = tuple(dict.fromkeys(role for role in named if role in ROLES))
    unknown = sorted(set(named) - set(ROLES))
    if unknown:
        reasons.append(f"Roles {', '.join(unknown)} are not known (known: {', '.join(ROLES)}).")
        if not roles:
            classification = _STRICTEST
    return classification, roles


def _date(value: Any, name: str, reasons: list[str]) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    word = _word(value)
    if not word:
        return None
    try:
        return date.fromisoformat(word[:10])
    except ValueError:
        reasons.append(f"{name} {word!r} is not a date like 2026-12-31 and was ignored.")
        return None


def _word(value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    return " ".join(str(value).split())


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [_word(each) for each in value if _word(each)] if isinstance(value, list | tuple) else []
