"""The loop: LangChain's agent with read tools only, one limit on its steps, and either brain.

The graph ends at text. Nothing in it can change Odoo: the tools only read, and approvals do not live here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain.agents.middleware.types import InputAgentState
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage
from langgraph.errors import GraphRecursionError

from copilot.models.breaker import Breaker
from copilot.models.fallback import PlaybookFallback
from copilot.models.playbook_model import NAME as PLAYBOOK
from copilot.models.playbook_model import PlaybookModel
from copilot.tools import TOOLS
from copilot.turn import Turn
from erp_tools.errors import SessionEnded

MAX_TOOL_CALLS = 12
"""A turn's tool calls at the most (RELIABILITY T25)."""
MAX_MODEL_CALLS = MAX_TOOL_CALLS + 2


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a brain wrote, before it is checked."""

    text: str
    brain: str
    """``playbook`` or the model's name: whoever wrote the text."""
    suggestions: tuple[str, ...] = field(default=())


class Agent:
    """One loop for all people; a turn's own things travel in its `Turn`.

    Args:
        model: a language model, or None for the playbook alone.
        model_name: what answers and receipts call it.
    """

    def __init__(
        self, *, model: BaseChatModel | None = None, model_name: str = "", breaker: Breaker | None = None
    ) -> None:
        self._model_name = model_name
        self.breaker = breaker or Breaker()
        playbook = PlaybookModel()
        middleware: list[AgentMiddleware[Any, Turn]] = [
            ModelCallLimitMiddleware(run_limit=MAX_MODEL_CALLS, exit_behavior="end"),
            ToolCallLimitMiddleware(run_limit=MAX_TOOL_CALLS, exit_behavior="continue"),
            ToolErrorMiddleware(_tool_failed),
        ]
        if model is not None:
            middleware.append(PlaybookFallback(playbook, self.breaker))
        self._playbook_only = create_agent(playbook, TOOLS, middleware=middleware[:3], context_schema=Turn)
        self._graph = (
            create_agent(model, TOOLS, middleware=middleware, context_schema=Turn)
            if model
            else self._playbook_only
        )

    @property
    def has_model(self) -> bool:
        return self._graph is not self._playbook_only

    def run(
        self, turn: Turn, system: SystemMessage, messages: Sequence[AnyMessage], *, playbook: bool = False
    ) -> Iterator[str | Draft]:
        """Run one turn: yields progress sentences, and a `Draft` last.

        Args:
            playbook: use the rule-based brain even where a model is configured.
        """
        graph = self._playbook_only if playbook else self._graph
        last: AIMessage | None = None
        try:
            for mode, part in graph.stream(
                InputAgentState(messages=[system, *messages]),
                context=turn,
                stream_mode=["custom", "values"],
                config={"recursion_limit": 4 * MAX_MODEL_CALLS},
            ):
                if mode == "custom" and isinstance(part, dict):
                    yield str(part["progress"])
                elif (
                    mode == "values"
                    and isinstance(part, dict)
                    and isinstance(part["messages"][-1], AIMessage)
                ):
                    last = part["messages"][-1]
        except GraphRecursionError:
            turn.note_degraded(
                "The question took more steps than one turn allows; ask for one thing at a time."
            )
        if last is None or last.tool_calls:
            yield Draft(text="", brain=self._name(turn, playbook))
            return
        extra = last.additional_kwargs.get("suggestions", ())
        written_by = (
            PLAYBOOK if last.response_metadata.get("model_name") == PLAYBOOK else self._name(turn, playbook)
        )
        yield Draft(text=last.text, brain=written_by, suggestions=tuple(str(one) for one in extra))

    def _name(self, turn: Turn, playbook: bool) -> str:
        return PLAYBOOK if playbook or turn.brain_failed or not self.has_model else self._model_name


def _tool_failed(error: Exception, request: Any) -> str | None:
    """A tool that breaks is one missing part of an answer, not the end of the turn; the kind goes to the log, not to the brain."""
    if isinstance(error, SessionEnded):
        return None
    turn: Turn = request.runtime.context
    turn.note_failure(error)
    turn.outcomes.append("unavailable")
    turn.note_degraded(
        "One part of the question could not be read because of a fault on our side; it has been logged."
    )
    return '{"status":"unavailable","message":"That part could not be read just now."}'
