"""Documents handed in over HTTP: by whom, for which company, of what size, and that nothing leaves the upload folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from fpdf import FPDF

from copilot.api.routes import answer_error, build_router, signed_in_at
from copilot.api.uploads_routes import LARGEST, PATH
from copilot.api.uploads_routes import build_router as document_routes
from copilot.commands.ingesting import UploadShelf
from copilot.conversation import Copilot
from copilot.errors import CopilotError
from copilot.settings import Settings
from copilot.ui.pages import _sheets
from copilot.ui.security import SecurityLayer
from erp_tools.errors import OdooError
from knowledge_ingest.sources.uploads import LARGEST as LARGEST_KEPT
from retrieval.errors import DocumentRefused, RetrievalError
from retrieval.passage import Reader
from retrieval.search import Library
from retrieval.testing import make_library

HOME = "Harbor & Pine Supply"
TEXT = b"---\ntype: sop\nowner: Cold Chain\n---\n\n# Truffles\n\nTruffles travel at three degrees.\n"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = make_library(tmp_path / "library")
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "uploads"


@pytest.fixture
def client(demo: Copilot, library: Library, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")  # type: ignore[call-arg]
    application = FastAPI()
    for kind in (CopilotError, OdooError, RetrievalError):
        application.add_exception_handler(kind, answer_error)
    application.add_middleware(SecurityLayer)
    application.include_router(build_router(demo))
    application.include_router(document_routes(signed_in_at(demo), UploadShelf(library, settings)))
    with TestClient(application) as client:
        yield client


def as_(client: TestClient, login: str) -> dict[str, str]:
    token = client.post("/api/v1/session", json={"login": login, "password": "demo"}).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def test_a_supervisor_hands_a_document_in_and_it_is_found_and_taken_out_again(
    client: TestClient, library: Library
) -> None:
    head = as_(client, "supervisor")
    reply = client.post(
        PATH, headers=head, files={"file": ("Truffles.md", TEXT)}, data={"valid_from": "2026-01-01"}
    )
    assert reply.status_code == 201, reply.text
    made = reply.json()
    assert (made["status"], made["type"], made["passages"]) == ("new", "sop", 1)
    document = library.store.rows("default")[0].document
    assert (document.company, document.owner) == (HOME, "Cold Chain")
    assert str(document.valid_from) == "2026-01-01"
    assert (
        library.open(made["id"], Reader(login="x", roles=frozenset(), companies=frozenset({HOME}))).text
        == TEXT.decode()
    )
    with pytest.raises(DocumentRefused):
        library.open(made["id"], Reader(login="x", roles=frozenset(), companies=frozenset({"Northgate"})))
    changed = client.post(
        PATH, headers=head, files={"file": ("Truffles.md", TEXT.replace(b"three", b"five"))}
    )
    assert changed.json()["status"] == "changed"
    assert len(library.store.rows("default")) == 1
    assert client.delete(f"{PATH}/{made['id']}", headers=as_(client, "northgate")).status_code in (403, 404)
    assert client.delete(f"{PATH}/{made['id']}", headers=head).status_code == 204
    assert library.store.rows("default") == []
    assert client.delete(f"{PATH}/{made['id']}", headers=head).status_code == 404


def test_a_passage_on_a_page_of_an_attachment_is_found_with_both_names(
    client: TestClient, demo: Copilot, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the mail that is handed in to the JSON of the search, and to the page that a person opens."""
    paper = FPDF()
    paper.set_font("Helvetica", size=11)
    for words in ("Figs are cheap.", "Truffles travel at three degrees."):
        paper.add_page()
        paper.multi_cell(0, 6, words)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "vendor@example.com", "Our offer"
    mail.set_content("Pears are dear.")
    mail.add_attachment(bytes(paper.output()), maintype="application", subtype="pdf", filename="offer.pdf")
    head = as_(client, "supervisor")
    made = client.post(PATH, headers=head, files={"file": ("offer.eml", bytes(mail))}, data={"type": "sop"})
    assert made.status_code == 201, made.text
    monkeypatch.setattr(demo, "library", library)
    found = client.get("/api/v1/search", params={"text": "truffles degrees"}, headers=head).json()["passages"]
    (one,) = [one for one in found if "Truffles" in one["text"]]
    assert (one["page"], one["page_of"], one["page_confidence"]) == (2, "offer.pdf", None)
    opened = demo.open_document(demo.identity.sign_in("supervisor", "demo"), made.json()["id"])
    shown = [
        (sheet["page"], sheet["before"], sheet["cited"])
        for sheet in _sheets(opened, one["start"], one["end"])
    ]
    assert [page for page, _, _ in shown] == ["", "Page 1 of offer.pdf", "Page 2 of offer.pdf"]
    assert "Pears are dear." in shown[0][1]
    assert shown[2][2] == one["text"]


def test_without_an_owner_named_it_is_whoever_handed_it_in(client: TestClient, library: Library) -> None:
    content = b"TRUFFLES\n\nThree degrees.\n"
    client.post(PATH, headers=as_(client, "supervisor"), files={"file": ("a.txt", content)})
    document = library.store.rows("default")[0].document
    assert document.owner not in ("", "supervisor")
    assert "no_owner" not in document.flags


@pytest.mark.parametrize("login", ["service", "purchasing", "sales", "finance"])
def test_other_roles_do_not(client: TestClient, folder: Path, login: str) -> None:
    reply = client.post(PATH, headers=as_(client, login), files={"file": ("a.md", TEXT)})
    assert reply.status_code == 403
    assert "compliance or supervisor" in reply.json()["message"]
    assert not folder.exists()


def test_nobody_hands_in_without_a_sign_in_or_for_another_company(client: TestClient, folder: Path) -> None:
    assert client.post(PATH, files={"file": ("a.md", TEXT)}).status_code == 401
    reply = client.post(
        PATH,
        headers=as_(client, "compliance"),
        files={"file": ("a.md", TEXT)},
        data={"company": "Nobody Ltd"},
    )
    assert reply.status_code == 403
    assert not folder.exists()


def test_the_companys_name_is_not_the_files_to_say(client: TestClient, library: Library) -> None:
    content = TEXT.replace(b"type: sop", b"type: sop\ncompany: Northgate")
    made = client.post(PATH, headers=as_(client, "supervisor"), files={"file": ("a.md", content)}).json()
    assert library.store.rows("default")[0].document.company == HOME
    assert any("company is" in reason for reason in made["reasons"])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "not read"),
        ("a.md", b"", "0 bytes"),
        ("a.pdf", b"no pdf", "not of that kind"),
        ("a.docx", b"PK\x03\x04nothing", "damaged"),
        ("", TEXT, "no file"),
    ],
)
def test_what_cannot_become_a_document_is_refused_and_not_kept(
    client: TestClient, folder: Path, name: str, content: bytes, said: str
) -> None:
    reply = client.post(PATH, headers=as_(client, "supervisor"), files={"file": (name, content)})
    assert reply.status_code == 422, reply.text
    assert said in reply.json()["message"]
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_bad_new_version_leaves_the_old_one_in_force(client: TestClient, library: Library) -> None:
    head = as_(client, "supervisor")
    client.post(PATH, headers=head, files={"file": ("a.txt", b"TRUFFLES\n\nThey travel at three degrees.\n")})
    assert client.post(PATH, headers=head, files={"file": ("a.txt", b"x\x00y")}).status_code == 422
    (row,) = library.store.rows("default")
    stored = library.store.document("default", row.document.document_id)
    assert stored is not None
    assert "three degrees" in stored.text


def test_too_large_is_refused_before_it_is_read(client: TestClient, folder: Path) -> None:
    assert LARGEST == LARGEST_KEPT == 20_000_000
    head = as_(client, "supervisor")
    reply = client.post(PATH, headers=head, files={"file": ("a.txt", b"x" * (LARGEST + 200_000))})
    assert reply.status_code == 413
    chunked = client.post(
        PATH, headers=head | {"content-type": "multipart/form-data; boundary=x"}, content=iter([b"--x\r\n"])
    )
    assert chunked.status_code == 422
    assert client.post("/api/v1/ask", headers=head, content=b"x" * 2_000_000).status_code == 413
    assert not folder.exists()


def test_an_unknown_property_is_refused(client: TestClient) -> None:
    reply = client.post(
        PATH, headers=as_(client, "supervisor"), files={"file": ("a.md", TEXT)}, data={"trusted": "yes"}
    )
    assert reply.status_code == 422
    assert "trusted" in reply.json()["message"]


NAMES = [
    "../../etc/passwd.md", "..\\..\\boot.md", "/etc/cron.d/x.md", "C:\\Windows\\x.md", "....//....//x.md", "%2e%2e%2fx.md",
    "..%c0%afx.md", "a/../../../b.md", "./.././x.md", "~/.ssh/authorized_keys.md", "$HOME/x.md", "`id`.md", "$(id).md", "a;rm -rf x.md",
    "a|b.md", "a>b.md", "a\nb.md", "a\rb.md", "a\tb.md", "a\x00.md", "\x00../x.md", "a\x1b[31m.md", "x" * 300 + ".md",
    "é" * 200 + ".md", "\u202egpj.md", "\u200b\u200b.md", "．．／x.md", "∕etc∕x.md", "．．＼x.md", "a\u2044b.md", "CON.md", "nul.md",
    "aux.txt", ".md", "..md", "...md", " .md", "a.md ", "-rf.md", "--help.md", ".htaccess.md", ".git/config.md", "uploads/../x.md",
    "\\\\server\\share\\x.md", "file:///etc/x.md", "http://evil/x.md", "a?b.md", "a*b.md", "a\"b.md", "a'b.md", "<script>.md",
    "&lt;.md", "😀.md", "Ａ.md", "𝐚.md", "a\u0301.md", "\ufeffx.md", "ﬀ.md", "null\\0.md", "x.md/../y.md", "x.txt/..", "日本.md",
]  # fmt: skip


def test_no_name_of_sixty_writes_outside_the_upload_folder(tmp_path: Path) -> None:
    """Through the library's own door, as the form's parser would already refuse some of them."""
    from knowledge_ingest.errors import IngestError
    from knowledge_ingest.pipeline import ingest_found
    from knowledge_ingest.sources.uploads import Uploads

    assert len(NAMES) >= 60
    home = tmp_path / "deep" / "deeper" / "data"
    home.mkdir(parents=True)
    uploads = Uploads(home / "uploads")
    kept = 0
    for number, name in enumerate(NAMES):
        for properties in ({"company": HOME}, {"company": HOME, "id": name, "title": name, "type": name}):
            try:
                with uploads.kept(
                    name, TEXT + str(number).encode(), collection="default", properties=properties
                ) as document_id:
                    kept += 1
                assert "/" not in document_id
                assert ".." not in document_id
            except IngestError:
                continue
    assert kept > 60
    written = [Path(folder) / file for folder, _, files in os.walk(tmp_path) for file in files]
    assert {file.parent for file in written} == {home / "uploads"}
    assert all(file.name.removesuffix(".json").isalnum() and len(file.name) in (64, 69) for file in written)
    library = make_library(home)
    report = ingest_found(lambda: uploads.look(collection="default"), library)
    for each in report.documents:
        assert ".." not in each.path.split("/")
        assert not each.path.startswith("/")
        assert each.path.isprintable()
    library.close()


def test_a_link_in_the_upload_folder_is_not_followed(tmp_path: Path) -> None:
    from knowledge_ingest.sources.uploads import Uploads

    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    uploads = Uploads(tmp_path / "uploads")
    with uploads.kept("a.md", TEXT, collection="default", properties={"company": HOME}):
        pass
    (bytes_of_it,) = [each for each in (tmp_path / "uploads").iterdir() if each.suffix == ""]
    bytes_of_it.unlink()
    bytes_of_it.symlink_to(secret)
    from knowledge_ingest.errors import Unreadable

    (file,) = uploads.look(collection="default").files
    with pytest.raises(Unreadable):
        file.content()
