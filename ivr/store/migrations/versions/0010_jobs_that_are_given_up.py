"""Jobs that are taken by one worker at a time, and given up in the end"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENTS = ("since", "taken_until", "given_up_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("outbox", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_outbox_given_up_at", "outbox", ["given_up_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_given_up_at", "outbox")
    for name in (*MOMENTS, "tries"):
        op.drop_column("outbox", name)
