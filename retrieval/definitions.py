"""Definitions: which words a passage defines ('"Order Value" means ...'), and whether a question asks for one."""

from __future__ import annotations

import re

_OPEN, _CLOSE = "[\"“”„'‘«]", "[\"”“'’»]"
_SAYS = r"(?::|(?:shall |will )?means?\b|(?:shall )?refers? to\b|denotes?\b|is\b|are\b|has the meaning|have the meaning)"
_DEFINED = re.compile(
    rf"{_OPEN}(?P<term>[A-Z][\w&/ -]{{1,48}}?){_CLOSE}\s*{_SAYS}"
    rf"|\((?:the|each,? an?|an?|together,? the|hereinafter|collectively,? the)?\s*{_OPEN}(?P<aside>[A-Z][\w&/ -]{{1,48}}?){_CLOSE}\)"
)
_ASKED = re.compile(
    r"\bwhat (?:does|do|did) (?P<says>.{2,60}?) mean\b(?! by)"
    r"|\bhow (?:is|are) (?P<is>.{2,60}?) defined\b"
    r"|\b(?:understood by|mean[st]? by|meaning of|definition of|define|what counts as) (?P<by>.{2,60}?)(?:[?.]|$)"
    r"|^what (?:is|are) (?P<a>an? .{2,40}?)\?*$",
    re.IGNORECASE,
)
_IN_CAPITALS = re.compile(r"(?=\b([A-Z]\w*[\s-]\w+))")
_TAIL = re.compile(r"\s+(?:in|at|for|under|with|according)\s.*", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:an?|the|our|we|word|term)\s+", re.IGNORECASE)


def defined_in(text: str) -> tuple[str, ...]:
    """The terms that a passage defines between quotation marks, in small letters."""
    return tuple(_plain(match["term"] or match["aside"]) for match in _DEFINED.finditer(text))


def term_asked_for(question: str) -> str:
    """The term whose meaning a question asks for, in small letters; empty when it asks for something else.

    Args:
        question: In search form.
    """
    match = _ASKED.search(question)
    if match is None:
        return ""
    said = next(each for each in match.groups() if each is not None)
    quoted = re.search(rf"{_OPEN}([^\"”“'’»]{{2,48}}){_CLOSE}", said)
    bare = _plain(quoted[1]) if quoted else _plain(_TAIL.sub("", said))
    while _ARTICLE.match(bare):
        bare = _ARTICLE.sub("", bare)
    return bare


def shares_capitals(text: str, question: str) -> bool:
    """Whether a passage writes two words of a question as defined terms are written, the first with a capital: without that it
    is not worth looking for definitions."""
    said = _plain(question)
    return any(_plain(match[1]).removesuffix("s") in said for match in _IN_CAPITALS.finditer(text))


def uses(text: str, term: str, question: str) -> bool:
    """Whether a term of several words stands in a question, and as a defined term, in capitals, in a passage."""
    if term not in _plain(question) or (" " not in term and "-" not in term):
        return False  # "Order" stands in every clause
    spelt = rf"\b{_spelt(term)}s?\b"
    if re.search(spelt, question, re.IGNORECASE) is None:
        return False
    return any(match[0][0].isupper() for match in re.finditer(spelt, text, re.IGNORECASE))


def defines(text: str, term: str) -> bool:
    """Whether a passage says what this term means, in quotation marks or plainly ("a split means that ...")."""
    spelt = _spelt(term)
    said = rf"{_OPEN}{spelt}s?{_CLOSE}\s*{_SAYS}|\([^()]{{0,20}}{_OPEN}{spelt}s?{_CLOSE}\)"
    plain = rf"(?:^|[.;:\n]\s{{0,4}}|\b(?:an?|the)\s{{1,4}}|\d\s{{1,4}}){spelt}s?\s+(?:(?:shall )?means?\b|is defined as|refers? to)"
    return re.search(f"{said}|{plain}", text, re.IGNORECASE) is not None


def _spelt(term: str) -> str:
    return r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", term)))


def _plain(term: str) -> str:
    return " ".join(term.lower().strip(" \"“”„'‘’«»?.,").split())
