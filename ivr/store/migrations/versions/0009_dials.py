"""Whom the line called and texted, for the limits"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(160), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("by", sa.String(160), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=True),
        sa.Column("message_sid", sa.String(34), nullable=True),
        sa.Column("status", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dials")),
        sa.UniqueConstraint("message_sid", name=op.f("uq_dials_message_sid")),
    )
    op.create_index(op.f("ix_dials_address_at"), "dials", ["address", "at"])
    op.create_index(op.f("ix_dials_by_at"), "dials", ["by", "at"])
    op.create_index(op.f("ix_dials_at"), "dials", ["at"])


def downgrade() -> None:
    op.drop_table("dials")
