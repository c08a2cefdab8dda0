"""The tables as the code speaks of them; the migrations make them, and a test holds the two together.

Moments are text in UTC to the microsecond, so that both databases keep and sort them alike.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by code point on both databases."""

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("case_id", TEXT, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("by_name", TEXT, nullable=False),
    Column("by_role", TEXT, nullable=False),
    Column("by_person", TEXT, nullable=False),
    Column("software", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("schema", TEXT, nullable=False),
    Column("content", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
    Column("seal", TEXT, nullable=False),
    UniqueConstraint("case_id", "number", name="events_case_number"),
)

reads = Table(
    "reads",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", TEXT, nullable=False),
    Column("by_name", TEXT, nullable=False),
    Column("by_role", TEXT, nullable=False),
    Column("by_person", TEXT, nullable=False),
    Column("case_id", TEXT, nullable=False),
    Column("what", TEXT, nullable=False),
    Column("seal", TEXT, nullable=False),
    Index("reads_case", "case_id", "position"),
    Index("reads_person", "by_person", "position"),
)

heads = Table(
    "heads",
    metadata,
    Column("chain", TEXT, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("seal", TEXT, nullable=False),
)

worklist = Table(
    "worklist",
    metadata,
    Column("case_id", TEXT, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("born", TEXT, nullable=False),
    Column("number", TEXT, nullable=False),
    Column("roots", TEXT, nullable=False),
    Column("stage", TEXT, nullable=False),
    Column("waits_for", TEXT, nullable=False),
    Column("next_role", TEXT, nullable=False),
    Column("starts_at", TEXT, nullable=False),
    Column("opened_at", TEXT, nullable=False),
    Column("changed_at", TEXT, nullable=False),
    Index("worklist_changed", "changed_at", "case_id"),
    Index("worklist_stage_changed", "stage", "changed_at", "case_id"),
)

worklist_words = Table(
    "worklist_words",
    metadata,
    Column("case_id", TEXT, nullable=False),
    Column("word", TEXT, nullable=False),
    Column("stage", TEXT, nullable=False),
    PrimaryKeyConstraint("case_id", "word", name="worklist_words_pkey"),
    Index("worklist_words_word", "word", "case_id"),
    Index("worklist_words_stage", "stage", "word", "case_id"),
)

stage_counts = Table(
    "stage_counts",
    metadata,
    Column("stage", TEXT, primary_key=True),
    Column("cases", Integer, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("login", TEXT, nullable=False, unique=True),
    Column("name", TEXT, nullable=False),
    Column("roles", TEXT, nullable=False),
    Column("password", TEXT, nullable=False),
    Column("subject", TEXT, unique=True),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", TEXT, nullable=False),
    Column("made_at", TEXT, nullable=False),
    Column("seen_at", TEXT, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False),
    Column("opened_at", TEXT, nullable=False),
    Column("seen_at", TEXT, nullable=False),
    Index("sessions_person", "person"),
)

links = Table(
    "links",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("token", TEXT, nullable=False, unique=True),
    Column("case_id", TEXT, nullable=False),
    Column("until", TEXT, nullable=False),
    Column("revoked_at", TEXT, nullable=False),
    Index("links_case", "case_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("case_id", TEXT, nullable=False),
    Column("payload", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("stage", TEXT, nullable=False),
    Column("fraction", Float, nullable=False),
    Column("message", TEXT, nullable=False),
    Column("result", TEXT, nullable=False),
    Column("worker", TEXT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", TEXT, nullable=False),
    Column("queued_at", TEXT, nullable=False),
    Column("ended_at", TEXT, nullable=False),
    Column("by_name", TEXT, nullable=False),
    Column("by_role", TEXT, nullable=False),
    Column("by_person", TEXT, nullable=False),
    Index("jobs_case", "case_id", "queued_at"),
    Index("jobs_state", "state", "queued_at"),
)
