"""What a late delivery costs: rate, cap, grace."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from knowledge_ingest.terms.clauses import Sentence, pieces
from knowledge_ingest.terms.figures import PER, durations, moneys, ordinal_days, percents, unit_of
from knowledge_ingest.terms.found import Contract, Found, is_definition, matches, scope_of
from retrieval.term_values import Duration, TermValue

_LATE = r"\blate(?:r than|ness)?\b|\bdelay(?:s|ed)?\b|\boverdue deliver\w*|\bliquidated damages\b|\bmust-arrive|\bnot delivered (?:by|on)|\bappointed time\b|\bafter the (?:delivery|due|agreed|promised|confirmed|requested|scheduled) date\b|\b(?:exceeds?|misses|missing|fails to meet|failure to meet|beyond) the (?:\w+ )?(?:deadline|date)\b|\btardy\b|\bbehind schedule\b|\bfail(?:s|ed|ure)? to deliver (?:by|on|within)\b|\bis overdue\b"
_OTHER_MATTER = (
    r"\b(?:interest|late payers?|pay(?:s|ing)? late|paid late|overdue (?:invoices?|sums?|amounts?)|late payments?|payments? (?:is|are) late|in arrears)\b|\b(?:buy|purchase|source)\w* (?:\w+ ){0,4}(?:elsewhere|locally)\b"
    r"|\b(?:extra price|price difference|difference in|proven cost|replacement (?:food|goods)|restocking|lines on time|target|discount|liability)\b"
)
_CAP = r"\b(?:up to|not to exceed|not exceeding|capped at|limited to|subject to a (?:maximum|cap|ceiling) of|(?:a |the )?maximum of|with a (?:ceiling|cap|maximum) of|but no more than|in total (?:no|not) more than|no more than|not more than|at (?:the )?most|(?:up to )?a maximum(?: \w+)? of|(?:a |with a )?(?:cap|ceiling) of|maximum:?)(?=\s|$)"
_TOTAL = r"(?:The |Such )?(?:total|aggregate|cumulative|maximum)? ?(?:amount of )?(?:late )?(?:penalt(?:y|ies)|credits?|damages|liquidated damages)\b[^.;,]{0,40}?\b(?:shall not exceed|may not exceed|does not exceed|(?:is|are) (?:capped at|limited to)|is)\b|The (?:sum|total) of (?:all )?(?:the )?(?:late )?(?:penalties|credits|damages|deductions)\b[^.;]{0,40}?\b(?:is|are) (?:capped at|limited to)|(?:In no (?:event|case)|Under no circumstances) (?:shall|will|may|do|does) (?:the )?(?:(?:total|aggregate|late|delivery) ){0,3}(?:penalt(?:y|ies)|credits?|damages|liquidated damages|deductions?)\b[^.;,]{0,40}?\bexceed\b"
_ENDS_AT = (
    r"^(?:The )?(?:(?:total|sum|aggregate) of (?:all )?(?:such |the )?)?(?:late |delay |delivery |liquidated )*(?:penalt(?:y|ies)|credits?|charges?|damages|deductions?)\b[^.;]{0,60}?"
    r"\b(?:in no (?:circumstances|event|case) exceed|(?:shall|may|must|can|will) (?:not|never) (?:be more than|exceed|amount to more than)|(?:(?:is|are) )?(?:limited to|capped at)|(?:end|stop|cease)s? at|cease(?:s)? to accrue (?:once|when|as soon as) (?:they|it) (?:have |has )?reach(?:es|ed)?|not be more than)\b"
    r"|^(?:The )?(?:[\w']+ ){0,3}?(?:total |aggregate |overall )?liability for (?:delays?|late deliver(?:y|ies)|lateness)\b[^.;]{0,30}?\b(?:is|are|shall be) (?:limited to|capped at)\b"
)
_FREE_DELAY = r"\bdelay(?:s|ed)?\b[^.;]{0,12}\b(?:of|by) (?:up to|no more than|not more than|at most|less than) (?P<length>[^,;.]{3,30}?) (?:is|are|shall|will|carries|attracts|gives)\b[^.;]{0,40}\b(?:free of charge|not be subject|no (?:\w+ )?(?:charge|penalty|credit|damages)|without (?:charge|penalty|consequence)|not (?:give|lead|entitle|attract|count))"
_BEGINS = r"\b(?:credits?|charges?|penalt(?:y|ies)|damages|deductions?)\b[^.;]{0,30}?\b(?:begins?|starts?|accrues?|runs?|commences?|(?:is|are|become|becomes|fall|falls) (?:due|payable))\b[^.;]{0,20}?\b(?:on|from|with|as of) (?=the \w+ (?:\w+ )?days?\b)"
_NOTHING_DUE = r"\bowes? nothing for (?:late|delayed)|\bno (?:amount|penalt(?:y|ies)|credit|liquidated damages|late fee|compensation)\b[^.;]{0,40}\b(?:is|are|shall be|will be)? ?(?:due|payable|applies|apply|accrues?)\b|\bnot be (?:liable|responsible) for any (?:penalt|liquidated|late)|\bwithout (?:any )?(?:penalty|liability) for late|\bnot (?:be )?(?:obliged|liable|required|bound) to pay (?:any )?(?:compensation|damages|penalt(?:y|ies)|credits?)\b[^.;]{0,30}\b(?:late|delay)"
_LIMITED_NOTHING = r"\b(?:below|excused|under clause|if the buyer|where the|where it|that the buyer|caused by|as long as|unless|except|other penalty|further|the first|the initial)\b"
_BASES = (
    ("line", r"\b(?:order |late |that |the )?lines?\b"),
    ("late_goods", r"\b(?:late|delayed|overdue|undelivered|missing|those|affected|outstanding) (?:quantity|goods|cases|items|products|part)\b"),
    ("order", r"\b(?:order value|value of the (?:\w+ )?order|(?:purchase |menu )?order|PO|contract (?:sum|price|value)|order total|order amount)\b"),
    ("delivery", r"\b(?:value of the )?(?:delivery|shipment|consignment)\b"),
)  # fmt: skip


def find_late_costs(contract: Contract) -> Iterator[Found]:
    """Rates, caps and grace periods for late delivery."""
    for sentence in contract.sentences:
        if is_definition(sentence):
            continue
        if sentence.kind == "row":
            yield from _table(sentence, contract)
            continue
        for piece in pieces(sentence):
            yield from _grace(piece, contract)
        yield from _free_at_first(sentence, contract)
        context = f"{sentence.lead} {sentence.text}"
        if not (matches(_LATE + r"|\bmissed\b", context) or _late_heading(sentence)):
            continue
        capped = matches(_ENDS_AT, sentence.text)
        if matches(_OTHER_MATTER, sentence.text) and not (capped and "liability for" in sentence.text):
            continue
        before = sentence.text[: capped.end()] if capped else ""
        if capped and not percents(before) and not moneys(before):
            cap = _figure(sentence.text[capped.end() :], antecedent="order")
            if cap is not None and (cap.amount is not None or cap.base):
                scope = scope_of(sentence.text[: capped.end()])
                yield Found(kind="late_cap", value=cap, at=sentence, applies_to=scope, slot="rate")
            continue
        if matches(_NOTHING_DUE, sentence.text):
            first = re.search(
                r"\b(?:during|for|in|within) the (?:first|initial) (?P<length>[^.;,]{3,40})",
                sentence.text,
                re.IGNORECASE,
            )
            lengths = durations(first["length"], contract.days) if first else []
            if len(lengths) == 1:
                yield Found(
                    kind="late_grace",
                    value=TermValue(duration=lengths[0].value),
                    at=sentence,
                    applies_to=scope_of(sentence.text),
                )
            if not matches(_LIMITED_NOTHING, sentence.text) and matches(_LATE + r"|missed", context):
                yield Found(
                    kind="late_rate",
                    value=TermValue(word="none"),
                    at=sentence,
                    applies_to=scope_of(sentence.text),
                )
            continue
        yield from _rate_and_cap(sentence, contract)


def _free_at_first(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    """``Credits begin on the sixth day of delay``, ``a delay of up to two days is free of charge``."""
    words = sentence.text
    free = matches(_FREE_DELAY, words)
    lengths = [each.value for each in durations(free["length"], contract.days)] if free else []
    begins = None if free else matches(_BEGINS, words)
    if begins and (matches(_LATE, words) or _late_heading(sentence)) and not matches(_OTHER_MATTER, words):
        first = ordinal_days(words[begins.end() :], contract.days)
        lengths = [
            replace(each.value, count=each.value.count - 1) for each in first[:1] if each.value.count > 1
        ]
    if len(lengths) == 1:
        yield Found(
            kind="late_grace", value=TermValue(duration=lengths[0]), at=sentence, applies_to=scope_of(words)
        )


def _late_heading(sentence: Sentence) -> bool:
    return bool(
        matches(r"\b(?:late|delay|liquidated damages|on-time|lateness)\b", sentence.heading)
        and not matches(r"\b(?:payment|excused|window)\b", sentence.heading)
    )


def _rate_and_cap(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words = sentence.text
    marker = matches(_CAP, words)
    first = words[: marker.start()] if marker else words
    # what stands behind the figure is what it is a share of, no limit to some orders
    figures = [each.start for each in (*percents(words), *moneys(words))]
    scope = scope_of(words[: min(figures, default=len(words))])
    rate = _figure(first)
    if rate is not None:
        per = _per(first, contract)
        if rate.percent is not None and not rate.base:
            rate = None
        elif per:
            rate = TermValue(percent=rate.percent, amount=rate.amount, currency=rate.currency, base=rate.base if rate.percent is not None else "", per=per)  # fmt: skip
        else:
            rate = None
    if rate is not None and rate.per == "month" and not matches(r"\bdeliver", words):
        rate = None  # so much a month is what late payment costs
    if rate is not None and not _pays(sentence):
        rate = None
    slot = "once" if rate and rate.per in ("once", "delivery") else "rate"
    if rate is not None:
        yield Found(kind="late_rate", value=rate, at=sentence, applies_to=scope, slot=slot)
    total = re.match(_TOTAL, words, re.IGNORECASE) if rate is None else None
    if total:
        marker, slot = total, "rate"
    if marker and (rate is not None or total or re.match(_CAP, words, re.IGNORECASE)):
        for number, cap in enumerate(_caps(words[marker.end() :], antecedent=rate.base if rate else "")):
            each = f"{slot}/{number}" if number else slot
            yield Found(kind="late_cap", value=cap, at=sentence, applies_to=scope, slot=each)
    threshold = re.search(
        r"\bmore than (?P<length>[^,;]{3,30}?) late\b|\bdelay of more than (?P<other>[^,;]{3,40})",
        words,
        re.IGNORECASE,
    )
    if rate is not None and threshold:
        for length in durations(threshold["length"] or threshold["other"] or "", contract.days)[:1]:
            yield Found(
                kind="late_grace", value=TermValue(duration=length.value), at=sentence, applies_to=scope
            )


def _caps(words: str, *, antecedent: str) -> list[TermValue]:
    """The cap; a share and an amount side by side where the lower one counts."""
    one = _figure(words, antecedent)
    if one is None:
        shares, amounts = percents(words), moneys(words)
        lower = matches(
            r"\bwhichever (?:\w+ ){0,3}(?:lower|less|lesser|smaller)\b|\bthe (?:lower|lesser|smaller) of\b",
            words,
        )
        if not lower or len(shares) != 1 or len(amounts) != 1:
            return []
        base = _base(words, shares[0].end, antecedent)
        both = (
            TermValue(percent=shares[0].value, base=base),
            TermValue(amount=amounts[0].value, currency=amounts[0].currency),
        )
        return [each for each in both if each.amount is not None or each.base]
    return [one] if one.amount is not None or one.base else []


def _pays(sentence: Sentence) -> bool:
    return bool(
        matches(r"\b(?:credits?|credited|pays?|paid|payable|allows?|charged?|fines?|fined|penalt\w+|damages|deduct(?:s|ions?)?|applies|owes?|rebate|reduced|forfeits?|incurs?|abates?|reduction|withholds?|compensates?|fees?|falls? due|subject to|sets? off)\b", sentence.text)
        or _late_heading(sentence)
    )  # fmt: skip


def _figure(words: str, antecedent: str = "") -> TermValue | None:
    """The one figure in the words with what it is a share of; None when there is none, or more than one."""
    shares, amounts = percents(words), moneys(words)
    if len(shares) == 1 and not amounts:
        return TermValue(percent=shares[0].value, base=_base(words, shares[0].end, antecedent))
    if len(amounts) == 1 and not shares:
        return TermValue(
            amount=amounts[0].value, currency=amounts[0].currency, base=_base(words, amounts[0].end, "")
        )
    return None


def _base(words: str, end: int, antecedent: str) -> str:
    of = re.match(
        r"\W*(?:of|on) (?P<base>[^,;]{2,60}?)(?=,|;|\.|$|\bfor (?:each|every)\b|\bper\b|\bonce\b| each )",
        words[end:],
    )
    phrase = of["base"] if of else ""
    if not of and re.search(
        r"\bprice of (?:those|such|the) (?:goods|items|products)\b[^,;.]{0,20}reduced",
        words[:end],
        re.IGNORECASE,
    ):
        return "late_goods"  # "the price of those goods is reduced by 1.5%"
    if not of and re.search(
        r"\b(?:price|value) of (?:the|an|each|that) (?:order|PO|purchase order)\b[^,;.]{0,20}reduced",
        words[:end],
        re.IGNORECASE,
    ):
        return "order"
    if re.search(r"\b(?:its|their)(?: value| price)?\s*$", phrase) or not phrase:
        if antecedent or not phrase:
            return antecedent
        phrase = words[:end]  # the thing that was last spoken of
        places = [
            (match.start(), name)
            for name, pattern in _BASES
            for match in re.finditer(pattern, phrase, re.IGNORECASE)
        ]
        return max(places)[1] if places else ""
    for name in ("late_goods", "line", "order", "delivery"):
        if matches(dict(_BASES)[name], phrase):
            return name
    return ""


def _per(words: str, contract: Contract) -> str:
    units = [match for match in PER.finditer(words) if match["unit"]]
    if units:
        return unit_of(units[0]["unit"], contract.days)
    if matches(r"\bonce\b(?! (?:they|it|the|a))|\ba fine of\b|\bcharged a\b|\bone-time\b", words):
        return "once"
    if matches(r"\b(?:for each|per|for every) (?:late )?(?:delivery|shipment|consignment)\b", words):
        return "delivery"
    return ""


def _grace(piece: Sentence, contract: Contract) -> Iterator[Found]:
    words = piece.text
    grace = matches(r"\bgrace\b", words)
    if not grace or matches(r"\b(?:payment|invoice)\b", words):
        return
    # "after the grace period" only refers to it
    if matches(r"\bafter (?:the|any|that) grace\b", words):
        return
    before = [each.text for each in contract.clause_of(piece) if each.start < piece.start]
    scope = scope_of(words) or scope_of(before[-1] if before else "")
    if matches(
        r"\bno grace\b|\bgrace period is excluded\b|\bthere is none\b|\bnone\b|\bwithout (?:any )?grace\b",
        words,
    ):
        if not matches(r"\b(?:when|if|where|unless)\b", words):
            yield Found(kind="late_grace", value=TermValue(word="none"), at=piece, applies_to=scope)
        return
    lengths = durations(words, contract.days) or ordinal_days(words, contract.days)
    if len(lengths) == 1:
        yield Found(kind="late_grace", value=TermValue(duration=lengths[0].value), at=piece, applies_to=scope)


def find_grace_elsewhere(contract: Contract) -> Iterator[Found]:
    """``two Business Days; for Kit Orders there is none``: the second half does not repeat the word."""
    for sentence in contract.sentences:
        parts = pieces(sentence)
        if len(parts) < 2 or not matches(r"\bgrace\b", parts[0].text):
            continue
        for part in parts[1:]:
            if matches(r"\bgrace\b", part.text):
                continue
            if matches(r"\bthere is none\b|\bnone\b", part.text):
                yield Found(
                    kind="late_grace", value=TermValue(word="none"), at=part, applies_to=scope_of(part.text)
                )
            else:
                lengths: list[Duration] = [each.value for each in durations(part.text, contract.days)]
                if len(lengths) == 1 and scope_of(part.text):
                    yield Found(
                        kind="late_grace",
                        value=TermValue(duration=lengths[0]),
                        at=part,
                        applies_to=scope_of(part.text),
                    )


def _table(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    if not _late_heading(sentence):
        return
    rows = [each for each in contract.section_of(sentence) if each.kind == "row"]
    if rows[0].start != sentence.start:
        return
    header = matches(r"\b(?:delay|late|days)\b", rows[0].text) and matches(
        r"\b(?:credit|charge|penalty|damages|deduction)\b", rows[0].text
    )
    figures = [row for row in rows[1:] if percents(row.text) or moneys(row.text)]
    if header and len(figures) >= 2:
        yield Found(
            kind="late_rate",
            value=TermValue(word="table"),
            at=sentence,
            slot="table",
            conditions=tuple(rows[1:]),
        )
