"""The audit log's tables: entries that no SQL may change, the signed head, and what can be forgotten, which stands outside the chain."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.database import Migration

metadata = sa.MetaData()

entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("actor", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)

head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("signature", sa.String(64), nullable=False),
)

people = sa.Table(
    "audit_people",
    metadata,
    sa.Column("actor", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
)

_REFUSED = "the audit log is append-only"
NO_DELETE = f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
texts = sa.Table(
    "audit_texts",
    metadata,
    sa.Column("text_id", sa.String(40), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, index=True),
    sa.Column("actor", sa.String(40), nullable=False, index=True),
    sa.Column("salt", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
"""Words of people that an entry tells of. The entry holds their id, which is made of them, so that they can neither be altered nor
taken out unnoticed, and yet be erased with whoever wrote them."""

MIGRATIONS = (
    Migration(
        version=1,
        tables=(entries, head, people),
        sqlite=(
            f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
            NO_DELETE,
        ),
        postgresql=(
            f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
        ),
    ),
    Migration(version=2, tables=(texts,)),
)
