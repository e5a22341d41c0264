"""The chat. Chainlit loads this file by its path and calls the functions below; nobody imports it, and it keeps no state."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping
from typing import Any

import chainlit as cl
from chainlit.config import config as chainlit_config
from chainlit.context import context as chainlit_context
from chainlit.utils import utc_now

from copilot.answer import Answer, Done, Progress, Question, TextPart
from copilot.errors import CopilotError, NotFound, NotSignedIn
from copilot.identity import Person
from copilot.options.drafting import draft_option
from copilot.ui import deciding
from copilot.ui.at_risk_card import at_risk_card, why_question
from copilot.ui.card import answer_cards, source_pages
from copilot.ui.context import current
from copilot.ui.draft_card import draft_card, drafts_of
from copilot.ui.labels import zone_of
from copilot.ui.markdown import safe_markdown, without_hidden_characters
from copilot.ui.options_card import option_of, options_card
from copilot.ui.starters import starters_for
from copilot.ui.streaming import from_thread
from copilot.ui.threads import RUN, ThreadLayer
from copilot.ui.votes import answer_of_run
from erp_tools.actions.action import CannotDraft
from erp_tools.errors import OdooError, SessionEnded

_log = logging.getLogger("copilot.chat")

_ASK_NEXT = "ask_next"
"""Name of the card's action; `public/elements/AnswerCard.jsx` calls it."""
_NO_BUTTON = "This button is no longer valid. Type your question instead."


@cl.data_layer  # type: ignore[untyped-decorator]
def data_layer() -> ThreadLayer:
    return ThreadLayer()


@cl.set_starters  # type: ignore[untyped-decorator]
async def starters(user: cl.User | None, language: str | None = None) -> list[cl.Starter]:
    try:
        person = _person_of(user)
    except NotSignedIn:
        return []
    is_demo = current().copilot.settings.is_demo
    return [
        cl.Starter(label=label, message=question) for label, question in starters_for(person, is_demo=is_demo)
    ]


@cl.on_chat_start  # type: ignore[untyped-decorator]
async def chat_start() -> None:
    """A page that was open over a restart connects again by itself: say at once that its sign-in is gone."""
    try:
        _person()
    except NotSignedIn as error:
        await _signed_out(str(error))


@cl.on_chat_resume  # type: ignore[untyped-decorator]
async def chat_resume(thread: object) -> None:
    """A conversation of before is opened: its messages come from the store; say at once when the sign-in is gone."""
    await chat_start()


@cl.on_message  # type: ignore[untyped-decorator]
async def message(message: cl.Message) -> None:
    await _turn(message.content)


@cl.action_callback(_ASK_NEXT)  # type: ignore[untyped-decorator]
async def ask_next(action: cl.Action) -> None:
    """A suggested question, or an order of a list, was clicked. The card sends an answer's id and a number; the words come from
    the store."""
    payload = action.payload if isinstance(action.payload, dict) else {}
    answer_id = payload.get("answer_id")
    try:
        person = _person()
        if not isinstance(answer_id, str):
            raise NotFound(_NO_BUTTON)
        answer = await asyncio.to_thread(current().copilot.answer, person, answer_id)
        question = _question_behind(answer, payload)
    except NotSignedIn as error:
        await _signed_out(str(error))
        return
    except CopilotError as error:
        await cl.Message(content=safe_markdown(str(error))).send()
        return
    asked = await cl.Message(content=question, type="user_message", author=person.login).send()
    await chainlit_context.emitter.task_start()
    try:
        async with cl.Step(
            name=RUN, type="run", parent_id=asked.id
        ):  # as Chainlit does around a typed question
            await _turn(question)
    finally:
        await chainlit_context.emitter.task_end()


@cl.action_callback(deciding.APPROVE)  # type: ignore[untyped-decorator]
async def approve_draft(action: cl.Action) -> None:
    await _decided(deciding.APPROVE, action.payload)


@cl.action_callback(deciding.REJECT)  # type: ignore[untyped-decorator]
async def reject_draft(action: cl.Action) -> None:
    await _decided(deciding.REJECT, action.payload)


@cl.action_callback(deciding.SUBMIT)  # type: ignore[untyped-decorator]
async def submit_draft(action: cl.Action) -> None:
    await _decided(deciding.SUBMIT, action.payload)


@cl.action_callback(deciding.CANCEL)  # type: ignore[untyped-decorator]
async def cancel_draft(action: cl.Action) -> None:
    await _decided(deciding.CANCEL, action.payload)


@cl.action_callback("draft_option")  # type: ignore[untyped-decorator]
async def draft_chosen(action: cl.Action) -> None:
    """An option of an answer's table is to be drafted. The card sends an answer's id and a number; what is drafted comes from the
    store."""
    payload = action.payload if isinstance(action.payload, dict) else {}
    answer_id, number = payload.get("answer_id"), payload.get("option")
    copilot = current().copilot
    try:
        person = _person()
        if not isinstance(answer_id, str):
            raise NotFound(_NO_BUTTON)
        answer = await asyncio.to_thread(copilot.answer, person, answer_id)
        option = option_of(answer, number)
        if option is None:
            raise NotFound(_NO_BUTTON)
        person = await asyncio.to_thread(copilot.identity.current, person)
        drafts, missing = await asyncio.to_thread(
            draft_option, copilot.desk, person, option, order=answer["comparison"]["order"], answer_id=answer_id,
            thread_id=answer["thread_id"],
        )  # fmt: skip
        cards = [await asyncio.to_thread(draft_card, copilot.desk, person, one.draft_id) for one in drafts]
    except (NotSignedIn, SessionEnded) as error:
        await _signed_out(str(error))
        return
    except (CannotDraft, CopilotError, OdooError) as error:
        await cl.Message(content=safe_markdown(str(error))).send()
        return
    said = "\n\n".join(
        ["**Drafted, not done.** Nothing was changed in Odoo; each draft is decided on its card.", *missing]
    )
    await cl.Message(
        content=safe_markdown(said),
        elements=[cl.CustomElement(name="DraftCard", props=card, display="inline") for card in cards],
    ).send()


async def _decided(name: str, payload: object) -> None:
    """A button of a draft's card: what became of it is said below, with the draft as it stands now."""
    copilot = current().copilot
    try:
        person = _person()
        draft = await asyncio.to_thread(deciding.decide, copilot, person, name, payload)
        card = await asyncio.to_thread(draft_card, copilot.desk, person, draft.draft_id)
    except (NotSignedIn, SessionEnded) as error:
        await _signed_out(str(error))
        return
    except (CopilotError, OdooError) as error:
        await cl.Message(content=safe_markdown(str(error))).send()
        return
    await cl.Message(
        content=safe_markdown(f"**{card['state_name']}**: {draft.summary}"),
        elements=[cl.CustomElement(name="DraftCard", props=card, display="inline")],
    ).send()


def _question_behind(answer: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """The words of a button: of a suggestion (``index``), or of a row of the answer's list (``row``)."""
    index, row = payload.get("index"), payload.get("row")
    if isinstance(row, int) and not isinstance(row, bool) and (asked := why_question(answer, row)):
        return asked
    suggestions = answer["suggestions"]
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(suggestions):
        return str(suggestions[index])
    raise NotFound(_NO_BUTTON)


async def _turn(text: str) -> None:
    """One question, from its first step to the drawn answer; what goes wrong becomes a sentence."""
    copilot = current().copilot
    shown = cl.Message(content="")
    steps = _Steps(parent_id=shown.parent_id)
    try:
        person = _person()
        run = chainlit_context.current_run
        question = Question(
            text=text,
            thread_id=chainlit_context.session.thread_id,
            answer_id=answer_of_run(run.id) if run is not None else None,
        )
        written = ""
        async for event in from_thread(lambda: iter(copilot.stream(person, question))):
            if isinstance(event, Progress):
                await steps.add(event.text)
            elif isinstance(event, TextPart):
                await steps.finish()
                written += event.text
                # whole each time: a danger may lie across two parts
                await shown.stream_token(_safe(written), is_sequence=True)
            elif isinstance(event, Done):
                await steps.finish()
                await _show(shown, event.answer, person)
    except (NotSignedIn, SessionEnded) as error:
        await steps.finish()
        await _signed_out(str(error))
    except (CopilotError, OdooError) as error:
        await steps.finish()
        await _say(shown, str(error))
    except TimeoutError:
        _log.error("turn went silent")
        await steps.finish()
        await _say(
            shown, "The answer takes longer than it may. Ask again in a minute, or ask for less at once."
        )
    except asyncio.CancelledError:
        await steps.finish()
        raise
    except Exception:
        number = secrets.token_hex(4)
        _log.exception("turn failed", extra={"incident": number})
        await steps.finish()
        await _say(
            shown,
            f"Something went wrong on our side. Ask again; if it happens again, tell your administrator the number {number}.",
        )


class _Steps:
    """One line above the answer that says what is being done; opened, it lists everything that was done."""

    def __init__(self, *, parent_id: str | None) -> None:
        self._parent_id = parent_id
        self._step: cl.Step | None = None
        self._done: list[str] = []
        self._open = False

    async def add(self, text: str) -> None:
        text = _plain(text)
        if self._done[-1:] == [text]:
            return
        self._done.append(text)
        if self._step is None:
            self._step = cl.Step(
                name=text,
                type="tool",
                show_input=False,
                parent_id=self._parent_id,
                metadata={"avatarName": chainlit_config.ui.name},
            )
            self._step.start = utc_now()
            self._open = True
            await self._step.send()
            return
        self._step.name = text
        await self._step.update()

    async def finish(self) -> None:
        if self._step is None or not self._open:
            return
        self._open = False
        count = len(self._done)
        self._step.name = self._done[0] if count == 1 else f"{count} steps"
        self._step.output = (
            ""
            if count == 1
            else "\n".join(f"{i}. {safe_markdown(one)}" for i, one in enumerate(self._done, 1))
        )
        self._step.language = None
        self._step.end = utc_now()
        await self._step.update()


async def _show(shown: cl.Message, answer: Answer, person: Person) -> None:
    shown.content = safe_markdown(
        answer.text, sources=source_pages(answer), odoo_address=current().odoo_address
    )
    shown.elements = [
        cl.CustomElement(name="AnswerCard", props=props, display="inline")
        for props in answer_cards(answer, zone=zone_of(person.user.timezone))
    ]
    if props := at_risk_card(answer, odoo_address=current().odoo_address):
        shown.elements.append(cl.CustomElement(name="AtRiskCard", props=props, display="inline"))
    if props := options_card(answer):
        shown.elements.append(cl.CustomElement(name="OptionsCard", props=props, display="inline"))
    for props in await asyncio.to_thread(drafts_of, current(), person, answer):
        shown.elements.append(cl.CustomElement(name="DraftCard", props=props, display="inline"))
    await shown.send()


async def _say(shown: cl.Message, sentence: str) -> None:
    shown.content = safe_markdown(sentence)
    await shown.send()


async def _signed_out(sentence: str) -> None:
    await cl.Message(
        content=safe_markdown(sentence),
        elements=[cl.CustomElement(name="SignedOut", props={}, display="inline")],
    ).send()


def _plain(text: str) -> str:
    """A step's name: the renderer may read it as Markdown, and no step needs any."""
    return re.sub(r"[\[\]<>`*]|!(?=\[)|\w+://", "", without_hidden_characters(text)).strip()


def _safe(text: str) -> str:
    return safe_markdown(text, odoo_address=current().odoo_address)


def _person() -> Person:
    return _person_of(cl.user_session.get("user"))


def _person_of(user: cl.User | None) -> Person:
    """Asked anew for every event: the socket keeps the user of its first moment (RELIABILITY T7)."""
    handle = user.metadata.get("browser") if user is not None else None
    return current().sign_ins.person(handle if isinstance(handle, str) else None)
