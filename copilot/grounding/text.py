"""A text in pieces: its sentences, and its letters folded so that the same words compare as the same."""

from __future__ import annotations

import re
from itertools import pairwise

_SENTENCE_END = re.compile(r"(?<=[.!?])((?:\s*\[[EK]\d+\])*)\s+(?=[\"“(*]*[A-Z0-9])")
_NO_END = re.compile(r"(?:\b(?:No|no|approx|e\.g|i\.e|Inc|Co|Ltd|St|vs|art|sec)|^\s*\d+)\.$")


def sentences_of(line: str) -> list[str]:
    """The sentences of one line; marks behind the full stop stay with their sentence."""
    if not line.strip():
        return []
    cuts = [0]
    for match in _SENTENCE_END.finditer(line):
        quoted = line.count("“", 0, match.start()) - line.count("”", 0, match.start())
        head = line[cuts[-1] : match.start()]
        in_brackets = head.count("(") > head.count(")") and ")" in line[match.start() :]
        if quoted <= 0 and not in_brackets and not _NO_END.search(head):
            cuts.append(match.end())
    return [line[start:end] for start, end in pairwise([*cuts, len(line)]) if line[start:end].strip()]


def folded(text: str) -> str:
    """Lower case, straight quotes, plain hyphens, single spaces."""
    text = text.replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-").replace("‑", "-")
    return re.sub(r"\s+", " ", text).strip().casefold()


def blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with every match replaced by as many spaces."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def stem(word: str) -> str:
    """A word without the endings that say number and tense; good enough to compare neighbours."""
    word = word.casefold()
    for ending in ("ies", "es", "ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word
