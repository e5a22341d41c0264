"""Two questions in one breath, cut apart."""

from __future__ import annotations

import re

_ASKS_OR_TELLS = (
    r"(?:what(?:'s)?|why(?:'s)?|when(?:'s)?|where(?:'s)?|who(?:'s|m)?|whose|which|how|should|shall|can|could|may"
    r"|is (?:there|it|that|any)|are (?:there|they|any)"
    r"|(?:will|would|has|have|had|was|were) (?:it|they|he|she|we|that|anything|anyone|somebody)"
    r"|does|did|do (?:we|i|you|they)|if (?:it|that|they|none|not|so|we)|by when|have (?:them|him|her)"
    r"|(?:quickly )?(?:draft|write|tell|nudge|remind|push|chase|note|log|put|cancel|move|reserve|book|offer|send|email|mail|text"
    r"|inform|let|ask|prepare|attach|jot|follow up|escalate|split|release|give|show|list|check|see|work out|find out))\b"
    r"|(?:a |an |the |its |their )?(?:new |short |holding |delay |quick |friendly )?(?:eta|mail|e-mail|message|apology|note to"
    r"|letter|reminder|credit (?:limit|position)|open invoices|carrier|tracking)\b"
)
_AND_THEN = re.compile(
    rf"(?:[?.;!]\s+|,?\s+(?:and|also|plus|then)\s+(?:then |also |please |pls )*)(?={_ASKS_OR_TELLS})",
    re.IGNORECASE,
)


def clauses(text: str) -> tuple[str, str]:
    """The two questions of a text, or the text and nothing."""
    cuts = [match for match in _AND_THEN.finditer(text) if match.start() > 8]
    if not cuts:
        return text, ""
    first, second = text[: cuts[0].start()].strip(), text[cuts[0].end() :].strip()
    if len(first.split()) < 2 or len(second.split()) < 2:
        return text, ""
    return first, second
