"""Killed at every step of an ingest, or out of room: each document is the old one or the new one, and the index agrees."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import everyone, make_library

WORKER = r"""
import json, os, resource, signal, sys, threading
from pathlib import Path
import knowledge_ingest.pipeline as pipeline
from knowledge_ingest.limits import ReadingProcess
from knowledge_ingest.pipeline import ingest
from retrieval.document_store import DocumentStore
from retrieval.indexing import Indexer
from retrieval.qdrant_edge_base import QdrantEdgeBase
from retrieval.testing import WordEmbedder, make_library
import retrieval.qdrant_edge_base as edge

# reading in a process of its own is not what is tried here, and costs a second each time
from knowledge_ingest.cutting import cut
from knowledge_ingest.readers import read
def read_and_cut(self, content, suffix, order_for):
    extracted = read(content, suffix)
    return extracted, cut(extracted, order_for(extracted))
ReadingProcess.read_and_cut = read_and_cut

PLACES = {
    "read": (ReadingProcess, "read_and_cut"), "embed": (WordEmbedder, "embed"), "keep vectors": (DocumentStore, "keep_vectors"),
    "put": (Indexer, "put"), "replace": (DocumentStore, "replace"), "forget old": (DocumentStore, "_delete"),
    "remove": (Indexer, "remove"), "store remove": (DocumentStore, "remove"), "settle": (QdrantEdgeBase, "settle"),
    "tidy": (DocumentStore, "drop_unused_vectors"), "follow": (Indexer, "follow_store"), "keep only": (QdrantEdgeBase, "keep_only"),
    "supersession": (pipeline, "derive_supersession"), "quarantine": (DocumentStore, "quarantine"),
}

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def hook(place, moment, nth):
    if place.startswith("point "):  # the engine's own writes
        original = edge.QdrantEdgeBase._open
        def opened(self, dimensions):
            shard = original(self, dimensions)
            class Watched:
                calls = 0
                def __getattr__(self, name):
                    return getattr(shard, name)
                def update(self, operation):
                    Watched.calls += 1
                    if Watched.calls == nth and moment == "before": die()
                    shard.update(operation)
                    if Watched.calls == nth and moment == "after": die()
            return Watched()
        edge.QdrantEdgeBase._open = opened
        return
    owner, name = PLACES[place]
    plain = owner.__dict__[name]
    original = plain.__func__ if isinstance(plain, staticmethod) else plain
    calls = [0]
    def watched(*args, **kwargs):
        calls[0] += 1
        mine = calls[0] == nth
        if mine and moment == "before": die()
        try:
            return original(*args, **kwargs)
        finally:
            if mine and moment == "after": die()
    setattr(owner, name, staticmethod(watched) if isinstance(plain, staticmethod) else watched)

for line in sys.stdin:
    order = json.loads(line)
    inner, outer = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            library = make_library(Path(order["data"]))
            if "kill" in order:
                hook(*order["kill"])
            if "room" in order:
                library.base_for_writing("default")
                library.store.rows("default")
                resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], order["room"]))
            ingest([Path(order["folder"])], library)
            said = "done"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(outer, said.encode()[:4000])
        os._exit(0)
    # only when it is gone is its lock on the index gone, too
    _, status = os.waitpid(child, 0)
    os.close(outer)
    said = os.read(inner, 8000).decode()
    os.close(inner)
    if os.WIFSIGNALED(status):
        said = f"signal {os.WTERMSIG(status)}"
    os.write(1, (json.dumps(said) + "\n").encode())
"""

Order = Callable[..., str]


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    """Has an ingest run in a process of its own and says how it ended; imports are paid for once."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def give(**wishes: object) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(wishes, default=str) + "\n")
        process.stdin.flush()
        return str(json.loads(process.stdout.readline()))

    yield give
    process.stdin.close()
    process.wait()
    process.stdout.close()


def sop(document_id: str, text: str, **more: str) -> str:
    front = {"id": document_id, "type": "sop", "owner": "Warehouse", **more}
    head = "\n".join(f"{key}: {value}" for key, value in front.items())
    return f"---\n{head}\n---\n\n{text}\n"


OLD = {
    "changed.md": sop(
        "changed",
        "# Salmon\n\n## 1. Cold\n\nSalmon is kept at two degrees.\n\n## 2. Age\n\nNo older than five days.",
    ),
    "deleted.md": sop("deleted", "Salmon glaze is discontinued."),
    "same.md": sop("same", "Salmon crates are blue."),
    "rules-v1.md": sop("rules-v1", "Salmon orders are split by weight."),
    "broken.txt": "SALMON ICE\n\nIce is renewed each morning.\n",
}
NEW = {
    "changed.md": sop("changed", "# Salmon\n\n## 1. Cold\n\nSalmon is kept at one degree.\n\n## 2. Age\n\nNo older than three days.\n\n## 3. Ice\n\nAlways."),
    "same.md": OLD["same.md"],
    "rules-v1.md": OLD["rules-v1.md"],
    "rules-v2.md": sop("rules-v2", "Salmon orders are split by count.", supersedes="rules-v1", valid_from="2026-01-01"),
    "new.md": sop("new", "Salmon roe comes on Fridays."),
    "broken.txt": "now\x00binary",
}  # fmt: skip


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the old state."""
    home = tmp_path_factory.mktemp("before")
    write(home / "documents", OLD)
    library = make_library(home / "data")
    assert ingest([home / "documents"], library).ok
    library.close()
    return home


def write(folder: Path, files: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.fixture
def home(before: Path, tmp_path: Path) -> Path:
    """The old state in the library, the new one in the folder."""
    # the index's files are mostly holes: a copy that keeps them is a hundred times smaller
    subprocess.run(["cp", "-a", "--sparse=always", str(before / "data"), str(tmp_path / "data")], check=True)
    write(tmp_path / "documents", NEW)
    _move_sources(before / "documents", tmp_path / "documents", tmp_path / "data")
    return tmp_path


def _move_sources(old: Path, new: Path, data: Path) -> None:
    import sqlite3

    with sqlite3.connect(data / "documents.sqlite3") as db:
        for table in ("documents", "quarantine"):
            db.execute(f"UPDATE {table} SET source = ? WHERE source = ?", (str(new), str(old)))
    db.close()


def text_of(library: Library) -> dict[str, str]:
    found = {}
    for row in library.store.rows("default"):
        stored = library.store.document("default", row.document.document_id)
        assert stored is not None
        passages = library.store.passages("default", row.document.document_id)
        assert len(passages) == row.passages
        for each in passages:
            assert stored.text[each.passage.start : each.passage.end] == each.passage.text
        found[row.document.path] = stored.text
    return found


def check_whole(data: Path) -> dict[str, str]:
    """Every document is in its old or its new state, and the index holds exactly its passages."""
    library = make_library(data)
    texts = text_of(library)
    for path, text in texts.items():
        assert text in (OLD.get(path), NEW.get(path)), f"{path} is neither the old nor the new one"
    result = library.search(SearchRequest(text="salmon", reader=everyone(), top=50, include_superseded=True))
    assert result.degraded == ()
    assert {hit.document.path for hit in result.passages} == set(texts)
    for hit in result.passages:
        assert texts[hit.document.path][hit.passage.start : hit.passage.end] == hit.passage.text
    assert dict(library.base_for_writing("default").documents()) == {
        row.document.document_id: row.passages for row in library.store.rows("default")
    }
    library.close()
    return texts


POINTS = [
    *((place, "before", 1) for place in ("read", "embed", "put", "store remove", "settle", "tidy", "supersession")),
    *((place, "after", 1) for place in ("keep vectors", "replace", "put", "store remove", "supersession", "quarantine")),
    *(("forget old", moment, nth) for moment in ("before", "after") for nth in (1, 2)),
    *(("point write", moment, nth) for moment in ("before", "after") for nth in (1, 2, 3)),
]  # fmt: skip


@pytest.mark.parametrize("point", POINTS, ids=lambda point: "-".join(map(str, point)).replace(" ", "_"))
def test_killed_anywhere_a_document_is_the_old_or_the_new_one(
    home: Path, order: Order, point: tuple[str, str, int]
) -> None:
    assert order(data=home / "data", folder=home / "documents", kill=point) == "signal 9", (
        "the point was reached"
    )
    check_whole(home / "data")
    assert order(data=home / "data", folder=home / "documents") == "done"
    assert check_whole(home / "data") == {path: text for path, text in NEW.items() if path != "broken.txt"}
    library = make_library(home / "data")
    (superseded,) = [
        row.document for row in library.store.rows("default") if row.document.document_id == "rules-v1"
    ]
    assert superseded.superseded_by == "rules-v2"
    library.close()


def test_there_are_enough_points() -> None:
    assert len(POINTS) >= 20


@pytest.mark.parametrize("room", [0, 40_000, 150_000])
def test_a_full_disk_is_one_sentence_and_the_old_state_stays(home: Path, order: Order, room: int) -> None:
    """No file may grow past so many bytes, as on a disk without room."""
    for number in range(6):
        long = "\n\n".join(
            f"Salmon rule {number}.{part}: keep it cold, and note the time." for part in range(300)
        )
        (home / "documents" / f"long{number}.md").write_text(sop(f"long{number}", long))
    said = order(data=home / "data", folder=home / "documents", room=room)
    assert said.startswith(("StoreUnavailable: ", "IndexUnavailable: ")), said
    assert "disk" in said or "room" in said or "ingest" in said
    assert "Traceback" not in said
    library = make_library(home / "data")
    for path, text in text_of(library).items():
        if not path.startswith("long"):
            assert text in (OLD.get(path), NEW.get(path))
    result = library.search(SearchRequest(text="salmon crates blue", reader=everyone()))
    assert result.degraded == ()
    assert result.passages[0].document.path == "same.md"
    library.close()
    assert order(data=home / "data", folder=home / "documents") == "done"
    library = make_library(home / "data")
    assert len(library.store.rows("default")) == len(NEW) - 1 + 6
    library.close()
