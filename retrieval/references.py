"""Places that a passage refers to: "subject to Section 8.2", "SOP-112 section 4", "the rates of Exhibit B".

Only what is written is read here; whether there is such a place, and whether a reader may see it, is `places` and
`referred`. "Section 7 of the Commercial Code" is a place in a paper that is not ours and leads nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

from retrieval.passage import Document

_NUMBER = r"(?:[a-z]\.)?\d{1,2}(?:\.\d{1,3}){0,3}(?!\.?\w|%|-\d)"
_CODE = r"(?-i:[A-Z]{2,5})-\d{2,4}(?:-\d{2,4})*"
"""How our papers are numbered: ``SOP-112``, ``CB-2026-003``."""
_WORD = r"(?:\b(?:(?:sub-?)?(?:clause|section|paragraph)|article|point|para|sec)s?\b\.?|§{1,2})\s*"
_NEXT = r"(?:\s{0,4},\s{0,4}(?:(?:and|or)\s{1,4})?|\s{1,4}(?:and|or|to|through)\s{1,4})"
"""Between two numbers. Spaces are counted everywhere: a page of nothing else must not be gone through once for each of them."""
_LAW = r"\b(?-i:Convention|Code|Act|Regulation|Directive|Treaty|Statute|Ordinance|Incoterms)(?:\s[^\s.;,]{1,10}){0,3}[\s,(]{1,3}"
"""What papers of nobody's own are called, with their number: ``Regulation (EC) No 561/2006, Article 7``."""
_POINTS = re.compile(
    rf"(?P<named_law>{_LAW})?(?:(?P<before>\b{_CODE}|\b(?-i:[A-Z]{{2,}}))[\s,(]{{1,2}})?"
    rf"(?:{_WORD}(?P<numbers>{_NUMBER}(?:{_NEXT}{_NUMBER})*)"
    r"|(?P<label>\b(?:exhibit|annex|appendix|schedule|attachment)\s+(?:(?-i:[A-Z]|[IVX]{1,4})|\d{1,2})\b))"
    r"(?:\s?\([a-z\d]{1,3}\)){0,3}(?P<law>\s{1,4}(?!(?:of|in|to|and|or)\b)(?-i:[A-Z][a-z]*[A-Z]\w*|Incoterms)\b(?!-\d))?"
    r"(?:(?=\s{1,4}(?:of|in|to)\s{1,4}(?P<after>[^.;:()]{1,80})))?"
    rf"|\b(?:of|under|see)\s+(?P<bare>\d{{1,2}}\.\d{{1,2}})(?=[,.;)](?:\s|$)|$)",
    re.IGNORECASE,
)
_EACH = re.compile(_NUMBER, re.IGNORECASE)
_RANGE = re.compile(
    r"(?<![\d.])(?P<stem>(?:[a-z]\.)?(?:\d{1,3}\.){0,3})(?P<first>\d{1,3})\s+(?:to|through)\s+(?P=stem)(?P<last>\d{1,3})(?!\.?\d)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"\A(?:the|our|its)\s+", re.IGNORECASE)
_NAME = re.compile(r"\A[A-Z0-9][\w'’-]*(?:\s+(?:(?:of|and|for|on|the)\s+){0,2}[A-Z0-9][\w'’-]*)*")
_CONTRACT = frozenset(
    {"agreement", "contract", "framework", "terms", "master", "supply", "purchase", "service", "services"}
)
_PROCEDURE = frozenset({"sop", "procedure", "policy", "guide", "document"})
_MOST = 20
"""References that are read of one passage; a list of more is a table of contents."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A place that is referred to."""

    numbers: tuple[str, ...]
    """As headings bear them, in small letters: ``8.2``, ``b.3``, ``exhibit b``; at least one."""
    document: str = ""
    """How the document is called; empty: the one that the passage stands in."""
    amended: bool = False
    """It is in the document that this one amends: "section 8.2 of the Agreement"."""


def references_in(text: str, document: Document) -> tuple[Reference, ...]:
    """The places that a passage of this document refers to, each once, in the order of the text."""
    found: dict[Reference, None] = {}
    for match in _POINTS.finditer(text):
        reference = _reference(match, document)
        if reference is not None:
            found.setdefault(reference)
        if len(found) == _MOST:
            break
    return tuple(found)


def _reference(match: re.Match[str], document: Document) -> Reference | None:
    """What one match refers to; None when it is a place in a paper that is not ours."""
    numbers = _numbers(match)
    if match["law"] or (match["named_law"] and not match["after"]):
        return None  # "Article 6 GDPR", "the CMR Convention, Article 17"
    if match["before"]:
        # "GDPR Article 28" names a law: only what bears a number of ours is a paper of ours
        return Reference(numbers=numbers, document=match["before"]) if "-" in match["before"] else None
    if not match["after"] or _is_own(match["after"], document):
        return Reference(numbers=numbers, amended=_is_amended(match["after"] or "", document))
    return Reference(numbers=numbers, document=_name(_LEADING.sub("", match["after"])))


def _numbers(match: re.Match[str]) -> tuple[str, ...]:
    """The numbers of one match, ranges of sections filled in."""
    if match["bare"] or match["label"]:
        return (" ".join((match["bare"] or match["label"]).lower().split()),)
    numbers = dict.fromkeys(each.lower() for each in _EACH.findall(match["numbers"]))
    for each in _RANGE.finditer(match["numbers"]):
        last = min(int(each["last"]), int(each["first"]) + _MOST)
        numbers.update((f"{each['stem'].lower()}{at}", None) for at in range(int(each["first"]), last + 1))
    return tuple(numbers)[:_MOST]


def _is_own(after: str, document: Document) -> bool:
    """Whether what follows "section 8 of" is the document itself: "this Agreement", "the contract" in a contract, or no name."""
    bare = _LEADING.sub("", after)
    words = re.findall(r"[\w-]+", bare)
    if not words or words[0].lower() in ("this", "these", "which"):
        return True
    if "-" in words[0] and any(map(str.isdigit, words[0])):
        return False
    own = _CONTRACT if document.type == "contract" else _PROCEDURE
    other = _PROCEDURE if document.type == "contract" else _CONTRACT
    name = list(takewhile(lambda word: word[0].isupper(), words))
    if name:
        others = words[len(name) : len(name) + 2]
        if len(others) == 2 and others[0] in ("with", "between") and others[1][0].isupper():
            return False  # "the Agreement with Meridian Foods"
        return all(word.lower() in own for word in name)
    # "section 6 in three days" goes on with no name; "clause 5 of the contract" in a procedure means the customer's
    return words[0].lower() not in other and (words[0].lower() in own or not _names_paper(words))


def _is_amended(after: str, document: Document) -> bool:
    """Whether an amendment says "of the Agreement": it calls itself this Amendment."""
    words = re.findall(r"[\w-]+", _LEADING.sub("", after))
    return bool(document.amends and words) and words[0].lower() in _CONTRACT | _PROCEDURE


def _name(after: str) -> str:
    """How the document is called, without what the sentence goes on with: "the Commercial Code on returns" is no Returns."""
    match = _NAME.match(after)
    if match is None or re.findall(r"[\w-]+", after)[0].lower() in _CONTRACT | _PROCEDURE:
        return after  # "SOP Credit holds", "credit hold procedure"
    return match[0]


def _names_paper(words: list[str]) -> bool:
    return any(word.lower() in _CONTRACT | _PROCEDURE for word in words[:5])
