"""The embedded index when things go wrong: in use elsewhere, damaged, deleted, its process killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.errors import IndexBusy, IndexDamaged, IndexUnavailable
from retrieval.exact_base import ExactBase
from retrieval.indexing import Brought
from retrieval.knowledge_base import IndexFilter, IndexQuery
from retrieval.library import open_library
from retrieval.qdrant_edge_base import QdrantEdgeBase, set_aside
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import WordEmbedder, everyone, make_document, make_library

TEXT = "Salmon travels at two degrees.\n\nA warm pallet is refused."
HOLD = """
import sys, time
from pathlib import Path
from retrieval.qdrant_edge_base import QdrantEdgeBase
base = QdrantEdgeBase(Path(sys.argv[1]), dimensions=64)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Another process that has the index open."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "index")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_an_index_held_by_another_process_is_busy_and_names_it(
    holder: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    with pytest.raises(IndexBusy, match=str(holder.pid)) as caught:
        QdrantEdgeBase(tmp_path / "index", dimensions=64)
    assert caught.value.owner_pid == holder.pid


def test_a_killed_holder_leaves_the_index_free(holder: subprocess.Popen[bytes], tmp_path: Path) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    QdrantEdgeBase(tmp_path / "index", dimensions=64).close()


def test_a_second_opening_in_the_same_process_is_busy_too(tmp_path: Path) -> None:
    base = QdrantEdgeBase(tmp_path / "index", dimensions=64)
    with pytest.raises(IndexBusy) as caught:
        QdrantEdgeBase(tmp_path / "index", dimensions=64)
    assert caught.value.owner_pid == os.getpid()
    base.close()
    QdrantEdgeBase(tmp_path / "index", dimensions=64).close()


def test_a_busy_index_is_searched_from_the_text_store_without_loss(tmp_path: Path) -> None:
    """A command beside a running server: no lock, no degradation, the same answer."""
    serving = make_library(tmp_path, {make_document("cold", TEXT): TEXT})
    request = SearchRequest(text="warm pallet refused", reader=everyone())
    expected = serving.search(request)
    reading = Library(
        store=serving.store,
        embedder=WordEmbedder(),
        open_base=lambda name: (
            ExactBase(serving.store, WordEmbedder(), name),
            Brought(refilled=(), without_vectors=()),
        ),
    )
    assert reading.search(request) == expected
    serving.close()


@pytest.mark.parametrize("victim", ["edge_config.json", "segments"])
def test_a_damaged_index_says_so_and_can_be_set_aside(tmp_path: Path, victim: str) -> None:
    folder = tmp_path / "index"
    QdrantEdgeBase(folder, dimensions=64).close()
    for file in [folder / victim] if victim.endswith(".json") else list((folder / victim).rglob("*.json")):
        file.write_bytes(b"\x00garbage")
    with pytest.raises(IndexDamaged, match="rebuilt"):
        QdrantEdgeBase(folder, dimensions=64)
    assert set_aside(folder).exists()
    QdrantEdgeBase(folder, dimensions=64).close()


def test_a_deleted_index_is_rebuilt_from_the_stored_texts(tmp_path: Path) -> None:
    make_library(tmp_path, {make_document("cold", TEXT): TEXT}).close()
    shutil.rmtree(tmp_path / "index")
    model = WordEmbedder()
    library = make_library(tmp_path, embedder=model)
    found = library.search(SearchRequest(text="warm pallet refused", reader=everyone()))
    assert [hit.passage.passage_id for hit in found.passages][:1] == ["cold#1"]
    assert found.degraded == ()
    assert model.embedded == 1, "only the question was embedded: the documents' vectors were kept"
    library.close()


def test_a_damaged_index_is_rebuilt_at_the_next_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.library.MiniLmEmbedder", lambda *_: WordEmbedder())
    make_library(tmp_path, {make_document("cold", TEXT): TEXT}).close()
    for file in (tmp_path / "index").rglob("*.json"):
        file.write_bytes(b"garbage")
    library = open_library(tmp_path)
    found = library.search(SearchRequest(text="warm pallet refused", reader=everyone()))
    assert [hit.document.document_id for hit in found.passages][:1] == ["cold"]
    assert found.degraded == ()
    assert len(list((tmp_path / "index").glob("*.damaged-*"))) == 1
    library.close()


def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    """The writer is killed in mid-work, many times; every document is whole, in one state or the other."""
    script = """
import sys
from pathlib import Path
from retrieval.testing import make_document, make_library, stored
from retrieval.indexing import Indexer
folder, start = Path(sys.argv[1]), int(sys.argv[2])
library = make_library(folder)
indexer = Indexer(library.store, library.base_for_writing("default"), library.embedder)
print("ready", flush=True)
for version in range(start, start + 100000):
    text = "\\n\\n".join(f"Version {version} paragraph {n} salmon." for n in range(6))
    indexer.put(*stored(make_document("cold", text, version=str(version)), text))
    print(version, flush=True)
"""
    start = 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        acknowledged = -1
        for _ in range(7):
            acknowledged = int(process.stdout.readline())
        process.kill()
        process.wait()
        process.stdout.close()
        library = make_library(tmp_path)
        document = library.documents(everyone())[0]
        assert int(document.version) >= acknowledged
        found = library.search(SearchRequest(text="salmon paragraph version", reader=everyone(), top=20))
        assert found.degraded == ()
        assert len(found.passages) == 6
        for hit in found.passages:
            assert hit.passage.text.startswith(f"Version {document.version} ")
        start = int(document.version) + 1
        library.close()


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    base = QdrantEdgeBase(tmp_path / "index", dimensions=64)
    base.close()
    base.close()
    with pytest.raises(IndexUnavailable, match="closed"):
        base.search([IndexQuery(filter=IndexFilter(), limit=1, dense=WordEmbedder().embed(["x"])[0])])


def test_a_folder_that_cannot_be_written_is_a_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexUnavailable, match="COPILOT_DATA_DIR"):
        QdrantEdgeBase(tmp_path / "file" / "index", dimensions=64)
