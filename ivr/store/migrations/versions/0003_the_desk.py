"""The desk: the queue's order, call-backs, presence as spells, brakes and announcements"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # plain columns, not batches: SQLite would make these tables anew, and offers refer to them
    op.add_column("handoffs", sa.Column("kind", sa.String(8), nullable=False, server_default="call"))
    op.add_column("handoffs", sa.Column("place_at", TIME, nullable=False, server_default="1970-01-01 00:00:00"))
    op.execute("UPDATE handoffs SET place_at = requested_at")
    op.add_column("handoffs", sa.Column("callback_id", sa.Integer(), nullable=True))
    op.add_column("handoffs", sa.Column("listeners", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("ix_handoffs_callback_id", "handoffs", ["callback_id"])
    op.add_column("agents", sa.Column("next_presence", sa.String(16), nullable=True))
    op.add_column("agents", sa.Column("wrap_up_until", TIME, nullable=True))
    op.create_table(
        "presence_spells",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("presence", sa.String(16), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_presence_spells_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence_spells")),
    )
    op.create_index("ix_presence_spells_agent_id_began_at", "presence_spells", ["agent_id", "began_at"])
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("place_at", TIME, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("booked_at", TIME, nullable=False),
        sa.Column("booked_by", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_callbacks_call_sid_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    op.create_index("ix_callbacks_call_sid", "callbacks", ["call_sid"])
    op.create_index("ix_callbacks_state", "callbacks", ["state"])
    op.create_table(
        "brakes",
        sa.Column("intent", sa.String(32), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("why", sa.String(255), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_brakes")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )


def downgrade() -> None:
    for table in ("announcements", "brakes", "callbacks", "presence_spells"):
        op.drop_table(table)
    op.drop_index("ix_handoffs_callback_id", "handoffs")
    for table, column in (
        ("agents", "wrap_up_until"),
        ("agents", "next_presence"),
        ("handoffs", "listeners"),
        ("handoffs", "callback_id"),
        ("handoffs", "place_at"),
        ("handoffs", "kind"),
    ):
        op.drop_column(table, column)
