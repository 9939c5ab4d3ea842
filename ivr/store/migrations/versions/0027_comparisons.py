"""What the bot heard is compared with what the recording says"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turn_comparisons",
        sa.Column("turn_id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intent", sa.String(32), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_turn_comparisons_turn_id_turns")),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_turn_comparisons_call_sid_calls")),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_turn_comparisons")),
    )
    op.create_index(op.f("ix_turn_comparisons_call_sid"), "turn_comparisons", ["call_sid"])
    op.create_index("ix_turn_comparisons_at_intent", "turn_comparisons", ["at", "intent"])


def downgrade() -> None:
    op.drop_table("turn_comparisons")
