"""Language model first, playbook when it fails: in mid-turn, keeping what was read, and saying so.

A failure is a refused or cut connection, an error status, silence, a reply that takes longer than the turn's allowance, that is
larger than it may be, or that holds neither text nor a known tool. A failure that passes by itself (busy, restarting) is tried
once more if it came quickly. What the model may use up in a turn and in a day is limited.

Source: RELIABILITY R8, T25.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextvars import copy_context
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from copilot.errors import BrainFailed
from copilot.masking import Pseudonyms
from copilot.models.budget import TokenBudget, tokens_in
from copilot.models.final_answer import NAME as FINAL_ANSWER
from copilot.models.final_answer import as_text
from copilot.turn import Turn
from erp_tools.breaker import Breaker

ALLOWANCE_SECONDS = 10.0
"""Time one turn may spend waiting for the language model; then the playbook answers (12 s in all at worst)."""
RETRY_WITHIN_SECONDS = 3.0
"""A failure that came this quickly is tried once more."""
PAUSE_SECONDS = 0.4
MAX_TURN_TOKENS = 60_000
"""Estimated tokens, sent and received, of one turn."""
MAX_REPLY_CHARACTERS = 24_000

DEGRADED = "The language model did not answer usefully; the rule-based playbook answered instead."
SPENT = "The language model's allowance for this turn or this day is used up; the rule-based playbook answered instead."

_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class ModelGuard:
    """Calls the language model within its limits, behind its circuit breaker, and with pseudonyms where they are wanted.

    Args:
        pseudonyms: replace names and addresses in what the model sees.
        budget: tokens a day; None: no limit.
    """

    def __init__(
        self,
        breaker: Breaker,
        *,
        allowance_seconds: float = ALLOWANCE_SECONDS,
        pseudonyms: bool = False,
        budget: TokenBudget | None = None,
    ) -> None:
        self.breaker, self.pseudonyms = breaker, pseudonyms
        self._allowance, self._budget = allowance_seconds, budget
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="model")

    def call(
        self, turn: Turn, messages: Sequence[BaseMessage], send: Callable[[list[BaseMessage]], AIMessage]
    ) -> AIMessage:
        """The model's reply, with what was meant in place of pseudonyms.

        Args:
            send: sends messages to the model and returns its reply; raises whatever it likes.

        Raises:
            BrainFailed: the model gave nothing usable, may not be asked now, or its allowance is used up.
        """
        if turn.brain_failed or not self.breaker.allows():
            raise BrainFailed("the language model is resting")
        masks = Pseudonyms(turn.conversation) if self.pseudonyms else None
        if masks:
            masks.learn("Person", turn.person.name)
            for fact in turn.book.evidence():  # a result may tell of more people than its own fields name
                masks.learn_result({"model": fact.model, "display_name": fact.display_name, **fact.fields})
        shown = _masked(messages, masks) if masks else list(messages)
        size = sum(tokens_in(message.text) for message in shown)
        if turn.model_tokens + size > MAX_TURN_TOKENS or (self._budget and not self._budget.has(size)):
            turn.note_degraded(SPENT)
            raise BrainFailed("the allowance is used up")
        begun = time.monotonic()
        try:
            reply = self._in_time(turn, shown, send, begun)
            if len(reply.text) > MAX_REPLY_CHARACTERS:
                raise BrainFailed("the reply is too long")
        except (
            Exception
        ) as error:  # the model is outside our control: whatever it raises, the person gets an answer
            self.breaker.failed()
            turn.note_failure(
                error if not isinstance(error, Late) else BrainFailed("no complete reply in time")
            )
            raise BrainFailed(type(error).__name__) from error
        finally:
            turn.model_seconds += time.monotonic() - begun
            turn.model_tokens += size
            if self._budget:
                self._budget.spend(size)
        self.breaker.succeeded()
        received = tokens_in(reply.text)
        turn.model_tokens += received
        if self._budget:
            self._budget.spend(received)
        return _restored(reply, masks) if masks else reply

    def _in_time(
        self,
        turn: Turn,
        shown: list[BaseMessage],
        send: Callable[[list[BaseMessage]], AIMessage],
        begun: float,
    ) -> AIMessage:
        for attempt in (1, 2):
            left = min(self._allowance - turn.model_seconds, turn.seconds_left()) - (time.monotonic() - begun)
            try:
                return self._pool.submit(copy_context().run, send, shown).result(timeout=max(0.1, left))
            except Exception as error:
                quick = time.monotonic() - begun < RETRY_WITHIN_SECONDS and left > 2 * PAUSE_SECONDS
                if attempt == 2 or not quick or not _may_pass(error):
                    raise
                time.sleep(PAUSE_SECONDS)
        raise AssertionError("the second attempt returns or raises")


class PlaybookFallback(AgentMiddleware[Any, Turn]):
    """Wraps each model call of a turn."""

    def __init__(self, playbook: BaseChatModel, guard: ModelGuard) -> None:
        super().__init__()
        self._playbook, self._guard = playbook, guard

    def wrap_model_call(
        self, request: ModelRequest[Turn], handler: Callable[[ModelRequest[Turn]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        turn = request.runtime.context
        known = {tool.name if hasattr(tool, "name") else "" for tool in request.tools}

        def send(messages: list[BaseMessage]) -> AIMessage:
            system = next((one for one in messages if isinstance(one, SystemMessage)), None)
            rest = [one for one in messages if one is not system]
            return usable(handler(request.override(messages=rest, system_message=system)), known)  # type: ignore[arg-type]

        messages = [*([request.system_message] if request.system_message else []), *request.messages]
        try:
            reply = self._guard.call(turn, messages, send)
            reply = as_text(reply)
        except BrainFailed:
            turn.brain_failed = True
            turn.note_degraded(DEGRADED)
            return handler(request.override(model=self._playbook))
        return ModelResponse(result=[reply])


def usable(response: ModelResponse[Any], known: set[str]) -> AIMessage:
    """The reply of a response.

    Raises:
        BrainFailed: it holds nothing that can be used.
    """
    reply = next((message for message in response.result if isinstance(message, AIMessage)), None)
    if reply is None:
        raise BrainFailed("the model gave no message")
    wrong = [call["name"] for call in reply.tool_calls if call["name"] not in known | {FINAL_ANSWER}]
    if wrong or reply.invalid_tool_calls:
        raise BrainFailed("the model called an unknown tool, or a tool with arguments that cannot be read")
    finished = reply.response_metadata.get("finish_reason")
    if finished not in {"stop", "tool_calls"}:
        raise BrainFailed(f"the reply was cut off ({finished or 'the stream ended early'})")
    if not reply.tool_calls and not reply.text.strip():
        raise BrainFailed("the model gave an empty reply")
    return reply


def _may_pass(error: BaseException) -> bool:
    """A failure of the moment: busy, restarting, a connection refused or cut before anything was read."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status in _PASSING
    return type(error).__name__ in {"APIConnectionError", "RemoteProtocolError", "ConnectError", "ReadError"}


def _masked(messages: Sequence[BaseMessage], masks: Pseudonyms) -> list[BaseMessage]:
    """Tool results first, wherever they stand: they say which names are names."""
    for message in messages:
        if isinstance(message, ToolMessage):
            masks.mask_result(message.text)
    shown: list[BaseMessage] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            text = masks.mask_result(message.text)
        elif isinstance(message, SystemMessage):
            text = masks.mask(message.text)
        else:
            text = masks.mask_question(message.text)
        changed = message.model_copy(update={"content": text})
        if isinstance(changed, AIMessage) and changed.tool_calls:
            calls = [{**call, "args": _masked_arguments(call["args"], masks)} for call in changed.tool_calls]
            changed = changed.model_copy(update={"tool_calls": calls})
        shown.append(changed)
    return shown


def _masked_arguments(value: Any, masks: Pseudonyms) -> Any:
    if isinstance(value, str):
        return masks.mask_question(value)
    if isinstance(value, dict):
        return {key: _masked_arguments(inner, masks) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked_arguments(inner, masks) for inner in value]
    return value


def _restored(reply: AIMessage, masks: Pseudonyms) -> AIMessage:
    calls = [{**call, "args": masks.restore_arguments(call["args"])} for call in reply.tool_calls]
    return AIMessage(
        content=masks.restore(reply.text),
        tool_calls=calls,
        response_metadata=reply.response_metadata,
        id=reply.id,
    )


__all__ = ["DEGRADED", "SPENT", "ModelGuard", "PlaybookFallback", "usable"]
