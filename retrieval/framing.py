"""What a question is about, without the words that only say where to look.

"Consider the Distributor Agreement between A and B; what is the renewal term?" names a document and asks for a clause.
The first part chooses the document; only the second may rank the passages inside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.sparse import STOP_WORDS, words

_PAPERS = r"(?:agreement|contract|amendment|addendum|lease|licen[sc]e|terms|policy|procedure|sop|document|letter|manual)"
_LEADING = re.compile(
    r"(?:consider|considering|regarding|concerning|looking at|with (?:respect|regard) to|given|about|according to|in|under|for|per)\b"
    rf"[^;?]*?\b{_PAPERS}s?\b[^;?]*?[;:]\s*",
    re.IGNORECASE,
)
_LEADING_COMMA = re.compile(
    r"(?:regarding|concerning|with (?:respect|regard) to|according to|in|under|per)\b"
    rf"[^;?]*?\b{_PAPERS}\b[^;?]*,\s+(?=(?:what|which|who|when|where|how|is|are|does|do|did|can|may|must|has|have|will|by|until)\b)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"\s+(?:in|under|of|for|by|per|from|according to|within)\s+", re.IGNORECASE)
_TRAILING = re.compile(
    rf"\s+(?:in|under|of|for|by|per|from|according to|within)\s+(?:the|our|their|its|this|that)\b(?:\s+[\w&.,'/-]+){{0,12}}?\s+{_PAPERS}\b"
    r"(?:\s+(?:between|with|of|from|dated|for)\b[^?;]*)?(?=\s*[?.!]?\s*$)",
    re.IGNORECASE,
)
_THIS = re.compile(
    rf"\b(?:in|under|of|for|by|to|within)\s+(?:this|the|that|said)\s+{_PAPERS}\b", re.IGNORECASE
)


_PAPER_WORDS = _PAPERS[3:-1]
_HISTORY = re.compile(
    r"\b(?:old|former|previous|earlier|expired|superseded|replaced|outdated|last year's)\s+(?:[\w&'-]+\s+){0,4}?"
    rf"(?:{_PAPER_WORDS}|version|rules?|edition)\b"
    rf"|\b(?:{_PAPER_WORDS})\b[^?]{{0,40}}\b(?:has|have|had|is|was) (?:ended|expired|run out|lapsed|been replaced)\b"
    r"|\bversion \d+(?:\.\d+)?\b",
    re.IGNORECASE,
)


def asks_for_history(question: str) -> bool:
    """Whether a question is about what held before: an old contract, an expired agreement, a numbered version."""
    return _HISTORY.search(question) is not None


_WHOM_IT_BINDS = re.compile(
    r"\b(?:does|do|is|are|can|may|must|will|would|should|if|whether)\b"
    r"(?P<paper>[^?;]*?\b(?:agreements?|contracts?|amendments?|renewals?)\b[^?;]*?)(?:\s+(?:also|as well))?\s+"
    r"(?:appl(?:y|ies)|extends?|covers?|binds?|includes?|holds?|valid|binding|counts?)\b(?: also| too| as well)? "
    r"(?:to\b|for\b|on\b|with\b|[A-Z])",
)


_LONGEST = 300
"""Characters of a question that are looked at for it: the time grows with the third power of what somebody pastes in."""


def paper_that_may_apply(question: str) -> str:
    """The words for an agreement of which it is asked whom it binds: ``the Acme agreement`` of "Does the Acme agreement apply to
    Acme Catering?"; empty when that is not asked.

    Args:
        question: In search form.
    """
    match = _WHOM_IT_BINDS.search(question[:1].lower() + question[1:_LONGEST])
    return match["paper"].strip() if match else ""


@dataclass(frozen=True, kw_only=True)
class Framed:
    """A question in two parts."""

    frame: str
    """Words that say which document is meant; empty when there are none."""
    core: str
    """What is asked; never empty unless the question was."""
    leads: bool = False
    """Whether the frame comes first, as in "Consider the lease; ...": then the question is about that document alone."""


def framed(question: str) -> Framed:
    """Take a question apart.

    Args:
        question: In search form.
    """
    for pattern in (_LEADING, _LEADING_COMMA):
        match = pattern.match(question)
        if match and _says_something(question[match.end() :]):
            return Framed(
                frame=question[: match.end()].strip(" ;:,"),
                core=question[match.end() :].strip(),
                leads=True,
            )
    # the last phrase that names a paper, not all that follows the first preposition
    for start in reversed([each.start() for each in _PREPOSITION.finditer(question)]):
        match = _TRAILING.match(question, start)
        if match and _says_something(question[:start]):
            return Framed(frame=match.group().strip(), core=question[:start].strip())
    return Framed(frame="", core=question)


def without_this_contract(core: str) -> str:
    """The core without phrases such as "in this contract": said of every clause, they tell none apart."""
    bare = " ".join(_THIS.sub(" ", core).split())
    return bare if _says_something(bare) else core


def _says_something(text: str) -> bool:
    return sum(word not in STOP_WORDS for word in words(text.lower())) >= 1
