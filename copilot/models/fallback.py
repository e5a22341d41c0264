"""Language model first, playbook when it fails: in mid-turn, keeping what was read, and saying so.

Source: RELIABILITY R8. A failure is a refused or cut connection, an error status, silence, a reply that takes longer than the
turn's allowance, or a reply that holds neither text nor a known tool.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextvars import copy_context
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage

from copilot.errors import BrainFailed
from copilot.models.breaker import Breaker
from copilot.turn import Turn

ALLOWANCE_SECONDS = 10.0
"""Time one turn may spend waiting for the language model; then the playbook answers (12 s in all at worst)."""

DEGRADED = "The language model did not answer usefully; the rule-based playbook answered instead."


class PlaybookFallback(AgentMiddleware[Any, Turn]):
    """Wraps each model call of a turn."""

    def __init__(
        self, playbook: BaseChatModel, breaker: Breaker, *, allowance_seconds: float = ALLOWANCE_SECONDS
    ) -> None:
        super().__init__()
        self._playbook, self._breaker, self._allowance = playbook, breaker, allowance_seconds
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="model")

    def wrap_model_call(
        self, request: ModelRequest[Turn], handler: Callable[[ModelRequest[Turn]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        turn = request.runtime.context
        if turn.brain_failed or not self._breaker.allows():
            turn.brain_failed = True
            turn.note_degraded(DEGRADED)
            return handler(request.override(model=self._playbook))
        begun = time.monotonic()
        try:
            running = self._pool.submit(copy_context().run, handler, request)
            response = running.result(timeout=max(0.1, self._allowance - turn.model_seconds))
            _usable(response, request)
        except (
            Exception
        ) as error:  # the model is outside our control: whatever it raises, the person gets an answer
            turn.note_failure(
                error if not isinstance(error, Late) else BrainFailed("no complete reply in time")
            )
            self._breaker.failed()
            turn.brain_failed = True
            turn.note_degraded(DEGRADED)
            return handler(request.override(model=self._playbook))
        finally:
            turn.model_seconds += time.monotonic() - begun
        self._breaker.succeeded()
        return response


def _usable(response: ModelResponse[Any], request: ModelRequest[Turn]) -> None:
    reply = next((message for message in response.result if isinstance(message, AIMessage)), None)
    if reply is None:
        raise BrainFailed("the model gave no message")
    known = {tool.name if hasattr(tool, "name") else "" for tool in request.tools}
    wrong = [call["name"] for call in reply.tool_calls if call["name"] not in known]
    if wrong or reply.invalid_tool_calls:
        raise BrainFailed(f"the model called {wrong or 'a tool with arguments that cannot be read'}")
    finished = reply.response_metadata.get("finish_reason")
    if finished not in {"stop", "tool_calls"}:
        raise BrainFailed(f"the reply was cut off ({finished or 'the stream ended early'})")
    if not reply.tool_calls and not reply.text.strip():
        raise BrainFailed("the model gave an empty reply")
