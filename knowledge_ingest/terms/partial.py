"""May an order be delivered in parts, and within which limits."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_ingest.terms.clauses import Sentence, pieces
from knowledge_ingest.terms.figures import durations, moneys, number_in_words, percents
from knowledge_ingest.terms.found import (
    CONSENT,
    EXCEPTION,
    NEGATION,
    Contract,
    Found,
    is_definition,
    limits,
    matches,
    scope_of,
)
from retrieval.term_values import TermValue

_IN_PARTS = (
    r"\b(?:partial(?:ly)?|part|split|short|incomplete)[- ]?(?:ship\w*|deliver\w*|consign\w*|fulfil\w*)\b|\bsplits?\b(?= (?:please|orders?|allowed|ok))"
    r"|\bdeliver\w*(?: [\w']+){0,4} (?:in|by) (?:separate |several )?(?:parts?|instal+ments?)\b|\b(?:by|in) (?:separate |several )?instal+ments\b|\b(?:take|accept)(?: delivery of)? (?:only )?(?:a )?part of (?:an?|the|any|each) (?:order|PO)\b|\bless than the whole (?:of )?\b|\bship\w*(?: [\w']+){0,3} in (?:parts?|several)\b"
    r"|\b(?:shipped|delivered|divided|split)(?: [\w']+){0,3} (?:in|into) (?:no more than |up to |at most )?(?:two|three|four|\d|several|more than one)\b[\w() ]*(?:shipments|consignments|deliveries|parts|lots)"
    r"|\bdivided between (?:shipments|deliveries|consignments)\b|\bmakes? (?:no more than |at most |up to )(?:\w+|\d) (?:shipments|deliveries|consignments)\b"
    r"|\b(?:multiple|several|separate|staggered) (?:shipments|deliveries|consignments)\b"
    r"|\bpartials\b|\bpartially (?:filled|shipped|delivered|fulfilled)\b|\b(?:fill|filled|supply|supplied|fulfil|fulfill|fulfilled)\b(?: [\w']+){0,3} (?:in part|partially|in stages|piecemeal)\b"
    r"|\b(?:ship|deliver)\w*(?: [\w']+){0,3} (?:in stages|piecemeal|in tranches|in lots|in batches)\b|\b(?:staged|phased) deliver\w+"
    r"|\bless than the full quantity\b|\bdeliver(?:y|ies)? in parts?\b|\bdeliver in parts?\b|\bdivide(?:d)? an? (?:order|PO)\b|\bships? (?:whatever|what|goods that) is (?:ready|available|there)\b"
    r"|\b(?:orders?|POs?|shipments?|deliver(?:y|ies)|consignments?)(?: [\w']+){1,4} split\b|\bsplit (?:an?|any|the|each) (?:order|PO|delivery|shipment|consignment)\b"
    r"|\bdeliver(?:y|ies)? in (?:several|separate|multiple) (?:lots|parts|shipments|loads)\b"
    r"|\b(?:arrives?|comes?) in (?:two|three|four|\d+)(?: \(\d+\))? (?:shipments|deliveries|consignments|loads)\b"
    r"|\b(?:no|not) more than (?:two|three|four|\d+)(?: \(\d+\))? (?:shipments|deliveries|consignments)\b[^.;]{0,30}\b(?:order|PO)\b"
)
_COMPLETE = (
    r"\b(?:arrives?|come|comes|arrive) in one (?:piece|delivery|shipment|consignment|go)\b|\b(?:delivered|shipped|dispatched|supplied|tendered|provided) (?:only )?(?:complete|in full(?! (?:pallet|box|carton|case|layer|pack))|in its entirety|as a single (?:consignment|shipment|delivery)|in (?:one|a single) (?:delivery|shipment|consignment))\b"
    r"|\b(?:ship|deliver|supply|dispatch|send)\b(?: [\w']+){1,5} (?:complete(?=[.,;]|$)|in its entirety|in their entirety|as a single (?:consignment|shipment|delivery)|in (?:one|a single) (?:delivery|shipment|consignment))\b"
    r"|\b(?:made|filled|fulfilled|executed) (?:only )?(?:complete|in full|in one (?:delivery|shipment|consignment))\b|\b(?:hold|holds|held)\b(?: [\w']+){0,3} until (?:it is |they are )?complete\b|\bship(?:s|ped)? complete\b|\bwhen every line is (?:available|ready)|\bcomplete (?:shipments?|deliver(?:y|ies)) only\b"
)
_PERMITS = r"\b(?:may|can|is free to|is at liberty to|(?:are|is|shall be|will be) (?:only )?(?:permissible|tolerated|admissible)|reserves the right|has the right|(?:are|is) (?:expressly |hereby )?(?:allowed|permitted|welcome|accepted|acceptable)|entitled to|(?:will|shall|can) (?:only )?be (?:accepted|permitted|allowed)|required|ships?|makes?)\b"
_OTHER_MATTER = r"\b(?:payments?|invoices?|invoiced|paid|freight|receipt of part|considered|deemed|counts? as|made without|all the same|instructed|in the meaning|changed order|background|signature)\b"
_GOODS = re.compile(
    r"^(?:[Nn]otwithstanding [^,]+, )?(?P<goods>(?:[A-Z]?[a-z]+ )?(?:[Gg]oods|[Ii]tems|[Pp]roducts|[Ll]ines of [^.]{3,60}?|[Mm]aterials?|[Ff]ish|[Cc]hemicals)(?: \([^)]*\))?) (?:shall|are|is|may|must|will)\b"
)
_OF_AN_ORDER = (
    r"\bwhat is (?:missing|outstanding) (?:is|shall be|will be) (?:sent|delivered|shipped|supplied)\b|\b(?:remainder|balance|rest) of (?:the|an|each|any) (?:order|PO|purchase order)\b"
    r"|\b(?:first|initial) (?:shipment|delivery|consignment)\b[^.;]{0,60}\b(?:order|PO)\b"
    r"|\b(?:order|PO)\b[^.;]{0,60}\b(?:first|initial) (?:shipment|delivery|consignment|truck|load)\b"
)
_AFTER_FIRST = r"\b(?:what is (?:missing|outstanding)|missing (?:items|goods)|outstanding (?:items|goods|quantity|balance)|remainder|balance|rest of the order|second (?:delivery|shipment|consignment)|back ?orders?|remaining)\b"


def find_partial(contract: Contract) -> Iterator[Found]:
    """The verdict per kind of order, then the limits."""
    stated: set[int] = set()
    for sentence in contract.sentences:
        for piece in pieces(sentence):
            verdict = _verdict(piece)
            if not verdict:
                continue
            section = contract.section_of(sentence)
            conditions = tuple(
                each
                for each in section
                if each.start != sentence.start and limits(each) and each.kind != "row"
            )
            stated.add(sentence.section)
            scope = _scope(piece) or _inherited(sentence, verdict, contract)
            if verdict == "allowed" and _limited(
                piece, [each for each in conditions if _same(each, scope)], scope
            ):
                verdict = "conditional"
            yield Found(
                kind="partial_shipments",
                value=TermValue(word=verdict),
                at=sentence,
                applies_to=scope,
                conditions=conditions,
            )
    for sentence in contract.sentences:
        context = sentence.section in stated or matches(
            _IN_PARTS + "|" + _OF_AN_ORDER, f"{sentence.heading} {sentence.text}"
        )
        if context and sentence.kind != "row" and not is_definition(sentence):
            yield from _limits(sentence, contract)


def _verdict(piece: Sentence) -> str:
    words = piece.text
    if is_definition(piece) or piece.kind == "row":
        return ""
    parts, complete = matches(_IN_PARTS, words), matches(_COMPLETE, words)
    if not parts and not complete:
        return ""
    if matches(
        r"\b(?:buyer|customer|purchaser)(?: may| can)? (?:itself|at its own)|\b(?:buyer|customer|purchaser) may (?:itself )?(?:divide|split|ask)",
        words,
    ):
        return ""  # what the other side does with its own orders
    consent_refused = matches(r"^No (?:consent|approval|agreement)\b", words)
    if consent_refused or re.match(
        r"(?:If|Where|When|For)\b.{0,60}(?:partial|in part|divided).{0,60},", words
    ):
        return ""
    if matches(_OTHER_MATTER, words) and not matches(
        r"shall be invoiced|which shall be|without charge", words
    ):
        return ""
    if complete and not parts:
        if matches(r"\bup to (?:that|this) amount\b|\bpaid\b|\bafter complete\b", words):
            return ""
        return (
            "conditional"
            if matches(r"\b(?:unless|except|save|if|where)\b", words)
            and not matches(r"without exception", words)
            else "forbidden"
        )
    free = re.sub(
        r"\bwithout (?:the )?(?:[\w']+ ){0,3}(?:consent|asking|approval|agreement|notice)\b|\bno consent is\b[\w ]*",
        " ",
        words,
    )
    free = re.sub(
        r"\bunder no obligation to (?:deliver|ship|supply)\b[^.;]{0,60}?\b(?:same time|at once|together)\b",
        " ",
        free,
    )
    if matches(r"\bnot (?:be )?(?:obliged|bound|required) to (?:take|accept)\b", words):
        return "forbidden"
    denied = matches(NEGATION, re.sub(r"\bno more than\b|\bnot more than\b|\bno later\b", " ", free))
    without_consent = denied and matches(r"\bwithout\b.{0,40}(?:consent|approval|agreement)", words)
    if matches(r"\bin no event\b|\bunder no circumstances\b", words):
        return "forbidden"
    if matches(r"\bnothing\b[^.;]{0,60}\b(?:prevents?|prohibits?|precludes?)\b", words):
        return "allowed"
    if without_consent:
        return "conditional"
    if denied:
        return (
            "conditional"
            if matches(
                r"\b(?:unless|save (?:as|where|with)|except (?:with|where|if|as|when)|other than with)\b",
                words,
            )
            else "forbidden"
        )
    if matches(_PERMITS, free):
        return "conditional" if _condition_in(free) else "allowed"
    if matches(r"\bneeds?\b|\brequires?\b", free) and matches(CONSENT, free):
        return "conditional"
    return ""


def _condition_in(words: str) -> bool:
    if matches(
        r"\bwhose\b.{0,40}\b(?:above|over|exceeds)\b|\b(?:no more than|at most|up to|maximum of)\b|\bin (?:two|three|\d)\b",
        words,
    ):
        return True
    # "may only divide an order once ..." takes back what it gives, however it goes on
    return bool(matches(EXCEPTION + r"|\bonly\b", words))


def _limited(piece: Sentence, conditions: list[Sentence], scope: str) -> bool:
    """Whether sentences beside a plain permission take some of it back."""
    return any(
        matches(
            r"\b(?:at most|no more than|not more than|at least|each worth|need|needs|must|prior approval|or more)\b",
            each.text,
        )
        and (
            matches(_IN_PARTS, each.text)
            or matches(r"\b(?:shipments?|deliver(?:y|ies|ed)|consignments?)\b", each.text)
        )
        and (scope_of(each.text) in ("", scope))
        and not matches(r"\b(?:freight|carriers?)\b", each.text)
        for each in conditions
    )


def _inherited(sentence: Sentence, verdict: str, contract: Contract) -> str:
    """Of a sentence that says again, in the same clause, what the one before said of one kind of order."""
    for each in contract.clause_of(sentence):
        if each.start < sentence.start and scope_of(each.text) and _verdict(each) == verdict:
            return scope_of(each.text)
    return ""


def _same(sentence: Sentence, scope: str) -> bool:
    return scope_of(sentence.text) in ("", scope)


def _scope(piece: Sentence) -> str:
    goods = _GOODS.match(piece.text)
    if goods and not re.fullmatch(r"(?:the |all )?(?:goods|items|products)", goods["goods"], re.IGNORECASE):
        return goods["goods"]
    return scope_of(piece.text)


def _limits(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words, scope = sentence.text, scope_of(sentence.text)
    if matches(r"\b(?:freight|charge|deduct|refuse)\b", words) and not matches(
        r"\b(?:at least|within)\b", words
    ):
        return
    most = re.search(
        r"\b(?:no more than|not more than|at most|up to|maximum of|in|into|makes no more than)\s+(?P<count>one|two|three|four|five|\d)(?:\s*\(\d\))?\s+(?:shipments|deliveries|consignments|parts)(?P<after> at most)?",
        words, re.IGNORECASE,
    )  # fmt: skip
    if most and not matches(r"\bmore than once\b", words):
        count = int(most["count"]) if most["count"].isdigit() else number_in_words(most["count"])
        if count and count > 1:
            yield Found(
                kind="split_max_shipments", value=TermValue(count=count), at=sentence, applies_to=scope
            )
    each = re.search(
        r"\beach\b[^.;]{0,40}?\b(?:worth|of|value of|with a value of)\b[^.;]{0,30}", words, re.IGNORECASE
    )
    if each:
        for money in moneys(words[each.start() :])[:1]:
            yield Found(kind="split_shipment_minimum", value=TermValue(amount=money.value, currency=money.currency), at=sentence, applies_to=scope)  # fmt: skip
    elif matches(r"\b(?:first|initial)\b", words) and matches(r"\b(?:at least|minimum|not less than|no less than)\b|\b(?:ships?|shipped|delivered) first\b", words):  # fmt: skip
        found = _share(words)
        if found:
            yield Found(kind="split_first_minimum", value=found, at=sentence, applies_to=scope)
    if matches(_AFTER_FIRST, words) and matches(r"\b(?:within|not later than|no later than)\b", words):
        remainder = matches(_AFTER_FIRST, words)
        after = words[remainder.start() :] if remainder else words
        lengths = durations(after, contract.days)
        if lengths:
            yield Found(
                kind="split_remainder_within",
                value=TermValue(duration=lengths[0].value),
                at=sentence,
                applies_to=scope,
            )


def _share(words: str) -> TermValue | None:
    shares, amounts = percents(words), moneys(words)
    if len(shares) == 1:
        of = words[shares[0].end :]
        base = (
            "lines" if matches(r"^\W*of the (?:number of )?lines\b", of)
            else "order" if matches(r"^\W*of (?:the |its )?(?:(?:total |full )?(?:value|price|amount) of (?:the |an? |each )?)?(?:total )?(?:order|purchase order|PO)\b", of)
            else "quantity" if matches(r"^\W*of the (?:ordered )?quantity", of)
            else ""
        )  # fmt: skip
        return TermValue(percent=shares[0].value, base=base) if base and base != "quantity" else None
    if len(amounts) == 1:
        return TermValue(amount=amounts[0].value, currency=amounts[0].currency)
    return None
