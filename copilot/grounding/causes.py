"""Causes and happenings that a sentence names in words: ``because the owner is ill``, ``the factory burned down``.

Whatever stands behind "because" and its like must be made of what code or a document says, in its words or in concepts that are
checked for themselves; no list of causes could be complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from copilot.grounding.claims import REFERENCE, names_in, without_quotes
from copilot.grounding.concepts import CHECKED
from copilot.grounding.days import MONTHS, WEEKDAYS
from copilot.grounding.deeds import OTHER_DEED, deed_of
from copilot.grounding.moods import is_supposed
from copilot.grounding.sources import Source
from copilot.grounding.text import folded, stem

_CAUSE = re.compile(
    r"\b(?:because(?: of)?|(?:is|are|was|were|been|delays?|delayed) (?:all )?down to|caused by"
    r"|due to(?! (?:ship|arrive|leave|be|come|go|deliver)\b)"
    r"|owing to|on account of|thanks to|as a result of|as a consequence of|blamed? on|the fault of|the result of|stems from|comes from"
    r"|(?:the |a |its |one |main |real |only )(?:reason|cause|explanation)s?\b[^,;:]{0,60}?\b(?:is|are|was|were)\b(?: that)?"
    r"|since (?!(?:\d|then|when|last|yesterday|today|the \d|its? (?:was )?(?:promise|entered)))(?=[^,;]*\b"
    r"(?:is|are|was|were|has|have|had|did|does"
    r"|can|cannot|could|forgot|lost|went|broke|left)\b))\s*"
)
_END = re.compile(r"[;:()]|,(?! \d)|\. |\.$|\b(?:so that|which means|therefore|although|but|while)\b|, so\b")
_PAST_VERB = re.compile(
    r"\b(?:[a-z]{2,}ed|broke|broken|burnt|fell|fallen|went|forgot|forgotten|lost|quit|died|sank|struck|stole|stolen|threw|thrown|stopped|shut|won"
    r"|ran|hit|blew|blown|froze|frozen|flooded|tore|torn|hid|hidden|bought|sold|said|wrote|rang|spoke|told|knew|thought|swore|refused|drove"
    r"|made|gave|took|began|built|caught|chose|cost|drank|ate|flew|got|grew|heard|kept|led|met|paid|put|rose|sent|slept|stuck|taught|wore)\b"
)
_GLUE = frozenset(
    stem(word)
    for word in [
        "able",
        "about",
        "above",
        "after",
        "again",
        "all",
        "along",
        "also",
        "although",
        "always",
        "among",
        "and",
        "any",
        "are",
        "around",
        "as",
        "at",
        "back",
        "be",
        "because",
        "been",
        "before",
        "behind",
        "being",
        "below",
        "best",
        "better",
        "between",
        "both",
        "but",
        "by",
        "can",
        "cannot",
        "come",
        "could",
        "day",
        "days",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "down",
        "due",
        "during",
        "each",
        "either",
        "else",
        "enough",
        "even",
        "every",
        "few",
        "first",
        "for",
        "from",
        "further",
        "get",
        "gets",
        "given",
        "gives",
        "go",
        "goes",
        "goods",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "hence",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "instead",
        "into",
        "is",
        "it",
        "item",
        "items",
        "its",
        "itself",
        "just",
        "keep",
        "keeps",
        "kept",
        "know",
        "known",
        "last",
        "least",
        "less",
        "like",
        "line",
        "lines",
        "long",
        "make",
        "makes",
        "many",
        "may",
        "me",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "need",
        "needed",
        "needs",
        "neither",
        "never",
        "next",
        "no",
        "nobody",
        "none",
        "nor",
        "not",
        "nothing",
        "now",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "open",
        "or",
        "order",
        "orders",
        "other",
        "others",
        "our",
        "out",
        "over",
        "own",
        "part",
        "parts",
        "per",
        "product",
        "products",
        "purchase",
        "quite",
        "rather",
        "really",
        "same",
        "say",
        "says",
        "see",
        "seen",
        "she",
        "should",
        "since",
        "so",
        "some",
        "something",
        "still",
        "stock",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "things",
        "this",
        "those",
        "though",
        "three",
        "through",
        "thus",
        "till",
        "to",
        "today",
        "together",
        "too",
        "two",
        "under",
        "unit",
        "units",
        "until",
        "up",
        "upon",
        "us",
        "use",
        "used",
        "vendor",
        "vendors",
        "supplier",
        "carrier",
        "customer",
        "customers",
        "warehouse",
        "delivery",
        "deliveries",
        "shipment",
        "transfer",
        "wait",
        "waiting",
        "waits",
        "want",
        "was",
        "way",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whole",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "yet",
        "you",
        "your",
        "reason",
        "reasons",
        "cause",
        "causes",
        "agree",
        "late",
        "lateness",
        "delay",
        "copilot",
        "odoo",
        "record",
        "records",
        "evidence",
        "date",
        "dates",
        "time",
        "promise",
    ]
)
"""Words that say nothing of their own about a cause."""
_HARMLESS = frozenset(
    stem(word)
    for word in [
        "added",
        "affected",
        "aged",
        "agreed",
        "allocated",
        "allowed",
        "answered",
        "applied",
        "approved",
        "arrived",
        "asked",
        "assigned",
        "assumed",
        "attached",
        "available",
        "based",
        "booked",
        "called",
        "cancelled",
        "checked",
        "cited",
        "compared",
        "completed",
        "concerned",
        "confirmed",
        "considered",
        "counted",
        "covered",
        "created",
        "dated",
        "delayed",
        "delivered",
        "decided",
        "described",
        "detailed",
        "dispatched",
        "documented",
        "due",
        "entered",
        "estimated",
        "evidenced",
        "expected",
        "explained",
        "finished",
        "found",
        "given",
        "held",
        "included",
        "indeed",
        "intended",
        "interested",
        "invoiced",
        "involved",
        "issued",
        "kept",
        "known",
        "led",
        "left",
        "limited",
        "linked",
        "listed",
        "located",
        "looked",
        "made",
        "marked",
        "meant",
        "measured",
        "mentioned",
        "missed",
        "moved",
        "named",
        "need",
        "needed",
        "noted",
        "offered",
        "ordered",
        "overdue",
        "owed",
        "packed",
        "paid",
        "picked",
        "planned",
        "posted",
        "prepared",
        "printed",
        "promised",
        "proposed",
        "proved",
        "put",
        "quoted",
        "ranked",
        "reached",
        "received",
        "recommended",
        "recorded",
        "reduced",
        "related",
        "released",
        "relied",
        "reported",
        "required",
        "reserved",
        "restricted",
        "ruled",
        "saved",
        "scheduled",
        "searched",
        "sent",
        "set",
        "shared",
        "shipped",
        "shown",
        "signed",
        "sold",
        "sorted",
        "split",
        "spread",
        "stated",
        "stored",
        "stuck",
        "supposed",
        "supported",
        "tied",
        "told",
        "took",
        "unknown",
        "unreserved",
        "unconfirmed",
        "unchanged",
        "undecided",
        "unlimited",
        "untouched",
        "used",
        "valued",
        "verified",
        "waived",
        "weighed",
        "worked",
        "worded",
        "written",
        "exceed",
        "proceed",
        "speed",
        "feed",
        "seed",
        "hundred",
        "combined",
        "remained",
        "started",
        "ended",
        "counted",
        "got",
        "red",
        "said",
        "requested",
        "dismissed",
        "rated",
        "closed",
        "priced",
        "tracked",
        "updated",
        "informed",
        "notified",
    ]
)
"""Participles that a fair sentence uses of records, or that are checked as a state, a consent or a deed."""


def foreign_causes(sentence: str, sources: Iterable[Source]) -> Iterator[str]:
    """The words behind each "because" and its like that no one of these sources says.

    Args:
        sources: what the sentence cites and what code found; one of them has to hold a cause's own words, all but a fifth.
    """
    known = [source.stems for source in sources]
    text = _own_words(sentence)
    for match in _CAUSE.finditer(text):
        rest = text[match.end() : match.end() + _LONGEST_CAUSE]
        end = _END.search(rest)
        cause = (rest[: end.start()] if end else rest).strip()
        if cause.split(" ", 1)[0] in {"", "unknown", "not"}:
            continue
        checked, words = _without_checked(cause)
        stems = [stem(word) for word in re.findall(r"[^\W\d_]{3,}", words)]
        own = [one for one in stems if one not in _GLUE and one[:3] not in MONTHS and one not in WEEKDAYS]
        if not own:
            if not checked and not re.search(r"[\0\d]", cause):
                yield cause
            continue
        if not any(sum(one in each for one in own) >= 0.8 * len(own) for each in known):
            yield cause


def foreign_happenings(sentence: str, sources: Iterable[Source]) -> Iterator[str]:
    """Verbs in the past that no source knows (``burned``, ``forgot``): something happened that nobody read."""
    known = frozenset[str]().union(*(source.stems for source in sources))
    text = _own_words(sentence)
    for clause in re.split(r"[;:()]|, ", text):
        for match in _PAST_VERB.finditer(clause):
            word = stem(match[0])
            if (
                word not in known
                and _AT_THE_CUSTOMER.search(clause[match.start() :])
                and not _SUBJECT_IS_US.search(clause[: match.start()])
            ):
                yield match[0]
                continue
            if word in known or word in _HARMLESS or match[0] in _HARMLESS or word in _GLUE:
                continue
            if any(pattern.search(match[0]) for pattern in CHECKED) or deed_of(match[0]) != OTHER_DEED:
                continue
            if not is_supposed(clause, *match.span(), text):
                yield match[0]


_LONGEST_CAUSE = 400
"""Characters behind "because" that are looked at."""
_AT_THE_CUSTOMER = re.compile(
    r"^(?:informed|notified|told|emailed|called|phoned|contacted|warned|sent|wrote) (?:to )?(?:the )?(?:customer|buyer|client|\0)"
)
"""Somebody told the customer: a deed of no one of us, which has to be read, too."""
_SUBJECT_IS_US = re.compile(r"\b(?:i|we|not|nobody|never|no one|if|to|was|were|been|be|is|are)(?: \w+)? ?$")
"""In front of such a verb: it is claimed of ourselves (`deeds` looks at that), denied or suffered."""


def _own_words(sentence: str) -> str:
    """Folded, without quotations; names and references are a sign that stands for what is checked elsewhere."""
    text = without_quotes(sentence)
    text = REFERENCE.sub("\0", text)
    for at, name in reversed(list(names_in(text))):
        at = text.index(name, at)
        text = f"{text[:at]}\0{text[at + len(name) :]}"
    return folded(text)


def _without_checked(cause: str) -> tuple[bool, str]:
    """Whether a concept of the check stands in these words, and the words without it."""
    found = False
    for pattern in CHECKED:
        cause, times = pattern.subn(" ", cause)
        found = found or times > 0
    return found, cause
