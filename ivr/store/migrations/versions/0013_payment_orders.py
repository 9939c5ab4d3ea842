"""Payments asked of the ledger, and the holder of a caller's account as the ledger names him"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXED = ("call_sid", "account", "state")


def upgrade() -> None:
    op.create_table(
        "payment_orders",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("why", sa.String(16), nullable=True),
        sa.Column("confirmation", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_payment_orders"),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name="fk_payment_orders_call_sid_calls"),
    )
    for name in INDEXED:
        op.create_index(f"ix_payment_orders_{name}", "payment_orders", [name])
    op.add_column("calls", sa.Column("holder", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "holder")
    for name in INDEXED:
        op.drop_index(f"ix_payment_orders_{name}", "payment_orders")
    op.drop_table("payment_orders")
