"""Facts of finished calls, with the agents, flags and intents of each"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTS: dict[str, tuple[str, Any, str | None]] = {
    "call_agents": ("agent_id", sa.Integer(), "agents.id"),
    "call_flags": ("flag", sa.String(20), None),
    "call_intents": ("intent", sa.String(32), None),
}


def upgrade() -> None:
    op.create_table(
        "call_facts",
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("place", PLACE, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("intent", sa.String(32), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("handoff_reason", sa.String(32), nullable=True),
        sa.Column("wait_s", sa.Double(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("resolved_by", sa.String(8), nullable=False),
        sa.Column("misheard", sa.Integer(), nullable=False),
        sa.Column("lowest_confidence", sa.Double(), nullable=True),
        sa.Column("longest_silence", sa.Double(), nullable=False),
        sa.Column("talk_over", sa.Double(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.Column("bot_failures", sa.Integer(), nullable=False),
        sa.Column("promises", sa.Integer(), nullable=False),
        sa.Column("promises_kept", sa.Integer(), nullable=False),
        sa.Column("repeat_within_7d", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("score_bot", sa.Double(), nullable=True),
        sa.Column("score_agent", sa.Double(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column("story", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_call_facts_call_sid_calls")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_call_facts_agent_id_agents")),
        sa.PrimaryKeyConstraint("call_sid", name=op.f("pk_call_facts")),
        sa.UniqueConstraint("place", name=op.f("uq_call_facts_place")),
    )
    op.create_index("ix_call_facts_started_at", "call_facts", ["started_at"])
    for column in ("outcome", "rating", "intent", "wait_s"):
        op.create_index(f"ix_call_facts_{column}_place", "call_facts", [column, "place"])
    for table, (column, kind, refers) in LISTS.items():
        to_column = (
            [sa.ForeignKeyConstraint([column], [refers], name=op.f(f"fk_{table}_{column}_agents"))] if refers else []
        )
        op.create_table(
            table,
            sa.Column("call_sid", sa.String(34), nullable=False),
            sa.Column(column, kind, nullable=False),
            sa.Column("place", PLACE, nullable=False),
            sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f(f"fk_{table}_call_sid_calls")),
            *to_column,
            sa.PrimaryKeyConstraint("call_sid", column, name=op.f(f"pk_{table}")),
        )
        op.create_index(f"ix_{table}_{column}_place", table, [column, "place"])


def downgrade() -> None:
    for table in (*LISTS, "call_facts"):
        op.drop_table(table)
