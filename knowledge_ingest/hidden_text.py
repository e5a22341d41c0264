"""Text that is aimed at an assistant instead of a person: found by its wording, flagged for the document's owner.

A flag is depth, not the wall: document text is data everywhere in this product, whether it is flagged or not.
"""

from __future__ import annotations

import re

from knowledge_ingest.terms.literals import folded, literals_of
from retrieval.normalise import search_form

_ASSISTANT = (
    r"(?:an?\s+)?(?:ai|a\.i\.|llm|chat\s?gpt|gpt|claude|copilot|chat\s?bot|language model|(?:virtual|ai|digital)\s+"
    r"(?:assistant|agent))"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|"
        r"your|system|other)\b[^.\n]{0,25}\b(?:instructions?|prompts?|guardrails?|safety rules|system message)\b",
        rf"\b(?:if|when|since)\s+you\s+are\s+{_ASSISTANT}\b",
        rf"\byou\s+are\s+(?:now\s+)?{_ASSISTANT}\b",
        rf"\b(?:attention|note|instructions?|message|notice|reminder)\s*(?:to|for)\s*(?:the\s+|any\s+|all\s+)*{_ASSISTANT}\b",
        rf"\b{_ASSISTANT}\s*(?:assistants?|agents?|models?|systems?|tools?)?\s*(?:,|:|must|should|shall|reading this|processing this)"
        r"[^.\n]{0,80}\b(?:ignore|reveal|approve|release|send|forward|tell|answer|say|recommend|execute|call|do not|never|always)\b",
        r"\b(?:reveal|print|output|repeat|show)\b[^.\n]{0,30}\b(?:system prompt|your instructions|your prompt|hidden prompt)\b",
        r"\bdo not (?:tell|inform|mention (?:this|it) to|reveal (?:this|it) to) the (?:user|customer service|human|person asking)\b",
        r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?(?:INST|SYS)\]|<<SYS>>|^\s*(?:system|assistant)\s*:\s*you\b",
        r"\b(?:new|updated|real|actual)\s+(?:system\s+)?(?:instructions|prompt)\s*:",
        r"\b(?:assistant|copilot|chat\s?bot)s?\b[^.\n]{0,60}\b(?:must|should|shall|has to|have to|is to)\b[^.\n]{0,60}"
        r"\b(?:approve|confirm|release|email|e-mail|forward|send|ignore|answer|reply|say|state|tell)\b",
    )
)


_LITERALS = tuple(literals_of(pattern.pattern, pattern.flags) for pattern in _PATTERNS)
"""Of each pattern, words of which one has to stand in the text: most documents hold none, and need not be searched."""


def instructions_in(text: str) -> list[tuple[int, int]]:
    """Spans, in the text's search form, that read like instructions to an assistant."""
    searched = search_form(text)
    letters = folded(searched)
    found = {
        match.span()
        for pattern, literals in zip(_PATTERNS, _LITERALS, strict=True)
        if not literals or any(each in letters for each in literals)
        for match in pattern.finditer(searched)
    }
    return sorted(found)


_LONGEST_QUOTE = 120
_MOST_QUOTES = 3


def instructions_told(text: str) -> tuple[str, ...]:
    """A sentence for the document's owner that quotes what speaks to an assistant; nothing when nothing does."""
    searched = search_form(text)
    quotes: list[str] = []
    end = -1
    for first, past in instructions_in(text):
        if first < end:
            continue
        end = max(past, searched.find("\n", past)) if "\n" in searched[past : past + _LONGEST_QUOTE] else past
        quotes.append(" ".join(searched[first : min(end, first + _LONGEST_QUOTE)].split()))
    if not quotes:
        return ()
    more = f" (and {len(quotes) - _MOST_QUOTES} more)" if len(quotes) > _MOST_QUOTES else ""
    said = "; ".join(repr(each) for each in quotes[:_MOST_QUOTES])
    return (
        f"It speaks to an assistant instead of to people: {said}{more}. Nothing of it is followed; look at who wrote it.",
    )


def instruction_flags(text: str) -> tuple[str, ...]:
    """``instruction_in_text`` when the text speaks to an assistant, else nothing."""
    return ("instruction_in_text",) if instructions_in(text) else ()
