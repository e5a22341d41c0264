"""Two questions in one breath, cut apart; and what only tells something, which is no question."""

from __future__ import annotations

import re

_ASKING = r"what|why|when|where|who|whom|whose|which|how"
_HELPING = r"is|are|was|were|will|would|has|have|had|does|did|do|can|could|may|should|shall|must"
_SUBJECT = (
    r"i|we|you|they|he|she|it|there|this|that|those|these|a|an|any|anyone|anything|anybody|all|the|my|our|your|their|his|her"
    r"|its|some|someone|somebody|something|everything|everybody|<\w+>|[A-Z]{1,5}[-/ ]?\d+|(?-i:[A-Z][\w&'’]+)"
)
_TELLING = (
    r"draft|write|word|compose|tell|nudge|remind|push|chase|press|ping|note|log|jot|record|put|cancel|move|reserve|book|offer|send"
    r"|e-?mail|mail(?! below)|text|message|inform|let(?! me (?:guess|think|see))|ask|prepare|attach|follow up|escalate|split|ship"
    r"|release|switch|change|set|give|show|list|check|see(?! below| above)|look up|look into|work out|find|find out|pick|add|leave"
    r"|make|create|raise|propose|suggest|explain|compare|describe|summari[sz]e|track|answer|call|thank|reschedule|unreserve"
    r"|transfer|bring forward|promise|confirm|(?:contact|get|have) (?:him|her|them|the)"
)
_NOUNS = (
    r"(?:an? |the |its |their )?(?:new |short |holding |delay |quick |friendly |interim |last |latest )?"
    r"(?:etas?|ship date|due date|mail|e-mail|message|apology|note to|letter|reminder|update|credit (?:limit|position)"
    r"|open (?:invoices|orders)|carrier|tracking)\b"
)
_OPENERS = r"(?:then |also |plus |so |btw |by the way,? |please |pls |if so,? |if yes,? |if not,? )*"
_ASKS_OR_TELLS = (
    rf"(?:{_ASKING})(?:['’](?:s|re|ll|d))?\b(?=(?:\W+\w[\w'’]*){{2}})"
    # "and by when can it ship", but not "and by how much".
    rf"|(?:for|from|at|by|on|in|to|until|since) (?:{_ASKING})\b(?=(?:\W+\w[\w'’]*){{3}})"
    rf"|whatever\b|(?:{_HELPING})\s+(?:{_SUBJECT})(?=\W)"
    r"|if (?:it|it's|that|that's|they|they're|none|nothing|not|so|yes|no|we|any)\b"
    rf"|(?:quickly |kindly |just )*(?:{_TELLING})\b(?=(?:\W+\w[\w'’]*){{2}})"
)
_AND_THEN = re.compile(
    rf"(?:(?P<asked>\?)\s+|(?P<ended>[.;!]\s+|\s+[—–-]\s+)|,?\s+(?:and|plus)\s+|,\s+(?:also|then|btw|by the way),?\s+)"
    rf"{_OPENERS}(?={_ASKS_OR_TELLS})"
    rf"|,?\s+(?:and|plus|also|and also|as well as)\s+(?={_NOUNS})"
    rf"|,\s+(?=if (?:nothing|none|not|so)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:(?:and|so|but|ok|okay|well|please|pls|kindly|hi|hello|hey|then|also|just|quickly|now)[\s,]+)*"
    rf"(?:(?:{_ASKING})(?:['’](?:s|re|ll|d))?|{_HELPING}|any|got|{_TELLING})\b",
    re.IGNORECASE,
)
_ASKS_LATER = re.compile(rf"[,:;—–-]\s*(?:{_ASKING})\b", re.IGNORECASE)
_HAS_A_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can't|cannot|won't|isn't|aren't|hasn't|haven't|didn't|doesn't|don't|do|does|did"
    r"|it's|that's|he's|she's|they're|we're|i'm|i've|we've|i'd|i'll|we'll|says?|said|called|calls|calling|phoned|rang|wants?|wanted"
    r"|needs?|asks?|asked|told|promised|moved|slipped|slips|confirmed|wrote|writes|sent|got|gets|came|comes|went|knows?|thinks?|hopes?"
    r"|expects?|waits?|insists?|complains?|complained|refuses?|refused|must|just)\b",
    re.IGNORECASE,
)


def clauses(text: str) -> tuple[str, str]:
    """The two questions of a text, or its only one and nothing; what is told before them is left out ("The vendor is late with
    P00031. Which orders wait for it?")."""
    for place in _AND_THEN.finditer(text):
        first, second = text[: place.start()].strip(), text[place.end() :].strip()
        if place.start() > 5 and len(first.split()) > 1 and len(second.split()) > 1:
            asks = place["asked"] or _ASKS.match(first) or _ASKS_LATER.search(first)
            # What has no verb does ask where the sentence goes on: "P00044 status, and chase them".
            if asks or not (place["ended"] or has_a_verb(first)):
                return first, second
            return clauses(second)
    return text, ""


_WISHES = re.compile(
    r"\b(?:i|we) (?:need|want|have to|must|wonder|require)\b|\b(?:i|we)(?:['’]d| would) (?:like|need|love)\b|\bplease\b|\bpls\b"
    r"|\b(?:can|could|would|will) you\b|\bneeds? (?:a|an|to know)\b|\bwants? to know\b|\basks?\b|\basking\b",
    re.IGNORECASE,
)
"""Says what is wanted, or that somebody asks: that is no mere story."""
_JUST = re.compile(
    r"^\W*(?:i['’]?ve |i |we['’]?ve |we )?just (?:had|got|been|was|were|spoke|talked|came)\b", re.IGNORECASE
)
"""Begins a story, though "had" and "got" begin questions."""


def only_tells(text: str) -> bool:
    """Whether words tell a story and ask nothing: "Tidewater called, their plant is flooded."."""
    sentences = [one for one in re.split(r"(?<=[.!?;])\s+", text) if one]
    asks = any(
        (_ASKS.match(one) and not _JUST.match(one)) or _ASKS_LATER.search(one) or "?" in one
        for one in sentences
    )
    return not asks and has_a_verb(text) and not _WISHES.search(text)


def has_a_verb(clause: str) -> bool:
    """Whether words before a question tell a story; else they name its subject ("Redwood's agreement. Is it still in force?")."""
    return _HAS_A_VERB.search(clause) is not None
