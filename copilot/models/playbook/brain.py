"""The playbook on its own: understand, read, phrase.

The same three steps as `playbook_model`, which puts them into LangChain's loop beside a language model. Where there is no model
there is nothing for that loop to decide, and importing it costs a cold command two to three seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from copilot.brains import BrainText, Talk
from copilot.models.playbook.answerable import answered_as
from copilot.models.playbook.asker import Asker
from copilot.models.playbook.phrasing import answer, suggestions
from copilot.models.playbook.plan import MAX_READS, next_steps, to_tell
from copilot.models.playbook.steps import Read
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Earlier
from copilot.reads import READS, progress_of, reading
from copilot.reads.shared import note_fault
from copilot.turn import Turn
from erp_tools.errors import SessionEnded

NAME = "playbook"


class PlaybookBrain:
    """Rules only: same question, same records, same answer, every time."""

    def run(self, turn: Turn, talk: Talk) -> Iterator[str | BrainText]:
        """Yields progress sentences, and the text last."""
        asker = Asker.of(turn)
        earlier = [
            Earlier(question=question, answer=answer)
            for question, answer in (*turn.further_back, *talk.earlier)
        ]
        asked = answered_as(understand(talk.question, earlier, today=asker.today, meaning=asker.meaning))
        reads: list[Read] = []
        while len(reads) < MAX_READS and (
            steps := next_steps(asked, reads, role=asker.role, available=READS.keys())
        ):
            step = steps[0]
            yield progress_of(step.tool, step.arguments)
            try:
                result = yield from reading(step.tool, turn, step.arguments)
            except SessionEnded:
                raise
            except Exception as error:  # one part that cannot be read must not end the turn
                result = note_fault(turn, error)
            reads.append(Read(tool=step.tool, arguments=step.arguments, result=json.loads(result)))
        text = answer(*to_tell(asked, reads), role=asker.role)
        yield BrainText(text=text, brain=NAME, suggestions=suggestions(asked, reads))
