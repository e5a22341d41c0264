"""Which words of the passages are quoted: whole sentences, word for word, with the place where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from copilot.models.playbook.steps import Read

MAX_QUOTE = 400
"""Characters of one quote at most."""
FEWEST_WORDS = 8
"""A shorter piece is a heading or a table cell; it is quoted only where nothing longer was found."""

FEWEST_WORDS_OF_A_SENTENCE = 4
A_PLACE_FURTHER_DOWN = 1.0
"""Shared words that one place in the search's order is worth."""

_PIECES = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(“\d])|\n\s*\n|\n(?=\s*[-*•#|\d(])")
_CLAUSE = re.compile(
    r"\b(?:clauses?|sections?|articles?|paragraphs?)\s+([A-Z]?\.?\d+(?:\.\d+)*)", re.IGNORECASE
)


def quotes(
    searched: Sequence[Read],
    question: str,
    *,
    most: int,
    longest: int = MAX_QUOTE,
    of_the_first: int = 1,
    old: bool = False,
) -> list[str]:
    """Quotes with their ids, one passage of each document, `most` documents; a clause that the quote points to comes right
    behind it, when it was found too.

    Args:
        longest: characters of one quote at most.
        of_the_first: passages of the first document.
        old: what used to hold was asked for: where a document out of force was found, it alone is quoted.
    """
    lines: list[str] = []
    told: set[str] = set()
    for read in searched:
        passages = _relevant(read)
        if old:
            passages = [one for one in passages if one["superseded"]] or passages
        carrier = _first_word(read.arguments.get("carrier", ""))
        for title in dict.fromkeys(passage["title"] for passage in passages):
            if title in told or len(told) == most:
                continue
            told.add(title)
            own = [one for one in passages if one["title"] == title]
            for _ in range(of_the_first if len(told) == 1 else 1):
                if not own:
                    break
                # a table has a row for each carrier: the one asked for
                asked = f"{question} {carrier}" if carrier not in title.casefold() else question
                passage = _best_passage(own, asked)
                quote = best_words(_row_of(carrier, passage["text"]), asked, longest)
                behind = list(_pointed_to(quote, passage, passages))
                lines.append(_line(quote, passage))
                lines += [_line(best_words(one["text"], question, longest), one) for one in behind]
                own = [one for one in own if one is not passage and one not in behind]
    return lines


def as_list(lines: Sequence[str]) -> str:
    """One line as it is, several as a list."""
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


def best_words(text: str, question: str, longest: int = MAX_QUOTE) -> str:
    """The run of whole sentences that shares most with the question, at most `longest` characters, word for word.

    A row of a table is no sentence; it is quoted only where there is nothing else.
    """
    whole = re.sub(r"\s+", " ", text).strip()
    pieces = [re.sub(r"\s+", " ", piece).strip(" *#-|") for piece in _PIECES.split(text)]
    sentences = [piece for piece in pieces if _is_sentence(piece)]
    pieces = sentences or [piece for piece in pieces if len(piece.split()) > 3] or [whole]
    fit = [len(piece) <= longest for piece in pieces]
    wanted = _terms(question)
    at = max(
        range(len(pieces)),
        key=lambda index: (
            fit[index] or not any(fit),
            len(wanted & _terms(pieces[index])) + _gives_a_figure(pieces[index], question),
            -index,
        ),
    )
    first = last = at
    while True:
        longer = [
            (begin, end)
            for begin, end in ((first, last + 1), (first - 1, last))
            if begin >= 0 and end < len(pieces) and _run(pieces, begin, end) in whole
        ]
        fitting = [run for run in longer if len(_run(pieces, *run)) <= longest]
        if not fitting:
            break
        first, last = fitting[0]
    quote = _run(pieces, first, last)
    if len(quote) > longest:
        quote = quote[:longest].rsplit(" ", 1)[0]
    # A curly quotation mark of the document would end ours too early; a straight one does not ("Late Line": an Order line ...).
    return max(re.split(r"[“”]", quote), key=len).strip()


_WANTS_A_FIGURE = re.compile(
    r"\b(?:how (?:many|much|long|often|late|soon)|(?:by|until|before|from) when|which (?:day|percentage|share|amount|fee))\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\d(?!\.\d+\s)|\b(?:one|two|three|four|five|six|seven|ten|once|twice|daily|weekly|noon)\b", re.IGNORECASE
)


def _gives_a_figure(piece: str, question: str) -> int:
    """1 where a figure, a time or a count is asked for and the piece has one beside the number of its clause."""
    bare = re.sub(r"^[\s(]*\d+(?:\.\d+)*\)?\s", "", piece)
    return int(bool(_WANTS_A_FIGURE.search(question) and _FIGURE.search(bare)))


_SAY_NOTHING_LIST = """
what when where which does have with that this their there they from about says must shall will would should your ours
"""
_SAY_NOTHING = frozenset(_SAY_NOTHING_LIST.split())


def _run(pieces: Sequence[str], first: int, last: int) -> str:
    return " ".join(pieces[first : last + 1])


def _relevant(read: Read) -> list[dict[str, Any]]:
    """The passages of a search that may answer it: of documents that say what to do about the cause it was about, and no
    other customer's contract. Where the customer's own contract speaks, the general terms of sale do not."""
    cause, customer = read.arguments.get("cause"), read.arguments.get("customer_ref", "")
    passages = [one for one in read.result.get("passages", ()) if not cause or cause in one["causes"]]
    own = (
        any(one["type"] == "contract" and one["customer"] == customer for one in passages)
        if customer
        else False
    )
    fitting = [
        one
        for one in passages
        if one["type"] != "contract" or one["customer"] == customer or (not one["customer"] and not own)
    ]
    if own:
        fitting.sort(key=lambda one: one["type"] != "contract" or one["customer"] != customer)
    carrier = _first_word(read.arguments.get("carrier", ""))
    if carrier:
        # Other carriers' rules answer nothing about this one.
        fitting = [
            one
            for one in fitting
            if carrier in one["title"].casefold()
            or (not one["carrier"] and (one["type"] != "carrier_policy" or carrier in one["text"].casefold()))
        ] or fitting
        fitting = [one for one in fitting if carrier in f"{one['title']} {one['text']}".casefold()] or fitting
    return fitting or passages


def _first_word(name: str) -> str:
    """What a carrier is called in short: ``atlas``."""
    return name.split()[0].casefold() if name else ""


def _row_of(carrier: str, text: str) -> str:
    """Of rows of a table, the one that names the carrier; another text as it is."""
    rows = text.splitlines()
    own = [row for row in rows if carrier in row.casefold()]
    return own[0] if carrier and own and len(own) < len(rows) and all("|" in row for row in own) else text


def agreed_terms(reads: Sequence[Read], kinds: Sequence[str]) -> list[str]:
    """What was agreed with a customer, in the words of the contract, for the terms asked for."""
    return [
        f"“{quote['text']}” [{mark}] ({term['title']}" + (f", {quote['clause']})" if quote["clause"] else ")")
        for read in reads
        if read.tool == "contract_terms"
        for kind in kinds
        for term in sorted(read.result.get("terms", ()), key=lambda one: bool(one["applies_to"]))
        if term["kind"] == kind
        for quote, mark in zip(term["quotes"], term["evidence"], strict=True)
        if len(quote["text"]) <= MAX_QUOTE and not re.search(r"[“”\"\n|]", quote["text"])
    ]


def without_repeats(lines: Sequence[str]) -> list[str]:
    """The quotes, without one whose words stand in another in full; where two are the same, the first stays."""
    words = [_quoted(line) for line in lines]
    return [
        line
        for at, line in enumerate(lines)
        if not any(
            other != at and words[at] in words[other] and (words[at] != words[other] or other < at)
            for other in range(len(lines))
        )
    ]


def _quoted(line: str) -> str:
    return re.sub(r"^[\d.()a-z]*\s+(?=[A-Z])", "", line[line.find("“") + 1 : line.rfind("”")]).casefold()


def _best_passage(passages: Sequence[dict[str, Any]], question: str) -> dict[str, Any]:
    """Of one document: what shares most words with the question, then what the search found first; sentences before cells."""
    wanted = _terms(question)

    def merit(at: int) -> tuple[bool, float]:
        words = best_words(passages[at]["text"], question)
        shared = len(wanted & _terms(words)) + _gives_a_figure(words, question)
        return _is_sentence(words) or at == 0, shared - A_PLACE_FURTHER_DOWN * at

    return passages[max(range(len(passages)), key=merit)]


def _is_sentence(words: str) -> bool:
    """A clause may be as short as "Delivery in parts is excluded."; a heading and a cell have no full stop."""
    if "|" in words:
        return False
    count = len(words.split())
    return count >= FEWEST_WORDS or (count >= FEWEST_WORDS_OF_A_SENTENCE and words.endswith((".", ";")))


def _pointed_to(
    quote: str, passage: dict[str, Any], passages: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The clause that a quote refers to ("only if all conditions of clause 5.2 are met"), from the same document."""
    for match in _CLAUSE.finditer(quote):
        number = match[1]
        for other in passages:
            last = other["section"].split(" > ")[-1]
            if (
                other["id"] != passage["id"]
                and other["title"] == passage["title"]
                and re.match(rf"{re.escape(number)}(?![\d.]*\d)", last)
            ):
                yield other
                return


def _line(quote: str, passage: dict[str, Any]) -> str:
    old = " (superseded)" if passage["superseded"] else ""
    place = _place(passage)
    return f"“{quote}” [{passage['id']}] ({passage['title']}{old}" + (f", {place})" if place else ")")


def _place(passage: dict[str, Any]) -> str:
    section = str(passage["section"]).split(" > ")[-1].strip()
    if section:
        return section if len(section) <= 60 else section[:57].rsplit(" ", 1)[0] + " …"
    return f"page {passage['page']}" if passage["page"] else ""


def _terms(text: str) -> set[str]:
    return {
        re.sub(r"(?:ies|ing|ed|es|s|y)$", "", word)
        for word in re.findall(r"[a-z]+(?:-[a-z]+)*", text.casefold())
        if len(word) > 3 and word not in _SAY_NOTHING
    }
