"""The doors of the service as a browser or a script meets them: sign-in, pages, headers, and what stays shut."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import create_app
from copilot.answer import Question
from copilot.ui import context
from copilot.ui.pages import _sheets
from copilot.ui.sources import passage_view
from copilot.ui.testing import ShownCopilot, example_answer
from erp_tools.errors import OdooUnavailable, SignInBraked
from retrieval.request import OpenedDocument
from retrieval.stored import PageSpan
from retrieval.testing import make_document

HTML = {"accept": "text/html"}
OWN = "http://testserver"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> ShownCopilot:
    return ShownCopilot(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def application(shown: ShownCopilot) -> FastAPI:
    return create_app(shown)  # type: ignore[arg-type]


@pytest.fixture
def browser(application: FastAPI, shown: ShownCopilot) -> TestClient:
    shown.server.down = False
    return TestClient(application, follow_redirects=False)


@pytest.fixture
def signed_in(browser: TestClient) -> TestClient:
    reply = browser.post("/login", data={"username": "service", "password": "demo"}, headers=HTML)
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    return browser


def ask(shown: ShownCopilot, login: str = "service") -> str:
    """An answer of somebody; its id."""
    person = shown.identity.sign_in(login, "demo")
    return shown.ask(person, Question(text="Why is S00042 late?")).answer_id


# Sign-in


def test_the_sign_in_page_shows_the_demo_logins_in_demo_mode_only(
    browser: TestClient, shown: ShownCopilot
) -> None:
    page = browser.get("/login").text
    assert all(
        f">{login}</code>" in page
        for login in ("service", "supervisor", "purchasing", "sales", "finance", "compliance")
    )
    shown.settings.odoo_url = "https://erp.example"
    try:
        page = browser.get("/login").text
    finally:
        shown.settings.odoo_url = None
    assert "demo" not in page.lower()


def test_a_wrong_password_is_answered_with_a_sentence_and_without_a_cookie(browser: TestClient) -> None:
    reply = browser.post("/login", data={"username": "service", "password": "wrong"}, headers=HTML)
    assert reply.status_code == 401
    assert "does not know the login" in reply.text
    assert "wrong" not in re.sub(r"<[^>]+>", "", reply.text)
    assert "set-cookie" not in reply.headers


def test_programs_get_the_same_as_json(browser: TestClient) -> None:
    assert (
        browser.post("/login", data={"username": "service", "password": "x"})
        .json()["detail"]
        .startswith("Odoo does not know")
    )
    assert browser.post("/login", data={"username": "service", "password": "demo"}).json() == {
        "success": True
    }


def test_an_empty_form_says_what_to_write(browser: TestClient) -> None:
    assert "Write your Odoo login" in browser.post("/login", data={}, headers=HTML).text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OdooUnavailable("Odoo does not answer."), 503),
        (SignInBraked("Too many wrong passwords. Wait a minute."), 429),
    ],
)
def test_other_reasons_are_told_apart(
    browser: TestClient, shown: ShownCopilot, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(shown.server, "sign_in", refuse)
    reply = browser.post("/login", data={"username": "service", "password": "demo"}, headers=HTML)
    assert reply.status_code == status
    assert str(error) in reply.text


@pytest.mark.parametrize(
    "target",
    [
        "//sink.example",
        "https://sink.example",
        "/\\sink.example",
        "javascript:alert(1)",
        "/login",
        "/a\nb",
        "",
    ],
)
def test_signing_in_never_leads_to_another_place(browser: TestClient, target: str) -> None:
    reply = browser.post(
        "/login", data={"username": "service", "password": "demo", "next": target}, headers=HTML
    )
    assert reply.headers["location"] == "/"


def test_what_a_person_types_is_not_html(browser: TestClient) -> None:
    reply = browser.post(
        "/login", data={"username": '"><img src=x>', "password": "x", "next": '/"><b>'}, headers=HTML
    )
    assert "<img src=x>" not in reply.text
    assert "<b>" not in reply.text


def test_without_a_sign_in_the_chat_leads_to_the_sign_in_page(browser: TestClient) -> None:
    assert browser.get("/", headers=HTML).headers["location"] == "/login"
    assert browser.get("/user").status_code == 401


def test_after_signing_out_the_cookie_is_worth_nothing(signed_in: TestClient) -> None:
    cookie = signed_in.cookies["access_token"]
    assert signed_in.get("/user").json()["identifier"] == "service"
    assert signed_in.post("/logout").status_code == 200
    signed_in.cookies.set("access_token", cookie)
    assert signed_in.get("/user").status_code == 401


def test_a_cookie_from_before_a_restart_leads_to_a_kind_sentence(
    signed_in: TestClient, shown: ShownCopilot
) -> None:
    context.current().sign_ins._tokens.clear()  # what a restart forgets
    assert signed_in.get("/", headers=HTML).headers["location"] == "/login?ended=1"
    assert "Your sign-in has ended" in signed_in.get("/login", headers=HTML).text


def test_the_page_never_learns_the_token(signed_in: TestClient, shown: ShownCopilot) -> None:
    token = next(iter(context.current().sign_ins._tokens.values()))
    assert token not in signed_in.get("/user").text
    assert token not in str(dict(signed_in.cookies))


@pytest.mark.parametrize(
    "cookie", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJpZGVudGlmaWVyIjoic2VydmljZSJ9."]
)
def test_forged_cookies_are_nobody(browser: TestClient, cookie: str) -> None:
    browser.cookies.set("access_token", cookie)
    assert browser.get("/user").status_code == 401
    assert browser.get("/records/sale.order/42").status_code == 401


def test_the_cookie_has_strict_flags(browser: TestClient) -> None:
    form = {"username": "service", "password": "demo"}
    plain = browser.post("/login", data=form).headers["set-cookie"].lower()
    assert "httponly" in plain
    assert "samesite=strict" in plain
    assert "max-age=28800" in plain
    behind_tls = (
        browser.post("/login", data=form, headers={"x-forwarded-proto": "https"})
        .headers["set-cookie"]
        .lower()
    )
    assert behind_tls.endswith("; secure")


def test_the_cookie_secret_is_made_once_and_is_ours_alone(application: FastAPI, shown: ShownCopilot) -> None:
    from copilot.ui.chainlit_shell import _kept_secret

    path = shown.data_dir / "chat" / "cookie-secret"
    if not path.exists():  # another test module was first in this process
        path = shown.data_dir / "secret"
        _kept_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _kept_secret(path) == _kept_secret(path)
    assert len(_kept_secret(path)) == 96


# Pages


def test_a_document_opens_at_the_cited_place(signed_in: TestClient, shown: ShownCopilot) -> None:
    citation = example_answer("").citations[0]
    page = signed_in.get(citation.url).text
    marked = re.search(r'<mark id="cited"[^>]*>(.*?)</mark>', page, re.DOTALL)
    assert marked
    assert marked[1] == citation.quote
    assert "Page 1" in page
    assert "In force since 1 Jan 2026." in page


def test_a_mail_shows_its_own_words_and_the_pages_of_what_is_attached(signed_in: TestClient) -> None:
    """Nothing of the text is left out because it stands on no page, and what was hard to read is said in words."""
    page = signed_in.get("/documents/mail-offer").text
    papers = [
        re.sub(r"\s+", " ", one)
        for one in re.findall(r'<section class="paper">(.*?)</section>', page, re.DOTALL)
    ]
    assert [re.findall(r"<p[^>]*>(.*?)</p>", one) for one in papers] == [
        [],
        ["Page 1 of offer.pdf, recognised from a scan, 94% sure"],
        [
            "Page 2 of &lt;b&gt;offer&lt;/b&gt;.pdf, recognised from a scan, 69% sure; "
            "words may be wrong, compare them with the original"
        ],
        [],
    ]
    words = ("From: vendor@example.com", "On time.", "Or 1ate.", "End.")
    assert all(word in one for word, one in zip(words, papers, strict=True))
    assert ['class="page-number warning"' in one for one in papers] == [False, False, True, False]


@pytest.mark.parametrize("cited", ["vendor@example.com", "On time.\n\nOr 1ate.", "End."])
def test_a_citation_in_a_mail_is_marked_wherever_it_stands(
    signed_in: TestClient, shown: ShownCopilot, cited: str
) -> None:
    person = shown.identity.sign_in("service", "demo")
    start = shown.open_document(person, "mail-offer").text.index(cited)
    page = signed_in.get(f"/documents/mail-offer?start={start}&end={start + len(cited)}").text
    marked = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    assert "".join("".join(marked).split()) == "".join(cited.split())
    assert page.count('<mark id="cited"') == 1


def test_what_stands_before_the_body_is_not_shown_on_the_first_page() -> None:
    document = make_document("fleet", "")
    text = "---\n\nFirst.\fSecond."
    pages = (PageSpan(number=1, start=0, end=11), PageSpan(number=2, start=12, end=19))
    opened = OpenedDocument(document=document, text=text, body_start=5, pages=pages)
    assert [(one["page"], one["before"]) for one in _sheets(opened, 0, 0)] == [
        ("Page 1", "First."),
        ("Page 2", "Second."),
    ]


def test_a_replaced_document_says_so_and_leads_to_the_new_one(signed_in: TestClient) -> None:
    page = signed_in.get("/documents/contract-old").text
    assert "No longer in force" in page
    assert 'href="/documents/contract-meridian-foods"' in page


def test_document_text_is_shown_not_run(signed_in: TestClient) -> None:
    page = signed_in.get("/documents/sop-backorders").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=" not in page.replace('<img src="/public/mark.svg"', "")


@pytest.mark.parametrize("span", ["start=5&end=2", "start=0&end=999999", "start=999999&end=1000000"])
def test_spans_outside_the_text_do_no_harm(signed_in: TestClient, span: str) -> None:
    assert signed_in.get(f"/documents/contract-meridian-foods?{span}").status_code == 200


@pytest.mark.parametrize("span", ["start=-1", "start=a", "end=1e3"])
def test_spans_that_are_no_numbers_are_refused(signed_in: TestClient, span: str) -> None:
    assert signed_in.get(f"/documents/contract-meridian-foods?{span}").status_code == 422


def test_a_record_is_shown_in_odoos_words(signed_in: TestClient) -> None:
    page = signed_in.get("/records/sale.order/42").text
    assert "Shipping Policy" in page
    assert "When all products are ready" in page
    assert "picking_policy" not in page


@pytest.mark.parametrize(
    "path",
    ["/documents/credit-rules", "/documents/no-such", "/records/sale.order/999", "/answers/none/sources/E1"],
)
def test_what_one_may_not_see_and_what_is_not_there_look_alike(signed_in: TestClient, path: str) -> None:
    reply = signed_in.get(path, headers=HTML)
    assert reply.status_code == 404
    assert "Open the chat" in reply.text


def test_a_person_with_the_right_sees_it(browser: TestClient) -> None:
    browser.post("/login", data={"username": "finance", "password": "demo"})
    assert browser.get("/documents/credit-rules").status_code == 200


def test_pages_without_a_sign_in_lead_there_and_back(browser: TestClient) -> None:
    reply = browser.get("/documents/contract-meridian-foods?start=1&end=5", headers=HTML)
    assert reply.status_code == 401
    assert 'href="/login?next=%2Fdocuments%2Fcontract-meridian-foods%3Fstart%3D1%26end%3D5"' in reply.text


def test_a_link_from_another_site_is_followed_once_more_from_here(browser: TestClient) -> None:
    cross = {**HTML, "sec-fetch-site": "cross-site"}
    page = browser.get("/documents/contract-old?start=1", headers=cross)
    assert 'content="0; url=/documents/contract-old?start=1&amp;arrived=1"' in page.text
    assert browser.get("/documents/contract-old?start=1&arrived=1", headers=cross).status_code == 401


def test_scripts_open_pages_with_their_bearer_token(browser: TestClient, shown: ShownCopilot) -> None:
    token = shown.identity.sign_in("service", "demo").token
    assert (
        browser.get("/records/sale.order/42", headers={"authorization": f"Bearer {token}"}).status_code == 200
    )
    assert browser.get("/records/sale.order/42", headers={"authorization": "Bearer x"}).status_code == 401


def test_a_source_of_an_answer_opens_for_its_owner_only(signed_in: TestClient, shown: ShownCopilot) -> None:
    mine, theirs = ask(shown), ask(shown, "sales")
    passage = signed_in.get(f"/answers/{mine}/sources/K1.json").json()
    assert passage["title"] == "Supply Agreement Meridian Foods"
    assert passage["quote"].startswith("Partial shipments are allowed")
    assert passage["before"].endswith("4.2 Partial shipments\n")
    fact = signed_in.get(f"/answers/{mine}/sources/E1.json").json()
    assert {"label": "Customer", "value": "Meridian Foods"} in fact["fields"]
    assert fact["url"] == "/records/sale.order/42"
    assert signed_in.get(f"/answers/{theirs}/sources/E1.json").status_code == 404
    assert signed_in.get(f"/answers/{mine}/sources/E99.json").status_code == 404


def test_a_document_one_may_no_longer_read_is_not_quoted_again(
    signed_in: TestClient, shown: ShownCopilot
) -> None:
    mine = ask(shown)
    contract = shown.documents.pop("contract-meridian-foods")
    try:
        reply = signed_in.get(f"/answers/{mine}/sources/K1.json")
    finally:
        shown.documents["contract-meridian-foods"] = contract
    assert reply.status_code == 404
    assert "Partial shipments" not in reply.text


@pytest.mark.parametrize(
    ("confidence", "said", "warning"),
    [
        (None, "", False),
        (0.0, "a scan of which no word was recognised; look at the original", True),
        (0.57, "recognised from a scan, 57% sure; words may be wrong, compare them with the original", True),
        (0.87, "recognised from a scan, 87% sure", False),
        (0.69, "recognised from a scan, 69% sure; words may be wrong, compare them with the original", True),
    ],
)
def test_the_side_panel_names_the_attachment_and_how_well_its_page_was_read(
    shown: ShownCopilot, confidence: float | None, said: str, warning: bool
) -> None:
    opened = shown.open_document(shown.identity.sign_in("service", "demo"), "contract-meridian-foods")
    citation = replace(
        example_answer("").citations[0], page=2, page_of="off\u200ber.pdf", page_confidence=confidence
    )
    view = passage_view(citation, opened, today=date(2026, 6, 1))
    assert (view["page"], view["place"]) == (2, "page 2 of offer.pdf")
    assert (view["scan"], view["scan_warning"]) == (said, warning)


def test_a_sources_own_page_shows_the_record_or_leads_to_the_document(
    signed_in: TestClient, shown: ShownCopilot
) -> None:
    mine = ask(shown)
    assert (
        signed_in.get(f"/answers/{mine}/sources/K1")
        .headers["location"]
        .startswith("/documents/contract-meridian-foods?start=")
    )
    assert "As it was read in Odoo" in signed_in.get(f"/answers/{mine}/sources/E1").text


# What every answer carries, and what stays shut


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/login",
        "/documents/none",
        "/public/chat.css",
        "/openapi.json",
        "/docs",
        "/no-such-page",
        "/assets/none",
    ],
)
def test_every_answer_carries_the_headers(signed_in: TestClient, path: str) -> None:
    headers = signed_in.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_the_chats_policy_names_its_scripts_and_allows_no_other_host(signed_in: TestClient) -> None:
    reply = signed_in.get("/")
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "img-src 'self' data:;" in policy
    assert re.search(r"connect-src 'self' ws://testserver wss://testserver;", policy)
    assert policy.count("sha256-") == reply.text.count("<script>") == 2


@pytest.mark.parametrize(
    "path", ["/", "/login", "/docs", "/records/sale.order/42", "/documents/contract-meridian-foods"]
)
def test_no_page_names_another_host(signed_in: TestClient, path: str) -> None:
    page = signed_in.get(path).text
    assert (
        re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", page.replace("http://www.w3.org/2000/svg", ""))
        == []
    )
    assert "Chainlit" not in page


FOREIGN = [
    {"origin": "https://sink.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/login", "/logout", "/project/action", "/ws/socket.io/", "/api/v1/ask"])
def test_pages_of_other_origins_cannot_act_here(
    signed_in: TestClient, path: str, headers: dict[str, str]
) -> None:
    assert signed_in.post(path, headers=headers).status_code == 403


def test_sockets_of_other_origins_are_refused(signed_in: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    with (
        pytest.raises(WebSocketDisconnect),
        signed_in.websocket_connect(
            "/ws/socket.io/?EIO=4&transport=websocket", headers={"origin": "https://sink.example"}
        ),
    ):
        pass


def test_bodies_that_nobody_needs_are_not_read(browser: TestClient) -> None:
    assert browser.post("/login", data={"username": "x" * 1_100_000}).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"username=" + b"x" * 100_000

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/login", content=endless(), headers=form).status_code == 400


def test_our_own_pages_may_act(browser: TestClient) -> None:
    reply = browser.post("/login", data={"username": "service", "password": "demo"}, headers={"origin": OWN})
    assert reply.json() == {"success": True}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/project/file?session_id=x"),
        ("GET", "/project/file/x?session_id=x"),
        ("POST", "/mcp"),
        ("DELETE", "/mcp"),
        ("PUT", "/project/element"),
        ("DELETE", "/project/element"),
        ("POST", "/auth/jwt"),
        ("POST", "/auth/header"),
        ("GET", "/auth/oauth/github"),
        ("PUT", "/project/thread/share"),
        ("GET", "/project/share/x"),
        ("GET", "/copilot/index.js"),
        ("GET", "/project/thread/x"),
        ("GET", "/health"),
        ("POST", "/slack/events"),
        ("GET", "/element/x"),
        ("PUT", "/"),
        ("GET", "/public/../.chainlit/config.toml"),
        ("GET", "/public/%2e%2e/cookie-secret"),
        ("GET", "/assets/%2e%2e%2findex.html"),
        ("GET", "/avatars/..%2f..%2fcookie-secret"),
    ],
)
def test_doors_of_the_chat_shell_that_we_do_not_use_are_shut(
    signed_in: TestClient, method: str, path: str
) -> None:
    reply = signed_in.request(method, path)
    assert reply.status_code in (400, 404, 405)
    assert "secret" not in reply.text


def test_uploads_html_and_mcp_are_off(signed_in: TestClient) -> None:
    features = signed_in.get("/project/settings").json()["features"]
    assert features["spontaneous_file_upload"]["enabled"] is False
    assert features["unsafe_allow_html"] is False
    assert features["mcp"]["enabled"] is False
    assert features["user_message_markdown"] is False


def test_starters_are_for_people_who_are_signed_in(signed_in: TestClient, application: FastAPI) -> None:
    assert signed_in.get("/project/settings").json()["starters"][0]["message"] == "Why is S00042 late?"
    assert TestClient(application).get("/project/settings").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"sessionId": "guessed", "action": {"name": "ask_next", "payload": {"answer_id": "a", "index": 0}}},
        {"sessionId": "guessed", "action": {"name": "delete_everything", "payload": {}}},
        {"sessionId": "", "action": {"name": "ask_next"}},
    ],
)
def test_buttons_of_nobodys_conversation_do_nothing(signed_in: TestClient, body: dict[str, object]) -> None:
    assert signed_in.post("/project/action", json=body).status_code == 404
    assert TestClient(signed_in.app).post("/project/action", json=body).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, [], {"sessionId": 1}, {"sessionId": "x", "action": {"name": ["ask_next"]}}]
)
def test_malformed_buttons_are_refused(signed_in: TestClient, body: object) -> None:
    assert signed_in.post("/project/action", json=body).status_code == 422


def test_scripts_are_packed_and_kept_by_the_browser(signed_in: TestClient) -> None:
    address = re.search(r'src="(/assets/index-[^"]+\.js)"', signed_in.get("/").text)
    assert address
    reply = signed_in.get(address[1])
    assert reply.headers["content-encoding"] == "gzip"
    assert "immutable" in reply.headers["cache-control"]
    assert signed_in.get(address[1], headers={"accept-encoding": "identity"}).text == reply.text


def test_no_telemetry_is_loaded(application: FastAPI) -> None:
    assert "chainlit" in sys.modules
    assert not [name for name in sys.modules if name.startswith(("traceloop.sdk.", "posthog"))]


def test_the_reference_of_the_http_interface_loads_nothing_from_elsewhere(browser: TestClient) -> None:
    page = browser.get("/docs").text
    assert "/api/v1/ask" in page
    assert "<script" not in page


def test_importing_the_composition_root_loads_and_writes_nothing(tmp_path: Path) -> None:
    import subprocess

    code = "import app, sys; print(sorted(m for m in sys.modules if m in ('chainlit', 'fastapi', 'copilot', 'langchain')))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []
