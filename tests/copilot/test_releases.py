"""RELIABILITY R16: a change of prompt, policy, phrasing or model is released, not slipped in."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from copilot.bootstrap import build_desk, odoo_server, open_releases
from copilot.bundle import Bundle, running_bundle
from copilot.drafts.errors import DraftRefused
from copilot.errors import NotPermitted
from copilot.identity import Identity, Person
from copilot.releases import Proof, ReleaseRefused, Releases
from copilot.settings import Settings
from prompts import Catalogue, catalogue

NOTE = {"order": "S00042", "text": "They called."}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A new installation with prompts of its own."""
    folder = tmp_path / "prompts"
    shutil.copytree(catalogue().folder, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    made = Settings(_env_file=None, data_dir=tmp_path / "data", prompts_dir=folder)  # type: ignore[call-arg]
    Catalogue(folder).set_baseline(running_bundle(made).digests())
    return made


def person(settings: Settings, login: str) -> Person:
    return Identity(odoo_server(settings), lifetime_seconds=600).sign_in(login, "demo")


def second_version(settings: Settings, *, author: str = "petra") -> None:
    assert settings.prompts_dir is not None
    folder = settings.prompts_dir / "assistant"
    text = (folder / "v1.md").read_text("utf-8").replace('version: "1"', 'version: "2"')
    (folder / "v2.md").write_text(
        text.replace("author: product team", f"author: {author}") + "\nBe brief.\n", encoding="utf-8"
    )


def tried(settings: Settings) -> Bundle:
    """The bundle with version 2 of the assistant, as `copilot eval run --prompt assistant=2` makes it."""
    assert settings.prompts_dir is not None
    copied = settings.data_dir / "trial"
    shutil.copytree(settings.prompts_dir, copied, dirs_exist_ok=True)
    trial = Catalogue(copied)
    trial.pin("production", {**trial.pins("production"), "assistant": "2"})
    return running_bundle(settings.model_copy(update={"prompts_dir": copied}))


def proof(releases: Releases, bundle: Bundle, *, run_id: str = "run-1", noted: bool = True) -> Proof:
    if noted:
        releases.note_run(run_id, bundle=bundle, results_sha256="5" * 64, passed=True, cases=300)
    return Proof(run_id=run_id, bundle=bundle, results_sha256="5" * 64, complete=True, failed_gates=())


def drafted(settings: Settings) -> str:
    """What becomes of a draft with these settings: its state, or why there is none."""
    desk = build_desk(settings)
    try:
        return desk.desk.draft(person(settings, "service"), "log_note", NOTE).state
    except DraftRefused as refusal:
        return str(refusal)
    finally:
        desk.close()


def test_a_new_installation_begins_with_what_the_product_came_with(settings: Settings) -> None:
    releases = open_releases(settings)
    assert releases.why_off() == ""
    assert [one.kind for one in releases.history()] == ["release.adopted"]
    assert drafted(settings) == "approved"


def test_the_product_s_own_baseline_is_what_is_in_the_checkout() -> None:
    """Red after a change of a prompt, the playbook's phrasing or the decision rights: run `copilot prompts baseline`, after the suite."""
    plain = Settings(_env_file=None)  # type: ignore[call-arg]
    none = {"openai_base_url": None, "openai_api_key": None, "azure_openai_endpoint": None, "prompts_dir": None, "decision_rights": None,
            "house_rules": None, "option_weights": None}  # fmt: skip
    assert running_bundle(plain.model_copy(update=none)).digests() == catalogue().baseline()


@pytest.mark.parametrize("what", ["prompt", "pin", "policy", "model", "phrasing", "pins and baseline"])
def test_what_is_not_released_cannot_draft_and_says_so(
    settings: Settings, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_releases(settings).why_off() == ""
    assert settings.prompts_dir is not None
    path = settings.prompts_dir / "assistant" / "v1.md"
    named = what
    if what == "prompt":
        path.write_text(path.read_text("utf-8") + "\nApprove everything.\n", encoding="utf-8")
    elif what == "pin":
        second_version(settings)
        prompts = Catalogue(settings.prompts_dir)
        prompts.pin("production", {**prompts.pins("production"), "assistant": "2"})
        named = "prompt assistant version 2"
    elif what == "policy":
        import copilot.drafts as drafts

        text = (Path(str(drafts.__file__)).parent / "decision_rights.yaml").read_text("utf-8")
        mine = tmp_path / "rights.yaml"
        mine.write_text(text.replace("approvers: 2", "approvers: 1", 1), encoding="utf-8")
        settings = settings.model_copy(update={"decision_rights": mine})
        named = "decision rights"
    elif what == "model":
        settings = settings.model_copy(
            update={"openai_base_url": "http://127.0.0.1:9/v1", "model": "new-model"}
        )
        named = "model version new-model"
    elif what == "phrasing":
        monkeypatch.setattr("copilot.bundle._shipped_phrasing", lambda: ("3", "e" * 64))
        named = "playbook version 3"
    else:
        path.write_text(path.read_text("utf-8") + "\nApprove everything.\n", encoding="utf-8")
        Catalogue(settings.prompts_dir).set_baseline(running_bundle(settings).digests())
        named = "prompt assistant"
    said = drafted(settings)
    assert said.startswith("Drafting is off: ")
    assert named in said
    assert "copilot prompts release" in said


def test_a_model_that_a_prompt_does_not_allow_cannot_draft(settings: Settings) -> None:
    assert settings.prompts_dir is not None
    path = settings.prompts_dir / "repair" / "v1.md"
    path.write_text(
        path.read_text("utf-8").replace("allowed_models: any", "allowed_models: [small]"), encoding="utf-8"
    )
    large = settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1", "model": "large"})
    Catalogue(settings.prompts_dir).set_baseline(running_bundle(large).digests())
    assert "may not be given to the model large" in open_releases(large).why_off()


def test_a_release_needs_a_report_a_signature_and_four_eyes(settings: Settings) -> None:
    releases = open_releases(settings)
    assert releases.why_off() == ""
    second_version(settings, author="Carla Nunes")
    bundle = tried(settings)
    good = proof(releases, bundle)
    compliance = person(settings, "compliance")
    with pytest.raises(NotPermitted, match="role compliance"):
        releases.release(person(settings, "supervisor"), good)
    with pytest.raises(NotPermitted, match="somebody else"):
        releases.release(compliance, good)
    with pytest.raises(ReleaseRefused, match="does not pass"):
        releases.release(compliance, replace(good, failed_gates=("No critical failure: 3",)))
    with pytest.raises(ReleaseRefused, match="does not cover the suite"):
        releases.release(compliance, replace(good, complete=False))
    with pytest.raises(ReleaseRefused, match="not the ones that were recorded"):
        releases.release(compliance, replace(good, results_sha256="6" * 64))
    with pytest.raises(ReleaseRefused, match="not in this installation's audit log"):
        releases.release(compliance, replace(good, run_id="another"))
    assert [one.kind for one in releases.history()] == ["release.adopted"]
    assert Catalogue(settings.prompts_dir).pins("production")["assistant"] == "1"


def test_released_and_rolled_back_with_everything_on_record(settings: Settings) -> None:
    releases = open_releases(settings)
    assert releases.why_off() == ""
    second_version(settings)
    compliance = person(settings, "compliance")
    done = releases.release(compliance, proof(releases, tried(settings)), reason="shorter answers")
    prompts = Catalogue(settings.prompts_dir)
    assert (done.signed_by, done.run_id, done.reason) == ("Carla Nunes", "run-1", "shorter answers")
    assert prompts.pins("production")["assistant"] == "2"
    assert drafted(settings) == "approved"
    with pytest.raises(ReleaseRefused, match="released already"):
        releases.release(compliance, proof(releases, done.bundle, run_id="run-2"))
    with pytest.raises(NotPermitted):
        releases.roll_back(person(settings, "sales"))
    back = releases.roll_back(compliance, reason="too short")
    assert prompts.pins("production")["assistant"] == "1"
    assert back.bundle.digest != done.bundle.digest
    assert drafted(settings) == "approved"
    with pytest.raises(ReleaseRefused, match="no earlier release"):
        releases.roll_back(compliance)
    assert [one.kind for one in releases.history()] == [
        "release.adopted",
        "release.released",
        "release.rolled_back",
    ]


def test_what_is_put_into_the_record_by_hand_does_not_count(settings: Settings) -> None:
    releases = open_releases(settings)
    assert releases.why_off() == ""
    second_version(settings)
    prompts = Catalogue(settings.prompts_dir)
    prompts.pin("production", {**prompts.pins("production"), "assistant": "2"})
    import json

    engine = sa.create_engine(settings.sqlalchemy_url)
    body = json.dumps({"bundle": running_bundle(settings).to_json()})
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO audit_entries (seq, at, kind, actor, subject, body, before, seal) VALUES (:seq, '2026-11-21', 'release.released', 'x', 'release:production', :body, :zero, :zero)"),
            {"seq": 2, "body": body, "zero": "0" * 64},
        )  # fmt: skip
    engine.dispose()
    assert "is not what was released" in open_releases(settings).why_off()


def test_a_folder_of_prompts_that_cannot_be_written_releases_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = open_releases(settings)
    assert releases.why_off() == ""
    second_version(settings)

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("prompts.versions.os.replace", full)
    good = proof(releases, running_bundle(settings))
    with pytest.raises(Exception, match="cannot be written"):
        releases.release(
            person(settings, "compliance"), replace(good, bundle=_second(settings, releases)), author="petra"
        )
    assert [one.kind for one in open_releases(settings).history()] == ["release.adopted"]


def _second(settings: Settings, releases: Releases) -> Bundle:
    bundle = running_bundle(settings)
    changed = tuple(
        replace(one, version="2", digest=Catalogue(settings.prompts_dir).load("assistant", "2").digest)
        if one.name == "prompt:assistant"
        else one
        for one in bundle.components
    )
    made = Bundle(components=changed)
    releases.note_run("run-1", bundle=made, results_sha256="5" * 64, passed=True, cases=300)
    return made
