"""The receipt of an answer: one file from which it can be rebuilt, and with which anybody can check that it was not altered.

It holds what was asked and said before, who asked with which rights, what was in force, every read with its arguments and its result,
the evidence, the checks, and the drafts with what became of them. Rebuilding uses the file alone: no Odoo, no documents.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from copilot.answer import Answer, Citation
from copilot.errors import CopilotError
from copilot.grounding import Grounding
from copilot.grounding.asked import passed_in
from copilot.models.playbook.answerable import answered_as
from copilot.models.playbook.brain import NAME as PLAYBOOK
from copilot.models.playbook.phrasing import answer as phrased
from copilot.models.playbook.plan import to_tell
from copilot.models.playbook.steps import Read
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Earlier

if TYPE_CHECKING:
    from copilot.brains import Talk
    from copilot.drafts.desk import Desk
    from copilot.identity import Person
    from copilot.models.playbook.meaning import Meaning
    from copilot.turn import Turn

FORMAT = 1


class NoReceipt(CopilotError):
    """The file is no receipt of ours, or one from before receipts could be rebuilt."""


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What came of rebuilding an answer."""

    unaltered: bool
    """The file is what was written."""
    same_text: bool
    """The playbook said the same again; a language model's text, checked again, lost nothing."""
    text: str


def kept_of(turn: Turn, talk: Talk, *, role: str) -> dict[str, Any]:
    """What is stored with an answer beside the answer itself.

    Args:
        role: whom it was written for.
    """
    return {
        "format": FORMAT,
        "today": turn.today.isoformat(),
        "timezone": turn.timezone,
        "role": role,
        "instructions_sha256": hashlib.sha256(talk.instructions.encode()).hexdigest(),
        "summary": talk.summary,
        "further_back": [list(pair) for pair in turn.further_back],
        "earlier": [list(pair) for pair in talk.earlier],
        "reads": turn.reads,
        "passages": [one.to_json() for one in turn.book.citations()],
        "said": turn.said,
    }


def decided(desk: Desk, person: Person, drafts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What became of an answer's drafts: their state, and every entry of the audit about them, with names where they may be known."""
    names = desk.audit.names()
    told = []
    for one in drafts:
        try:
            draft = desk.drafts.look(person, str(one["draft_id"]))
        except CopilotError:
            continue
        told.append(
            {
                "draft_id": draft.draft_id,
                "version": draft.version,
                "state": draft.state,
                "digest": draft.digest,
                "summary": draft.summary,
                "verdict": dict(draft.verdict),
                "reason": draft.reason,
                "decisions": [
                    {
                        "seq": entry.seq,
                        "at": entry.at,
                        "kind": entry.kind,
                        "who": names.get(entry.actor, entry.actor),
                        "body": dict(entry.body),
                    }
                    for entry in desk.audit.read(subject=f"draft:{draft.draft_id}")
                ],
            }
        )
    return told


def sealed(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt with the hash of its content."""
    content = {name: value for name, value in receipt.items() if name != "sha256"}
    return content | {"sha256": _hash(content)}


def rebuild(receipt: Mapping[str, Any], meaning: Meaning | None = None) -> Rebuilt:
    """Make the answer again from its receipt alone.

    Args:
        meaning: the sense of meaning that the playbook had; None: the one over words alone, which may understand another question.

    Raises:
        NoReceipt: it cannot be rebuilt from this.
    """
    if receipt.get("erased"):
        raise NoReceipt(
            "Whoever asked this was erased, and what they said with them: the answer stands, and cannot be made again."
        )
    try:
        body, given = receipt["answer"], Answer.from_json(receipt["answer"])
        today = date.fromisoformat(receipt["today"])
        reads = [
            Read(tool=one["tool"], arguments=one["arguments"], result=one["result"])
            for one in receipt["reads"]
        ]
        before = (*receipt.get("further_back", ()), *receipt["earlier"])
        earlier = [Earlier(question=question, answer=answer) for question, answer in before]
        passages = [Citation(**one) for one in receipt["passages"]]
        role, said, timezone = str(receipt["role"]), list(receipt["said"]), str(receipt["timezone"])
        passed = [text for one in receipt["reads"] for text in passed_in(one["arguments"])]
        words = [one.question for one in earlier] + [str(receipt.get("summary") or "")]
    except (KeyError, TypeError, ValueError) as error:
        raise NoReceipt(
            "This is no receipt that an answer can be rebuilt from; those of older versions hold no reads."
        ) from error
    grounding = Grounding(
        given.evidence, passages, today=today, timezone=timezone, question=given.question, said=said,
        results=[read.result for read in reads], asked_for=passed, words=words,
    )  # fmt: skip
    text = given.text
    if given.brain == PLAYBOOK:
        asked = answered_as(understand(given.question, earlier, today=today, meaning=meaning))
        text = phrased(*to_tell(asked, reads), role=role)
    checked = grounding.check(text)
    # What could not be proven was taken out when it was answered, and a sentence says so behind the rest.
    same = given.text.startswith(checked.text) if given.brain == PLAYBOOK else checked.checks.removed == 0
    unaltered = receipt.get("sha256") == _hash(
        {name: value for name, value in receipt.items() if name != "sha256"}
    )
    return Rebuilt(unaltered=unaltered, same_text=bool(body) and same, text=checked.text)


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
