"""Where a passage stands, in words: its page, whose page that is, and how well it was read."""

from __future__ import annotations

from retrieval.passage import UNSURE_BELOW


def page_words(page: int | None, page_of: str = "") -> str:
    """``page 2``, or ``page 2 of offer.pdf`` for an attachment; empty outside of pages.

    Args:
        page_of: the attachment's name as it is to be shown.
    """
    if page is None:
        return ""
    return f"page {page} of {page_of}" if page_of else f"page {page}"


def is_unsure(confidence: float | None) -> bool:
    """Whether a page was recognised so badly that people are warned of it.

    Args:
        confidence: 0..1; None: the page was not recognised from a picture.
    """
    return confidence is not None and confidence < UNSURE_BELOW


def scan_words(confidence: float | None) -> str:
    """How a page's text was won, as a part of a sentence; empty when it was not recognised from a picture.

    Args:
        confidence: 0..1; 0 where there was no word to be sure of.
    """
    if confidence is None:
        return ""
    if not confidence:
        return "a scan of which no word was recognised; look at the original"
    said = f"recognised from a scan, {confidence:.0%} sure"
    return f"{said}; words may be wrong, compare them with the original" if is_unsure(confidence) else said
