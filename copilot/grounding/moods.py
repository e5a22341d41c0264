"""Whether a clause states a fact, or asks, wishes, rules or supposes: ``has been received after inspection`` states one, ``once it has
been received, it ships`` does not."""

from __future__ import annotations

import re

_AUXILIARY = r"(?:has|have|had|was|were|is|are|be|been|being|gets?|got)"
_ADVERB = (
    r"(?:not|n't|now|already|just|also|yet|still|then|fully|partly|all|both|never|only|since|recently|\w+ly)"
)
_GROUP = re.compile(rf"(?:\b(?:{_AUXILIARY}|{_ADVERB})\b\W*)+$")
"""The auxiliary and adverbs in front of a participle."""
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|did|does|do|said|says|confirmed|told|knows?)\b")
_PAST = re.compile(r"\b(?:has|have|had|was|were)\b")
_MODAL = re.compile(
    r"\b(?:will|would|can|could|should|shall|may|might|must|cannot|won't|can't|let|please|to|need|whether)\b|'ll\b"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|whether|in case|provided(?: that)?|as long as|until|till|only (?:when|once|after)|without|subject to)\b"
)
_NO_CONDITION = re.compile(r"\bif (?:you ask|you must|i (?:may|see|read|am|remember)|anything|so\b|not\b)")
_TIME = re.compile(r"\b(?:once|when|whenever|before|after|as soon as)\b")
_OWN_SUBJECT = re.compile(
    r"^\W*(?:\S+ )*?(?!(?:the|a|an|order|orders|purchase|delivery|transfer|receipt|po|so|of|for|and|vendor|quotation) )\S+ "
    r"(?:it|they|he|she|we|this|[a-z]{1,5}\d{3,}) $"
)
"""``inspection it``: two subjects after ``after``; the second belongs to the main clause."""
_MAIN_LATER = re.compile(
    r"\b(?:will|would|can|could|should|shall|may|might|must|cannot|is|are|ships?|leaves?|goes|arrives?|waits?|starts?|begins?|follows?|needs?"
    r"|takes?|please|ask|check|tell|call|confirm|book|send|get|offer|decide|read|say|name|wait)\b|'ll\b"
)
_NOBODY_SAYS = re.compile(r"\b(?:nothing|no \w+|nobody)\b.*\b(?:says?|shows?|proves?)(?: that)?\b")
"""``Nothing that you may read says that it is late``."""
_ASKED = re.compile(r"(?<!that is )(?<!this is )\b(?:why|how|what|which|who|where|when)\b")
"""``why an order is late``, said of no record: what may be asked."""
_IMPERATIVE = re.compile(
    r"^[^a-z]*(?:(?:then|please|first|next|now|also|so|or|always|never|to|only|at once|let|not|do not|don't|you (?:should|could|can)) )*"
    r"(?:confirm|ask|check|get|tell|offer|ship|order|release|decide|agree|compare|correct|complete|open|book|count|do|let|call|make|send|read"
    r"|give|enter|find|see|look|reserve|move|transfer|inform|warn|wait|follow|see|set|write|name|keep|use|bring|pick|pack|return|request"
    r"|clear|settle|collect|verify|chase|remind|replace|assign|add|split|source|try|plan|propose|agree|accept|approve|change|cancel)\b"
)
_ASKS_WHETHER = re.compile(r"^[^a-z]*(?:\w+ )?(?:check|confirm|ask|see|verify|make sure|find out|look)\b")


def is_supposed(clause: str, begin: int, end: int, sentence: str) -> bool:
    """Whether the words of a clause between two places state no fact: a condition, wish, rule or request governs them.

    Args:
        clause: folded; a part of the sentence.
        begin: where the words begin in the clause.
        end: where they end.
        sentence: folded; all of it.
    """
    front = clause[:begin].rsplit(". ", 1)[-1]
    behind = clause[end:].split(". ")[0]
    words = clause[begin:end]
    found = _GROUP.search(front)
    group = found[0] if found else ""
    head = front[: len(front) - len(group)]
    past = _PAST.search(f"{group}{words}") is not None
    if _NOBODY_SAYS.search(front):
        return True
    if not past and _ASKED.search(front) and re.search(r"\d", clause) is None:
        return True
    for modal in _MODAL.finditer(front):
        between = front[modal.end() :]
        perfect = re.match(r" (?:\w+ly )?have\b", between) is not None
        if perfect and modal[0] in {"should", "could", "would"}:
            return True  # "should have arrived": it did not
        if _FINITE.search(between) is None and not perfect:
            return True
    for opening in [*_CONDITION.finditer(head)][:1]:
        if _NO_CONDITION.match(head[opening.start() :]) is None and not _is_main(head[opening.end() :]):
            return True
    for opening in [*_TIME.finditer(front)][-1:]:
        if re.search(r"\b(?:was|were|had)\b", f"{group}{words}") or _is_main(head[opening.end() :]):
            continue
        rest = sentence.replace(clause, " ", 1) + " " + front[: opening.start()] + " " + behind
        if _MAIN_LATER.search(rest) and not re.search(r"\b(?:was|were|had|has|have)\b", rest):
            return True
    if not past and _CONDITION.search(behind) and _NO_CONDITION.search(behind) is None:
        return re.search(r"\b(?:is|are|be)\b", f"{group}{words}") is not None or not words.endswith("ed")
    if _IMPERATIVE.match(clause.rsplit(". ", 1)[-1]) and begin > 0:
        return not past or _ASKS_WHETHER.match(clause) is not None
    return False


def _is_main(between: str) -> bool:
    """Whether what stands between a conjunction and a verb holds a clause of its own: the verb belongs to the next one."""
    return _FINITE.search(between) is not None or _OWN_SUBJECT.match(f"{between.rstrip()} ") is not None
