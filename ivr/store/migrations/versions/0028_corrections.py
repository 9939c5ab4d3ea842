"""What a caller meant where the line understood something else"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("turn_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("heard_as", sa.String(32), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("asked", sa.String(16), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_corrections_agent_id_agents")),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_corrections_call_sid_calls")),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_corrections_turn_id_turns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_corrections_turn_id")),
    )
    op.create_index(op.f("ix_corrections_call_sid"), "corrections", ["call_sid"])
    op.create_index(op.f("ix_corrections_label"), "corrections", ["label"])


def downgrade() -> None:
    op.drop_table("corrections")
