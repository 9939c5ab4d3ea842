"""Recordings: their key, their verified length, calls that are held, and callers who will not be recorded"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("unrecorded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recordings", sa.Column("key_id", sa.String(16), nullable=True))
    op.add_column("recordings", sa.Column("carrier_seconds", sa.Double(), nullable=True))
    op.add_column("recordings", sa.Column("length_check", sa.String(8), nullable=True))
    op.add_column("recordings", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_recordings_key_id"), "recordings", ["key_id"])
    _index("ix_recordings_kept_by_key", "recordings", ["key_id", "id"], "path IS NOT NULL")
    _index("ix_recordings_kept_by_check", "recordings", ["length_check"], "path IS NOT NULL")
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(255), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_holds_call_sid_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_call_sid"), "holds", ["call_sid"])
    _index("ix_holds_standing", "holds", ["call_sid"], "lifted_at IS NULL")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_table("holds")
    op.drop_index("ix_recordings_kept_by_check", "recordings")
    op.drop_index("ix_recordings_kept_by_key", "recordings")
    op.drop_index("ix_recordings_key_id", "recordings")
    for column in ("checked_at", "length_check", "carrier_seconds", "key_id"):
        op.drop_column("recordings", column)
    op.drop_column("calls", "unrecorded_at")
