"""A language model behind any OpenAI-style endpoint (OpenAI, Azure OpenAI, vLLM, Ollama). The only home of langchain_openai.

Imported only when a model is configured: the import alone costs a second that the playbook does not need.
"""

from __future__ import annotations

from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import SecretStr

READ_SECONDS = 8.0
"""Longest silence: to the first token and between tokens (RELIABILITY R8)."""


def build_openai_model(*, model: str, base_url: str | None, api_key: SecretStr | None) -> BaseChatModel:
    """A streaming chat model. Retries and time-outs are ours, not the client's: `fallback` decides what happens next."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=model,
        base_url=base_url,
        api_key=api_key or SecretStr("none"),
        timeout=READ_SECONDS,
        max_retries=0,
        temperature=0,
        streaming=True,
        stream_usage=False,
    )
