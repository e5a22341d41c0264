"""The check itself: each sentence against what it cites, against what code said, and against all evidence of the turn."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from copilot.addresses import has_path, has_web_address
from copilot.answer import Checks, Citation, Evidence
from copilot.evidence_book import MARK
from copilot.grounding.asked import AskedFor, names_of
from copilot.grounding.causes import foreign_causes, foreign_happenings
from copilot.grounding.claims import (
    LIST_NUMBER,
    ODOO_TERMS,
    Claim,
    claims_of,
    has_open_quote,
    without_quotes,
)
from copilot.grounding.concepts import BY_PEOPLE, COMPARISONS, Stance, stances_of
from copilot.grounding.deeds import DEEDS, claimed_deeds
from copilot.grounding.findings import (
    Statement,
    findings_of,
    negators_of,
    signs_of,
    source_of,
    statements_of,
    turns_of,
    words_of,
)
from copilot.grounding.lone_names import lone_names
from copilot.grounding.names import escaped, marked_up, without_names
from copilot.grounding.rules import foreign_rules
from copilot.grounding.sources import Source, name_in_its_role, supported
from copilot.grounding.sums import recomputed
from copilot.grounding.text import folded, sentences_of, stem
from copilot.models.playbook.asking_back import is_question_back


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A sentence that did not pass, with what nothing supports."""

    sentence: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Grounded:
    """A text after the check."""

    text: str
    checks: Checks
    removed: tuple[str, ...]
    """The sentences that were taken out, for the log and the receipt; never shown as fact."""
    failed: tuple[Failed, ...] = ()
    """The same with the reasons, for one attempt at repair."""


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    """One sentence looked at."""

    sentence: str
    """As it may be shown: a mark that supports nothing of it is left out or put right."""
    claims: int
    supported: int
    reasons: tuple[str, ...]


LONGEST_SENTENCE = 3_000
"""Characters; a longer one is no sentence that a person would read, and would take seconds to be checked."""
ALIGNED = 0.8
"""Share of a sentence's words that make it a rewording of what code said; then it must say the same."""
SUPERSEDED = "(superseded)"
"""What a quote of a document that is out of force says behind its title."""
_SHARE_WORDS = 5
_LEAD_WORDS = re.compile(r"[-*•\s]*(?:\*\*)?(?:[A-Za-z']+ ?){1,6}")
_ROLE_OF = {
    "customer service": "service", "warehouse supervisor": "supervisor", "supervisor": "supervisor", "purchasing": "purchasing",
    "sales": "sales", "finance": "finance", "compliance": "compliance",
}  # fmt: skip
"""What may stand before a colon in front of code's own words: ``- Warehouse supervisor:``."""

_LEADS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\b(?:contract|agreement)\b[^.:“]{0,80}\b(?:says|states|provides|requires|allows|forbids)\b"), frozenset({"contract"})),
    (re.compile(
r"\b(?:procedure|sop)\b[^.:“]{0,80}\b(?:says|states|requires|allows|forbids)\b"
), frozenset({"sop", "case_note", "product_rule"})),
    (re.compile(r"\bcarrier(?:'s)? polic(?:y|ies)\b[^.:“]{0,80}\b(?:says|state|states|requires|allows)\b"), frozenset({"carrier_policy"})),
)  # fmt: skip
_LABEL = re.compile(r"\]\s*\(([^()]+(?:\([^()]*\)[^()]*)*), ([^(),]+)\)")
"""``[K1] (Supply Agreement MF-2026-014, 5.1)``: what a citation says of itself."""
_SECTION = re.compile(r"\b(?:clause|section|article|paragraph|§)\s*§?\s*(\d+(?:\.\d+)*)", re.IGNORECASE)
_NOT_OURS = re.compile(
    r"!\[|\]\s*\(\s*(?:[a-z][a-z0-9+.-]*:|//|/|\.)|^\s*\[[^\]]+\]:|<\s*[a-z/!?]|(?:javascript|data|vbscript):",
    re.IGNORECASE,
)
"""Images, links, link definitions and HTML: an answer's links are made by code."""
_BETWEEN_NUMBERS = re.compile(
    (
        r"(\d[\d,]*(?:\.\d+)?)[^\d]{0,60}\b(more|higher|greater|larger|later|fewer|less|lower|smaller"
        r"|earlier|cheaper) than\b[^\d]{0,40}(\d[\d,]*(?:\.\d+)?)"
    ),
    re.IGNORECASE,
)


class Grounding:
    """The evidence of one turn, ready to be looked up.

    Args:
        evidence: Odoo facts read in the turn.
        citations: passages read in the turn.
        today: the person's day; a figure may be the time between a promise and today.
        timezone: of the person; an instant counts as the day it is there.
        question: the person's own words; names and references may come from them where nothing is cited.
        said: what code itself put into tool results (messages, names of records); may be repeated.
        results: the tool results of the turn, as JSON: what code says about the evidence, with the ids it rests on.
        asked_for: what a brain passed to the reads of the turn. It proves nothing where it comes back in `said` or in `results`; a
            reference or short name of it that the person wrote, too, may be named.
        words: what the person wrote earlier in the conversation.
    """

    def __init__(
        self,
        evidence: Iterable[Evidence],
        citations: Iterable[Citation],
        *,
        today: date,
        timezone: str = "UTC",
        question: str = "",
        said: Iterable[str] = (),
        results: Iterable[Any] = (),
        asked_for: Iterable[str] = (),
        words: Iterable[str] = (),
    ) -> None:
        zone = ZoneInfo(timezone)
        self._today = today
        self._asked = question
        evidence = list(evidence)
        passed = AskedFor(asked_for, (question, *words), known=names_of(evidence))
        said = [passed.without_statements(one) for one in said]
        results = [passed.unasked(_value_of(one)) for one in results]
        self._sources: dict[str, Source] = {}
        self._labels: dict[str, str] = {}
        self._citations = {one.id: one for one in citations}
        self._models: dict[str, str] = {}
        for fact in evidence:
            self._sources[fact.id] = Source.of_values(
                [dict(fact.fields), fact.display_name], zone, model=fact.model
            )
            self._labels[fact.id] = fact.display_name
            self._models[fact.id] = fact.model
        self._marked_up = marked_up([*self._labels.values(), *(dict(fact.fields) for fact in evidence)])
        for passage in self._citations.values():
            self._sources[passage.id] = Source.of_values(
                [
                    passage.quote, passage.title, passage.section, passage.customer,
                    passage.valid_from, passage.valid_to, passage.page, passage.page_of,
                ],
                zone,
                is_passage=True,
            )  # fmt: skip
        self._findings = [(finding, source_of(finding, zone)) for finding in findings_of(results)]
        self._contexts = {
            id(finding): Source.of_values(finding.context, zone)
            for finding, _ in self._findings
            if finding.context
        }
        self._statements = statements_of([finding for finding, _ in self._findings], said, today)
        self._by_word: dict[str, list[Statement]] = defaultdict(list)
        for statement in self._statements:
            for word in statement.words:
                self._by_word[word].append(statement)
        self._deeds = {fact for _, source in self._findings for fact in source.facts if fact[0] in DEEDS}
        """What the drafts in the results show to have been done."""
        self._superseded = _superseded(results)
        self._question = Source.of_values([question], zone)
        self._said = Source.of_values([passed.without_any(one) for one in said], zone)
        self._named = Source.of_values(passed.names, zone)
        self._made_by_code = folded(" | ".join(said))
        self._all = [*self._sources.values(), *(source for _, source in self._findings)]

    def unknown_ids(self, text: str) -> list[str]:
        """Marks in a text whose id was never given."""
        return [mark for mark in MARK.findall(text) if mark not in self._sources]

    def check(self, text: str) -> Grounded:
        """Keep the sentences whose every claim is supported and whose marks are known; count what was found."""
        claims = good = 0
        failed: list[Failed] = []
        lines: list[str] = []
        lead = ""
        for line in text.splitlines():
            kept: list[str] = []
            had = sentences_of(line)
            cited_before: tuple[str, ...] = ()
            if had and not LIST_NUMBER.match(line):
                lead = ""
            for sentence in had:
                verdict = self._judge(sentence, cited_before, lead)
                cited_before = tuple(MARK.findall(sentence)) or cited_before
                claims += verdict.claims
                good += verdict.supported
                if verdict.reasons:
                    failed.append(Failed(sentence=sentence.strip(), reasons=verdict.reasons))
                else:
                    kept.append(escaped(verdict.sentence, self._marked_up))
            if had:
                lead = line if line.rstrip(" *").endswith(":") else lead
            if kept or not had:
                lines.append(
                    " ".join(part.strip() if index else part.rstrip() for index, part in enumerate(kept))
                )
        return Grounded(
            text=re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(),
            checks=Checks(claims=claims, supported=good, removed=len(failed)),
            removed=tuple(one.sentence for one in failed),
            failed=tuple(failed),
        )

    def _judge(self, sentence: str, cited_before: Sequence[str], lead: str) -> _Verdict:
        if len(sentence) > LONGEST_SENTENCE:
            return _Verdict(
                sentence=sentence, claims=1, supported=0, reasons=("the sentence is too long to be checked",)
            )
        if is_question_back(sentence, self._asked):
            return _Verdict(sentence=sentence, claims=0, supported=0, reasons=())
        claims = claims_of(self._without_labels(sentence), self._today)
        marks = list(dict.fromkeys(MARK.findall(sentence)))
        reasons = [f"there is no evidence {mark}" for mark in self.unknown_ids(sentence)]
        brought = without_names(sentence, self._marked_up)
        if has_open_quote(brought):
            reasons.append("a quotation has no end")
        if _NOT_OURS.search(brought):
            reasons.append("links, images and HTML are not for an answer")
        reasons += [f"{one.text} is an address from elsewhere" for one in claims if self._is_foreign(one)]
        known = [mark for mark in marks if mark in self._sources]
        bad: list[Claim] = []
        stances: list[Stance] = []
        aligned = self._aligned(sentence)
        differing = [(one, self._differences(one, wording, in_front)) for one, wording, in_front in aligned]
        same = [one for one, differences in differing if not differences]
        shown = sentence
        if same:
            shown = self._with_right_marks(sentence, known, same)
            if (
                not folded(lead).strip(" *").startswith("it needs")
            ):  # what code lays down as a condition has not happened
                for stance in stances_of(without_quotes(sentence)):
                    if stance.concept == "agreed" and not self._stated(
                        stance, sentence, known or list(cited_before)
                    ):
                        reasons.append(f"no evidence says “{stance.text}”")
        elif aligned:
            nearest, differences = min(differing, key=lambda one: len(one[1]))
            reasons.append(f"the records say “{nearest.text}”, not {', '.join(differences)}")
        elif known or not self._repeats_code(sentence):
            sources = self._cited_sources(known) if known else None
            named = frozenset(
                day for one in claims if one.kind == "date" and not one.relative for day in one.either
            )
            bad = [one for one in claims if not self._holds(one, sources, known, named)]
            bad = recomputed(claims, bad)
            figures = [one for one in claims if one.kind in {"date", "number", "percent", "days", "quote"}]
            figures = figures or [one for one in claims if one.kind in {"name", "reference"}]
            if known and figures and not bad and not self._says_any(figures, sources or [], named):
                bad = figures
            stances = stances_of(without_quotes(sentence))
            for stance in stances:
                if not self._stated(stance, sentence, known or list(cited_before)):
                    reasons.append(
                        f"no evidence says “{stance.text}”" + ("" if stance.holds else " is denied")
                    )
            shown = self._without_idle_marks(sentence, known, claims)
        reasons += self._unproven_words(self._without_labels(sentence), known or list(cited_before), same)
        reasons += [f"{claim.text} is not in the evidence" for claim in bad]
        reasons += self._wrong_citation(sentence, lead, known)
        total = len(claims) + len(stances)
        return _Verdict(
            sentence=shown,
            claims=total,
            supported=total - min(total, max(1, len(bad))) if reasons else total,
            reasons=tuple(reasons),
        )

    def _unproven_words(self, sentence: str, marks: Sequence[str], same: Sequence[Statement]) -> list[str]:
        """Causes, happenings, rules and deeds that a sentence tells in words of its own and nothing of the turn says."""
        if self._repeats_code(sentence):
            return []
        cited = self._cited_sources([mark for mark in marks if mark in self._sources])
        of_code = [source for _, source in self._findings]
        found = [
            f"no evidence says “{words}”"
            for words in foreign_causes(sentence, [*(cited or self._all), *of_code, self._said])
        ]
        found += [
            f"nothing read says that something “{word}”"
            for word in foreign_happenings(sentence, [*self._all, *self._contexts.values(), self._said])
        ]
        passages = [mark for mark in marks if mark in self._citations]
        found += [
            f"no document read says “{words}”"
            for words in foreign_rules(
                sentence,
                [self._sources[mark] for mark in passages or self._citations],
                cited if passages else [*of_code, self._said],
                cites=bool(passages),
            )
        ]
        found += [
            f"nothing shows “{words}”"
            for deed, words in claimed_deeds(sentence)
            if (deed, True) not in self._deeds
        ]
        everything = [*self._all, *self._contexts.values(), self._said, self._question, self._named]
        found += [
            f"no evidence names “{name}”"
            for name in lone_names(sentence, lambda word: any(source.says(word) for source in everything))
        ]
        told = folded(" ".join(statement.text for statement in same))
        return [one for one in found if folded(one.partition("“")[2].rstrip("”")) not in told]

    # What code said

    def _aligned(self, sentence: str) -> list[tuple[Statement, str, str]]:
        """Statements of code that this sentence repeats or rewords, the closest first, each with the words of the sentence that do
        so and the lead in front of them (``Purchasing:``)."""
        found: dict[int, tuple[float, Statement, str, str]] = {}
        wordings = [(sentence, "")]
        lead, colon, rest = sentence.partition(": ")
        if colon and _LEAD_WORDS.fullmatch(lead):
            wordings.append((rest, lead))
        for wording, in_front in wordings:
            words = words_of(wording)
            size = sum(words.values())
            if size < _SHARE_WORDS:
                continue
            shared: dict[int, tuple[int, Statement]] = {}
            for word, times in words.items():
                for statement in self._by_word.get(word, ()):
                    count, _ = shared.get(id(statement), (0, statement))
                    shared[id(statement)] = (count + min(times, statement.words[word]), statement)
            for key, (count, statement) in shared.items():
                covers = count / max(1, sum(statement.words.values()))
                if count / size >= ALIGNED and (size >= _SHARE_WORDS + 3 or covers >= 0.4):
                    score = count / size + count / max(1, sum(statement.words.values()))
                    if key not in found or score > found[key][0]:
                        found[key] = (score, statement, wording, in_front)
        return [one[1:] for one in sorted(found.values(), key=lambda one: -one[0])]

    def _differences(self, statement: Statement, wording: str, lead: str) -> list[str]:
        """What a sentence says otherwise than the statement it rewords."""
        found: list[str] = []
        rest = iter([_key(claim) for claim in statement.claims])
        for claim in claims_of(self._without_labels(wording), self._today):
            if not any(_key(claim) == one for one in rest):
                found.append(claim.text)
                rest = iter([_key(claim) for claim in statement.claims])
        known = {word for word, _ in statement.signs}
        found += [
            word for word, sign in signs_of(wording) if word in known and (word, sign) not in statement.signs
        ]
        found += sorted((turns_of(wording) - statement.turns).elements())
        denials = iter(statement.negators)
        found += [word for word in negators_of(wording) if word not in denials]
        stances = stances_of(without_quotes(wording), facts_only=False)
        found += [one.text for one in stances if (one.concept, one.holds) not in statement.concepts]
        role = _ROLE_OF.get(folded(lead).strip(" -*•"))
        if role and statement.owner and role != statement.owner:
            found.append(lead)
        return found

    def _with_right_marks(self, sentence: str, known: Sequence[str], same: Sequence[Statement]) -> str:
        """The sentence with only those of its marks that code gave to the statement; code's own where none is left."""
        if not known or any(not statement.ids for statement in same):
            return sentence
        best = max(same, key=lambda statement: len(statement.ids & set(known)))
        wrong = [mark for mark in known if mark not in best.ids]
        right = (
            "" if len(wrong) < len(known) else "".join(f"[{one}]" for one in sorted(best.ids, key=_place)[:2])
        )
        return _replace_marks(sentence, wrong, right)

    def _repeats_code(self, sentence: str) -> bool:
        """Word for word what code put into a tool's result without naming evidence (a message); never what was passed to a tool."""
        bare = folded(LIST_NUMBER.sub("", MARK.sub("", sentence)).replace("*", "")).rstrip(" .")
        lead, _, tail = bare.partition(": ")
        words = [bare, tail if _LEAD_WORDS.fullmatch(lead) else ""]
        return any(len(one) > 20 and one in self._made_by_code for one in words)

    def _is_foreign(self, claim: Claim) -> bool:
        """An address that neither code wrote nor a record holds as an address of its own. One in a message or a document may be
        bait; quoted from a document, a mail address (never a web address) may stand."""
        text = str(claim.value)
        if claim.kind == "quote":
            return has_web_address(text)
        if claim.kind != "address" or self._said.says(text):
            return False
        if (
            "@" not in text
            and not has_path(text)
            and any(folded(text) in folded(one) for one in self._labels.values())
        ):
            return False  # a company that is called by its domain ("Booking.example Ltd"): a name, which leads nowhere
        return not any(
            re.search(r"e?mail|website", key) and folded(text) in value
            for source in self._sources.values()
            for key, value in source.named
        )

    # Evidence

    def _cited_sources(self, marks: Sequence[str]) -> list[Source]:
        cited = set(marks)
        return [self._sources[mark] for mark in marks] + [
            source for finding, source in self._findings if finding.ids & cited
        ]

    def _surroundings(self, marks: Sequence[str]) -> list[Source]:
        """What the cited findings lie in, and records that cited records name: for names and references."""
        cited, around = set(marks), self._contexts_of(marks)
        words = [self._sources[mark] for mark in marks]
        linked = [
            self._sources[one]
            for one, label in self._labels.items()
            if one not in cited and any(source.says(label) for source in words)
        ]
        return [*around, *linked]

    def _contexts_of(self, marks: Sequence[str]) -> list[Source]:
        cited = set(marks)
        return [
            self._contexts[id(finding)]
            for finding, _ in self._findings
            if finding.ids & cited and id(finding) in self._contexts
        ]

    def _holds(
        self,
        claim: Claim,
        cited: Sequence[Source] | None,
        marks: Sequence[str],
        sentence_days: frozenset[date],
    ) -> bool:
        """Whether the cited evidence (None: the sentence cites nothing, so all of the turn) holds a claim."""
        sources = list(self._all if cited is None else cited)
        if claim.kind == "number" and self._counted(claim, marks):
            return True
        if claim.kind == "reference" and self._of_another(claim, marks):
            return False
        if claim.kind in {"reference", "name", "date", "unit", "currency"} and cited is not None:
            sources += self._surroundings(marks)
        if cited is None and claim.kind in {"reference", "name", "quote"}:
            sources += [self._question, self._said, self._named]
        if claim.is_today:
            return self._today in claim.either  # whatever else happened on that day
        if claim.kind == "date" and claim.relative and sentence_days and self._today not in claim.either:
            days = {(day.month, day.day) for day in claim.either}
            return any(
                (day.month, day.day) in days for day in sentence_days
            )  # "was due on 13 Nov, 8 days ago": recomputed
        if claim.kind == "name" and not name_in_its_role(claim, sources):
            return False
        if supported(claim, sources, today=self._today, sentence_days=sentence_days):
            return True
        if claim.kind == "currency":
            return supported(claim, self._all, today=self._today, sentence_days=sentence_days)
        if claim.kind == "name":
            parts = [
                part
                for part in re.split(r" (?:of|and|&|the) (?:the )?", str(claim.value))
                if part not in ODOO_TERMS
            ]
            return all(any(source.says(part) for source in sources) for part in parts)
        return False

    def _of_another(self, claim: Claim, marks: Sequence[str]) -> bool:
        """A record's name while the sentence cites a record of the same kind of name: ``S00043`` behind the evidence of S00042."""
        shape = re.sub(r"\d", "0", str(claim.value))
        alike = [
            self._labels[mark] for mark in marks if re.sub(r"\d", "0", self._labels.get(mark, "")) == shape
        ]
        return bool(alike) and str(claim.value) not in alike

    def _says_any(
        self, figures: Sequence[Claim], cited: Sequence[Source], sentence_days: frozenset[date]
    ) -> bool:
        """Whether the cited evidence itself, not only what it belongs to, holds one of the figures."""
        return any(
            supported(one, cited, today=self._today, sentence_days=sentence_days) or self._counted(one, ())
            for one in figures
        )

    def _counted(self, claim: Claim, marks: Sequence[str]) -> bool:
        """``two causes``, ``3 orders``: as many as a list of a result holds, or as records of that kind were read."""
        for finding, _ in self._findings:
            if marks and finding.ids and not finding.ids & set(marks):
                continue
            for name, count in finding.counts.items():
                if count == claim.value and stem(name.rpartition("_")[2]) in (claim.near | {claim.counts}):
                    return True
        kinds: dict[str, int] = defaultdict(int)
        for mark in marks or self._models:
            model = self._models.get(mark, "")
            kinds[
                stem(
                    {"sale.order": "orders", "sale.order.line": "lines", "stock.picking": "deliveries"}.get(
                        model, model
                    )
                )
            ] += 1
        return any(
            count == claim.value and kind in (claim.near | {claim.counts}) for kind, count in kinds.items()
        )

    def _stated(self, stance: Stance, sentence: str, marks: Sequence[str]) -> bool:
        """Whether the evidence says what a clause says in words."""
        if stance.concept in COMPARISONS:
            found = _BETWEEN_NUMBERS.search(without_quotes(sentence))
            if found:
                one, other = (float(number.replace(",", "")) for number in (found[1], found[3]))
                return (one > other) if COMPARISONS[stance.concept] > 0 else (one < other)
        known = [mark for mark in marks if mark in self._sources]
        sources = self._cited_sources(known) if known else self._all
        if stance.concept in BY_PEOPLE:  # what code lays down as a condition is nothing that somebody did
            sources = [
                self._sources[mark] for mark in known or self._sources if known or mark not in self._citations
            ]
        elif not known and stance.about:  # a document rules; it tells of no record
            sources = [source for source in sources if not source.is_passage]
        pool = self._pool(sources)
        same = [one for one in pool if one.concept == stance.concept]
        # Where the evidence says it of the very record, what it says of others does not count.
        same = [one for one in same if one.about & stance.about] or same
        if same:
            return any(one.holds == stance.holds for one in same)
        if stance.concept in BY_PEOPLE:
            if not stance.holds and re.match(r"\W*nothing (?:was|is|has been) ", folded(sentence)):
                return "done: executed" not in dict(self._deeds)  # we change nothing but by a draft
            return (stance.concept, stance.holds) in self._deeds
        if stance.concept == "late":
            return stance.holds and any(
                re.search(r"^promised|commitment_date", one.key) and one.day < self._today
                for source in self._cited_sources(known)
                for one in source.dated
            )
        wider = self._contexts_of(known) if known else [self._said]
        return any((one.concept, one.holds) == (stance.concept, stance.holds) for one in self._pool(wider))

    def _pool(self, sources: Iterable[Source]) -> set[Stance]:
        return {stance for source in sources for stance in source.stances}

    # Marks

    def _without_labels(self, sentence: str) -> str:
        """The sentence with what citations say of themselves blanked: that is checked against the citation itself."""
        return _LABEL.sub(lambda match: match[0][0] + " " * (len(match[0]) - 1), sentence)

    def _without_idle_marks(self, sentence: str, known: Sequence[str], claims: Sequence[Claim]) -> str:
        """The sentence without marks of evidence that holds nothing of it, as long as another mark stays."""
        if len(known) < 2 or not claims:
            return sentence
        idle = [
            mark
            for mark in known
            if not any(
                supported(claim, self._cited_sources([mark]), today=self._today, sentence_days=frozenset())
                for claim in claims
            )
        ]
        return _replace_marks(sentence, idle, "") if len(idle) < len(known) else sentence

    def _wrong_citation(self, sentence: str, lead: str, known: Sequence[str]) -> list[str]:
        """What a sentence says of the passages it cites that they are not: their title, their section, their kind."""
        cited = [self._citations[mark] for mark in known if mark in self._citations]
        if not cited:
            return []
        problems = []
        for match in _LABEL.finditer(sentence):
            title, section = match[1].strip(), match[2].strip()
            if title.endswith(SUPERSEDED) and not self._superseded.isdisjoint(one.id for one in cited):
                title = title.removesuffix(SUPERSEDED).strip()
            if not any(folded(one.title) == folded(title) and _section_fits(section, one) for one in cited):
                problems.append(f"the passage is not “{title}, {section}”")
        own = without_quotes(sentence)
        for match in _SECTION.finditer(own):
            if not any(_section_fits(match[1], one) or match[1] in one.quote for one in cited):
                problems.append(f"the passage is not clause {match[1]}")
        for words in (folded(own), folded(lead)):
            for pattern, kinds in _LEADS:
                if pattern.search(words) and not any(one.type in kinds for one in cited):
                    problems.append(f"the passage is of another kind ({cited[0].type})")
        return problems


def _value_of(result: Any) -> Any:
    """A result as a value; a text that is no JSON says nothing."""
    if not isinstance(result, str):
        return result
    try:
        return json.loads(result)
    except ValueError:
        return None


def _superseded(results: Iterable[Any]) -> frozenset[str]:
    """The passages that their search said to be out of force."""
    return frozenset(
        passage["id"]
        for result in results
        if isinstance(result, dict)
        for passage in result.get("passages") or ()
        if passage.get("superseded")
    )


def _section_fits(section: str, citation: Citation) -> bool:
    said, is_in = folded(section), folded(citation.section)
    return bool(said) and (
        said == is_in
        or is_in.startswith(f"{said} ")
        or said == f"page {citation.page}"
        or f" {said}" in f" {is_in}"
    )


def _key(claim: Claim) -> tuple[str, Any]:
    if claim.kind == "date":
        return claim.kind, (claim.either, claim.year_given)
    value = folded(claim.value) if isinstance(claim.value, str) else claim.value
    return claim.kind, (value, claim.qualifier)


def _place(mark: str) -> tuple[str, int]:
    return mark[0], int(mark[1:])


def _replace_marks(sentence: str, wrong: Sequence[str], right: str) -> str:
    """Take marks out; `right` stands where the first of them stood."""
    for index, mark in enumerate(wrong):
        sentence = sentence.replace(f"[{mark}]", right if index == 0 else "")
    return re.sub(r" +([.,;:])", r"\1", sentence) if wrong and not right else sentence
