"""From a contract's text to its terms: all rules, then what belongs together and what contradicts.

A term never comes from silence. Where a document says two things about one subject, both places are kept and nothing is
decided; where it says itself which of them counts (``notwithstanding clause 5.1``, ``clause 3.1 is replaced by``), that counts.
"""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from knowledge_ingest.terms.carriage import find_routing
from knowledge_ingest.terms.clauses import Sentence, sentences
from knowledge_ingest.terms.exclusions import exclusions, possible_exclusions
from knowledge_ingest.terms.figures import durations, moneys, percents, times_named
from knowledge_ingest.terms.found import EXCEPTION, Contract, Found, matches, may_match
from knowledge_ingest.terms.goods import find_documents, find_minimums, find_substitution
from knowledge_ingest.terms.lateness import find_grace_elsewhere, find_late_costs
from knowledge_ingest.terms.notices import find_notices
from knowledge_ingest.terms.partial import find_partial
from knowledge_ingest.terms.punctuality import find_punctuality
from knowledge_ingest.terms.routing import find_carriers
from knowledge_ingest.terms.shelf_life import find_shelf_life
from retrieval.term_values import TermValue, Unit
from retrieval.terms import (
    CUMULATIVE,
    TERM_KINDS,
    DocumentTerms,
    Replacement,
    Span,
    Term,
    clause_hash,
    text_hash,
)

RULES_VERSION = "6"
"""Goes up when the rules give another result for the same text."""

_RULES = (
    find_partial,
    find_punctuality,
    find_late_costs,
    find_grace_elsewhere,
    find_carriers,
    find_routing,
    find_substitution,
    find_minimums,
    find_shelf_life,
    find_documents,
    find_notices,
)
_MOST_SENTENCES = 5_000
"""Some 200 pages; what stands behind them is not looked at, so that no file can keep an ingest busy."""
_LONGEST = 3_000
"""Characters of a sentence that rules look at; no sentence of a contract is longer, a hostile one may be."""
_NO_AGREEMENT = r"\?$|\b(?:for example|e\.g\.|by way of illustration|discussed whether|did not agree|under the (?:previous|former|old|earlier) (?:agreement|contract|terms)|draft proposal)\b"
_CLAUSE_NUMBER = r"(?P<number>[A-Z]\.\d+(?:\.\d+)*|\d+(?:\.\d+)+|\d+)"
_REPLACES = re.compile(
    rf"\b(?:clause|paragraph|section|article|[Pp]aragraph|[Cc]lause|[Ss]ection|[Aa]rticle)\s+{_CLAUSE_NUMBER}\b[^.:]{{0,60}}?\b(?:replaced|deleted|superseded)\b"
    rf"|\breplace[sd]? (?:the )?(?:paragraph|clause|section|article)\s+(?P<other>[A-Z]\.\d+|\d+(?:\.\d+)*)",
)
_OVERRIDES = re.compile(
    rf"\b(?:notwithstanding|in departure from|despite|contrary to)\s+(?:the provisions of )?(?:clause|paragraph|section|article)\s+{_CLAUSE_NUMBER}",
    re.IGNORECASE,
)
_EXCHANGE = re.compile(
    rf"\b[Ii]n (?:clause|paragraph|section|article|Clause|Paragraph|Section|Article)\s+{_CLAUSE_NUMBER}\s+(?:the )?[^.]{{0,40}}?(?:of )?(?P<old>(?:USD|EUR|GBP|[$€£])\s?[\d.,]+|\d+(?:\.\d+)?\s?%|\d+ [a-z]+)\s+(?:is|are)\s+replaced by\s+(?P<new>(?:USD|EUR|GBP|[$€£])\s?[\d.,]+\d|\d+(?:\.\d+)?\s?%|\d+ [a-z]+)"
)
_TAKES_OVER = (_REPLACES.pattern, _OVERRIDES.pattern)


def extract(
    text: str, *, document_id: str, start: int = 0, defined_by: str = "", rules_version: str = RULES_VERSION
) -> DocumentTerms:
    """The terms of one document.

    Args:
        start: First character after the front matter.
        defined_by: Text of the document that it amends: its definitions hold here too.
    """
    found_sentences = tuple(each for each in sentences(text, start)[:_MOST_SENTENCES] if _operative(each))
    days, times = _definitions(sentences(defined_by)) if defined_by else ({}, {})
    own_days, own_times = _definitions(found_sentences)
    contract = Contract(sentences=found_sentences, days={**days, **own_days}, times={**times, **own_times})
    found = [each for rule in _RULES for each in rule(contract)]
    found = [each for each in found if each.value.text()]
    gone_from, overridden = _superseding(contract)
    kept: list[Found] = []
    gone: list[Found] = []
    for each in found:
        (gone if _is_gone(each, gone_from, overridden, found) else kept).append(each)
    terms = list(_merged(kept, text, document_id, contract))
    return DocumentTerms(
        document_id=document_id,
        text_hash=text_hash(text),
        rules_version=rules_version,
        terms=tuple(terms),
        replacements=tuple(_exchanges(contract, text)),
        gone=tuple(_merged(gone, text, document_id, contract)),
    )


def _operative(sentence: Sentence) -> bool:
    """Whether a sentence can agree on something: no example, question or report, and not a text to choke rules with."""
    return sentence.end - sentence.start <= _LONGEST and not matches(_NO_AGREEMENT, sentence.text)


def _definitions(found: Iterable[Sentence]) -> tuple[dict[str, Unit], dict[str, str]]:
    days: dict[str, Unit] = {}
    times: dict[str, str] = {}
    for each in found:
        match = re.match(r"[\"“](?P<name>Days?|[A-Z][\w ]{2,30})[\"”]\s*(?:means|is|:)", each.text)
        if match is None:
            continue
        if match["name"] in ("Day", "Days"):
            if matches(r"\bcalendar days?\b", each.text):
                days["Day"] = "calendar_day"
            elif matches(r"\b(?:business|working) days?\b", each.text):
                days["Day"] = "business_day"
        elif times_named(each.text):
            times[match["name"]] = times_named(each.text)
    return days, times


def _superseding(contract: Contract) -> tuple[dict[str, int], list[tuple[str, Sentence]]]:
    """Clauses that are replaced further down, with where; and clauses that a sentence overrides."""
    gone: dict[str, int] = {}
    overridden: list[tuple[str, Sentence]] = []
    for each in contract.sentences:
        if not may_match(_TAKES_OVER, each.text):
            continue
        for match in _REPLACES.finditer(each.text):
            gone[match["number"] or match["other"]] = each.start
        for match in _OVERRIDES.finditer(each.text):
            overridden.append((match["number"], each))
    return gone, overridden


def _is_gone(
    each: Found, gone: Mapping[str, int], overridden: Sequence[tuple[str, Sentence]], found: Sequence[Found]
) -> bool:
    clause = each.at.clause
    if clause in gone and each.at.start < gone[clause]:
        return True
    for number, by in overridden:
        if clause == number:
            winners = [one for one in found if one.at.start == by.start and one.kind == each.kind]
            if any(winner.applies_to in ("", each.applies_to) for winner in winners):
                return True
    return False


def _merged(found: Sequence[Found], text: str, document_id: str, contract: Contract) -> Iterable[Term]:
    groups: dict[tuple[str, str, str], list[Found]] = defaultdict(list)
    for each in found:
        key = (
            f"{each.at.clause_start}:{each.value.text()}" if each.kind in CUMULATIVE and not each.slot else ""
        )
        scope = re.sub(r"s\b", "", each.applies_to.casefold())
        groups[(each.kind, scope, key or ("" if each.slot == scope else each.slot))].append(each)
    excluding = possible_exclusions(contract) if any(kind == "late_rate" for kind, _, _ in groups) else []
    taken: dict[str, int] = {}
    for (kind, _, _), members in sorted(
        groups.items(), key=lambda item: (TERM_KINDS.index(item[0][0]), item[1][0].at.start)
    ):
        members = _complement(kind, members)
        values = {each.value.text() for each in members}
        main = members[0]
        decided = main.value if len(values) == 1 else _decide(kind, members)
        if decided is not None:
            main = next((each for each in members if each.value.text() == decided.text()), main)
        spans = [_span(text, main.at)] + [
            _span(text, each.at) for each in members if each.at.start != main.at.start
        ]
        place = main.at.clause or "-"
        term_id = f"{document_id}/{kind}/{place}"
        taken[term_id] = taken.get(term_id, 0) + 1
        if taken[term_id] > 1:
            term_id += f"~{taken[term_id]}"
        conditions = tuple(dict.fromkeys(_conditions(main, members, text, contract, excluding)))
        clauses = dict.fromkeys(text[each.at.clause_start : each.at.clause_end] for each in members)
        yield Term(
            term_id=term_id,
            document_id=document_id,
            kind=main.kind,
            value=decided,
            status="found" if decided is not None else "conflicting",
            applies_to=main.applies_to,
            proof=tuple(dict.fromkeys(spans)),
            conditions=conditions,
            replaces=_replaced_by(main, contract),
            adds=main.adds,
            clause_hash=clause_hash([*clauses, *(span.quote for span in conditions)]),
        )


def _complement(kind: str, members: list[Found]) -> list[Found]:
    """Carriers listed over several sentences are one list."""
    if kind != "approved_carriers":
        return members
    listed = [each for each in members if each.value.names and not each.adds]
    if len(listed) < 2:
        return members
    names = tuple(dict.fromkeys(name for each in listed for name in each.value.names))
    value = TermValue(names=names)
    return [
        Found(kind="approved_carriers", value=value, at=each.at, applies_to=each.applies_to, conditions=each.conditions)
        if each in listed
        else each
        for each in members
    ]  # fmt: skip


def _decide(kind: str, members: Sequence[Found]) -> TermValue | None:
    """The value of statements that differ without contradicting; None when they contradict."""
    words = {each.value.word for each in members}
    if kind in ("partial_shipments", "substitution"):
        places = {each.at.section for each in members}
        if "conditional" in words and len(places) == 1:
            # "delivered complete" with "only if" beside it; or "allowed" with "needs approval" beside it
            return TermValue(word="conditional")
        if words == {"allowed", "conditional"}:
            return TermValue(word="conditional")
    if kind == "approved_carriers":
        choices = [each for each in members if each.value.word]
        if (
            len({each.value.word for each in choices}) == 1
            and len({each.at.section for each in members}) == 1
        ):
            return choices[0].value  # names beside it are a preference
    if kind == "notice_delay":
        figures = [each.value for each in members if each.value.duration]
        if len({value.text() for value in figures}) == 1:
            return figures[0]
    return None


def _conditions(
    main: Found, members: Sequence[Found], text: str, contract: Contract, excluding: Sequence[Sentence]
) -> Iterable[Span]:
    own = {each.at.start for each in members}
    listed = [each for found in members for each in found.conditions if each.start not in own]
    near = [
        each
        for each in contract.section_of(main.at)
        if each.start not in own
        and each.kind != "row"
        and _speaks_of(main.kind, each.text)
        and matches(EXCEPTION + r"|\bno credit is due\b|\bdoes not\b", each.text)
    ]
    referred = [
        each
        for number in _references(main.at.text)
        for each in contract.sentences
        if each.clause == number and each.section == main.at.section
    ]
    penalty = main.kind == "late_rate" and main.value.word != "none"
    excluded = exclusions(main.at, excluding) if penalty else ()
    for each in sorted(
        {one.start: one for one in [*listed, *near, *referred, *excluded] if one.start not in own}.values(),
        key=lambda one: one.start,
    ):
        yield _span(text, each)


_SUBJECTS = {
    "late_rate": r"\b(?:credit|rate|amount|penalt|damages|delay)",
    "late_cap": r"\b(?:cap|limit|maximum)",
    "minimum_shelf_life": r"\b(?:shelf life|best before|expir)",
    "late_grace": r"\bgrace",
    "delivery_window": r"\b(?:receiv|deliver|closed|dock)",
    "on_time": r"\b(?:on time|judged|late|early)",
    "approved_carriers": r"\b(?:carriers?|Express|Freight|Parcel|vehicle)",
    "routing": r"\b(?:freight|trucks?|trailers?|appointments?|air)\b",
    "minimum_order": r"\bminimum|\bsmaller orders?",
    "required_documents": r"\b(?:certificate|document|paper|list|sheet)",
}  # fmt: skip


def _speaks_of(kind: str, words: str) -> bool:
    pattern = _SUBJECTS.get(kind)
    return bool(pattern and matches(pattern, words))


def _references(words: str) -> list[str]:
    return re.findall(
        r"\b(?:clause|section|article|paragraph)s?\s+((?:[A-Z]\.)?\d+(?:\.\d+)*)", words, re.IGNORECASE
    )


def _replaced_by(main: Found, contract: Contract) -> tuple[str, ...]:
    """Clauses of the amended document that this term's sentence, or the one before it, puts out of force."""
    near = [each for each in contract.clause_of(main.at) if each.start <= main.at.start][-2:]
    found: list[str] = []
    for each in near:
        found += [match["number"] or match["other"] for match in _REPLACES.finditer(each.text)]
    return tuple(dict.fromkeys(found[-1:] if found else ()))


def _exchanges(contract: Contract, text: str) -> Iterable[Replacement]:
    for each in contract.sentences:
        if not may_match((_EXCHANGE.pattern,), each.text):
            continue
        for match in _EXCHANGE.finditer(each.text):
            old, new = _figure(match["old"], contract), _figure(match["new"], contract)
            if old and new:
                yield Replacement(clause=match["number"], old=old, new=new, span=_span(text, each))


def _figure(words: str, contract: Contract) -> str:
    """A figure in its written form, ``USD 75`` ``5%`` ``8 hour``; empty when it is none."""
    for money in moneys(words):
        return TermValue(amount=money.value, currency=money.currency).text()
    for share in percents(words):
        return TermValue(percent=share.value).text()
    return next((length.value.text() for length in durations(words, contract.days)), "")


def _span(text: str, at: Sentence) -> Span:
    return Span(
        start=at.start, end=at.end, quote=text[at.start : at.end], clause=at.clause, heading=at.heading
    )
