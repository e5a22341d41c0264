"""A language model behind any OpenAI-style endpoint (OpenAI, Azure OpenAI, vLLM, Ollama). The only home of langchain_openai.

Imported only when a model is configured: the import alone costs a second that the playbook does not need.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx
from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import SecretStr

READ_SECONDS = 8.0
"""Longest silence: to the first token and between tokens (RELIABILITY R8)."""
CALL_SECONDS = 12.0
"""Longest time from the first byte of a reply to its last: a stream that never ends is cut here, whoever still waits for it."""
MAX_REPLY_BYTES = 2_000_000
MAX_REPLY_TOKENS = 2_000
_NO_TEMPERATURE = re.compile(r"^(?:o\d|gpt-5)")
"""Models that refuse any temperature but their own."""


def build_openai_model(
    *,
    model: str,
    base_url: str | None,
    api_key: SecretStr | None,
    azure_endpoint: str | None = None,
    azure_api_version: str | None = None,
    verify: Any = True,
) -> BaseChatModel:
    """A streaming chat model. Retries and time-outs are ours, not the client's: `fallback` decides what happens next.

    Args:
        model: its name; for Azure the deployment's.
        base_url: of an OpenAI-style endpoint; a query (``?api-version=…``) is sent with every request.
        azure_endpoint: ``https://NAME.openai.azure.com``: then the address is made as Azure wants it.
        verify: certificate authorities, as httpx takes them; something hashable.
    """
    from langchain_openai import AzureChatOpenAI, ChatOpenAI

    shared: dict[str, Any] = {
        "api_key": api_key or SecretStr("none"),
        "timeout": READ_SECONDS,
        "max_retries": 0,
        "streaming": True,
        "stream_usage": False,
        "max_tokens": MAX_REPLY_TOKENS,
        "http_client": _client(verify),
    }
    if not _NO_TEMPERATURE.match(model):
        shared["temperature"] = 0
    if azure_endpoint:
        return AzureChatOpenAI(
            azure_endpoint=azure_endpoint,
            azure_deployment=model,
            api_version=azure_api_version or "2024-10-21",
            **shared,
        )
    query: dict[str, object] = {}
    headers: dict[str, str] = {}
    if base_url:
        parts = urlsplit(base_url)
        query = dict(parse_qsl(parts.query))
        base_url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        if api_key and (parts.hostname or "").endswith(".azure.com"):
            headers["api-key"] = api_key.get_secret_value()
    return ChatOpenAI(
        model=model, base_url=base_url, default_query=query or None, default_headers=headers or None, **shared
    )


@lru_cache(maxsize=4)
def _client(verify: Any) -> httpx.Client:
    """One pool of connections for the life of the process, as the openai client itself keeps it."""
    return httpx.Client(transport=_Limited(verify=verify), timeout=READ_SECONDS, follow_redirects=False)


class _Limited(httpx.HTTPTransport):
    """Cuts off a reply that is too large or never ends."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _LimitedStream(response.stream)
        return response


class _LimitedStream(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        taken, until = 0, time.monotonic() + CALL_SECONDS
        for part in self._stream:
            taken += len(part)
            if taken > MAX_REPLY_BYTES:
                raise httpx.DecodingError("the model's reply is larger than it may be")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the model's reply does not end")
            yield part

    def close(self) -> None:
        self._stream.close()
