"""Card payments taken by agents"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("leg", sa.String(34), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("session", sa.String(34), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("confirmation", sa.String(16), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_card_payments_call_sid_calls")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_card_payments_handoff_id_handoffs")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_card_payments_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_payments")),
    )
    for column in ("call_sid", "handoff_id", "state"):
        op.create_index(f"ix_card_payments_{column}", "card_payments", [column])


def downgrade() -> None:
    op.drop_table("card_payments")
