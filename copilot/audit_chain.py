"""How the audit log is sealed: each entry by an HMAC over its content and the entry before, the head by one of its own; and what is
found when it is walked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

GENESIS = "0" * 64
WORDS = "words"
"""Key of the id that stands in an entry's body for what somebody wrote."""
_MARK = f'{{"{WORDS}":"t'
ERASED_KIND = "audit.person_erased"

ProblemKind = Literal[
    "altered", "missing", "swapped", "copied", "added", "broken_link", "truncated", "head_altered"
]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it stands in the log."""

    seq: int
    at: str
    """ISO 8601, UTC."""
    kind: str
    """What happened, such as ``draft.approved``."""
    actor: str
    """Pseudonym of whoever did it, or ``system``."""
    subject: str
    """What it happened to, such as ``draft:3f2a``."""
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One place where the log is not what was written."""

    seq: int
    kind: ProblemKind
    text: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Outcome of `Audit.verify`."""

    entries: int
    problems: tuple[Problem, ...]
    head: str
    """Seal of the newest entry: what is anchored outside."""
    last: int = 0
    """Number of the newest entry."""

    @property
    def holds(self) -> bool:
        return not self.problems


class Chain:
    """Seals and judges with the log's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def pseudonym(self, owner: str) -> str:
        """What a person is called in the log, the same each time."""
        return "p" + hmac.new(self._key, b"person\x1f" + owner.encode(), hashlib.sha256).hexdigest()[:24]

    def text_id(self, salt: str, text: str) -> str:
        """What stands in an entry for somebody's words."""
        content = b"text\x1f" + salt.encode() + b"\x1f" + text.encode()
        return "t" + hmac.new(self._key, content, hashlib.sha256).hexdigest()[:32]

    def judge(self, rows: list[dict[str, Any]], last: Mapping[str, Any] | None) -> Verdict:
        problems: list[Problem] = []
        head_holds = last is not None and self.head_is_ours(last)
        if (last is None and rows) or (last is not None and not head_holds):
            problems.append(
                Problem(
                    seq=0,
                    kind="head_altered",
                    text="the head of the log is gone or was not written by the copilot",
                )
            )
        seals = Counter(row["seal"] for row in rows)
        expected = int(last["first"]) if last is not None and head_holds else 1
        before = GENESIS if expected == 1 else None
        end = int(last["seq"]) if last is not None and head_holds else None
        for row in rows:
            seq = int(row["seq"])
            if end is not None and seq > end:
                problems.append(
                    Problem(seq=seq, kind="added", text=f"entry {seq} was added behind the end of the log")
                )
                continue
            for gone in range(expected, seq):
                problems.append(Problem(seq=gone, kind="missing", text=f"entry {gone} is missing"))
            jumped, expected = seq > expected, seq + 1
            if not hmac.compare_digest(row["seal"], self.seal(row)):
                problems.append(self._why_unsealed(row, rows, seals))
                before = None  # the next entry's link cannot be judged by this one
            else:
                if before is not None and not jumped and row["before"] != before:
                    problems.append(
                        Problem(
                            seq=seq, kind="broken_link", text=f"entry {seq} does not follow the one before it"
                        )
                    )
                before = row["seal"]
        if end is not None:
            if expected <= end:
                problems.append(
                    Problem(
                        seq=expected,
                        kind="truncated",
                        text=f"entries {expected} to {end} were cut off the end",
                    )
                )
            elif rows and before is not None and last is not None and before != last["seal"]:
                problems.append(
                    Problem(
                        seq=end,
                        kind="broken_link",
                        text=f"entry {end} is not the one that the head was signed for",
                    )
                )
        return Verdict(
            entries=len(rows),
            problems=tuple(problems),
            head=str(last["seal"]) if last is not None else GENESIS,
            last=int(last["seq"]) if last is not None else 0,
        )

    def judge_words(
        self, rows: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]
    ) -> list[Problem]:
        """Words that are not those that were written, or are gone though nobody was erased."""
        known = {str(one["text_id"]): one for one in said}
        forgotten = {
            str(row["subject"]).removeprefix("person:") for row in rows if row["kind"] == ERASED_KIND
        }
        problems: list[Problem] = []
        for row in rows:
            for text_id in words_in(str(row["body"])):
                one, seq = known.get(text_id), int(row["seq"])
                if one is None and row["actor"] not in forgotten:
                    problems.append(
                        Problem(seq=seq, kind="missing", text=f"the words of entry {seq} are missing")
                    )
                elif one is not None and self.text_id(str(one["salt"]), str(one["text"])) != text_id:
                    problems.append(
                        Problem(seq=seq, kind="altered", text=f"the words of entry {seq} were altered")
                    )
        return problems

    def _why_unsealed(self, row: dict[str, Any], rows: list[dict[str, Any]], seals: Counter[str]) -> Problem:
        """The most telling name for an entry whose seal does not fit: it may be another entry in this one's place."""
        seq = int(row["seq"])
        for other in rows:
            if other["seq"] != seq and hmac.compare_digest(
                row["seal"], self.seal({**row, "seq": other["seq"]})
            ):
                kind: ProblemKind = "copied" if seals[row["seal"]] > 1 else "swapped"
                told = "is a copy of" if kind == "copied" else "holds what belongs to"
                return Problem(seq=seq, kind=kind, text=f"entry {seq} {told} entry {other['seq']}")
        return Problem(seq=seq, kind="altered", text=f"entry {seq} was altered")

    def seal(self, row: Mapping[str, Any]) -> str:
        content = [
            row["before"],
            row["seq"],
            row["at"],
            row["kind"],
            row["actor"],
            row["subject"],
            row["body"],
        ]
        return hmac.new(self._key, b"entry\x1f" + canonical(content).encode(), hashlib.sha256).hexdigest()

    def signature(self, newest: Mapping[str, Any]) -> str:
        content = [newest["seq"], newest["seal"], newest["first"]]
        return hmac.new(self._key, b"head\x1f" + canonical(content).encode(), hashlib.sha256).hexdigest()

    def head_is_ours(self, last: Mapping[str, Any]) -> bool:
        return hmac.compare_digest(str(last["signature"]), self.signature(last))


def words_in(body: str) -> list[str]:
    """The ids of words in an entry's body as it is stored."""
    if _MARK not in body:
        return []
    parts = json.loads(body).values()
    return [str(one[WORDS]) for one in parts if isinstance(one, dict) and set(one) == {WORDS}]


def canonical(value: Any) -> str:
    """The one way in which a value is written before it is sealed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
