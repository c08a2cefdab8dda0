"""The record's first tables, and the triggers that keep events and reads as they were written."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table."""
    _chained()
    _worklist()
    _people()
    _jobs()
    _keep("events")
    _keep("reads")


def downgrade() -> None:
    """Refuse: a record is never thrown away by a migration."""
    raise NotImplementedError("a record is never thrown away by a migration")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _chained() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        _text("case_id"),
        _whole("number"),
        *(_text(name) for name in ("at", "by_name", "by_role", "by_person", "software", "kind", "schema", "content")),
        *(_text(name) for name in ("hash", "seal")),
        sa.UniqueConstraint("case_id", "number", name="events_case_number"),
    )
    op.create_table(
        "reads",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        *(_text(name) for name in ("at", "by_name", "by_role", "by_person", "case_id", "what", "seal")),
    )
    op.create_index("reads_case", "reads", ["case_id", "position"])
    op.create_index("reads_person", "reads", ["by_person", "position"])
    op.create_table("heads", sa.Column("chain", _TEXT, primary_key=True), _whole("position"), _text("seal"))
    genesis = "0" * 64
    op.execute(
        f"INSERT INTO heads (chain, position, seal) VALUES ('events', 0, '{genesis}'), ('reads', 0, '{genesis}')"
    )


def _worklist() -> None:
    op.create_table(
        "worklist",
        sa.Column("case_id", _TEXT, primary_key=True),
        _whole("version"),
        *(_text(name) for name in ("name", "born", "number", "roots", "stage", "waits_for", "next_role")),
        *(_text(name) for name in ("starts_at", "opened_at", "changed_at")),
    )
    op.create_index("worklist_changed", "worklist", ["changed_at", "case_id"])
    op.create_index("worklist_stage_changed", "worklist", ["stage", "changed_at", "case_id"])
    op.create_table(
        "worklist_words",
        *(_text(name) for name in ("case_id", "word", "stage")),
        sa.PrimaryKeyConstraint("case_id", "word", name="worklist_words_pkey"),
    )
    op.create_index("worklist_words_word", "worklist_words", ["word", "case_id"])
    op.create_index("worklist_words_stage", "worklist_words", ["stage", "word", "case_id"])
    op.create_table("stage_counts", sa.Column("stage", _TEXT, primary_key=True), _whole("cases"))


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("login", _TEXT, nullable=False, unique=True),
        *(_text(name) for name in ("name", "roles", "password")),
        sa.Column("subject", _TEXT, unique=True),
        sa.Column("active", sa.Boolean, nullable=False),
        _whole("failures"),
        *(_text(name) for name in ("locked_until", "made_at", "seen_at")),
    )
    op.create_table(
        "sessions",
        sa.Column("token", _TEXT, primary_key=True),
        *(_text(name) for name in ("person", "opened_at", "seen_at")),
    )
    op.create_index("sessions_person", "sessions", ["person"])
    op.create_table(
        "links",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("token", _TEXT, nullable=False, unique=True),
        *(_text(name) for name in ("case_id", "until", "revoked_at")),
    )
    op.create_index("links_case", "links", ["case_id"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", _TEXT, primary_key=True),
        *(_text(name) for name in ("kind", "case_id", "payload", "state", "stage")),
        sa.Column("fraction", sa.Float, nullable=False),
        *(_text(name) for name in ("message", "result", "worker")),
        _whole("attempts"),
        *(_text(name) for name in ("lease_until", "queued_at", "ended_at", "by_name", "by_role", "by_person")),
    )
    op.create_index("jobs_case", "jobs", ["case_id", "queued_at"])
    op.create_index("jobs_state", "jobs", ["state", "queued_at"])


def _keep(table: str) -> None:
    """Let the database itself refuse to change or remove what was written."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_keep_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} are never changed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()"
    )
