"""Text to term weights: the BM25 side of the search, the same for every index so that all rank alike.

Documents carry the saturated term frequency, questions carry 1 per term, and the index multiplies with the inverse
document frequency (Qdrant's IDF modifier), which together is BM25.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from retrieval.normalise import search_form

SPARSE_VERSION = "bm25-1"
"""Goes up when terms or weights change; an index of another version is built anew."""

_K = 1.2
_B = 0.6
_AVERAGE_TERMS = 60.0
"""Terms of an average passage, stop words not counted; fixed so that a passage's weights never depend on others."""

_WORD = re.compile(r"[a-z]+\d[a-z0-9]*|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'[a-z]+)?|[a-z0-9]+")
# from the beginning of a word on, and without trying it again letter by letter: text may be one long word
_COMPOUND = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?:[-/.][a-z0-9]++)+")


@dataclass(frozen=True, kw_only=True)
class SparseVector:
    """Term weights, sorted by index; what BM25 is computed from."""

    indices: tuple[int, ...]
    """Hashes of terms, 0 .. 2**32-1, ascending."""
    values: tuple[float, ...]


_STOP_WORDS_LIST = """
a about after again all also am an and any are as at be because been before being below between both but
by can could did do does doing down during each few for from further had has have having he her here hers
him his how i if in into is it its itself just let me more most must my no nor not now of off on once only
or other our ours out over own please same shall she should so some such tell than that the their theirs
them then there these they this those through to too under until up us very was we were what when where
which while who whom why will with would you your yours myself yourself himself herself itself ourselves
themselves
"""
STOP_WORDS = frozenset(_STOP_WORDS_LIST.split())


def words_of_passage(*, title: str, section: str, context: str, text: str) -> str:
    """What the term weights of a passage are made from: its own words, and those that say where it stands.

    Args:
        title: Of its document.
        section: Heading path.
        context: Its table's header row, where it has one.
    """
    return "\n".join(part for part in (title, section, context, text) if part)


def terms(text: str) -> list[str]:
    """Stemmed terms in order of appearance, stop words dropped; references such as ``MF-2026-014`` also as a whole."""
    folded = search_form(text).lower()
    found = [stem(word) for word in words(folded) if word not in STOP_WORDS]
    found.extend(
        match.group() for match in _COMPOUND.finditer(folded) if any(map(str.isdigit, match.group()))
    )
    return found


def words(folded: str) -> list[str]:
    """Words and numbers of a text in search form and lower case, unstemmed, stop words included."""
    return [match.group() for match in _WORD.finditer(folded)]


def document_vector(text: str) -> SparseVector:
    """Weights of a passage: term frequency, saturated and normalised by length."""
    return vector_of_terms(terms(text))


def vector_of_terms(found: Iterable[str]) -> SparseVector:
    """The same for terms that were found already, as `terms` gives them."""
    counts = Counter(found)
    length = sum(counts.values())
    norm = _K * (1 - _B + _B * length / _AVERAGE_TERMS)
    return _vector({term: count * (_K + 1) / (count + norm) for term, count in counts.items()})


def query_vector(own: Iterable[str], related: Mapping[str, float] | None = None) -> SparseVector:
    """Weights of a question.

    Args:
        own: Its terms; 1 for each.
        related: Terms that may stand for its own, with smaller weights.
    """
    return _vector({**(related or {}), **dict.fromkeys(own, 1.0)})


def _vector(weights: dict[str, float]) -> SparseVector:
    by_index: dict[int, float] = {}
    for term, weight in weights.items():
        index = term_index(term)
        by_index[index] = max(weight, by_index.get(index, 0.0))
    ordered = sorted(by_index.items())
    return SparseVector(
        indices=tuple(index for index, _ in ordered), values=tuple(value for _, value in ordered)
    )


@lru_cache(maxsize=65536)
def term_index(term: str) -> int:
    """The 32-bit place of a term in a sparse vector."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "big")


# --- stemming: Porter's algorithm (M. F. Porter, "An algorithm for suffix stripping", 1980), steps 1 to 4 and 5a ---

_LONGEST_WORD = 50
"""Letters; what is longer is no English word, and could be made to go deeper than there is depth."""
_VOWELS = "aeiou"
_STEP2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"),
    ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
    ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_STEP3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
)  # fmt: skip
_STEP4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
)  # fmt: skip


def _consonant(word: str, at: int) -> bool:
    letter = word[at]
    if letter in _VOWELS:
        return False
    if letter == "y":
        return at == 0 or not _consonant(word, at - 1)
    return True


def _measure(part: str) -> int:
    """Number of vowel-consonant sequences."""
    shape = "".join("c" if _consonant(part, at) else "v" for at in range(len(part)))
    return len(re.findall("v+c+", shape))


def _has_vowel(part: str) -> bool:
    return any(not _consonant(part, at) for at in range(len(part)))


def _short_end(part: str) -> bool:
    return (
        len(part) >= 3
        and _consonant(part, len(part) - 1)
        and not _consonant(part, len(part) - 2)
        and _consonant(part, len(part) - 3)
        and part[-1] not in "wxy"
    )


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Porter's stem of an English word in lower case; numbers, references and other scripts are left alone."""
    word = word.removesuffix("'s").replace("'", "")
    if not 2 < len(word) <= _LONGEST_WORD or not (word.isascii() and word.isalpha()):
        return word
    word = _step1(word)
    for suffixes in (_STEP2, _STEP3):
        for suffix, replacement in suffixes:
            if word.endswith(suffix):
                if _measure(word[: -len(suffix)]) > 0:
                    word = word[: -len(suffix)] + replacement
                break
    for suffix in sorted(_STEP4, key=len, reverse=True):
        if word.endswith(suffix):
            part = word[: -len(suffix)]
            if _measure(part) > 1 and (suffix != "ion" or part[-1:] in ("s", "t")):
                word = part
            break
    if word.endswith("e"):
        part = word[:-1]
        if _measure(part) > 1 or (_measure(part) == 1 and not _short_end(part)):
            word = part
    return word


def _step1(word: str) -> str:
    if word.endswith(("sses", "ies")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("eed"):
        if _measure(word[:-3]) > 0:
            word = word[:-1]
    else:
        for suffix in ("ed", "ing"):
            if word.endswith(suffix) and _has_vowel(word[: -len(suffix)]):
                word = word[: -len(suffix)]
                if word.endswith(("at", "bl", "iz")):
                    word += "e"
                elif len(word) > 1 and word[-1] == word[-2] and _consonant(word, len(word) - 1):
                    word = word if word[-1] in "lsz" else word[:-1]
                elif _measure(word) == 1 and _short_end(word):
                    word += "e"
                break
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    return word
