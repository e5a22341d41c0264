"""How many reads a brain may ask for in one turn, and what was left unread where it asked for more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import AgentState
from langchain_core.messages import AIMessage, AnyMessage, ToolCall, ToolMessage
from langgraph.runtime import Runtime

from copilot.turn import Turn

REFUSED = "Not read: the reads of this turn are used up. Answer with what was read."
MOST_NAMED = 3
"""Things left unread that are named; more are counted."""
_REFERENCE = re.compile(r"[A-Z]{1,5}[-/]?(?:[A-Z]{1,5}/)?\d{2,9}")


class CallLimit(AgentMiddleware[Any, Turn]):
    """Runs the first calls of a loop; a further one is answered with `REFUSED` in place of a result.

    Unlike LangChain's own limit it leaves no trace that could be taken for a read that failed: nothing was wrong with Odoo.

    Args:
        most: calls of one run.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def after_model(self, state: AgentState[Any], runtime: Runtime[Turn]) -> dict[str, Any] | None:
        """Answer what is beyond the limit; the calls that stay are run side by side by the loop."""
        *before, last = state["messages"]
        if not isinstance(last, AIMessage) or not last.tool_calls:
            return None
        made = sum(len(message.tool_calls) for message in before if isinstance(message, AIMessage))
        beyond = last.tool_calls[max(0, self._most - made) :]
        refused = [ToolMessage(REFUSED, tool_call_id=str(call["id"]), name=call["name"]) for call in beyond]
        return {"messages": refused} if refused else None


def was_refused(message: ToolMessage) -> bool:
    """Nothing was read for this call."""
    return message.text == REFUSED


def left_unread(messages: Sequence[AnyMessage], words: Iterable[str]) -> str:
    """A sentence about the calls that were refused; empty where there were none.

    Args:
        words: what the person wrote. What a brain passed to a tool is repeated only if it stands there, or is a record's name.
    """
    calls: list[ToolCall] = []
    asked: dict[str, ToolCall] = {}
    for message in messages:
        if isinstance(message, AIMessage):  # an id need not be new in every message
            asked = {str(call["id"]): call for call in message.tool_calls}
        elif isinstance(message, ToolMessage) and was_refused(message) and message.tool_call_id in asked:
            calls.append(asked[message.tool_call_id])
    if not calls:
        return ""
    said = " ".join(words).casefold()
    named = list(dict.fromkeys(_in_words(call, said) for call in calls))
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    told = ", ".join(named[:MOST_NAMED]) + more
    return f"The language model asked for more than one turn may read. Not read: {told}."


def _in_words(call: ToolCall, said: str) -> str:
    what = call["name"].replace("_", " ")
    about = [
        value
        for value in call["args"].values()
        if isinstance(value, str) and value and (value.casefold() in said or _REFERENCE.fullmatch(value))
    ]
    return f"{what} of {about[0]}" if about else what
