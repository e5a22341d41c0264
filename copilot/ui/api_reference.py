"""``/docs``: the HTTP interface for people, made from the application's own OpenAPI description. FastAPI's page would load
its script from another host."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response

from copilot.ui.templating import page


def version() -> str:
    """The installed version of this product."""
    try:
        return installed("distribution-copilot")
    except PackageNotFoundError:
        return "0"


def build_router(application: FastAPI) -> APIRouter:
    """``/docs``; ``/openapi.json`` is FastAPI's own."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def reference() -> Response:
        description = application.openapi()
        return page(
            "api.html",
            title=description["info"]["title"],
            version=description["info"]["version"],
            operations=list(_operations(description)),
            shapes=_shapes(description),
        )

    return router


def _operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    operations = []
    for path, methods in description.get("paths", {}).items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            operations.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": [
                        {
                            "name": one["name"],
                            "place": one["in"],
                            "type": _type_of(one.get("schema", {})),
                            "required": one.get("required", False),
                            "description": one.get("description", ""),
                        }
                        for one in operation.get("parameters", ())
                    ],
                    "body": next((_type_of(content.get("schema", {})) for content in body.values()), ""),
                    "answers": [
                        {
                            "status": status,
                            "description": answer.get("description", ""),
                            "type": next(
                                (
                                    _type_of(content.get("schema", {}))
                                    for content in answer.get("content", {}).values()
                                ),
                                "",
                            ),
                        }
                        for status, answer in operation.get("responses", {}).items()
                    ],
                }
            )
    return operations


def _shapes(description: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": shape.get("description", ""),
            "fields": [
                {
                    "name": field,
                    "type": _type_of(schema),
                    "required": field in shape.get("required", ()),
                    "description": schema.get("description", ""),
                }
                for field, schema in shape.get("properties", {}).items()
            ],
        }
        for name, shape in description.get("components", {}).get("schemas", {}).items()
    ]


def _type_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " or ".join(_type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type_of(schema.get('items', {})) or 'anything'}"
    return str(schema.get("type", ""))
