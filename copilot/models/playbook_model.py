"""The rule-based brain as a LangChain chat model, so that the same loop runs it beside a language model.

It needs no network, gives the same answer to the same messages every time, and is the fallback when a language model fails in
mid-conversation: it plans from the tool results that are already there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langgraph.runtime import get_runtime

from copilot.models.call_limit import was_refused
from copilot.models.playbook.answerable import answered_as
from copilot.models.playbook.asker import Asker
from copilot.models.playbook.brain import NAME
from copilot.models.playbook.phrasing import answer, suggestions
from copilot.models.playbook.plan import MAX_READS, next_steps, to_tell
from copilot.models.playbook.steps import Read
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Earlier, Understanding
from copilot.reads import READS
from copilot.turn import Turn

KEPT_FOR_THE_PLAYBOOK = 4
"""Reads of a turn that a language model leaves to the playbook, should that have to finish it: an order with its documents and terms takes
three, a second question beside it one more."""


class PlaybookModel(BaseChatModel):
    """Understands by pattern, plans by rule, phrases from templates."""

    @property
    def _llm_type(self) -> str:
        return NAME

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """The playbook knows the read tools by name; there is nothing to bind."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        turn = _turn()
        asker = Asker.of(turn) if turn else Asker.nobody()
        asked, reads, rounds = read_turn(messages, asker, further_back=turn.further_back if turn else ())
        # One call a round: the loop runs the calls of one message side by side, and evidence ids would come in any order.
        wanted = next_steps(asked, reads, role=asker.role, available=READS.keys())
        steps = wanted[:1] if len(reads) < MAX_READS else []
        if steps:
            call = {
                "name": steps[0].tool,
                "args": steps[0].arguments,
                "id": f"playbook_{rounds}",
                "type": "tool_call",
            }
            reply = AIMessage(content="", tool_calls=[call])
        else:
            reply = AIMessage(
                content=answer(*to_tell(asked, reads), role=asker.role),
                additional_kwargs={"suggestions": list(suggestions(asked, reads)), "intent": asked.intent},
            )
        reply.response_metadata["model_name"] = NAME
        return ChatResult(generations=[ChatGeneration(message=reply)])


def _turn() -> Turn | None:
    """The turn that the loop runs in; None outside of it."""
    try:
        turn = get_runtime(Turn).context
    except RuntimeError:
        return None
    return turn if isinstance(turn, Turn) else None


def read_turn(
    messages: Sequence[BaseMessage], asker: Asker, further_back: Sequence[tuple[str, str]] = ()
) -> tuple[Understanding, list[Read], int]:
    """What this turn asks, what has been read in it so far by whichever brain, and in how many rounds of the playbook's own.

    Args:
        further_back: as `Turn.further_back`.
    """
    begin = max((at for at, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1)
    earlier = [Earlier(question=question, answer=told) for question, told in further_back]
    for message in messages[: max(begin, 0)]:
        if isinstance(message, HumanMessage):
            earlier.append(Earlier(question=message.text))
        elif isinstance(message, AIMessage) and message.text and earlier:
            earlier[-1] = Earlier(question=earlier[-1].question, answer=message.text)
    question = messages[begin].text if begin >= 0 else ""
    calls: dict[str, tuple[str, dict[str, Any]]] = {}
    reads: list[Read] = []
    rounds = 0
    for message in messages[begin + 1 :]:
        if isinstance(message, AIMessage) and message.tool_calls:
            rounds += message.response_metadata.get("model_name") == NAME
            calls.update({str(call["id"]): (call["name"], dict(call["args"])) for call in message.tool_calls})
        elif isinstance(message, ToolMessage) and message.tool_call_id in calls and not was_refused(message):
            name, arguments = calls[message.tool_call_id]
            reads.append(Read(tool=name, arguments=arguments, result=_result(message)))
    asked = understand(question, earlier, today=asker.today, meaning=asker.meaning)
    return answered_as(asked), reads, rounds


def _result(message: ToolMessage) -> dict[str, Any]:
    """A tool's JSON, or what its failure looks like to the phrasing."""
    try:
        result = json.loads(message.text)
    except ValueError:
        result = None
    if not isinstance(result, dict) or message.status == "error":
        return {"status": "unavailable", "message": "That part could not be read just now."}
    return result
