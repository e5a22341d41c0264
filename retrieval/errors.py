"""What can go wrong with documents, as a tree.

    RetrievalError
    ├── IndexUnavailable          the vector index gives no answer; the keyword fallback still can
    │   ├── IndexBusy               another process holds the embedded index
    │   ├── IndexDamaged            its files are there but cannot be read
    │   └── IndexNotBuilt           nothing indexed yet for this embedding model
    ├── EmbeddingUnavailable      no vectors can be made
    │   ├── EmbeddingModelMissing   no model where it was looked for
    │   └── EmbeddingModelMismatch  a model is there, but not the one it claims to be
    ├── StoreUnavailable          the local text store cannot be opened or written
    ├── DocumentRefused           the reader may not see it, or it does not exist; we do not say which
    ├── TermNotFound              no such term, or not for this reader
    ├── TermNotAllowed            this person may not decide about terms
    └── TermMisfit                a corrected value or its quote does not fit

Every message quotes what it is about and ends with the next step. None carries document text.
"""

from __future__ import annotations


class RetrievalError(Exception):
    """Anything that went wrong between a question and the documents."""


class IndexUnavailable(RetrievalError):
    """The vector index gives no answer (server down, deadline passed, folder gone)."""


class IndexBusy(IndexUnavailable):
    """Another process holds the embedded index; it belongs to one process at a time.

    Args:
        owner_pid: Process id of the holder; None when it could not be told.
    """

    def __init__(self, message: str, *, owner_pid: int | None = None) -> None:
        super().__init__(message)
        self.owner_pid = owner_pid


class IndexDamaged(IndexUnavailable):
    """The index files cannot be read. They can be rebuilt from the text store without reading a document again."""


class IndexNotBuilt(IndexUnavailable):
    """Documents are stored, but they have no vectors from this embedding model yet."""


class EmbeddingUnavailable(RetrievalError):
    """No vectors can be made from text."""


class EmbeddingModelMissing(EmbeddingUnavailable):
    """No embedding model where it was looked for."""


class EmbeddingModelMismatch(EmbeddingUnavailable):
    """A model is there, but its weights or its vectors are not what they claim to be."""


class StoreUnavailable(RetrievalError):
    """The local text store cannot be opened, read or written (disk full, locked, damaged)."""


class DocumentRefused(RetrievalError):
    """The reader may not see this document, or it does not exist. Which of the two is not told."""


class TermNotFound(RetrievalError):
    """There is no such term, or the reader may not see its document."""


class TermNotAllowed(RetrievalError):
    """The person holds none of the roles that decide about contract terms."""


class TermMisfit(RetrievalError):
    """A corrected value does not fit the kind of term, or its quote does not stand in the document."""
