"""Rules that a sentence states in its own words: who may, must or must not do what. Only a document, or code that read one, says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from copilot.grounding.claims import without_quotes
from copilot.grounding.sources import Source
from copilot.grounding.text import folded, stem

_MAY_NOT = re.compile(
    r"\b(?:may|must|shall|can|could) (?:not|never)\b|\bcannot\b|\b(?:mustn't|can't)|\b(?:not|never) (?:be )?"
    r"(?:allowed|permitted|entitled|free to)\b"
    r"|\b(?:forbidden|prohibited|forbids|prohibits|banned|barred)\b|\bno right to\b|\bmay no\b"
)
_MAY = re.compile(
    r"\b(?:may|can)\b|\b(?:allowed|permitted|allows?|permits?|free to|entitled|the right to|at liberty|at will|freely|licen[sc]ed)\b"
)
_NEED_NOT = re.compile(
    r"\b(?:need not|not (?:required|obliged)|(?:do|does) not (?:need|have) to|no (?:need|duty) to)\b"
)
_MUST = re.compile(r"\b(?:must|shall|required|obliged|(?:has|have) to|duty to)\b")
_AGREED = re.compile(r"\b(?:agree[ds]|accept(?:s|ed)|consent(?:s|ed)|waive[ds])\b")
_KINDS = (("may not", _MAY_NOT), ("need not", _NEED_NOT), ("may", _MAY), ("must", _MUST), ("agreed", _AGREED))
_OF_RULES = re.compile(
    r"\b(?:contract|agreement|terms|polic(?:y|ies)|procedure|sop|rules?|clause|law|legally|penalt(?:y|ies))\b"
)
_OF_PEOPLE = re.compile(
    r"\b(?:we|you|they|customer|client|buyer|seller|vendor|supplier|carrier|nobody|anybody|anyone|everyone) "
    r"(?:(?:may|must|shall) not|may(?! (?:want|wish|like|need|also|still|well|then"
    r"|ask|call|find|see|read|prefer|have|know|be (?:able|late|out|in|on))\b)"
    r"|(?:is|are) (?:not )?(?:allowed|permitted|entitled|free|forbidden|obliged)\b)"
    r"|\b(?:is|are) (?:strictly |always |not |never )?(?:allowed|permitted|forbidden|prohibited)\b|\bfree to\b|\bat liberty\b"
)
_ADVICE = re.compile(
    r"\bi can(?:not)?\b|\bwhat you may\b|\byou (?:may|can) (?:read|see|ask|open|find|look|call|name|tell|say)\b"
)
_CONDITION = re.compile(
    r"\b(?:on conditions?|only (?:if|when|with|after|where|once)|unless|except|provided that|subject to"
    r"|without (?:the |its |prior )?\w*\s?consent)\b"
)
_CONDITIONED = re.compile(
    r"\b(?:if|only|unless|except|when|once|where|provided|subject|conditions?|consent|with|clause|after|before|until)\b"
)
_GLUE = frozenset(
    stem(word)
    for word in [
        "the",
        "and",
        "for",
        "under",
        "with",
        "without",
        "our",
        "their",
        "its",
        "this",
        "that",
        "these",
        "those",
        "order",
        "orders",
        "contract",
        "agreement",
        "terms",
        "policy",
        "procedure",
        "sop",
        "rule",
        "rules",
        "clause",
        "customer",
        "client",
        "buyer",
        "seller",
        "vendor",
        "supplier",
        "company",
        "they",
        "you",
        "are",
        "not",
        "may",
        "must",
        "shall",
        "can",
        "cannot",
        "allowed",
        "permitted",
        "allows",
        "permits",
        "forbidden",
        "prohibited",
        "entitled",
        "free",
        "right",
        "liberty",
        "required",
        "obliged",
        "have",
        "has",
        "says",
        "states",
        "provides",
        "any",
        "all",
        "from",
        "into",
        "than",
        "then",
        "there",
        "which",
        "who",
        "what",
        "when",
        "where",
        "whether",
        "also",
        "only",
        "such",
        "per",
        "according",
        "accordance",
        "says",
        "say",
        "law",
        "legally",
        "never",
        "always",
        "been",
        "being",
        "was",
        "were",
        "will",
        "would",
        "number",
        "need",
        "duty",
        "agreed",
        "agrees",
        "accepts",
        "accepted",
        "consents",
        "consented",
        "waives",
        "waived",
    ]
)
_SAME_SENTENCE, _SAME_PASSAGE = 0.5, 0.75
"""Shares of a rule's own words that stand in the sentence of the document that rules so, and in the passage around it."""


def foreign_rules(
    sentence: str, passages: Iterable[Source], others: Iterable[Source], *, cites: bool
) -> Iterator[str]:
    """The clauses of a sentence that rule something no document read says, or says with the opposite sign or under a condition that
    the sentence leaves out.

    Args:
        passages: those that it cites, or all of the turn where it cites none.
        others: what code itself said of contracts and rights.
        cites: whether the sentence cites a passage.
    """
    text = folded(without_quotes(sentence))
    if not cites and _ADVICE.search(text):
        return
    if not cites and not _OF_RULES.search(text) and not _OF_PEOPLE.search(text):
        return
    sources = [*passages, *others]
    for clause in re.split(r"[;:]|, (?:and|but|so|while)\b", text):
        kind = _kind(clause)
        if not kind or (not cites and not _OF_PEOPLE.search(clause) and kind != "may"):
            continue
        words = _content(clause)
        conditioned = _CONDITIONED.search(clause) is not None
        if not any(_rules(source, kind, words, clause, conditioned=conditioned) for source in sources):
            yield clause.strip(" .")


def _rules(source: Source, kind: str, words: list[str], clause: str, *, conditioned: bool) -> bool:
    if words and sum(word in source.stems for word in words) < _SAME_PASSAGE * len(words):
        return False
    for text in source.texts:
        for part in re.split(r"(?<=[.;])\s|\n", folded(text)):
            held, kinds = frozenset(_content(part)), _kinds(part)
            if kind == "must" and not kinds and words and source.is_passage and held.issuperset(words):
                return True  # "Orders are delivered complete": a contract rules in plain words
            if kind not in kinds and not (
                source.is_passage and _says_plainly(part, kind, conditioned=conditioned)
            ):
                continue
            if words and sum(word in held for word in words) < _SAME_SENTENCE * len(words):
                continue
            if not _same_party(clause, part):
                continue
            if kind == "may" and _CONDITION.search(part) and not conditioned:
                continue
            return True
    return False


_PLAIN = {
    "may not": re.compile(
        r"\b(?:is|are|do|does) (?:not|never)\b|\bno \w+ (?:is|are)\b|\bneeds?\b.+\b(?:approval|consent)\b"
    ),
    "must": re.compile(r"\bneeds?\b|\b(?:is|are) (?!not\b)\w+ed\b|\bat least\b|\bcarr(?:y|ies)\b"),
    "may": re.compile(
        r"\bonly (?:if|when|with|after)\b|\bapproved\b|\bapproval is given\b|\bneeds?\b.+\b(?:approval|consent)\b"
    ),
    "agreed": re.compile(r"\b(?:standing )?(?:approval|consent) is given\b"),
}
"""How contracts rule without "may" or "must": in the present tense."""


def _says_plainly(part: str, kind: str, *, conditioned: bool) -> bool:
    found = _PLAIN.get(kind)
    if found is None or found.search(part) is None:
        return False
    return kind not in ("may", "may not") or conditioned or not re.search(r"\bonly\b|\bneeds?\b", part)


def _kind(clause: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(clause)), "")


_WHO = re.compile(r"\b(buyer|customer|client|seller|we)\b(?=(?: \w+){0,2} (?:may|must|shall|can|cannot)\b)")


def _same_party(clause: str, part: str) -> bool:
    """``The Seller may cancel`` is not what ``the Buyer may cancel`` says."""
    sides = [
        {"ours" if one in {"seller", "we"} else "theirs" for one in _WHO.findall(text)}
        for text in (clause, part)
    ]
    return not all(sides) or not sides[0].isdisjoint(sides[1])


def _kinds(part: str) -> set[str]:
    """Every kind of rule in a sentence, each counted where the kinds in front of it have not claimed its words."""
    found = set()
    for kind, pattern in _KINDS:
        part, times = pattern.subn(" ", part)
        if times:
            found.add(kind)
    return found


def _content(clause: str) -> list[str]:
    return [one for one in map(stem, re.findall(r"[^\W\d_]{3,}", clause)) if one not in _GLUE]
