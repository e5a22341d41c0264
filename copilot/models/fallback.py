"""Language model first, playbook when it fails: in mid-turn, keeping what was read (`copilot.agent` hands over), and saying so.

A failure is a refused or cut connection, an error status, silence, a reply that takes longer than a call's allowance, that is
larger than it may be, that holds neither text nor a known tool, or that holds an answer without the form asked for. A failure that
passes by itself (busy, restarting) is tried once more if it came quickly. What the model may use up in a turn and in a day is limited.

Source: RELIABILITY R8, T25.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextvars import copy_context
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

from copilot.errors import BrainFailed
from copilot.masking import Pseudonyms
from copilot.models.budget import TokenBudget, tokens_in
from copilot.models.final_answer import NAME as FINAL_ANSWER
from copilot.models.final_answer import as_text
from copilot.models.known_names import KnownNames
from copilot.turn import Turn
from erp_tools.breaker import Breaker

ALLOWANCE_SECONDS = 10.0
"""Longest wait for one call, a second try included; whatever goes wrong in it, the playbook answers 12 s after it began at worst."""
TURN_SECONDS = 28.0
"""Time that the calls of one turn may take as long as all of them succeed; with the playbook behind it 30 s in all."""
WORTHWHILE_SECONDS = 1.0
"""With less left of it no call is begun: it would be cut off, and the endpoint would be blamed for it."""
RETRY_WITHIN_SECONDS = 3.0
"""A failure that came this quickly is tried once more."""
PAUSE_SECONDS = 0.4
MAX_TURN_TOKENS = 60_000
"""Estimated tokens, sent and received, of one turn."""
MAX_REPLY_CHARACTERS = 24_000
"""Of a reply: its text and the arguments of its tool calls, of which the structured answer is one."""

DEGRADED = "The language model did not answer usefully; the rule-based playbook answered instead."
SPENT = "The language model's allowance for this turn or this day is used up; the rule-based playbook answered instead."

_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class ModelGuard:
    """Calls the language model within its limits, behind its circuit breaker, and with pseudonyms where they are wanted.

    Args:
        allowance_seconds: for one call.
        turn_seconds: for all calls of a turn together.
        pseudonyms: replace names and addresses in what the model sees.
        budget: tokens a day; None: no limit.
    """

    def __init__(
        self,
        breaker: Breaker,
        *,
        allowance_seconds: float = ALLOWANCE_SECONDS,
        turn_seconds: float = TURN_SECONDS,
        pseudonyms: bool = False,
        budget: TokenBudget | None = None,
    ) -> None:
        self.breaker, self.pseudonyms = breaker, pseudonyms
        self._allowance, self._turn_seconds, self._budget = allowance_seconds, turn_seconds, budget
        self._names = KnownNames()
        self._described: dict[str, int] = {}
        """Name of a tool -> the size of its description, which is the same for the life of the process."""
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="model")

    def call(
        self,
        turn: Turn,
        messages: Sequence[BaseMessage],
        send: Callable[[list[BaseMessage]], AIMessage],
        *,
        tools: Iterable[Any] = (),
    ) -> AIMessage:
        """The model's reply, with what was meant in place of pseudonyms, and an answer given as data as the text that it means.

        Args:
            send: sends messages to the model and returns its reply; raises whatever it likes.
            tools: what is offered with the messages; its description is sent with every call, and counts.

        Raises:
            BrainFailed: the model gave nothing usable, may not be asked now, or its allowance is used up.
        """
        if turn.brain_failed or not self.breaker.allows():
            raise BrainFailed("the language model is resting")
        masks = self._names.of(turn) if self.pseudonyms else None
        shown = _masked(messages, masks, turn.words) if masks else list(messages)
        size = sum(_size(message) for message in shown) + sum(self._description_size(tool) for tool in tools)
        if (
            turn.model_tokens + size > MAX_TURN_TOKENS
            or (self._budget and not self._budget.has(size))
            or min(self._turn_seconds - turn.model_seconds, turn.seconds_left()) < WORTHWHILE_SECONDS
        ):
            turn.note_degraded(SPENT)
            raise BrainFailed("the allowance is used up")
        begun = time.monotonic()
        received = 0
        try:
            reply = self._in_time(turn, shown, send, begun)
            received = _size(reply)  # it is paid for, of use or not
            if len(reply.text) + len(_arguments(reply)) > MAX_REPLY_CHARACTERS:
                raise BrainFailed("the reply is too long")
            reply = as_text(_restored(reply, masks) if masks else reply)
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
            turn.model_tokens += size + received
            if self._budget:
                self._budget.spend(size + received)
        self.breaker.succeeded()
        return reply

    def _description_size(self, tool: Any) -> int:
        """Estimated tokens of a tool's name, description and schema, as an endpoint gets them with every call."""
        name = str(getattr(tool, "name", ""))
        if name not in self._described:
            described = tool if isinstance(tool, dict) else convert_to_openai_tool(tool)
            size = tokens_in(json.dumps(described, ensure_ascii=False))
            if not name:
                return size
            self._described[name] = size
        return self._described[name]

    def _in_time(
        self,
        turn: Turn,
        shown: list[BaseMessage],
        send: Callable[[list[BaseMessage]], AIMessage],
        begun: float,
    ) -> AIMessage:
        for attempt in (1, 2):
            # A turn's calls add up only as long as they succeed: a failure ends the model's part of the turn.
            granted = min(self._allowance, self._turn_seconds - turn.model_seconds, turn.seconds_left())
            left = granted - (time.monotonic() - begun)
            try:
                return self._pool.submit(copy_context().run, send, shown).result(timeout=max(0.1, left))
            except Exception as error:
                quick = time.monotonic() - begun < RETRY_WITHIN_SECONDS and left > 2 * PAUSE_SECONDS
                if attempt == 2 or not quick or not _may_pass(error):
                    raise
                time.sleep(PAUSE_SECONDS)
        raise AssertionError("the second attempt returns or raises")


class PlaybookFallback(AgentMiddleware[Any, Turn]):
    """Wraps each model call of a turn; ends the model's loop with BrainFailed when the playbook has to take over."""

    def __init__(self, guard: ModelGuard) -> None:
        super().__init__()
        self._guard = guard

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
        if any(isinstance(message, ToolMessage) for message in messages):
            request.runtime.stream_writer({"progress": "Thinking about what was read"})
        try:
            reply = self._guard.call(turn, messages, send, tools=request.tools)
        except BrainFailed:
            turn.brain_failed = True
            turn.note_degraded(DEGRADED)
            raise
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


def _size(message: BaseMessage) -> int:
    """Estimated tokens of a message: what it says, and the arguments of the tools it calls."""
    return tokens_in(message.text) + (tokens_in(_arguments(message)) if _calls_of(message) else 0)


def _arguments(message: BaseMessage) -> str:
    return "".join(json.dumps(call, ensure_ascii=False) for call in _calls_of(message))


def _calls_of(message: BaseMessage) -> list[dict[str, Any]]:
    if not isinstance(message, AIMessage):
        return []
    return [{"name": call["name"], "arguments": call["args"]} for call in message.tool_calls]


def _masked(messages: Sequence[BaseMessage], masks: Pseudonyms, typed: Sequence[str]) -> list[BaseMessage]:
    """Tool results first, wherever they stand: they say which names are names.

    Args:
        typed: what the person themselves wrote in this conversation.
    """
    for message in messages:
        if isinstance(message, ToolMessage):
            masks.mask_result(message.text)
    # Twice: a name that a later message tells is replaced in the earlier ones, too.
    for _ in range(2):
        shown = [_masked_message(message, masks, typed, first=message is messages[0]) for message in messages]
    return shown


def _masked_message(
    message: BaseMessage, masks: Pseudonyms, typed: Sequence[str], *, first: bool
) -> BaseMessage:
    if isinstance(message, ToolMessage):
        text = masks.mask_result(message.text)
    elif isinstance(
        message, SystemMessage
    ):  # our instructions; what comes after them is a summary of what people wrote
        text = masks.mask(message.text, free_text=not first, typed=not first)
    else:
        by_person = isinstance(message, HumanMessage) and message.text in typed
        text = masks.mask_question(message.text, by_person=by_person)
    changed = message.model_copy(update={"content": text})
    if isinstance(changed, AIMessage) and changed.tool_calls:
        calls = [{**call, "args": _masked_arguments(call["args"], masks)} for call in changed.tool_calls]
        changed = changed.model_copy(update={"tool_calls": calls})
    return changed


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
