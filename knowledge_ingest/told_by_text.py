"""What the head of a document says of itself in plain words: from when to when it holds, its version, its owner.

A wrong last day takes a document out of the answers, so only what can be read in one way is told. What is blank, said twice with a
difference, or said of another document is left open and handed back as `unclear`, for the report to ask. English only.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from knowledge_ingest import validity_words as says
from knowledge_ingest.days_in_text import LIKE_A_DAY, day, last_day
from knowledge_ingest.document_head import Label, head_of, labels_of, sentences_of
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.terms.figures import number_in_words
from retrieval.passage import DocumentType

Property = Literal["valid_from", "valid_to", "version", "owner"]

_LONGEST_VALUE = 60
_LONGEST_QUOTE = 120
_LONGEST_READ = 200_000
"""Characters that are searched for a renewal: some 100 pages, a third of a second, for which people who ask would wait."""
_BESIDE = 200
_BEGINNING = 300
"""Characters in which an amendment calls itself one."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A property as the text gives it."""

    value: str
    """A day as ``2026-03-01``, a version or an owner as written."""
    words: str
    """Where the text says so, for a person to check."""


@dataclass(frozen=True, kw_only=True)
class ToldByText:
    """What the head says, and what it leaves open."""

    told: Mapping[Property, Told] = field(default_factory=dict)
    unclear: Mapping[Property, str] = field(default_factory=dict)
    """Why a property is not told although the head speaks of it: half a sentence that begins with ``its text``."""
    replaces: str = ""
    """What it says that it replaces, as written; that is no id."""


_VERBS: tuple[tuple[Property, re.Pattern[str]], ...] = (("valid_from", says.BEGINS), ("valid_to", says.ENDS))


class _Gathered:
    """Everything that is said of each property, before it is decided whether it is said in one way."""

    def __init__(self) -> None:
        self.values: dict[Property, dict[str, str]] = defaultdict(dict)
        self.unclear: dict[Property, str] = {}

    def add(self, name: Property, value: str, words: str) -> None:
        self.values[name].setdefault(value, _quoted(words))

    def open(self, name: Property, words: str, why: str) -> None:
        self.unclear.setdefault(name, f"its text says {_quoted(words)!r}, {why}")

    def day(self, name: Property, written: str, words: str) -> None:
        found = day(written)
        if found is None:
            self.open(name, words, "which is not one plain day")
        else:
            self.add(name, found.isoformat(), words)


def told_by_text(extracted: Extracted, *, path: str, type_: DocumentType, amends: bool = False) -> ToldByText:
    """What a document's head says of it.

    Nothing is told of notes and mails: they speak about other documents. Of an amendment only its own first day is told, and only
    where the amendment itself is said to begin then: every other day may be that of what it amends.

    Args:
        path: Of the file; its suffix tells a mail.
        type_: Decides which words point at the document: `This Agreement` in a procedure is another one.
        amends: Whether its description says that it amends another.
    """
    if type_ == "case_note" or path.lower().endswith(".eml"):
        return ToldByText()
    whole = extracted.text[extracted.body_start :]
    head = head_of(whole)
    amending = type_ == "contract" and (
        amends or bool(says.AMENDING.search(extracted.title) or says.AMENDING.search(head[:_BEGINNING]))
    )
    subject = says.AMENDMENT if amending else says.CONTRACT if type_ == "contract" else says.OTHER
    gathered = _Gathered()
    sentences = sentences_of(head, goes_on=len(whole) > len(head) and not head.endswith("\n"))
    labelled = labels_of(head, extracted)
    own = _of_the_document(labelled, in_a_sheet=any(each.label for each in extracted.blocks))
    for label, value, words, at in labelled:
        if says.ENDS_SOMETHING.fullmatch(label) and at not in own and not amending:
            if type_ != "product_rule":  # goods expire
                gathered.open("valid_to", words, "which may be the last day of something else")
            continue
        _read_label(gathered, label, value, words, type_=type_, days=not amending)
    for said in sentences:
        _read_sentence(gathered, said, subject, days_of_the_text=type_ == "contract" and not amending)
    if not amending:
        _read_term(gathered, sentences, subject)
    else:
        gathered.values.pop("valid_to", None)
        gathered.unclear.pop("valid_to", None)
    _check_that_it_ends(gathered, whole if type_ == "contract" else head)
    return ToldByText(
        told=_decided(gathered), unclear=gathered.unclear, replaces=_replaces(labelled, sentences, subject)
    )


def _of_the_document(labelled: Sequence[Label], *, in_a_sheet: bool) -> set[int]:
    """Lines in which a last day is the document's own: another of its properties stands beside it. A licence, a lot, a discount
    have one, too. In a sheet a label that comes twice names a column of other things."""
    times = Counter(each.name.casefold() for each in labelled)
    beside = [
        each.at
        for each in labelled
        if says.OF_ITSELF.fullmatch(each.name) and not (in_a_sheet and times[each.name.casefold()] > 1)
    ]
    return {
        each.at
        for each in labelled
        if not (in_a_sheet and times[each.name.casefold()] > 1)
        and (says.NAMES_ITSELF.match(each.name) or any(abs(each.at - at) <= _BESIDE for at in beside))
    }


def _decided(gathered: _Gathered) -> dict[Property, Told]:
    """What is said in one way alone; the rest becomes unclear."""
    told: dict[Property, Told] = {}
    for name, values in gathered.values.items():
        if len(values) > 1:
            said = " and ".join(repr(words) for words in list(values.values())[:3])
            gathered.unclear[name] = f"its text says {said}"
        elif values and name not in gathered.unclear:
            value, words = next(iter(values.items()))
            told[name] = Told(value=value, words=words)
    first, last = told.get("valid_from"), told.get("valid_to")
    if first and last and last.value < first.value:
        for name in ("valid_from", "valid_to"):
            gathered.unclear[name] = f"its text says {first.words!r} and {last.words!r}"
            del told[name]
    return told


# --- sentences ---


def _read_sentence(
    gathered: _Gathered, said: str, subject: re.Pattern[str], *, days_of_the_text: bool
) -> None:
    if days_of_the_text and (means := says.MEANS.match(said)):
        gathered.day("valid_from", means["day"], means.group())
    about = subject.match(said)
    if not about:
        return
    for name, pattern in _VERBS:
        for match in pattern.finditer(said):
            if not _belongs(said[about.end() : match.start()]):
                continue
            words = f"{about.group()} {'' if match.start() - about.end() < 3 else '... '}{match.group()}"
            after = said[match.end() :]
            if says.CONDITION.search(said) or says.FOR_SOME.match(after) or says.AND_ANOTHER.search(after):
                gathered.open(name, said, "which depends on something else")
                continue
            if name == "valid_to" and not says.NOTHING_FOLLOWS.match(after):
                gathered.open(name, said, "which goes on after the day")
                continue
            gathered.day(name, match["day"], words)
            until = says.RANGE.match(after) if name == "valid_from" else None
            if until and not says.NOTHING_FOLLOWS.match(after[until.end() :]):
                gathered.open("valid_to", said, "which goes on after the day")
            elif until:
                gathered.day("valid_to", until["day"], words + until.group())
    called = says.CALLED_EFFECTIVE.search(said)
    if called and not _names_another(said[about.end() : called.start()]):
        gathered.day("valid_from", called["day"], called.group())


def _belongs(gap: str) -> bool:
    """Whether a verb still speaks of the document, with these words between the two."""
    words = re.sub(r"\([^()]{0,200}\)", "", gap).strip()
    if not words:
        return True
    if says.ANOTHER_ONE.search(words):
        return False
    if re.fullmatch(r",? ?(?:no\.?|number|ref\.?)? ?[\w./-]*\d[\w./-]*", words, re.IGNORECASE):
        return True
    if re.match(r",? ?(?:no\. ?\w+ )?(?:(?:by and )?(?:between|among)|with|to the) ", words, re.IGNORECASE):
        return not says.FINITE.search(words)
    return words.endswith(" and") or (words.startswith(",") and words.endswith(","))


def _names_another(gap: str) -> bool:
    """Whether another paper stands between the document and a day."""
    words = re.sub(r"\([^()]{0,200}\)", "", gap)
    return bool(
        re.search(
            rf"\b(?:{says.OF_A_CONTRACT}|order|amends?|restates?|replaces?|supersedes?|original)\b",
            words,
            re.IGNORECASE,
        )
    )


def _read_term(gathered: _Gathered, sentences: Sequence[str], subject: re.Pattern[str]) -> None:
    """A fixed term that begins with the first day tells the last one."""
    first = gathered.values.get("valid_from", {})
    if len(first) != 1 or "valid_from" in gathered.unclear:
        return
    begins = date.fromisoformat(next(iter(first)))
    for said in sentences:
        about = subject.match(said)
        term = says.TERM.search(said) if about else None
        if (
            not about
            or not term
            or says.NOT_THE_TERM.search(said[: term.start()])
            or says.CONDITION.search(said)
        ):
            continue
        if term.group().lower().startswith("for ") and not says.LASTS.search(
            said[max(0, term.start() - 40) : term.start()]
        ):
            continue
        after = said[term.end() :]
        from_then = says.FROM_THE_FIRST_DAY.match(after)
        before = said[: term.start()]
        said_before = says.COMMENCES_THEN.search(before) or any(
            day(match["day"]) == begins for match in says.BEGINS.finditer(before)
        )
        if not from_then and (not said_before or says.COUNTED_OTHERWISE.match(after)):
            continue
        if term["words"] and number_in_words(term["words"]) is None:
            continue
        months = _months(term)
        named = (
            said[: term.end()]
            if term.start() < about.end()
            else f"{about.group()} ... {term.group().strip()}"
        )
        words = named + (from_then.group() if from_then else "")
        if months:
            gathered.add("valid_to", last_day(begins, months).isoformat(), words)
        else:
            gathered.open("valid_to", words, "which is not one plain length")


def _months(term: re.Match[str]) -> int | None:
    digits, words = term["digits"], term["words"]
    spelt = number_in_words(words) if words else None
    count = int(digits) if digits else spelt
    if not count or (words and spelt != count):
        return None  # "three (2) years" is no length
    months = count * 12 if term["unit"].lower().startswith("year") else count
    return months if months <= 600 else None


def _check_that_it_ends(gathered: _Gathered, text: str) -> None:
    """A last day is none where the document goes on after it, wherever it says so."""
    if not gathered.values.get("valid_to"):
        return
    last, words = next(iter(gathered.values["valid_to"].items()))
    if len(text) > _LONGEST_READ:
        gathered.unclear["valid_to"] = (
            f"its text gives {last} as a last day ({words!r}) and is too long to be searched for a renewal"
        )
        gathered.values["valid_to"].clear()
        return
    goes_on = says.GOES_ON.search(" ".join(text.split()))
    if goes_on:
        gathered.unclear["valid_to"] = (
            f"its text gives {last} as a last day ({words!r}) and speaks of going on ({goes_on.group()!r})"
        )
        gathered.values["valid_to"].clear()


# --- labels ---


def _read_label(
    gathered: _Gathered, label: str, value: str, words: str, *, type_: DocumentType, days: bool
) -> None:
    """What stands after `Effective date`, `Valid until`, `Version`, `Owner`."""
    owner = says.CONTRACT_OWNER if type_ == "contract" else says.OWNER
    if owner.fullmatch(label):
        name = _name(value)
        if name:
            gathered.add("owner", name, words)
    elif says.VERSION.fullmatch(label):
        match = says.A_VERSION.match(value)
        if match:
            gathered.add("version", match["value"].strip(), words[:_LONGEST_VALUE])
    elif says.REVISION.fullmatch(label):
        match = says.A_REVISION.match(value)
        if match and not gathered.values.get("version"):
            gathered.add("version", match["value"].strip(), words[:_LONGEST_VALUE])
    elif not days:
        return
    elif says.VALID_FROM.fullmatch(label):
        _read_day(gathered, "valid_from", value, words)
    elif says.VALID_TO.fullmatch(label):
        _read_day(gathered, "valid_to", value, words)
    elif says.EXPIRES.fullmatch(label):
        # of goods and offers, the day on which a lot or a price ends
        if type_ in ("contract", "sop", "carrier_policy"):
            _read_day(gathered, "valid_to", value, words)
    elif says.PERIOD.fullmatch(label):
        _read_period(gathered, value, words)


def _read_day(gathered: _Gathered, name: Property, value: str, words: str) -> None:
    match = says.FIRST_DAY.match(value)
    if not match:
        if says.BLANK.match(value):
            gathered.open(name, words, "which leaves it blank")
        elif LIKE_A_DAY.match(value):
            gathered.open(name, words, "which is not one plain day")
        return
    after = value[match.end() :]
    until = says.RANGE.match(after) if name == "valid_from" else None
    if not says.VALUE_ENDS.match(after[until.end() :] if until else after):
        # without a colon it begins a sentence about something else: "Effective March 1, 2026, the fee rises"
        if ":" in words or "date" in words.lower()[:30]:
            gathered.open(name, words, "which is not one plain day")
        return
    gathered.day(name, match["day"], words)
    if until:
        gathered.day("valid_to", until["day"], words)


def _read_period(gathered: _Gathered, value: str, words: str) -> None:
    first = says.FIRST_DAY.match(value)
    until = says.RANGE.match(value[first.end() :]) if first else None
    if first and until and says.VALUE_ENDS.match(value[first.end() + until.end() :]):
        gathered.day("valid_from", first["day"], words)
        gathered.day("valid_to", until["day"], words)


def _name(value: str) -> str:
    """A person or a department, as written; empty where none is named."""
    end = re.search(r"[;|]|(?<![\s.][A-Z])(?<!^[A-Z])\.(?:\s|$)|,?\s+[A-Z][\w /]{2,30}:|\s\(", value)
    name = (value[: end.start()] if end else value).strip(" ,")
    if (
        says.BLANK.match(name)
        or says.NO_PAPER.match(name)
        or not name[:1].isupper()
        or len(name) > _LONGEST_VALUE
        or len(name.split()) > 8
    ):
        return ""
    return name


def _replaces(labelled: Sequence[Label], sentences: Sequence[str], subject: re.Pattern[str]) -> str:
    """The paper that a document says it replaces; boilerplate about all earlier ones names none."""
    found = [value for label, value, *_ in labelled if says.REPLACES.fullmatch(label)]
    for said in sentences:
        about = subject.match(said)
        match = says.REPLACES_SAID.search(said) if about else None
        if about and match and _belongs(said[about.end() : match.start()]):
            found.append(match["what"])
    for what in found:
        end = says.PAPER_ENDS.search(what)
        paper = (what[: end.start()] if end else what).strip(' "')[:80]
        if (
            paper
            and not says.NO_PAPER.match(paper)
            and not says.FINITE.search(paper)
            and says.PAPER.search(paper)
        ):
            return paper
    return ""


def _quoted(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _LONGEST_QUOTE else f"{flat[: _LONGEST_QUOTE - 3]}..."
