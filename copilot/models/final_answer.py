"""The answer as data: sentences with the evidence ids behind each. A model that calls this tool need not place marks itself.

Endpoints differ in what structured output they offer; all that call tools can call this one. A model that writes plain text with
marks instead is read just as well.
"""

from __future__ import annotations

import re

from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.errors import BrainFailed

NAME = "give_answer"


class Sentence(BaseModel):
    """One sentence of the answer."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(
        max_length=2_000,
        description="The sentence, without evidence marks. A rule is quoted between “ and ”.",
    )
    evidence: list[str] = Field(
        default_factory=list,
        max_length=12,
        description="Ids of the evidence that holds every fact of it: E1, K2.",
    )


class FinalAnswer(BaseModel):
    """The whole answer."""

    model_config = ConfigDict(extra="ignore")

    sentences: list[Sentence] = Field(min_length=1, max_length=60)


@tool(NAME, args_schema=FinalAnswer)
def give_answer(sentences: list[Sentence]) -> str:
    """Give the final answer, sentence by sentence, each with the ids of the evidence behind it. Call it once, alone, when you have
    read all you need."""
    return "The answer was taken."


def as_text(reply: AIMessage) -> AIMessage:
    """A reply that calls the tool as the text that it means; any other reply as it is.

    Raises:
        BrainFailed: the tool was called with something that is no answer.
    """
    calls = [call for call in reply.tool_calls if call["name"] == NAME]
    if not calls:
        return reply
    try:
        answer = FinalAnswer.model_validate(calls[0]["args"])
    except ValidationError as error:
        raise BrainFailed("the answer does not have the form asked for") from error
    lines = [_with_marks(one) for one in answer.sentences if one.text.strip()]
    return AIMessage(content="\n".join(lines), response_metadata=reply.response_metadata, id=reply.id)


def _with_marks(sentence: Sentence) -> str:
    text = " ".join(sentence.text.split())
    ids = [one.strip(" []") for one in sentence.evidence]
    marks = "".join(f"[{one}]" for one in ids if re.fullmatch(r"[EK]\d{1,4}", one) and f"[{one}]" not in text)
    if not marks:
        return text
    stop = text[-1] if text[-1] in ".!?" else ""
    return f"{text.rstrip('.!?') if stop else text} {marks}{stop or '.'}"
