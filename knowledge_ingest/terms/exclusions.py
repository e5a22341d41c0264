"""When a late penalty is not due, said in sentences of their own: another cause, another clause, some orders.

Whoever quotes the penalty has to quote these with it; they are kept as conditions of the rate.
"""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from knowledge_ingest.terms.clauses import Sentence
from knowledge_ingest.terms.found import Contract, matches

_PENALTY = r"(?:penalt(?:y|ies)|credits?|charges?|fees?|deductions?|fines?|(?:liquidated )?damages|amounts?|compensation)"
_KIND = r"(?:(?:such|late|lateness|delay|delivery|liquidated|contractual|of these|these|this|the)\s+)*"
"""What may stand before the word: a restocking charge and a storage fee are other matters."""
_NOT = r"(?:is|are|was|were|shall|will|does|do|may|can|must) (?:not|never) (?:be )?"
_LATE = r"\b(?:late|lateness|delay(?:s|ed)?|overdue|liquidated damages|penalt(?:y|ies))\b"
_OTHER_MATTER = r"\b(?:late payments?|interest|payments? (?:is|are) late|warranty|restocking|refunds?|storage|cancel\w*|terminat\w+|confidential\w*|grace)\b"
_NAMES_IT = rf"\b(?:delay|lateness|late[- ]delivery) {_PENALTY}\b"
_REFERS = r"\b(?:clauses?|sections?|articles?|paragraphs?|§§?)\s*(?P<numbers>(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3}){0,3}(?:(?:,| and| or| to)\s(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3}){0,3}){0,4})"
_PUT_ASIDE = rf"\b(?:{_NOT}(?:apply|accrue|payable|due|charged|levied|owed|imposed|deducted|run|count)|(?:has|have) no application|appl(?:y|ies) neither|exempt(?:ed)?|waived|suspended|excluded|inapplicable|(?:is|are) disapplied)\b"

_NONE_DUE = rf"\bno {_KIND}{_PENALTY}\b[^.;]{{0,40}}?\b(?:due|payable|appl(?:y|ies)|accrues?|owed|charged|levied|imposed|deducted|made|claimed|incurred)\b"
_NOT_DUE = rf"(?:^|\bthe |\bsuch |\bthese |\bany |\bthat )\s*{_KIND}{_PENALTY}\b[^.;]{{0,60}}?{_PUT_ASIDE}"
_NOT_LIABLE = rf"\b(?:not|neither party (?:is|shall be|will be)) (?:be )?(?:liable|responsible|answerable|penali[sz]ed|charged|fined|in default)\b[^.;]{{0,40}}?\b(?:late|lateness|delays?|delayed|{_PENALTY})\b|\bneither party answers for\b[^.;]{{0,40}}?\bdelays?\b|\b(?:exempt(?:ed)?|relieved|released|free) (?:from|of) {_KIND}(?:late delivery |delay )?{_PENALTY}\b"
_NOT_COUNTED = rf"\b(?:delays?|lateness|time lost|waiting time|(?:days?|hours?|time|periods?) (?:of|during|in|for) which)\b[^.;]{{0,120}}?\b(?:{_NOT}(?:count(?:ed)?|considered|deemed|treated|regarded|penali[sz]ed|charged|attributed|include[ds]?)|(?:is|are|shall be|will be) (?:also |likewise )?(?:excused|disregarded|left out of account))\b"
_FOREGOING = rf"^(?:however, )?(?:the (?:foregoing|above|preceding (?:sentence|clause|paragraph))|this(?: (?:clause|section|article|paragraph|provision))?|these (?:provisions|rules)|it)\b[^.;]{{0,40}}?\b{_NOT}apply\b"
_SIGNS = "|".join((_NONE_DUE, _NOT_DUE, _NOT_LIABLE, _NOT_COUNTED))
_AT_FIRST = r"\b(?:during|for|in|within) the (?:first|initial)\b[^.;]{0,20}\b(?:days?|hours?|weeks?)\b"
"""Days without a penalty are a grace period, which is a term of its own."""
_MOST = 40
"""Sentences; no contract has so many, and a text made to have them must not keep an ingest busy."""


def possible_exclusions(contract: Contract) -> list[Sentence]:
    """Sentences and list items that say when a penalty is not due, whichever it is; looked for once in a text."""
    found = (
        each for each in contract.sentences if each.kind != "row" and any(map(_may_exclude, _said(each)))
    )
    return list(islice(found, _MOST))


def exclusions(rate: Sentence, possible: Iterable[Sentence]) -> list[Sentence]:
    """Those of the possible ones that speak of the penalty in this sentence, wherever they stand."""
    return [
        each
        for each in possible
        if each.start != rate.start and any(_excludes(words, each, rate) for words in _said(each))
    ]


def _said(each: Sentence) -> Iterator[str]:
    """Its words, and those that introduce its list: "No credit is due:" goes on in the items below it."""
    yield each.text
    if each.kind == "item" and each.lead.endswith(":"):
        yield each.lead


def _may_exclude(words: str) -> bool:
    if (matches(_OTHER_MATTER, words) and not matches(_NAMES_IT, words)) or matches(_AT_FIRST, words):
        return False
    return bool(matches(_PUT_ASIDE, words) or matches(_FOREGOING, words) or matches(_SIGNS, words))


def _excludes(words: str, at: Sentence, rate: Sentence) -> bool:
    if not _may_exclude(words):
        return False
    named = matches(_REFERS, words)
    if named and matches(_PUT_ASIDE, words):
        return _means(named["numbers"], rate)
    if matches(_FOREGOING, words):
        return at.clause_start == rate.clause_start and at.start > rate.start
    return bool(matches(_SIGNS, words)) and (_is_near(at, rate) or bool(matches(_LATE, words)))


def _means(numbers: str, rate: Sentence) -> bool:
    """Whether the clauses that a sentence names are the rate's own: ``8.1``, or ``8`` for the whole of it."""
    named = re.findall(r"(?:[A-Z]\.)?\d+(?:\.\d+)*", numbers)
    return any(rate.clause == each or rate.clause.startswith(f"{each}.") for each in named)


def _is_near(at: Sentence, rate: Sentence) -> bool:
    """Under the same heading, and where clauses are numbered under the same first number."""
    return at.section == rate.section and at.clause.split(".")[0] == rate.clause.split(".")[0]
