"""Why the bot did what it did, how loud a recording is, and comments on a call"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turns", sa.Column("why", sa.JSON(), nullable=True))
    op.add_column("recordings", sa.Column("peaks", sa.JSON(), nullable=True))
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_comments_agent_id_agents")),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_comments_call_sid_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_call_sid"), "comments", ["call_sid"])


def downgrade() -> None:
    op.drop_table("comments")
    op.drop_column("recordings", "peaks")
    op.drop_column("turns", "why")
