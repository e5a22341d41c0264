"""One way to read characters, for questions and for documents alike.

Two forms are kept apart. The text of record (what a citation quotes) loses only characters nobody can see; the search
form (what is compared) is folded further, so that a full-width digit or a Cyrillic letter in a Latin word finds
the same passage as the plain one.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero width space to right-to-left mark
    (0x202A, 0x202E),  # bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags and supplementary variation selectors
)
"""First and last of the characters that take no place on the page."""

_UNSEEN = re.compile(
    "["
    + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _INVISIBLE)
    # control characters but tab, line feed and form feed
    + r"\x00-\x08\x0b\x0d-\x1f\x7f-\x9f"
    + "]"
)
_CONTROLS = [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\f"]
_UNSEEN_CONTROLS = dict.fromkeys(code for code in _CONTROLS if code < 0x80)
_UNSEEN_CHARACTERS = dict.fromkeys(
    [*_CONTROLS, *(code for first, last in _INVISIBLE for code in range(first, last + 1))]
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

_LOOKALIKES = str.maketrans(
    # Cyrillic and Greek letters that look like Latin ones
    "аеорсухіјѕԁɡӏһкмтвнАВЕКМНОРСТУХІЈЅοανρτικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ‐‑‒–—―−’‘‚‛“”„‟",
    "aeopcyxijsdglhkmtbhABEKMHOPCTYXIJSoavptikABEZHIKMNOPTYX-------''''\"\"\"\"",
)


def is_invisible(character: str) -> bool:
    """Whether a character takes no place on the page: zero width, bidi control, tag, or a control character."""
    return _UNSEEN.fullmatch(character) is not None


def strip_invisible(text: str) -> tuple[str, int]:
    """The text without invisible characters, and how many there were. Line ends become ``\\n`` and are not counted."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text, 0
    # `translate` passes over a page in the time a pattern of so many ranges takes for a line
    kept = text.translate(_UNSEEN_CONTROLS if text.isascii() else _UNSEEN_CHARACTERS)
    return kept, len(text) - len(kept)


def same_length_form(text: str) -> str:
    """The text with full-width, styled and odd-space characters made plain, at unchanged length.

    Superscripts and fractions stay: ``2½ days`` must not turn into ``21⁄2 days``.
    """
    if text.isascii():
        return text
    return _NOT_ASCII.sub(lambda match: _plain(match.group()), text)


def _plain(character: str) -> str:
    if character < "\x80" or unicodedata.category(character) == "No":
        return character
    if character == "\u2028" or character == "\u2029" or character == "\u0085":
        return "\n"
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def search_form(text: str) -> str:
    """What is compared: NFKC, no invisible characters, look-alike letters made Latin inside Latin words, plain quotes."""
    if text.isascii() and text.isprintable():
        return text
    text, _ = strip_invisible(unicodedata.normalize("NFKC", text))
    if text.isascii():
        return text
    return " ".join(_fold_word(word) for word in text.split(" "))


def _fold_word(word: str) -> str:
    folded = word.translate(_LOOKALIKES)
    if folded == word or folded.isascii():
        return folded
    # a word that is Cyrillic or Greek throughout is a word of that language, not a disguise
    return folded if any("a" <= each.lower() <= "z" for each in word) else word


def has_disguised_words(text: str) -> bool:
    """Whether a word mixes Latin letters with look-alikes of another script."""
    if text.isascii():
        return False
    for word in text.split():
        scripts = {_script(each) for each in word if each.isalpha()}
        if "latin" in scripts and scripts & {"cyrillic", "greek"} and len(word) > 2:
            return True
    return False


def _script(character: str) -> str:
    if "a" <= character.lower() <= "z":
        return "latin"
    code = ord(character)
    if 0x400 <= code <= 0x52F:
        return "cyrillic"
    # single Greek letters stand beside units (µm, Ω): only letters that pass for Latin ones count
    return "greek" if character in "οανρτικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" else "other"
