"""Names of one word (``Acme``): a customer, vendor or place that a sentence brings up and nobody read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from copilot.grounding.claims import REFERENCE, names_in, without_quotes
from copilot.grounding.days import MONTHS, WEEKDAYS
from copilot.grounding.text import blank, folded

_WITHIN = re.compile(r"(?<=[a-z,] )([A-Z][a-z]{2,})(?:['’]s)?(?![\w&'’-])(?! [A-Z])")
_SUBJECT = re.compile(
    r"^[\s*-]*([A-Z][a-z]{2,})(?:['’]s [a-z]+)? (?:has|had|is also|was|also|ordered"
    r"|wants|asked|refused|called|wrote|said|says|needs|waits)\b"
)
_ORDINARY = re.compile(
    r"(?:\w+(?:ing|ly|ed|tion|ment|ness|ity|thing|body|one|ship|ance|ence|age)|it|this|that|these|those|each|both|all|some|none|half|more|most|less"
    r"|much|many|nobody|they|she|who|what|which|there|here|today|yesterday|tomorrow|now|then|odoo|sales|purchases?|finance|inventory|quality|stock"
    r"|credit|customers?|vendors?|suppliers?|carriers?|buyers?|sellers?|orders?|deliver(?:y|ies)|transfers?|receipts?|invoices?|contracts?|goods"
    r"|products?|drums?|pallets?|management|warehouses?|supervisors?|service|people|freight|transit|price|cost|time|lateness|supply|demand|work|part"
    r"|proof|rest|draft|drafts|lines?|nothing|english|european|american|state|sender|receiver|documents?|quotations?|proven|likely|unknown|yes|sorry"
    r"|thanks|please|hello|expected|next|note|rather|best)",
    re.IGNORECASE,
)
"""Words that may begin with a capital letter without being a name."""


def lone_names(sentence: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """The single capitalised words within a sentence, or at its head as the one who acts, that are names nobody read.

    Args:
        is_known: whether anything of the turn, or the person, says a folded word.
    """
    text = blank(REFERENCE, without_quotes(sentence))
    for at, name in names_in(text):
        text = f"{text[:at]}{' ' * len(name)}{text[at + len(name) :]}"
    for pattern in (_WITHIN, _SUBJECT):
        for match in pattern.finditer(text):
            word = folded(match[1])
            if _ORDINARY.fullmatch(word) or word[:3] in MONTHS or word.rstrip("s") in WEEKDAYS:
                continue
            if not is_known(word):
                yield match[1]
