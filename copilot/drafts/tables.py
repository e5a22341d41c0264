"""The drafts' tables. A row of `drafts` is one version; a decision names version and digest; a run has one row for each step."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.database import Migration

metadata = sa.MetaData()

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("draft_id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("action", sa.String(40), nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("order_name", sa.String(80), nullable=False, index=True),
    sa.Column("requester", sa.String(200), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("runner", sa.String(200), nullable=False, server_default=""),
    sa.Column("thread_id", sa.String(40), nullable=False, index=True),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("expires_at", sa.String(40), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("body", sa.Text, nullable=False),
)

decisions = sa.Table(
    "draft_decisions",
    metadata,
    sa.Column("draft_id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("person", sa.String(200), primary_key=True),
    sa.Column("decision", sa.String(10), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("roles", sa.String(200), nullable=False),
    sa.Column("decided_at", sa.String(40), nullable=False),
)

nonces = sa.Table(
    "draft_nonces",
    metadata,
    sa.Column("nonce", sa.String(64), primary_key=True),
    sa.Column("draft_id", sa.String(40), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("person", sa.String(200), nullable=False),
    sa.Column("given_at", sa.String(40), nullable=False),
    sa.Column("used_at", sa.String(40), nullable=False, server_default=""),
)

claims = sa.Table(
    "draft_claims",
    metadata,
    sa.Column("draft_id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("worker", sa.String(80), nullable=False),
    sa.Column("lease_until", sa.Float, nullable=False),
)

steps = sa.Table(
    "draft_steps",
    metadata,
    sa.Column("draft_id", sa.String(40), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("begun_at", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
)

switches = sa.Table(
    "draft_switches",
    metadata,
    sa.Column("scope", sa.String(40), primary_key=True),
    sa.Column("stopped_by", sa.String(200), nullable=False),
    sa.Column("stopped_at", sa.String(40), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

openings = sa.Table(
    "draft_openings",
    metadata,
    sa.Column("draft_id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("person", sa.String(200), primary_key=True),
    sa.Column("opened_at", sa.String(40), nullable=False),
)
"""When a version was first shown in full to somebody."""

asks = sa.Table(
    "draft_asks",
    metadata,
    sa.Column("draft_id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),
)
"""Whom an activity in Odoo asks to decide: ``asked``, or ``ended`` when it was taken back or is gone."""

MIGRATIONS = (
    Migration(version=1, tables=(drafts, decisions, nonces, claims, steps, switches)),
    Migration(version=2, tables=(openings,)),
    Migration(version=3, tables=(asks,)),
)
