"""PINs that were tried, for the limits, and what carriers say of a caller's number"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("verstat", sa.String(64), nullable=True))
    op.create_table(
        "pin_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_attempts")),
    )
    op.create_index(op.f("ix_pin_attempts_account_at"), "pin_attempts", ["account", "at"])
    op.create_index(op.f("ix_pin_attempts_source_at"), "pin_attempts", ["source", "at"])
    op.create_index(op.f("ix_pin_attempts_at"), "pin_attempts", ["at"])


def downgrade() -> None:
    op.drop_table("pin_attempts")
    op.drop_column("calls", "verstat")
