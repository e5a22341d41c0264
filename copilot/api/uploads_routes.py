"""Documents handed in over HTTP: by people in charge of them, of companies they belong to, one file at a time."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
from collections.abc import Callable
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from copilot.errors import NotFound, NotPermitted, QuestionError
from copilot.identity import Person
from retrieval.passage import DEFAULT_COLLECTION

PATH = "/api/v1/documents"
MAY_HAND_IN = frozenset({"compliance", "supervisor"})
"""Roles that put documents in, and take their uploads out again."""
LARGEST = 20_000_000
"""Bytes of one file."""
FORM_BYTES = LARGEST + 100_000
"""Of a whole request: the file, and what is said about it."""


class Shelf(Protocol):
    """Where files that people hand in are kept and ingested from."""

    def put(
        self, name: str, content: bytes, *, collection: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep and ingest a file; what became of it, as in the report of an ingest.

        Raises:
            QuestionError: it cannot become a document; says why. What was there before stays.
        """
        ...

    def take_out(self, document_id: str, *, collection: str, companies: frozenset[str]) -> bool:
        """Remove an upload of one of these companies; whether there was one."""
        ...


class Said(BaseModel):
    """What the person says about the file; each overrides what the file says itself."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True, "str_max_length": 300}

    id: str = ""
    title: str = ""
    type: str = ""
    owner: str = ""
    company: str = ""
    customer: str = ""
    carrier: str = ""
    vendor: str = ""
    classification: str = ""
    roles: str = ""
    valid_from: str = ""
    valid_to: str = ""
    version: str = ""
    supersedes: str = ""
    amends: str = ""
    language: str = ""
    collection: str = Field(default=DEFAULT_COLLECTION, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")


def build_router(signed_in: Callable[..., Person], shelf: Shelf) -> APIRouter:
    """The routes.

    Args:
        signed_in: The dependency that tells who asks.
        shelf: Where the files go.
    """
    router = APIRouter()
    Who = Annotated[Person, Depends(signed_in)]

    @router.post(PATH, status_code=201)
    async def hand_in(request: Request, person: Who) -> JSONResponse:
        """Hand in one document: a form with `file` and, as far as the file does not say it, `type`, `owner`, `company`,
        `customer`, `valid_from` and so on. For the roles compliance and supervisor. 20 MB at most. Handing in a file of the
        same name for the same company replaces it. 422 with the reason when it cannot be read."""
        _in_charge(person)
        name, content, said = await _form(request)
        properties = said.model_dump(exclude={"collection"}, exclude_defaults=True)
        properties["company"] = _company(person, said.company)
        properties["handed_in_by"] = person.name  # its owner, unless somebody is named
        made = await run_in_threadpool(
            shelf.put, name, content, collection=said.collection, properties=properties
        )
        return JSONResponse(made, status_code=201)

    @router.delete(PATH + "/{document_id}", status_code=204)
    def take_out(document_id: str, person: Who, collection: str = DEFAULT_COLLECTION) -> None:
        """Take a document out that was handed in, of a company one belongs to."""
        _in_charge(person)
        if not shelf.take_out(document_id, collection=collection, companies=person.companies):
            raise NotFound(f"There is no upload {document_id[:120]!r} that you may take out.")

    return router


def _in_charge(person: Person) -> None:
    if not person.roles & MAY_HAND_IN:
        raise NotPermitted(
            f"Documents are handed in by people with the role {' or '.join(sorted(MAY_HAND_IN))}. Ask one of them."
        )


def _company(person: Person, named: str) -> str:
    """The company it belongs to: one of the person's own, and never all of them by leaving it out."""
    if named:
        if named not in person.companies:
            raise NotPermitted(
                f"You do not belong to a company {named!r}. Name one of {', '.join(sorted(person.companies))}."
            )
        return named
    if len(person.companies) != 1:
        raise QuestionError(
            f"Say which company it belongs to: `company` is one of {', '.join(sorted(person.companies))}."
        )
    return next(iter(person.companies))


async def _form(request: Request) -> tuple[str, bytes, Said]:
    try:
        length = int(request.headers.get("content-length", ""))
    except ValueError:
        raise QuestionError(
            "The request does not say how long it is (Content-Length). Send the file in one piece."
        ) from None
    if length > FORM_BYTES:
        raise QuestionError(f"The file has more than {LARGEST / 1e6:.0f} MB. Split it.")
    try:
        async with request.form(max_files=1, max_fields=20, max_part_size=2_000) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise QuestionError(
                    "There is no file in the request: send a form (multipart/form-data) with the part `file`."
                )
            said = Said.model_validate({key: value for key, value in form.items() if key != "file"})
            return file.filename or "", await file.read(), said
    except ValidationError as error:
        problems = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors()[:3])
        raise QuestionError(f"The request does not fit ({problems}).") from None
    except MultiPartException as error:
        raise QuestionError(f"The form cannot be read ({error.message}).") from None
