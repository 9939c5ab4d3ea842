"""One-time codes"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("key", name=op.f("uq_one_time_codes_key")),
    )
    op.create_index("ix_one_time_codes_call_sid", "one_time_codes", ["call_sid"])
    op.create_index("ix_one_time_codes_account_id", "one_time_codes", ["account_id"])


def downgrade() -> None:
    op.drop_table("one_time_codes")
