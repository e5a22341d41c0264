"""What a brain passed to a read, kept apart from what code says: an argument that comes back in a result proves nothing.

A result repeats what was asked for (``asked_for``, ``query``, ``filters``), a refusal quotes it ("There is no single carrier called
…"), a draft's preview holds the words that were drafted. Without care such an echo would count as code's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from copilot.addresses import ADDRESS
from copilot.answer import Evidence
from copilot.grounding.text import folded, sentences_of

ECHOES = frozenset({"asked_for", "query", "filters", "since"})
"""Parts of a result that hold what was asked for, and nothing else."""
_CHOSEN = frozenset({"action", "which", "types", "kinds"})
"""Arguments that are one word of a short list."""
LONGEST_NAME = 60
MOST_WORDS = 7
_FEWEST = 3
"""Characters; what is shorter is left alone, since it stands in half of all words that code writes."""
_LONG = 30
"""Characters from which two words may be a statement."""
_SHORT_FIELD = 100
"""Characters; a longer field is a text, and a text is no name."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\b\S*")
_NAME = re.compile(r"[^\W_][\w .,&'’/#+()-]*")


def is_name(value: str) -> bool:
    """Whether a text has the shape of a reference or a short name: one line, few words, no markup, no address."""
    value = value.strip()
    return (
        len(value) <= LONGEST_NAME
        and len(value.split()) <= MOST_WORDS
        and _NAME.fullmatch(value) is not None
        and not re.search(r"[\r\n\t]|\]\s*\(", value)
        and ADDRESS.search(value) is None
    )


class AskedFor:
    """The arguments of one turn's reads.

    Args:
        arguments: every text that was passed.
        words: what the person wrote in this conversation.
        known: whether a record that was read has it as a name.
    """

    def __init__(self, arguments: Iterable[str], words: Sequence[str], known: Callable[[str], bool]) -> None:
        given = dict.fromkeys(one.strip() for one in arguments if one and one.strip())
        theirs = [one for one in given if named_in(one, words)]
        self.names = tuple(one for one in theirs if is_name(one))
        """What may be named: the person named it first, in this question or before."""
        held = set(theirs)
        foreign = [
            one
            for one in given
            if one not in held and not _ISO_DAY.fullmatch(one) and not (is_name(one) and known(one))
        ]
        pieces = dict.fromkeys(piece for one in foreign for piece in _pieces(one) if len(piece) >= _FEWEST)
        self._all = _any_of(pieces)
        self._statements = _any_of([one for one in pieces if _may_state(one)])

    def without_statements(self, text: str) -> str:
        """A text of code without what a brain put into it that may state something or lead somewhere."""
        return text if self._statements is None else self._statements.sub(" … ", text)

    def without_any(self, text: str) -> str:
        """The same without any word that only a brain has brought, names included."""
        return text if self._all is None else self._all.sub(" … ", text)

    def unasked(self, result: Any) -> Any:
        """A read's result without its echoes."""
        if isinstance(result, Mapping):
            return {name: self.unasked(value) for name, value in result.items() if name not in ECHOES}
        if isinstance(result, list):
            return [self.unasked(one) for one in result]
        return self.without_statements(result) if isinstance(result, str) else result


def names_of(evidence: Iterable[Evidence]) -> Callable[[str], bool]:
    """Whether a name, or a part of one, stands in the name or in a short field of a record that was read."""
    texts = (text for fact in evidence for text in (fact.display_name, *texts_in(dict(fact.fields))))
    short = [folded(text) for text in dict.fromkeys(texts) if len(text) <= _SHORT_FIELD]
    return lambda name: any(
        re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", one) is not None for one in short
    )


def passed_in(arguments: Mapping[str, Any]) -> list[str]:
    """Every text of a call's arguments that its caller was free to word."""
    return [*texts_in({name: value for name, value in arguments.items() if name not in _CHOSEN})]


def texts_in(arguments: Any) -> Iterable[str]:
    """Every text in a value and what it holds."""
    if isinstance(arguments, str):
        yield arguments
    elif isinstance(arguments, Mapping):
        for value in arguments.values():
            yield from texts_in(value)
    elif isinstance(arguments, (list, tuple, set)):
        for value in arguments:
            yield from texts_in(value)


def named_in(value: str, words: Sequence[str]) -> bool:
    """Whether a text stands whole in somebody's words; a reference also as people shorten it (``S42``, ``s 42`` for ``S00042``)."""
    wanted, words = folded(value), [folded(one) for one in words]
    if any(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", one) for one in words):
        return True
    found = re.fullmatch(r"([^\W\d_]{1,5})[- ]?0*(\d+)", wanted)
    if found is None:
        return False
    short = re.compile(rf"(?<!\w){found[1]}[- ]?0*{found[2]}(?!\w)|(?<![\w.,])#?0*{found[2]}(?![\w.,]*\w)")
    return any(short.search(one) for one in words)


def _pieces(value: str) -> Iterable[str]:
    """A text, its lines and its sentences: a preview may show them apart."""
    yield value
    for line in value.splitlines():
        yield line.strip()
        yield from (sentence.strip() for sentence in sentences_of(line))


def _may_state(piece: str) -> bool:
    words = piece.split()
    states = len(words) > 1 and (len(words) > 2 or len(piece) > _LONG or any(map(str.isdigit, piece)))
    return states or ADDRESS.search(piece) is not None


def _any_of(pieces: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the pieces as a whole, however it is spaced; the longest first."""
    patterns = [
        r"\s+".join(re.escape(word) for word in piece.rstrip(".,;!?").split())
        for piece in sorted(pieces, key=len, reverse=True)
    ]
    patterns = [one for one in patterns if one]
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE) if patterns else None
