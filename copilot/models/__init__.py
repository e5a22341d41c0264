"""The brains: chat models that the same loop runs.

`playbook_model` needs no network; `openai_model` speaks to any OpenAI-style endpoint.
"""
