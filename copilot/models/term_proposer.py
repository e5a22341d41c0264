"""Asking the configured language model to propose contract terms. What it says is checked where it is kept."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from copilot.masking import Pseudonyms, learned, names_in_document, wanted
from copilot.settings import Settings
from prompts import Prompt, catalogue
from retrieval.terms import Proposal

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

LONGEST_TEXT = 60_000
"""Characters of a contract that are sent."""


class TermProposer:
    """A language model as `knowledge_ingest.terms.proposing.Proposer` wants it.

    Args:
        pseudonyms: replace names and addresses in what the model sees.
    """

    def __init__(
        self, model: BaseChatModel, name: str, prompt: Prompt | None = None, *, pseudonyms: bool = False
    ) -> None:
        self._model, self._prompt = model, prompt or catalogue().load("term_proposals")
        self.name, self._pseudonyms = name, pseudonyms

    def propose(self, text: str, kinds: Sequence[str]) -> Iterator[Proposal]:
        """Proposals; none when the model says something that is no list of them."""
        prompt, masks = self._prompt.render(kinds=", ".join(kinds)), Pseudonyms("")
        if self._pseudonyms:
            masks = learned(secrets.token_hex(8), names_in_document(text))
            text = masks.mask(text, free_text=True)
        reply = self._model.invoke([("system", prompt), ("user", text[:LONGEST_TEXT])])
        # A quote that does not come back to the letter is not found in the contract, and its proposal is dropped.
        for one in _listed(masks.restore(str(reply.content))):
            if isinstance(one, dict):
                yield Proposal(
                    kind=str(one.get("kind", "")),
                    value=str(one.get("value", "")),
                    quote=str(one.get("quote", "")),
                )


def build_proposer(settings: Settings) -> TermProposer | None:
    """The model of the settings; None when there is none."""
    if not settings.model or not (settings.openai_base_url or settings.openai_api_key):
        return None
    from copilot.models.openai_model import build_openai_model

    model = build_openai_model(
        model=settings.model, base_url=settings.openai_base_url, api_key=settings.openai_api_key
    )
    prompt = catalogue(settings.prompts_dir).load("term_proposals", environment=settings.environment)
    elsewhere = wanted(settings.model_pseudonyms, settings.openai_base_url)
    return TermProposer(model, settings.model, prompt, pseudonyms=elsewhere)


def _listed(reply: str) -> list[Any]:
    found = re.search(r"\[.*\]", reply, re.DOTALL)
    try:
        value = json.loads(found.group()) if found else []
    except ValueError:
        return []
    return value if isinstance(value, list) else []
