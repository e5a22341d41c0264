"""Which documents a question names, and what is left of it without the names.

Party names swamp a ranking: every page of a contract between two companies bears them, its title page most of all. So
names choose the documents, and the bare question ranks the passages inside them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.normalise import search_form
from retrieval.sparse import STOP_WORDS, words
from retrieval.stored import DocumentRow

if TYPE_CHECKING:
    from retrieval.request import Scope

Key = tuple[str, ...]

_TOKEN = re.compile(r"[^\W\d_]+\d[^\W_]*|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)?|[^\W_]+")
"""Words and numbers; the ``'s`` of "Meridian's" is not part of the name."""

_COMMON_SHARE = 0.25
"""A name that more than this share of the documents bear chooses none of them: it is our own."""
_FEW = 3
_LEGAL_FORMS_LIST = """
inc llc ltd limited corp corporation company co lp llp plc gmbh ag kg ohg se bv nv sa sas sarl spa srl sl lda ltda ab as aps oy oyj pty
pte pvt bhd wll kk kft holdings group
"""
_LEGAL_FORMS = frozenset(_LEGAL_FORMS_LIST.split())
_PLAIN_WORDS_LIST = """
american atlantic central city coast delta east eastern first general global golden great green harbor
home international lake lone national new north northern old orchard pacific pine prairie quality red
river south southern standard star summit sun super supply titan united valley west western white world
"""
_PLAIN_WORDS = frozenset(_PLAIN_WORDS_LIST.split())
"""First words of company names that are ordinary words too: they stand for a company only as a part of its name."""


@dataclass(frozen=True, kw_only=True)
class Routing:
    """Where to look, and for what."""

    question: str
    bare: str
    """The question without the names that chose documents; the whole question when nothing else would be left."""
    named: frozenset[str]
    """Documents that the question itself names by title, reference or parties, where these are few."""
    preferred: frozenset[str]
    """Documents of the parties in question or scope, named ones included."""
    excluded: frozenset[str]
    """Documents of other customers or vendors than the ones in question."""
    only_named: bool = False
    """Whether the question is about the named documents and nothing else: "Consider the agreement between A and B; ..."."""

    @property
    def ranked_by(self) -> str:
        """What passages are compared with: the bare question once names have chosen the documents, else all of it.

        Where names only prefer documents, they also stand in the titles that passages are embedded with, and help.
        """
        return self.bare if self.named else self.question


class NameBook:
    """The names by which the documents of a collection can be called."""

    def __init__(self, rows: Sequence[DocumentRow]) -> None:
        self._rows = {row.document.document_id: row for row in rows}
        self._full: dict[Key, set[str]] = {}
        shortened: dict[Key, set[str]] = {}
        parties: dict[Key, set[Key]] = {}
        for row in rows:
            for alias in row.aliases:
                key = _key(alias.name)
                if not key or all(word in STOP_WORDS for word in key):
                    continue
                self._full.setdefault(key, set()).add(row.document.document_id)
                if alias.kind == "party":
                    for short in _short_forms(key):
                        shortened.setdefault(short, set()).add(row.document.document_id)
                        parties.setdefault(short, set()).add(key)
        # a short form stands for every party that begins so ("Acme"): the question then speaks of all of them
        self._short = {short: found for short, found in shortened.items() if short not in self._full}
        too_common = max(_FEW, int(len(rows) * _COMMON_SHARE))
        for book in (self._full, self._short):
            for key in [key for key, found in book.items() if len(found) > too_common]:
                del book[key]
        self._longest = max((len(key) for book in (self._full, self._short) for key in book), default=0)

    def route(self, question: str, eligible: Iterable[str], scope: Scope) -> Routing:
        """Read the names in a question.

        Args:
            question: In search form.
            eligible: Documents that may be found at all; others are not hinted at.
            scope: What is known from elsewhere.
        """
        allowed = set(eligible)
        matches, bare = self._find(question, allowed, scope)
        found = set().union(*matches) if matches else set()
        customers = {self._rows[key].document.customer for key in found} - {""}
        vendors = {self._rows[key].document.vendor for key in found} - {""}
        carriers = {self._rows[key].document.carrier for key in found} - {""}
        if scope.customer:
            customers = {scope.customer}
        if scope.vendor:
            vendors = {scope.vendor}
        if scope.carrier:
            carriers.add(scope.carrier)
        preferred = set(found)
        excluded = set()
        for key in allowed:
            document = self._rows[key].document
            if (
                (document.customer and document.customer in customers)
                or (document.vendor and document.vendor in vendors)
                or (document.carrier and document.carrier in carriers)
            ):
                preferred.add(key)
            elif (document.customer and customers) or (document.vendor and vendors):
                excluded.add(key)
        return Routing(
            question=question,
            bare=bare,
            named=self._named(matches) - excluded,
            preferred=frozenset(preferred - excluded),
            excluded=frozenset(excluded),
        )

    def called(self, name: str, among: Collection[str]) -> frozenset[str]:
        """The documents among these that a text calls by a full name with which it begins: ``CB-2026-003 applies``."""
        key = _key(name)[: self._longest]
        for length in range(len(key), 0, -1):
            # a longer name of a document that is not among these must not hide a shorter one
            found = self._full.get(key[:length], set()).intersection(among)
            if found:
                return frozenset(found)
        return frozenset()

    def _named(self, matches: Sequence[set[str]]) -> frozenset[str]:
        """Documents that bear most of the names in the question, where that leaves a few.

        A document of a known customer, vendor or carrier is only preferred: a question about a customer may well be
        answered by a procedure.
        """
        counts: dict[str, int] = {}
        for match in matches:
            for key in match:
                document = self._rows[key].document
                if not (document.customer or document.vendor or document.carrier):
                    counts[key] = counts.get(key, 0) + 1
        if not counts:
            return frozenset()
        most = max(counts.values())
        best = [key for key, count in counts.items() if count == most]
        return frozenset(best) if len(best) <= _FEW else frozenset()

    def _find(self, question: str, allowed: set[str], scope: Scope) -> tuple[list[set[str]], str]:
        """The documents that each name in the question stands for, and the question without the names."""
        tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(question)]
        lowered = [token.lower() for token, _, _ in tokens]
        written_small = question == question.lower()
        from_scope = {_key(name) for name in scope.names} - {()}
        longest = max([self._longest, *map(len, from_scope)])
        matches: list[set[str]] = []
        cut: list[tuple[int, int]] = []
        at = 0
        while at < len(tokens):
            for length in range(min(longest, len(tokens) - at), 0, -1):
                key = tuple(lowered[at : at + length])
                documents = self._full.get(key)
                if documents is None and key in self._short:
                    # one word of a name counts when it is written like a name
                    like_a_name = length > 1 or written_small or tokens[at][0][0].isupper()
                    documents = self._short[key] if like_a_name else None
                if key in from_scope or (documents and documents & allowed):
                    matches.append((documents or set()) & allowed)
                    cut.append((tokens[at][1], tokens[at + length - 1][2]))
                    at += length
                    break
            else:
                at += 1
        return matches, _without(question, cut)


def _key(name: str) -> Key:
    return tuple(match.group() for match in _TOKEN.finditer(search_form(name).lower()))


def _short_forms(key: Key) -> set[Key]:
    """What people say instead of a party's full name: without the legal form, its first words, its first word."""
    while len(key) > 1 and key[-1] in _LEGAL_FORMS:
        key = key[:-1]
    forms = {key[:length] for length in range(2, len(key) + 1)}
    if len(key[0]) >= 4 and key[0] not in STOP_WORDS and key[0] not in _PLAIN_WORDS:
        forms.add(key[:1])
    # the end of a name may be what tells it from another: "2-Day"
    if len(key) >= 3:
        forms.add(key[-2:])
    return {form for form in forms if not all(word in STOP_WORDS or word.isdigit() for word in form)}


def _without(question: str, cut: Sequence[tuple[int, int]]) -> str:
    kept = []
    last = 0
    for start, end in cut:
        kept.append(question[last:start])
        last = end
    kept.append(question[last:])
    bare = re.sub(r"\s+", " ", re.sub(r"(?:^|\s)['’]s?\b", " ", " ".join(kept))).strip(" ,;:-")
    return bare if any(word not in STOP_WORDS for word in words(bare.lower())) else question
